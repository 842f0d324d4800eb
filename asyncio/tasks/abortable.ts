// Copyright 2026 the asyncio authors. MIT license.

import {
  CancelledError,
  type Coroutine,
  coroutine,
  type CoroutineObject,
  fromPromise,
} from "../../coroutines/mod.ts";

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
 *
 * @see {@link https://developer.mozilla.org/docs/Web/API/AbortSignal}
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
