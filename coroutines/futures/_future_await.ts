// Copyright 2026 the asyncio authors. MIT license.

/**
 * How native `await` waits for a future, and how `task.cancel()` gets at native `await`.
 *
 * JavaScript awaits by calling `thenable.then(resolve, reject)`, from a microtask that belongs to the
 * awaiting function. That is where these come from. Which function is awaiting is known from
 * AsyncLocalStorage, so nested calls and `Promise.all` find the same frame.
 */

import { CancelledError } from "../errors.ts";
import { isThenable } from "../_generators.ts";
import { forgiveRejection } from "../_host.ts";
import { noteOwnStackSoon } from "../_then.ts";
import { run, type Runnable } from "../turns/_ready_queue.ts";
import { callInFrame, current, TASK } from "../_running.ts";
import type {
  FutureStarter,
  PendingAwait,
  PrimitiveSteps,
  Resolve,
  TaskFrame,
} from "./_task_frame.ts";
import { addWaiter, inPlaceOf, leaveCircle, type Waitable } from "./_waitable.ts";

/**
 * One native `await` of a future, or of a mere turn of the loop. A function that awaits one thing
 * after the other uses one again and again.
 */
class FutureAwait implements Runnable, PendingAwait, FutureStarter {
  // Invariant: it stands in the list of its frame from wait() or yield() to [run].
  previous: PendingAwait | null = null;
  next: PendingAwait | null = null;

  readonly #frame: TaskFrame;
  #future: Waitable | null = null;
  #coro: PrimitiveSteps<unknown> | null = null;
  #value: unknown = undefined;
  #resolve!: Resolve;
  #reject!: Resolve;
  /** What is to be thrown in place of the outcome. */
  #cancellation: CancelledError | null = null;

  constructor(frame: TaskFrame) {
    this.#frame = frame;
  }

  /** Waits for a future. */
  wait(future: Waitable, resolve: Resolve, reject: Resolve): void {
    this.#enter(resolve, reject);
    this.#waitFor(future);
    this.#arrive();
  }

  #waitFor(future: Waitable): void {
    this.#future = future;
    future[addWaiter](this);
    this.#frame.scheduler.observation?.observer.taskWaits?.(this[TASK], future);
    if (this.#cancellation !== null && future.cancel(this.#cancellation.message)) {
      this.#cancellation = null;
    }
  }

  /** Waits for what a primitive of the library's waits for, until that is over. */
  begin(coro: PrimitiveSteps<unknown>, resolve: Resolve, reject: Resolve): void {
    const { scheduler } = this.#frame;
    const { frame, loop } = current;
    current.frame = this.#frame;
    current.loop = scheduler.loop;
    let future: Waitable | null;
    try {
      future = coro.step();
      if (future === null) {
        this.#frame.spare = this;
        resolveIn(this.#frame, resolve, coro.end());
        return noteOwnStackSoon();
      }
    } catch (error) {
      this.#frame.spare = this;
      return throwFrom(reject, error);
    } finally {
      current.frame = frame;
      current.loop = loop;
    }
    this.#coro = coro;
    this.wait(future, resolve, reject);
  }

  /** Waits for the next turn of the loop. */
  yield(value: unknown, resolve: Resolve, reject: Resolve): void {
    this.#value = value;
    this.#enter(resolve, reject);
    this.#frame.scheduler.schedule(this);
    this.#arrive();
  }

  #enter(resolve: Resolve, reject: Resolve): void {
    const frame = this.#frame;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#cancellation = frame.takeCancellation();
    frame.enter(this, this.#coro ?? undefined);
  }

  /** The function has come to its wait: the loop may go on, from right here. */
  #arrive(): void {
    this.#frame.scheduler.following.arrived(this.#frame);
  }

  /** For the loop: the task whose step it is. */
  get [TASK](): object {
    return this.#frame[TASK];
  }

  get waiter(): Waitable | null {
    return this.#future;
  }

  get runsAnywhere(): boolean {
    return true;
  }

  // CPython: Lib/asyncio/tasks.py, Task.cancel
  interrupt(message: string): void {
    const future = this.#future;
    const cancellation = this.#cancellation;
    // See Driver.interrupt().
    this.#future = null;
    const isTaken = future?.cancel(message) ?? false;
    this.#future = future;
    if (!isTaken) this.#cancellation = new CancelledError(message);
    else if (this.#cancellation !== cancellation) {
      leaveCircle(future!, this, this.#frame.scheduler);
    }
  }

  forgetCancel(): void {
    this.#cancellation = null;
    this.#future?.forgetCancel?.();
  }

  /** For the loop: the waiting is over, and the function goes on, in a microtask of its own. */
  [run](): void {
    const coro = this.#coro;
    if (coro !== null) return this.#goOn(coro);
    const future = this.#future;
    const cancellation = this.#cancellation;
    const reject = this.#reject;
    this.#future = this.#cancellation = null;
    this.#frame.leave(this);
    this.#frame.spare = this;
    if (cancellation !== null) return throwFrom(reject, inPlaceOf(future, cancellation));
    if (future === null) return resolveIn(this.#frame, this.#resolve, this.#value);
    let value;
    try {
      value = future.result();
    } catch (error) {
      return throwFrom(reject, error);
    }
    resolveIn(this.#frame, this.#resolve, value);
  }

  #goOn(coro: PrimitiveSteps<unknown>): void {
    const frame = this.#frame;
    const future = this.#future;
    const cancellation = this.#cancellation;
    current.frame = frame;
    this.#future = this.#cancellation = null;
    let value: unknown;
    try {
      if (cancellation !== null) coro.throw(inPlaceOf(future, cancellation));
      const next = coro.step();
      if (next !== null) {
        return this.#waitFor(next);
      }
      value = coro.end();
    } catch (error) {
      const reject = this.#reject;
      this.#leave();
      return throwFrom(reject, error);
    }
    const resolve = this.#resolve;
    this.#leave();
    resolveIn(frame, resolve, value);
  }

  #leave(): void {
    this.#coro = null;
    this.#frame.leave(this);
    this.#frame.spare = this;
    // Cancelled by itself in its last step: the function hears of it at its next await.
    if (this.#cancellation !== null) this.#frame.cancelNext(this.#cancellation);
    this.#cancellation = null;
  }

  /** The task that it is a part of, for the warning that a step of it is slow. */
  toString(): string {
    return String(this.#frame[TASK]);
  }
}

/** Waits for a future that is not done, as an `await` of an async function. */
export function awaitFuture(
  frame: TaskFrame,
  future: Waitable,
  resolve: Resolve,
  reject: Resolve,
): void {
  const error = frame.refuse(future);
  if (error === null) spareAwait(frame).wait(future, resolve, reject);
  else throwFrom(reject, error);
}

/** Waits for the next turn of the loop, as an `await` of an async function. */
export function awaitTurn(
  frame: TaskFrame,
  value: unknown,
  resolve: Resolve,
  reject: Resolve,
): void {
  spareAwait(frame).yield(value, resolve, reject);
}

/** Waits for a primitive of the library's, as an `await` of an async function. */
export function awaitPrimitive(
  frame: TaskFrame,
  coro: PrimitiveSteps<unknown>,
  resolve: Resolve,
  reject: Resolve,
): void {
  spareAwait(frame).begin(coro, resolve, reject);
}

function spareAwait(frame: TaskFrame): FutureStarter {
  const spare = frame.spare ?? new FutureAwait(frame);
  frame.spare = null;
  return spare;
}

/** Rejects an `await`. Where nobody awaits that function, a cancellation is nobody's error. */
export function throwFrom(reject: Resolve, error: unknown): void {
  if (error instanceof CancelledError) forgiveRejection(error);
  reject(error);
}

/**
 * Resolves an `await`. A value that can be awaited itself the engine awaits at once, in the context of
 * whoever resolves: that has to be the function's own.
 */
export function resolveIn(frame: TaskFrame, resolve: Resolve, value: unknown): void {
  if (frame.id > 0 && isThenable(value)) callInFrame(frame, resolve, value);
  else resolve(value);
}
