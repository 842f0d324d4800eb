// Copyright 2026 the asyncio authors. MIT license.

import {
  callInTask,
  type Coroutine,
  coroutine,
  type CoroutineObject,
  repr,
  StopAsyncIteration,
} from "../../coroutines/mod.ts";
import { anext } from "./anext.ts";

/** What a body of {@linkcode asyncFor} returns to leave it. */
const LEAVE = Symbol("asyncFor.BREAK");

/** What {@linkcode asyncFor} goes through. */
type Source = AsyncIterable<unknown> | Iterable<unknown>;

type Body = (this: unknown, item: unknown) => Coroutine<unknown> | PromiseLike<unknown>;

/**
 * Python's `async for item in iterable: body`, for generator coroutines: an async function has
 * `for await`.
 *
 * Runs the body for one item after the other. If it is left early, by {@linkcode asyncFor.BREAK} or by
 * an error, the iterator is closed, as `for await` does.
 *
 * @typeParam T Type of the items.
 * @typeParam This Type of `this` in the body.
 * @param iterable An asynchronous iterable, or a plain one.
 * @param body A generator function or an async function; it receives the item.
 * @param self What is `this` in the body.
 * @returns A coroutine.
 * @throws {TypeError} If it is no iterable.
 * @throws What the iterator or the body throws.
 *
 * @example Usage
 * ```ts
 * import { asyncFor, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * async function* count() {
 *   for (let i = 1;; i++) yield i;
 * }
 *
 * const seen: number[] = [];
 * await run(asyncFor(count(), function* (n) {
 *   seen.push(n);
 *   yield* sleep(0);
 *   if (n === 3) return asyncFor.BREAK;
 * }));
 * assertEquals(seen, [1, 2, 3]);
 * ```
 *
 * @see {@link https://docs.python.org/3/reference/compound_stmts.html#async-for}
 */
export function asyncFor<T, This = undefined>(
  iterable: AsyncIterable<T> | Iterable<T | PromiseLike<T>>,
  body: (this: This, item: T) => Coroutine<unknown> | PromiseLike<unknown>,
  self?: This,
): CoroutineObject<void> {
  return iterate(iterable, body as Body, self);
}

/** What a body returns to leave the iteration: Python's `break`. */
asyncFor.BREAK = LEAVE as symbol;

const iterate = coroutine(
  function* asyncFor(iterable: Source, body: Body, self: unknown): Coroutine<void> {
    const iterator = iteratorOf(iterable);
    let isOver = false;
    try {
      for (;;) {
        let item: unknown;
        try {
          item = yield* anext(iterator);
        } catch (error) {
          isOver = true;
          if (error instanceof StopAsyncIteration) return;
          throw error;
        }
        if ((yield* callInTask(body, self, item)) === LEAVE) return;
      }
    } finally {
      if (!isOver && iterator.return !== undefined) {
        yield* callInTask(iterator.return, iterator, undefined);
      }
    }
  },
);

function iteratorOf(iterable: Source): AsyncIterator<unknown> {
  const iterator = (iterable as Partial<AsyncIterable<unknown>>)?.[Symbol.asyncIterator]?.();
  if (iterator !== undefined) return iterator;
  const plain = (iterable as Partial<Iterable<unknown>>)?.[Symbol.iterator]?.();
  if (plain === undefined) {
    throw new TypeError(`asyncFor() needs an iterable, got ${repr(iterable)}`);
  }
  return {
    next: async () => {
      const { done, value } = plain.next();
      return { done: done ?? false, value: await value };
    },
    return: (value) => Promise.resolve(plain.return?.(value) ?? { done: true, value }),
  } as AsyncIterator<unknown>;
}
