// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "../../selectors/mod.ts";
import type { TransportSocket } from "./transport_socket.ts";

/** What {@linkcode Transport.getExtraInfo} knows, by name. */
export interface ExtraInfo {
  /** The address of the other end: `[host, port]`. */
  peername: SocketAddress;
  /** The transport's own address. */
  sockname: SocketAddress;
  /** The socket, to be looked at and not to be used. */
  socket: TransportSocket;
}

/**
 * A connection, seen from the code that moves bytes: what a stream stands on.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-protocol.html#asyncio.Transport}
 */
export interface Transport {
  /**
   * What there is to know about the connection.
   *
   * @param name `"peername"`, `"sockname"` or `"socket"`.
   * @param fallback The answer where it is not known.
   */
  getExtraInfo<K extends keyof ExtraInfo>(name: K): ExtraInfo[K] | undefined;
  /** The same, for any name, and with an answer where it is not known. */
  getExtraInfo(name: string, fallback?: unknown): unknown;
  /** Whether it is closing or closed. */
  isClosing(): boolean;
  /** Closes it, after what was written has been sent. */
  close(): void;
  /** Closes it at once, and drops what was not sent. */
  abort(): void;
  /** Whether it is receiving. */
  isReading(): boolean;
  /** Receives nothing until `resumeReading()`. */
  pauseReading(): void;
  /** Goes on receiving. */
  resumeReading(): void;
  /** Sends bytes, without waiting. */
  write(data: Uint8Array | string): void;
  /** Sends several pieces, without waiting. */
  writelines(data: Iterable<Uint8Array | string>): void;
  /** Ends the stream of sent bytes, after what was written. */
  writeEof(): void;
  /** Whether `writeEof()` is possible. */
  canWriteEof(): boolean;
  /** How many bytes wait to be sent. */
  getWriteBufferSize(): number;
  /** The marks, low and high, in bytes, between which writing is paused and resumed. */
  getWriteBufferLimits(): readonly [low: number, high: number];
  /** Sets the marks, in bytes. */
  setWriteBufferLimits(high?: number | null, low?: number | null): void;
}

/**
 * What a transport tells of its connection: the part of a protocol that it calls.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-protocol.html#asyncio.Protocol}
 */
export interface TransportListener {
  /** The connection is there. */
  connectionMade(transport: Transport): void;
  /** Bytes have arrived; they are the listener's to keep. */
  dataReceived(data: Uint8Array): void;
  /** The other end sends no more. Returns whether to stay open for writing. */
  eofReceived(): boolean | void;
  /** The connection is gone: closed if `error` is `null`, else broken by it. */
  connectionLost(error: unknown): void;
  /** More waits to be sent than the high mark allows. */
  pauseWriting(): void;
  /** No more waits to be sent than the low mark. */
  resumeWriting(): void;
}
