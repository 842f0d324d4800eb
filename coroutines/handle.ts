// Copyright 2026 the asyncio authors. MIT license.

import type { AbstractEventLoop } from "./abstract_event_loop.ts";
import { Context, inheritContext } from "./context.ts";
import { KeyboardInterrupt } from "./errors.ts";
import { run } from "./_ready_queue.ts";
import { inspectAsText, reprCall } from "./_repr.ts";
import { current } from "./_running.ts";
import { schedulerOf } from "./_scheduler.ts";
import { dropped, popped } from "./_timer_heap.ts";

/** The arguments of all callbacks without any. */
const NO_ARGS: readonly unknown[] = [];

/** A function that a loop calls. */
type Callback = (...args: unknown[]) => unknown;

/**
 * A callback that waits for its turn: what `loop.callSoon()` gives.
 *
 * An error that it throws goes to the loop's exception handler, and so does the rejection of a
 * promise that it returns. The loop goes on.
 *
 * @example Usage
 * ```ts
 * import { getRunningLoop, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const seen: string[] = [];
 * await run(function* () {
 *   const loop = getRunningLoop();
 *   loop.callSoon((text: string) => seen.push(text), "called");
 *   loop.callSoon((text: string) => seen.push(text), "cancelled").cancel();
 *   yield* sleep(0);
 * });
 * assertEquals(seen, ["called"]);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Handle}
 */
export class Handle {
  // Invariant: a cancelled handle holds no callback and no arguments.
  readonly #loop: AbstractEventLoop;
  #context: Context | null;
  #callback: Callback | null;
  #args: readonly unknown[];

  static {
    inspectAsText(this.prototype);
  }

  /**
   * Made by the loop.
   *
   * @param callback The function to call.
   * @param args What to call it with.
   * @param loop Whose exception handler hears of errors.
   * @param context The context to call it in. Default: a copy of the current one.
   */
  constructor(
    callback: (...args: never[]) => unknown,
    args: readonly unknown[],
    loop: AbstractEventLoop,
    context?: Context | null,
  ) {
    this.#callback = callback as Callback;
    this.#args = args.length === 0 ? NO_ARGS : args;
    this.#loop = loop;
    this.#context = context ?? inheritContext();
  }

  /** Keeps the callback from being called. Does nothing if it was called already. */
  cancel(): void {
    this.#callback = null;
    this.#args = NO_ARGS;
  }

  /** Whether it was cancelled. */
  cancelled(): boolean {
    return this.#callback === null;
  }

  /** The context that the callback runs in. */
  getContext(): Context {
    return this.#context ??= new Context();
  }

  /** The loop that it belongs to. */
  protected get loop(): AbstractEventLoop {
    return this.#loop;
  }

  /** For the loop: calls the callback. */
  [run](): void {
    const callback = this.#callback;
    if (callback === null) return;
    const args = this.#args;
    current.task = null;
    current.context = this.#context;
    try {
      const result = args.length === 0 ? callback() : callback(...args);
      if (result instanceof Promise) this.#follow(result);
    } catch (error) {
      if (error instanceof KeyboardInterrupt) throw error;
      this.#keepContext();
      this.#report(error);
    }
    this.#keepContext();
  }

  /** A reader's handle runs again, in the context that it may have made now. */
  #keepContext(): void {
    if (current.context !== null) this.#context = current.context as Context;
  }

  /** The callback is an async function: it goes on outside any task. */
  #follow(promise: Promise<unknown>): void {
    const scheduler = schedulerOf(this.#loop);
    scheduler.foreignWaits++;
    scheduler.wokeNative = true;
    promise.then(() => scheduler.foreignWaits--, (error) => {
      scheduler.foreignWaits--;
      this.#report(error);
    });
  }

  #report(exception: unknown): void {
    this.#loop.callExceptionHandler({
      message: `Exception in callback ${this.describeCall()}`,
      exception,
      handle: this,
    });
  }

  /** The call as text: `fn()`, and in debug mode `fn(1, 2)`. */
  protected describeCall(): string {
    return reprCall(this.#callback, this.#loop.getDebug() ? this.#args : NO_ARGS);
  }

  /** Python's repr: `<Handle fn()>`. */
  toString(): string {
    return this.cancelled() ? "<Handle cancelled>" : `<Handle ${this.describeCall()}>`;
  }
}

/**
 * A callback that waits for its time: what `loop.callLater()` and `loop.callAt()` give.
 *
 * @example Usage
 * ```ts
 * import { newEventLoop } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const loop = newEventLoop();
 * const handle = loop.callAt(42, () => {});
 * assertEquals(handle.when(), 42);
 * handle.cancel();
 * loop.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.TimerHandle}
 */
export class TimerHandle extends Handle {
  readonly #when: number;
  #scheduled = false;

  /**
   * Made by the loop.
   *
   * @param when The loop's time, in seconds, at which to call.
   * @param callback The function to call.
   * @param args What to call it with.
   * @param loop Whose exception handler hears of errors.
   * @param context The context to call it in. Default: a copy of the current one.
   */
  constructor(
    when: number,
    callback: (...args: never[]) => unknown,
    args: readonly unknown[],
    loop: AbstractEventLoop,
    context?: Context | null,
  ) {
    super(callback, args, loop, context);
    this.#when = when;
  }

  /** For the loop: puts the handle among its timers. */
  static schedule(handle: TimerHandle): void {
    handle.#scheduled = true;
    schedulerOf(handle.loop).scheduleAt(handle.#when, handle);
  }

  /** The loop's time, in seconds, at which the callback is called. */
  when(): number {
    return this.#when;
  }

  /** Keeps the callback from being called. Does nothing if it was called already. */
  override cancel(): void {
    if (this.#scheduled && !this.cancelled()) schedulerOf(this.loop).timers.noteCancelled();
    super.cancel();
  }

  /** For the loop: whether the timers may drop it. */
  get [dropped](): boolean {
    return this.cancelled();
  }

  /** For the loop: it has left the timers. */
  [popped](): void {
    this.#scheduled = false;
  }

  /** Python's repr: `<TimerHandle when=42 fn()>`. */
  override toString(): string {
    const state = this.cancelled() ? "cancelled when=" : "when=";
    const call = this.cancelled() ? "" : ` ${this.describeCall()}`;
    return `<TimerHandle ${state}${this.#when}${call}>`;
  }
}
