// Copyright 2026 the asyncio authors. MIT license.

/**
 * A coroutine: what calling a generator function gives, and the annotation of its result.
 *
 * ```ts ignore
 * function* fetchData(url: string): Coroutine<string> {
 *   yield* sleep(1);
 *   return `Data from ${url}`;
 * }
 * ```
 *
 * Every generator object is one. It has no `Symbol.dispose`, which a generator has: `using` would throw
 * away what was never started.
 *
 * @typeParam T Type of what it returns.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#coroutines}
 */
export interface Coroutine<T> {
  /** Runs it to its next wait, or to its end. Tasks do. */
  // deno-lint-ignore no-explicit-any -- what it is resumed with is the affair of who drives it
  next(value?: any): IteratorResult<unknown, T>;
  /** Throws an error into it where it waits. */
  throw(error: unknown): IteratorResult<unknown, T>;
  /** Closes it: its `finally` clauses run, and must not wait. */
  return(value: T): IteratorResult<unknown, T>;
  /** `yield* coro` waits for it. */
  [Symbol.iterator](): Coroutine<T>;
}
