// Copyright 2026 the asyncio authors. MIT license.

/**
 * One suite, several loops, as uvloop tests itself beside asyncio: a module of tests takes what it
 * registers them with from `suite()` of `_suite.ts`, and is loaded once for each kind of loop.
 */

import {
  type BaseSelector,
  DenoSelector,
  EpollSelector,
  NativeSocket,
  type NonBlockingSocket,
  PollSelector,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  Socket,
  type SocketAddress,
} from "@asyncio/asyncio/selectors";

/** What `Socket` and `NativeSocket` have in common. */
export interface TestSocket extends NonBlockingSocket, Disposable {
  accept(): [TestSocket, SocketAddress];
}

/** What loops are made of. */
export interface LoopKind {
  /** Distinguishes the names of the tests; empty for the usual loop. */
  readonly label: string;
  /** Whether its sockets are the operating system's. */
  readonly isNative: boolean;
  newSelector(): BaseSelector;
  /** A socket as users make it, non-blocking. */
  newSocket(family?: number, type?: number): TestSocket;
}

export const DENO_LOOP: LoopKind = {
  label: "",
  isNative: false,
  newSelector: () => new DenoSelector(),
  newSocket: (family, type) => new Socket(family, type),
};

export const EPOLL_LOOP: LoopKind = {
  label: "epoll",
  isNative: true,
  newSelector: () => new EpollSelector(),
  newSocket: (family, type) => new NativeSocket(family, (type ?? SOCK_STREAM) | SOCK_NONBLOCK),
};

export const POLL_LOOP: LoopKind = {
  ...EPOLL_LOOP,
  label: "poll",
  newSelector: () => new PollSelector(),
};

let current = DENO_LOOP;

/** The kind of loop that tests registered now are for. */
export function loopKind(): LoopKind {
  return current;
}

/** Loads modules of tests, whose suites are for a kind of loop. */
export async function onLoops(kind: LoopKind, load: () => Promise<unknown>): Promise<void> {
  current = kind;
  try {
    await load();
  } finally {
    current = DENO_LOOP;
  }
}
