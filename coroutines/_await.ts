// Copyright 2026 the asyncio authors. MIT license.

/**
 * How native `await` gets at the things of the loop, and how `task.cancel()` gets at native `await`.
 *
 * JavaScript awaits by calling `thenable.then(resolve, reject)`, from a microtask that belongs to the
 * awaiting function. There an {@linkcode Await} is made. It does for this one `await` what a task
 * does for a whole coroutine: takes its turn in the ready queue, drives, waits, and can be cancelled.
 *
 * A {@linkcode TaskFrame} is one async function that a task has called. Which function is awaiting is
 * known from AsyncLocalStorage, so nested calls and `Promise.all` find the same frame.
 */

import type { AbstractEventLoop } from "./abstract_event_loop.ts";
import { CancelledError, RuntimeError } from "./errors.ts";
import { afterIO } from "./_host.ts";
import { LatePromise } from "./_late_promise.ts";
import { run, type Runnable } from "./_ready_queue.ts";
import { repr } from "./_repr.ts";
import { current, currentFrame, type Frame } from "./_running.ts";
import { type Scheduler, schedulerOf } from "./_scheduler.ts";

/** The key of a future's method that takes what is to run when it is done. */
export const addWaiter: unique symbol = Symbol("addWaiter");

/** The key of a driver's method that goes on at once. */
export const resume: unique symbol = Symbol("resume");

/** What drives a coroutine: a task, or an `await`. */
export interface Driver extends Runnable {
  /**
   * Goes on at once, as a part of the step that a called function has just ended. A cancellation that
   * the function never heard of is delivered at the next wait.
   */
  [resume](cancellation: CancelledError | null): void;
}

/** What can be waited for: a future, seen from below. */
export interface Waitable {
  [addWaiter](waiter: Runnable): void;
  getLoop(): AbstractEventLoop;
  cancel(message?: string): boolean;
  result(): unknown;
  /** Takes back a `cancel()` that nobody has heard of yet. A plain future is cancelled for good. */
  forgetCancel?(): void;
}

/** What can be driven: a coroutine, seen from below. */
export interface Steps {
  next(): IteratorResult<unknown, unknown>;
  throw(error: unknown): IteratorResult<unknown, unknown>;
}

/** Whether a value is a future. */
export function isWaitable(value: unknown): value is Waitable {
  return typeof value === "object" && value !== null && addWaiter in value;
}

/**
 * What is wrong with what a coroutine yielded: `null` for a future of this loop that `yield*` handed
 * out. CPython: Lib/asyncio/tasks.py, Task.__step_run_and_handle_result.
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
  if (typeof (yielded as Steps | null)?.next === "function") {
    return new RuntimeError(
      `yield was used instead of yield* for generator in task ${task} with ${repr(yielded)}`,
    );
  }
  return new RuntimeError(`Task got bad yield: ${repr(yielded)}`);
}

/** Why a task cannot wait for a future; `null` if it can. */
function badWait(
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

/** What a frame tells whoever waits for its function. */
export interface FrameOwner {
  /** The function is stuck in a foreign promise, and was cancelled: nobody waits for it any more. */
  abandon(message: string): void;
}

/**
 * One async function under way in a task.
 *
 * Invariants: its awaits of the loop's things, usually one, form the list from `#first`. As long as
 * it is under way and the list is empty, it runs or awaits a foreign promise, and is counted in the
 * scheduler's `foreignWaits`.
 */
export class TaskFrame implements Frame {
  readonly loop: AbstractEventLoop;
  readonly task: object;
  context: object;
  readonly #scheduler: Scheduler;
  readonly #owner: FrameOwner;
  #first: Await | null = null;
  #cancellation: CancelledError | null = null;
  #underWay = true;

  constructor(loop: AbstractEventLoop, task: object, context: object, owner: FrameOwner) {
    this.loop = loop;
    this.task = task;
    this.context = context;
    this.#owner = owner;
    this.#scheduler = schedulerOf(loop);
    this.#scheduler.foreignWaits++;
    this.#scheduler.wokeNative = true;
  }

  /** Notes that the function has ended, or that nobody waits for it any more. */
  end(): void {
    if (!this.#underWay) return;
    this.#underWay = false;
    if (this.#first === null) this.#scheduler.foreignWaits--;
  }

  /** Why the function cannot wait for a future, to be told at once; `null` if it can. */
  refuse(future: Waitable): Error | null {
    // Without a loop that runs, nobody would deliver it later.
    if (!this.#scheduler.isRunning) return this.takeCancellation();
    return this.#underWay ? badWait(this.task, this.loop, future) : null;
  }

  /** What the function waits for, as far as the loop knows: the first of it. */
  get waiter(): Waitable | null {
    return this.#awaits()[0]?.waiter ?? null;
  }

  /** Adds an await to the list. */
  enter(wait: Await): void {
    if (this.#first === null) {
      if (this.#underWay) this.#scheduler.foreignWaits--;
    } else {
      this.#first.previous = wait;
      wait.next = this.#first;
    }
    this.#first = wait;
  }

  /** Takes an await out of the list. */
  leave(wait: Await): void {
    if (wait.previous === null) this.#first = wait.next;
    else wait.previous.next = wait.next;
    if (wait.next !== null) wait.next.previous = wait.previous;
    wait.previous = wait.next = null;
    if (this.#first === null && this.#underWay) this.#scheduler.foreignWaits++;
  }

  /** Interrupts every await that is pending, the oldest first; without one, the next. */
  cancel(message: string): void {
    if (this.#first === null) this.cancelNext(new CancelledError(message));
    for (const wait of this.#awaits()) wait.cancel(message);
  }

  /** Leaves a cancellation to be delivered at the next await. */
  cancelNext(cancellation: CancelledError): void {
    this.#cancellation = cancellation;
    if (this.#first === null) afterIO(() => this.#abandonIfStuck(cancellation));
  }

  /** Takes back a cancellation that is still to be delivered. */
  forgetCancel(): void {
    this.#cancellation = null;
    for (const wait of this.#awaits()) wait.forgetCancel();
  }

  /** The cancellation that is to be delivered, once; `null` for none. */
  takeCancellation(): CancelledError | null {
    const cancellation = this.#cancellation;
    this.#cancellation = null;
    return cancellation;
  }

  #awaits(): Await[] {
    const awaits: Await[] = [];
    for (let wait = this.#first; wait !== null; wait = wait.next) awaits.push(wait);
    return awaits.reverse();
  }

  /**
   * All microtasks have run since it was cancelled. If the cancellation is still to be delivered,
   * the function awaits something that knows nothing of us; it will hear of it at its next await.
   */
  #abandonIfStuck(cancellation: CancelledError): void {
    if (this.#cancellation !== cancellation || !this.#underWay) return;
    this.end();
    this.#owner.abandon(cancellation.message);
  }
}

type Reaction = ((value: unknown) => unknown) | null | undefined;

/** The frame of the async function that is running, if a task has called it. */
function currentTaskFrame(): TaskFrame | null {
  const frame = currentFrame();
  return frame instanceof TaskFrame ? frame : null;
}

/**
 * One native `await` of a coroutine or a future.
 *
 * Invariants: while it is pending it stands in the list of its frame, if it has one, and either is
 * scheduled, or `#waiter` is what it waits for. A cancellation that it could not pass on to
 * `#waiter` is `#cancellation`, and is thrown at its next step.
 */
export class Await extends LatePromise implements Driver {
  /** Neighbours in the frame's list. */
  previous: Await | null = null;
  next: Await | null = null;

  readonly #scheduler: Scheduler;
  readonly #frame: TaskFrame | null;
  /** The coroutine driven; `null` if a future is awaited. */
  readonly #coro: Steps | null;
  readonly #onFulfilled: Reaction;
  readonly #onRejected: Reaction;
  #waiter: Waitable | null = null;
  #error: unknown = null;
  #cancellation: CancelledError | null = null;
  #done = false;

  private constructor(
    scheduler: Scheduler,
    frame: TaskFrame | null,
    coro: Steps | null,
    onFulfilled: Reaction,
    onRejected: Reaction,
  ) {
    super();
    this.#scheduler = scheduler;
    this.#frame = frame;
    this.#coro = coro;
    this.#onFulfilled = onFulfilled;
    this.#onRejected = onRejected;
    if (frame !== null) {
      frame.enter(this);
      this.#cancellation = frame.takeCancellation();
    }
  }

  /** `future.then(onFulfilled, onRejected)`. */
  static future(future: Waitable, onFulfilled: Reaction, onRejected: Reaction): Promise<unknown> {
    const frame = currentTaskFrame();
    const error = frame === null ? null : frame.refuse(future);
    if (error !== null) return Promise.reject(error).then(onFulfilled, onRejected);
    const scheduler = schedulerOf(future.getLoop());
    const self = new Await(scheduler, frame, null, onFulfilled, onRejected);
    self.#waitFor(future);
    return self.native;
  }

  /**
   * `coroutine.then(onFulfilled, onRejected)`, inside the task whose async function calls it;
   * still to be started. `null` if it is called by no such function, or its loop does not run.
   */
  static coroutine(coro: Steps, onFulfilled: Reaction, onRejected: Reaction): Await | null {
    const frame = currentTaskFrame();
    if (frame === null) return null;
    const scheduler = schedulerOf(frame.loop);
    if (!scheduler.isRunning) {
      const cancellation = frame.takeCancellation();
      if (cancellation !== null) throw cancellation;
      return null;
    }
    return new Await(scheduler, frame, coro, onFulfilled, onRejected);
  }

  /**
   * Drives the coroutine as far as it goes at once. A cancellation that has come first is for what it
   * then waits for, as if it had come a moment later: in Python `await` begins without delay.
   */
  start(): PromiseLike<unknown> {
    this.#step(null);
    return this;
  }

  /** For functions called: goes on where one returns. */
  [resume](cancellation: CancelledError | null): void {
    this.#cancellation = cancellation;
    this.#step(null);
  }

  /** Whether it is over. */
  done(): boolean {
    return this.#done;
  }

  /** The future that it waits for at the moment. */
  get waiter(): Waitable | null {
    return this.#waiter;
  }

  /** The repr of the task that it is a part of, for the warning that a step of it is slow. */
  override toString(): string {
    return String(this.#frame?.task ?? this.#waiter);
  }

  /** Interrupts it. CPython: Lib/asyncio/tasks.py, Task.cancel. */
  cancel(message: string): void {
    if (this.#waiter?.cancel(message)) return;
    this.#cancellation = new CancelledError(message);
  }

  /** Takes back a cancellation that is still to be delivered. */
  forgetCancel(): void {
    this.#cancellation = null;
    this.#waiter?.forgetCancel?.();
  }

  /** For the loop: the future is done, or it is the coroutine's turn. */
  [run](): void {
    if (this.#coro === null) this.#take(this.#waiter!);
    else this.#step(this.#takeCancellation() ?? this.#error);
  }

  #take(future: Waitable): void {
    const cancellation = this.#takeCancellation();
    if (cancellation !== null) return this.#fail(cancellation);
    let value;
    try {
      value = future.result();
    } catch (error) {
      return this.#fail(error);
    }
    this.#fulfil(value);
  }

  #step(error: unknown): void {
    this.#error = null;
    this.#waiter = null;
    let step;
    try {
      step = this.#drive(this.#coro!, this.#frame!, error);
    } catch (thrown) {
      return this.#fail(thrown);
    }
    if (step.done) this.#fulfil(step.value);
    else this.#suspend(step.value);
  }

  /** One step of the coroutine, as a part of the task: called in a turn, or in a microtask. */
  #drive(coro: Steps, frame: TaskFrame, error: unknown): IteratorResult<unknown, unknown> {
    const { turning, loop, task, context } = current;
    current.turning = true;
    current.loop = frame.loop;
    current.task = frame.task;
    current.context = frame.context;
    try {
      return error === null ? coro.next() : coro.throw(error);
    } finally {
      current.turning = turning;
      current.loop = loop;
      current.task = task;
      current.context = context;
    }
  }

  #suspend(yielded: unknown): void {
    if (yielded === undefined || yielded === null) return this.#scheduler.schedule(this);
    this.#error = badYield(this.#frame!.task, this.#frame!.loop, yielded);
    if (this.#error === null) this.#waitFor(yielded as Waitable);
    else this.#scheduler.schedule(this);
  }

  #waitFor(future: Waitable): void {
    this.#waiter = future;
    future[addWaiter](this);
    if (this.#cancellation !== null && future.cancel(this.#cancellation.message)) {
      this.#cancellation = null;
    }
  }

  #takeCancellation(): CancelledError | null {
    const cancellation = this.#cancellation;
    if (cancellation === null) return null;
    this.#cancellation = null;
    return inPlaceOf(this.#waiter, cancellation);
  }

  #fulfil(value: unknown): void {
    this.#end();
    if (typeof this.#onFulfilled === "function") this.#react(this.#onFulfilled, value);
    else this.resolve(value);
  }

  #fail(error: unknown): void {
    this.#end();
    if (typeof this.#onRejected === "function") this.#react(this.#onRejected, error);
    else this.reject(error);
  }

  #react(reaction: NonNullable<Reaction>, value: unknown): void {
    try {
      this.resolve(reaction(value));
    } catch (error) {
      this.reject(error);
    }
  }

  #end(): void {
    this.#done = true;
    this.#scheduler.wokeNative = true;
    if (this.#frame === null) return;
    this.#frame.leave(this);
    // Cancelled by itself in its last step: the function hears of it at its next await.
    if (this.#cancellation !== null) this.#frame.cancelNext(this.#cancellation);
  }
}
