// Copyright 2026 the asyncio authors. MIT license.

import {
  IPPROTO_TCP,
  SO_BROADCAST,
  SO_KEEPALIVE,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOL_SOCKET,
  TCP_NODELAY,
} from "../constants.ts";
import type { BindOptions } from "./endpoint.ts";
import { notSupported } from "../_os_error.ts";

/**
 * The options of one socket, which may be set before there is anything to set them on. What nobody
 * has asked for is left as it is.
 */
export class SocketOptions implements BindOptions {
  #noDelay: boolean | null = null;
  #keepAlive: boolean | null = null;
  #reusePort = false;
  #broadcast = false;

  /** Whether several sockets are to be bound to one address. */
  get reusePort(): boolean {
    return this.#reusePort;
  }

  /** Whether datagrams may be sent to all hosts of a network. */
  get broadcast(): boolean {
    return this.#broadcast;
  }

  /** The value of an option. */
  get(level: number, option: number): number {
    if (level === IPPROTO_TCP && option === TCP_NODELAY) return Number(this.#noDelay);
    if (level === SOL_SOCKET) {
      // Deno sets it on every listener.
      if (option === SO_REUSEADDR) return 1;
      if (option === SO_REUSEPORT) return Number(this.#reusePort);
      if (option === SO_KEEPALIVE) return Number(this.#keepAlive);
      if (option === SO_BROADCAST) return Number(this.#broadcast);
    }
    throw notSupported(`get socket option ${option} of level ${level}`);
  }

  /** Sets an option, on `conn` too if there is one. */
  set(level: number, option: number, value: boolean, conn: Deno.Conn | null): void {
    if (level === IPPROTO_TCP && option === TCP_NODELAY) {
      this.#noDelay = value;
      if (conn !== null) applyNoDelay(conn, value);
    } else if (level === SOL_SOCKET && option === SO_KEEPALIVE) {
      this.#keepAlive = value;
      if (conn !== null) applyKeepAlive(conn, value);
    } else if (level === SOL_SOCKET && option === SO_REUSEPORT) this.#setReusePort(value);
    else if (level === SOL_SOCKET && option === SO_BROADCAST) this.#broadcast = value;
    else if (level !== SOL_SOCKET || option !== SO_REUSEADDR || !value) {
      throw notSupported(`set socket option ${option} of level ${level} to ${Number(value)}`);
    }
  }

  /** Sets what was asked for on a new connection. */
  apply(conn: Deno.Conn): void {
    if (this.#noDelay !== null) applyNoDelay(conn, this.#noDelay);
    if (this.#keepAlive !== null) applyKeepAlive(conn, this.#keepAlive);
  }

  #setReusePort(value: boolean): void {
    // Without its unstable flag Deno ends the process when asked for it.
    if (value && !("listenDatagram" in Deno)) {
      throw notSupported("set SO_REUSEPORT without --unstable-net");
    }
    this.#reusePort = value;
  }
}

// A Unix socket has neither.

function applyNoDelay(conn: Deno.Conn, value: boolean): void {
  (conn as Partial<Deno.TcpConn>).setNoDelay?.(value);
}

function applyKeepAlive(conn: Deno.Conn, value: boolean): void {
  (conn as Partial<Deno.TcpConn>).setKeepAlive?.(value);
}
