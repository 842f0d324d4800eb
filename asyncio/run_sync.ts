// Copyright 2026 the asyncio authors. MIT license.

import {
  allTasks,
  type Coroutine,
  ensureFuture,
  type Future,
  KeyboardInterrupt,
  RuntimeError,
} from "../coroutines/mod.ts";
import type { EventLoop } from "./event_loop.ts";
import { nativeEventLoop } from "./native_event_loop.ts";
import { type LoopFactory, makeLoop, reportFailure, requireNoRunningLoop } from "./runners.ts";
import { gatherAll } from "./tasks/gather.ts";

/**
 * Options of {@linkcode runSync}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-runner.html#asyncio.run}
 */
export interface RunSyncOptions {
  /** Whether to run the loop in debug mode. Default: as the loop was made. */
  debug?: boolean | null | undefined;
  /** Whether what is reported makes the run fail: see {@linkcode RunnerOptions.strict}. */
  strict?: boolean | null | undefined;
  /** What makes the loop, on a native selector. Default: `nativeEventLoop`. */
  loopFactory?: LoopFactory | null | undefined;
}

const AsyncFunction = (async () => {}).constructor;

/**
 * Runs a generator coroutine on a native loop and does not return before it is done, as Python's
 * `run()` does. The thread is the loop's: where there is nothing to do it waits in the system call. It
 * is the fastest way to run, and needs `--allow-ffi`.
 *
 * Nothing of the host goes on meanwhile, no promise, timer or signal listener. What needs them says
 * so at once: async functions, `fromPromise()`, `fromSignal()`, TLS, executors, subprocesses, pipes over
 * streams, signal handlers, `getnameinfo()`. Names are looked up in this thread, for as long as the
 * resolver takes (an address or `localhost` needs none). Where nothing is left that could go on, that is
 * an error, too. Ctrl-C ends the process.
 *
 * When the coroutine is done, all tasks that are left are cancelled, and waited for; then the loop is
 * closed.
 *
 * @typeParam T Type of the result.
 * @param main A generator coroutine, or a function that gives one.
 * @param options `debug`, `strict` and `loopFactory`.
 * @returns The result.
 * @throws {RuntimeError} If called from a running event loop; if something waits for the host; or if
 *   all wait for one another.
 * @throws {Deno.errors.NotSupported} If the loop's selector cannot wait in this thread.
 * @throws What `main` throws.
 *
 * @example Usage
 * ```ts
 * import { type Coroutine, runSync, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * function* main(): Coroutine<string> {
 *   yield* sleep(0.001);
 *   return "done";
 * }
 *
 * if (Deno.build.os !== "windows") assertEquals(runSync(main), "done");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-runner.html#asyncio.run}
 */
// CPython: Lib/asyncio/runners.py, run
export function runSync<T>(
  main: Coroutine<T> | (() => Coroutine<T>),
  { debug, strict, loopFactory }: RunSyncOptions = {},
): T {
  requireNoRunningLoop("asyncio.runSync()");
  if (main instanceof AsyncFunction) {
    throw new RuntimeError(
      `async function ${
        (main as { name?: string }).name || "<lambda>"
      } cannot work in runSync(): what it awaits is settled ` +
        "by the host, to which the thread is not given back. Write it as function*, or use run()",
    );
  }
  const loop = makeLoop(loopFactory ?? nativeEventLoop);
  let failure: { readonly error: unknown } | null = null;
  try {
    if (debug !== null && debug !== undefined) loop.setDebug(debug);
    if (strict !== null && strict !== undefined) loop.setStrict(strict);
    return runUntilComplete(loop, loop.createTask(main));
  } catch (error) {
    failure = { error };
    throw error;
  } finally {
    end(loop, failure);
  }
}

/** Ends what is left, and closes the loop. After a failure it is that which counts. */
function end(loop: EventLoop, failure: { readonly error: unknown } | null): void {
  if (failure !== null) loop.setStrict(false);
  try {
    cancelAllTasks(loop);
    runUntilComplete(loop, loop.shutdownAsyncgens());
  } catch (error) {
    if (failure === null) throw error;
  } finally {
    loop.close();
  }
}

// CPython: Lib/asyncio/base_events.py, BaseEventLoop.run_until_complete
function runUntilComplete<T>(loop: EventLoop, awaitable: Future<T> | Coroutine<T>): T {
  const future = ensureFuture(awaitable, { loop }) as Future<T>;
  // What a KeyboardInterrupt has stopped is not to be stopped again, in its next run.
  const stop = () => {
    if (future.cancelled() || !(future.exception() instanceof KeyboardInterrupt)) loop.stop();
  };
  future.addDoneCallback(stop);
  try {
    loop.runForeverSync();
  } finally {
    future.removeDoneCallback(stop);
  }
  if (!future.done()) throw new RuntimeError("Event loop stopped before Future completed.");
  return future.result();
}

// CPython: Lib/asyncio/runners.py, _cancel_all_tasks
function cancelAllTasks(loop: EventLoop): void {
  const tasks = [...allTasks(loop)];
  if (tasks.length === 0) return;
  for (const task of tasks) task.cancel();
  runUntilComplete(loop, gatherAll(tasks, true) as Future<unknown>);
  for (const task of tasks) if (!task.cancelled()) reportFailure(loop, task);
}
