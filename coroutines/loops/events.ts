// Copyright 2026 the asyncio authors. MIT license.

import { repr } from "../../selectors/mod.ts";
import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import type { EventLoopOptions } from "./base_event_loop.ts";
import { current, currentLoop, requireRunningLoop } from "../_running.ts";
import { SelectorEventLoop } from "./selector_event_loop.ts";

/**
 * Makes a loop. It is the caller's to run and to close.
 *
 * @param options `selector`, `clock`, `debug`, `strict`, `timerPrecision`, `trace`.
 * @returns The loop.
 *
 * @example Usage
 * ```ts
 * import { newEventLoop, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const loop = newEventLoop();
 * assertEquals(await loop.runUntilComplete(sleep(0.001, 42)), 42);
 * loop.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.new_event_loop}
 */
export function newEventLoop(options: EventLoopOptions = {}): SelectorEventLoop {
  return new SelectorEventLoop(options);
}

/**
 * The loop that runs the calling code: a task, a callback, or an async function of either.
 *
 * @returns The loop.
 * @throws {RuntimeError} If there is none.
 *
 * @example Usage
 * ```ts
 * import { getRunningLoop, run } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * await run(async () => assert(getRunningLoop().isRunning()));
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.get_running_loop}
 */
export function getRunningLoop(): SelectorEventLoop {
  return requireRunningLoop() as SelectorEventLoop;
}

/**
 * The running loop; where none runs, the one of `setEventLoop()`.
 *
 * @returns The loop.
 * @throws {RuntimeError} If there is neither.
 *
 * @example Usage
 * ```ts
 * import { getEventLoop, newEventLoop, setEventLoop } from "@asyncio/asyncio";
 * import { assertStrictEquals } from "@std/assert";
 *
 * const loop = newEventLoop();
 * setEventLoop(loop);
 * assertStrictEquals(getEventLoop(), loop);
 * setEventLoop(null);
 * loop.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.get_event_loop}
 */
export function getEventLoop(): SelectorEventLoop {
  return currentLoop() as SelectorEventLoop;
}

/**
 * Sets the loop that `getEventLoop()` answers where none runs.
 *
 * @param loop The loop, or `null` for none.
 * @throws {TypeError} If it is neither.
 *
 * @example Usage
 * ```ts
 * import { getEventLoop, RuntimeError, setEventLoop } from "@asyncio/asyncio";
 * import { assertThrows } from "@std/assert";
 *
 * setEventLoop(null);
 * assertThrows(() => getEventLoop(), RuntimeError, "no current event loop");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.set_event_loop}
 */
export function setEventLoop(loop: AbstractEventLoop | null | undefined): void {
  if (loop !== null && loop !== undefined && typeof loop.callSoon !== "function") {
    throw new TypeError(`loop must be an instance of AbstractEventLoop or None, not ${repr(loop)}`);
  }
  current.set = loop ?? null;
}
