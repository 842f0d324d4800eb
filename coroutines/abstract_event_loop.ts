// Copyright 2026 the asyncio authors. MIT license.

import type { Coroutine } from "./coroutine_type.ts";

/**
 * What a loop tells about an error that it could give to nobody.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_exception_handler}
 */
export interface ExceptionContext {
  /** What happened. */
  message: string;
  /** The error. */
  exception?: unknown;
  /** The future concerned. */
  future?: unknown;
  /** The task concerned. */
  task?: unknown;
  /** The handle whose callback failed. */
  handle?: unknown;
  /** The protocol concerned. */
  protocol?: unknown;
  /** The transport concerned. */
  transport?: unknown;
  /** The socket concerned. */
  socket?: unknown;
  /** The asynchronous generator concerned. */
  asyncgen?: unknown;
  /** Whatever else the caller wants to tell. */
  [detail: string]: unknown;
}

/**
 * What futures, tasks and handles need of the loop they belong to.
 *
 * @example Usage
 * ```ts
 * import { AbstractEventLoop, newEventLoop } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * const loop = newEventLoop();
 * assertInstanceOf(loop, AbstractEventLoop);
 * loop.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.AbstractEventLoop}
 */
export abstract class AbstractEventLoop {
  /** The loop's time in seconds. */
  abstract time(): number;
  /** Whether the loop runs. */
  abstract isRunning(): boolean;
  /** Whether the loop was closed. */
  abstract isClosed(): boolean;
  /** Whether the loop is in debug mode. */
  abstract getDebug(): boolean;
  /** Hands an error that belongs to nobody to the exception handler. */
  abstract callExceptionHandler(context: ExceptionContext): void;
  /** Calls `fn(...args)` in the next turn. */
  abstract callSoon<A extends unknown[]>(
    fn: (...args: A) => unknown,
    ...args: A
  ): { cancel(): void };
  /** Calls `fn(...args)` in `delay` seconds. */
  abstract callLater<A extends unknown[]>(
    delay: number,
    fn: (...args: A) => unknown,
    ...args: A
  ): { cancel(): void };
  /** Makes a task of a coroutine. */
  abstract createTask<T>(coro: Coroutine<T>): PromiseLike<T>;
}
