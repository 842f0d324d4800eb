// Copyright 2026 the asyncio authors. MIT license.

import { Driver, resume } from "./_driver.ts";
import { type Resolve, throwFrom } from "./_future_await.ts";
import { hideName } from "./future.ts";
import { CONTEXT, EXTENT, LOOP, TASK } from "./_running.ts";
import type { PendingAwait, TaskFrame } from "./_task_frame.ts";

/**
 * One native `await` of a coroutine: does for it, inside the awaiting function, what a task does for
 * its own.
 */
export class CoroutineAwait<T> extends Driver<T> implements PendingAwait {
  // Invariant: it stands in the list of its frame until it is done.
  previous: PendingAwait | null = null;
  next: PendingAwait | null = null;
  readonly #frame: TaskFrame;
  readonly #resolve: Resolve;
  readonly #reject: Resolve;
  #isOver = false;
  [EXTENT]: object | null;

  static {
    hideName(this);
  }

  constructor(
    coro: Generator<unknown, T, unknown>,
    frame: TaskFrame,
    resolve: Resolve,
    reject: Resolve,
  ) {
    super(coro, { loop: frame[LOOP] });
    this.#frame = frame;
    this.#resolve = resolve;
    this.#reject = reject;
    this[EXTENT] = frame[EXTENT];
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
   * Drives the coroutine as far as it goes at once. A cancellation that has come first is for what it
   * then waits for, as if it had come a moment later: in Python `await` begins without delay.
   */
  start(): void {
    const frame = this.#frame;
    frame.enter(this);
    this[resume](frame.takeCancellation());
    if (!this.done()) frame.scheduler.following.arrived(frame);
  }

  /** Whether it is over. Nobody but the function is told how it ended. */
  override done(): boolean {
    return this.#isOver;
  }

  protected override finish(value: T): void {
    this.#leave();
    this.#resolve(value);
  }

  protected override fail(error: unknown): void {
    this.#leave();
    throwFrom(this.#reject, error);
  }

  #leave(): void {
    this.#isOver = true;
    this.#frame.leave(this);
    // Cancelled by itself in its last step: the function hears of it at its next await.
    const cancellation = this.takeCancellation();
    if (cancellation !== null) this.#frame.cancelNext(cancellation);
  }

  /** The task that it is a part of, for the warning that a step of it is slow. */
  override toString(): string {
    return String(this.#frame[TASK]);
  }
}
