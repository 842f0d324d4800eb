// Copyright 2026 the asyncio authors. MIT license.

/** What a coroutine may hand to whoever drives it: something to wait for, seen from below. */

import { repr } from "../../selectors/mod.ts";
import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import { CancelledError, RuntimeError } from "../errors.ts";
import type { Runnable } from "../turns/_ready_queue.ts";
import { current } from "../_running.ts";

/** The key of the method that takes what is to run when the waiting is over. */
export const addWaiter: unique symbol = Symbol("addWaiter");

/**
 * The key under which a future tells for which others it stands: who waits for it waits for them. For
 * futures of one's own; those of `gather()`, `shield()` and `wait()` have it.
 *
 * @example Usage
 * ```ts
 * import { Future, run } from "@asyncio/asyncio";
 * import { standsFor } from "@asyncio/asyncio/coroutines";
 *
 * class Both extends Future<void> {
 *   constructor(readonly one: Future<void>, readonly other: Future<void>) {
 *     super();
 *   }
 *
 *   get [standsFor]() {
 *     return [this.one, this.other];
 *   }
 * }
 *
 * await run(function* () {
 *   new Both(new Future(), new Future());
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-graph.html}
 */
export const standsFor: unique symbol = Symbol("standsFor");

/** A future, an async function under way: what `yield*` hands out. */
export interface Waitable {
  /** Runs `waiter` when it is done. */
  [addWaiter](waiter: Runnable): void;
  getLoop(): AbstractEventLoop;
  /** Passes a cancellation on. Returns whether it was taken. */
  cancel(message?: string): boolean;
  result(): unknown;
  /** What an async function waits for itself. */
  readonly waiter?: Waitable | null;
  /** Runs `waiter` no more; or `fn`, that was added as a callback. */
  removeDoneCallback?(waiter: unknown): number;
  /** Takes back a `cancel()` that nobody has heard of yet. A plain future is cancelled for good. */
  forgetCancel?(): void;
}

/** Has `waiter` go on, to hear of its cancellation, and wait no more for what waits for itself. */
export function leaveCircle(
  future: Waitable,
  waiter: Runnable,
  scheduler: { schedule(entry: Runnable): void },
): void {
  future.removeDoneCallback?.(waiter);
  scheduler.schedule(waiter);
}

/** Whether a value can be waited for. */
function isWaitable(value: unknown): value is Waitable {
  // Not by `in`: the engine is slow at that where there are many kinds of them.
  return (value as Partial<Waitable> | null)?.[addWaiter] !== undefined;
}

/**
 * What is wrong with what a coroutine yielded: `null` for something of this loop's that `yield*` has
 * handed out. CPython: Lib/asyncio/tasks.py, Task.__step_run_and_handle_result.
 */
export function badYield(
  task: object | null,
  loop: AbstractEventLoop,
  yielded: unknown,
): RuntimeError | null {
  if (isWaitable(yielded)) {
    const handedOut = current.awaited === yielded;
    current.awaited = null;
    const error = badWait(task, loop, yielded);
    if (error !== null || handedOut) return error;
    return new RuntimeError(
      `yield was used instead of yield* in task ${task} with ${repr(yielded)}`,
    );
  }
  if (typeof (yielded as Iterator<unknown> | null)?.next === "function") {
    return new RuntimeError(
      `yield was used instead of yield* for generator in task ${task} with ${repr(yielded)}`,
    );
  }
  return new RuntimeError(`Task got bad yield: ${repr(yielded)}`);
}

/** Why a task cannot wait for a future; `null` if it can. */
export function badWait(
  task: object | null,
  loop: AbstractEventLoop,
  future: Waitable,
): RuntimeError | null {
  if (future.getLoop() !== loop) {
    return new RuntimeError(
      `Task ${task} got Future ${repr(future)} attached to a different loop`,
    );
  }
  return future === task ? new RuntimeError(`Task cannot await on itself: ${task}`) : null;
}

/**
 * What to throw for a cancellation that comes between the end of a wait and the next step. The
 * outcome of the wait is lost, and counts as seen; but if that was cancelled itself, its error goes
 * first. CPython: Lib/asyncio/tasks.py, Task.__wakeup.
 */
export function inPlaceOf(waiter: Waitable | null, cancellation: CancelledError): CancelledError {
  try {
    waiter?.result();
  } catch (error) {
    if (error instanceof CancelledError) return error;
  }
  return cancellation;
}
