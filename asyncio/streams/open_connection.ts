// Copyright 2026 the asyncio authors. MIT license.

import { type Coroutine, coroutine, type CoroutineObject } from "../../coroutines/mod.ts";
import type { CreateConnectionOptions } from "../transports/create_connection.ts";
import { runningNetworkLoop } from "../transports/network_event_loop.ts";
import { DEFAULT_LIMIT, StreamReader } from "./stream_reader.ts";
import { StreamReaderProtocol } from "./stream_reader_protocol.ts";
import { StreamWriter } from "./stream_writer.ts";

/**
 * Options of {@linkcode openConnection}: those of `loop.createConnection()`, and the limit.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-stream.html#asyncio.open_connection}
 */
export interface OpenConnectionOptions extends CreateConnectionOptions {
  /** The longest line, and half of what is buffered, in bytes. Default: 64 KiB. */
  limit?: number | undefined;
}

/**
 * Connects to a server.
 *
 * @param host The host name or address.
 * @param port The port.
 * @param options `limit`, and those of `loop.createConnection()`.
 * @returns A coroutine giving the two ends of the stream.
 * @throws {ValueError} If there is neither host and port nor a socket, or both.
 * @throws What ends the attempt: `Deno.errors.ConnectionRefused`, say.
 *
 * @example Usage
 * ```ts
 * import { openConnection, run } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => run(openConnection("127.0.0.1", 1)), Deno.errors.ConnectionRefused);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-stream.html#asyncio.open_connection}
 */
export function openConnection(
  host?: string | null,
  port?: number | null,
  options: OpenConnectionOptions = {},
): CoroutineObject<[reader: StreamReader, writer: StreamWriter]> {
  return open(host ?? null, port ?? null, options);
}

const open = coroutine(
  function* openConnection(
    host: string | null,
    port: number | null,
    { limit = DEFAULT_LIMIT, ...options }: OpenConnectionOptions,
  ): Coroutine<[reader: StreamReader, writer: StreamWriter]> {
    const loop = runningNetworkLoop();
    const reader = new StreamReader(limit, { loop });
    const factory = () => new StreamReaderProtocol(reader, null, { loop });
    const [transport, protocol] = yield* loop.createConnection(factory, host, port, options);
    return [reader, new StreamWriter(transport, protocol, reader, loop)];
  },
);
