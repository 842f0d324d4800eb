// Copyright 2026 the asyncio authors. MIT license.

import { type Coroutine, coroutine, type CoroutineObject } from "../../coroutines/mod.ts";
import type { CreateServerOptions } from "../transports/create_server.ts";
import { runningNetworkLoop } from "../transports/network_event_loop.ts";
import type { Server } from "../transports/server.ts";
import { checkLimit, DEFAULT_LIMIT, StreamReader } from "./stream_reader.ts";
import { type ClientConnectedCallback, StreamReaderProtocol } from "./stream_reader_protocol.ts";

/**
 * Options of {@linkcode startServer}: those of `loop.createServer()`, and the limit.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-stream.html#asyncio.start_server}
 */
export interface StartServerOptions extends CreateServerOptions {
  /** The longest line, and half of what is buffered of a client, in bytes. Default: 64 KiB. */
  limit?: number | undefined;
}

/**
 * Starts a server: calls back for every client that connects.
 *
 * @param callback What serves a client. It receives its reader and its writer, and closes the writer.
 * @param host The host name or address to listen at, or several; `null` or `""` for every interface.
 * @param port The port; 0 for any that is free, see `server.sockets`. Default: such a one,
 *   where there is a host.
 * @param options `limit`, and those of `loop.createServer()`.
 * @returns A coroutine giving the server.
 * @throws {ValueError} If there is neither host nor port nor socket, or a socket and one of the
 *   others; or the limit is not positive.
 * @throws {Deno.errors.AddrInUse} If somebody else has the port.
 *
 * @example Usage
 * ```ts
 * import { openConnection, run, startServer } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const server = yield* startServer(function* (reader, writer) {
 *     writer.write(yield* reader.readline());
 *     yield* writer.drain();
 *     writer.close();
 *   }, "127.0.0.1", 0);
 *   const [host, port] = server.sockets[0].getsockname();
 *
 *   const [reader, writer] = yield* openConnection(host, port);
 *   writer.write("hello\n");
 *   assertEquals(new TextDecoder().decode(yield* reader.read()), "hello\n");
 *   writer.close();
 *   server.close();
 *   yield* server.waitClosed();
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-stream.html#asyncio.start_server}
 */
export function startServer(
  callback: ClientConnectedCallback,
  host?: string | readonly string[] | null,
  port?: number | null,
  options: StartServerOptions = {},
): CoroutineObject<Server> {
  return start(callback, host ?? null, port ?? null, options);
}

const start = coroutine(
  function* startServer(
    callback: ClientConnectedCallback,
    host: string | readonly string[] | null,
    port: number | null,
    { limit = DEFAULT_LIMIT, ...options }: StartServerOptions,
  ): Coroutine<Server> {
    if (typeof callback !== "function") {
      throw new TypeError(`a callable object was expected by startServer(), got ${callback}`);
    }
    checkLimit(limit);
    const loop = runningNetworkLoop();
    const factory = () => {
      return new StreamReaderProtocol(new StreamReader(limit, { loop }), callback, { loop });
    };
    return yield* loop.createServer(factory, host, port, options);
  },
);
