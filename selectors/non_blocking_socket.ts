// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "./socket_address.ts";

/**
 * A non-blocking socket, whoever carries it out: what event loops, transports and streams are
 * written against. {@linkcode Socket} is one.
 *
 * `recv`, `send` and their like throw `BlockingIOError` where they would wait, as in Python. Each has
 * a twin of the same meaning, `tryRecv`, `trySend` and so on, which answers `null` instead: an error
 * costs more than all the rest of a call.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#socket-objects}
 */
export interface NonBlockingSocket {
  /** The address family, `AF_INET`, `AF_INET6` or `AF_UNIX`. */
  readonly family: number;
  /** The socket type, `SOCK_STREAM` or `SOCK_DGRAM`. */
  readonly type: number;
  /** The protocol, 0. */
  readonly proto: number;
  /** The very error that ended the last `connect`, or `null`. */
  readonly error: Error | null;
  /** After `close()`: settles when the address is free for others; `null` if it is already. */
  readonly released: Promise<void> | null;
  /**
   * How many of the bytes that `send` has taken the system has not taken yet. Where the system's own
   * `send` is called they are 0 always.
   */
  readonly unsent: number;

  /**
   * Calls back once: with `null` when {@linkcode NonBlockingSocket.unsent} has become `atMost` or
   * less, 0 unless given, or with the error that sending has failed with. At once, before it returns,
   * if it is so already; otherwise from a microtask, outside any event loop. Works after `close()`,
   * too, which sends what is unsent first; `abort()` is a failure.
   */
  whenSent(callback: (error: Error | null) => void, atMost?: number): void;

  /** Whether connections that it accepts have the options that were set on it. Not, unless it says so. */
  readonly inheritsOptions?: boolean;

  /** The descriptor; -1 once closed. */
  fileno(): number;
  /** The socket's own address. */
  getsockname(): SocketAddress;
  /** The address of the other end. */
  getpeername(): SocketAddress;
  /** The value of an option. */
  getsockopt(level: number, option: number): number;
  /** Sets an option. */
  setsockopt(level: number, option: number, value: number | boolean): void;
  /** Whether calls wait: `false`. */
  getblocking(): boolean;
  /** Makes calls wait or not. */
  setblocking(blocking: boolean): void;

  /** Takes a local address. */
  bind(address: SocketAddress): void;
  /** Begins to accept connections, with room for `backlog` of them to wait. */
  listen(backlog?: number): void;
  /** Accepts a connection. Throws `BlockingIOError` if none is waiting. */
  accept(): [NonBlockingSocket, SocketAddress];
  /** Accepts a connection; `null` if none is waiting. */
  tryAccept(): [NonBlockingSocket, SocketAddress] | null;
  /** Begins to connect. Throws `BlockingIOError`; the socket becomes writable when it is done. */
  connect(address: SocketAddress): void;
  /** Begins to connect, and gives an error number instead of throwing. */
  connectEx(address: SocketAddress): number;

  /** Receives up to `size` bytes; none at the end of the stream. */
  recv(size: number): Uint8Array<ArrayBuffer>;
  /** Receives up to `size` bytes, none at the end of the stream; `null` if it would block. */
  tryRecv(size: number): Uint8Array<ArrayBuffer> | null;
  /** Receives into `buffer`, and gives the number of bytes; 0 at the end of the stream. */
  recvInto(buffer: Uint8Array): number;
  /** Receives into `buffer`, and gives the number of bytes; `null` if it would block. */
  tryRecvInto(buffer: Uint8Array): number | null;
  /** Sends as many bytes of `data` as there is room for, and gives their number. */
  send(data: Uint8Array | string): number;
  /** Sends as many bytes of `data` as there is room for; `null` if it would block. */
  trySend(data: Uint8Array | string): number | null;
  /** Receives a datagram, cut to `size` bytes, and tells from whom; `null` of a stream. */
  recvfrom(size: number): [Uint8Array<ArrayBuffer>, SocketAddress | null];
  /** Receives a datagram as `recvfrom` does; `null` if it would block. */
  tryRecvfrom(size: number): [Uint8Array<ArrayBuffer>, SocketAddress | null] | null;
  /** Sends a datagram to an address, and gives the number of bytes. A stream ignores the address. */
  sendto(data: Uint8Array | string, address: SocketAddress): number;
  /** Sends a datagram as `sendto` does; `null` if it would block. */
  trySendto(data: Uint8Array | string, address: SocketAddress): number | null;

  /** Ends receiving, sending or both. */
  shutdown(how: number): void;
  /** Closes the socket; what was sent still arrives. */
  close(): void;
  /** Closes the socket, and does not wait for what was sent to arrive. */
  abort(): void;
}
