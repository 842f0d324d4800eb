// Copyright 2026 the asyncio authors. MIT license.

import {
  type AbstractEventLoop,
  CancelledError,
  fromPromise,
  type Future,
  getRunningLoop,
  inspectAsText,
  InvalidStateError,
  RuntimeError,
  type SelectorEventLoop,
  TimeoutError,
} from "../../coroutines/mod.ts";
import { type Claim, grantAccess, type Outcome, outcomeOf } from "./_concurrent_state.ts";
import { callAfter } from "./_host_timer.ts";

/**
 * What is called when a concurrent future is done. It receives the future.
 *
 * @see {@link https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Future.add_done_callback}
 */
export type ConcurrentCallback<T> = (future: ConcurrentFuture<T>) => unknown;

/** An end that is no cancellation. */
type Ended = Exclude<Outcome, null | { readonly kind: "cancelled" }>;

type State = "PENDING" | "RUNNING" | "CANCELLED" | "CANCELLED_AND_NOTIFIED" | "FINISHED";

/**
 * The outcome of work that goes on elsewhere: in a thread, in a process, on another machine, or on
 * another loop. What {@linkcode Executor.submit} and {@linkcode runCoroutineThreadsafe} give;
 * Python's `concurrent.futures.Future`.
 *
 * It belongs to no loop. Wait for it anywhere:
 *
 * - In a task, `yield* future` and `await future`. Cancelling the task takes work that has not begun
 *   out of its queue; work that has goes on, and nobody waits for it.
 * - Outside of loops, `await future`, `future.result(timeout)` and `future.exception(timeout)`.
 *   What blocks in Python is a promise here.
 *
 * An error that nobody asks for is dropped, as in Python.
 *
 * @typeParam T Type of the result.
 *
 * @example Usage
 * ```ts
 * import { ThreadPoolExecutor } from "@asyncio/asyncio";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
 * const future = pool.submit((a: number, b: number) => a ** b, 323, 2);
 * assertEquals(await future, 104329);
 * assert(future.done() && !future.cancelled());
 * ```
 *
 * @example For an executor of your own
 * ```ts
 * import { ConcurrentFuture } from "@asyncio/asyncio";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const future = new ConcurrentFuture<number>();
 * assert(future.setRunningOrNotifyCancel());
 * assert(future.running());
 * future.setResult(42);
 * assertEquals(await future.result(), 42);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/concurrent.futures.html#future-objects}
 */
// CPython: Lib/concurrent/futures/_base.py, Future
export class ConcurrentFuture<T> implements PromiseLike<T> {
  // Invariants: PENDING becomes RUNNING, CANCELLED or FINISHED; RUNNING becomes FINISHED; CANCELLED
  // becomes CANCELLED_AND_NOTIFIED when whoever was to do the work has heard of it. #outcome and
  // the end of #callbacks come with FINISHED and CANCELLED. Only a PENDING future has a #claim.
  #state: State = "PENDING";
  #outcome: Outcome = null;
  #callbacks: ConcurrentCallback<never>[] | null = null;
  #claim: Claim | null = null;

  static {
    inspectAsText(this.prototype);
    grantAccess({
      outcome: (future) => (future as ConcurrentFuture<unknown>).#outcome,
      setClaim: (future, claim) => (future as ConcurrentFuture<unknown>).#claim = claim,
    });
  }

  /**
   * Cancels the work, if it has not begun.
   *
   * @returns Whether it is cancelled: `false` if it has begun, or is done.
   */
  cancel(): boolean {
    if (this.cancelled()) return true;
    if (this.#state !== "PENDING") return false;
    if (this.#claim !== null && !this.#claim.withdraw()) {
      this.#begin();
      return false;
    }
    this.#settle("CANCELLED", { kind: "cancelled" });
    return true;
  }

  /** Whether it was cancelled. */
  cancelled(): boolean {
    return this.#outcome?.kind === "cancelled";
  }

  /** Whether the work has begun, and is not done. It cannot be cancelled then. */
  running(): boolean {
    if (this.#state === "PENDING" && this.#claim?.hasBegun()) this.#begin();
    return this.#state === "RUNNING";
  }

  /** Whether it is done: has a result or an error, or was cancelled. */
  done(): boolean {
    return this.#outcome !== null;
  }

  /**
   * Waits for the result.
   *
   * @param timeout Seconds to wait at most. Default: for ever.
   * @returns A promise of it.
   * @throws {CancelledError} If it was cancelled. All errors reject the promise.
   * @throws {TimeoutError} If it is not done by then.
   * @throws What the work threw.
   */
  async result(timeout?: number | null): Promise<T> {
    const outcome = await this.#wait(timeout);
    if (outcome.kind === "result") return outcome.value as T;
    throw outcome.error;
  }

  /**
   * Waits for the error.
   *
   * @param timeout Seconds to wait at most. Default: for ever.
   * @returns A promise of what the work threw; of `null` if it has a result.
   * @throws {CancelledError} If it was cancelled. All errors reject the promise.
   * @throws {TimeoutError} If it is not done by then.
   */
  async exception(timeout?: number | null): Promise<unknown> {
    const outcome = await this.#wait(timeout);
    return outcome.kind === "error" ? outcome.error : null;
  }

  /**
   * Calls `fn(this)` when it is done, in the order of adding; at once if it is done already. What it
   * throws goes to `console.error`.
   *
   * @param fn The function.
   */
  addDoneCallback(fn: ConcurrentCallback<T>): void {
    if (this.#outcome !== null) this.#call(fn);
    else if (this.#callbacks === null) this.#callbacks = [fn];
    else this.#callbacks.push(fn);
  }

  /**
   * `await future` waits for the result. In a task, cancelling the task cancels it, if it has not
   * begun.
   *
   * @returns A native promise, as `Promise.prototype.then()` does.
   */
  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((error: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    const loop = loopOfCaller();
    const waiting = loop === null ? this.result() : futureOf(this, loop);
    return waiting.then(onFulfilled, onRejected);
  }

  /** Calls `onRejected` if it fails or is cancelled, as `Promise.prototype.catch()` does. */
  catch<R = never>(
    onRejected?: ((error: unknown) => R | PromiseLike<R>) | null,
  ): Promise<T | R> {
    return this.then(null, onRejected);
  }

  /** Calls `onFinally` when it is done, as `Promise.prototype.finally()` does. */
  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then().finally(onFinally);
  }

  /** `yield* future` waits for the result, in a task. */
  [Symbol.iterator](): Generator<unknown, T, unknown> {
    return futureOf(this, getRunningLoop())[Symbol.iterator]();
  }

  /**
   * For executors: says that the work is about to begin.
   *
   * @returns Whether it is to begin: `false` if it was cancelled.
   * @throws {RuntimeError} If it has been called before, or the future is done.
   */
  // CPython: Lib/concurrent/futures/_base.py, Future.set_running_or_notify_cancel
  setRunningOrNotifyCancel(): boolean {
    if (this.#state === "CANCELLED") {
      this.#state = "CANCELLED_AND_NOTIFIED";
      return false;
    }
    if (this.#state !== "PENDING") throw new RuntimeError("Future in unexpected state");
    this.#begin();
    return true;
  }

  /**
   * For executors: gives it its result.
   *
   * @param result The result.
   * @throws {InvalidStateError} If it is done already.
   */
  setResult(result: T): void {
    this.#checkNotDone();
    this.#settle("FINISHED", { kind: "result", value: result });
  }

  /**
   * For executors: gives it an error in place of a result.
   *
   * @param exception The error.
   * @throws {InvalidStateError} If it is done already.
   */
  setException(exception: unknown): void {
    this.#checkNotDone();
    this.#settle("FINISHED", { kind: "error", error: exception });
  }

  /** Python's repr: `<ConcurrentFuture state=finished returned number>`. */
  toString(): string {
    return `<${this.constructor.name} ${this.#describe()}>`;
  }

  #describe(): string {
    const outcome = this.#outcome;
    if (outcome?.kind === "result") return `state=finished returned ${typeName(outcome.value)}`;
    if (outcome?.kind === "error") return `state=finished raised ${typeName(outcome.error)}`;
    if (outcome !== null) return "state=cancelled";
    return `state=${this.running() ? "running" : "pending"}`;
  }

  #begin(): void {
    this.#state = "RUNNING";
    this.#claim = null;
  }

  #checkNotDone(): void {
    if (this.#outcome !== null) throw new InvalidStateError(`${this.#state}: ${this}`);
  }

  #settle(state: State, outcome: Outcome): void {
    const callbacks = this.#callbacks;
    this.#state = state;
    this.#outcome = outcome;
    this.#claim = null;
    this.#callbacks = null;
    for (const fn of callbacks ?? []) this.#call(fn);
  }

  #call(fn: ConcurrentCallback<never>): void {
    try {
      fn(this as unknown as ConcurrentFuture<never>);
    } catch (error) {
      console.error(`exception calling callback for ${this}`, error);
    }
  }

  /** Waits until it is done. A cancelled one rejects. */
  #wait(timeout: number | null | undefined): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const limited = typeof timeout === "number" && timeout !== Infinity;
      if (limited && Number.isNaN(timeout)) throw new RangeError("Invalid timeout: NaN");
      let stopTimer = () => {};
      const onDone = () => {
        stopTimer();
        const outcome = this.#outcome!;
        if (outcome.kind === "cancelled") reject(new CancelledError());
        else resolve(outcome);
      };
      this.addDoneCallback(onDone);
      if (this.done() || !limited) return;
      stopTimer = callAfter(timeout, () => {
        this.#forget(onDone);
        reject(new TimeoutError());
      });
    });
  }

  #forget(fn: ConcurrentCallback<never>): void {
    this.#callbacks = this.#callbacks?.filter((one) => one !== fn) ?? null;
  }
}

/**
 * The future, on a loop, of a concurrent one: done when that is, and cancelling it cancels that.
 */
// CPython: Lib/asyncio/futures.py, _chain_future
export function futureOf<T>(source: ConcurrentFuture<T>, loop: AbstractEventLoop): Future<T> {
  (loop as SelectorEventLoop).requireHost("An executor");
  const future = fromPromise(new Follower(source), { loop });
  future.addDoneCallback(() => {
    if (future.cancelled()) source.cancel();
  });
  return future;
}

/** The outcome of a concurrent future as a thenable that calls back at once when it is done. */
class Follower<T> implements PromiseLike<T> {
  readonly #source: ConcurrentFuture<T>;

  constructor(source: ConcurrentFuture<T>) {
    this.#source = source;
  }

  then(
    onFulfilled?: ((value: T) => unknown) | null,
    onRejected?: ((e: unknown) => unknown) | null,
  ) {
    this.#source.addDoneCallback((source) => {
      const outcome = outcomeOf(source);
      if (outcome?.kind === "result") onFulfilled?.(outcome.value as T);
      else onRejected?.(outcome?.kind === "error" ? outcome.error : new CancelledError());
    });
    return undefined as never;
  }
}

/** The loop of the task or callback that is running, if one is. */
function loopOfCaller(): AbstractEventLoop | null {
  try {
    return getRunningLoop();
  } catch (error) {
    if (error instanceof RuntimeError) return null;
    throw error;
  }
}

function typeName(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  return value.constructor?.name ?? "object";
}
