// Copyright 2026 the asyncio authors. MIT license.

import { BrokenThreadPool } from "./broken_executor.ts";
import type { ConcurrentFuture } from "../tasks/concurrent_future.ts";
import { Executor } from "./executor.ts";
import type { ShutdownOptions } from "./executor_options.ts";
import { cpuCount } from "./_host.ts";
import { checkMaxWorkers, shutdownWhenCollected } from "./_pool_options.ts";
import { sourceOf } from "./_source.ts";
import { startThread } from "./_thread.ts";
import { WorkerPool } from "./_worker_pool.ts";

/**
 * Options of {@linkcode ThreadPoolExecutor}.
 *
 * @see {@link https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.ThreadPoolExecutor}
 */
export interface ThreadPoolExecutorOptions {
  /** How many threads there are at most. Default: 4 more than processors, up to 32. */
  maxWorkers?: number | null | undefined;
  /** What the names of the threads begin with. A thread finds its own in `globalThis.name`. */
  threadNamePrefix?: string | undefined;
  /** What each thread calls first of all. If it fails, the pool is broken. */
  // deno-lint-ignore no-explicit-any
  initializer?: ((...args: any[]) => unknown) | null | undefined;
  /** What to call the initializer with. */
  initargs?: readonly unknown[] | undefined;
}

/**
 * Runs functions in threads: Python's `ThreadPoolExecutor`, over module workers.
 *
 * Each thread has a JavaScript of its own: it shares no variable with this one, and computes beside it.
 * What is submitted is therefore either
 *
 * - `moduleFunction(import.meta, fn)`: a function that a module exports, which the thread imports; or
 * - a function that stands on its own, using only its arguments and what every JavaScript has: it is sent as
 *   text. One that uses another name fails with an error that says which.
 *
 * An async function is awaited in the thread, which does nothing else meanwhile. Arguments and results
 * are copied (by structured clone), or moved by {@linkcode transfer}; context variables stay here. Errors
 * arrive with their class, message, cause, and the stack of the thread.
 *
 * Threads start when they are first needed, with the permissions of the program. Importing a module in a
 * thread takes the permission to read it. As in Python, nothing can stop a call that has begun: its future
 * cannot be cancelled, `shutdown()` waits for it, and the program lives until it is done. A pool with nothing
 * to do keeps no program alive.
 *
 * @example Usage
 * ```ts
 * import { ThreadPoolExecutor } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * function sumOfSquares(n: number): number {
 *   let sum = 0;
 *   for (let i = 0; i < n; i++) sum += i * i;
 *   return sum;
 * }
 *
 * await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
 * const sums = await Array.fromAsync(pool.map(sumOfSquares, [10, 100, 1000]));
 * assertEquals(sums, [285, 328350, 332833500]);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/concurrent.futures.html#threadpoolexecutor}
 */
// CPython: Lib/concurrent/futures/thread.py, ThreadPoolExecutor
export class ThreadPoolExecutor extends Executor {
  static #count = 0;
  readonly #pool: WorkerPool;

  /**
   * A pool without threads yet.
   *
   * @param options `maxWorkers`, `threadNamePrefix`, `initializer` and `initargs`.
   * @throws {ValueError} If `maxWorkers` is not positive.
   * @throws {TypeError} If the initializer is no function that can be sent to a thread.
   */
  constructor(options: ThreadPoolExecutorOptions = {}) {
    super();
    const { maxWorkers, threadNamePrefix, initializer, initargs = [] } = options;
    this.#pool = new WorkerPool({
      maxWorkers: checkMaxWorkers(maxWorkers ?? Math.min(32, cpuCount() + 4)),
      connect: startThread,
      namePrefix: threadNamePrefix || `ThreadPoolExecutor-${ThreadPoolExecutor.#count++}`,
      initializer: initializer ? sourceOf(initializer, "initializer") : null,
      initargs,
      sendsAhead: true,
      maxTasksPerWorker: null,
      Broken: BrokenThreadPool,
      messages: {
        died:
          "A thread in the thread pool was terminated abruptly while the future was running or " +
          "pending.",
        unusable: "A thread terminated abruptly, the thread pool is not usable anymore",
        initializer: "A thread initializer failed, the thread pool is not usable anymore",
      },
    });
    shutdownWhenCollected(this, this.#pool);
  }

  /**
   * Has `fn(...args)` run in a thread.
   *
   * @typeParam A Types of the arguments.
   * @typeParam R Type of what the function returns.
   * @param fn A function that stands on its own, or a `moduleFunction()`.
   * @param args What to call it with; {@linkcode transfer} moves one instead of copying it.
   * @returns Its outcome.
   * @throws {RuntimeError} If the pool was shut down.
   * @throws {BrokenThreadPool} If it is broken.
   * @throws {TypeError} If the function cannot be sent: bound, native and generator functions.
   */
  override submit<A extends unknown[], R>(
    fn: (...args: A) => R,
    ...args: A
  ): ConcurrentFuture<Awaited<R>> {
    return this.#pool.submit(sourceOf(fn), args, false) as ConcurrentFuture<Awaited<R>>;
  }

  /**
   * Says that nothing more will be submitted; the threads end when all is done.
   *
   * @param options `wait` and `cancelFutures`.
   * @returns A promise that resolves when they have; at once with `wait: false`.
   */
  override shutdown(options?: ShutdownOptions): Promise<void> {
    return this.#pool.shutdown(options);
  }
}
