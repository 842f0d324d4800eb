// Copyright 2026 the asyncio authors. MIT license.

/**
 * Options of {@linkcode Executor.map}.
 *
 * @see {@link https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Executor.map}
 */
export interface MapOptions {
  /** Seconds that the results may take, all together, from the call on. Default: for ever. */
  timeout?: number | null | undefined;
  /**
   * How many calls go to a worker at once. Long ones save time where calls are many and short; only
   * process pools heed it. Default: 1.
   */
  chunksize?: number | undefined;
  /**
   * How many calls are submitted ahead of the result that is waited for. The iterables are read no
   * further than that. Default: all are submitted at once.
   */
  buffersize?: number | null | undefined;
}

/**
 * Options of {@linkcode Executor.shutdown}.
 *
 * @see {@link https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Executor.shutdown}
 */
export interface ShutdownOptions {
  /** Whether the promise waits for the work under way and the workers' end. Default: `true`. */
  wait?: boolean | undefined;
  /** Whether work that has not begun is cancelled. Default: `false`. */
  cancelFutures?: boolean | undefined;
}

/**
 * The iterables from which {@linkcode Executor.map} takes the arguments of a function.
 *
 * @typeParam A Types of the arguments.
 *
 * @see {@linkcode Executor.map}
 */
export type Iterables<A extends unknown[]> = { [K in keyof A]: Iterable<A[K]> };
