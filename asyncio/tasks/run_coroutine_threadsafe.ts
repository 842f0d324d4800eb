// Copyright 2026 the asyncio authors. MIT license.

import {
  type BaseEventLoop,
  CancelledError,
  type Coroutine,
  type CoroutineFunction,
  ensureFuture,
  type Future,
  iscoroutine,
  isfuture,
} from "../../coroutines/mod.ts";

/**
 * The outcome of work that goes on elsewhere, on a loop that is not the caller's: what
 * {@linkcode runCoroutineThreadsafe} gives. Python's `concurrent.futures.Future`.
 *
 * It belongs to no loop: await it anywhere. An error that nobody awaits is dropped.
 *
 * @typeParam T Type of the result.
 *
 * @see {@link https://docs.python.org/3/library/concurrent.futures.html#future-objects}
 */
export interface ConcurrentFuture<T> extends PromiseLike<T> {
  /**
   * Asks the work to end. The future is cancelled at once, the work when its loop comes to it.
   *
   * @returns Whether the future was still to be done.
   */
  cancel(): boolean;
  /** Whether it was cancelled. */
  cancelled(): boolean;
  /** Whether it is done: has a result or an error, or was cancelled. */
  done(): boolean;
  /**
   * Waits for the result.
   *
   * @returns A promise of it. It rejects with the error of the work, or with a `CancelledError`.
   */
  result(): Promise<T>;
}

/**
 * Runs a coroutine on a loop from outside it: from plain code beside the loop, or from another loop.
 *
 * @typeParam T Type of what the coroutine returns.
 * @param coro The coroutine, or a coroutine function, to be called by its task.
 * @param loop The loop.
 * @returns Its outcome, to be awaited or cancelled from anywhere.
 * @throws {TypeError} If `coro` is neither.
 * @throws {RuntimeError} If the loop is closed.
 *
 * @example Usage
 * ```ts
 * import { newEventLoop, runCoroutineThreadsafe, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const loop = newEventLoop();
 * const running = loop.runForever();
 * assertEquals(await runCoroutineThreadsafe(sleep(0.001, "done"), loop), "done");
 * loop.stop();
 * await running;
 * loop.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.run_coroutine_threadsafe}
 */
// CPython: Lib/asyncio/tasks.py, run_coroutine_threadsafe
export function runCoroutineThreadsafe<T>(
  coro: Coroutine<T> | CoroutineFunction<T>,
  loop: BaseEventLoop,
): ConcurrentFuture<T> {
  if (typeof coro !== "function" && (!iscoroutine(coro) || isfuture(coro))) {
    throw new TypeError("A coroutine object is required: pass an async function uncalled");
  }
  const outcome = new Outcome<T>((cancel) => {
    if (!loop.isClosed()) loop.callSoonThreadsafe(cancel);
  });
  loop.callSoonThreadsafe(() => {
    try {
      outcome.follow(ensureFuture(coro, { loop }));
    } catch (error) {
      outcome.fail(error);
      throw error;
    }
  });
  return outcome;
}

class Outcome<T> implements ConcurrentFuture<T> {
  readonly #promise: Promise<T>;
  readonly #callOnLoop: (fn: () => void) => void;
  #resolve!: (value: T) => void;
  #reject!: (error: unknown) => void;
  #state: "pending" | "cancelled" | "finished" = "pending";
  #source: Future<T> | null = null;

  constructor(callOnLoop: (fn: () => void) => void) {
    this.#callOnLoop = callOnLoop;
    this.#promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#promise.catch(() => {});
  }

  /** Takes the outcome of a future of the loop's; called there. */
  follow(source: Future<T>): void {
    this.#source = source;
    source.addDoneCallback(() => this.#copy(source));
    if (this.cancelled()) this.#cancelSource(source);
  }

  /** Takes an error for the outcome. */
  fail(error: unknown): void {
    if (this.done()) return;
    this.#state = "finished";
    this.#reject(error);
  }

  cancel(): boolean {
    if (this.#state === "finished") return false;
    if (this.#state === "cancelled") return true;
    this.#settleCancelled();
    if (this.#source !== null) this.#cancelSource(this.#source);
    return true;
  }

  cancelled(): boolean {
    return this.#state === "cancelled";
  }

  done(): boolean {
    return this.#state !== "pending";
  }

  result(): Promise<T> {
    return this.#promise;
  }

  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((error: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return this.#promise.then(onFulfilled, onRejected);
  }

  #cancelSource(source: Future<T>): void {
    this.#callOnLoop(() => void source.cancel());
  }

  #settleCancelled(): void {
    this.#state = "cancelled";
    this.#reject(new CancelledError());
  }

  #copy(source: Future<T>): void {
    if (this.done()) return;
    if (source.cancelled()) return this.#settleCancelled();
    const error = source.exception();
    if (error !== null) return this.fail(error);
    this.#state = "finished";
    this.#resolve(source.result());
  }
}
