// Copyright 2026 the asyncio authors. MIT license.

import { claim, type Claimable, isPrimitive, NOBODY, OWNER } from "../futures/_claim.ts";
import { Driver } from "./_driver.ts";
import { noteOwnStackSoon } from "../_then.ts";
import { resolveIn, throwFrom } from "../futures/_future_await.ts";
import { hideName } from "../futures/future.ts";
import { CONTEXT, current, EXTENT, LOOP, TASK } from "../_running.ts";
import type { PendingAwait, Resolve, TaskFrame } from "../futures/_task_frame.ts";

/**
 * One native `await` of a coroutine: does for it, inside the awaiting function, what a task does for
 * its own. A function that awaits one coroutine after the other uses one again and again.
 */
export class CoroutineAwait extends Driver<unknown> implements PendingAwait {
  // Invariant: it stands in the list of its frame as long as it drives a coroutine.
  previous: PendingAwait | null = null;
  next: PendingAwait | null = null;
  readonly #frame: TaskFrame;
  #resolve!: Resolve;
  #reject!: Resolve;
  [EXTENT]: object | null = null;

  static {
    hideName(this);
  }

  constructor(frame: TaskFrame, coro: Generator<unknown, unknown, unknown>) {
    super(coro, { loop: frame[LOOP] });
    this.#frame = frame;
  }

  /** The function that awaits. */
  get frame(): TaskFrame {
    return this.#frame;
  }

  get [TASK](): object {
    return this.#frame[TASK];
  }

  get [CONTEXT](): object | null {
    return this.#frame[CONTEXT];
  }

  set [CONTEXT](context: object | null) {
    this.#frame[CONTEXT] = context;
  }

  /**
   * Drives a coroutine as far as it goes at once. A cancellation that has come first is for what it
   * then waits for, as if it had come a moment later: in Python `await` begins without delay.
   */
  start(
    coro: Generator<unknown, unknown, unknown> & Claimable,
    resolve: Resolve,
    reject: Resolve,
  ): void {
    const frame = this.#frame;
    claim(coro, NOBODY);
    this[EXTENT] = frame[EXTENT];
    const step = this.#firstStep(coro, reject);
    if (step === null) return;
    if (step.done) {
      frame.spareDriver = this;
      resolveIn(frame, resolve, step.value);
      return noteOwnStackSoon();
    }
    coro[OWNER] = this;
    this.#resolve = resolve;
    this.#reject = reject;
    frame.enter(this);
    this.takeUp(coro, step.value, frame.takeCancellation());
    frame.scheduler.following.arrived(frame);
  }

  /** The first step; `null` if it fails. */
  #firstStep(
    coro: Generator<unknown, unknown, unknown>,
    reject: Resolve,
  ): IteratorResult<unknown, unknown> | null {
    const { frame, loop } = current;
    current.frame = this;
    current.loop = this.#frame.scheduler.loop;
    try {
      return coro.next();
    } catch (error) {
      this.#frame.spareDriver = this;
      throwFrom(reject, error);
      return null;
    } finally {
      current.frame = frame;
      current.loop = loop;
    }
  }

  /** A primitive of the library's runs no code but its own: it can do so anywhere. */
  get runsAnywhere(): boolean {
    return isPrimitive(this.coro);
  }

  /** As an owner of coroutines, it is never over. */
  override done(): boolean {
    return false;
  }

  hasLeft(coro: object): boolean {
    return !this.drives(coro) || !this.#frame.awaits(this);
  }

  protected override finish(value: unknown): void {
    const resolve = this.#resolve;
    this.#leave();
    resolveIn(this.#frame, resolve, value);
  }

  protected override fail(error: unknown): void {
    const reject = this.#reject;
    this.#leave();
    throwFrom(reject, error);
  }

  #leave(): void {
    const frame = this.#frame;
    frame.leave(this);
    frame.spareDriver = this;
    // Cancelled by itself in its last step: the function hears of it at its next await.
    const cancellation = this.takeCancellation();
    if (cancellation !== null) frame.cancelNext(cancellation);
  }

  /** The task that it is a part of, for the warning that a step of it is slow. */
  override toString(): string {
    return String(this.#frame[TASK]);
  }
}

/** Waits for a coroutine, as an `await` of an async function. */
export function awaitIn(
  frame: TaskFrame,
  coro: Generator<unknown, unknown, unknown> & Claimable,
  resolve: Resolve,
  reject: Resolve,
): void {
  const driver = frame.spareDriver ?? new CoroutineAwait(frame, coro);
  frame.spareDriver = null;
  driver.start(coro, resolve, reject);
}
