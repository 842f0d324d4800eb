// Copyright 2026 the asyncio authors. MIT license.

import { ValueError } from "../selectors/mod.ts";
import { BaseCoroutine } from "./_base_coroutine.ts";
import type { CoroutineObject } from "./coroutine.ts";
import { delegate, nameCoroutine, OWNER, type Owner } from "./_coroutine_object.ts";
import { RuntimeError } from "./errors.ts";
import { Future, hideName } from "./future.ts";
import { run } from "./_ready_queue.ts";
import { repr } from "./_repr.ts";
import { current, requireRunningLoop } from "./_running.ts";
import { schedulerOf } from "./_scheduler.ts";
import { dropped, popped, type TimerEntry } from "./_timer_heap.ts";

/**
 * Suspends the calling task for `delay` seconds.
 *
 * Others run meanwhile. With a delay of zero they get one turn each, which is the way for a long
 * computation to let them. Cancellation: the timer is removed; nothing else is held.
 *
 * @typeParam T Type of `result`.
 * @param delay Time to wait, in seconds; zero or less yields one turn.
 * @param result Value handed back.
 * @returns A coroutine giving `result`.
 * @throws {TypeError} If `delay` is no number, when driven.
 * @throws {ValueError} If `delay` is `NaN`, when driven.
 * @throws {RuntimeError} If no loop is running, when driven.
 * @throws {CancelledError} If the task is cancelled meanwhile.
 *
 * @example Usage
 * ```ts
 * import { run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await run(sleep(0.001, "hi")), "hi");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.sleep}
 */
export function sleep<T = undefined>(delay: number, result?: T): CoroutineObject<T> {
  return new Sleep<T>(delay, result as T);
}

/**
 * The coroutine of one `sleep()`. A class and not a generator, because it is the most common of all:
 * `sleep(0)` costs one small object.
 *
 * CPython: Lib/asyncio/tasks.py, sleep.
 */
class Sleep<T> extends BaseCoroutine<T> {
  readonly #delay: number;
  readonly #result: T;
  #state: "new" | "claimed" | "yielded" | "over" | Timer<T> = "new";

  static {
    nameCoroutine(this.prototype, "sleep");
  }

  constructor(delay: number, result: T) {
    super();
    this.#delay = delay;
    this.#result = result;
  }

  /** Its state tells whether it is awaited; that costs nothing, where a note on it would. */
  get [OWNER](): Owner | undefined {
    if (this.#state === "new") return undefined;
    return {
      done: () => this.#state === "over" || this.#state instanceof Timer && this.#state.done(),
    };
  }

  set [OWNER](_owner: Owner) {
    this.#state = "claimed";
  }

  /** `yield* sleep(d)`: the timer takes the place of the coroutine, unless it is a mere turn. */
  override [Symbol.iterator](): Generator<unknown, T, unknown> {
    if (this.#state !== "new") return delegate(this);
    if (this.#delay <= 0) return this;
    return (this.#state = this.#start())[Symbol.iterator]();
  }

  next(): IteratorResult<unknown, T> {
    if (this.#state === "new" || this.#state === "claimed") {
      if (!(this.#delay <= 0)) return (this.#state = this.#start()).next();
      requireRunningLoop();
      this.#state = "yielded";
      return { done: false, value: undefined };
    }
    if (this.#state === "over") throw new RuntimeError("cannot reuse already awaited coroutine");
    if (this.#state !== "yielded") return this.#state.next();
    this.#state = "over";
    return { done: true, value: this.#result };
  }

  throw(error: unknown): IteratorResult<unknown, T> {
    const state = this.#state;
    this.#state = "over";
    if (typeof state !== "string") return state.throw(error);
    throw error;
  }

  return(value: T): IteratorResult<unknown, T> {
    const state = this.#state;
    this.#state = "over";
    if (typeof state !== "string") state.return(value);
    return { done: true, value };
  }

  #start(): Timer<T> {
    const delay = this.#delay;
    if (typeof delay !== "number") {
      throw new TypeError(`delay must be a number of seconds, got ${repr(delay)}`);
    }
    if (Number.isNaN(delay)) throw new ValueError("Invalid delay: NaN (not a number)");
    return new Timer(delay, this.#result);
  }
}

/** Where a {@linkcode Timer} is on its way. */
enum Phase {
  /** Among the loop's timers. */
  Scheduled,
  /** The same, and a task waits. */
  Awaited,
  /** The loop has let it go. */
  Popped,
  /** The task has gone on, before the time or after. */
  Dropped,
}

/**
 * What a sleeping task waits for: its future, the timer's entry and the iterator that goes through
 * it in one object, so that a million sleepers take a third of the memory.
 */
class Timer<T> extends Future<T> implements TimerEntry {
  readonly #outcome: T;
  #phase = Phase.Scheduled;

  static {
    hideName(this);
  }

  constructor(delay: number, result: T) {
    const loop = requireRunningLoop();
    super({ loop });
    this.#outcome = result;
    schedulerOf(loop).scheduleAt(loop.time() + delay, this);
  }

  /** The time has come. */
  [run](): void {
    if (this.#phase !== Phase.Dropped && !this.done()) this.setResult(this.#outcome);
  }

  get [dropped](): boolean {
    return this.#phase === Phase.Dropped;
  }

  [popped](): void {
    if (this.#phase !== Phase.Dropped) this.#phase = Phase.Popped;
  }

  #drop(): void {
    if (this.#phase < Phase.Popped) this.scheduler.timers.noteCancelled();
    this.#phase = Phase.Dropped;
  }

  /** The iterator of `yield*`: itself. */
  override [Symbol.iterator](): Generator<unknown, T, unknown> {
    return this as unknown as Generator<unknown, T, unknown>;
  }

  next(): IteratorResult<unknown, T> {
    if (!this.done()) {
      if (this.#phase === Phase.Awaited) throw new RuntimeError("await wasn't used with future");
      this.#phase = Phase.Awaited;
      current.awaited = this;
      return { done: false, value: this };
    }
    this.#drop();
    return { done: true, value: this.result() };
  }

  throw(error: unknown): IteratorResult<unknown, T> {
    this.#drop();
    throw error;
  }

  return(value: T): IteratorResult<unknown, T> {
    this.#drop();
    return { done: true, value };
  }
}
