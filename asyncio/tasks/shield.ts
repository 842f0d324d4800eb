// Copyright 2026 the asyncio authors. MIT license.

import {
  type Awaitable,
  type CoroutineFunction,
  type Future,
  hasFailed,
  repr,
} from "../../coroutines/mod.ts";
import { ensureFuture } from "./ensure_future.ts";
import { StandIn } from "./_stand_in.ts";

/**
 * Waits for an awaitable without passing a cancellation on to it.
 *
 * Whoever waits for the shield can be cancelled; the work behind it goes on. Cancelling the work
 * itself cancels the shield. Once the shield was cancelled, an error of the work goes to the loop's
 * exception handler.
 *
 * @typeParam T Type of the result.
 * @param aw What to wait for; a coroutine, or a coroutine function, becomes a task.
 * @returns A future of its result; the very future given, if it is done already.
 * @throws {TypeError} If `aw` cannot be awaited; if it is a promise, that of an async function that was
 *   called say: what such a function awaits belongs to the calling task, and is cancelled with it.
 * @throws {RuntimeError} If it is a coroutine, and there is no current event loop.
 *
 * @example Usage
 * ```ts
 * import { createTask, run, shield, sleep, TimeoutError, waitFor } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const work = createTask(sleep(0.002, "done"));
 *   try {
 *     yield* waitFor(shield(work), 0.001);
 *   } catch (error) {
 *     if (!(error instanceof TimeoutError)) throw error;
 *   }
 *   assertEquals(yield* work, "done");
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.shield}
 */
// CPython: Lib/asyncio/tasks.py, shield
export function shield<T>(aw: Awaitable<T> | CoroutineFunction<T>): Future<T> {
  if (aw instanceof Promise) {
    throw new TypeError(
      "shield() cannot shield a Promise: pass the async function itself, uncalled, " +
        "or fromPromise(promise) for one of the host's",
    );
  }
  const inner = ensureFuture(aw);
  if (inner.done()) return inner;
  const outer = new StandIn<T>([inner], inner.getLoop());
  const passOn = () => copyOutcome(inner, outer);
  inner.addDoneCallback(passOn);
  outer.addDoneCallback(() => {
    if (inner.done()) return;
    inner.removeDoneCallback(passOn);
    // However often the same work is shielded, its error is reported once.
    inner.removeDoneCallback(reportError);
    inner.addDoneCallback(reportError);
  });
  return outer;
}

function copyOutcome<T>(inner: Future<T>, outer: Future<T>): void {
  if (outer.cancelled()) return;
  if (inner.cancelled()) {
    outer.cancel();
    return;
  }
  if (hasFailed(inner)) outer.setException(inner.exception());
  else outer.setResult(inner.result());
}

// CPython: Lib/asyncio/tasks.py, _log_on_exception
function reportError(inner: Future<unknown>): void {
  if (!hasFailed(inner)) return;
  const exception = inner.exception();
  const name = exception instanceof Error ? exception.name : repr(exception);
  inner.getLoop().callExceptionHandler({
    message: `${name} exception in shielded future`,
    exception,
    future: inner,
  });
}
