// Copyright 2026 the asyncio authors. MIT license.

import {
  DevpollSelector,
  EpollSelector,
  KqueueSelector,
  type NativeSelector,
  PollSelector,
  SelectSelector,
} from "../selectors/mod.ts";
import type { EventLoopOptions } from "../coroutines/mod.ts";
import { EventLoop } from "./event_loop.ts";
import { isNotSupported } from "./_net.ts";

/** The native selectors, best first, as CPython's `DefaultSelector` prefers them. */
const SELECTORS = [EpollSelector, KqueueSelector, DevpollSelector, PollSelector, SelectSelector];

/**
 * Options of {@linkcode nativeEventLoop}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.SelectorEventLoop}
 */
export type NativeEventLoopOptions = Omit<EventLoopOptions, "selector">;

/**
 * Makes a loop on the operating system's own sockets, which it watches by the best selector that the
 * system has: `epoll` on Linux, `kqueue` on macOS. It needs `--allow-ffi`, and no other permission for
 * its sockets.
 *
 * It does all that other loops do, and what Deno's sockets cannot: `localAddr`, datagrams without a
 * flag, any socket option. Deno's own timers, fetches and listeners go on beside it. Its connections
 * are `NativeSocket`s; a `Socket` of Deno's is none that it can watch.
 *
 * @param options `clock`, `debug`, `timerPrecision`.
 * @returns The loop. It is the caller's to run and to close.
 * @throws {Deno.errors.NotSupported} If there are no such selectors for the system.
 * @throws {Deno.errors.NotCapable} If `--allow-ffi` is missing.
 *
 * @example Usage
 * ```ts
 * import { nativeEventLoop, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * if (Deno.build.os !== "windows") {
 *   assertEquals(await run(sleep(0.001, 42), { loopFactory: nativeEventLoop }), 42);
 * }
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.SelectorEventLoop}
 */
export function nativeEventLoop(options: NativeEventLoopOptions = {}): EventLoop {
  return new EventLoop({ ...options, selector: newNativeSelector() });
}

// CPython: Lib/selectors.py, _can_use
function newNativeSelector(): NativeSelector {
  let refusal: unknown;
  for (const Selector of SELECTORS) {
    try {
      return new Selector();
    } catch (error) {
      if (!isNotSupported(error)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}
