// Copyright 2026 the asyncio authors. MIT license.

import { inspectAsText, repr } from "../../selectors/mod.ts";
import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import type { Context } from "../context.ts";
import { Drivable } from "./_drivable.ts";
import { CancelledError, InvalidStateError, RuntimeError } from "../errors.ts";
import { awaitFuture } from "./_future_await.ts";
import { isByEngine, noteOwnStackSoon, noticeThen } from "../_then.ts";
import { Handle, NO_ARGS } from "./handle.ts";
import { noteOrigin, originOf } from "../_origin.ts";
import { run, type Runnable } from "../turns/_ready_queue.ts";
import { reprCall, showOnce } from "../_repr.ts";
import { currentLoop } from "../_running.ts";
import { type Scheduler, schedulerOf } from "../turns/_scheduler.ts";
import { handOut } from "../_stacks.ts";
import { type Resolve, runningFunction } from "./_task_frame.ts";
import { unseen } from "../turns/_unretrieved.ts";
import { addWaiter } from "./_waitable.ts";

enum State {
  Pending,
  Finished,
  /** It has an exception that somebody has asked for. */
  Failed,
  /** It has one that nobody has asked for yet. */
  FailedUnseen,
  Cancelled,
}

/** How many callbacks a repr shows. */
const MAX_CALLBACKS_SHOWN = 2;

/**
 * What is called when a future is done. It receives the future; a task's receives the task.
 *
 * @typeParam T Type of the result.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-future.html#asyncio.Future.add_done_callback}
 */
export type DoneCallback<T> = (future: Future<T>) => unknown;

/**
 * Options of {@linkcode Future}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-future.html#asyncio.Future}
 */
export interface FutureOptions {
  /** The loop it belongs to. Default: the running one. */
  loop?: AbstractEventLoop | null | undefined;
}

/**
 * Options of {@linkcode Future.addDoneCallback}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-future.html#asyncio.Future.add_done_callback}
 */
export interface AddDoneCallbackOptions {
  /** The context to call it in. Default: a copy of the current one. */
  context?: Context | null | undefined;
}

/** A function to be called when a future is done. */
class Callback extends Handle {
  readonly fn: DoneCallback<never>;
  readonly #future: Future<unknown>;

  constructor(fn: DoneCallback<never>, future: Future<unknown>, context?: Context | null) {
    super(fn, NO_ARGS, future.getLoop(), context);
    this.fn = fn;
    this.#future = future;
  }

  /** Made when it is called: until then it need not be there. */
  protected override get args(): readonly unknown[] {
    return [this.#future];
  }
}

/** What settles a promise when a future is done. */
class Observer implements Runnable {
  readonly #future: Future<unknown>;
  readonly #resolve: Resolve;
  readonly #reject: Resolve;

  constructor(future: Future<unknown>, resolve: Resolve, reject: Resolve) {
    this.#future = future;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get runsAnywhere(): boolean {
    return true;
  }

  [run](): void {
    schedulerOf(this.#future.getLoop()).following.wokeUnseen();
    Future.settle(this.#future, this.#resolve, this.#reject);
  }
}

/** Who is to be told that a future is done. Nearly always there is one or none. */
type Listeners = Runnable | Runnable[] | null;

/**
 * A result that is still to come.
 *
 * Somebody promises it: `setResult()`, `setException()` or `cancel()`, once. Others wait for it, by
 * `yield* future` or `await future`, or with a callback. Whoever waits goes on in the loop's next
 * turn after it is done, never at once, in the order in which they came.
 *
 * An exception that nobody ever asks for is reported to the loop's exception handler when the future
 * is collected as garbage.
 *
 * @typeParam T Type of the result.
 *
 * @example Usage
 * ```ts
 * import { Future, getRunningLoop, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const answer = await run(function* () {
 *   const future = new Future<number>();
 *   getRunningLoop().callLater(0.001, () => future.setResult(42));
 *   return yield* future;
 * });
 * assertEquals(answer, 42);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-future.html#asyncio.Future}
 */
export class Future<T> implements PromiseLike<T> {
  // Invariant: once not Pending, it stays so. #content has what there is to have in each state: the
  // listeners when Pending, the result when Finished, the error when Failed, and when Cancelled the
  // message or the very error to throw.
  //
  // Here, and in whatever else there may be a million of, private methods are static: others would
  // cost each object a field, by which the engine tells that it has them.
  #state = State.Pending;
  #content: unknown = null;
  readonly #scheduler: Scheduler;

  static {
    inspectAsText(this.prototype);
    noticeThen(this.prototype);
  }

  /**
   * A pending future.
   *
   * @param options The `loop` that it belongs to.
   * @throws {RuntimeError} If there is no current event loop.
   */
  constructor(options: FutureOptions = {}) {
    this.#scheduler = schedulerOf(options.loop ?? currentLoop());
    if (this.#scheduler.isDebugging) noteOrigin(this);
  }

  /**
   * For tasks: what runs them.
   *
   * @ignore
   */
  protected get scheduler(): Scheduler {
    return this.#scheduler;
  }

  /** The loop that it belongs to. */
  getLoop(): AbstractEventLoop {
    return this.#scheduler.loop;
  }

  /** Whether it is done: has a result or an exception, or was cancelled. */
  done(): boolean {
    return this.#state !== State.Pending;
  }

  /** Whether it was cancelled. */
  cancelled(): boolean {
    return this.#state === State.Cancelled;
  }

  /**
   * The result.
   *
   * @throws {CancelledError} If it was cancelled.
   * @throws {InvalidStateError} If it is not done.
   * @throws Its exception, if it has one.
   */
  // CPython: Lib/asyncio/futures.py, Future.result
  result(): T {
    if (this.#state === State.Finished) return this.#content as T;
    if (this.#state === State.Pending) throw new InvalidStateError("Result is not set.");
    if (this.#state === State.Cancelled) throw Future.#takeCancelledError(this);
    this.noteRetrieved();
    throw this.#content;
  }

  /**
   * The exception; `null` if it has a result.
   *
   * @throws {CancelledError} If it was cancelled.
   * @throws {InvalidStateError} If it is not done.
   */
  exception(): unknown {
    if (this.#state === State.Finished) return null;
    if (this.#state === State.Pending) throw new InvalidStateError("Exception is not set.");
    if (this.#state === State.Cancelled) throw Future.#takeCancelledError(this);
    this.noteRetrieved();
    return this.#content;
  }

  /**
   * Gives it its result.
   *
   * @param result The result.
   * @throws {InvalidStateError} If it is done already.
   */
  // CPython: Lib/asyncio/futures.py, Future.set_result
  setResult(result: T): void {
    Future.#checkPending(this);
    Future.#settle(this, State.Finished, result);
  }

  /**
   * Gives it an exception in place of a result.
   *
   * @param exception The error, or a class of errors to make one of.
   * @throws {InvalidStateError} If it is done already.
   */
  // CPython: Lib/asyncio/futures.py, Future.set_exception
  setException(exception: unknown): void {
    Future.#checkPending(this);
    const error = isErrorClass(exception) ? new exception() : exception;
    this.#scheduler.unretrieved.note(this, error);
    Future.#settle(this, State.FailedUnseen, error);
  }

  /**
   * Cancels it: whoever waits gets a `CancelledError`.
   *
   * @param message The text of that error. Default: none.
   * @returns Whether it was still pending.
   */
  // CPython: Lib/asyncio/futures.py, Future.cancel
  cancel(message?: string | null): boolean {
    this.noteRetrieved();
    if (this.#state !== State.Pending) return false;
    Future.#settle(this, State.Cancelled, message ?? "");
    return true;
  }

  /**
   * For tasks: cancels it with the very error that ended it, and that the next to ask will get.
   *
   * @ignore
   */
  protected cancelWith(error: CancelledError): void {
    Future.prototype.cancel.call(this);
    this.#content = error;
  }

  /** @ignore */
  static failed(future: Future<unknown>): boolean {
    return future.#state === State.Failed || future.#state === State.FailedUnseen;
  }

  /**
   * For tasks: its exception, without having asked for it; `undefined` if it has none.
   *
   * @ignore
   */
  protected peekException(): unknown {
    return Future.failed(this) ? this.#content : undefined;
  }

  /**
   * For the watch over such errors: whether it has one that nobody has asked for.
   *
   * @ignore
   */
  get [unseen](): boolean {
    return this.#state === State.FailedUnseen;
  }

  /**
   * Notes that somebody takes care of the exception, if there is one.
   *
   * @ignore
   */
  protected noteRetrieved(): void {
    if (this.#state !== State.FailedUnseen) return;
    this.#state = State.Failed;
    this.#scheduler.unretrieved.forget(this);
  }

  /**
   * Calls `fn(this)` through the loop when it is done; in its next turn if it is done already.
   *
   * @param fn The function.
   * @param options The `context` to call it in.
   */
  // CPython: Lib/asyncio/futures.py, Future.add_done_callback
  addDoneCallback(fn: DoneCallback<T>, options: AddDoneCallbackOptions = {}): void {
    if (typeof fn !== "function") {
      throw new TypeError(`a callable object was expected by addDoneCallback(), got ${repr(fn)}`);
    }
    const callback = new Callback(fn, this, options.context);
    if (this.#state === State.Pending) Future.#listen(this, callback);
    else this.#scheduler.schedule(callback);
  }

  /**
   * Takes a callback back, as often as it was added.
   *
   * @param fn The function.
   * @returns How often that was.
   */
  removeDoneCallback(fn: DoneCallback<T>): number {
    const listeners = Future.#listListeners(this);
    const kept = listeners.filter((one) =>
      fn !== (one instanceof Callback ? one.fn : one as unknown)
    );
    if (kept.length < listeners.length) this.#content = kept.length === 0 ? null : kept;
    return listeners.length - kept.length;
  }

  /**
   * For tasks and native awaits: adds what is to run when it is done.
   *
   * @ignore
   */
  [addWaiter](waiter: Runnable): void {
    // A subclass may have its own idea of being done, and says it by its callbacks.
    if (this.addDoneCallback !== Future.prototype.addDoneCallback) {
      this.addDoneCallback(() => waiter[run]());
    } else if (this.#state === State.Pending) Future.#listen(this, waiter);
    else this.#scheduler.schedule(waiter);
  }

  /** `yield* future` waits for the result. */
  [Symbol.iterator](): Generator<unknown, T, unknown> {
    return new FutureIterator(this);
  }

  /**
   * `await future` waits for the result: cancelling the task that awaits cancels the future. Called by
   * hand, `then()` only observes.
   *
   * @returns A native promise, as `Promise.prototype.then()` does.
   */
  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((error: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    const fn = isByEngine(onFulfilled, onRejected) ? runningFunction() : null;
    if (fn === null) return Future.#observe(this).then(onFulfilled, onRejected);
    if (this.done()) {
      Future.settle(this, onFulfilled as Resolve, onRejected as Resolve);
      noteOwnStackSoon();
    } else awaitFuture(fn, this, onFulfilled as Resolve, onRejected as Resolve);
    // It was the engine that called, and has no use for what is given.
    return this as unknown as Promise<R1 | R2>;
  }

  static #observe<T>(self: Future<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (self.done()) Future.settle(self, resolve as Resolve, reject);
      else self[addWaiter](new Observer(self, resolve as Resolve, reject));
    });
  }

  /**
   * For awaits: passes the outcome on.
   *
   * @ignore
   */
  static settle(future: Future<unknown>, resolve: Resolve, reject: Resolve): void {
    let value;
    try {
      value = future.result();
    } catch (error) {
      return reject(error);
    }
    resolve(value);
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

  /** Python's repr: `<Future finished result=42>`. */
  toString(): string {
    return showOnce(this, () => Future.#show(this));
  }

  static #show(self: Future<unknown>): string {
    const origin = originOf(self);
    const words = self.describe();
    if (origin !== undefined) words.push(`created at ${origin}`);
    return `<${self.constructor.name} ${words.join(" ")}>`;
  }

  /** The words of the repr: state, outcome, callbacks. */
  // CPython: Lib/asyncio/base_futures.py, _future_repr_info
  protected describe(): string[] {
    switch (this.#state) {
      case State.Finished:
        return ["finished", `result=${repr(this.#content)}`];
      case State.Failed:
      case State.FailedUnseen:
        return ["finished", `exception=${repr(this.#content)}`];
      case State.Cancelled:
        return ["cancelled"];
      default:
        return ["pending", ...Future.#describeListeners(this)];
    }
  }

  static #describeListeners(self: Future<unknown>): string[] {
    const names = Future.#listListeners(self).map((one) =>
      one instanceof Callback ? reprCall(one.fn) : "wakeup()"
    );
    if (names.length === 0) return [];
    const more = names.length - MAX_CALLBACKS_SHOWN;
    if (more > 0) names.splice(1, more, `<${more} more>`);
    return [`cb=[${names.join(", ")}]`];
  }

  static #checkPending(self: Future<unknown>): void {
    if (self.#state === State.Pending) return;
    const state = self.#state === State.Cancelled ? "CANCELLED" : "FINISHED";
    throw new InvalidStateError(`${state}: ${self}`);
  }

  /** Adds a listener to a pending future. */
  static #listen(self: Future<unknown>, listener: Runnable): void {
    const listeners = self.#content as Listeners;
    if (listeners === null) self.#content = listener;
    else if (Array.isArray(listeners)) listeners.push(listener);
    else self.#content = [listeners, listener];
  }

  static #listListeners(self: Future<unknown>): Runnable[] {
    const listeners = self.#content as Listeners;
    if (self.#state !== State.Pending || listeners === null) return [];
    return Array.isArray(listeners) ? listeners : [listeners];
  }

  /** Gives a pending future its outcome, and schedules the listeners. */
  static #settle(self: Future<unknown>, state: State, outcome: unknown): void {
    const listeners = self.#content as Listeners;
    self.#state = state;
    self.#content = outcome;
    if (listeners === null) return;
    if (!Array.isArray(listeners)) return self.#scheduler.schedule(listeners);
    for (const listener of listeners) self.#scheduler.schedule(listener);
  }

  static #takeCancelledError(self: Future<unknown>): CancelledError {
    const value = self.#content;
    if (!(value instanceof CancelledError)) return new CancelledError(value as string);
    self.#content = value.message;
    return value;
  }
}

/**
 * Goes through one `yield* future`: hands the future to the task, and its result to the coroutine.
 *
 * CPython: Lib/asyncio/futures.py, Future.__await__.
 */
class FutureIterator<T> extends Drivable<T> {
  readonly #future: Future<T>;
  #waited = false;

  constructor(future: Future<T>) {
    super();
    this.#future = future;
  }

  next(): IteratorResult<unknown, T> {
    const future = this.#future;
    if (future.done()) return { done: true, value: future.result() };
    if (this.#waited) throw new RuntimeError("await wasn't used with future");
    this.#waited = true;
    handOut(future);
    return { done: false, value: future };
  }

  throw(error: unknown): IteratorResult<unknown, T> {
    throw error;
  }

  return(value: T): IteratorResult<unknown, T> {
    return { done: true, value };
  }
}

function isErrorClass(value: unknown): value is new () => Error {
  return typeof value === "function" && value.prototype instanceof Error || value === Error;
}

/** Lets a class of futures pass for {@linkcode Future} in what users see: it is nobody's but ours. */
export function hideName(constructor: object): void {
  Object.defineProperty(constructor, "name", { value: "Future" });
}

/**
 * Whether a value is a future: a {@linkcode Future}, or a task.
 *
 * @example Usage
 * ```ts
 * import { isfuture } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * assert(!isfuture(Promise.resolve()));
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-future.html#asyncio.isfuture}
 */
export function isfuture(value: unknown): value is Future<unknown> {
  return value instanceof Future;
}

/**
 * Whether a future has an exception, be it `null`: JavaScript can throw that, and then
 * `future.exception()` does not tell.
 *
 * @param future The future; one that is not done has none yet.
 *
 * @example Usage
 * ```ts
 * import { run } from "@asyncio/asyncio";
 * import { Future, hasFailed } from "@asyncio/asyncio/coroutines";
 * import { assert } from "@std/assert";
 *
 * await run(async () => {
 *   const future = new Future();
 *   future.setException(null);
 *   assert(hasFailed(future));
 *   await future.catch(() => {});
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-future.html#asyncio.Future.exception}
 */
export function hasFailed(future: Future<unknown>): boolean {
  return Future.failed(future);
}
