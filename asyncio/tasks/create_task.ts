// Copyright 2026 the asyncio authors. MIT license.

import {
  type Coroutine,
  type CoroutineFunction,
  type CreateTaskOptions,
  getRunningLoop,
  type Task,
} from "../../coroutines/mod.ts";

/**
 * Starts a coroutine as a task of the running loop: it takes its first step in the loop's next turn.
 *
 * A task that nobody waits for runs on by itself; its error is then reported to the loop's exception
 * handler. Prefer a `TaskGroup` where the tasks have an end in common.
 *
 * @typeParam T Type of what the coroutine returns.
 * @param coro The coroutine, or a coroutine function, to be called by the task.
 * @param options The `name` and `context`, and whether to start it eagerly.
 * @returns The task.
 * @throws {RuntimeError} If no loop is running.
 * @throws {TypeError} If `coro` is neither; a promise, say, which has started outside any task.
 *
 * @example Usage
 * ```ts
 * import { createTask, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const quick = createTask(sleep(0.001, "quick"), { name: "quick" });
 *   const slow = createTask(async () => await sleep(0.002, "slow"));
 *   assertEquals([yield* slow, yield* quick], ["slow", "quick"]);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task}
 */
export function createTask<T>(
  coro: Coroutine<T> | CoroutineFunction<T>,
  options?: CreateTaskOptions,
): Task<T> {
  return getRunningLoop().createTask(coro, options);
}
