// Copyright 2026 the asyncio authors. MIT license.

import {
  type FromPromiseOptions,
  Future,
  getEventLoop,
  type SelectorEventLoop,
} from "../../coroutines/mod.ts";

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
 *
 * @see {@link https://developer.mozilla.org/docs/Web/API/AbortSignal}
 */
export function fromSignal(signal: AbortSignal, options: FromPromiseOptions = {}): Future<never> {
  const loop = options.loop ?? getEventLoop();
  (loop as SelectorEventLoop).requireHost("fromSignal()");
  const future = new Future<never>({ loop });
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
