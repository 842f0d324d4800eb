// Copyright 2026 the asyncio authors. MIT license.

import {
  type AbstractEventLoop,
  CancelledError,
  type Coroutine,
  type CoroutineObject,
  inspectAsText,
  markcoroutinefunction,
  PrimitiveCoroutine,
  RuntimeError,
} from "../../coroutines/mod.ts";
import type { AsyncContextManager } from "../async_context_manager.ts";
import { enter, guard } from "./_guard.ts";
import { bindLoop } from "./_loop_bound.ts";
import { type Waiter, WaitingLine } from "./_waiting_line.ts";

/**
 * A mutex for tasks: at most one holds it, the others wait.
 *
 * - Order: whoever waits gets the lock in the order of coming. A task that comes while others wait
 *   goes to the end of the line, even if the lock has just been released.
 * - It belongs to no task: any may release it. It is not reentrant.
 * - Cancellation while waiting: the task leaves the line, and if the lock was to be its, the next one
 *   gets it.
 * - Cancellation while it is held by `asyncWith(lock, body)`: it is released when the body has ended, and
 *   every function that was left behind within it. A body that awaits a promise of the host's as it is
 *   cannot be interrupted, so it keeps the lock till then; one that awaits `fromPromise(promise)` can.
 *
 * Hold it by `asyncWith(lock, body)` or a {@linkcode Lock.guard}, which release it whatever happens.
 *
 * @example Usage
 * ```ts
 * import { asyncWith, gather, Lock, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const lock = new Lock();
 * const log: string[] = [];
 *
 * function* worker(name: string) {
 *   yield* asyncWith(lock, function* () {
 *     log.push(`${name} begins`);
 *     yield* sleep(0.001);
 *     log.push(`${name} ends`);
 *   });
 * }
 *
 * await run(() => gather(worker("a"), worker("b")));
 * assertEquals(log, ["a begins", "a ends", "b begins", "b ends"]);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-sync.html#asyncio.Lock}
 */
export class Lock implements AsyncContextManager<void> {
  // Invariants: while somebody waits and nobody holds it, the first in the line is done: woken, or
  // cancelled and then to wake the next.
  readonly #waiters = new WaitingLine(this, "acquire");
  #locked = false;
  #loop: AbstractEventLoop | null = null;

  static {
    inspectAsText(this.prototype);
  }

  /** Whether somebody holds the lock. */
  locked(): boolean {
    return this.#locked;
  }

  /**
   * Waits until nobody holds the lock, and takes it.
   *
   * Does not give way to others if it is free.
   *
   * @returns A coroutine giving `true`.
   * @throws {CancelledError} If the task is cancelled meanwhile.
   * @throws {RuntimeError} If tasks of another loop have waited for this lock.
   */
  acquire(): CoroutineObject<true> {
    return new Lock.#Acquire<true>(this, true);
  }

  // CPython: Lib/asyncio/locks.py, Lock.acquire
  static readonly #Acquire = class<T> extends PrimitiveCoroutine<T, Lock, Waiter> {
    readonly #result: T;

    static {
      this.named("acquire");
    }

    constructor(lock: Lock, result: T) {
      super(lock);
      this.#result = result;
    }

    override begin(): Waiter | null {
      const lock = this.owner;
      if (!lock.#locked && !lock.#waiters.isWaitedIn) return null;
      lock.#loop = bindLoop(lock, lock.#loop);
      return lock.#waiters.join(lock.#loop);
    }

    override woken(waiter: Waiter): null {
      this.owner.#waiters.leave(waiter);
      return null;
    }

    override giveUp(waiter: Waiter, error: unknown): void {
      const lock = this.owner;
      lock.#waiters.leave(waiter);
      // It may have been woken before it was cancelled: then it is the next one's turn.
      if (error instanceof CancelledError && !lock.#locked) lock.#waiters.wakeFirst();
    }

    override finish(): T {
      this.owner.#locked = true;
      return this.#result;
    }
  };

  /**
   * Gives the lock up, to the task that has waited longest.
   *
   * @throws {RuntimeError} If nobody holds it.
   */
  // CPython: Lib/asyncio/locks.py, Lock.release
  release(): void {
    if (!this.#locked) throw new RuntimeError("Lock is not acquired.");
    this.#locked = false;
    this.#waiters.wakeFirst();
  }

  /**
   * Acquires the lock for the rest of a scope: `using _ = await lock.guard()`, or
   * `using _ = yield* lock.guard()`.
   *
   * @returns A coroutine giving what releases the lock when it is disposed of, once.
   */
  guard(): CoroutineObject<Disposable> {
    return guard(this);
  }

  /** For `asyncWith()`: acquires the lock. */
  aenter(): Coroutine<void> {
    const isOwn = this.acquire === Lock.prototype.acquire;
    return isOwn ? new Lock.#Acquire(this, undefined) : enter(this);
  }

  static {
    markcoroutinefunction(this.prototype.aenter);
  }

  /** For `asyncWith()`: releases the lock. */
  // deno-lint-ignore require-yield
  *aexit(): Coroutine<void> {
    this.release();
  }

  /** Python's repr: `<Lock [locked, waiters:1]>`. */
  toString(): string {
    const state = this.#locked ? "locked" : "unlocked";
    return `<${this.constructor.name} [${state}${this.#waiters}]>`;
  }
}
