// Copyright 2026 the asyncio authors. MIT license.

/**
 * What all transports and all protocols have. They know each other, so they are in one file.
 */

import type { SocketAddress } from "../../selectors/mod.ts";
import { NotImplementedError } from "../../coroutines/mod.ts";
import type { ExtraInfo } from "./extra_info.ts";
import type { InetAddress } from "./inet_address.ts";

const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({});

/**
 * What moves bytes between the loop and the outside world. Made by the loop: `createConnection`,
 * `createServer` and so on; to be subclassed by those who have another way to move them.
 *
 * @typeParam A Type of its addresses: `[host, port, ...]`, or a path of a Unix socket.
 *
 * @example Usage
 * ```ts
 * import { BaseTransport } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const transport = new BaseTransport({ peername: ["10.0.0.1", 80] });
 * assertEquals(transport.getExtraInfo("peername"), ["10.0.0.1", 80]);
 * assertEquals(transport.getExtraInfo("weather", "fine"), "fine");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-protocol.html#base-transport}
 */
// CPython: Lib/asyncio/transports.py, BaseTransport
export class BaseTransport<A extends SocketAddress = InetAddress> {
  readonly #extra: Readonly<Record<string, unknown>>;

  /**
   * A transport that can tell of itself, and nothing else.
   *
   * @param extra What `getExtraInfo()` knows, by name. Default: nothing.
   */
  constructor(extra: Readonly<Record<string, unknown>> = NOTHING) {
    this.#extra = extra;
  }

  /**
   * What there is to know about the connection.
   *
   * @typeParam K Type of the name.
   * @param name `"peername"`, `"sockname"`, `"socket"`, or one of the other names of
   *   {@linkcode ExtraInfo}. A connection that has no such thing answers `undefined`.
   */
  getExtraInfo<K extends keyof ExtraInfo<A>>(name: K): ExtraInfo<A>[K];
  /** The same for any name, with an answer where it is not known. */
  getExtraInfo(name: string, fallback?: unknown): unknown;
  getExtraInfo(name: string, fallback?: unknown): unknown {
    return this.#extra[name] ?? fallback;
  }

  /** Whether it is closing or closed. */
  isClosing(): boolean {
    throw new NotImplementedError();
  }

  /**
   * Closes it, after what was written has been sent: then `connectionLost(null)` is called. Nothing is
   * received any more.
   */
  close(): void {
    throw new NotImplementedError();
  }

  /**
   * Has another protocol called from now on.
   *
   * @param _protocol The protocol. Its `connectionMade()` is not called.
   */
  setProtocol(_protocol: BaseProtocol): void {
    throw new NotImplementedError();
  }

  /** The protocol that is called. */
  getProtocol(): BaseProtocol {
    throw new NotImplementedError();
  }
}

/**
 * What every protocol is told of its connection. A protocol is what a program does with a connection;
 * the transport that moves the bytes calls it.
 *
 * The order of calls: `connectionMade` once, then data, then `connectionLost` once. `pauseWriting` and
 * `resumeWriting` come in turns between the two.
 *
 * @example Usage
 * ```ts
 * import { BaseProtocol, DatagramProtocol, Protocol } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * assertInstanceOf(new Protocol(), BaseProtocol);
 * assertInstanceOf(new DatagramProtocol(), BaseProtocol);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-protocol.html#base-protocol}
 */
// CPython: Lib/asyncio/protocols.py, BaseProtocol
export class BaseProtocol {
  /**
   * The connection is there.
   *
   * @param _transport What it is used by. Keep it to write.
   */
  connectionMade(_transport: BaseTransport<SocketAddress>): void {}

  /**
   * The connection is gone. Nothing follows.
   *
   * @param _error `null` if it was closed or came to its end, else what broke it.
   */
  connectionLost(_error: unknown): void {}

  /** More is unsent than the high mark of the transport allows. Write no more for now. */
  pauseWriting(): void {}

  /** No more is unsent than the low mark. Write on. */
  resumeWriting(): void {}
}
