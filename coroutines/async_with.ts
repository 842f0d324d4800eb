// Copyright 2026 the asyncio authors. MIT license.

import { callInTask } from "./_async_call.ts";
import { type Awaitable, type Coroutine, coroutine, type CoroutineObject } from "./coroutine.ts";

/**
 * What {@linkcode asyncWith} enters and exits: Python's asynchronous context manager.
 *
 * @typeParam T Type of what entering gives.
 */
export interface AsyncContextManager<T> {
  /** Enters, and gives the value for the body. */
  aenter(): Awaitable<T>;
  /**
   * Exits.
   *
   * @param error What the body threw; `undefined` if it came to its end.
   * @returns Something that gives `true` to swallow the error.
   */
  aexit(error?: unknown): Awaitable<boolean | void>;
}

/**
 * Python's `async with cm as value: body`.
 *
 * Enters the context manager, runs the body, and exits whatever happens, with the error of the body
 * if there was one. Cancellation is such an error.
 *
 * The first call of each new generator function costs V8 about a microsecond: where that matters, make
 * the body once, outside the loop.
 *
 * @typeParam T Type of what entering gives.
 * @typeParam R Type of what the body returns.
 * @param cm The context manager.
 * @param body A generator function or an async function; it receives what entering gave.
 * @returns A coroutine giving what the body returns; `undefined` if its error was swallowed.
 * @throws What entering, the body or exiting throws.
 *
 * @example Usage
 * ```ts
 * import { asyncWith, Lock, run, sleep } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * const lock = new Lock();
 * await run(asyncWith(lock, function* () {
 *   assert(lock.locked());
 *   yield* sleep(0);
 * }));
 * assert(!lock.locked());
 * ```
 *
 * @see {@link https://docs.python.org/3/reference/compound_stmts.html#async-with}
 */
export function asyncWith<T, R>(
  cm: AsyncContextManager<T>,
  body: (value: T) => Coroutine<R> | PromiseLike<R>,
): CoroutineObject<R> {
  return enterAndExit(cm, body as (value: unknown) => Coroutine<R> | PromiseLike<R>);
}

const enterAndExit = coroutine(
  function* asyncWith<R>(
    cm: AsyncContextManager<unknown>,
    body: (value: unknown) => Coroutine<R> | PromiseLike<R>,
  ): Coroutine<R> {
    const value = yield* callInTask(cm.aenter, cm);
    let result: R;
    try {
      result = yield* callInTask(body, undefined, value);
    } catch (error) {
      const swallowed = yield* callInTask(cm.aexit, cm, error);
      if (swallowed === true) return undefined as R;
      throw error;
    }
    yield* callInTask(cm.aexit, cm);
    return result;
  },
) as <R>(
  cm: AsyncContextManager<unknown>,
  body: (value: unknown) => Coroutine<R> | PromiseLike<R>,
) => CoroutineObject<R>;
