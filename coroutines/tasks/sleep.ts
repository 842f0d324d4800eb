// Copyright 2026 the asyncio authors. MIT license.

import { BaseCoroutine } from "./_base_coroutine.ts";
import { checkTime } from "../_check_time.ts";
import type { CoroutineObject } from "./coroutine.ts";
import { COUNT, noteClosed, OWNER, type Owner } from "../futures/_claim.ts";
import { delegate } from "./_coroutine_object.ts";
import { RuntimeError } from "../errors.ts";
import { awaitFuture, awaitTurn } from "../futures/_future_await.ts";
import { Future, hideName } from "../futures/future.ts";
import { type Count, countOf } from "../futures/_never_started.ts";
import { run } from "../turns/_ready_queue.ts";
import { requireRunningLoop } from "../_running.ts";
import { handOut, noteStack, recording } from "../_stacks.ts";
import type { Resolve, TaskFrame } from "../futures/_task_frame.ts";
import { dropped, popped, type TimerEntry } from "../turns/_timer_heap.ts";

/**
 * Suspends the calling task for `delay` seconds.
 *
 * Others run meanwhile. With a delay of zero they get one turn each, which is the way for a long
 * computation to let them. Cancellation: the timer is removed; nothing else is held.
 *
 * @typeParam T Type of `result`.
 * @param delay Time to wait, in seconds; zero or less yields one turn.
 * @param result Value handed back. Default: `undefined`.
 * @returns A coroutine giving `result`.
 * @throws {TypeError} If `delay` is no number, when driven.
 * @throws {ValueError} If `delay` is `NaN`, when driven.
 * @throws {RuntimeError} If no loop is running, when driven.
 * @throws {CancelledError} If the task is cancelled meanwhile.
 *
 * @example Usage
 * ```ts
 * import { run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await run(sleep(0.001, "hi")), "hi");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.sleep}
 */
export function sleep<T = undefined>(delay: number, result?: T): CoroutineObject<T> {
  return new Sleep<T>(delay, result as T);
}

/**
 * Whether a future is the timer of a `sleep()`, which looks like any other.
 *
 * @param future The future: one that a task waits for.
 * @returns Whether it is.
 *
 * @example Usage
 * ```ts
 * import { createTask, run, sleep } from "@asyncio/asyncio";
 * import { isSleep, waitedFor } from "@asyncio/asyncio/coroutines";
 * import { assert } from "@std/assert";
 *
 * await run(function* () {
 *   const task = createTask(sleep(0.001));
 *   yield* sleep(0);
 *   assert(isSleep(waitedFor(task)[0]!));
 *   yield* task;
 * });
 * ```
 *
 * @see {@linkcode sleep}
 */
export function isSleep(future: object): boolean {
  return future instanceof Timer;
}

/** How far a {@linkcode Sleep} has come. */
enum State {
  New,
  /** Somebody has taken possession of it. */
  Claimed,
  /** It waits for a turn. */
  Yielded,
  /** It waits for its timer. */
  Timed,
  Over,
}

const SLEEPS = countOf("sleep");

const TURN: IteratorResult<unknown, never> = Object.freeze({ done: false, value: undefined });

/**
 * The coroutine of one `sleep()`. A class and not a generator, because it is the most common of all:
 * `sleep(0)` costs one small object.
 *
 * CPython: Lib/asyncio/tasks.py, sleep.
 */
class Sleep<T> extends BaseCoroutine<T> {
  // Invariant: #timer is set in Timed, and only then.
  readonly #delay: number;
  readonly #result: T;
  #state = State.New;
  #timer: Timer<T> | null = null;

  constructor(delay: number, result: T) {
    super();
    this.#delay = delay;
    this.#result = result;
    SLEEPS.made(this);
  }

  get [COUNT](): Count {
    return SLEEPS;
  }

  /** Its state tells whether it is awaited; that costs nothing, where a note on it would. */
  get [OWNER](): Owner | undefined {
    if (this.#state === State.New) return undefined;
    return { done: () => this.#state === State.Over || this.#timer?.done() === true };
  }

  set [OWNER](_owner: Owner) {
    if (this.#state === State.New) this.#state = State.Claimed;
  }

  /** `yield* sleep(d)`: the timer takes the place of the coroutine, unless it is a mere turn. */
  override [Symbol.iterator](): Generator<unknown, T, unknown> {
    if (this.#state !== State.New) return delegate(this);
    if (!(this.#delay <= 0)) return this.#start()[Symbol.iterator]();
    SLEEPS.started(this);
    this.#state = State.Claimed;
    return this;
  }

  /** `await sleep(d)`, the same way. */
  protected override awaitIn(fn: TaskFrame, resolve: Resolve, reject: Resolve): void {
    if (!(this.#delay <= 0)) return awaitFuture(fn, this.#start(), resolve, reject);
    SLEEPS.started(this);
    this.#state = State.Over;
    awaitTurn(fn, this.#result, resolve, reject);
  }

  next(): IteratorResult<unknown, T> {
    switch (this.#state) {
      case State.New:
      case State.Claimed:
        if (!(this.#delay <= 0)) return this.#start().next();
        requireRunningLoop();
        if (this.#state === State.New) SLEEPS.started(this);
        this.#state = State.Yielded;
        if (recording.loops > 0) noteStack(null);
        return TURN;
      case State.Yielded:
        this.#state = State.Over;
        return { done: true, value: this.#result };
      case State.Timed:
        return this.#timer!.next();
      default:
        throw new RuntimeError("cannot reuse already awaited coroutine");
    }
  }

  throw(error: unknown): IteratorResult<unknown, T> {
    this.#close()?.throw(error);
    throw error;
  }

  return(value: T): IteratorResult<unknown, T> {
    this.#close()?.return(value);
    return { done: true, value };
  }

  #close(): Timer<T> | null {
    noteClosed(this);
    const timer = this.#timer;
    this.#timer = null;
    this.#state = State.Over;
    return timer;
  }

  #start(): Timer<T> {
    const delay = this.#delay;
    if (this.#state === State.New) SLEEPS.started(this);
    this.#state = State.Over;
    checkTime(delay, "delay");
    this.#timer = new Timer(delay, this.#result);
    this.#state = State.Timed;
    return this.#timer;
  }
}

/** Where a {@linkcode Timer} is on its way. */
enum Phase {
  /** Among the loop's timers. */
  Scheduled,
  /** The same, and a task waits. */
  Awaited,
  /** The loop has let it go. */
  Popped,
  /** The task has gone on, before the time or after. */
  Dropped,
}

/**
 * What a sleeping task waits for: its future, the timer's entry and the iterator that goes through
 * it in one object, so that a million sleepers take a third of the memory.
 */
class Timer<T> extends Future<T> implements TimerEntry {
  readonly #outcome: T;
  #phase = Phase.Scheduled;

  static {
    hideName(this);
  }

  constructor(delay: number, result: T) {
    const loop = requireRunningLoop();
    super({ loop });
    this.#outcome = result;
    this.scheduler.scheduleAfter(delay, this);
  }

  /** The time has come. */
  [run](): void {
    if (this.#phase !== Phase.Dropped && !this.done()) this.setResult(this.#outcome);
  }

  get [dropped](): boolean {
    return this.#phase === Phase.Dropped;
  }

  [popped](): void {
    if (this.#phase !== Phase.Dropped) this.#phase = Phase.Popped;
  }

  /** Who asks goes on, and needs the timer no more. */
  override result(): T {
    if (this.done()) Timer.#drop(this);
    return super.result();
  }

  static #drop(self: Timer<unknown>): void {
    if (self.#phase < Phase.Popped) self.scheduler.timers.noteCancelled(self);
    self.#phase = Phase.Dropped;
  }

  /** The iterator of `yield*`: itself. */
  override [Symbol.iterator](): Generator<unknown, T, unknown> {
    return this as unknown as Generator<unknown, T, unknown>;
  }

  next(): IteratorResult<unknown, T> {
    if (!this.done()) {
      if (this.#phase === Phase.Awaited) throw new RuntimeError("await wasn't used with future");
      this.#phase = Phase.Awaited;
      handOut(this);
      return { done: false, value: this };
    }
    return { done: true, value: this.result() };
  }

  throw(error: unknown): IteratorResult<unknown, T> {
    Timer.#drop(this);
    throw error;
  }

  return(value: T): IteratorResult<unknown, T> {
    Timer.#drop(this);
    return { done: true, value };
  }
}
