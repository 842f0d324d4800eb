// Copyright 2026 the asyncio authors. MIT license.

/**
 * The event loop, and what runs on it: callbacks, timers, futures, tasks and coroutines.
 *
 * This layer names nothing of Deno's: it runs in Node, Bun and browsers as well.
 *
 * @example A loop by hand
 * ```ts
 * import { newEventLoop, sleep } from "@asyncio/asyncio/coroutines";
 * import { assertEquals } from "@std/assert";
 *
 * const loop = newEventLoop();
 * const task = loop.createTask(sleep(0.001, "done"));
 * assertEquals(await loop.runUntilComplete(task), "done");
 * loop.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-llapi-index.html}
 *
 * @module
 */

export { AbstractEventLoop, type ExceptionContext } from "./abstract_event_loop.ts";
export { callInTask } from "./tasks/_async_call.ts";
export {
  BaseEventLoop,
  type EventLoopOptions,
  type ExceptionHandler,
  type TaskFactory,
} from "./loops/base_event_loop.ts";
export {
  joinedBy,
  runningStack,
  suspendedStack,
  suspension,
  waitedFor,
  waitingSince,
} from "./tasks/call_stack.ts";
export {
  type Clock,
  MonotonicClock,
  VirtualClock,
  type VirtualClockOptions,
} from "./turns/clock.ts";
export { Context, ContextVar, type ContextVarOptions, copyContext, Token } from "./context.ts";
export {
  type Awaitable,
  type Coroutine,
  coroutine,
  type CoroutineFunction,
  type CoroutineObject,
  isClaimed,
  iscoroutine,
  iscoroutinefunction,
  markcoroutinefunction,
  primitive,
  type Result,
} from "./tasks/coroutine.ts";
export { ensureFuture, type EnsureFutureOptions, wrapFuture } from "./tasks/ensure_future.ts";
export * from "./errors.ts";
export { type Section, section } from "./futures/_extent.ts";
export { getEventLoop, getRunningLoop, newEventLoop, setEventLoop } from "./loops/events.ts";
export { fromPromise, type FromPromiseOptions } from "./futures/from_promise.ts";
export {
  type AddDoneCallbackOptions,
  type DoneCallback,
  Future,
  type FutureOptions,
  hasFailed,
  isfuture,
} from "./futures/future.ts";
export { Handle, TimerHandle } from "./futures/handle.ts";
export { inspectAsText, repr } from "../selectors/mod.ts";
export { EventLoop, SelectorEventLoop } from "./loops/selector_event_loop.ts";
export { type LoopObserver, observe } from "./loops/observer.ts";
export { PrimitiveCoroutine } from "./tasks/primitive_coroutine.ts";
export { isSleep, sleep } from "./tasks/sleep.ts";
export type { StackFrame } from "./_stacks.ts";
export type { TimerPrecision } from "./turns/_waits.ts";
export { standsFor } from "./futures/_waitable.ts";
export {
  allTasks,
  type CreateTaskOptions,
  currentTask,
  type PrintStackOptions,
  type StackOptions,
  Task,
  type TaskOptions,
} from "./tasks/task.ts";
