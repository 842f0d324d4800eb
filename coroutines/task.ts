// Copyright 2026 the asyncio authors. MIT license.

import type { AbstractEventLoop } from "./abstract_event_loop.ts";
import { addWaiter, badYield, inPlaceOf, resume, type Waitable } from "./_await.ts";
import { Context, ensureContext, inheritContext } from "./context.ts";
import { type Coroutine, type CoroutineFunction, requireCoroutine } from "./coroutine.ts";
import { claim, coroutineName, isClaimable } from "./_coroutine_object.ts";
import { CancelledError, KeyboardInterrupt, RuntimeError } from "./errors.ts";
import { Future } from "./future.ts";
import { run } from "./_ready_queue.ts";
import { repr } from "./_repr.ts";
import { current, inTurnOf, requireRunningLoop, runningTask } from "./_running.ts";
import { schedulerOf } from "./_scheduler.ts";

/** What can be given to a new task. */
export interface CreateTaskOptions {
  /** The name, for debugging. Default: `Task-1` and so on. */
  name?: string | null | undefined;
  /** The context to run in, as it is. Default: a copy of the current one. */
  context?: Context | null | undefined;
  /** Whether to run the first step at once, if the loop runs. Default: `false`. */
  eagerStart?: boolean | null | undefined;
}

/** Options of {@linkcode Task}. */
export interface TaskOptions extends CreateTaskOptions {
  /** The loop it belongs to. Default: the running one. */
  loop?: AbstractEventLoop | null | undefined;
}

// deno-lint-ignore no-explicit-any
type AnyTask = Task<any>;

/** What there is to know of a task that was cancelled, or whose signal was asked for. */
class Cancellation {
  /** How many calls of `cancel()` are not taken back. */
  requests = 0;
  /** The text of the latest. */
  message = "";
  /** Whether a `CancelledError` is to be thrown at the next step. */
  pending = false;
  controller: AbortController | null = null;

  takeError(): CancelledError {
    this.pending = false;
    return new CancelledError(this.message);
  }

  abort(): void {
    if (this.controller === null || this.controller.signal.aborted) return;
    this.controller.abort(new CancelledError(this.message));
  }
}

/**
 * A coroutine being run by the loop, step by step, and the future of what it returns.
 *
 * Made by `createTask()`. It starts in the loop's next turn, and gives way to others only where it
 * waits. The loop keeps it alive until it is done.
 *
 * @typeParam T Type of what the coroutine returns.
 *
 * @example Usage
 * ```ts
 * import { createTask, run, sleep } from "@asyncio/asyncio";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const task = createTask(sleep(0.001, "done"));
 *   assert(!task.done());
 *   assertEquals(yield* task, "done");
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.Task}
 */
export class Task<T> extends Future<T> {
  // Invariants, of a task that is not done. It is in one of three states:
  // - running: it is `current.task`;
  // - scheduled: it stands in the ready queue, once, and #waiter, if there is one, is done;
  // - waiting: #waiter is not done, and holds the task as a listener.
  // It is linked, by #previous and #next, into the scheduler's list of live tasks.
  //
  // What most tasks never need is kept out of the object: a million of them are alive at once.
  readonly #coro: Coroutine<T>;
  #waiter: Waitable | null = null;
  #cancellation: Cancellation | null = null;
  #name: string | number;
  #context: Context | null;
  #previous: AnyTask | null = null;
  #next: AnyTask | null = null;

  /**
   * A task, scheduled to start in the next turn.
   *
   * @param coro The coroutine, or a coroutine function.
   * @param options Its `loop`, `name` and `context`, and whether to start it eagerly.
   * @throws {TypeError} If `coro` is neither.
   * @throws {RuntimeError} If there is no current event loop.
   */
  constructor(coro: Coroutine<T> | CoroutineFunction<T>, options: TaskOptions = {}) {
    super(options);
    this.#coro = this.#claim(requireCoroutine(coro));
    this.#name = nameOf(options.name);
    this.#context = options.context ?? inheritContext();
    this.#link();
    if (options.eagerStart && this.getLoop().isRunning()) this.#startEagerly();
    else this.scheduler.schedule(this);
  }

  /** The tasks of a scheduler that are not done. */
  static live(scheduler: { firstTask: object | null }): Task<unknown>[] {
    const tasks: Task<unknown>[] = [];
    let task = scheduler.firstTask as Task<unknown> | null;
    for (; task !== null; task = task.#next) tasks.push(task);
    return tasks.reverse();
  }

  /** The coroutine that it runs. */
  getCoro(): Coroutine<T> {
    return this.#coro;
  }

  /** The context that it runs in. */
  getContext(): Context {
    // Most tasks never set a variable, and have no context until somebody asks.
    return this.#context ??= current.task === this ? ensureContext() : new Context();
  }

  /** The name. */
  getName(): string {
    return typeof this.#name === "string" ? this.#name : `Task-${this.#name}`;
  }

  /**
   * Names the task.
   *
   * @param name The name; anything else is made a string.
   */
  setName(name: string): void {
    this.#name = String(name);
  }

  /**
   * Aborted when the task is cancelled: give it to `fetch` and other functions of the host, which
   * know nothing of tasks.
   */
  get signal(): AbortSignal {
    const cancellation = this.#cancellation ??= new Cancellation();
    if (cancellation.controller === null) {
      cancellation.controller = new AbortController();
      if (cancellation.requests > 0) cancellation.abort();
    }
    return cancellation.controller.signal;
  }

  /** Tasks get their result from their coroutine. @throws {RuntimeError} Always. */
  override setResult(_result: T): never {
    throw new RuntimeError("Task does not support setResult operation");
  }

  /** Tasks get their exception from their coroutine. @throws {RuntimeError} Always. */
  override setException(_exception: unknown): never {
    throw new RuntimeError("Task does not support setException operation");
  }

  /**
   * Asks the task to end: throws a `CancelledError` into its coroutine where it waits, innermost
   * await first, in the loop's next turn. The coroutine may clean up, or refuse by catching it.
   *
   * @param message The text of the error.
   * @returns Whether the task was still to be done.
   */
  // CPython: Lib/asyncio/tasks.py, Task.cancel
  override cancel(message?: string | null): boolean {
    this.noteRetrieved();
    if (this.done()) return false;
    const cancellation = this.#cancellation ??= new Cancellation();
    cancellation.requests++;
    cancellation.message = message ?? "";
    cancellation.abort();
    if (!this.#waiter?.cancel(cancellation.message)) cancellation.pending = true;
    return true;
  }

  /** How many calls of `cancel()` are not taken back by `uncancel()`. */
  cancelling(): number {
    return this.#cancellation?.requests ?? 0;
  }

  /**
   * Takes one `cancel()` back, for code that has handled the `CancelledError`.
   *
   * @returns How many are left.
   */
  // CPython: Lib/asyncio/tasks.py, Task.uncancel
  uncancel(): number {
    const cancellation = this.#cancellation;
    if (cancellation === null || cancellation.requests === 0) return 0;
    if (--cancellation.requests === 0) {
      cancellation.pending = false;
      this.#waiter?.forgetCancel?.();
    }
    return cancellation.requests;
  }

  /** For the loop: runs the coroutine to its next wait. */
  // CPython: Lib/asyncio/tasks.py, Task.__step
  [run](): void {
    this.#step(this.#cancellation?.pending ? this.#takeCancelledError() : null);
  }

  /**
   * For async functions called by the coroutine: goes on where one returns.
   *
   * @internal
   */
  [resume](cancellation: CancelledError | null): void {
    if (cancellation !== null) this.#cancellation!.pending = true;
    this.#step(null);
  }

  #step(error: unknown): void {
    this.#waiter = null;
    current.task = this;
    current.context = this.#context;
    let step: IteratorResult<unknown, T>;
    try {
      step = error === null ? this.#coro.next() : this.#coro.throw(error);
    } catch (thrown) {
      this.#context = current.context as Context | null;
      return this.#fail(thrown);
    }
    if (this.#context !== current.context) this.#context = current.context as Context | null;
    if (step.done) this.#finish(step.value);
    else this.#suspend(step.value);
  }

  /** Runs the first step within the step, or the callback, of whoever creates the task. */
  // CPython: Lib/asyncio/tasks.py, Task.__eager_start
  #startEagerly(): void {
    inTurnOf(this.getLoop(), () => this[run]());
  }

  /** Waits for what the coroutine has yielded. */
  #suspend(yielded: unknown): void {
    if (yielded === undefined || yielded === null) return this.scheduler.schedule(this);
    const error = badYield(this, this.getLoop(), yielded);
    if (error !== null) return this.#throwSoon(error);
    const waiter = yielded as Waitable;
    waiter[addWaiter](this);
    this.#waiter = waiter;
    if (this.#cancellation?.pending && waiter.cancel(this.#cancellation.message)) {
      this.#cancellation.pending = false;
    }
  }

  /** Throws an error into the coroutine in the next turn; a cancellation meanwhile goes first. */
  #throwSoon(error: Error): void {
    this.scheduler.schedule({
      [run]: () => this.#step(this.#cancellation?.pending ? this.#takeCancelledError() : error),
    });
  }

  #finish(value: T): void {
    this.#unlink();
    // It may have been cancelled by itself in its last step.
    if (this.#cancellation?.pending) this.cancelWith(this.#cancellation.takeError());
    else super.setResult(value);
  }

  #fail(error: unknown): void {
    this.#unlink();
    if (error instanceof CancelledError) return this.cancelWith(error);
    super.setException(error);
    if (error instanceof KeyboardInterrupt) throw error;
  }

  #takeCancelledError(): CancelledError {
    return inPlaceOf(this.#waiter, this.#cancellation!.takeError());
  }

  /** Takes possession of the coroutine; where it has an owner, of one that says so. */
  #claim(coro: Coroutine<T>): Coroutine<T> {
    if (!isClaimable(coro)) return coro;
    try {
      claim(coro, this);
      return coro;
    } catch (error) {
      return refuse(error);
    }
  }

  #link(): void {
    const { scheduler } = this;
    const first = scheduler.firstTask as AnyTask | null;
    this.#next = first;
    if (first !== null) first.#previous = this;
    scheduler.firstTask = this;
  }

  #unlink(): void {
    if (this.#previous === null) this.scheduler.firstTask = this.#next;
    else this.#previous.#next = this.#next;
    if (this.#next !== null) this.#next.#previous = this.#previous;
    this.#previous = this.#next = null;
  }

  /** The words of the repr: state, name, coroutine, what it waits for. */
  // CPython: Lib/asyncio/base_tasks.py, _task_repr_info
  protected override describe(): string[] {
    const [state, ...details] = super.describe();
    const coro = coroutineName(this.#coro);
    const words = [
      this.cancelling() > 0 && !this.done() ? "cancelling" : state!,
      `name=${repr(this.getName())}`,
      `coro=<${coro === undefined ? "generator" : `${coro}()`}>`,
    ];
    if (this.#waiter !== null) words.push(`wait_for=${this.#waiter}`);
    return [...words, ...details];
  }
}

// deno-lint-ignore require-yield
function* refuse(error: unknown): Coroutine<never> {
  throw error;
}

function nameOf(name: unknown): string | number {
  return name === undefined || name === null ? ++current.taskNumber : String(name);
}

/**
 * The task that is running.
 *
 * Inside async functions as inside generators; `null` in a callback of the loop.
 *
 * @param loop The loop to ask. Default: the running one.
 * @returns The task, or `null`.
 * @throws {RuntimeError} If no loop is given and none is running.
 *
 * @example Usage
 * ```ts
 * import { currentTask, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   currentTask()?.setName("main");
 *   assertEquals(currentTask()?.getName(), "main");
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.current_task}
 */
export function currentTask(loop?: AbstractEventLoop | null): Task<unknown> | null {
  const asked = loop ?? requireRunningLoop();
  const task = runningTask() as Task<unknown> | null;
  return task?.getLoop() === asked ? task : null;
}

/**
 * The tasks of a loop that are not done.
 *
 * @param loop The loop to ask. Default: the running one.
 * @returns A new set, in the order of their creation.
 * @throws {RuntimeError} If no loop is given and none is running.
 *
 * @example Usage
 * ```ts
 * import { allTasks, createTask, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const task = createTask(sleep(0));
 *   assertEquals(allTasks().size, 2);
 *   yield* task;
 *   assertEquals(allTasks().size, 1);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.all_tasks}
 */
export function allTasks(loop?: AbstractEventLoop | null): Set<Task<unknown>> {
  return new Set(Task.live(schedulerOf(loop ?? requireRunningLoop())));
}
