// Copyright 2026 the asyncio authors. MIT license.

import { type AbstractEventLoop, Future } from "../../coroutines/mod.ts";

/** One place in a {@linkcode WaitingLine}: the future that a task waits for, and its neighbours. */
export class Waiter extends Future<void> {
  /** The line, as long as it stands there. */
  line: WaitingLine | null;
  ahead: Waiter | null = null;
  behind: Waiter | null = null;

  static {
    // The repr of a task that waits shows it as what it is in CPython: a future like any other.
    Object.defineProperty(this, "name", { value: "Future" });
  }

  constructor(loop: AbstractEventLoop, line: WaitingLine) {
    super({ loop });
    this.line = line;
  }

  override cancel(message?: string | null): boolean {
    if (!super.cancel(message)) return false;
    this.line?.noteCancelled();
    return true;
  }
}

/**
 * The tasks that wait at a lock, an event or a queue: first come, first served.
 *
 * CPython keeps their futures in a deque and searches it: for the one to remove, for the first that
 * is not done, for any that is not cancelled. Here they are linked, so that to leave from the middle
 * costs the same in a line of a million; a pointer and a counter answer the other two questions.
 *
 * A waiter is woken by its result. Who calls `join()` sees to it that it leaves, when its task goes
 * on; {@linkcode WaitingLine.dismissNext} takes it out at once.
 *
 * Invariants: `#asleep` is a waiter of the line with none before it that is not done; `null` if all
 * are done. `#cancelled` counts those of the line that are cancelled.
 */
export class WaitingLine {
  /** Whose line it is, and what those do who stand in it: for those who ask what a task waits for. */
  readonly owner: object;
  readonly call: string;
  #first: Waiter | null = null;
  #last: Waiter | null = null;
  #asleep: Waiter | null = null;
  #size = 0;
  #cancelled = 0;

  constructor(owner: object, call: string) {
    this.owner = owner;
    this.call = call;
  }

  /** How many stand in the line. */
  get size(): number {
    return this.#size;
  }

  /** Whether any of them is not cancelled. */
  get isWaitedIn(): boolean {
    return this.#size > this.#cancelled;
  }

  /** Adds a new waiter at the end. */
  join(loop: AbstractEventLoop): Waiter {
    const waiter = new Waiter(loop, this);
    const last = this.#last;
    waiter.ahead = last;
    if (last === null) this.#first = waiter;
    else last.behind = waiter;
    this.#last = waiter;
    this.#asleep ??= waiter;
    this.#size++;
    return waiter;
  }

  /** Takes a waiter out, unless it has left already. */
  leave(waiter: Waiter): void {
    if (waiter.line === null) return;
    const { ahead, behind } = waiter;
    if (ahead === null) this.#first = behind;
    else ahead.behind = behind;
    if (behind === null) this.#last = ahead;
    else behind.ahead = ahead;
    if (this.#asleep === waiter) this.#asleep = behind;
    waiter.line = waiter.ahead = waiter.behind = null;
    this.#size--;
    if (waiter.cancelled()) this.#cancelled--;
  }

  /** For waiters: one of the line has been cancelled. */
  noteCancelled(): void {
    this.#cancelled++;
  }

  /** Wakes the first, unless it is done, and so about to go on. */
  wakeFirst(): void {
    const first = this.#first;
    if (first !== null && !first.done()) first.setResult();
  }

  /** Wakes the first that is not done. Returns whether there was one. */
  wakeNext(): boolean {
    let waiter = this.#asleep;
    while (waiter !== null && waiter.done()) waiter = waiter.behind;
    this.#asleep = waiter;
    waiter?.setResult();
    return waiter !== null;
  }

  /** Takes waiters out up to the first that is not done; wakes it. Returns whether there was one. */
  dismissNext(): boolean {
    for (let waiter = this.#first; waiter !== null; waiter = this.#first) {
      this.leave(waiter);
      if (waiter.done()) continue;
      waiter.setResult();
      return true;
    }
    return false;
  }

  /** What the repr of its owner says of it. */
  toString(): string {
    return this.#size === 0 ? "" : `, waiters:${this.#size}`;
  }
}

/** What a task waits for, if it stands in a line: the call, and what it is a call of. */
export function queuedAt(future: object): { readonly owner: object; readonly call: string } | null {
  return future instanceof Waiter ? future.line : null;
}
