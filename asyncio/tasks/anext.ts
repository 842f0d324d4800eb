// Copyright 2026 the asyncio authors. MIT license.

import {
  type Coroutine,
  coroutine,
  type CoroutineObject,
  getRunningLoop,
  StopAsyncIteration,
} from "../../coroutines/mod.ts";
import { nextOf } from "./asyncgens.ts";

/**
 * The next value of an asynchronous iterator: how a generator coroutine goes through one.
 *
 * @typeParam T Type of the values.
 * @param iterator An asynchronous iterator, or an iterable for its first value.
 * @returns A coroutine giving the value.
 * @throws {StopAsyncIteration} If there is none left.
 * @throws {TypeError} If it is no asynchronous iterator.
 *
 * @example Usage
 * ```ts
 * import { anext, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * async function* numbers() {
 *   yield 1;
 *   yield 2;
 * }
 *
 * await run(function* () {
 *   const it = numbers();
 *   assertEquals([yield* anext(it), yield* anext(it)], [1, 2]);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/functions.html#anext}
 */
export function anext<T>(iterator: AsyncIterator<T> | AsyncIterable<T>): CoroutineObject<T> {
  return step(iterator) as CoroutineObject<T>;
}

const step = coroutine(
  function* anext(iterator: AsyncIterator<unknown> | AsyncIterable<unknown>): Coroutine<unknown> {
    const it = "next" in iterator ? iterator : iterator[Symbol.asyncIterator]?.();
    if (typeof it?.next !== "function") {
      throw new TypeError("anext() needs an asynchronous iterator");
    }
    const { done, value } = yield* nextOf(getRunningLoop(), it);
    if (done) throw new StopAsyncIteration();
    return value;
  },
);
