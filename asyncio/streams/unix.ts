// Copyright 2026 the asyncio authors. MIT license.

/** Streams on Unix sockets. */

import { type Coroutine, coroutine, type CoroutineObject } from "../../coroutines/mod.ts";
import { runningNetworkLoop } from "../transports/network_event_loop.ts";
import type { Server } from "../transports/server.ts";
import type { CreateUnixConnectionOptions, CreateUnixServerOptions } from "../transports/unix.ts";
import { checkLimit, DEFAULT_LIMIT, StreamReader } from "./stream_reader.ts";
import { type ClientConnectedCallback, StreamReaderProtocol } from "./stream_reader_protocol.ts";
import { StreamWriter } from "./stream_writer.ts";

/**
 * Options of {@linkcode openUnixConnection}: those of `loop.createUnixConnection()`, and the limit.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-stream.html#asyncio.open_unix_connection}
 */
export interface OpenUnixConnectionOptions extends CreateUnixConnectionOptions {
  /** The longest line, and half of what is buffered, in bytes. Default: 64 KiB. */
  limit?: number | undefined;
}

/**
 * Options of {@linkcode startUnixServer}: those of `loop.createUnixServer()`, and the limit.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-stream.html#asyncio.start_unix_server}
 */
export interface StartUnixServerOptions extends CreateUnixServerOptions {
  /** The longest line, and half of what is buffered of a client, in bytes. Default: 64 KiB. */
  limit?: number | undefined;
}

/**
 * Connects to a Unix socket.
 *
 * @param path The path of the socket.
 * @param options `limit`, and those of `loop.createUnixConnection()`.
 * @returns A coroutine giving the two ends of the stream.
 * @throws {ValueError} If there is neither a path nor a socket, or both.
 * @throws What ends the attempt: `Deno.errors.NotFound`, say.
 *
 * @example Usage
 * ```ts
 * import { openUnixConnection, run } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => run(openUnixConnection("/no/such/socket")), Deno.errors.NotFound);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-stream.html#asyncio.open_unix_connection}
 */
export function openUnixConnection(
  path?: string | null,
  options: OpenUnixConnectionOptions = {},
): CoroutineObject<[reader: StreamReader, writer: StreamWriter<string>]> {
  return open(path ?? null, options);
}

const open = coroutine(
  function* openUnixConnection(
    path: string | null,
    { limit = DEFAULT_LIMIT, ...options }: OpenUnixConnectionOptions,
  ): Coroutine<[reader: StreamReader, writer: StreamWriter<string>]> {
    const loop = runningNetworkLoop();
    const reader = new StreamReader(limit, { loop });
    const factory = () => new StreamReaderProtocol<string>(reader, null, { loop });
    const [transport, protocol] = yield* loop.createUnixConnection(factory, path, options);
    return [reader, new StreamWriter(transport, protocol, reader, loop)];
  },
);

/**
 * Starts a server on a Unix socket: calls back for every client that connects. A socket that somebody
 * has left at the path is replaced; the server's own is removed when it is closed.
 *
 * @param callback What serves a client. It receives its reader and its writer, and closes the writer.
 * @param path The path of the socket.
 * @param options `limit`, and those of `loop.createUnixServer()`.
 * @returns A coroutine giving the server.
 * @throws {ValueError} If there is neither a path nor a socket, or both; or the limit is not positive.
 * @throws {Deno.errors.AddrInUse} If there is something at the path that is no socket.
 *
 * @example Usage
 * ```ts
 * import { openUnixConnection, run, startUnixServer } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${Deno.makeTempDirSync()}/socket`;
 * await run(function* () {
 *   const server = yield* startUnixServer((_, writer) => {
 *     writer.write("hello");
 *     writer.close();
 *   }, path);
 *   assertEquals(server.sockets[0].getsockname(), path);
 *   const [reader, writer] = yield* openUnixConnection(path);
 *   assertEquals(new TextDecoder().decode(yield* reader.read()), "hello");
 *   writer.close();
 *   server.close();
 *   yield* server.waitClosed();
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-stream.html#asyncio.start_unix_server}
 */
export function startUnixServer(
  callback: ClientConnectedCallback<string>,
  path?: string | null,
  options: StartUnixServerOptions = {},
): CoroutineObject<Server<string>> {
  return start(callback, path ?? null, options);
}

const start = coroutine(
  function* startUnixServer(
    callback: ClientConnectedCallback<string>,
    path: string | null,
    { limit = DEFAULT_LIMIT, ...options }: StartUnixServerOptions,
  ): Coroutine<Server<string>> {
    if (typeof callback !== "function") {
      throw new TypeError(`a callable object was expected by startUnixServer(), got ${callback}`);
    }
    checkLimit(limit);
    const loop = runningNetworkLoop();
    const factory = () => {
      return new StreamReaderProtocol(new StreamReader(limit, { loop }), callback, { loop });
    };
    return yield* loop.createUnixServer(factory, path, options);
  },
);
