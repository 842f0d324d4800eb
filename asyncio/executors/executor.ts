// Copyright 2026 the asyncio authors. MIT license.

import { type Coroutine, fromPromise } from "../../coroutines/mod.ts";
import type { AsyncContextManager } from "../async_context_manager.ts";
import type { ConcurrentFuture } from "../tasks/concurrent_future.ts";
import type { Iterables, MapOptions, ShutdownOptions } from "./executor_options.ts";
import { MapResults, takeMapOptions, zip } from "./_map_results.ts";

/**
 * Something that runs functions elsewhere: Python's `concurrent.futures.Executor`.
 *
 * Anybody may extend it: provide `submit()`, and `shutdown()` if there is something to shut down. It is
 * for `asyncWith()` and `await using`, which wait until all work is done.
 *
 * @example An executor that runs functions at once
 * ```ts
 * import { ConcurrentFuture, Executor } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * class InlineExecutor extends Executor {
 *   override submit<A extends unknown[], R>(
 *     fn: (...args: A) => R,
 *     ...args: A
 *   ): ConcurrentFuture<Awaited<R>> {
 *     const future = new ConcurrentFuture<Awaited<R>>();
 *     Promise.try(fn, ...args).then(
 *       (result) => future.setResult(result),
 *       (error) => future.setException(error),
 *     );
 *     return future;
 *   }
 * }
 *
 * await using executor = new InlineExecutor();
 * const squares = executor.map((n: number) => n * n, [1, 2, 3]);
 * assertEquals(await Array.fromAsync(squares), [1, 4, 9]);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/concurrent.futures.html#executor-objects}
 */
// CPython: Lib/concurrent/futures/_base.py, Executor
export abstract class Executor implements AsyncContextManager<Executor> {
  /**
   * Has `fn(...args)` run elsewhere.
   *
   * @typeParam A Types of the arguments.
   * @typeParam R Type of what the function returns.
   * @param fn The function.
   * @param args What to call it with.
   * @returns Its outcome. What an async function's promise gives is the result.
   * @throws {RuntimeError} If the executor was shut down.
   */
  abstract submit<A extends unknown[], R>(
    fn: (...args: A) => R,
    ...args: A
  ): ConcurrentFuture<Awaited<R>>;

  /**
   * Has a function run for each item of an iterable, or for each set of items of several that are
   * gone through together. The results come in the order of the items; the calls run in any.
   *
   * Leaving the iteration early, by `break` or an error, cancels the calls that have not begun.
   *
   * @typeParam A Types of the arguments.
   * @typeParam R Type of what the function returns.
   * @param fn The function.
   * @param iterables An iterable for each argument. The shortest ends it. Options may follow them:
   *   `timeout`, `chunksize` and `buffersize`.
   * @returns The results, to be gone through by `for await`. Where a call has failed, its error is
   *   thrown; where the time is up, a `TimeoutError`.
   * @throws {RuntimeError} If the executor was shut down.
   * @throws {ValueError} If `chunksize` or `buffersize` is less than 1.
   */
  map<A extends unknown[], R>(
    fn: (...args: A) => R,
    ...iterables: Iterables<A>
  ): AsyncIterableIterator<Awaited<R>>;
  /** The same, with options. */
  map<A extends unknown[], R>(
    fn: (...args: A) => R,
    ...iterables: [...Iterables<A>, MapOptions]
  ): AsyncIterableIterator<Awaited<R>>;
  map(
    fn: (...args: unknown[]) => unknown,
    ...iterables: unknown[]
  ): AsyncIterableIterator<unknown> {
    const { timeout, buffersize } = takeMapOptions(iterables);
    return new MapResults(
      zip(iterables as Iterable<unknown>[]),
      (args) => this.submit(fn, ...args),
      (value) => [value],
      timeout ?? null,
      buffersize ?? null,
    );
  }

  /**
   * Says that nothing more will be submitted, and frees what the executor holds when the work is done.
   *
   * @param _options `wait` and `cancelFutures`.
   * @returns A promise that resolves when all work is done and all workers have ended; at once with
   *   `wait: false`.
   */
  shutdown(_options?: ShutdownOptions): Promise<void> {
    return Promise.resolve();
  }

  /** For `asyncWith()`: gives the executor itself. */
  // deno-lint-ignore require-yield
  *aenter(): Coroutine<this> {
    return this;
  }

  /** For `asyncWith()`: shuts the executor down, and waits until all work is done. */
  *aexit(): Coroutine<void> {
    yield* fromPromise(this.shutdown());
  }

  /** Shuts it down at the end of an `await using` scope, and waits until all work is done. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}
