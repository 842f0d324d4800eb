// Copyright 2026 the asyncio authors. MIT license.

import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import {
  type Awaitable,
  type Coroutine,
  type CoroutineFunction,
  toCoroutine,
} from "./coroutine.ts";
import { repr, ValueError } from "../../selectors/mod.ts";
import { type Future, isfuture } from "../futures/future.ts";
import { fromPromise } from "../futures/from_promise.ts";
import { isThenable } from "../_generators.ts";
import { currentLoop } from "../_running.ts";

/**
 * Options of {@linkcode ensureFuture}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-future.html#asyncio.ensure_future}
 */
export interface EnsureFutureOptions {
  /** The loop to run a coroutine in. Default: the running one. */
  loop?: AbstractEventLoop | null | undefined;
}

/**
 * The future of something awaitable: a future as it is, a coroutine as a new task, a promise
 * wrapped.
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
  const { loop } = options;
  if (isfuture(awaitable)) {
    if (loop !== null && loop !== undefined && loop !== awaitable.getLoop()) {
      throw new ValueError(
        "The future belongs to a different loop than the one specified as the loop argument",
      );
    }
    return awaitable as Future<T>;
  }
  const coro = toCoroutine(awaitable as Awaitable<T> & Coroutine<T>);
  if (coro === undefined && !isThenable(awaitable)) {
    throw new TypeError(
      `An asyncio.Future, a coroutine or an awaitable is required, got ${repr(awaitable)}`,
    );
  }
  const home = loop ?? loopFor(coro);
  if (coro !== undefined) return home.createTask(coro) as Future<T>;
  return fromPromise(awaitable as PromiseLike<T>, { loop: home });
}

function loopFor<T>(coro: Coroutine<T> | undefined): AbstractEventLoop {
  try {
    return currentLoop();
  } catch (error) {
    coro?.return(undefined as T);
    throw error;
  }
}

/**
 * The future itself. Python wraps the futures of threads; here it is for code that was ported.
 *
 * @typeParam T Type of the result.
 * @param future A future, or a promise to be wrapped.
 * @param options The `loop` of the new future.
 * @returns The future.
 *
 * @example Usage
 * ```ts
 * import { run, wrapFuture } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   assertEquals(yield* wrapFuture(Promise.resolve(42)), 42);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-future.html#asyncio.wrap_future}
 */
export function wrapFuture<T>(
  future: Future<T> | PromiseLike<T>,
  options: EnsureFutureOptions = {},
): Future<T> {
  return isfuture(future) ? future as Future<T> : fromPromise(future, options);
}
