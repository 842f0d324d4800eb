// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "../../selectors/mod.ts";
import { NotImplementedError } from "../../coroutines/mod.ts";
import { joined, toBytes } from "./_bytes.ts";
import { BaseTransport } from "./base.ts";
import type { InetAddress } from "./inet_address.ts";

/**
 * A transport that receives.
 *
 * @typeParam A Type of its addresses.
 *
 * @example Usage
 * ```ts
 * import { ReadTransport, Transport } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * assertInstanceOf(new Transport(), ReadTransport);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-protocol.html#read-only-transports}
 */
// CPython: Lib/asyncio/transports.py, ReadTransport
export class ReadTransport<A extends SocketAddress = InetAddress> extends BaseTransport<A> {
  /** A {@linkcode Transport} is one as well: it receives and sends. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(this, value) ||
      this === ReadTransport && value instanceof Transport;
  }

  /** Whether it is receiving. */
  isReading(): boolean {
    throw new NotImplementedError();
  }

  /** Receives nothing until `resumeReading()`. */
  pauseReading(): void {
    throw new NotImplementedError();
  }

  /** Goes on receiving. */
  resumeReading(): void {
    throw new NotImplementedError();
  }
}

/**
 * A transport that sends.
 *
 * @typeParam A Type of its addresses.
 *
 * @example Usage
 * ```ts
 * import { WriteTransport } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * class Memory extends WriteTransport {
 *   text = "";
 *   override write(data: Uint8Array | string) {
 *     this.text += typeof data === "string" ? data : new TextDecoder().decode(data);
 *   }
 * }
 *
 * const memory = new Memory();
 * memory.writelines(["one ", "two"]);
 * assertEquals(memory.text, "one two");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-protocol.html#write-only-transports}
 */
// CPython: Lib/asyncio/transports.py, WriteTransport
export class WriteTransport<A extends SocketAddress = InetAddress> extends BaseTransport<A> {
  /**
   * Sends bytes as soon as possible, without waiting. They may be changed afterwards.
   *
   * @param _data The bytes, or a string for its UTF-8.
   */
  write(_data: Uint8Array | string): void {
    throw new NotImplementedError();
  }

  /**
   * Sends several pieces.
   *
   * @param data The pieces.
   */
  writelines(data: Iterable<Uint8Array | string>): void {
    this.write(joined(Array.from(data, toBytes)));
  }

  /** Ends the stream of sent bytes, after what was written. The other end finds its end. */
  writeEof(): void {
    throw new NotImplementedError();
  }

  /** Whether `writeEof()` is possible. */
  canWriteEof(): boolean {
    throw new NotImplementedError();
  }

  /** Closes it at once, and drops what was not sent. `connectionLost(null)` is called. */
  abort(): void {
    throw new NotImplementedError();
  }

  /** How many of the bytes written the operating system has not taken yet. */
  getWriteBufferSize(): number {
    throw new NotImplementedError();
  }

  /** The marks, low and high, in bytes: see {@linkcode WriteTransport.setWriteBufferLimits}. */
  getWriteBufferLimits(): readonly [low: number, high: number] {
    throw new NotImplementedError();
  }

  /**
   * Sets the marks between which the protocol is paused and resumed: paused when more than the high
   * one is unsent, resumed when no more than the low one is.
   *
   * @param _high In bytes. Default: 64 KiB, or four times the low one.
   * @param _low In bytes. Default: a quarter of the high one.
   * @throws {ValueError} Unless `high >= low >= 0`.
   */
  setWriteBufferLimits(_high?: number | null, _low?: number | null): void {
    throw new NotImplementedError();
  }
}

/**
 * A transport that receives and sends a stream of bytes: a connection.
 *
 * @typeParam A Type of its addresses.
 *
 * @example Usage
 * ```ts
 * import { ReadTransport, Transport, WriteTransport } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * assertInstanceOf(new Transport(), WriteTransport);
 * assertInstanceOf(new Transport(), ReadTransport);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-protocol.html#asyncio.Transport}
 */
// CPython: Lib/asyncio/transports.py, Transport
export class Transport<A extends SocketAddress = InetAddress> extends WriteTransport<A>
  implements ReadTransport<A> {
  /** Whether it is receiving. */
  isReading(): boolean {
    throw new NotImplementedError();
  }

  /** Receives nothing until `resumeReading()`. */
  pauseReading(): void {
    throw new NotImplementedError();
  }

  /** Goes on receiving. */
  resumeReading(): void {
    throw new NotImplementedError();
  }
}

/**
 * A transport of datagrams.
 *
 * @typeParam A Type of its addresses.
 *
 * @example Usage
 * ```ts
 * import { BaseTransport, DatagramTransport } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * assertInstanceOf(new DatagramTransport(), BaseTransport);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-protocol.html#datagram-transports}
 */
// CPython: Lib/asyncio/transports.py, DatagramTransport
export class DatagramTransport<A extends SocketAddress = InetAddress> extends BaseTransport<A> {
  /**
   * Sends a datagram as soon as possible, without waiting.
   *
   * @param _data Its bytes, or a string for its UTF-8.
   * @param _address Where to; may be left out by who is connected to one address.
   */
  sendto(_data: Uint8Array | string, _address?: SocketAddress | null): void {
    throw new NotImplementedError();
  }

  /** Closes it at once, and drops what was not sent. `connectionLost(null)` is called. */
  abort(): void {
    throw new NotImplementedError();
  }
}

/**
 * A transport of a subprocess.
 *
 * @example Usage
 * ```ts
 * import { BaseTransport, SubprocessTransport } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * assertInstanceOf(new SubprocessTransport(), BaseTransport);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-protocol.html#subprocess-transports}
 */
// CPython: Lib/asyncio/transports.py, SubprocessTransport
export class SubprocessTransport extends BaseTransport {
  /** The number of the process. */
  getPid(): number {
    throw new NotImplementedError();
  }

  /** How the process ended: its exit code, minus the number of a signal; `null` if it has not. */
  getReturncode(): number | null {
    throw new NotImplementedError();
  }

  /**
   * The transport of one of its pipes.
   *
   * @param _fd 0 for what it reads, 1 for what it writes, 2 for its errors.
   * @returns The transport; `null` if there is no such pipe.
   */
  getPipeTransport(_fd: number): BaseTransport | null {
    throw new NotImplementedError();
  }

  /**
   * Sends a signal to the process.
   *
   * @param _signal Its name, or its number.
   */
  sendSignal(_signal: string | number): void {
    throw new NotImplementedError();
  }

  /** Asks the process to end. */
  terminate(): void {
    throw new NotImplementedError();
  }

  /** Ends the process. */
  kill(): void {
    throw new NotImplementedError();
  }
}
