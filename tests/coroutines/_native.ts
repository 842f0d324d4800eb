// Copyright 2026 the asyncio authors. MIT license.

/** Helpers for tests that are async functions themselves. */

import {
  type ExceptionContext,
  newEventLoop,
  type SelectorEventLoop,
  sleep,
  VirtualClock,
} from "@asyncio/asyncio/coroutines";
import { assertInstanceOf } from "@std/assert";

/** Lets the loop turn so many times. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await sleep(0);
}

/** Lets the host turn a few times, so that all that it can finish by itself is finished. */
export async function host(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Waits for a promise to be rejected. Unlike `assertRejects` it takes no microtask of its own. */
export async function failure(promise: PromiseLike<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    assertInstanceOf(error, Error);
    return error;
  }
  throw new Error("it did not fail");
}

/** Runs `fn` and gives what went to the exception handler and to the host as unhandled. */
export async function watch(
  fn: (loop: SelectorEventLoop) => Promise<void>,
  milliseconds = 0,
): Promise<{ reported: ExceptionContext[]; unhandled: unknown[] }> {
  const unhandled: unknown[] = [];
  const onUnhandled = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", onUnhandled);
  const loop = newEventLoop({ clock: new VirtualClock({ autojump: true }) });
  const reported: ExceptionContext[] = [];
  loop.setExceptionHandler((_, context) => reported.push(context));
  try {
    await loop.runUntilComplete(() => fn(loop));
    loop.close();
    await host();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  } finally {
    globalThis.removeEventListener("unhandledrejection", onUnhandled);
  }
  return { reported, unhandled };
}
