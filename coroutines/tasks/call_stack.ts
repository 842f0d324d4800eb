// Copyright 2026 the asyncio authors. MIT license.

/** What a task waits for, and where: put together from its coroutine and the functions it has called. */

import { AsyncCall } from "./_async_call.ts";
import { coroutineName } from "../futures/_claim.ts";
import { CoroutineAwait } from "./_coroutine_await.ts";
import { Driver } from "./_driver.ts";
import { joiningTask } from "../futures/_extent.ts";
import { Future, isfuture } from "../futures/future.ts";
import { current, nativeFrame } from "../_running.ts";
import {
  currentStack,
  placeOf,
  sinceOf,
  type StackFrame,
  stackOfDriver,
  type StackPart,
  unplaced,
} from "../_stacks.ts";
import type { Waitable } from "../futures/_waitable.ts";

const NAMELESS = "<generator>";

/**
 * The functions in which a task waits, innermost first.
 *
 * In debug mode each has its file and its line; else it is the outermost alone, and only its name.
 *
 * @param task The task, suspended.
 * @returns The stack; nothing if the task is done.
 *
 * @example Usage
 * ```ts
 * import { createTask, run, sleep } from "@asyncio/asyncio";
 * import { suspendedStack } from "@asyncio/asyncio/coroutines";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const task = createTask(sleep(0));
 *   assertEquals(suspendedStack(task).map((frame) => frame.function), ["sleep"]);
 *   yield* task;
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-graph.html}
 */
export function suspendedStack(task: Future<unknown>): StackFrame[] {
  return suspension(task)();
}

/**
 * The functions in which a task waits, as {@linkcode suspendedStack} gives them, to be asked for later:
 * that takes a microsecond or two, where to make them takes fifty.
 *
 * @param task The task, suspended.
 * @returns What gives the stack, as it is now.
 *
 * @example Usage
 * ```ts
 * import { createTask, run, sleep } from "@asyncio/asyncio";
 * import { suspension } from "@asyncio/asyncio/coroutines";
 * import { assertEquals } from "@std/assert";
 *
 * const stack = await run(function* () {
 *   return suspension(createTask(sleep(0)));
 * });
 * assertEquals(stack().map((frame) => frame.function), ["sleep"]);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-graph.html}
 */
export function suspension(task: Future<unknown>): () => StackFrame[] {
  if (task.done() || !(task instanceof Driver)) return () => [];
  const parts = stackOf(task);
  return joined(parts.length > 0 ? parts : [outermost(task)]);
}

function joined(parts: StackPart[]): () => StackFrame[] {
  return () => parts.flatMap((part) => part());
}

/** All that is known without notes. */
function outermost(task: Driver<unknown>): StackPart {
  const coro = (task as { getCoro?(): object | null }).getCoro?.() ?? null;
  const name = coro === null ? undefined : coroutineName(coro);
  return () => coro === null ? [] : [unplaced(name ?? NAMELESS)];
}

function stackOf(driver: Driver<unknown>): StackPart[] {
  const { waiter } = driver;
  const inner = waiter instanceof AsyncCall ? stackOfCall(waiter) : [];
  return [...inner, ...stackOfDriver(driver, waiter)];
}

function stackOfCall(call: AsyncCall<unknown>): StackPart[] {
  const [wait] = call.pendingAwaits();
  // It awaits a promise of the host's, of which nothing is known.
  if (wait === undefined) return [() => [unplaced(coroutineName(call) ?? NAMELESS)]];
  return [...(wait instanceof Driver ? stackOf(wait) : []), ...placeOf(wait)];
}

/**
 * The functions of the current task in which the running code is, innermost first. Code that runs is
 * found in debug mode or not; the functions around one that has waited before, only in debug mode.
 *
 * @param above The function whose caller is the first.
 * @returns The stack.
 *
 * @example Usage
 * ```ts
 * import { run } from "@asyncio/asyncio";
 * import { runningStack } from "@asyncio/asyncio/coroutines";
 * import { assertEquals } from "@std/assert";
 *
 * const where = () => runningStack(where)[0]?.function;
 * await run(function* main() {
 *   assertEquals(where(), "main");
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-graph.html}
 */
export function runningStack(above: (...args: never[]) => unknown): StackFrame[] {
  const frames = currentStack(above);
  const { frame } = current;
  // Outside a step it is an async function that goes on: whatever else is on the stack, it has called.
  if (frame === null) return [...goneOn(frames), ...joined(aroundFunction(nativeFrame()))()];
  if (!(frame instanceof CoroutineAwait)) return frames;
  const isFirstStep = !frame.frame.awaits(frame);
  return [...frames, ...joined(isFirstStep ? aroundFunction(frame.frame) : around(frame))()];
}

function goneOn(frames: StackFrame[]): StackFrame[] {
  return frames.map((frame, i) => i < frames.length - 1 ? frame : { ...frame, isAsync: true });
}

/** The functions around a coroutine that is awaited. */
function around(driver: Driver<unknown>): StackPart[] {
  if (!(driver instanceof CoroutineAwait)) return [];
  return [...placeOf(driver), ...aroundFunction(driver.frame)];
}

/** The coroutines around an async function. */
function aroundFunction(call: unknown): StackPart[] {
  const driver = call instanceof AsyncCall ? call.driver : null;
  if (driver === null) return [];
  return [...stackOfDriver(driver, driver.waiter), ...around(driver)];
}

/**
 * What a task waits for: usually one future; an async function may wait for several at once.
 *
 * @param task The task.
 * @returns The futures; none if it is done, or ready, or awaits a promise of the host's.
 *
 * @example Usage
 * ```ts
 * import { createTask, Future, run, sleep } from "@asyncio/asyncio";
 * import { waitedFor } from "@asyncio/asyncio/coroutines";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const future = new Future<void>();
 *   const task = createTask(async () => await future);
 *   yield* sleep(0);
 *   assertEquals(waitedFor(task), [future]);
 *   future.setResult();
 *   yield* task;
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-graph.html}
 */
export function waitedFor(task: Future<unknown>): Future<unknown>[] {
  return task.done() || !(task instanceof Driver) ? [] : [...futuresOf(task.waiter)];
}

/**
 * Since when a task waits, in debug mode.
 *
 * @param task The task.
 * @returns The time, in milliseconds as `performance.now()` tells it; `null` if it is not known.
 *
 * @example Usage
 * ```ts
 * import { createTask, Future, run, sleep } from "@asyncio/asyncio";
 * import { waitingSince } from "@asyncio/asyncio/coroutines";
 * import { assert } from "@std/assert";
 *
 * await run(function* () {
 *   const task = createTask(function* () {
 *     yield* sleep(0.001);
 *   });
 *   yield* sleep(0);
 *   assert(waitingSince(task)! <= performance.now());
 *   yield* task;
 * }, { debug: true });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-graph.html}
 */
export function waitingSince(task: Future<unknown>): number | null {
  return task.done() || !(task instanceof Driver) ? null : sinceIn(task);
}

function sinceIn(driver: Driver<unknown>): number | null {
  const { waiter } = driver;
  const wait = waiter instanceof AsyncCall ? waiter.pendingAwaits()[0] : undefined;
  if (wait === undefined) return sinceOf(driver, waiter);
  return wait instanceof Driver ? sinceIn(wait) : sinceOf(wait, null);
}

function* futuresOf(waiter: Waitable | null): Generator<Future<unknown>> {
  if (waiter instanceof Future) yield waiter;
  if (!(waiter instanceof AsyncCall)) return;
  for (const wait of waiter.pendingAwaits()) yield* futuresOf(wait.waiter);
}

/**
 * By whom a task is awaited that nobody waits for by an `await`: one of a group is by the task that has
 * opened the group, where that comes to its end.
 *
 * @param task The task.
 * @returns The other; `null` for none.
 *
 * @example Usage
 * ```ts
 * import { asyncWith, currentTask, run, sleep, TaskGroup } from "@asyncio/asyncio";
 * import { joinedBy } from "@asyncio/asyncio/coroutines";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   yield* asyncWith(new TaskGroup(), function* (group) {
 *     assertEquals(joinedBy(group.createTask(sleep(0))), currentTask());
 *   });
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-graph.html}
 */
export function joinedBy(task: Future<unknown>): Future<unknown> | null {
  const other = task instanceof Driver ? joiningTask(task) : null;
  return isfuture(other) ? other : null;
}
