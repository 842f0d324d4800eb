// Copyright 2026 the asyncio authors. MIT license.

import { type NonBlockingSocket, type SocketAddress, ValueError } from "../../selectors/mod.ts";
import { inspectAsText } from "../../coroutines/mod.ts";
import type { InetAddress } from "./inet_address.ts";

/**
 * The socket of a transport or a server: to be looked at and configured, not to be read or written,
 * for that would come between the transport and its bytes.
 *
 * @typeParam A Type of its addresses: `[host, port, ...]`, or a path of a Unix socket.
 *
 * @example Usage
 * ```ts
 * import { run, startServer } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const server = yield* startServer(() => {}, "127.0.0.1", 0);
 *   const [host] = server.sockets[0].getsockname();
 *   assertEquals(host, "127.0.0.1");
 *   server.close();
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Server.sockets}
 */
export class TransportSocket<A extends SocketAddress = InetAddress> {
  // CPython: Lib/asyncio/trsock.py
  readonly #sock: NonBlockingSocket;

  static {
    inspectAsText(this.prototype);
  }

  /** Made by transports and servers. */
  constructor(sock: NonBlockingSocket) {
    this.#sock = sock;
  }

  /** The address family. */
  get family(): number {
    return this.#sock.family;
  }

  /** The socket type. */
  get type(): number {
    return this.#sock.type;
  }

  /** The protocol. */
  get proto(): number {
    return this.#sock.proto;
  }

  /** The descriptor; -1 once closed. */
  fileno(): number {
    return this.#sock.fileno();
  }

  /** The socket's own address. */
  getsockname(): A {
    return this.#sock.getsockname() as A;
  }

  /** The address of the other end. */
  getpeername(): A {
    return this.#sock.getpeername() as A;
  }

  /** The value of an option. */
  getsockopt(level: number, option: number): number {
    return this.#sock.getsockopt(level, option);
  }

  /** Sets an option. */
  setsockopt(level: number, option: number, value: number | boolean): void {
    this.#sock.setsockopt(level, option, value);
  }

  /** The timeout: 0, since calls never wait. */
  gettimeout(): number {
    return 0;
  }

  /**
   * Accepts only the timeout that it has.
   *
   * @param seconds 0.
   * @throws {ValueError} If it is anything else.
   */
  settimeout(seconds: number | null): void {
    if (seconds !== 0) {
      throw new ValueError("settimeout(): only 0 timeout is allowed on transport sockets");
    }
  }

  /**
   * Accepts only the mode that it is in.
   *
   * @param blocking `false`.
   * @throws {ValueError} If it is `true`.
   */
  setblocking(blocking: boolean): void {
    if (blocking) throw new ValueError("setblocking(): transport sockets cannot be blocking");
  }

  /** Ends receiving, sending or both. */
  shutdown(how: number): void {
    this.#sock.shutdown(how);
  }

  /** The socket as text. */
  toString(): string {
    return `<TransportSocket fd=${this.fileno()}, family=${this.family}, type=${this.type}>`;
  }
}
