// Copyright 2026 the asyncio authors. MIT license.

import type { ConcurrentFuture } from "../tasks/concurrent_future.ts";
import { BrokenProcessPool } from "./broken_executor.ts";
import { Executor } from "./executor.ts";
import type { Iterables, MapOptions, ShutdownOptions } from "./executor_options.ts";
import { cpuCount } from "./_host.ts";
import { batched, MapResults, takeMapOptions, zip } from "./_map_results.ts";
import { checkMaxTasks, checkMaxWorkers, shutdownWhenCollected } from "./_pool_options.ts";
import { startProcess } from "./_process.ts";
import { sourceOf } from "./_source.ts";
import { WorkerPool } from "./_worker_pool.ts";

/**
 * Options of {@linkcode ProcessPoolExecutor}.
 *
 * @see {@link https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.ProcessPoolExecutor}
 */
export interface ProcessPoolExecutorOptions {
  /** How many processes there are at most. Default: as many as processors. */
  maxWorkers?: number | null | undefined;
  /** What each process calls first of all. If it fails, the pool is broken. */
  // deno-lint-ignore no-explicit-any
  initializer?: ((...args: any[]) => unknown) | null | undefined;
  /** What to call the initializer with. */
  initargs?: readonly unknown[] | undefined;
  /** How many calls a process does before a new one takes its place. Default: any number. */
  maxTasksPerChild?: number | null | undefined;
}

/**
 * Runs functions in child processes: Python's `ProcessPoolExecutor`, each process another Deno.
 *
 * What can be submitted, and how it travels, is as with a {@linkcode ThreadPoolExecutor}; only nothing
 * can be moved. A process costs more to start and a call more to send, but
 *
 * - it can be killed, whatever it does: {@linkcode ProcessPoolExecutor.terminateWorkers} and
 *   {@linkcode ProcessPoolExecutor.killWorkers};
 * - it has memory of its own, and one that dies takes nobody with it: the pool is broken then, which
 *   all who wait are told.
 *
 * It needs `--allow-run` and `--allow-env`. The processes have the permissions of the program: what is
 * granted wholly everywhere, what is granted in part (`--allow-read=data`) on Linux, where the command
 * line can be looked up. Permissions of a configuration file (`-P`) do not reach them.
 * Their standard input is empty; what they print goes where this program prints.
 *
 * A pool with nothing to do keeps no program alive, and its processes end with it.
 *
 * @example Usage
 * ```ts
 * import { ProcessPoolExecutor, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * function sumOfSquares(n: number): number {
 *   let sum = 0;
 *   for (let i = 0; i < n; i++) sum += i * i;
 *   return sum;
 * }
 *
 * await using pool = new ProcessPoolExecutor({ maxWorkers: 1 });
 * await run(async () => {
 *   assertEquals(await pool.submit(sumOfSquares, 1000), 332833500);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/concurrent.futures.html#processpoolexecutor}
 */
// CPython: Lib/concurrent/futures/process.py, ProcessPoolExecutor
export class ProcessPoolExecutor extends Executor {
  static #count = 0;
  readonly #pool: WorkerPool;

  /**
   * A pool without processes yet.
   *
   * @param options `maxWorkers`, `initializer`, `initargs` and `maxTasksPerChild`.
   * @throws {ValueError} If `maxWorkers` or `maxTasksPerChild` is not positive.
   * @throws {TypeError} If the initializer is no function that can be sent to a process.
   */
  constructor(options: ProcessPoolExecutorOptions = {}) {
    super();
    const { maxWorkers, initializer, initargs = [], maxTasksPerChild } = options;
    this.#pool = new WorkerPool({
      maxWorkers: checkMaxWorkers(maxWorkers ?? cpuCount()),
      connect: startProcess,
      namePrefix: `ProcessPoolExecutor-${ProcessPoolExecutor.#count++}`,
      initializer: initializer ? sourceOf(initializer, "initializer") : null,
      initargs,
      sendsAhead: false,
      maxTasksPerWorker: checkMaxTasks(maxTasksPerChild ?? null),
      Broken: BrokenProcessPool,
      messages: {
        died:
          "A process in the process pool was terminated abruptly while the future was running " +
          "or pending.",
        unusable: "A child process terminated abruptly, the process pool is not usable anymore",
        initializer: "A process initializer failed, the process pool is not usable anymore",
      },
    });
    shutdownWhenCollected(this, this.#pool);
  }

  /**
   * Has `fn(...args)` run in a process. The first call starts it.
   *
   * @typeParam A Types of the arguments.
   * @typeParam R Type of what the function returns.
   * @param fn A function that stands on its own, or a `moduleFunction()`.
   * @param args What to call it with.
   * @returns Its outcome.
   * @throws {RuntimeError} If the pool was shut down.
   * @throws {BrokenProcessPool} If it is broken.
   * @throws {TypeError} If the function cannot be sent: bound, native and generator functions.
   * @throws {Deno.errors.NotCapable} If the program may not start processes.
   */
  override submit<A extends unknown[], R>(
    fn: (...args: A) => R,
    ...args: A
  ): ConcurrentFuture<Awaited<R>> {
    return this.#pool.submit(sourceOf(fn), args, false) as ConcurrentFuture<Awaited<R>>;
  }

  /**
   * Has a function run for each item of an iterable, or for each set of items of several. See
   * {@linkcode Executor.map}; here `chunksize` calls go to a process at once.
   *
   * @typeParam A Types of the arguments.
   * @typeParam R Type of what the function returns.
   * @param fn The function.
   * @param iterables An iterable for each argument. Options may follow them.
   * @returns The results, to be gone through by `for await`.
   * @throws {RuntimeError} If the pool was shut down.
   * @throws {ValueError} If `chunksize` or `buffersize` is less than 1.
   */
  override map<A extends unknown[], R>(
    fn: (...args: A) => R,
    ...iterables: Iterables<A>
  ): AsyncIterableIterator<Awaited<R>>;
  /** The same, with options. */
  override map<A extends unknown[], R>(
    fn: (...args: A) => R,
    ...iterables: [...Iterables<A>, MapOptions]
  ): AsyncIterableIterator<Awaited<R>>;
  override map(
    fn: (...args: unknown[]) => unknown,
    ...iterables: unknown[]
  ): AsyncIterableIterator<unknown> {
    const { timeout, chunksize = 1, buffersize } = takeMapOptions(iterables);
    const source = sourceOf(fn, "map()");
    return new MapResults(
      batched(zip(iterables as Iterable<unknown>[]), chunksize),
      (chunk) => this.#pool.submit(source, chunk, true),
      (results) => results as unknown[],
      timeout ?? null,
      buffersize ?? null,
    );
  }

  /**
   * Says that nothing more will be submitted; the processes end when all is done.
   *
   * @param options `wait` and `cancelFutures`.
   * @returns A promise that resolves when they have; at once with `wait: false`.
   */
  override shutdown(options?: ShutdownOptions): Promise<void> {
    return this.#pool.shutdown(options);
  }

  /**
   * Ends the processes by a signal that they can catch (SIGTERM), whatever they do. Calls that have
   * begun end with a {@linkcode BrokenProcessPool}, the others are cancelled.
   *
   * @see {@link https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.ProcessPoolExecutor.terminate_workers}
   */
  terminateWorkers(): void {
    this.#pool.kill("SIGTERM");
  }

  /**
   * The same by a signal that they cannot catch (SIGKILL).
   *
   * @see {@link https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.ProcessPoolExecutor.kill_workers}
   */
  killWorkers(): void {
    this.#pool.kill("SIGKILL");
  }
}
