// Copyright 2026 the asyncio authors. MIT license.

/**
 * Waiting for one socket on behalf of one task: each operation is tried, and where it would block the
 * task waits until the selector reports the socket.
 *
 * CPython: Lib/asyncio/selector_events.py, BaseSelectorEventLoop.sock_recv and so on.
 */

import {
  BlockingIOError,
  type FileObj,
  type NonBlockingSocket,
  type SocketAddress,
  ValueError,
} from "../../selectors/mod.ts";
import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import { type Coroutine, coroutine } from "../tasks/coroutine.ts";
import { Future } from "../futures/future.ts";
import type { Handle } from "../futures/handle.ts";

type Watch = (fileobj: FileObj, fn: () => void) => Handle;

/** What the operations need of the loop. */
interface Watching extends AbstractEventLoop {
  addReader: Watch;
  removeReader(fileobj: FileObj): boolean;
  addWriter: Watch;
  removeWriter(fileobj: FileObj): boolean;
}

/** Waits until a socket can be read, or written. */
function* until(
  loop: Watching,
  able: "Reader" | "Writer",
  sock: NonBlockingSocket,
): Coroutine<void> {
  const ready = new Future<void>({ loop });
  const handle = loop[`add${able}`](sock, () => ready.done() || ready.setResult());
  try {
    yield* ready;
  } finally {
    // A cancelled handle has been replaced: whoever waits for the socket now goes on doing so.
    if (!handle.cancelled()) loop[`remove${able}`](sock);
  }
}

function checkNonBlocking(sock: NonBlockingSocket): void {
  if (sock.getblocking()) throw new ValueError("the socket must be non-blocking");
}

/** An operation that is tried again whenever the socket can be read: `null` says it would block. */
function reading<A extends unknown[], R>(
  name: string,
  attempt: (sock: NonBlockingSocket, ...args: A) => R | null,
) {
  const operation = {
    *[name](loop: Watching, sock: NonBlockingSocket, ...args: A): Coroutine<R> {
      checkNonBlocking(sock);
      for (;;) {
        const result = attempt(sock, ...args);
        if (result !== null) return result;
        yield* until(loop, "Reader", sock);
      }
    },
  };
  return coroutine(operation[name]!);
}

export const recv = reading("sockRecv", (sock, size: number) => sock.tryRecv(size));
export const recvInto = reading("sockRecvInto", (sock, to: Uint8Array) => sock.tryRecvInto(to));
export const accept = reading("sockAccept", (sock) => sock.tryAccept());

const encoder = new TextEncoder();

export const sendall = coroutine(function* sockSendall(
  loop: Watching,
  sock: NonBlockingSocket,
  data: Uint8Array | string,
): Coroutine<void> {
  checkNonBlocking(sock);
  const bytes = typeof data === "string" ? encoder.encode(data) : data;
  for (let sent = 0; sent < bytes.length;) {
    const size = sock.trySend(bytes.subarray(sent));
    if (size === null) yield* until(loop, "Writer", sock);
    else sent += size;
  }
});

export const connect = coroutine(function* sockConnect(
  loop: Watching,
  sock: NonBlockingSocket,
  address: SocketAddress,
): Coroutine<void> {
  checkNonBlocking(sock);
  try {
    sock.connect(address);
  } catch (error) {
    if (!(error instanceof BlockingIOError)) throw error;
    yield* until(loop, "Writer", sock);
    if (sock.error !== null) throw sock.error;
  }
});
