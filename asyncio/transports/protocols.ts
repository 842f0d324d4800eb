// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "../../selectors/mod.ts";
import { BaseProtocol } from "./base.ts";

/**
 * The protocol of a stream of bytes.
 *
 * @example An echo server
 * ```ts
 * import { getRunningLoop, openConnection, Protocol, run, type Transport } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * class Echo extends Protocol {
 *   #transport!: Transport;
 *   override connectionMade(transport: Transport) {
 *     this.#transport = transport;
 *   }
 *   override dataReceived(data: Uint8Array) {
 *     this.#transport.write(data);
 *   }
 * }
 *
 * await run(function* () {
 *   const server = yield* getRunningLoop().createServer(() => new Echo(), "127.0.0.1", 0);
 *   const [host, port] = server.sockets[0].getsockname();
 *   const [reader, writer] = yield* openConnection(host, port);
 *   writer.write("hello");
 *   assertEquals(new TextDecoder().decode(yield* reader.readexactly(5)), "hello");
 *   writer.close();
 *   server.close();
 *   yield* server.waitClosed();
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-protocol.html#streaming-protocols}
 */
// CPython: Lib/asyncio/protocols.py, Protocol
export class Protocol extends BaseProtocol {
  /**
   * Bytes have arrived.
   *
   * @param _data The bytes, one or more. They are the protocol's to keep and to change.
   */
  dataReceived(_data: Uint8Array<ArrayBuffer>): void {}

  /**
   * The other end sends no more. It is called once at most.
   *
   * @returns Whether to stay open for writing. Otherwise the transport closes itself. Over TLS it
   *   closes itself in any case.
   */
  eofReceived(): boolean | void {}
}

/**
 * The protocol of a stream of bytes that says where they are to be put: nothing is allocated, nothing
 * copied on the way.
 *
 * @example Usage
 * ```ts
 * import { BufferedProtocol, getRunningLoop, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * class Counter extends BufferedProtocol {
 *   readonly #buffer = new Uint8Array(64 * 1024);
 *   count = 0;
 *   constructor(readonly ended: () => void) {
 *     super();
 *   }
 *   override getBuffer() {
 *     return this.#buffer;
 *   }
 *   override bufferUpdated(size: number) {
 *     this.count += size;
 *   }
 *   override connectionLost() {
 *     this.ended();
 *   }
 * }
 *
 * await run(function* () {
 *   const loop = getRunningLoop();
 *   const ended = loop.createFuture<void>();
 *   const counter = new Counter(() => ended.setResult());
 *   const server = yield* loop.createServer(() => counter, "127.0.0.1", 0);
 *   const [host, port] = server.sockets[0].getsockname();
 *   const [transport] = yield* loop.createConnection(() => new Counter(() => {}), host, port);
 *   transport.write("hello");
 *   transport.close();
 *   yield* ended;
 *   assertEquals(counter.count, 5);
 *   server.close();
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-protocol.html#buffered-streaming-protocols}
 */
// CPython: Lib/asyncio/protocols.py, BufferedProtocol
export class BufferedProtocol extends BaseProtocol {
  /**
   * Asks where to put the next bytes.
   *
   * @param _sizehint How many bytes are wanted at least; -1 for any number.
   * @returns A buffer of one byte or more. The transport fills it from its beginning, at once.
   */
  getBuffer(_sizehint: number): Uint8Array {
    return new Uint8Array(0);
  }

  /**
   * Bytes have arrived.
   *
   * @param _size How many bytes of the buffer were filled.
   */
  bufferUpdated(_size: number): void {}

  /**
   * The other end sends no more. It is called once at most.
   *
   * @returns Whether to stay open for writing. Otherwise the transport closes itself.
   */
  eofReceived(): boolean | void {}
}

/**
 * The protocol of datagrams.
 *
 * @example Usage
 * ```ts
 * import { DatagramProtocol } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * class Log extends DatagramProtocol {
 *   readonly lines: string[] = [];
 *   override datagramReceived(data: Uint8Array) {
 *     this.lines.push(new TextDecoder().decode(data));
 *   }
 * }
 *
 * const log = new Log();
 * log.datagramReceived(new TextEncoder().encode("hello"));
 * assertEquals(log.lines, ["hello"]);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-protocol.html#datagram-protocols}
 */
// CPython: Lib/asyncio/protocols.py, DatagramProtocol
export class DatagramProtocol extends BaseProtocol {
  /**
   * A datagram has arrived.
   *
   * @param _data Its bytes. They are the protocol's to keep.
   * @param _address Who sent it.
   */
  datagramReceived(_data: Uint8Array<ArrayBuffer>, _address: SocketAddress): void {}

  /**
   * Sending or receiving has failed, and goes on: the other end cannot be reached, say.
   *
   * @param _error Why.
   */
  errorReceived(_error: unknown): void {}
}

/**
 * The protocol of a subprocess and its pipes.
 *
 * @example Usage
 * ```ts
 * import { BaseProtocol, SubprocessProtocol } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * assertInstanceOf(new SubprocessProtocol(), BaseProtocol);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-protocol.html#subprocess-protocols}
 */
// CPython: Lib/asyncio/protocols.py, SubprocessProtocol
export class SubprocessProtocol extends BaseProtocol {
  /**
   * The process has written.
   *
   * @param _fd Which of its pipes: 1 for its output, 2 for its errors.
   * @param _data The bytes. They are the protocol's to keep.
   */
  pipeDataReceived(_fd: number, _data: Uint8Array<ArrayBuffer>): void {}

  /**
   * A pipe is closed.
   *
   * @param _fd Which.
   * @param _error `null`, or what broke it.
   */
  pipeConnectionLost(_fd: number, _error: unknown): void {}

  /** The process has ended. Its pipes may still have something to tell. */
  processExited(): void {}
}
