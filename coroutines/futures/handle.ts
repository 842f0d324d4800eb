// Copyright 2026 the asyncio authors. MIT license.

import { inspectAsText } from "../../selectors/mod.ts";
import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import { Context, inheritContext } from "../context.ts";
import { KeyboardInterrupt } from "../errors.ts";
import { isAsyncFunction } from "../_generators.ts";
import { noteOrigin } from "../_origin.ts";
import { run } from "../turns/_ready_queue.ts";
import { reprCall } from "../_repr.ts";
import {
  callInFrame,
  CONTEXT,
  current,
  discharge,
  enrol,
  EXTENT,
  type Frame,
  LOOP,
  type NativeFrame,
  TASK,
} from "../_running.ts";
import { schedulerOf } from "../turns/_scheduler.ts";
import { dropped, popped } from "../turns/_timer_heap.ts";

/** The arguments of all callbacks without any. */
export const NO_ARGS: readonly unknown[] = [];

/** A function that a loop calls. */
type Callback = (...args: unknown[]) => unknown;

/** What an async function carries along its awaits that was given for a callback. */
class CallbackFrame implements NativeFrame {
  id = 0;
  readonly #handle: Frame;

  constructor(handle: Frame) {
    this.#handle = handle;
  }

  get [LOOP](): AbstractEventLoop {
    return this.#handle[LOOP];
  }

  get [TASK](): null {
    return null;
  }

  get [CONTEXT](): object | null {
    return this.#handle[CONTEXT];
  }

  set [CONTEXT](context: object | null) {
    this.#handle[CONTEXT] = context;
  }

  get [EXTENT](): null {
    return null;
  }

  set [EXTENT](_extent: object | null) {}
}

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
  /** @ignore */
  [CONTEXT]: object | null;
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
    this[CONTEXT] = context ?? inheritContext();
    if (loop.getDebug()) noteOrigin(this);
  }

  /** @ignore */
  get [LOOP](): AbstractEventLoop {
    return this.#loop;
  }

  /** @ignore */
  get [TASK](): null {
    return null;
  }

  /** @ignore */
  get [EXTENT](): null {
    return null;
  }

  /** @ignore */
  set [EXTENT](_extent: object | null) {}

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
    return (this[CONTEXT] ??= new Context()) as Context;
  }

  /**
   * What the callback is called with.
   *
   * @ignore
   */
  protected get args(): readonly unknown[] {
    return this.#args;
  }

  /** The loop that it belongs to. */
  protected get loop(): AbstractEventLoop {
    return this.#loop;
  }

  /**
   * For the loop: calls the callback.
   *
   * @ignore
   */
  // CPython: Lib/asyncio/events.py, Handle._run
  [run](): void {
    const callback = this.#callback;
    if (callback === null) return;
    const { args } = this;
    current.frame = this;
    try {
      if (isAsyncFunction(callback)) return Handle.#callAsync(this, callback, args);
      const result = args.length === 0
        ? callback()
        : args.length === 1
        ? callback(args[0])
        : callback(...args);
      if (result instanceof Promise) Handle.#follow(this, result, null);
    } catch (error) {
      if (error instanceof KeyboardInterrupt) throw error;
      Handle.#report(this, error);
    }
  }

  /** The callback is an async function: it goes on in its own context, outside any task. */
  static #callAsync(self: Handle, callback: Callback, args: readonly unknown[]): void {
    const frame = new CallbackFrame(self);
    enrol(frame);
    Handle.#follow(self, callInFrame(frame, callback, ...args) as Promise<unknown>, frame);
  }

  static #follow(self: Handle, promise: Promise<unknown>, frame: CallbackFrame | null): void {
    const scheduler = schedulerOf(self.#loop);
    scheduler.outside++;
    scheduler.following.wokeUnseen();
    const end = () => {
      scheduler.outside--;
      if (frame !== null) discharge(frame);
    };
    promise.then(end, (error) => {
      end();
      Handle.#report(self, error);
    });
  }

  static #report(self: Handle, exception: unknown): void {
    self.#loop.callExceptionHandler({
      message: `Exception in callback ${self.describeCall()}`,
      exception,
      handle: self,
    });
  }

  /** The call as text: `fn()`, and in debug mode `fn(1, 2)`. */
  protected describeCall(): string {
    return reprCall(this.#callback, this.#loop.getDebug() ? this.args : NO_ARGS);
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
  /** Whether it is among the loop's timers. */
  #scheduled = true;

  /**
   * Made by the loop, and put among its timers.
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

  /** The loop's time, in seconds, at which the callback is called. */
  when(): number {
    return this.#when;
  }

  /** Keeps the callback from being called. Does nothing if it was called already. */
  override cancel(): void {
    if (this.#scheduled && !this.cancelled()) schedulerOf(this.loop).timers.noteCancelled(this);
    super.cancel();
  }

  /**
   * For the loop: whether the timers may drop it.
   *
   * @ignore
   */
  get [dropped](): boolean {
    return this.cancelled();
  }

  /**
   * For the loop: it has left the timers.
   *
   * @ignore
   */
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
