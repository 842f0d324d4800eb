// Copyright 2026 the asyncio authors. MIT license.

import {
  IPPROTO_TCP,
  SO_KEEPALIVE,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOL_SOCKET,
  TCP_NODELAY,
} from "../constants.ts";
import { notSupported } from "../_os_error.ts";

/** The options of one socket, which may be set before there is anything to set them on. */
export class SocketOptions {
  #noDelay = false;
  #keepAlive = false;
  #reusePort = false;

  /** Whether several sockets are to listen at one address. */
  get reusePort(): boolean {
    return this.#reusePort;
  }

  /** The value of an option. */
  get(level: number, option: number): number {
    if (level === IPPROTO_TCP && option === TCP_NODELAY) return Number(this.#noDelay);
    if (level === SOL_SOCKET) {
      // Deno sets it on every listener.
      if (option === SO_REUSEADDR) return 1;
      if (option === SO_REUSEPORT) return Number(this.#reusePort);
      if (option === SO_KEEPALIVE) return Number(this.#keepAlive);
    }
    throw notSupported(`get socket option ${option} of level ${level}`);
  }

  /** Sets an option, on `conn` too if there is one. */
  set(level: number, option: number, value: boolean, conn: Deno.Conn | null): void {
    if (level === IPPROTO_TCP && option === TCP_NODELAY) this.#noDelay = value;
    else if (level === SOL_SOCKET && option === SO_KEEPALIVE) this.#keepAlive = value;
    else if (level === SOL_SOCKET && option === SO_REUSEPORT) this.#setReusePort(value);
    else if (level !== SOL_SOCKET || option !== SO_REUSEADDR || !value) {
      throw notSupported(`set socket option ${option} of level ${level} to ${Number(value)}`);
    }
    if (conn !== null) this.apply(conn);
  }

  /** Sets what was asked for on a new connection. */
  apply(conn: Deno.Conn): void {
    // A Unix socket has neither.
    const { setNoDelay, setKeepAlive } = conn as Partial<Deno.TcpConn>;
    setNoDelay?.call(conn, this.#noDelay);
    setKeepAlive?.call(conn, this.#keepAlive);
  }

  #setReusePort(value: boolean): void {
    // Without its unstable flag Deno ends the process when asked for it.
    if (value && !("listenDatagram" in Deno)) {
      throw notSupported("set SO_REUSEPORT without --unstable-net");
    }
    this.#reusePort = value;
  }
}
