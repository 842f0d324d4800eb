// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "../../selectors/mod.ts";
import {
  type AbstractEventLoop,
  type Coroutine,
  coroutine,
  type CoroutineObject,
  inspectAsText,
  sleep,
} from "../../coroutines/mod.ts";
import type { ExtraInfo } from "../transports/extra_info.ts";
import type { InetAddress } from "../transports/inet_address.ts";
import type { BaseProtocol } from "../transports/base.ts";
import type { NetworkEventLoop } from "../transports/network_event_loop.ts";
import type { StartTlsOptions } from "../transports/start_tls.ts";
import type { TlsOptions } from "../transports/tls_options.ts";
import type { Transport } from "../transports/transports.ts";
import type { StreamReader } from "./stream_reader.ts";
import { gate, type Gated, replaceTransport, type WriteGate } from "./_write_gate.ts";

/**
 * The sending end of a stream of bytes.
 *
 * `write()` never waits: `drain()` after it does, when the other end does not keep up. The end of an
 * `await using` scope closes the stream and waits until it is closed.
 *
 * @typeParam A Type of its addresses: `[host, port, ...]`, or a path of a Unix socket.
 *
 * @example Usage
 * ```ts
 * import { openConnection, run, startServer } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(async () => {
 *   const server = await startServer(async (_, writer) => {
 *     writer.write("hello");
 *     await writer.drain();
 *     writer.close();
 *   }, "127.0.0.1", 0);
 *   const [host, port] = server.sockets[0].getsockname();
 *   const [reader, writer] = await openConnection(host, port);
 *   assertEquals(new TextDecoder().decode(await reader.read()), "hello");
 *   writer.close();
 *   await writer.waitClosed();
 *   server.close();
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamWriter}
 */
export class StreamWriter<A extends SocketAddress = InetAddress> {
  readonly #protocol: BaseProtocol & Gated;
  readonly #gate: WriteGate;
  readonly #reader: StreamReader | null;
  readonly #loop: AbstractEventLoop;
  #transport: Transport<A>;

  static {
    inspectAsText(this.prototype);
  }

  /**
   * A writer for a connection that is there. `openConnection()` and `startServer()` make one.
   *
   * @param transport What to write to.
   * @param protocol The protocol of the transport: a `StreamReaderProtocol`.
   * @param reader The reader of the connection; `null` for none.
   * @param loop The loop of all of them.
   */
  constructor(
    transport: Transport<A>,
    protocol: BaseProtocol,
    reader: StreamReader | null,
    loop: AbstractEventLoop,
  ) {
    if (!(gate in protocol)) {
      throw new TypeError(`a StreamReaderProtocol was expected by StreamWriter, got ${protocol}`);
    }
    this.#transport = transport;
    this.#protocol = protocol as BaseProtocol & Gated;
    this.#gate = this.#protocol[gate];
    this.#reader = reader;
    this.#loop = loop;
  }

  /** The transport that it stands on. */
  get transport(): Transport<A> {
    return this.#transport;
  }

  /**
   * Sends bytes as soon as possible. They may be changed afterwards.
   *
   * @param data The bytes, or a string for its UTF-8.
   * @throws {RuntimeError} After `writeEof()`.
   * @throws {TypeError} If it is neither bytes nor a string.
   */
  write(data: Uint8Array | string): void {
    this.#transport.write(data);
  }

  /**
   * Sends several pieces as soon as possible.
   *
   * @param data The pieces.
   * @throws {RuntimeError} After `writeEof()`.
   */
  writelines(data: Iterable<Uint8Array | string>): void {
    this.#transport.writelines(data);
  }

  /** Ends the stream of sent bytes, after what was written. The other end finds its end. */
  writeEof(): void {
    this.#transport.writeEof();
  }

  /** Whether `writeEof()` is possible. */
  canWriteEof(): boolean {
    return this.#transport.canWriteEof();
  }

  /** Closes the stream, after what was written has been sent. */
  close(): void {
    this.#transport.close();
  }

  /** Whether the stream is closing or closed. */
  isClosing(): boolean {
    return this.#transport.isClosing();
  }

  /**
   * Waits until the stream is closed.
   *
   * @returns A coroutine.
   * @throws What broke the connection.
   */
  waitClosed(): CoroutineObject<void> {
    return StreamWriter.#waitClosed(this.#gate);
  }

  static readonly #waitClosed = coroutine(
    function* waitClosed(gate: WriteGate): Coroutine<void> {
      yield* gate.closed();
    },
  );

  /**
   * What there is to know about the connection.
   *
   * @param name `"peername"` or `"sockname"`, `[host, port]` each; or `"socket"`.
   */
  getExtraInfo<K extends keyof ExtraInfo<A>>(name: K): ExtraInfo<A>[K];
  /** The same for any name, with an answer where it is not known. */
  getExtraInfo(name: string, fallback?: unknown): unknown;
  getExtraInfo(name: string, fallback?: unknown): unknown {
    return this.#transport.getExtraInfo(name, fallback);
  }

  /**
   * Waits until it is good to write more: returns at once unless much is unsent.
   *
   * @returns A coroutine.
   * @throws What broke the connection; `Deno.errors.ConnectionReset` if it is closed.
   */
  drain(): CoroutineObject<void> {
    return StreamWriter.#drain(this as unknown as StreamWriter);
  }

  static readonly #drain = coroutine(function* drain(writer: StreamWriter): Coroutine<void> {
    const error = writer.#reader?.exception() ?? null;
    if (error !== null) throw error;
    // A closing transport tells the protocol in the next turn: who writes in a loop must hear of it.
    if (writer.#transport.isClosing()) yield* sleep(0);
    if (!writer.#gate.isOpen) yield* writer.#gate.drain();
  });

  /**
   * Encrypts the stream, which goes on with the same reader and writer. What was written before is
   * sent as it is.
   *
   * @param ssl How to encrypt: servers need a certificate and its key; `true` for a client with the
   *   defaults.
   * @param options `serverHostname`, the name that the server's certificate has to be for;
   *   `sslHandshakeTimeout`, `sslShutdownTimeout`.
   * @returns A coroutine.
   * @throws What ends the handshake. The stream is closed then.
   */
  startTls(
    ssl: TlsOptions | true,
    options: Omit<StartTlsOptions, "serverSide"> = {},
  ): CoroutineObject<void> {
    return StreamWriter.#startTls(this as unknown as StreamWriter, ssl, options);
  }

  static readonly #startTls = coroutine(function* startTls(
    writer: StreamWriter,
    ssl: TlsOptions | true,
    options: StartTlsOptions,
  ): Coroutine<void> {
    const protocol = writer.#protocol;
    yield* writer.drain();
    const serverSide = protocol.isServerSide;
    const loop = writer.#loop as NetworkEventLoop;
    const encrypted = loop.startTls(writer.#transport, protocol, ssl, { ...options, serverSide });
    writer.#transport = yield* encrypted;
    protocol[replaceTransport](writer.#transport);
  });

  /** Closes the stream and waits until it is closed: the end of an `await using` scope. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.waitClosed();
  }

  /** Python's repr. */
  toString(): string {
    const reader = this.#reader === null ? "" : ` reader=${this.#reader}`;
    return `<StreamWriter transport=${this.#transport}${reader}>`;
  }
}
