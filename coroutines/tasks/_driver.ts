// Copyright 2026 the asyncio authors. MIT license.

import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import type { Coroutine } from "../coroutine_type.ts";
import { CancelledError } from "../errors.ts";
import { explain } from "../_explain.ts";
import { type Extent, overdue } from "../futures/_extent.ts";
import { Future, type FutureOptions } from "../futures/future.ts";
import { run, type Runnable } from "../turns/_ready_queue.ts";
import { CONTEXT, current, EXTENT, type Frame, LOOP, TASK } from "../_running.ts";
import {
  addWaiter,
  badYield,
  inPlaceOf,
  leaveCircle,
  type Waitable,
} from "../futures/_waitable.ts";

/** The key of a driver's method that goes on at once. */
export const resume: unique symbol = Symbol("resume");

/**
 * Runs a coroutine, step by step, from one wait to the next: what a task does for its own coroutine,
 * and a native `await` for the one that is awaited.
 *
 * @ignore
 */
export abstract class Driver<T> extends Future<T> implements Frame, Runnable {
  // Invariants, while it is not done. It is in one of three states:
  // - running: it is `current.frame`;
  // - scheduled: it stands in the ready queue, once, and #waiter, if there is one, is done;
  // - waiting: #waiter is not done, and holds the driver as a listener.
  #coro: Coroutine<T>;
  #waiter: Waitable | null = null;
  /** What is to be thrown into the coroutine at its next step. */
  #pending: CancelledError | null = null;

  constructor(coro: Coroutine<T>, options: FutureOptions) {
    super(options);
    this.#coro = coro;
  }

  /** @ignore */
  abstract readonly [TASK]: object;
  /** @ignore */
  abstract [CONTEXT]: object | null;
  /** @ignore */
  abstract [EXTENT]: object | null;

  /** @ignore */
  get [LOOP](): AbstractEventLoop {
    return this.getLoop();
  }

  /** The coroutine. */
  protected get coro(): Coroutine<T> {
    return this.#coro;
  }

  /** Has the first step throw, in place of a coroutine that belongs to somebody else. */
  protected refuse(error: unknown): void {
    this.#coro = thrower(error);
  }

  /** Takes up another coroutine, which has made its first step. */
  protected takeUp(
    coro: Coroutine<T>,
    yielded: unknown,
    cancellation: CancelledError | null,
  ): void {
    this.#coro = coro;
    this.#pending = cancellation;
    this.suspend(yielded);
  }

  /**
   * What it waits for.
   *
   * @ignore
   */
  get waiter(): Waitable | null {
    return this.#waiter;
  }

  /**
   * Whether a coroutine is the one that it runs, and not one further inside.
   *
   * @ignore
   */
  drives(coro: object): boolean {
    return this.#coro === coro;
  }

  /** The coroutine has returned. */
  protected abstract finish(value: T): void;
  /** The coroutine has thrown. */
  protected abstract fail(error: unknown): void;

  /**
   * For the loop: runs the coroutine to its next wait.
   *
   * @ignore
   */
  // CPython: Lib/asyncio/tasks.py, Task.__step
  [run](): void {
    Driver.#step(this, Driver.#takePending(this));
  }

  /**
   * For async functions that the coroutine has called: goes on where one has returned, as a part of the
   * step that it was called in.
   *
   * @param cancellation One that the function has never heard of: it is for the next wait.
   * @ignore
   */
  [resume](cancellation: CancelledError | null): void {
    const { frame, loop } = current;
    if (cancellation !== null) this.#pending = cancellation;
    current.loop = this.getLoop();
    try {
      Driver.#step(this, null);
    } finally {
      current.frame = frame;
      current.loop = loop;
    }
  }

  /**
   * Throws a `CancelledError` into the coroutine where it waits, or else at its next wait.
   *
   * @ignore
   */
  // CPython: Lib/asyncio/tasks.py, Task.cancel
  interrupt(message: string): void {
    const waiter = this.#waiter;
    const pending = this.#pending;
    // Tasks that wait for one another in a circle: who is asked again, while it asks, gives up its wait.
    if (waiter instanceof Future) this.#waiter = null;
    const isTaken = waiter?.cancel(message) ?? false;
    this.#waiter = waiter;
    if (isTaken && this.#pending !== pending) leaveCircle(waiter!, this, this.scheduler);
    let extent = this[EXTENT] as Extent | null;
    for (; extent !== null && extent.task === this[TASK]; extent = extent.outer) {
      extent.interruptBranches?.(message);
    }
    if (!isTaken) this.#pending = new CancelledError(message);
  }

  /**
   * Takes back an interruption that is still to be delivered.
   *
   * @ignore
   */
  forgetCancel(): void {
    this.#pending = null;
    this.#waiter?.forgetCancel?.();
  }

  /**
   * Takes an interruption that a wait should have been ended by, and could not.
   *
   * @ignore
   */
  takeOverdue(): CancelledError | null {
    const isOverdue = this.#pending !== null && overdue.has(this.#pending);
    return isOverdue ? this.takeCancellation() : null;
  }

  /** The interruption that is still to be delivered. */
  protected takeCancellation(): CancelledError | null {
    const cancellation = this.#pending;
    this.#pending = null;
    return cancellation;
  }

  static #takePending(self: Driver<unknown>): CancelledError | null {
    if (self.#pending === null) return null;
    return inPlaceOf(self.#waiter, self.takeCancellation()!);
  }

  static #step<T>(self: Driver<T>, error: unknown): void {
    self.#waiter = null;
    current.frame = self;
    let step: IteratorResult<unknown, T>;
    try {
      step = error === null ? self.#coro.next() : self.#coro.throw(error);
    } catch (thrown) {
      return self.fail(explain(thrown));
    }
    if (step.done) self.finish(step.value);
    else self.suspend(step.value);
  }

  /** Waits for what the coroutine has yielded. */
  protected suspend(yielded: unknown): void {
    if (yielded === undefined || yielded === null) return this.scheduler.schedule(this);
    const error = badYield(this[TASK], this.getLoop(), yielded);
    if (error !== null) return Driver.#throwSoon(this, error);
    const waiter = yielded as Waitable;
    waiter[addWaiter](this);
    this.#waiter = waiter;
    this.scheduler.observation?.observer.taskWaits?.(this[TASK], waiter);
    if (this.#pending !== null && waiter.cancel(this.#pending.message)) this.#pending = null;
  }

  /** Throws an error into the coroutine in the next turn; a cancellation meanwhile goes first. */
  static #throwSoon(self: Driver<unknown>, error: Error): void {
    self.scheduler.schedule({
      [run]: () => Driver.#step(self, Driver.#takePending(self) ?? error),
      [TASK]: self[TASK],
    } as Runnable);
  }
}

// deno-lint-ignore require-yield -- it throws
function* thrower(error: unknown): Generator<never, never, unknown> {
  throw error;
}
