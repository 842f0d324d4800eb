// Copyright 2026 the asyncio authors. MIT license.

import {
  type BaseEventLoop,
  type Coroutine,
  type CoroutineFunction,
  ensureFuture,
  type Future,
  hasFailed,
  iscoroutine,
  isfuture,
} from "../../coroutines/mod.ts";
import { ConcurrentFuture } from "./concurrent_future.ts";

/**
 * Runs a coroutine on a loop from outside it: from plain code beside the loop, or from another loop.
 *
 * @typeParam T Type of what the coroutine returns.
 * @param coro The coroutine, or a coroutine function, to be called by its task.
 * @param loop The loop.
 * @returns Its outcome, to be awaited or cancelled from anywhere.
 * @throws {TypeError} If `coro` is neither.
 * @throws {RuntimeError} If the loop is closed.
 *
 * @example Usage
 * ```ts
 * import { newEventLoop, runCoroutineThreadsafe, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const loop = newEventLoop();
 * const running = loop.runForever();
 * assertEquals(await runCoroutineThreadsafe(sleep(0.001, "done"), loop), "done");
 * loop.stop();
 * await running;
 * loop.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.run_coroutine_threadsafe}
 */
// CPython: Lib/asyncio/tasks.py, run_coroutine_threadsafe
export function runCoroutineThreadsafe<T>(
  coro: Coroutine<T> | CoroutineFunction<T>,
  loop: BaseEventLoop,
): ConcurrentFuture<T> {
  if (typeof coro !== "function" && (!iscoroutine(coro) || isfuture(coro))) {
    throw new TypeError("A coroutine object is required: pass an async function uncalled");
  }
  const outcome = new ConcurrentFuture<T>();
  loop.callSoonThreadsafe(() => {
    try {
      follow(outcome, ensureFuture(coro, { loop }), loop);
    } catch (error) {
      if (outcome.setRunningOrNotifyCancel()) outcome.setException(error);
      throw error;
    }
  });
  return outcome;
}

/** Gives a concurrent future the outcome of a task, and cancels the task when it is cancelled. */
// CPython: Lib/asyncio/futures.py, _chain_future
function follow<T>(outcome: ConcurrentFuture<T>, task: Future<T>, loop: BaseEventLoop): void {
  outcome.addDoneCallback(() => {
    if (!outcome.cancelled() || task.done() || loop.isClosed()) return;
    loop.callSoonThreadsafe(() => void task.cancel());
  });
  task.addDoneCallback(() => {
    if (task.cancelled()) outcome.cancel();
    if (!outcome.setRunningOrNotifyCancel()) return;
    if (hasFailed(task)) outcome.setException(task.exception());
    else outcome.setResult(task.result());
  });
}
