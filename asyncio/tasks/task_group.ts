// Copyright 2026 the asyncio authors. MIT license.

import {
  CancelledError,
  type Coroutine,
  type CoroutineFunction,
  type CreateTaskOptions,
  currentTask,
  type EventLoop,
  type Future,
  getRunningLoop,
  hasFailed,
  inspectAsText,
  iscoroutine,
  KeyboardInterrupt,
  RuntimeError,
  type Section,
  section,
  type Task,
} from "../../coroutines/mod.ts";
import type { AsyncContextManager } from "../async_context_manager.ts";
import { ExceptionGroup } from "../exception_group.ts";
import { raised } from "../_raised.ts";
import { StandIn } from "./_stand_in.ts";

/**
 * Tasks with an end in common: leaving the group waits for all of them.
 *
 * - The first task that fails cancels the others and the body, and no task can be added any more.
 *   Leaving then throws an {@linkcode ExceptionGroup} of all the errors. `CancelledError` is none.
 * - A body that fails, or is cancelled, cancels the tasks in the same way.
 * - Tasks are cancelled in the order in which they were created.
 * - A `KeyboardInterrupt` is thrown as it is.
 * - Nothing is left behind: a task that is cancelled while its function awaits a promise of the host's,
 *   which cannot be interrupted, is done at once, but the group waits until the function has ended.
 *
 * @example Usage
 * ```ts
 * import { asyncWith, run, sleep, TaskGroup } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const results = await run(function* () {
 *   const tasks = yield* asyncWith(new TaskGroup(), function* (group) {
 *     return [group.createTask(sleep(0.002, "a")), group.createTask(sleep(0.001, "b"))];
 *   });
 *   return tasks.map((task) => task.result());
 * });
 * assertEquals(results, ["a", "b"]);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.TaskGroup}
 */
// CPython: Lib/asyncio/taskgroups.py, TaskGroup
export class TaskGroup implements AsyncContextManager<TaskGroup> {
  // Invariants: #entered, #exiting and #aborting are set once, in any order after #entered, and stay.
  // #tasks are those whose end has not been noted yet. While #completed is set, aexit() waits for it.
  // #parentCancelled: the group has cancelled its own body, and must take that back on leaving.
  #entered = false;
  #exiting = false;
  #aborting = false;
  #loop: EventLoop | null = null;
  #parent: Task<unknown> | null = null;
  #parentCancelled = false;
  readonly #tasks: Set<Task<unknown>> = new Set();
  #errors: unknown[] = [];
  #interrupt: KeyboardInterrupt | null = null;
  #completed: Future<void> | null = null;
  /** What waits for functions that a cancellation could not interrupt. */
  #section: Section | null = null;

  static {
    inspectAsText(this.prototype);
  }

  /**
   * Enters: the current task becomes the parent.
   *
   * @returns Itself.
   * @throws {RuntimeError} If it was entered before, or outside any task.
   */
  // deno-lint-ignore require-yield -- it never waits
  *aenter(): Coroutine<TaskGroup> {
    if (this.#entered) throw new RuntimeError(`TaskGroup ${this} has already been entered`);
    this.#loop ??= getRunningLoop();
    this.#parent = currentTask(this.#loop);
    if (this.#parent === null) {
      throw new RuntimeError(`TaskGroup ${this} cannot determine the parent task`);
    }
    this.#entered = true;
    this.#section = section(true, this.#tasks);
    return this;
  }

  /**
   * Leaves, when all tasks are done.
   *
   * @param error What the body threw.
   * @throws {ExceptionGroup} If a task or the body failed.
   * @throws {CancelledError} If the parent was cancelled.
   */
  *aexit(error?: unknown): Coroutine<void> {
    try {
      yield* this.#leave(error);
    } finally {
      this.#parent = null;
      this.#errors = [];
      this.#interrupt = null;
    }
  }

  /**
   * Starts a coroutine as a task of the group.
   *
   * @typeParam T Type of what the coroutine returns.
   * @param coro The coroutine, or a coroutine function, to be called by the task.
   * @param options The `name` and `context`, and whether to start it eagerly.
   * @returns The task.
   * @throws {RuntimeError} If the group was not entered, is shutting down, or was left. A coroutine
   *   is then closed.
   * @throws {TypeError} If `coro` is neither.
   */
  createTask<T>(
    coro: Coroutine<T> | CoroutineFunction<T>,
    options?: CreateTaskOptions,
  ): Task<T> {
    const refusal = this.#refusal();
    if (refusal !== null) {
      if (iscoroutine(coro)) coro.return(undefined as T);
      throw new RuntimeError(`TaskGroup ${this} ${refusal}`);
    }
    const task = this.#section!.run(() => this.#loop!.createTask(coro, options));
    // Through the loop even if it is done already, by an eager start: so its error cancels the
    // parent only where that waits.
    this.#tasks.add(task);
    task.addDoneCallback(this.#onTaskDone as (future: Future<T>) => void);
    return task;
  }

  #refusal(): string | null {
    if (!this.#entered) return "has not been entered";
    if (this.#exiting && this.#tasks.size === 0) return "is finished";
    return this.#aborting ? "is shutting down" : null;
  }

  // CPython: Lib/asyncio/taskgroups.py, TaskGroup._aexit
  *#leave(error: unknown): Coroutine<void> {
    this.#exiting = true;
    const failed = error !== undefined;
    if (error instanceof KeyboardInterrupt) this.#interrupt ??= error;
    let cancellation = error instanceof CancelledError ? error : null;
    if (failed && !this.#aborting) this.#abort();
    while (this.#tasks.size > 0) {
      cancellation = (yield* this.#waitForTasks()) ?? cancellation;
    }
    cancellation = (yield* this.#waitForStragglers()) ?? cancellation;
    if (this.#interrupt !== null) throw this.#interrupt;
    const parent = this.#parent!;
    if (this.#parentCancelled && parent.uncancel() === 0) cancellation = null;
    if (cancellation !== null && this.#errors.length === 0) throw cancellation;
    if (failed && !(error instanceof CancelledError)) this.#errors.push(error);
    if (this.#errors.length === 0) return;
    if (parent.cancelling() > 0) {
      // The errors go first, but the cancellation from outside must not be forgotten.
      parent.uncancel();
      parent.cancel();
    }
    throw new ExceptionGroup("unhandled errors in a TaskGroup", this.#errors);
  }

  /** Waits once. The wait may end early, and more than once, because the parent is cancelled. */
  *#waitForTasks(): Coroutine<CancelledError | null> {
    const completed = this.#completed = new StandIn<void>(this.#tasks, this.#loop!);
    try {
      yield* completed;
      return null;
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      if (this.#aborting) return null;
      this.#abort();
      return error;
    } finally {
      this.#completed = null;
    }
  }

  /** Tasks that are done may have left functions behind that go on. */
  *#waitForStragglers(): Coroutine<CancelledError | null> {
    const within = this.#section!;
    try {
      if (within.leftBehind > 0) yield* within.left();
      return null;
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      return error;
    } finally {
      within.exit();
    }
  }

  #abort(): void {
    this.#aborting = true;
    for (const task of this.#tasks) if (!task.done()) task.cancel();
  }

  // CPython: Lib/asyncio/taskgroups.py, TaskGroup._on_task_done
  readonly #onTaskDone = (future: Future<unknown>): void => {
    const task = future as Task<unknown>;
    this.#tasks.delete(task);
    if (this.#completed !== null && this.#tasks.size === 0 && !this.#completed.done()) {
      this.#completed.setResult();
    }
    if (!hasFailed(task)) return;
    const error = raised(task.exception());
    this.#errors.push(error);
    if (error instanceof KeyboardInterrupt) this.#interrupt ??= error;
    this.#onTaskFailed(task, error);
  };

  #onTaskFailed(task: Task<unknown>, exception: unknown): void {
    const parent = this.#parent;
    if (parent === null || parent.done()) {
      this.#loop!.callExceptionHandler({
        message: `Task ${task} has errored out but its parent task ${parent} is already completed`,
        exception,
        task,
      });
      return;
    }
    if (this.#aborting || this.#parentCancelled) return;
    // The parent may be anywhere in its body: cancel it there. aexit() takes that back.
    this.#abort();
    this.#parentCancelled = true;
    parent.cancel();
  }

  /** Python's repr: `<TaskGroup tasks=2 entered>`. */
  toString(): string {
    const words = ["TaskGroup"];
    if (this.#tasks.size > 0) words.push(`tasks=${this.#tasks.size}`);
    if (this.#errors.length > 0) words.push(`errors=${this.#errors.length}`);
    if (this.#aborting) words.push("cancelling");
    else if (this.#entered) words.push("entered");
    return `<${words.join(" ")}>`;
  }
}
