// Copyright 2026 the asyncio authors. MIT license.

/** The tasks of a loop at one moment, as plain data: it can be sent to another process. */

import {
  type AbstractEventLoop,
  allTasks,
  awaiters,
  type Future,
  type StackFrame,
  suspendedStack,
  Task,
  waitedFor,
  waitingSince,
} from "../../coroutines/mod.ts";

/** A task, where it waits, and who waits for it. */
export interface TaskState {
  readonly id: number;
  readonly name: string;
  /** The functions in which it waits, innermost first: `name` or `name file:line`. */
  readonly stack: readonly string[];
  /** The tasks that wait for it. */
  readonly awaitedBy: readonly number[];
  /** What it waits for, as text. */
  readonly waitsFor: readonly string[];
  /** For how many seconds it has waited, as far as it is known. */
  readonly seconds: number | null;
}

/** The tasks of a loop that are not done, in the order in which they were created. */
export function statesOf(loop: AbstractEventLoop): TaskState[] {
  const tasks = [...allTasks(loop)];
  const ids = new Map<Future<unknown>, number>(tasks.map((task, i) => [task, i + 1]));
  const awaitedBy = awaiters(loop);
  return tasks.map((task) => ({
    id: ids.get(task)!,
    name: task.getName(),
    stack: suspendedStack(task).map(describeFrame),
    awaitedBy: [...awaitedBy.get(task) ?? []].flatMap((one) => ids.get(one) ?? []),
    waitsFor: waitedFor(task).map(describeFuture),
    seconds: secondsSince(waitingSince(task)),
  }));
}

/** One function of a stack, as CPython's tools show it. */
export function describeFrame({ function: name, file, line }: StackFrame): string {
  return file === undefined ? name : `${name} ${file}:${line}`;
}

function describeFuture(future: Future<unknown>): string {
  return future instanceof Task ? `task ${future.getName()}` : String(future);
}

function secondsSince(time: number | null): number | null {
  return time === null ? null : (performance.now() - time) / 1000;
}
