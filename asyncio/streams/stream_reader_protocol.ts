// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "../../selectors/mod.ts";
import {
  type BaseEventLoop,
  type Coroutine,
  type CoroutineFunction,
  getEventLoop,
  iscoroutine,
  type Task,
} from "../../coroutines/mod.ts";
import type { InetAddress } from "../transports/inet_address.ts";
import { Protocol } from "../transports/protocols.ts";
import type { Transport } from "../transports/transports.ts";
import { wanted } from "../transports/_wanted.ts";
import type { StreamReader } from "./stream_reader.ts";
import { StreamWriter } from "./stream_writer.ts";
import { gate, replaceTransport, WriteGate } from "./_write_gate.ts";

/**
 * What serves one client: a generator function, an async function or a plain one. An error of it
 * goes to the loop's exception handler, and the connection is closed.
 *
 * @typeParam A Type of the addresses of its connections.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-stream.html#asyncio.start_server}
 */
export type ClientConnectedCallback<A extends SocketAddress = InetAddress> = (
  reader: StreamReader,
  writer: StreamWriter<A>,
) => unknown;

/**
 * Options of {@linkcode StreamReaderProtocol}.
 *
 * @see {@linkcode StreamReaderProtocol}
 */
export interface StreamReaderProtocolOptions {
  /** The loop of those who wait. Default: the current one. */
  loop?: BaseEventLoop | null | undefined;
}

/**
 * Stands between a transport and a stream: feeds the reader, keeps writers waiting while too much is
 * unsent, and starts what serves the connection. `startServer()` and `openConnection()` are made of it.
 *
 * @typeParam A Type of the addresses of its connections.
 *
 * @example A stream by hand
 * ```ts
 * import {
 *   getRunningLoop,
 *   run,
 *   startServer,
 *   StreamReader,
 *   StreamReaderProtocol,
 *   StreamWriter,
 * } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const server = yield* startServer((_, writer) => {
 *     writer.write("hello");
 *     writer.close();
 *   }, "127.0.0.1", 0);
 *   const loop = getRunningLoop();
 *   const reader = new StreamReader();
 *   const factory = () => new StreamReaderProtocol(reader);
 *   const [host, port] = server.sockets[0].getsockname();
 *   const [transport, protocol] = yield* loop.createConnection(factory, host, port);
 *   const writer = new StreamWriter(transport, protocol, reader, loop);
 *   assertEquals(new TextDecoder().decode(yield* reader.read()), "hello");
 *   writer.close();
 *   server.close();
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-protocol.html#asyncio.Protocol}
 */
// CPython: Lib/asyncio/streams.py, StreamReaderProtocol
export class StreamReaderProtocol<A extends SocketAddress = InetAddress> extends Protocol {
  readonly #loop: BaseEventLoop;
  readonly #reader: StreamReader;
  readonly #callback: ClientConnectedCallback<A> | null;
  /** Over TLS a connection cannot be half closed. */
  #overTls = false;
  /**
   * For its writers: what they wait at.
   *
   * @ignore
   */
  readonly [gate]: WriteGate;

  /**
   * A protocol for one connection.
   *
   * @param reader What to feed.
   * @param callback What to call with reader and writer when the connection is there. Default: nothing.
   * @param options The `loop`.
   * @throws {RuntimeError} If there is no current event loop.
   */
  constructor(
    reader: StreamReader,
    callback: ClientConnectedCallback<A> | null = null,
    options: StreamReaderProtocolOptions = {},
  ) {
    super();
    this.#loop = options.loop ?? getEventLoop();
    this.#reader = reader;
    this.#callback = callback;
    this[gate] = new WriteGate(this.#loop);
  }

  /** Whether it serves a client, and is not one. */
  get isServerSide(): boolean {
    return this.#callback !== null;
  }

  /**
   * For its writer, which has encrypted the stream.
   *
   * @ignore
   */
  [replaceTransport](transport: Transport<SocketAddress>): void {
    this.#reader[replaceTransport](transport);
    this.#overTls = true;
  }

  /**
   * For its transport: how many bytes to feed at once.
   *
   * @ignore
   */
  get [wanted](): number {
    return this.#reader[wanted];
  }

  /** Begins to feed the reader, and to serve the connection. */
  override connectionMade(transport: Transport<A>): void {
    this.#reader.setTransport(transport);
    this.#overTls = transport.getExtraInfo("sslcontext", null) !== null;
    const callback = this.#callback;
    if (callback === null) return;
    const writer = new StreamWriter<A>(transport, this, this.#reader, this.#loop);
    const task = this.#loop.createTask(startable(callback, this.#reader, writer));
    task.addDoneCallback(() => this.#served(task, writer));
  }

  /** What serves the connection has ended. One that has failed will not close it itself. */
  #served(task: Task<unknown>, writer: StreamWriter<A>): void {
    const { transport } = writer;
    if (task.cancelled()) return transport.close();
    try {
      task.result();
    } catch (exception) {
      const message = "Unhandled exception in client_connected_cb";
      this.#loop.callExceptionHandler({ message, exception, transport });
      transport.close();
    }
  }

  /** Feeds the reader. */
  override dataReceived(data: Uint8Array<ArrayBuffer>): void {
    this.#reader.feedData(data);
  }

  /** Ends what the reader reads. The connection stays open for writing, but over TLS. */
  override eofReceived(): boolean {
    this.#reader.feedEof();
    return !this.#overTls;
  }

  /** Ends what the reader reads, or breaks it, and wakes those who wait to write or for the end. */
  override connectionLost(error: unknown): void {
    if (error === null) this.#reader.feedEof();
    else this.#reader.setException(error);
    this[gate].lose(error);
  }

  /** Keeps writers waiting. */
  override pauseWriting(): void {
    this[gate].pause();
  }

  /** Lets writers go on. */
  override resumeWriting(): void {
    this[gate].resume();
  }
}

/**
 * What a task can be made of, of a function that serves a client, whatever kind it is: calling a
 * generator function runs nothing yet, all others are to be called by the task.
 */
function startable<A extends unknown[]>(
  fn: (...args: A) => unknown,
  ...args: A
): Coroutine<unknown> | CoroutineFunction<unknown> {
  if (isGeneratorFunction(fn)) return fn(...args) as Coroutine<unknown>;
  return () => {
    const result = fn(...args);
    return iscoroutine(result) ? result : Promise.resolve(result);
  };
}

/** Of all functions, only those of generators have a prototype that can be iterated over. */
function isGeneratorFunction(fn: object): boolean {
  const { prototype } = fn as { prototype?: object };
  return prototype !== undefined && Symbol.iterator in prototype;
}
