// Copyright 2026 the asyncio authors. MIT license.

import { type Coroutine, Task, type TaskFactory, type TaskOptions } from "../../coroutines/mod.ts";

/**
 * A class of tasks.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.create_eager_task_factory}
 */
export type TaskClass = new <T>(coro: Coroutine<T>, options: TaskOptions) => Task<T>;

/**
 * Makes a task factory that starts tasks of a class eagerly.
 *
 * @param taskClass `Task`, or a subclass.
 * @returns The factory, for `loop.setTaskFactory()`.
 *
 * @example Usage
 * ```ts
 * import { createEagerTaskFactory, createTask, getRunningLoop, run, Task } from "@asyncio/asyncio";
 * import { assert, assertInstanceOf } from "@std/assert";
 *
 * class MyTask<T> extends Task<T> {}
 *
 * await run(function* () {
 *   getRunningLoop().setTaskFactory(createEagerTaskFactory(MyTask));
 *   const task = createTask(function* () {});
 *   assertInstanceOf(task, MyTask);
 *   assert(task.done());
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.create_eager_task_factory}
 */
// CPython: Lib/asyncio/tasks.py, create_eager_task_factory
export function createEagerTaskFactory(taskClass: TaskClass): TaskFactory {
  return (loop, coro, options) =>
    new taskClass(coro, { ...options, loop, eagerStart: options.eagerStart ?? true });
}

/**
 * A task factory that starts tasks eagerly: each runs to its first wait at once, within the call
 * that creates it. One that never waits is then done, and the loop is spared a turn.
 *
 * An async function runs to its first `await`, too; but its task is done at the earliest when the
 * engine has told so.
 *
 * @example Usage
 * ```ts
 * import { createTask, eagerTaskFactory, getRunningLoop, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   getRunningLoop().setTaskFactory(eagerTaskFactory);
 *   const task = createTask(function* () {
 *     return "cached";
 *   });
 *   assertEquals(task.result(), "cached");
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.eager_task_factory}
 */
export const eagerTaskFactory: TaskFactory = createEagerTaskFactory(Task);
