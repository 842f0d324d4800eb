// Copyright 2026 the asyncio authors. MIT license.

import {
  type Coroutine,
  coroutine,
  type CoroutineObject,
  getRunningLoop,
  NotImplementedError,
} from "../../coroutines/mod.ts";
import { ExecutorEventLoop } from "./executor_event_loop.ts";

/**
 * Runs a function in a thread of the loop's own pool, and waits for it.
 *
 * The function stands on its own, or is a `moduleFunction()`: see {@linkcode ThreadPoolExecutor}. Context
 * variables do not cross: give the function what it needs.
 *
 * Cancellation: whoever waits is told at once. A call that has not begun is cancelled; one that has goes
 * on, as in Python.
 *
 * @typeParam A Types of the arguments.
 * @typeParam R Type of what the function returns.
 * @param fn The function.
 * @param args What to call it with.
 * @returns A coroutine giving what it returns.
 * @throws What it throws.
 *
 * @example Usage
 * ```ts
 * import { run, toThread } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * function fibonacci(n: number): number {
 *   let [a, b] = [0, 1];
 *   for (let i = 0; i < n; i++) [a, b] = [b, a + b];
 *   return a;
 * }
 *
 * assertEquals(await run(toThread(fibonacci, 30)), 832040);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.to_thread}
 */
export function toThread<A extends unknown[], R>(
  fn: (...args: A) => R,
  ...args: A
): CoroutineObject<Awaited<R>> {
  return runInThread(fn as (...args: unknown[]) => unknown, args) as CoroutineObject<Awaited<R>>;
}

// CPython: Lib/asyncio/threads.py, to_thread
const runInThread = coroutine(
  function* toThread(fn: (...args: unknown[]) => unknown, args: unknown[]): Coroutine<unknown> {
    const loop = getRunningLoop();
    if (!(loop instanceof ExecutorEventLoop)) {
      throw new NotImplementedError(`${loop} has no executors: run an ExecutorEventLoop`);
    }
    return yield* loop.runInExecutor(null, fn, ...args);
  },
);
