// Copyright 2026 the asyncio authors. MIT license.

/** What native `await` hands to `then()`. */
export type Resolve = (value: unknown) => void;

/** An await of a future that can begin. */
export interface FutureStarter {
  wait(future: Waitable, resolve: Resolve, reject: Resolve): void;
  yield(value: unknown, resolve: Resolve, reject: Resolve): void;
  begin(coro: PrimitiveSteps<unknown>, resolve: Resolve, reject: Resolve): void;
}

/**
 * A coroutine whose steps run no code but the library's, seen by an await.
 *
 * @ignore
 */
export interface PrimitiveSteps<T> extends Innermost {
  /** Goes on to the next wait. Returns what it waits for; `null` if it need not wait any more. */
  step(): Waitable | null;
  /** Throws an error where it waits. */
  throw(error: unknown): never;
  /** Its outcome, once there is nothing to wait for. */
  end(): T;
}

/** An await of a coroutine that can begin. */
export interface CoroutineStarter {
  start(
    coro: Generator<unknown, unknown, unknown> & Claimable,
    resolve: Resolve,
    reject: Resolve,
  ): void;
}

/** An async function that a task has called, as seen by its awaits. */

import type { Claimable } from "./_claim.ts";
import type { CancelledError } from "../errors.ts";
import type { Followed } from "../turns/_following.ts";
import { type NativeFrame, nativeFrame, TASK } from "../_running.ts";
import type { Scheduler } from "../turns/_scheduler.ts";
import type { Innermost } from "../_stacks.ts";
import type { Waitable } from "./_waitable.ts";

/** One `await`, of those that an async function waits in. */
export interface PendingAwait {
  /** Neighbours in the list of the function's. */
  previous: PendingAwait | null;
  next: PendingAwait | null;
  /** What it waits for at the moment. */
  readonly waiter: Waitable | null;
  /** Throws a `CancelledError` into what is awaited, or out of the `await`. */
  interrupt(message: string): void;
  /** Takes back an interruption that is still to be delivered. */
  forgetCancel(): void;
}

/** An async function that a task has called. Nested calls, and `Promise.all()`, share one. */
export interface TaskFrame extends NativeFrame, Followed {
  readonly [TASK]: object;
  readonly scheduler: Scheduler;
  /** Awaits that are over, of a future and of a coroutine, to be used again. */
  spare: FutureStarter | null;
  spareDriver: CoroutineStarter | null;
  /** Adds an await to those that the function waits in. */
  enter(wait: PendingAwait, innermost?: PrimitiveSteps<unknown>): void;
  /** Whether the function waits in an await. */
  awaits(wait: PendingAwait): boolean;
  /** Takes it out: the function goes on. */
  leave(wait: PendingAwait): void;
  /** A promise that it was given has been wrapped, so that it is waited for by somebody else. */
  wrapped(): void;
  /** Such a promise has settled. */
  unwrapped(): void;
  /** Why the function cannot wait for a future, to be thrown at once; `null` if it can. */
  refuse(future: Waitable): Error | null;
  /** The cancellation that has been waiting for an await to be thrown from; `null` for none. */
  takeCancellation(): CancelledError | null;
  /** Leaves a cancellation to be thrown from the next await. */
  cancelNext(cancellation: CancelledError): void;
}

/** The async function that is running, if a task has called it. */
export function runningFunction(): TaskFrame | null {
  const frame = nativeFrame();
  return frame !== undefined && isTaskFrame(frame) ? frame : null;
}

function isTaskFrame(frame: NativeFrame): frame is TaskFrame {
  return frame[TASK] !== null;
}
