// Copyright 2026 the asyncio authors. MIT license.

import { type Awaitable, type Coroutine, coroutine, type CoroutineObject } from "./coroutine.ts";
import { CancelledError } from "./errors.ts";
import { fromPromise, type FromPromiseOptions } from "./from_promise.ts";
import { Future, isfuture } from "./future.ts";
import { currentLoop } from "./_running.ts";
import { ensureFuture } from "./ensure_future.ts";

/**
 * Waits for work of the host's that takes an `AbortSignal`, and aborts it when cancelled.
 *
 * On cancellation the signal is aborted at once, and the coroutine waits until the work has come to
 * its end: so nothing goes on behind its back. Then it throws the `CancelledError`.
 *
 * @typeParam T Type of the result.
 * @param start Starts the work, and gives it the signal.
 * @returns A coroutine giving the result.
 * @throws {CancelledError} If it is cancelled.
 * @throws What the work fails with.
 *
 * @example Usage
 * ```ts
 * import { abortable, run, TimeoutError, waitFor } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * const never = (signal: AbortSignal) =>
 *   new Promise<void>((_, reject) => signal.onabort = () => reject(signal.reason));
 * await assertRejects(() => run(waitFor(abortable(never), 0.001)), TimeoutError);
 * ```
 */
export function abortable<T>(start: (signal: AbortSignal) => PromiseLike<T>): CoroutineObject<T> {
  return abort(start) as CoroutineObject<T>;
}

const abort = coroutine(
  function* abortable(start: (signal: AbortSignal) => PromiseLike<unknown>): Coroutine<unknown> {
    const controller = new AbortController();
    const work = start(controller.signal);
    try {
      return yield* fromPromise(work);
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      controller.abort(error);
      yield* fromPromise(work.then(() => {}, () => {}));
      throw error;
    }
  },
);

/**
 * A future that fails when a signal is aborted, with the signal's reason.
 *
 * @param signal The signal.
 * @param options The `loop` of the future.
 * @returns The future. It never has a result; cancel it to let go of the signal.
 * @throws {RuntimeError} If there is no current event loop.
 *
 * @example Usage
 * ```ts
 * import { fromSignal, run } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(
 *   () =>
 *     run(function* () {
 *       yield* fromSignal(AbortSignal.abort(new Error("shutting down")));
 *     }),
 *   Error,
 *   "shutting down",
 * );
 * ```
 */
export function fromSignal(signal: AbortSignal, options: FromPromiseOptions = {}): Future<never> {
  const future = new Future<never>({ loop: options.loop ?? currentLoop() });
  const fail = () => {
    if (!future.done()) future.setException(signal.reason);
  };
  if (signal.aborted) {
    fail();
  } else {
    signal.addEventListener("abort", fail, { once: true });
    future.addDoneCallback(() => signal.removeEventListener("abort", fail));
  }
  return future;
}

/**
 * The native promise of something awaitable. A coroutine becomes a task.
 *
 * @typeParam T Type of the result.
 * @param awaitable What is to be awaited.
 * @returns The promise.
 * @throws {RuntimeError} If it is a coroutine and there is no current event loop.
 *
 * @example Usage
 * ```ts
 * import { run, sleep, toPromise } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * await run(function* () {
 *   const promise = toPromise(sleep(0));
 *   assertInstanceOf(promise, Promise);
 *   yield* sleep(0);
 * });
 * ```
 */
export function toPromise<T>(awaitable: Awaitable<T>): Promise<T> {
  if (awaitable instanceof Promise) return awaitable;
  const future = isfuture(awaitable) ? awaitable as Future<T> : ensureFuture(awaitable);
  return future.then();
}
