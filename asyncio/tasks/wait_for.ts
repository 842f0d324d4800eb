// Copyright 2026 the asyncio authors. MIT license.

import {
  type Awaitable,
  CancelledError,
  type Coroutine,
  coroutine,
  type CoroutineFunction,
  type CoroutineObject,
  type Future,
  iscoroutine,
  isfuture,
  TimeoutError,
} from "../../coroutines/mod.ts";
import { checkNumber } from "../_check_number.ts";
import { ensureFuture } from "./ensure_future.ts";
import { asyncWith } from "./async_with.ts";
import { StandIn } from "./_stand_in.ts";
import { timeout } from "./timeouts.ts";

/**
 * Waits for an awaitable, and cancels it when the time is up.
 *
 * A coroutine runs inside the current task. What is cancelled may take its time to clean up, and is
 * waited for; if it refuses and gives a result, that is the result. To leave it running, pass
 * `shield(task)`. When the wait itself is cancelled, so is the awaitable.
 *
 * @typeParam T Type of the result.
 * @param aw What to wait for, or a coroutine function.
 * @param seconds Seconds to wait at most; zero or less for what is done already; `null` for no limit.
 * @returns A coroutine giving its result.
 * @throws {TimeoutError} If the time was up.
 * @throws {TypeError} If `seconds` is no number.
 * @throws What the awaitable throws.
 *
 * @example Usage
 * ```ts
 * import { run, sleep, TimeoutError, waitFor } from "@asyncio/asyncio";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * assertEquals(await run(waitFor(sleep(0.001, "in time"), 3600)), "in time");
 * await assertRejects(() => run(waitFor(sleep(3600), 0.001)), TimeoutError);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.wait_for}
 */
export function waitFor<T>(
  aw: Awaitable<T> | CoroutineFunction<T>,
  seconds: number | null | undefined,
): CoroutineObject<T> {
  return waitAtMost(aw, seconds) as CoroutineObject<T>;
}

// CPython: Lib/asyncio/tasks.py, wait_for
const waitAtMost = coroutine(
  function* waitFor(
    aw: Awaitable<unknown> | CoroutineFunction<unknown>,
    seconds: number | null | undefined,
  ): Coroutine<unknown> {
    const limit = seconds ?? null;
    if (limit !== null) checkNumber(limit, "timeout");
    if (limit !== null && limit <= 0) return yield* resultAtOnce(ensureFuture(aw));
    return yield* asyncWith(timeout(limit), function* () {
      return yield* insideTask(aw);
    });
  },
);

/** The result of a future that is done; any other is cancelled, and nobody is kept waiting. */
function* resultAtOnce<T>(future: Future<T>): Coroutine<T> {
  if (future.done()) return future.result();
  yield* cancelAndWait(future);
  try {
    return future.result();
  } catch (error) {
    if (error instanceof CancelledError) throw new TimeoutError("", { cause: error });
    throw error;
  }
}

/** Cancels a future, and waits until it is done. Waiting for it directly could not be cancelled. */
// CPython: Lib/asyncio/tasks.py, _cancel_and_wait
function* cancelAndWait(future: Future<unknown>): Coroutine<void> {
  const waiter = new StandIn<void>([future], future.getLoop());
  const release = () => {
    if (!waiter.done()) waiter.setResult();
  };
  future.addDoneCallback(release);
  try {
    future.cancel();
    yield* waiter;
  } finally {
    future.removeDoneCallback(release);
  }
}

/** Waits for an awaitable as a part of the current task. */
function insideTask<T>(aw: Awaitable<T> | CoroutineFunction<T>): Iterable<unknown, T, unknown> {
  if (typeof aw === "function") return coroutine(aw)();
  return isfuture(aw) || iscoroutine(aw) ? aw as Future<T> | Coroutine<T> : ensureFuture(aw);
}
