// Copyright 2026 the asyncio authors. MIT license.

import { repr } from "../../selectors/mod.ts";
import { AsyncCall, COROUTINE_FUNCTION, isLazy } from "./_async_call.ts";
import {
  type Claimable,
  coroutineName,
  COUNT,
  isClaimable,
  nameCoroutine,
  OWNER,
} from "../futures/_claim.ts";
import { coroutinePrototype } from "./_coroutine_object.ts";
import type { Coroutine } from "../coroutine_type.ts";
import type { Future } from "../futures/future.ts";
import { isAsyncFunction, isGeneratorFunction } from "../_generators.ts";
import { isDrivable } from "../futures/_kinds.ts";
import { type Count, countOf } from "../futures/_never_started.ts";

export type { Coroutine };

/**
 * A coroutine that can also be awaited by native code: what the library's own coroutine functions
 * return. It is lazy: nothing runs until it is driven, by `yield*`, by `await` or by a task.
 *
 * An async function that returns one starts it, since JavaScript unwraps whatever has a `then`.
 *
 * @typeParam T Type of what it returns.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#coroutines}
 */
export type CoroutineObject<T> = Coroutine<T> & PromiseLike<T>;

/**
 * A coroutine function that has not been called yet: `main` in `run(main)`, for async functions.
 *
 * @typeParam T Type of what it returns in the end.
 *
 * @see {@link https://docs.python.org/3/glossary.html#term-coroutine-function}
 */
export type CoroutineFunction<T> = () => Coroutine<T> | PromiseLike<T>;

/**
 * Anything that can be waited for.
 *
 * @typeParam T Type of the result.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#awaitables}
 */
export type Awaitable<T> = Coroutine<T> | Future<T> | PromiseLike<T>;

/**
 * The type of the result of an awaitable or a coroutine function.
 *
 * @typeParam A Type of the awaitable.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#awaitables}
 */
export type Result<A> = A extends Coroutine<infer T> ? T
  : A extends PromiseLike<infer T> ? T
  : A extends () => infer B ? Result<B>
  : never;

// deno-lint-ignore no-explicit-any
type AnyFunction = (this: any, ...args: any[]) => unknown;

/**
 * Makes a function whose calls give {@linkcode CoroutineObject}s: Python's `async def`.
 *
 * A generator's coroutines, so made, can be awaited by async functions; an async function's are
 * lazy and can be delegated to with `yield*`. Calling or resuming them costs what it did before.
 *
 * @param fn A generator function or an async function.
 * @returns The function to call in its place, of the same name.
 * @throws {TypeError} If `fn` is not a function.
 *
 * @example Usage
 * ```ts
 * import { coroutine, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const double = coroutine(function* double(n: number) {
 *   yield* sleep(0.001);
 *   return 2 * n;
 * });
 *
 * assertEquals(await run(double(4)), 8);
 * assertEquals(await run(async () => await double(await double(4))), 16);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#coroutines}
 */
export function coroutine<A extends unknown[], T, This = unknown>(
  fn: (this: This, ...args: A) => Coroutine<T> | PromiseLike<T>,
): (this: This, ...args: A) => CoroutineObject<T> {
  if (typeof fn !== "function") {
    throw new TypeError(`a coroutine function was expected, got ${repr(fn)}`);
  }
  return wrap(fn, false) as (this: This, ...args: A) => CoroutineObject<T>;
}

/**
 * The same for a generator function that calls no function of others: what the library's own primitives
 * are. The loop may go on with its coroutines from wherever it is, which spares async functions that
 * await them a way into the loop's context and back: a third of what such an `await` costs.
 *
 * @param fn The generator function. What it calls must start no async function.
 * @returns The function to call in its place, of the same name.
 *
 * @example Usage
 * ```ts
 * import { type Coroutine, type Future, primitive } from "@asyncio/asyncio/coroutines";
 * import { getRunningLoop, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const take = primitive(function* take(box: Future<string>): Coroutine<string> {
 *   return yield* box;
 * });
 *
 * await run(async () => {
 *   const box = getRunningLoop().createFuture<string>();
 *   box.setResult("here");
 *   assertEquals(await take(box), "here");
 * });
 * ```
 *
 * @see {@linkcode coroutine}
 */
export function primitive<A extends unknown[], T, This = unknown>(
  fn: (this: This, ...args: A) => Coroutine<T>,
): (this: This, ...args: A) => CoroutineObject<T> {
  return wrap(fn, true) as (this: This, ...args: A) => CoroutineObject<T>;
}

function wrap(fn: AnyFunction, isPrimitive: boolean): AnyFunction {
  const count = countOf(fn.name, isPrimitive);
  const made = isGeneratorFunction(fn)
    ? fromGeneratorFunction(fn, count)
    : fromAsyncFunction(fn, count);
  Object.defineProperties(made, {
    name: { value: fn.name, configurable: true },
    length: { value: fn.length, configurable: true },
  });
  return markcoroutinefunction(made as () => Coroutine<unknown>);
}

function fromGeneratorFunction(fn: AnyFunction, count: Count): AnyFunction {
  const prototype = fn.prototype as object;
  if (!isClaimable(prototype)) {
    Object.setPrototypeOf(prototype, coroutinePrototype);
    // A plain assignment: one read-only property makes the engine slow with all of the object.
    (prototype as { [COUNT]?: Count })[COUNT] = count;
  }
  return function (this: unknown, ...args: unknown[]): unknown {
    const coro = fn.apply(this, args) as object;
    count.made(coro);
    return coro;
  };
}

function fromAsyncFunction(fn: AnyFunction, count: Count): AnyFunction {
  return function (this: unknown, ...args: unknown[]): unknown {
    return new AsyncCall(() => fn.apply(this, args), count);
  };
}

/**
 * Whether a value is a coroutine: a generator object, or anything with `next`, `throw`, `return`
 * and `Symbol.iterator`.
 *
 * @param value Anything.
 *
 * @example Usage
 * ```ts
 * import { iscoroutine, sleep } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * assert(iscoroutine(sleep(1)));
 * assert(!iscoroutine([1, 2]));
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.iscoroutine}
 */
export function iscoroutine(value: unknown): value is Coroutine<unknown> {
  return isDrivable(value);
}

/**
 * Whether somebody has begun to wait for a coroutine, or has given it to a task: each is used only once.
 * Of a plain generator only the latter is known.
 *
 * @param coro The coroutine; nothing else is ever claimed.
 *
 * @example Usage
 * ```ts
 * import { createTask, run, sleep } from "@asyncio/asyncio";
 * import { isClaimed } from "@asyncio/asyncio/coroutines";
 * import { assert } from "@std/assert";
 *
 * await run(function* () {
 *   const coro = sleep(0);
 *   assert(!isClaimed(coro));
 *   yield* createTask(coro);
 *   assert(isClaimed(coro));
 * });
 * ```
 *
 * @see {@linkcode iscoroutine}
 */
export function isClaimed(coro: object): boolean {
  return (coro as Partial<Claimable>)[OWNER] !== undefined;
}

/**
 * Whether a value is a coroutine function: a generator function, an async function, or what
 * {@linkcode coroutine} made of one.
 *
 * @param value Anything.
 *
 * @example Usage
 * ```ts
 * import { iscoroutinefunction } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * assert(iscoroutinefunction(async () => {}));
 * assert(!iscoroutinefunction(() => {}));
 * ```
 *
 * @see {@link https://docs.python.org/3/library/inspect.html#inspect.iscoroutinefunction}
 */
export function iscoroutinefunction(value: unknown): boolean {
  if (typeof value !== "function") return false;
  return isLazy(value) || isAsyncFunction(value);
}

/**
 * Marks a function as a coroutine function: calling it only makes a coroutine, and starts nothing. Of
 * generator functions that is known without it.
 *
 * @param fn The function.
 * @returns The same function.
 *
 * @example Usage
 * ```ts
 * import { iscoroutinefunction, run, sleep } from "@asyncio/asyncio";
 * import { markcoroutinefunction } from "@asyncio/asyncio/coroutines";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const nap = markcoroutinefunction(() => sleep(0.001, "rested"));
 * assert(iscoroutinefunction(nap));
 * assertEquals(await run(nap), "rested");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/inspect.html#inspect.markcoroutinefunction}
 */
export function markcoroutinefunction<F extends (...args: never[]) => Coroutine<unknown>>(
  fn: F,
): F {
  return Object.defineProperty(fn, COROUTINE_FUNCTION, { value: true });
}

/**
 * The coroutine of what a user passes for one: itself, or that of a function still to be called.
 * `undefined` if it is neither.
 */
export function toCoroutine<T>(
  value: Coroutine<T> | CoroutineFunction<T>,
): Coroutine<T> | undefined {
  if (typeof value !== "function") return isDrivable(value) ? value : undefined;
  if (!isLazy(value)) return new AsyncCall<T>(value, countOf(value.name));
  if (isGeneratorFunction(value)) nameGenerators(value);
  return value() as Coroutine<T>;
}

/** Has the generators of a function tell its name. */
function nameGenerators(fn: { name: string; prototype?: object }): void {
  const { prototype } = fn;
  if (prototype !== undefined && coroutineName(prototype) === undefined) {
    nameCoroutine(prototype, fn.name);
  }
}

/** Like {@linkcode toCoroutine}, with an error that says what to do. */
export function requireCoroutine<T>(value: Coroutine<T> | CoroutineFunction<T>): Coroutine<T> {
  const coro = toCoroutine(value);
  if (coro !== undefined) return coro;
  throw new TypeError(`a coroutine was expected, got ${repr(value)}${hintFor(value)}`);
}

/** What to do about a promise where a coroutine is asked for. */
export function hintFor(value: unknown): string {
  return value instanceof Promise
    ? ": pass the async function itself, not its Promise, which has started outside any task"
    : "";
}
