// Copyright 2026 the asyncio authors. MIT license.

import {
  AbstractEventLoop,
  allTasks,
  CancelledError,
  type Context,
  copyContext,
  type Coroutine,
  type CoroutineFunction,
  fromPromise,
  type Future,
  hasFailed,
  iscoroutine,
  isfuture,
  KeyboardInterrupt,
  type LoopObserver,
  observe,
  repr,
  RuntimeError,
  setEventLoop,
  type Task,
} from "../coroutines/mod.ts";
import { type EventLoop, getRunningLoop, newEventLoop } from "./event_loop.ts";
import { statesOf } from "./graph/_task_state.ts";
import { shortTree } from "./graph/_task_tree.ts";
import { gatherAll } from "./tasks/gather.ts";
import { onInterrupt } from "./_interrupt.ts";

/** How long threads are waited for when a loop ends, in seconds. CPython: Lib/asyncio/constants.py */
const THREAD_JOIN_TIMEOUT = 300;

/** For how long tasks are cancelled, in seconds, before it is said which of them go on. */
const PATIENCE = 10;

/**
 * What {@linkcode run} runs: a coroutine or a coroutine function; also a future.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-runner.html#asyncio.run}
 */
export type Main<T> =
  | Coroutine<T>
  | CoroutineFunction<T>
  | Future<T>
  // Any other thenable but a promise: an async function is to be passed uncalled.
  | (PromiseLike<T> & { finally?: undefined });

/**
 * Options of {@linkcode run} and {@linkcode Runner}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-runner.html#asyncio.Runner}
 */
export interface RunnerOptions {
  /** Whether to run the loop in debug mode. Default: as the loop was made. */
  debug?: boolean | null | undefined;
  /**
   * Whether what is reported, and would else only be written, makes the run fail: errors that nobody
   * has asked for, coroutines that nobody has started. Of a `Runner`, `close()` rejects with it. For
   * tests. Default: as the loop was made.
   */
  strict?: boolean | null | undefined;
  /** What makes the loop: a function, or a class of loops. Default: `newEventLoop`. */
  loopFactory?: LoopFactory | null | undefined;
  /** What hears of everything that the loop does: a `Tracer`, say. Default: as the loop was made. */
  trace?: LoopObserver | null | undefined;
}

/**
 * What makes a loop: a function, or a class of loops.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-runner.html#asyncio.Runner}
 */
export type LoopFactory = (() => EventLoop) | (new () => EventLoop);

/**
 * Options of {@linkcode Runner.run}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-runner.html#asyncio.Runner.run}
 */
export interface RunnerRunOptions {
  /** The context to run in. Default: the runner's own, the same for all runs. */
  context?: Context | null | undefined;
}

/**
 * Runs a coroutine on a new event loop: the way into asyncio.
 *
 * When the coroutine is done, all tasks that are left are cancelled, and waited for; then the loop is
 * closed. SIGINT (Ctrl-C) cancels the coroutine, and the promise rejects with a `KeyboardInterrupt`;
 * a second SIGINT ends the process. A program that listens to the signal by `process.on()` keeps it to
 * itself.
 *
 * @typeParam T Type of the result.
 * @param main A coroutine, or a coroutine function: `run(main)`, not `run(main())`, if it is async.
 * @param options `debug`, `strict`, `loopFactory` and `trace`.
 * @returns A promise of the result. All errors reject it.
 * @throws {RuntimeError} If called from a running event loop.
 * @throws {TypeError} If `main` is neither; a promise, say.
 * @throws In strict mode, what was reported: the error, or an `AggregateError` of several.
 * @throws {KeyboardInterrupt} If the user interrupts it.
 *
 * @example Usage
 * ```ts
 * import { type Coroutine, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * function* main(): Coroutine<string> {
 *   yield* sleep(0.001);
 *   return "done";
 * }
 *
 * assertEquals(await run(main), "done");
 * assertEquals(await run(async () => await sleep(0.001, "done")), "done");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-runner.html#asyncio.run}
 */
// CPython: Lib/asyncio/runners.py, run
export async function run<T>(main: Main<T>, options: RunnerOptions = {}): Promise<T> {
  requireNoRunningLoop("asyncio.run()");
  const { debug, strict, loopFactory, trace } = options;
  // With a factory the loop is nobody's but ours: other programs may run theirs beside it.
  const runner = new Runner({ debug, strict, trace, loopFactory: loopFactory ?? newEventLoop });
  try {
    return await runner.run(main);
  } finally {
    await runner.close();
  }
}

/**
 * An event loop for several runs, one after another: they share the loop and the context variables.
 *
 * @example Usage
 * ```ts
 * import { ContextVar, Runner, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const user = new ContextVar<string>("user");
 * await using runner = new Runner();
 * await runner.run(function* () {
 *   user.set("alice");
 * });
 * assertEquals(await runner.run(async () => await sleep(0.001, user.get())), "alice");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-runner.html#asyncio.Runner}
 */
// CPython: Lib/asyncio/runners.py, Runner
export class Runner {
  // Invariant: #loop and #context are set from the first use to close(), which is final.
  readonly #debug: boolean | null;
  readonly #strict: boolean | null;
  readonly #loopFactory: LoopFactory | null;
  readonly #trace: LoopObserver | null;
  #loop: EventLoop | null = null;
  #context: Context | null = null;
  #closed = false;
  /** Whether a run has failed: then what is reported besides is only written. */
  #hasFailed = false;

  /**
   * A runner. Its loop is made when it is first asked for.
   *
   * @param options `debug`, `strict`, `loopFactory` and `trace`.
   */
  constructor({ debug, strict, loopFactory, trace }: RunnerOptions = {}) {
    this.#debug = debug ?? null;
    this.#strict = strict ?? null;
    this.#loopFactory = loopFactory ?? null;
    this.#trace = trace ?? null;
  }

  /**
   * The loop.
   *
   * @throws {RuntimeError} If the runner is closed.
   */
  getLoop(): EventLoop {
    if (this.#closed) throw new RuntimeError("Runner is closed");
    return this.#loop ??= this.#open();
  }

  /**
   * Runs a coroutine. See {@linkcode run}; the tasks that are left stay, for the next run.
   *
   * @typeParam T Type of the result.
   * @param main A coroutine, a coroutine function or a future.
   * @param options The `context` to run in.
   * @returns A promise of the result. All errors reject it.
   * @throws {RuntimeError} If called from a running event loop, or the runner is closed.
   * @throws {TypeError} If `main` cannot be run; a promise, say.
   * @throws {KeyboardInterrupt} If the user interrupts it.
   */
  async run<T>(main: Main<T>, { context }: RunnerRunOptions = {}): Promise<T> {
    requireNoRunningLoop("Runner.run()");
    const loop = this.getLoop();
    const task = loop.createTask(toRunnable(main, loop), { context: context ?? this.#context });
    let interrupted: string | null = null;
    const stopListening = onInterrupt(() => {
      interrupted = `${task}\n${shortTree(statesOf(loop))}`;
      task.cancel();
    });
    try {
      return await loop.runUntilComplete(task);
    } catch (error) {
      this.#hasFailed = true;
      if (interrupted !== null && error instanceof CancelledError && task.uncancel() === 0) {
        throw new KeyboardInterrupt(interrupted, { cause: error });
      }
      throw error;
    } finally {
      stopListening();
    }
  }

  /**
   * Cancels all tasks that are left, waits for them, and closes the loop. Does nothing the second
   * time, nor if nothing was ever run.
   *
   * @returns A promise that resolves when it is closed.
   * @throws In strict mode, what was reported, unless a run has failed.
   */
  async close(): Promise<void> {
    const loop = this.#loop;
    if (loop === null || this.#closed) return;
    if (this.#hasFailed) loop.setStrict(false);
    try {
      await cancelAllTasks(loop);
      await loop.runUntilComplete(loop.shutdownAsyncgens());
      await loop.runUntilComplete(loop.shutdownDefaultExecutor(THREAD_JOIN_TIMEOUT));
    } finally {
      if (this.#loopFactory === null) setEventLoop(null);
      this.#loop = null;
      this.#closed = true;
      try {
        loop.close();
      } finally {
        await loop.closed;
      }
    }
  }

  /** Closes it at the end of an `await using` scope. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open(): EventLoop {
    const loop = makeLoop(this.#loopFactory ?? newEventLoop);
    if (this.#loopFactory === null) setEventLoop(loop);
    if (this.#debug !== null) loop.setDebug(this.#debug);
    if (this.#strict !== null) loop.setStrict(this.#strict);
    if (this.#trace !== null) observe(loop, this.#trace);
    this.#context = copyContext();
    return loop;
  }
}

/** Calls a factory of loops. */
export function makeLoop(factory: LoopFactory): EventLoop {
  if (factory.prototype instanceof AbstractEventLoop) return new (factory as new () => EventLoop)();
  return (factory as () => EventLoop)();
}

/** Refuses to run within a run. */
export function requireNoRunningLoop(what: string): void {
  if (isLoopRunning()) {
    throw new RuntimeError(`${what} cannot be called from a running event loop`);
  }
}

function isLoopRunning(): boolean {
  try {
    getRunningLoop();
    return true;
  } catch (error) {
    if (error instanceof RuntimeError) return false;
    throw error;
  }
}

/** What `createTask()` takes, of anything that can be awaited. Promises it refuses itself. */
function toRunnable<T>(main: Main<T>, loop: EventLoop): Coroutine<T> | CoroutineFunction<T> {
  if (isfuture(main)) return waitIn(main as Future<T>);
  if (typeof main === "function" || iscoroutine(main) || main instanceof Promise) {
    return main as Coroutine<T> | CoroutineFunction<T>;
  }
  if (typeof (main as PromiseLike<T> | null)?.then === "function") {
    return waitIn(fromPromise(main as PromiseLike<T>, { loop }));
  }
  throw new TypeError(
    `An asyncio.Future, a coroutine or an awaitable is required, got ${repr(main)}`,
  );
}

function* waitIn<T>(future: Future<T>): Coroutine<T> {
  return yield* future;
}

// CPython: Lib/asyncio/runners.py, _cancel_all_tasks
async function cancelAllTasks(loop: EventLoop): Promise<void> {
  const tasks = [...allTasks(loop)];
  if (tasks.length === 0) return;
  for (const task of tasks) task.cancel();
  const warning = loop.callLater(PATIENCE, () => {
    console.warn(`waiting for tasks that do not end when cancelled:\n${shortTree(statesOf(loop))}`);
  });
  try {
    await loop.runUntilComplete(gatherAll(tasks, true));
  } finally {
    warning.cancel();
  }
  for (const task of tasks) if (!task.cancelled()) reportFailure(loop, task);
}

/** Tells of the error of a task that nobody has asked for it. */
export function reportFailure(loop: EventLoop, task: Task<unknown>): void {
  if (!hasFailed(task)) return;
  const exception = task.exception();
  loop.callExceptionHandler({
    message: "unhandled exception during asyncio.run() shutdown",
    exception,
    task,
  });
}
