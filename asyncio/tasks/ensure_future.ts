// Copyright 2026 the asyncio authors. MIT license.

import {
  type Awaitable,
  type CoroutineFunction,
  ensureFuture as ensureOwnFuture,
  type EnsureFutureOptions,
  type Future,
  getEventLoop,
} from "../../coroutines/mod.ts";
import { ConcurrentFuture, futureOf } from "./concurrent_future.ts";

/**
 * The future of something awaitable: a future as it is, a coroutine as a new task, a promise
 * wrapped. That of a concurrent future cancels it when it is cancelled.
 *
 * @typeParam T Type of the result.
 * @param awaitable What is to be awaited, or a coroutine function.
 * @param options The `loop` to run a coroutine in.
 * @returns The future.
 * @throws {TypeError} If it cannot be awaited.
 * @throws {ValueError} If the loop given is not the future's.
 * @throws {RuntimeError} If there is no current event loop.
 *
 * @example Usage
 * ```ts
 * import { ensureFuture, run, sleep, Task } from "@asyncio/asyncio";
 * import { assertInstanceOf, assertStrictEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const task = ensureFuture(sleep(0));
 *   assertInstanceOf(task, Task);
 *   assertStrictEquals(ensureFuture(task), task);
 *   yield* task;
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-future.html#asyncio.ensure_future}
 */
export function ensureFuture<T>(
  awaitable: Awaitable<T> | CoroutineFunction<T>,
  options: EnsureFutureOptions = {},
): Future<T> {
  if (!(awaitable instanceof ConcurrentFuture)) return ensureOwnFuture(awaitable, options);
  return futureOf(awaitable, options.loop ?? getEventLoop());
}
