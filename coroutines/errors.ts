// Copyright 2026 the asyncio authors. MIT license.

/**
 * The exceptions of the event loop and its tasks.
 *
 * Each carries its own name on its prototype, so that it shows in stack traces and
 * `Deno.inspect` without an own property of its own.
 *
 * @module
 */

import { OSError, RuntimeError } from "../selectors/mod.ts";

export { RuntimeError };

/**
 * Python's `NotImplementedError`: an abstract method that no subclass has provided.
 *
 * @example Usage
 * ```ts
 * import { NotImplementedError, RuntimeError } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * assertInstanceOf(new NotImplementedError("later"), RuntimeError);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/exceptions.html#NotImplementedError}
 */
export class NotImplementedError extends RuntimeError {
  static {
    this.prototype.name = "NotImplementedError";
  }
}

/**
 * The work was cancelled.
 *
 * Thrown into a task at the point where it waits, when somebody calls `task.cancel()`. It is meant
 * to travel: release what you hold and rethrow it. JavaScript's `catch` catches it together with
 * every other error, so a broad `catch` starts with `if (error instanceof CancelledError) throw error;`.
 *
 * `message` is the text given to `cancel(message)`, `""` for none.
 *
 * @example Usage
 * ```ts
 * import { CancelledError, createTask, run, sleep } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(
 *   () =>
 *     run(function* () {
 *       const task = createTask(sleep(3600));
 *       task.cancel("enough");
 *       yield* task;
 *     }),
 *   CancelledError,
 * );
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.CancelledError}
 */
export class CancelledError extends Error {
  static {
    this.prototype.name = "CancelledError";
  }
}

/**
 * A future was asked for what it does not have yet, or told what it already knows.
 *
 * @example Usage
 * ```ts
 * import { Future, InvalidStateError, newEventLoop } from "@asyncio/asyncio";
 * import { assertThrows } from "@std/assert";
 *
 * const loop = newEventLoop();
 * assertThrows(() => new Future({ loop }).result(), InvalidStateError, "Result is not set.");
 * loop.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.InvalidStateError}
 */
export class InvalidStateError extends Error {
  static {
    this.prototype.name = "InvalidStateError";
  }
}

/**
 * The time given was not enough. An `OSError`, as in Python.
 *
 * @example Usage
 * ```ts
 * import { run, sleep, TimeoutError, waitFor } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => run(waitFor(sleep(3600), 0.001)), TimeoutError);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.TimeoutError}
 */
export class TimeoutError extends OSError {
  static {
    this.prototype.name = "TimeoutError";
  }
}

/**
 * The user asked the program to stop (Ctrl-C). `run()` rejects with it after SIGINT.
 *
 * It passes through the loop: a callback or a task that throws it stops the loop, and
 * `runForever()` or `runUntilComplete()` rejects with it.
 *
 * @example Usage
 * ```ts
 * import { KeyboardInterrupt } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new KeyboardInterrupt().name, "KeyboardInterrupt");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/exceptions.html#KeyboardInterrupt}
 */
export class KeyboardInterrupt extends Error {
  static {
    this.prototype.name = "KeyboardInterrupt";
  }
}

/**
 * An asynchronous iterator has no further value; thrown by `anext()`.
 *
 * @example Usage
 * ```ts
 * import { anext, run, StopAsyncIteration } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * async function* nothing() {}
 * await assertRejects(() => run(anext(nothing())), StopAsyncIteration);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/exceptions.html#StopAsyncIteration}
 */
export class StopAsyncIteration extends Error {
  static {
    this.prototype.name = "StopAsyncIteration";
  }
}

/**
 * A coroutine is being closed before its end: what a context manager hears of its body then.
 *
 * CPython throws it into a coroutine. JavaScript's `return()` throws nothing, so it reaches the
 * `aexit()` of `asyncWith()` and nobody else.
 *
 * @example Usage
 * ```ts
 * import { asyncWith, type Coroutine, GeneratorExit, run } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * let seen: unknown;
 * const manager = {
 *   *aenter(): Coroutine<void> {},
 *   *aexit(error?: unknown): Coroutine<void> {
 *     seen = error;
 *   },
 * };
 * await run(function* () {
 *   const coro = asyncWith(manager, function* () {
 *     yield;
 *   });
 *   coro.next();
 *   coro.return(undefined);
 *   assertInstanceOf(seen, GeneratorExit);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/exceptions.html#GeneratorExit}
 */
export class GeneratorExit extends Error {
  static {
    this.prototype.name = "GeneratorExit";
  }
}
