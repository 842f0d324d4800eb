// Copyright 2026 the asyncio authors. MIT license.

import {
  type AbstractEventLoop,
  CancelledError,
  type Coroutine,
  coroutine,
  type CoroutineObject,
  inspectAsText,
  primitive,
  RuntimeError,
} from "../../coroutines/mod.ts";
import type { AsyncContextManager } from "../async_context_manager.ts";
import { guard } from "./_guard.ts";
import { Lock } from "./lock.ts";
import { bindLoop } from "./_loop_bound.ts";
import { WaitingLine } from "./_waiting_line.ts";

/**
 * Tasks that share some state under a lock wait here for it to change.
 *
 * A task that holds the lock waits: that releases the lock, until another task, holding it in its
 * turn, changes the state and notifies. The first goes on when it has the lock again.
 *
 * - Order: those who wait are notified in the order of their coming.
 * - `wait()` may return without need, so look at the state again, or use `waitFor()`.
 * - Cancellation while waiting: the lock is acquired again all the same, before the `CancelledError`
 *   goes on. A notification that it may have cost is passed to the next.
 *
 * @example Usage
 * ```ts
 * import { asyncWith, Condition, createTask, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const condition = new Condition();
 * const basket: string[] = [];
 *
 * function* eat() {
 *   return yield* asyncWith(condition, function* () {
 *     yield* condition.waitFor(() => basket.length > 0);
 *     return basket.pop();
 *   });
 * }
 *
 * await run(function* () {
 *   const task = createTask(eat());
 *   yield* sleep(0.001);
 *   yield* asyncWith(condition, function* () {
 *     basket.push("pizza");
 *     condition.notify();
 *   });
 *   assertEquals(yield* task, "pizza");
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-sync.html#asyncio.Condition}
 */
export class Condition implements AsyncContextManager<void> {
  readonly #lock: Lock;
  readonly #waiters = new WaitingLine(this, "wait");
  #loop: AbstractEventLoop | null = null;

  static {
    inspectAsText(this.prototype);
  }

  /**
   * Makes a condition.
   *
   * @param lock The lock to use; several conditions may share one. Default: one of its own.
   */
  constructor(lock?: Lock | null) {
    this.#lock = lock ?? new Lock();
  }

  /** Whether somebody holds the lock. */
  locked(): boolean {
    return this.#lock.locked();
  }

  /**
   * Acquires the lock.
   *
   * @returns A coroutine giving `true`.
   * @throws {CancelledError} If the task is cancelled meanwhile.
   * @throws {RuntimeError} If tasks of another loop have waited for the lock.
   */
  acquire(): CoroutineObject<true> {
    return this.#lock.acquire();
  }

  /**
   * Releases the lock.
   *
   * @throws {RuntimeError} If nobody holds it.
   */
  release(): void {
    this.#lock.release();
  }

  /**
   * Releases the lock, waits until notified, and acquires the lock again.
   *
   * @returns A coroutine giving `true`.
   * @throws {CancelledError} If the task is cancelled meanwhile; the lock is held then, too.
   * @throws {RuntimeError} If the lock is not held, or tasks of another loop have waited here.
   */
  wait(): CoroutineObject<true> {
    return Condition.#wait(this);
  }

  // CPython: Lib/asyncio/locks.py, Condition.wait
  static readonly #wait = primitive(function* wait(condition: Condition): Coroutine<true> {
    if (!condition.locked()) throw new RuntimeError("cannot wait on un-acquired lock");
    condition.#loop = bindLoop(condition, condition.#loop);
    condition.release();
    try {
      const waiter = condition.#waiters.join(condition.#loop);
      try {
        yield* waiter;
        return true;
      } finally {
        condition.#waiters.leave(waiter);
        yield* condition.#reacquire();
      }
    } catch (error) {
      // It may have been notified before: then another is to be, who may come without need.
      condition.#notify(1);
      throw error;
    }
  });

  /** Acquires the lock even if cancelled; the last cancellation is thrown when it has the lock. */
  *#reacquire(): Coroutine<void> {
    let cancellation: CancelledError | null = null;
    for (;;) {
      try {
        yield* this.acquire();
        break;
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
        cancellation = error;
      }
    }
    if (cancellation !== null) throw cancellation;
  }

  /**
   * Waits until a predicate is true: calls it at once and after each notification, with the lock held.
   *
   * @typeParam T Type of what the predicate returns.
   * @param predicate The predicate; whatever JavaScript takes for true will do.
   * @returns A coroutine giving what the predicate returned last.
   * @throws {CancelledError} If the task is cancelled meanwhile.
   * @throws {RuntimeError} If it has to wait and the lock is not held.
   */
  waitFor<T>(predicate: () => T): CoroutineObject<T> {
    return Condition.#waitFor(this, predicate);
  }

  // CPython: Lib/asyncio/locks.py, Condition.wait_for
  static readonly #waitFor = coroutine(
    function* waitFor<T>(condition: Condition, predicate: () => T): Coroutine<T> {
      let result = predicate();
      while (!result) {
        yield* condition.wait();
        result = predicate();
      }
      return result;
    },
  );

  /**
   * Wakes tasks that wait here. They go on one after the other, when the lock is released.
   *
   * @param n How many at most. Default: 1.
   * @throws {RuntimeError} If the lock is not held.
   */
  // CPython: Lib/asyncio/locks.py, Condition.notify
  notify(n: number = 1): void {
    if (!this.locked()) throw new RuntimeError("cannot notify on un-acquired lock");
    this.#notify(n);
  }

  #notify(n: number): void {
    for (let i = 0; i < n && this.#waiters.wakeNext(); i++);
  }

  /**
   * Wakes all tasks that wait here.
   *
   * @throws {RuntimeError} If the lock is not held.
   */
  notifyAll(): void {
    this.notify(this.#waiters.size);
  }

  /**
   * Acquires the lock for the rest of a scope: `using _ = await condition.guard()`, or
   * `using _ = yield* condition.guard()`.
   *
   * @returns A coroutine giving what releases the lock when it is disposed of, once.
   */
  guard(): CoroutineObject<Disposable> {
    return guard(this);
  }

  /** For `asyncWith()`: acquires the lock. */
  *aenter(): Coroutine<void> {
    yield* this.acquire();
  }

  /** For `asyncWith()`: releases the lock. */
  // deno-lint-ignore require-yield
  *aexit(): Coroutine<void> {
    this.release();
  }

  /** Python's repr: `<Condition [locked, waiters:1]>`. */
  toString(): string {
    const state = this.locked() ? "locked" : "unlocked";
    return `<${this.constructor.name} [${state}${this.#waiters}]>`;
  }
}
