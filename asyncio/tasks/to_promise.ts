// Copyright 2026 the asyncio authors. MIT license.

import { type Awaitable, type Future, isfuture } from "../../coroutines/mod.ts";
import { ensureFuture } from "./ensure_future.ts";

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
 *
 * @see {@link https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Promise}
 */
export function toPromise<T>(awaitable: Awaitable<T>): Promise<T> {
  if (awaitable instanceof Promise) return awaitable;
  const future = isfuture(awaitable) ? awaitable as Future<T> : ensureFuture(awaitable);
  return future.then();
}
