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
export { callInTask } from "./_async_call.ts";
export {
  BaseEventLoop,
  type EventLoopOptions,
  type ExceptionHandler,
  type TaskFactory,
} from "./base_event_loop.ts";
export {
  joinedBy,
  runningStack,
  suspendedStack,
  suspension,
  waitedFor,
  waitingSince,
} from "./call_stack.ts";
export { type Clock, MonotonicClock, VirtualClock, type VirtualClockOptions } from "./clock.ts";
export { Context, ContextVar, type ContextVarOptions, copyContext, Token } from "./context.ts";
export {
  type Awaitable,
  type Coroutine,
  coroutine,
  type CoroutineFunction,
  type CoroutineObject,
  iscoroutine,
  iscoroutinefunction,
  primitive,
  type Result,
} from "./coroutine.ts";
export { ensureFuture, type EnsureFutureOptions, wrapFuture } from "./ensure_future.ts";
export * from "./errors.ts";
export { type Section, section } from "./_extent.ts";
export { getEventLoop, getRunningLoop, newEventLoop, setEventLoop } from "./events.ts";
export { fromPromise, type FromPromiseOptions } from "./from_promise.ts";
export {
  type AddDoneCallbackOptions,
  type DoneCallback,
  Future,
  type FutureOptions,
  hasFailed,
  isfuture,
} from "./future.ts";
export { Handle, TimerHandle } from "./handle.ts";
export { inspectAsText, repr } from "../selectors/mod.ts";
export { EventLoop, SelectorEventLoop } from "./selector_event_loop.ts";
export { type LoopObserver, observe } from "./observer.ts";
export { isSleep, sleep } from "./sleep.ts";
export type { StackFrame } from "./_stacks.ts";
export type { TimerPrecision } from "./_waits.ts";
export { standsFor } from "./_waitable.ts";
export {
  allTasks,
  type CreateTaskOptions,
  currentTask,
  type PrintStackOptions,
  type StackOptions,
  Task,
  type TaskOptions,
} from "./task.ts";
