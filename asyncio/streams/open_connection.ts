// Copyright 2026 the asyncio authors. MIT license.

import { AF_INET, AF_INET6, type NonBlockingSocket, ValueError } from "../../selectors/mod.ts";
import {
  CancelledError,
  type Coroutine,
  coroutine,
  type CoroutineObject,
  getRunningLoop,
  type SelectorEventLoop,
} from "../../coroutines/mod.ts";
import { isNetAllowed, isOSError, notSupported } from "../_net.ts";
import { SelectorTransport } from "../transports/_selector_transport.ts";
import { familyOf } from "./start_server.ts";
import { StreamProtocol } from "./_stream_protocol.ts";
import { DEFAULT_LIMIT, StreamReader } from "./stream_reader.ts";
import { StreamWriter } from "./stream_writer.ts";

/** Options of {@linkcode openConnection}. */
export interface OpenConnectionOptions {
  /** The longest line, and half of what is buffered, in bytes. Default: 64 KiB. */
  limit?: number | undefined;
  /** The address family. Default: `AF_INET6` for a host with a colon in it, else `AF_INET`. */
  family?: number | undefined;
  /** A socket that is connected already, in place of host and port. */
  sock?: NonBlockingSocket | undefined;
}

/**
 * Connects to a server.
 *
 * @param host The host name or address.
 * @param port The port.
 * @param options `limit`, `family`, `sock`.
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
    options: OpenConnectionOptions,
  ): Coroutine<[reader: StreamReader, writer: StreamWriter]> {
    if ((options as { ssl?: unknown }).ssl) throw notSupported("Cannot connect: TLS is missing");
    const loop = getRunningLoop();
    const reader = new StreamReader(options.limit ?? DEFAULT_LIMIT, { loop });
    const sock = yield* connectedSocket(loop, host, port, options);
    const protocol = new StreamProtocol(loop, reader);
    const waiter = loop.createFuture<void>();
    const transport = new SelectorTransport(loop, sock, protocol, { waiter });
    try {
      yield* waiter;
    } catch (error) {
      transport.close();
      throw error;
    }
    return [reader, new StreamWriter(transport, protocol, reader)];
  },
);

function* connectedSocket(
  loop: SelectorEventLoop,
  host: string | null,
  port: number | null,
  options: OpenConnectionOptions,
): Coroutine<NonBlockingSocket> {
  const given = options.sock;
  if (given !== undefined) {
    if (host !== null || port !== null) {
      throw new ValueError("host/port and sock can not be specified at the same time");
    }
    return given;
  }
  if (host === null || port === null) {
    throw new ValueError("host and port was not specified and no sock specified");
  }
  if (options.family === undefined && host === "localhost") return yield* toLocalhost(loop, port);
  return yield* connect(loop, options.family ?? familyOf(host), host, port);
}

/** A name with an address of each family: who listens on one of them need not on the other. */
function* toLocalhost(loop: SelectorEventLoop, port: number): Coroutine<NonBlockingSocket> {
  try {
    return yield* connect(loop, AF_INET, "localhost", port);
  } catch (error) {
    if (!isOSError(error) || !isNetAllowed(`[::1]:${port}`)) throw error;
    try {
      return yield* connect(loop, AF_INET6, "localhost", port);
    } catch (other) {
      throw other instanceof CancelledError ? other : error;
    }
  }
}

function* connect(
  loop: SelectorEventLoop,
  family: number,
  host: string,
  port: number,
): Coroutine<NonBlockingSocket> {
  const sock = loop.createSocket(family);
  try {
    yield* loop.sockConnect(sock, [host, port]);
    return sock;
  } catch (error) {
    sock.close();
    throw error;
  }
}
