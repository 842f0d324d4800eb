// Copyright 2026 the asyncio authors. MIT license.

import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import { CancelledError } from "../errors.ts";
import { Future } from "./future.ts";
import { currentLoop } from "../_running.ts";
import { schedulerOf } from "../turns/_scheduler.ts";
import { runningFunction } from "./_task_frame.ts";

/**
 * Options of {@linkcode fromPromise}.
 *
 * @see {@linkcode fromPromise}
 */
export interface FromPromiseOptions {
  /** The loop of the future. Default: the running one. */
  loop?: AbstractEventLoop | null | undefined;
}

/**
 * The future of a promise.
 *
 * Cancelling the future abandons the promise: nothing can stop it. Its error is then dropped, since
 * nobody waits for it any more.
 *
 * @typeParam T Type of the result.
 * @param promise The promise, or any thenable.
 * @param options The `loop` of the future.
 * @returns The future.
 * @throws {RuntimeError} If there is no current event loop.
 *
 * @example Usage
 * ```ts
 * import { fromPromise, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   assertEquals(yield* fromPromise(Promise.resolve(42)), 42);
 * });
 * ```
 *
 * @see {@link https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Promise}
 */
export function fromPromise<T>(
  promise: PromiseLike<T>,
  options: FromPromiseOptions = {},
): Future<T> {
  const future = new Future<T>({ loop: options.loop ?? currentLoop() });
  const scheduler = schedulerOf(future.getLoop());
  const fn = runningFunction();
  let waiting = true;
  const end = () => {
    if (waiting) scheduler.outside--;
    waiting = false;
  };
  scheduler.outside++;
  fn?.wrapped();
  future.addDoneCallback(end);
  promise.then((value) => {
    end();
    fn?.unwrapped();
    if (!future.done()) future.setResult(value);
  }, (error) => {
    end();
    fn?.unwrapped();
    if (future.done()) return;
    if (error instanceof CancelledError) future.cancel(error.message);
    else future.setException(error);
  });
  return future;
}
