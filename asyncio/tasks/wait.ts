// Copyright 2026 the asyncio authors. MIT license.

import {
  type Coroutine,
  coroutine,
  type CoroutineObject,
  type Future,
  getRunningLoop,
  hasFailed,
  iscoroutine,
  isfuture,
  repr,
} from "../../coroutines/mod.ts";
import { ValueError } from "../../selectors/mod.ts";
import { StandIn } from "./_stand_in.ts";

/**
 * `returnWhen` of {@linkcode wait}: as soon as any future is done.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.wait}
 */
export const FIRST_COMPLETED = "FIRST_COMPLETED";
/**
 * `returnWhen` of {@linkcode wait}: as soon as any future has failed; else when all are done.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.wait}
 */
export const FIRST_EXCEPTION = "FIRST_EXCEPTION";
/**
 * `returnWhen` of {@linkcode wait}: when all futures are done.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.wait}
 */
export const ALL_COMPLETED = "ALL_COMPLETED";

/**
 * When {@linkcode wait} is satisfied.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.wait}
 */
export type ReturnWhen =
  | typeof FIRST_COMPLETED
  | typeof FIRST_EXCEPTION
  | typeof ALL_COMPLETED;

/**
 * Options of {@linkcode wait}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.wait}
 */
export interface WaitOptions {
  /** Seconds to wait at most. Default: for ever. */
  timeout?: number | null | undefined;
  /** What to wait for. Default: {@linkcode ALL_COMPLETED}. */
  returnWhen?: ReturnWhen | undefined;
}

/**
 * Waits for several futures, and tells which are done.
 *
 * Nothing is cancelled and nothing thrown, neither when the time is up nor for the errors of the
 * futures: look at each.
 *
 * @typeParam F Type of the futures.
 * @param futures Tasks and futures, one at least.
 * @param options `timeout` and `returnWhen`.
 * @returns A coroutine giving the sets of those that are done, and of those that are not.
 * @throws {TypeError} If given a single future or coroutine, or coroutines in place of tasks.
 * @throws {ValueError} If there are no futures, or `returnWhen` is none of the constants.
 *
 * @example Usage
 * ```ts
 * import { createTask, FIRST_COMPLETED, run, sleep, wait } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const tasks = [createTask(sleep(0.001, "fast")), createTask(sleep(3600, "slow"))];
 *   const [done, pending] = yield* wait(tasks, { returnWhen: FIRST_COMPLETED });
 *   assertEquals([...done].map((task) => task.result()), ["fast"]);
 *   for (const task of pending) task.cancel();
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.wait}
 */
export function wait<F extends Future<unknown>>(
  futures: Iterable<F>,
  options: WaitOptions = {},
): CoroutineObject<[done: Set<F>, pending: Set<F>]> {
  return waitForSet(futures, options) as CoroutineObject<[Set<F>, Set<F>]>;
}

// CPython: Lib/asyncio/tasks.py, wait and _wait
const waitForSet = coroutine(
  function* wait(
    given: Iterable<Future<unknown>>,
    { timeout, returnWhen = ALL_COMPLETED }: WaitOptions,
  ): Coroutine<[Set<Future<unknown>>, Set<Future<unknown>>]> {
    const futures = checkFutures(given, returnWhen);
    const loop = getRunningLoop();
    const waiter = new StandIn<void>(futures, loop);
    const release = () => {
      if (!waiter.done()) waiter.setResult();
    };
    const timer = timeout === null || timeout === undefined
      ? null
      : loop.callLater(timeout, release);
    let left = futures.size;
    const oneDone = (future: Future<unknown>) => {
      left--;
      if (left > 0 && !isEnough(future, returnWhen)) return;
      timer?.cancel();
      release();
    };
    for (const future of futures) future.addDoneCallback(oneDone);
    try {
      yield* waiter;
    } finally {
      timer?.cancel();
      for (const future of futures) future.removeDoneCallback(oneDone);
    }
    return partition(futures);
  },
);

function checkFutures(
  given: Iterable<Future<unknown>>,
  returnWhen: ReturnWhen,
): Set<Future<unknown>> {
  if (isfuture(given) || iscoroutine(given)) {
    throw new TypeError(`expect a list of futures, not ${repr(given)}`);
  }
  const futures = new Set(given);
  if (futures.size === 0) throw new ValueError("Set of Tasks/Futures is empty.");
  if (![FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED].includes(returnWhen)) {
    throw new ValueError(`Invalid returnWhen value: ${repr(returnWhen)}`);
  }
  for (const future of futures) {
    if (isfuture(future)) continue;
    if (iscoroutine(future)) {
      throw new TypeError("Passing coroutines is forbidden, use tasks explicitly.");
    }
    throw new TypeError(`wait() takes tasks and futures, got ${repr(future)}`);
  }
  return futures;
}

/** Whether one future, now done, is all that was waited for. */
function isEnough(future: Future<unknown>, returnWhen: ReturnWhen): boolean {
  if (returnWhen === FIRST_COMPLETED) return true;
  return returnWhen === FIRST_EXCEPTION && hasFailed(future);
}

function partition<F extends Future<unknown>>(futures: Set<F>): [done: Set<F>, pending: Set<F>] {
  const done = new Set<F>();
  const pending = new Set<F>();
  for (const future of futures) (future.done() ? done : pending).add(future);
  return [done, pending];
}
