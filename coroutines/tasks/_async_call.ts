// Copyright 2026 the asyncio authors. MIT license.

import { repr } from "../../selectors/mod.ts";
import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import { BaseCoroutine } from "./_base_coroutine.ts";
import { COUNT, noteClosed, OWNER, type Owner } from "../futures/_claim.ts";
import type { Coroutine } from "../coroutine_type.ts";
import { Driver, resume } from "./_driver.ts";
import { CancelledError, RuntimeError } from "../errors.ts";
import { type Extent, isGuarded, leaveBehind, overdue } from "../futures/_extent.ts";
import { Future } from "../futures/future.ts";
import { afterIO } from "../_host.ts";
import { isGeneratorFunction, isThenable } from "../_generators.ts";
import { isDrivable } from "../futures/_kinds.ts";
import { type Count, countOf } from "../futures/_never_started.ts";
import { run, type Runnable } from "../turns/_ready_queue.ts";
import {
  callInFrame,
  canFollowAwaits,
  CONTEXT,
  current,
  currentFrame,
  discharge,
  enrol,
  EXTENT,
  type Frame,
  LOOP,
  nativeFrame,
  TASK,
} from "../_running.ts";
import { type Scheduler, schedulerOf } from "../turns/_scheduler.ts";
import { handOut, notePlace, recording } from "../_stacks.ts";
import type {
  CoroutineStarter,
  FutureStarter,
  PendingAwait,
  PrimitiveSteps,
  TaskFrame,
} from "../futures/_task_frame.ts";
import { addWaiter, badWait, type Waitable } from "../futures/_waitable.ts";

/** How far an {@linkcode AsyncCall} has come. */
enum State {
  /** The function is still to be called. */
  New,
  /** It is under way as a promise. */
  Native,
  /** It has returned another coroutine, or a future, which is under way in its place. */
  Delegating,
  /** Its promise is fulfilled; whoever drives the coroutine is still to hear of it. */
  Returned,
  /** Its promise is rejected, or is to count as rejected; the same. */
  Thrown,
  /** The coroutine has come to its end. */
  Over,
}

/**
 * The coroutine of a function that is to be called when it is driven: an async function, or any that
 * returns a promise or another coroutine.
 *
 * It is three things in one, since a million of them may be alive: the coroutine, what its driver waits
 * for, and the frame that the function carries along its awaits.
 *
 * Whoever drives it goes on as soon as the function returns, and not in the loop's next turn: a
 * function that returns to another takes no turn in Python either.
 */
export class AsyncCall<T> extends BaseCoroutine<T> implements TaskFrame, Extent, Waitable {
  // Invariants: #content is the function in New, what is delegated to in Delegating, the outcome in
  // Returned and Thrown. The awaits of the function, usually one, form the list from #first. It is
  // counted in the scheduler's `outside` as long as it is Native and the list is empty. It has an id
  // as long as the function is under way, even if nobody waits for it any more. #cancellation is still
  // to be thrown from #owed awaits.
  id = 0;
  round = 0;
  spare: FutureStarter | null = null;
  spareDriver: CoroutineStarter | null = null;
  outer: Extent | null = null;
  scheduler!: Scheduler;
  readonly [COUNT]: Count;
  [OWNER]: Owner | undefined = undefined;
  [EXTENT]: object | null = this;
  #state = State.New;
  #content: unknown;
  #caller!: Frame;
  #driver: Driver<unknown> | null = null;
  #first: PendingAwait | null = null;
  #cancellation: CancelledError | null = null;
  #owed = 0;
  /** How many promises have been wrapped for it that have not settled. */
  #promises = 0;
  #whenEnded: (() => void) | null = null;

  /**
   * The coroutine of a function.
   *
   * @param fn What to call.
   * @param count The count of coroutines of its name.
   */
  constructor(fn: () => unknown, count: Count) {
    super();
    this[COUNT] = count;
    this.#content = fn;
    count.made(this);
  }

  // The coroutine.

  next(): IteratorResult<unknown, T> {
    switch (this.#state) {
      case State.New:
        return this.#start(this.#content as () => unknown);
      case State.Native:
        throw new RuntimeError("await wasn't used with future");
      case State.Delegating:
        return this.#pass("next", undefined);
      case State.Over:
        throw new RuntimeError("cannot reuse already awaited coroutine");
      default:
        return { done: true, value: this.#take() };
    }
  }

  throw(error: unknown): IteratorResult<unknown, T> {
    if (this.#state === State.Delegating) return this.#pass("throw", error);
    this.#close();
    throw error;
  }

  return(value: T): IteratorResult<unknown, T> {
    if (this.#state === State.Delegating) return this.#pass("return", value);
    this.#close();
    return { done: true, value };
  }

  #start(fn: () => unknown): IteratorResult<unknown, T> {
    const caller = current.frame;
    if (caller === null || caller[TASK] === null) {
      throw new RuntimeError("no running event loop: an async function needs a task");
    }
    this.#caller = caller;
    this.outer = caller[EXTENT] as Extent | null;
    this.#content = null;
    this.#state = State.Native;
    const scheduler = this.scheduler = schedulerOf(caller[LOOP]);
    scheduler.outside++;
    scheduler.following.woke(this);
    enrol(this);
    let delegate: Iterable<unknown, T> | null;
    try {
      delegate = callInFrame(this, AsyncCall.#begin<T>, this, fn);
    } catch (error) {
      this.#end();
      scheduler.following.arrived(this);
      throw error;
    }
    if (delegate !== null) return this.#delegateTo(delegate);
    handOut(this);
    return { done: false, value: this };
  }

  /** Calls the function, and sees to it that we hear how it ends; gives what it delegates to. */
  static #begin<T>(
    this: void,
    self: AsyncCall<T>,
    fn: () => unknown,
  ): Iterable<unknown, T> | null {
    const result = fn();
    if (isDrivable(result) || result instanceof Future) return result as Iterable<unknown, T>;
    if (result instanceof Promise && canFollowAwaits) {
      // Whose promise it is they know from the context, which saves two closures a call.
      result.then(AsyncCall.#onFulfilled, AsyncCall.#onRejected);
    } else if (isThenable(result)) {
      result.then(
        (value) => self.#settle(State.Returned, value),
        (error) => self.#settle(State.Thrown, error),
      );
    } else {
      throw new TypeError(`a coroutine was expected, got ${repr(result)}`);
    }
    return null;
  }

  static readonly #onFulfilled = (value: unknown): void => {
    AsyncCall.#settleRunning(State.Returned, value);
  };

  static readonly #onRejected = (error: unknown): void => {
    AsyncCall.#settleRunning(State.Thrown, error);
  };

  static #settleRunning(state: State.Returned | State.Thrown, outcome: unknown): void {
    const frame = nativeFrame();
    if (frame instanceof AsyncCall) frame.#settle(state, outcome);
  }

  /** The function has come to its end. */
  #settle(state: State.Returned | State.Thrown, outcome: unknown): void {
    const isAwaited = this.#state === State.Native;
    const isFollowed = this.scheduler.following.isFollowed(this);
    this.#end();
    if (isAwaited) {
      this.#state = state;
      this.#content = outcome;
      // It has come after all, by the task's signal.
      const isHeard = state === State.Thrown && outcome instanceof CancelledError;
      if (isHeard && overdue.has(this.#cancellation!)) this.#cancellation = null;
      this.#resumeDriver(isFollowed);
    } else if (state === State.Thrown && !(outcome instanceof CancelledError)) {
      this.getLoop().callExceptionHandler({
        message: "Exception in an async function that nobody waits for: its task was cancelled",
        exception: outcome,
        task: this[TASK],
      });
    }
    this.scheduler.following.arrived(this);
  }

  /** The driver goes on: at once if that is nothing but to hear the outcome, else in a step. */
  #resumeDriver(isFollowed: boolean): void {
    const driver = this.#driver;
    if (driver === null) return;
    const { scheduler } = this;
    const step = { [run]: () => driver[resume](this.takeCancellation()), [TASK]: driver[TASK] };
    if (isFollowed && !driver.drives(this)) return scheduler.scheduleNext(step);
    if (!scheduler.isRunning || !driver.drives(this)) return scheduler.schedule(step);
    const { observation } = scheduler;
    observation?.enter(driver);
    try {
      step[run]();
    } catch (error) {
      scheduler.schedule({
        [run]() {
          throw error;
        },
      });
    } finally {
      observation?.leave();
    }
  }

  #take(): T {
    const failed = this.#state === State.Thrown;
    const outcome = this.#content;
    this.#content = null;
    this.#state = State.Over;
    if (failed) throw outcome;
    return outcome as T;
  }

  /** Nobody waits for the function any more, or it was never called. */
  #close(): void {
    if (this.#state === State.New) noteClosed(this);
    if (this.#state === State.Native) this.#leaveBehind();
    this.#state = State.Over;
    this.#content = null;
  }

  #leaveBehind(): void {
    if (this.#first === null) this.scheduler.outside--;
    this.#state = State.Over;
    this.#driver = null;
    this.#whenEnded = leaveBehind(this.outer);
  }

  /** The function is not under way any more. */
  #end(): void {
    if (this.#state === State.Native) {
      if (this.#first === null) this.scheduler.outside--;
      this.#state = State.Over;
    }
    discharge(this);
    this.#whenEnded?.();
    this.#whenEnded = null;
  }

  // Delegating.

  #delegateTo(coro: Iterable<unknown, T>): IteratorResult<unknown, T> {
    const { scheduler } = this;
    scheduler.outside--;
    scheduler.following.arrived(this);
    // Async functions that it has called are to come to their first waits, too.
    scheduler.following.wokeUnseen();
    this.#state = State.Delegating;
    this.#content = coro[Symbol.iterator]();
    this.#caller[EXTENT] = this;
    return this.#pass("next", undefined);
  }

  #pass(method: "next" | "throw" | "return", value: unknown): IteratorResult<unknown, T> {
    const coro = this.#content as Generator<unknown, T, unknown>;
    let isOver = true;
    try {
      const step = coro[method](value as T);
      isOver = step.done === true;
      return step;
    } finally {
      if (isOver) this.#endDelegation();
    }
  }

  #endDelegation(): void {
    this.#state = State.Over;
    this.#content = null;
    this.#caller[EXTENT] = this.outer;
    // Branches that could not be interrupted yet are to find their cancellation.
    if (this.#cancellation === null || this.#promises === 0) this.#end();
  }

  /** Of a function that delegates: interrupts what it has begun besides. */
  interruptBranches(message: string): void {
    if (this.#state !== State.Delegating) return;
    const awaits = this.pendingAwaits();
    for (const wait of awaits) wait.interrupt(message);
    this.#owed = this.#promises - awaits.length;
    if (this.#owed > 0) this.#cancellation = new CancelledError(message);
  }

  wrapped(): void {
    this.#promises++;
  }

  unwrapped(): void {
    if (--this.#promises === 0 && this.#state === State.Over && this.id > 0) this.#end();
  }

  // The frame of the function.

  get [LOOP](): AbstractEventLoop {
    return this.scheduler.loop;
  }

  get [TASK](): object {
    return this.#caller[TASK]!;
  }

  get [CONTEXT](): object | null {
    return this.#caller[CONTEXT];
  }

  set [CONTEXT](context: object | null) {
    this.#caller[CONTEXT] = context;
  }

  get task(): object {
    return this[TASK];
  }

  enter(wait: PendingAwait, innermost?: PrimitiveSteps<unknown>): void {
    const first = this.#first;
    if (first !== null) {
      first.previous = wait;
      wait.next = first;
    } else if (this.#state === State.Native) {
      this.scheduler.outside--;
    }
    this.#first = wait;
    if (recording.loops > 0) notePlace(wait, innermost);
  }

  awaits(wait: PendingAwait): boolean {
    return this.#first === wait || wait.previous !== null;
  }

  leave(wait: PendingAwait): void {
    const { previous, next } = wait;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next !== null) next.previous = previous;
    wait.previous = wait.next = null;
    const { scheduler } = this;
    if (this.#first !== null) return scheduler.following.wokeUnseen();
    if (this.#state === State.Native) scheduler.outside++;
    if (this.id > 0) scheduler.following.woke(this);
    else scheduler.following.wokeUnseen();
  }

  refuse(future: Waitable): Error | null {
    // Without a loop that runs, nobody would deliver it later.
    if (!this.scheduler.isRunning) return this.takeCancellation();
    return badWait(this[TASK], this[LOOP], future);
  }

  takeCancellation(): CancelledError | null {
    const cancellation = this.#cancellation;
    if (cancellation !== null && --this.#owed <= 0) this.#cancellation = null;
    return cancellation;
  }

  cancelNext(cancellation: CancelledError): void {
    this.#cancellation = cancellation;
    this.#owed = 1;
    if (this.#first === null) afterIO(() => this.#checkStuck(cancellation));
  }

  // What the driver waits for.

  getLoop(): AbstractEventLoop {
    return this.scheduler.loop;
  }

  [addWaiter](waiter: Runnable): void {
    if (waiter instanceof Driver) this.#driver = waiter;
  }

  /** Interrupts every await that is pending, the oldest first; without one, the next. */
  cancel(message: string = ""): boolean {
    if (this.#state !== State.Native) return false;
    if (this.#first === null) {
      const cancellation = new CancelledError(message);
      this.cancelNext(cancellation);
      // Who cancels himself is not waiting at this moment.
      const isOutside = currentFrame()?.[TASK] !== this[TASK];
      if (isOutside || this.#driver?.takeOverdue()) overdue.add(cancellation);
    }
    for (const wait of this.pendingAwaits()) wait.interrupt(message);
    return true;
  }

  forgetCancel(): void {
    this.#cancellation = null;
    for (const wait of this.pendingAwaits()) wait.forgetCancel();
  }

  result(): T {
    return this.#take();
  }

  /** What the function waits for, as far as the loop knows: the first of it. */
  get waiter(): Waitable | null {
    return this.pendingAwaits()[0]?.waiter ?? null;
  }

  /** What drives it, once it is under way. */
  get driver(): Driver<unknown> | null {
    return this.#driver;
  }

  /** The awaits that the function waits in, the oldest first. */
  pendingAwaits(): PendingAwait[] {
    const awaits: PendingAwait[] = [];
    for (let wait = this.#first; wait !== null; wait = wait.next) awaits.push(wait);
    return awaits.reverse();
  }

  /**
   * All microtasks have run since it was cancelled. If the cancellation is still to be delivered,
   * the function awaits something that knows nothing of us; it will hear of it at its next await.
   * Who guards it waits until it has ended, who only watches it goes on.
   */
  #checkStuck(cancellation: CancelledError): void {
    if (this.#cancellation !== cancellation || this.#state !== State.Native) return;
    if (this.getLoop().getDebug()) warnOfPromise(this[TASK]);
    if (isGuarded(this.outer, this.task)) return;
    const driver = this.#driver;
    this.#leaveBehind();
    this.#state = State.Thrown;
    this.#content = new CancelledError(cancellation.message);
    if (driver !== null) this.scheduler.schedule(driver);
  }
}

function warnOfPromise(task: object): void {
  console.warn(
    `${task} is cancelled, but awaits a promise of the host's, which cannot be interrupted: ` +
      "await fromPromise(promise) can, and abortable((signal) => promise) stops the work, too",
  );
}

/** Marks what `coroutine()` returns. */
export const COROUTINE_FUNCTION: unique symbol = Symbol("coroutineFunction");

interface Marked {
  readonly [COROUTINE_FUNCTION]?: true;
}

/** Whether calling a function only makes a coroutine, and starts nothing. */
export function isLazy(fn: object): boolean {
  return isGeneratorFunction(fn) || (fn as Marked)[COROUTINE_FUNCTION] === true;
}

/**
 * Calls a function as a part of the current task, and waits for what it returns, be it a coroutine, a
 * future or a promise.
 *
 * @typeParam A Type of its argument.
 * @typeParam T Type of what it gives in the end.
 * @param fn A generator function, an async function, or any that returns something to wait for.
 * @param self What is `this` in it.
 * @param arg Its argument, if it has one.
 * @returns A coroutine.
 * @throws {TypeError} If the function returns nothing that can be waited for.
 *
 * @example Usage
 * ```ts
 * import { run } from "@asyncio/asyncio";
 * import { callInTask } from "@asyncio/asyncio/coroutines";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const double = async (n: number) => await Promise.resolve(2 * n);
 *   assertEquals(yield* callInTask(double, null, 4), 8);
 * });
 * ```
 *
 * @see {@linkcode coroutine}
 */
export function callInTask<A, T>(
  fn: (arg: A) => Coroutine<T> | PromiseLike<T>,
  self?: unknown,
  arg?: A,
): Coroutine<T> {
  if (isLazy(fn)) return fn.call(self, arg as A) as Coroutine<T>;
  return deferCall(fn, self, arg as A);
}

/** Apart from the above, because a closure in it would cost each call an allocation: 25 ns. */
function deferCall<A, T>(
  fn: (arg: A) => PromiseLike<T> | Coroutine<T>,
  self: unknown,
  arg: A,
): AsyncCall<T> {
  return new AsyncCall<T>(() => fn.call(self, arg), countOf(fn.name));
}
