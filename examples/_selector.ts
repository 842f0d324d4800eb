// Copyright 2026 the asyncio authors. MIT license.

/**
 * The option `--selector`: what a program, or its loop, watches its sockets by.
 *
 * @module
 */

import { type EventLoop, newEventLoop } from "@asyncio/asyncio";
import {
  type BaseSelector,
  DenoSelector,
  EpollSelector,
  KqueueSelector,
  NativeSocket,
  PollSelector,
  SelectSelector,
  Socket,
} from "@asyncio/asyncio/selectors";
import type { Option } from "./_options.ts";

/** What a loop may watch its sockets by. All but the first need `--allow-ffi`. */
const SELECTORS = {
  deno: DenoSelector,
  select: SelectSelector,
  poll: PollSelector,
  epoll: EpollSelector,
  kqueue: KqueueSelector,
};

/** The name of a selector. */
export type SelectorName = keyof typeof SELECTORS;

/** A socket of Deno's, or of the operating system's. */
export type AnySocket = Socket | NativeSocket;

/** By which selector the program's loop is to watch its sockets. */
export function selector(): Option<SelectorName> {
  const read = (text: string) => {
    return Object.hasOwn(SELECTORS, text) ? text as SelectorName : undefined;
  };
  return { default: "deno", rule: `one of ${Object.keys(SELECTORS).join(", ")}`, read };
}

/** How to run on a loop with that selector: what `asyncio.run()` takes. */
export function on(name: SelectorName): { loopFactory: () => EventLoop } {
  return { loopFactory: () => newEventLoop({ selector: new SELECTORS[name]() }) };
}

/** For programs without a loop: such a selector, and a new socket of the kind that it watches. */
export function select<D>(
  name: SelectorName,
): { selector: BaseSelector<D, AnySocket>; socket: AnySocket } {
  const selector = new SELECTORS[name]<D, AnySocket>();
  return { selector, socket: name === "deno" ? new Socket() : new NativeSocket() };
}
