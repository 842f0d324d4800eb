// Copyright 2026 the asyncio authors. MIT license.

/** The tasks of a loop at one moment, as plain data: it can be sent to another process. */

import {
  type AbstractEventLoop,
  allTasks,
  type Future,
  isSleep,
  type StackFrame,
  suspendedStack,
  Task,
  waitedFor,
  waitingSince,
} from "../../coroutines/mod.ts";
import { queuedAt } from "../sync/_waiting_line.ts";
import { awaiters } from "../tasks/awaited_by.ts";
import { idOf } from "./_id.ts";

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

/**
 * The tasks of a loop that are not done, in the order in which they were created.
 *
 * @param most How many at the most; the last says how many more there are.
 */
export function statesOf(loop: AbstractEventLoop, most: number = Infinity): TaskState[] {
  const all = [...allTasks(loop)];
  const states = statesAmong(all.slice(0, most), loop);
  if (all.length > most) {
    const name = `... and ${all.length - most} more tasks`;
    states.push({ id: 0, name, stack: [], awaitedBy: [], waitsFor: [], seconds: null });
  }
  return states;
}

function statesAmong(tasks: readonly Task<unknown>[], loop: AbstractEventLoop): TaskState[] {
  const ids = new Map<Future<unknown>, number>(tasks.map((task, i) => [task, i + 1]));
  const awaitedBy = awaiters(loop);
  return tasks.map((task) => ({
    id: ids.get(task)!,
    name: task.getName(),
    stack: suspendedStack(task).map(describeFrame),
    awaitedBy: [...awaitedBy.get(task) ?? []].flatMap((one) => ids.get(one) ?? []),
    waitsFor: waitedFor(task).map((future) => describeWait(future)),
    seconds: secondsSince(waitingSince(task)),
  }));
}

/** Whether a value, which another process has sent, is a {@linkcode TaskState}. */
export function isTaskState(value: unknown): value is TaskState {
  const { id, name, stack, awaitedBy, waitsFor, seconds } = Object(value) as Partial<TaskState>;
  const isListOf = (list: unknown, type: string) =>
    Array.isArray(list) && list.every((one) => typeof one === type);
  return typeof id === "number" && typeof name === "string" && isListOf(stack, "string") &&
    isListOf(awaitedBy, "number") && isListOf(waitsFor, "string") &&
    (seconds === null || typeof seconds === "number");
}

/** One function of a stack, as CPython's tools show it. */
export function describeFrame({ function: name, file, line }: StackFrame): string {
  return file === undefined ? name : `${name} ${file}:${line}`;
}

/**
 * What a task waits for, in a few words: `task worker`, `sleep()`, `get() of Queue 0x2`; as for what the
 * library knows nothing of, `other` tells.
 */
export function describeWait(
  future: object,
  other: (future: object) => string = (future) => String(future),
): string {
  if (future instanceof Task) return `task ${future.getName()}`;
  if (isSleep(future)) return "sleep()";
  const queued = queuedAt(future);
  if (queued === null) return other(future);
  return `${queued.call}() of ${queued.owner.constructor.name} ${idOf(queued.owner)}`;
}

function secondsSince(time: number | null): number | null {
  return time === null ? null : (performance.now() - time) / 1000;
}
