// Copyright 2026 the asyncio authors. MIT license.

import {
  copyContext,
  type CoroutineObject,
  type EventLoopOptions,
  getEventLoop as getCoreLoop,
  getRunningLoop as getRunningCoreLoop,
  iscoroutine,
  iscoroutinefunction,
  RuntimeError,
} from "../coroutines/mod.ts";
import { isDebugWanted, tracerOfProcess } from "./_environment.ts";
import { leaveInterrupts } from "./_interrupt.ts";
import { holdProcess, onSignal, signalName } from "./_signals.ts";
import { SubprocessEventLoop } from "./subprocess/subprocess_event_loop.ts";
import { closeAsyncgens } from "./tasks/asyncgens.ts";
import { openPeephole } from "./graph/_peephole.ts";
import { statesOf } from "./graph/_task_state.ts";
import { shortTree } from "./graph/_task_tree.ts";

/**
 * The loop that `newEventLoop()` makes: all that an event loop of asyncio can do.
 *
 * @example Usage
 * ```ts
 * import { EventLoop, newEventLoop } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * using loop = newEventLoop();
 * assertInstanceOf(loop, EventLoop);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.EventLoop}
 */
export class EventLoop extends SubprocessEventLoop {
  /** What ends the handling of each signal that is handled. */
  readonly #signals = new Map<string, () => void>();
  /** Set while the loop runs and waits for signals: so long the process is to stay alive. */
  #letGo: (() => void) | null = null;
  #isRun = false;

  /**
   * A loop that does not run yet.
   *
   * @param options `selector`, `clock`, `debug`, `strict`, `timerPrecision`, `trace`. Debug mode is the default
   *   where the environment variable `ASYNCIO_DEBUG` is set and may be read.
   */
  constructor(options: EventLoopOptions = {}) {
    super({
      ...options,
      debug: options.debug ?? isDebugWanted(),
      trace: options.trace ?? tracerOfProcess(),
    });
    dropped.register(this, `unclosed event loop ${this}`, this);
  }

  /**
   * Runs until `stop()` is called. As long as signals are handled, the process stays alive for them.
   *
   * @returns A promise that resolves when the loop has stopped.
   * @throws {RuntimeError} If the loop is closed, or this or another loop is running already. The
   *   promise rejects with it.
   */
  override async runForever(): Promise<void> {
    const ended = super.runForever();
    if (!this.isRunning() || this.#isRun) return await ended;
    this.#isRun = true;
    this.#syncHold();
    const closePeephole = openPeephole(this, isDebugWanted());
    try {
      await ended;
    } finally {
      closePeephole();
      this.#isRun = false;
      this.#syncHold();
    }
  }

  /**
   * Has asynchronous generators that were begun by `anext()` and not gone through run their `finally`:
   * `run()` does so at its end. Those of `for await` and `asyncFor()` do it as they are left.
   *
   * @returns A coroutine that returns when they are closed. Their errors go to the exception handler.
   */
  shutdownAsyncgens(): CoroutineObject<void> {
    return closeAsyncgens(this);
  }

  /** Who waits, and for what. */
  protected override describeWaiting(): string {
    return `${super.describeWaiting()}\n${shortTree(statesOf(this))}`;
  }

  #syncHold(): void {
    const held = this.#isRun && this.#signals.size > 0;
    if (held === (this.#letGo !== null)) return;
    this.#letGo?.();
    this.#letGo = held ? holdProcess() : null;
  }

  /**
   * Closes the loop, and with it the transports and servers that are still open. Does nothing the
   * second time.
   *
   * @throws {RuntimeError} If the loop is running.
   */
  override close(): void {
    super.close();
    for (const name of [...this.#signals.keys()]) this.removeSignalHandler(name);
    dropped.unregister(this);
  }

  /**
   * Calls `fn(...args)` in the loop at each signal of a kind, in place of what the system or `run()`
   * does, and of what was called before.
   *
   * @param signal The name of the signal, or its number.
   * @param fn The function: no coroutine function.
   * @param args What to call it with.
   * @throws {ValueError} If there is no such signal.
   * @throws {RuntimeError} If the signal cannot be caught, or the loop is closed.
   * @throws {TypeError} If `fn` is a coroutine function, or no function.
   */
  // CPython: Lib/asyncio/unix_events.py, _UnixSelectorEventLoop.add_signal_handler
  addSignalHandler<A extends unknown[]>(
    signal: string | number,
    fn: (...args: A) => unknown,
    ...args: A
  ): void {
    if (iscoroutine(fn) || iscoroutinefunction(fn)) {
      throw new TypeError("coroutines cannot be used with addSignalHandler()");
    }
    if (typeof fn !== "function") {
      throw new TypeError(`a callable object was expected by addSignalHandler(), got ${fn}`);
    }
    const name = signalName(signal);
    this.requireHost("A signal handler");
    if (this.isClosed()) throw new RuntimeError("Event loop is closed");
    const context = copyContext();
    const end = onSignal(name, () => {
      if (!this.isClosed()) this.callSoon(fn, ...args, { context });
    });
    this.removeSignalHandler(name);
    const giveBack = name === "SIGINT" ? leaveInterrupts() : () => {};
    this.#signals.set(name, () => {
      end();
      giveBack();
    });
    this.#syncHold();
  }

  /**
   * Ends {@linkcode EventLoop.addSignalHandler}: the signal does again what it did before.
   *
   * @param signal The name of the signal, or its number.
   * @returns Whether there was something to end.
   * @throws {ValueError} If there is no such signal.
   */
  removeSignalHandler(signal: string | number): boolean {
    const name = signalName(signal);
    const end = this.#signals.get(name);
    this.#signals.delete(name);
    this.#syncHold();
    end?.();
    return end !== undefined;
  }
}

/** Warns of a loop that is collected as garbage before it was closed. */
// CPython: Lib/asyncio/base_events.py, BaseEventLoop.__del__
const dropped = new FinalizationRegistry((warning: string) => console.warn(warning));

/**
 * The same as {@linkcode EventLoop}.
 *
 * @example Usage
 * ```ts
 * import { run, SelectorEventLoop, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await run(sleep(0.001, 42), { loopFactory: SelectorEventLoop }), 42);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.SelectorEventLoop}
 */
export const SelectorEventLoop: typeof EventLoop = EventLoop;
/** The same as {@linkcode EventLoop}. */
export type SelectorEventLoop = EventLoop;

/**
 * Makes a loop. It is the caller's to run and to close.
 *
 * @param options `selector`, `clock`, `debug`, `strict`, `timerPrecision`, `trace`.
 * @returns The loop.
 *
 * @example Usage
 * ```ts
 * import { newEventLoop, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const loop = newEventLoop();
 * assertEquals(await loop.runUntilComplete(sleep(0.001, 42)), 42);
 * loop.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.new_event_loop}
 */
export function newEventLoop(options: EventLoopOptions = {}): EventLoop {
  return new EventLoop(options);
}

/**
 * The loop that runs the calling code: a task, a callback, or an async function of either.
 *
 * @returns The loop.
 * @throws {RuntimeError} If there is none.
 *
 * @example Usage
 * ```ts
 * import { getRunningLoop, run } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * await run(async () => assert(getRunningLoop().isRunning()));
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.get_running_loop}
 */
export function getRunningLoop(): EventLoop {
  return getRunningCoreLoop() as EventLoop;
}

/**
 * The running loop; where none runs, the one of `setEventLoop()`.
 *
 * @returns The loop.
 * @throws {RuntimeError} If there is neither.
 *
 * @example Usage
 * ```ts
 * import { getEventLoop, newEventLoop, setEventLoop } from "@asyncio/asyncio";
 * import { assertStrictEquals } from "@std/assert";
 *
 * const loop = newEventLoop();
 * setEventLoop(loop);
 * assertStrictEquals(getEventLoop(), loop);
 * setEventLoop(null);
 * loop.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.get_event_loop}
 */
export function getEventLoop(): EventLoop {
  return getCoreLoop() as EventLoop;
}
