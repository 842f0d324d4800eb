// Copyright 2026 the asyncio authors. MIT license.

import { type ErrorCode, notConnected, notSupported, osError } from "../_os_error.ts";
import { Source } from "./source.ts";

/**
 * What stands behind a {@linkcode Socket}: a connection, a listener or a datagram port. Each does
 * what it can; the rest it answers as the operating system answers for a socket of that kind.
 *
 * `take` and `put` and their like are the socket's `tryRecv` and `trySend`: `null` says that they
 * would have to wait.
 */
export abstract class Endpoint extends Source {
  /** The selector that made the socket, or made the listener that accepted it; else `null`. */
  home: object | null = null;

  /** The socket's own address, `null` as long as it has none. */
  abstract get localAddr(): Deno.Addr | null;

  /** The address of the other end, `null` if there is none. */
  get remoteAddr(): Deno.Addr | null {
    return null;
  }

  /** Why the last attempt to connect failed, or what went wrong with a datagram; else `null`. */
  get error(): Error | null {
    return null;
  }

  /** The connection that options can be set on, if there is one. */
  get conn(): Deno.Conn | null {
    return null;
  }

  /** How many bytes were taken to be sent that the system has not taken. */
  get unsent(): number {
    return 0;
  }

  /** See {@linkcode NonBlockingSocket.whenSent}. */
  whenSent(callback: (error: Error | null) => void, _atMost: number): void {
    callback(null);
  }

  /** Takes a local address. Returns what the socket is from then on. */
  bind(_address: Deno.Addr, _options: BindOptions): Endpoint {
    throw osError("EINVAL", "Invalid argument");
  }

  /** Allows to accept connections. */
  listen(_backlog: number | undefined): void {
    throw osError("EINVAL", "Invalid argument");
  }

  /** Takes a connection that is waiting. */
  accept(): Deno.Conn | null {
    throw osError("EINVAL", "Invalid argument");
  }

  /** Begins to connect. Returns what keeps it from being done, `null` if it is done. */
  connect(_address: Deno.Addr, _prepare: (conn: Deno.Conn) => void): ErrorCode | null {
    throw notSupported("connect socket that is bound");
  }

  /** Receives up to `size` bytes. */
  take(_size: number): Uint8Array<ArrayBuffer> | null {
    throw notConnected();
  }

  /** Receives into `target`. */
  takeInto(_target: Uint8Array): number | null {
    throw notConnected();
  }

  /** Receives up to `size` bytes, and tells from whom, where that matters. */
  takeFrom(size: number): [Uint8Array<ArrayBuffer>, Deno.Addr | null] | null {
    const bytes = this.take(size);
    return bytes === null ? null : [bytes, null];
  }

  /** Sends bytes. */
  put(_bytes: Uint8Array): number | null {
    throw notConnected();
  }

  /** Sends bytes to an address, where that matters. */
  putTo(bytes: Uint8Array, _address: () => Deno.Addr): number | null {
    return this.put(bytes);
  }

  /** Ends the stream of received bytes. */
  stopReading(): void {
    throw notConnected();
  }

  /** Ends the stream of sent bytes: the peer finds its end after what was sent so far. */
  stopWriting(): void {
    throw notConnected();
  }

  /**
   * Closes. What was taken to be sent is sent first, unless `abort` is set. Once closed, it may be
   * called again to abort.
   */
  abstract close(abort: boolean): void;

  /** Gives up the peer, which takes nothing: breaks a connection off, also one that is open. */
  abandon(): void {}

  /** After `close`: settles when the address is free for others; `null` if it is already. */
  get released(): Promise<void> | null {
    return null;
  }
}

/** Options that matter when a socket is bound. */
export interface BindOptions {
  /** Whether several sockets are to be bound to one address. */
  readonly reusePort: boolean;
  /** Whether datagrams may be sent to all hosts of a network. */
  readonly broadcast: boolean;
}
