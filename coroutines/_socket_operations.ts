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
} from "../selectors/mod.ts";
import type { AbstractEventLoop } from "./abstract_event_loop.ts";
import { type Coroutine, coroutine } from "./coroutine.ts";
import { Future } from "./future.ts";

/** What the operations need of the loop. */
interface Watching extends AbstractEventLoop {
  addReader(fileobj: FileObj, fn: () => void): unknown;
  removeReader(fileobj: FileObj): boolean;
  addWriter(fileobj: FileObj, fn: () => void): unknown;
  removeWriter(fileobj: FileObj): boolean;
}

function* readable(loop: Watching, sock: NonBlockingSocket): Coroutine<void> {
  const ready = new Future<void>({ loop });
  loop.addReader(sock, () => ready.done() || ready.setResult());
  try {
    yield* ready;
  } finally {
    loop.removeReader(sock);
  }
}

function* writable(loop: Watching, sock: NonBlockingSocket): Coroutine<void> {
  const ready = new Future<void>({ loop });
  loop.addWriter(sock, () => ready.done() || ready.setResult());
  try {
    yield* ready;
  } finally {
    loop.removeWriter(sock);
  }
}

function checkNonBlocking(sock: NonBlockingSocket): void {
  if (sock.getblocking()) throw new ValueError("the socket must be non-blocking");
}

export const recv = coroutine(function* sockRecv(
  loop: Watching,
  sock: NonBlockingSocket,
  size: number,
): Coroutine<Uint8Array> {
  checkNonBlocking(sock);
  for (;;) {
    const data = sock.tryRecv(size);
    if (data !== null) return data;
    yield* readable(loop, sock);
  }
});

export const recvInto = coroutine(function* sockRecvInto(
  loop: Watching,
  sock: NonBlockingSocket,
  buffer: Uint8Array,
): Coroutine<number> {
  checkNonBlocking(sock);
  for (;;) {
    const size = sock.tryRecvInto(buffer);
    if (size !== null) return size;
    yield* readable(loop, sock);
  }
});

export const sendall = coroutine(function* sockSendall(
  loop: Watching,
  sock: NonBlockingSocket,
  data: Uint8Array | string,
): Coroutine<void> {
  checkNonBlocking(sock);
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  for (let sent = 0; sent < bytes.length;) {
    const size = sock.trySend(bytes.subarray(sent));
    if (size === null) yield* writable(loop, sock);
    else sent += size;
  }
});

export const accept = coroutine(function* sockAccept(
  loop: Watching,
  sock: NonBlockingSocket,
): Coroutine<[NonBlockingSocket, SocketAddress]> {
  checkNonBlocking(sock);
  for (;;) {
    const accepted = sock.tryAccept();
    if (accepted !== null) return accepted;
    yield* readable(loop, sock);
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
    yield* writable(loop, sock);
    if (sock.error !== null) throw sock.error;
  }
});
