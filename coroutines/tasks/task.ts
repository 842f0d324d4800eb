// Copyright 2026 the asyncio authors. MIT license.

import { repr } from "../../selectors/mod.ts";
import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import { Context, inheritContext } from "../context.ts";
import { type Coroutine, type CoroutineFunction, requireCoroutine } from "./coroutine.ts";
import { runningStack, suspendedStack } from "./call_stack.ts";
import { claim, coroutineName } from "../futures/_claim.ts";
import { Driver } from "./_driver.ts";
import { CancelledError, KeyboardInterrupt, RuntimeError } from "../errors.ts";
import { enclosingGuard } from "../futures/_extent.ts";
import { type AddDoneCallbackOptions, Future, hasFailed } from "../futures/future.ts";
import { forgiveRejection } from "../_host.ts";
import { type Live, NEXT, PREVIOUS } from "../turns/_live_list.ts";
import { run } from "../turns/_ready_queue.ts";
import {
  CONTEXT,
  current,
  EXTENT,
  requireRunningLoop,
  runningTask,
  stepIn,
  TASK,
} from "../_running.ts";
import { schedulerOf } from "../turns/_scheduler.ts";
import { framesOfError, type StackFrame } from "../_stacks.ts";
import type { Waitable } from "../futures/_waitable.ts";

/**
 * What can be given to a new task.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task}
 */
export interface CreateTaskOptions {
  /** The name, for debugging. Default: `Task-1` and so on. */
  name?: string | null | undefined;
  /** The context to run in, as it is. Default: a copy of the current one. */
  context?: Context | null | undefined;
  /** Whether to run the first step at once, if the loop runs. Default: `false`. */
  eagerStart?: boolean | null | undefined;
}

/**
 * Options of {@linkcode Task}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.Task}
 */
export interface TaskOptions extends CreateTaskOptions {
  /** The loop it belongs to. Default: the running one. */
  loop?: AbstractEventLoop | null | undefined;
}

/**
 * Options of {@linkcode Task.getStack}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.Task.get_stack}
 */
export interface StackOptions {
  /** How many functions to give. Default: all. */
  limit?: number | null | undefined;
}

/**
 * Options of {@linkcode Task.printStack}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.Task.print_stack}
 */
export interface PrintStackOptions extends StackOptions {
  /** What to write to. Default: the console. */
  file?: { write(text: string): unknown } | null | undefined;
}

/** What there is to know of a task that was cancelled, or whose signal was asked for. */
class Cancellation {
  /** How many calls of `cancel()` are not taken back. */
  requests = 0;
  /** The text of the latest. */
  message = "";
  controller: AbortController | null = null;

  abort(): void {
    if (this.controller === null || this.controller.signal.aborted) return;
    const reason = new CancelledError(this.message);
    // Of several promises that follow the signal, the function may have awaited one.
    forgiveRejection(reason);
    this.controller.abort(reason);
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
export class Task<T> extends Driver<T> {
  // It is linked, by PREVIOUS and NEXT, into the loop's list of tasks that are not done.
  //
  // What most tasks never need is kept out of the object: a million of them are alive at once.
  #cancellation: Cancellation | null = null;
  #name: string | number;
  #endedEagerly = false;
  /** @ignore */
  [CONTEXT]: object | null;
  /** @ignore */
  [EXTENT]: object | null;
  /** @ignore */
  [PREVIOUS]: Live | null = null;
  /** @ignore */
  [NEXT]: Live | null = null;

  /**
   * A task, scheduled to start in the next turn.
   *
   * @param coro The coroutine, or a coroutine function.
   * @param options Its `loop`, `name` and `context`, and whether to start it eagerly.
   * @throws {TypeError} If `coro` is neither.
   * @throws {RuntimeError} If there is no current event loop.
   */
  constructor(coro: Coroutine<T> | CoroutineFunction<T>, options: TaskOptions = {}) {
    super(requireCoroutine(coro), options);
    this.#name = nameOf(options.name);
    this[CONTEXT] = options.context ?? inheritContext();
    this[EXTENT] = enclosingGuard();
    this.scheduler.tasks.add(this);
    this.scheduler.observation?.taskCreated(this);
    Task.#claim(this);
    if (options.eagerStart && this.getLoop().isRunning()) Task.#startEagerly(this);
    else this.scheduler.schedule(this);
  }

  /** @ignore */
  get [TASK](): this {
    return this;
  }

  /** The coroutine that it runs; `null` if it came to its end in an eager start. */
  getCoro(): Coroutine<T> | null {
    return this.#endedEagerly ? null : this.coro;
  }

  /** The context that it runs in. */
  getContext(): Context {
    // Most tasks never set a variable, and have no context until somebody asks.
    return (this[CONTEXT] ??= new Context()) as Context;
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
   * @param message The text of the error. Default: none.
   * @returns Whether the task was still to be done.
   */
  // CPython: Lib/asyncio/tasks.py, Task.cancel
  override cancel(message?: string | null): boolean {
    this.noteRetrieved();
    if (this.done()) return false;
    const cancellation = this.#cancellation ??= new Cancellation();
    const requests = ++cancellation.requests;
    cancellation.message = message ?? "";
    cancellation.abort();
    this.scheduler.observation?.taskCancelled(this, cancellation.message);
    this.interrupt(cancellation.message);
    // In a circle of tasks it has come back to this one, which is one request all the same.
    cancellation.requests = requests;
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
    if (--cancellation.requests === 0) this.forgetCancel();
    return cancellation.requests;
  }

  /** Runs the first step within the step, or the callback, of whoever creates the task. */
  // CPython: Lib/asyncio/tasks.py, Task.__eager_start
  static #startEagerly(self: Task<unknown>): void {
    const { observation } = self.scheduler;
    observation?.enter(self);
    stepIn(self, () => self[run]());
    observation?.leave();
    self.#endedEagerly = self.done();
  }

  /** @ignore */
  protected override finish(value: T): void {
    this.scheduler.tasks.remove(this);
    // It may have been cancelled by itself in its last step.
    const cancellation = this.takeCancellation();
    if (cancellation !== null) return Task.#endCancelled(this, cancellation);
    super.setResult(value);
    this.scheduler.observation?.observer.taskDone?.(this, "returned", value);
  }

  /** @ignore */
  protected override fail(error: unknown): void {
    this.scheduler.tasks.remove(this);
    if (error instanceof CancelledError) return Task.#endCancelled(this, error);
    super.setException(error);
    this.scheduler.observation?.observer.taskDone?.(this, "raised", error);
    if (error instanceof KeyboardInterrupt) throw error;
  }

  static #endCancelled(self: Task<unknown>, error: CancelledError): void {
    self.cancelWith(error);
    self.scheduler.observation?.observer.taskDone?.(self, "cancelled", error);
  }

  /**
   * Where it is: the functions of a suspended or running task, the outermost first; of one that has
   * failed, those of the error's stack. Only the innermost are given if there is a limit, and of an
   * error the outermost.
   *
   * In debug mode each function has its file and line. Without it, of a task that waits it is only known
   * what its coroutine is called.
   *
   * @param options The `limit`.
   * @returns The functions; none if it has returned, or was cancelled.
   */
  // CPython: Lib/asyncio/base_tasks.py, _task_get_stack
  getStack({ limit }: StackOptions = {}): StackFrame[] {
    const most = limit ?? Infinity;
    if (this.done()) return framesOfError(this.peekException()).reverse().slice(0, most);
    const isRunning = runningTask() === this;
    return (isRunning ? runningStack(this.getStack) : suspendedStack(this)).slice(0, most)
      .reverse();
  }

  /**
   * Writes where it is, as {@linkcode Task.getStack} tells it, the outermost function first.
   *
   * @param options The `limit`, and the `file` to write to. Default: the console, as an error.
   */
  // CPython: Lib/asyncio/base_tasks.py, _task_print_stack
  printStack({ limit, file }: PrintStackOptions = {}): void {
    const stack = this.getStack({ limit });
    const failed = hasFailed(this);
    const lines = stack.map(lineOf);
    if (stack.length === 0) lines.unshift(`No stack for ${this}`);
    else lines.unshift(`${failed ? "Traceback" : "Stack"} for ${this} (most recent call last):`);
    if (failed) lines.push(String(this.peekException()));
    if (file === null || file === undefined) console.error(lines.join("\n"));
    else file.write(lines.map((line) => `${line}\n`).join(""));
  }

  /** Takes possession of the coroutine. One that has an owner is refused, in the first step. */
  static #claim(self: Task<unknown>): void {
    try {
      claim(self.coro, self);
    } catch (error) {
      self.refuse(error);
    }
  }

  /**
   * The coroutine as text, as far as it has a name: `coro=<main()>`.
   *
   * @ignore
   */
  describeCoro(): string {
    const coro = coroutineName(this.coro);
    return `coro=<${coro === undefined ? "generator" : `${coro}()`}>`;
  }

  /** The words of the repr: state, name, coroutine, what it waits for. */
  // CPython: Lib/asyncio/base_tasks.py, _task_repr_info
  protected override describe(): string[] {
    const [state, ...details] = super.describe();
    const words = [
      this.cancelling() > 0 && !this.done() ? "cancelling" : state!,
      `name=${repr(this.getName())}`,
      this.describeCoro(),
    ];
    if (this.waiter !== null) words.push(`wait_for=${describeWait(this.waiter)}`);
    return [...words, ...details];
  }
}

/** A task is a future. Its callbacks receive the task itself. */
export interface Task<T> extends Future<T> {
  /**
   * Calls `fn(this)` through the loop when it is done; in its next turn if it is done already.
   *
   * @param fn The function.
   * @param options The `context` to call it in.
   */
  addDoneCallback(fn: (task: Task<T>) => unknown, options?: AddDoneCallbackOptions): void;
  /**
   * Takes a callback back, as often as it was added.
   *
   * @param fn The function.
   * @returns How often that was.
   */
  removeDoneCallback(fn: (task: Task<T>) => unknown): number;
}

function lineOf({ file, line, function: name }: StackFrame): string {
  return file === undefined ? `  In ${name}` : `  File "${file}", line ${line}, in ${name}`;
}

/** What is waited for in the end: an async function that is called tells it by its own `await`. */
function describeWait(waiter: Waitable): string {
  let inner: Waitable | null | undefined = waiter;
  while (inner && !(inner instanceof Future) && inner.waiter !== undefined) inner = inner.waiter;
  return inner ? String(inner) : "<Future pending>";
}

function nameOf(name: unknown): string | number {
  return name === undefined || name === null ? ++current.taskNumber : String(name);
}

/**
 * The task that is running.
 *
 * Inside async functions as inside generators; `null` in a callback of the loop. In a timer of the
 * host's it is the task whose async function has set it, as long as that function is under way.
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
  return new Set(liveTasks(loop ?? requireRunningLoop()));
}

/** The tasks of a loop that are not done, in the order of their creation. */
function liveTasks(loop: AbstractEventLoop): Task<unknown>[] {
  return schedulerOf(loop).tasks.toArray().filter((one) => one instanceof Task);
}

/** Who waits in a loop that has nothing to do. */
export function describeWaiting(loop: AbstractEventLoop): string {
  const names = liveTasks(loop).map((task) => `${task.getName()} ${task.describeCoro()}`);
  const who = names.length === 0 ? "nobody" : names.join(", ");
  return `nothing is ready and no timer is set; waiting: ${who}`;
}
