// Copyright 2026 the asyncio authors. MIT license.

import {
  type Coroutine,
  coroutine,
  type CoroutineObject,
  fromPromise,
  type Future,
  RuntimeError,
  SelectorEventLoop,
  TimeoutError,
} from "../../coroutines/mod.ts";
import { asyncWith } from "../tasks/async_with.ts";
import { timeout } from "../tasks/timeouts.ts";
import type { Executor } from "./executor.ts";
import { ThreadPoolExecutor } from "./thread_pool_executor.ts";
import { wrapFuture } from "./wrap_future.ts";

/**
 * An event loop that has functions run elsewhere, and waits for them on behalf of tasks.
 *
 * @example Usage
 * ```ts
 * import { ExecutorEventLoop, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const loop = new ExecutorEventLoop();
 * const sum = loop.runInExecutor(null, (a: number, b: number) => a + b, 20, 22);
 * assertEquals(await loop.runUntilComplete(sum), 42);
 * await loop.runUntilComplete(loop.shutdownDefaultExecutor());
 * loop.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#executing-code-in-thread-or-process-pools}
 */
export class ExecutorEventLoop extends SelectorEventLoop {
  // Invariant: once #isShutdown, #executor is not used for anything new.
  #executor: ThreadPoolExecutor | null = null;
  #isShutdown = false;

  /**
   * Has `fn(...args)` run in an executor.
   *
   * Cancelling the future cancels a call that has not begun. One that has goes on, and nobody waits
   * for it.
   *
   * @typeParam A Types of the arguments.
   * @typeParam R Type of what the function returns.
   * @param executor The executor; `null` for the loop's own, a `ThreadPoolExecutor`.
   * @param fn The function, as the executor takes it: see there.
   * @param args What to call it with.
   * @returns A future of the result.
   * @throws {RuntimeError} If the loop is closed, or the executor shut down.
   * @throws What the executor's `submit()` throws.
   */
  // CPython: Lib/asyncio/base_events.py, BaseEventLoop.run_in_executor
  runInExecutor<A extends unknown[], R>(
    executor: Executor | null | undefined,
    fn: (...args: A) => R,
    ...args: A
  ): Future<Awaited<R>> {
    if (this.isClosed()) throw new RuntimeError("Event loop is closed");
    this.requireHost("An executor");
    const chosen = executor ?? this.#defaultExecutor();
    return wrapFuture(chosen.submit(fn, ...args), { loop: this });
  }

  /**
   * Sets the executor that `runInExecutor(null, ...)` and `toThread()` use.
   *
   * @param executor The executor.
   * @throws {TypeError} If it is no `ThreadPoolExecutor`.
   */
  setDefaultExecutor(executor: ThreadPoolExecutor): void {
    if (!(executor instanceof ThreadPoolExecutor)) {
      throw new TypeError("executor must be ThreadPoolExecutor instance");
    }
    this.#executor = executor;
  }

  /**
   * Shuts the default executor down, and waits until its threads have ended. `run()` does so at its end.
   *
   * @param seconds How long to wait at most. Default: for ever.
   * @returns A coroutine.
   */
  shutdownDefaultExecutor(seconds?: number | null): CoroutineObject<void> {
    return ExecutorEventLoop.#shutdown(this, seconds ?? null);
  }

  // CPython: Lib/asyncio/base_events.py, BaseEventLoop.shutdown_default_executor
  static readonly #shutdown = coroutine(
    function* shutdownDefaultExecutor(
      loop: ExecutorEventLoop,
      seconds: number | null,
    ): Coroutine<void> {
      loop.#isShutdown = true;
      const executor = loop.#executor;
      if (executor === null) return;
      try {
        yield* asyncWith(timeout(seconds), function* () {
          yield* fromPromise(executor.shutdown(), { loop });
        });
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        console.warn(
          `The executor did not finishing joining its threads within ${seconds} seconds.`,
        );
        executor.shutdown({ wait: false });
      }
    },
  );

  /** Closes the loop, and shuts the default executor down without waiting for it. */
  override close(): void {
    const wasClosed = this.isClosed();
    super.close();
    if (wasClosed) return;
    this.#isShutdown = true;
    this.#executor?.shutdown({ wait: false });
    this.#executor = null;
  }

  #defaultExecutor(): ThreadPoolExecutor {
    if (this.#isShutdown) throw new RuntimeError("Executor shutdown has been called");
    return this.#executor ??= new ThreadPoolExecutor({ threadNamePrefix: "asyncio" });
  }
}
