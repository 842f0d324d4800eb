// Copyright 2026 the asyncio authors. MIT license.

import {
  type EnsureFutureOptions,
  fromPromise,
  type Future,
  getEventLoop,
  isfuture,
} from "../../coroutines/mod.ts";
import { ConcurrentFuture, futureOf } from "../tasks/concurrent_future.ts";

/**
 * The future, on a loop, of work that goes on elsewhere: what {@linkcode Executor.submit} gives.
 *
 * Each follows the other: the future is done when the work is, and cancelling it cancels work that has
 * not begun. A future is given back as it is, a promise is wrapped.
 *
 * @typeParam T Type of the result.
 * @param future A concurrent future, a future, or a promise.
 * @param options The `loop` of the new future. Default: the running one.
 * @returns The future.
 * @throws {RuntimeError} If there is no current event loop.
 *
 * @example Usage
 * ```ts
 * import { run, ThreadPoolExecutor, wrapFuture } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
 * await run(function* () {
 *   const future = wrapFuture(pool.submit((n: number) => 2 * n, 21));
 *   assertEquals(yield* future, 42);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-future.html#asyncio.wrap_future}
 */
// CPython: Lib/asyncio/futures.py, wrap_future
export function wrapFuture<T>(
  future: ConcurrentFuture<T> | Future<T> | PromiseLike<T>,
  options: EnsureFutureOptions = {},
): Future<T> {
  if (isfuture(future)) return future as Future<T>;
  if (!(future instanceof ConcurrentFuture)) return fromPromise(future, options);
  return futureOf(future, options.loop ?? getEventLoop());
}
