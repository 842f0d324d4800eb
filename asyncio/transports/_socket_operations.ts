// Copyright 2026 the asyncio authors. MIT license.

/**
 * Datagrams for one task: each operation is tried, and where it would block the task waits until the
 * loop reports the socket.
 *
 * CPython: Lib/asyncio/selector_events.py, BaseSelectorEventLoop.sock_recvfrom and so on.
 */

import { type NonBlockingSocket, type SocketAddress, ValueError } from "../../selectors/mod.ts";
import {
  type Coroutine,
  coroutine,
  type Handle,
  type SelectorEventLoop,
} from "../../coroutines/mod.ts";

/** Waits until a socket can be read, or written. */
function* until(
  loop: SelectorEventLoop,
  able: "Reader" | "Writer",
  sock: NonBlockingSocket,
): Coroutine<void> {
  const ready = loop.createFuture<void>();
  const handle: Handle = loop[`add${able}`](sock, () => {
    if (!ready.done()) ready.setResult();
  });
  try {
    yield* ready;
  } finally {
    // A cancelled handle has been replaced: whoever waits for the socket now goes on doing so.
    if (!handle.cancelled() && sock.fileno() >= 0) loop[`remove${able}`](sock);
  }
}

function checkNonBlocking(sock: NonBlockingSocket): void {
  if (sock.getblocking()) throw new ValueError("the socket must be non-blocking");
}

/** Receives a datagram. */
export const recvfrom = coroutine(function* sockRecvfrom(
  loop: SelectorEventLoop,
  sock: NonBlockingSocket,
  size: number,
): Coroutine<[Uint8Array<ArrayBuffer>, SocketAddress | null]> {
  checkNonBlocking(sock);
  for (;;) {
    const received = sock.tryRecvfrom(size);
    if (received !== null) return received;
    yield* until(loop, "Reader", sock);
  }
});

/** Receives a datagram into a buffer. */
export const recvfromInto = coroutine(function* sockRecvfromInto(
  loop: SelectorEventLoop,
  sock: NonBlockingSocket,
  buffer: Uint8Array,
  size: number,
): Coroutine<[number, SocketAddress | null]> {
  if (size < 0 || size > buffer.length) {
    throw new ValueError("nbytes is greater than the length of the buffer");
  }
  const [data, address] = yield* recvfrom(loop, sock, size || buffer.length);
  buffer.set(data);
  return [data.length, address];
});

/** Sends a datagram. */
export const sendto = coroutine(function* sockSendto(
  loop: SelectorEventLoop,
  sock: NonBlockingSocket,
  data: Uint8Array | string,
  address: SocketAddress,
): Coroutine<number> {
  checkNonBlocking(sock);
  for (;;) {
    const sent = sock.trySendto(data, address);
    if (sent !== null) return sent;
    yield* until(loop, "Writer", sock);
  }
});
