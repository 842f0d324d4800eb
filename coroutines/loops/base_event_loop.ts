// Copyright 2026 the asyncio authors. MIT license.

import {
  type BaseSelector,
  DefaultSelector,
  inspectAsText,
  repr,
  type SelectorKey,
} from "../../selectors/mod.ts";
import { AbstractEventLoop, type ExceptionContext } from "../abstract_event_loop.ts";
import { checkTime } from "../_check_time.ts";
import { type Clock, MonotonicClock } from "../turns/clock.ts";
import { Context, runIn } from "../context.ts";
import {
  type Awaitable,
  type Coroutine,
  type CoroutineFunction,
  hintFor,
  iscoroutine,
  iscoroutinefunction,
  requireCoroutine,
} from "../tasks/coroutine.ts";
import { ensureFuture } from "../tasks/ensure_future.ts";
import { CancelledError, KeyboardInterrupt, RuntimeError } from "../errors.ts";
import { Future, isfuture } from "../futures/future.ts";
import { Handle, TimerHandle } from "../futures/handle.ts";
import { isForgiven } from "../_host.ts";
import { countDebugging, listeners, NeverStarted } from "../futures/_never_started.ts";
import type { LoopObserver } from "./observer.ts";
import { contextOf, textOf, throwAll } from "./_reports.ts";
import { runningLoop } from "../_running.ts";
import { SCHEDULER, Scheduler } from "../turns/_scheduler.ts";
import { SlowSteps } from "../turns/_slow_steps.ts";
import { recording } from "../_stacks.ts";
import { type CreateTaskOptions, describeWaiting, Task } from "../tasks/task.ts";
import type { TimerPrecision } from "../turns/_waits.ts";

/**
 * Options of an event loop.
 *
 * @see {@linkcode newEventLoop}
 */
export interface EventLoopOptions {
  /** What reports I/O. Default: a `DefaultSelector`. The loop closes it when it is closed. */
  selector?: BaseSelector | undefined;
  /** Where the loop reads its time. Default: a {@linkcode MonotonicClock}. */
  clock?: Clock | undefined;
  /**
   * Whether to start in debug mode. Default: `false`; of asyncio's loops, whether the environment has
   * `ASYNCIO_DEBUG` set.
   */
  debug?: boolean | undefined;
  /**
   * Whether what is reported, and would else only be written, is thrown in the end by `close()`, and so
   * by `run()`: errors that nobody has asked for, coroutines that nobody has started. For tests.
   * Default: `false`.
   */
  strict?: boolean | undefined;
  /**
   * How exactly timers fire: `"fine"`, within a fraction of a millisecond, by blocking the host for
   * less than a millisecond before the time; `"coarse"`, up to about two milliseconds late; `"auto"`,
   * fine as long as no socket is registered. Default: `"auto"`.
   */
  timerPrecision?: TimerPrecision | undefined;
  /** What hears of everything that the loop does. Default: nobody, which costs nothing. */
  trace?: LoopObserver | null | undefined;
}

/**
 * What hears of errors that belong to nobody.
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.set_exception_handler}
 */
export type ExceptionHandler = (loop: BaseEventLoop, context: ExceptionContext) => unknown;

/**
 * What makes the tasks of a loop.
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.set_task_factory}
 */
export type TaskFactory = <T>(
  loop: BaseEventLoop,
  coro: Coroutine<T>,
  options: CreateTaskOptions,
) => Task<T>;

type Callback = (...args: unknown[]) => unknown;

/**
 * An event loop without I/O: callbacks, timers, futures and tasks.
 *
 * Callbacks run one at a time, in the order in which they became ready. A turn of the loop runs those
 * that were ready when it began. The loop shares its thread with the rest of the program: whenever it
 * has nothing to do, and for a moment every 20 microseconds when it has (20
 * milliseconds where sockets have just been reported), the host goes on.
 *
 * @example Usage
 * ```ts
 * import { newEventLoop } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const loop = newEventLoop();
 * const order: number[] = [];
 * loop.callLater(0.001, () => {
 *   order.push(2);
 *   loop.stop();
 * });
 * loop.callSoon(() => order.push(1));
 * await loop.runForever();
 * loop.close();
 * assertEquals(order, [1, 2]);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html}
 */
export class BaseEventLoop extends AbstractEventLoop {
  // Invariant: a closed loop does not run and has nothing scheduled.
  readonly #scheduler: Scheduler;
  readonly #neverStarted = new NeverStarted();
  /** In strict mode, what has been reported. */
  #reports: unknown[] | null = null;
  #closed = false;
  #debug = false;
  #taskFactory: TaskFactory | null = null;
  #exceptionHandler: ExceptionHandler | null = null;

  static {
    inspectAsText(this.prototype);
  }

  /**
   * A loop that does not run yet.
   *
   * @param options `selector`, `clock`, `debug`, `strict`, `timerPrecision`, `trace`.
   */
  constructor(options: EventLoopOptions = {}) {
    super();
    this.#scheduler = new Scheduler(
      this,
      options.clock ?? new MonotonicClock(),
      options.selector ?? new DefaultSelector(),
      options.timerPrecision ?? "auto",
      {
        process: (events) => this.processEvents(events),
        describeWaiting: () => this.describeWaiting(),
      },
    );
    this.setStrict(options.strict ?? false);
    listeners.set(this, (message) => this.#reports?.push(new RuntimeError(message)));
    this.setDebug(options.debug ?? false);
    this.#scheduler.observe(options.trace ?? null);
  }

  /** @ignore */
  get [SCHEDULER](): Scheduler {
    return this.#scheduler;
  }

  /** The selector that reports I/O. */
  protected get selector(): BaseSelector {
    return this.#scheduler.selector;
  }

  /** Makes ready what the selector has reported. A loop without I/O expects nothing. */
  protected processEvents(_events: readonly (readonly [SelectorKey, number])[]): void {}

  /** Makes a handle ready, unless it was cancelled. */
  protected addReady(handle: Handle): void {
    if (!handle.cancelled()) this.#scheduler.ready.push(handle);
  }

  // Running and stopping.

  /**
   * Runs until `stop()` is called.
   *
   * @returns A promise that resolves when the loop has stopped.
   * @throws {RuntimeError} If the loop is closed, or this or another loop is running already. The
   *   promise rejects with it.
   */
  async runForever(): Promise<void> {
    this.#checkStartable();
    const ended = this.#scheduler.start();
    this.#neverStarted.begin();
    try {
      await ended;
    } finally {
      this.#neverStarted.end(this);
    }
  }

  /** Begins a run that keeps the thread. Returns what ends it. */
  protected beginRun(): () => void {
    this.#checkStartable();
    this.#neverStarted.begin();
    return () => this.#neverStarted.end(this);
  }

  /**
   * Runs until a future is done, or a coroutine as a task.
   *
   * @param future What to run.
   * @returns Its result.
   * @throws {RuntimeError} If the loop is closed, or running, or stopped before the future is done.
   * @throws {TypeError} If it is nothing that can be awaited, or a promise: pass the async function.
   * @throws What it throws. All errors reject the promise.
   */
  // CPython: Lib/asyncio/base_events.py, BaseEventLoop.run_until_complete
  async runUntilComplete<T>(future: Awaitable<T> | CoroutineFunction<T>): Promise<T> {
    try {
      this.#checkStartable();
    } catch (error) {
      closeCoroutine(future);
      throw error;
    }
    if (future instanceof Promise) {
      throw new TypeError(`a coroutine was expected, got ${repr(future)}${hintFor(future)}`);
    }
    const task = ensureFuture(future, { loop: this }) as Future<T>;
    // What a KeyboardInterrupt has stopped is not to be stopped again, in its next run.
    const stop = () => {
      if (task.cancelled() || !(task.exception() instanceof KeyboardInterrupt)) this.stop();
    };
    task.addDoneCallback(stop);
    try {
      await this.runForever();
    } catch (error) {
      // The error is the task's own, thrown past the loop: it has been seen.
      if (task !== future && task.done() && !task.cancelled()) task.exception();
      throw error;
    } finally {
      task.removeDoneCallback(stop);
    }
    if (!task.done()) throw new RuntimeError("Event loop stopped before Future completed.");
    return finalResult(task);
  }

  /** Stops the loop after the batch of callbacks that is running, or that is ready if none is. */
  stop(): void {
    this.#scheduler.stop();
  }

  /** Whether the loop runs. */
  isRunning(): boolean {
    return this.#scheduler.isRunning;
  }

  /** Whether the loop was closed. */
  isClosed(): boolean {
    return this.#closed;
  }

  /**
   * Closes the loop and its selector, and drops what is scheduled. Does nothing the second time.
   *
   * Reports the errors of tasks and futures that nobody has asked for, and coroutines that nobody has
   * started.
   *
   * @throws {RuntimeError} If the loop is running.
   * @throws In strict mode, what was reported, once the loop is closed.
   */
  close(): void {
    if (this.isRunning()) throw new RuntimeError("Cannot close a running event loop");
    if (this.#closed) return;
    this.#scheduler.unretrieved.reportAll();
    this.#neverStarted.reportAll(this);
    this.setDebug(false);
    const reports = this.#reports ?? [];
    this.setStrict(false);
    this.#closed = true;
    this.#scheduler.clear();
    this.#scheduler.selector.close();
    throwAll(reports);
  }

  /** Closes the loop at the end of a `using` scope. */
  [Symbol.dispose](): void {
    this.close();
  }

  // Scheduling.

  /**
   * The loop's time.
   *
   * @returns Seconds, from any starting point.
   */
  time(): number {
    return this.#scheduler.time();
  }

  /**
   * Calls `fn(...args)` in the next turn.
   *
   * @param fn The function. A coroutine function is refused: make a task of it.
   * @param args What to call it with. If the last is `{ context }`, it is the context to call in.
   * @returns A handle to cancel it.
   * @throws {RuntimeError} If the loop is closed.
   * @throws {TypeError} If `fn` is no function; in debug mode, if it is a coroutine function.
   */
  callSoon<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): Handle;
  /** The same, in a context. */
  callSoon<A extends unknown[]>(
    fn: (...args: A) => unknown,
    ...args: [...A, { context: Context }]
  ): Handle;
  callSoon(fn: Callback, ...args: unknown[]): Handle {
    this.#checkClosed();
    this.#checkCallback(fn, "callSoon");
    const context = takeContext(args);
    const handle = new Handle(fn, args, this, context);
    this.#scheduler.schedule(handle);
    return handle;
  }

  /**
   * Calls `fn(...args)` in the next turn; from anywhere in the isolate, a promise's callback say.
   *
   * @param fn The function.
   * @param args What to call it with.
   * @returns A handle to cancel it.
   * @throws {RuntimeError} If the loop is closed.
   * @throws {TypeError} If `fn` is no function.
   */
  callSoonThreadsafe<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): Handle {
    this.#checkClosed();
    this.#checkCallback(fn, "callSoonThreadsafe");
    const handle = new Handle(fn, args, this, takeContext(args));
    this.#scheduler.schedule(handle);
    return handle;
  }

  /**
   * Calls `fn(...args)` in `delay` seconds.
   *
   * @param delay Seconds from now; zero or less for the next turn.
   * @param fn The function.
   * @param args What to call it with. If the last is `{ context }`, it is the context to call in.
   * @returns A handle to cancel it.
   * @throws {RuntimeError} If the loop is closed.
   * @throws {TypeError} If `delay` is no number, or `fn` no function.
   * @throws {ValueError} If `delay` is `NaN`.
   */
  callLater<A extends unknown[]>(
    delay: number,
    fn: (...args: A) => unknown,
    ...args: A
  ): TimerHandle;
  /** The same, in a context. */
  callLater<A extends unknown[]>(
    delay: number,
    fn: (...args: A) => unknown,
    ...args: [...A, { context: Context }]
  ): TimerHandle;
  callLater(delay: number, fn: Callback, ...args: unknown[]): TimerHandle {
    checkTime(delay, "delay");
    return this.#addTimer(this.#scheduler.after(delay), fn, args, "callLater");
  }

  /**
   * Calls `fn(...args)` at a time of the loop's.
   *
   * @param when The time, in seconds, as `time()` tells it.
   * @param fn The function.
   * @param args What to call it with. If the last is `{ context }`, it is the context to call in.
   * @returns A handle to cancel it.
   * @throws {RuntimeError} If the loop is closed.
   * @throws {TypeError} If `when` is no number, or `fn` no function.
   * @throws {ValueError} If `when` is `NaN`.
   */
  callAt<A extends unknown[]>(when: number, fn: (...args: A) => unknown, ...args: A): TimerHandle;
  /** The same, in a context. */
  callAt<A extends unknown[]>(
    when: number,
    fn: (...args: A) => unknown,
    ...args: [...A, { context: Context }]
  ): TimerHandle;
  callAt(when: number, fn: Callback, ...args: unknown[]): TimerHandle {
    checkTime(when, "when");
    return this.#addTimer(when, fn, args, "callAt");
  }

  #addTimer(
    when: number,
    fn: Callback,
    args: unknown[],
    method: string,
  ): TimerHandle {
    this.#checkClosed();
    this.#checkCallback(fn, method);
    const context = takeContext(args);
    const handle = new TimerHandle(when, fn, args, this, context);
    this.#scheduler.scheduleAt(when, handle);
    return handle;
  }

  // Futures and tasks.

  /** A new future of this loop. */
  createFuture<T>(): Future<T> {
    return new Future<T>({ loop: this });
  }

  /**
   * Makes a task of a coroutine. It starts in the next turn.
   *
   * @param coro The coroutine, or a coroutine function to be called by the task.
   * @param options The `name` and `context`, and whether to start it eagerly.
   * @returns The task.
   * @throws {RuntimeError} If the loop is closed. The coroutine is closed, too.
   * @throws {TypeError} If `coro` is neither.
   */
  override createTask<T>(
    coro: Coroutine<T> | CoroutineFunction<T>,
    options?: CreateTaskOptions,
  ): Task<T> {
    if (this.#closed) closeCoroutine(coro);
    this.#checkClosed();
    if (this.#taskFactory !== null) {
      return this.#taskFactory(this, requireCoroutine(coro), options ?? {});
    }
    return new Task(coro, options === undefined ? { loop: this } : { ...options, loop: this });
  }

  /**
   * Sets what makes the tasks.
   *
   * @param factory Called with the loop, the coroutine and the options; `null` for plain tasks.
   * @throws {TypeError} If it is neither.
   */
  setTaskFactory(factory: TaskFactory | null | undefined): void {
    if (factory !== null && factory !== undefined && typeof factory !== "function") {
      throw new TypeError("task factory must be a callable or None");
    }
    this.#taskFactory = factory ?? null;
  }

  /** What makes the tasks; `null` for plain ones. */
  getTaskFactory(): TaskFactory | null {
    return this.#taskFactory;
  }

  // Errors and debugging.

  /** What hears of errors that belong to nobody; `null` for the default. */
  getExceptionHandler(): ExceptionHandler | null {
    return this.#exceptionHandler;
  }

  /**
   * Sets what hears of errors that belong to nobody.
   *
   * @param handler Called with the loop and the context; `null` for the default.
   * @throws {TypeError} If it is neither.
   */
  setExceptionHandler(handler: ExceptionHandler | null | undefined): void {
    if (handler !== null && handler !== undefined && typeof handler !== "function") {
      throw new TypeError(`A callable object or None is expected, got ${repr(handler)}`);
    }
    this.#exceptionHandler = handler ?? null;
  }

  /** Writes an error that belongs to nobody to `console.error`. */
  // CPython: Lib/asyncio/base_events.py, BaseEventLoop.default_exception_handler
  defaultExceptionHandler(context: ExceptionContext): void {
    console.error(textOf(context));
  }

  /** Hands an error that belongs to nobody to the exception handler. */
  // CPython: Lib/asyncio/base_events.py, BaseEventLoop.call_exception_handler
  callExceptionHandler(context: ExceptionContext): void {
    this.#reports?.push(
      "exception" in context ? context.exception : new RuntimeError(context.message),
    );
    const failed = "Exception in default exception handler";
    if (this.#exceptionHandler === null) return this.#handleByDefault(context, failed);
    const handler = this.#exceptionHandler;
    try {
      runIn(contextOf(context), () => handler(this, context));
    } catch (error) {
      if (error instanceof KeyboardInterrupt) throw error;
      const message = "Unhandled error in exception handler";
      this.#handleByDefault(
        { message, exception: error, context },
        `${failed} while handling an unexpected error in custom exception handler`,
      );
    }
  }

  #handleByDefault(context: ExceptionContext, failed: string): void {
    try {
      this.defaultExceptionHandler(context);
    } catch (error) {
      if (error instanceof KeyboardInterrupt) throw error;
      console.error(failed, error);
    }
  }

  /** Whether the loop is in debug mode. */
  getDebug(): boolean {
    return this.#debug;
  }

  /**
   * Turns debug mode on or off: callbacks that take longer than `slowCallbackDuration`, and
   * coroutines of `coroutine()` functions that are never awaited, are told to `console.warn`.
   */
  setDebug(enabled: boolean): void {
    if (enabled === this.#debug) return;
    this.#debug = enabled;
    countDebugging(enabled ? 1 : -1);
    recording.loops += enabled ? 1 : -1;
    this.#scheduler.isDebugging = enabled;
    this.#scheduler.timeSteps(enabled ? new SlowSteps(this.#warnIfSlow) : null);
  }

  /** Whether what is reported is thrown by `close()`. */
  getStrict(): boolean {
    return this.#reports !== null;
  }

  /**
   * Turns strict mode on or off: in it, `close()` throws what was reported to the exception handler, or
   * as a coroutine that was never awaited. To turn it off forgets what has been reported.
   */
  setStrict(enabled: boolean): void {
    if (enabled === this.getStrict()) return;
    this.#reports = enabled ? [] : null;
    countDebugging(enabled ? 1 : -1);
  }

  readonly #warnIfSlow = (entry: unknown, seconds: number): void => {
    if (seconds < this.slowCallbackDuration) return;
    console.warn(`Executing ${entry} took ${seconds.toFixed(3)} seconds`);
  };

  /** Seconds from which a callback is slow, in debug mode. */
  slowCallbackDuration: number = 0.1;

  /** Python's repr: `<SelectorEventLoop running=True closed=False debug=False>`. */
  override toString(): string {
    return `<${this.constructor.name} running=${repr(this.isRunning())} ` +
      `closed=${repr(this.#closed)} debug=${repr(this.#debug)}>`;
  }

  /** For the error that says that nothing can ever happen any more: who waits. */
  protected describeWaiting(): string {
    return describeWaiting(this);
  }

  #checkStartable(): void {
    this.#checkClosed();
    if (this.isRunning()) throw new RuntimeError("This event loop is already running");
    if (runningLoop() !== null) {
      throw new RuntimeError("Cannot run the event loop while another loop is running");
    }
  }

  #checkClosed(): void {
    if (this.#closed) throw new RuntimeError("Event loop is closed");
  }

  #checkCallback(fn: unknown, method: string): void {
    if (this.#debug && (iscoroutine(fn) || iscoroutinefunction(fn))) {
      throw new TypeError(`coroutines cannot be used with ${method}()`);
    }
    if (typeof fn !== "function") {
      throw new TypeError(`a callable object was expected by ${method}(), got ${repr(fn)}`);
    }
  }
}

/** The result, for whoever runs the loop; a cancellation must end the program that does not handle it. */
function finalResult<T>(future: Future<T>): T {
  try {
    return future.result();
  } catch (error) {
    if (!isForgiven(error)) throw error;
    const { message, stack } = error as CancelledError;
    throw Object.assign(new CancelledError(message), { stack });
  }
}

/** Closes a coroutine that is refused: nobody is going to run it. */
function closeCoroutine(value: unknown): void {
  if (iscoroutine(value) && !isfuture(value)) value.return(undefined);
}

/** Takes a last argument of the form `{ context }` off the arguments of a callback. */
function takeContext(args: unknown[]): Context | null {
  const last = args.at(-1);
  if (typeof last !== "object" || last === null || !("context" in last)) return null;
  const { context } = last;
  if (!(context instanceof Context) || Object.keys(last).length !== 1) return null;
  args.pop();
  return context;
}
