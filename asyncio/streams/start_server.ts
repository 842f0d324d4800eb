// Copyright 2026 the asyncio authors. MIT license.

import {
  AF_INET,
  AF_INET6,
  type NonBlockingSocket,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOL_SOCKET,
  ValueError,
} from "../../selectors/mod.ts";
import {
  type Coroutine,
  coroutine,
  type CoroutineObject,
  getRunningLoop,
  type SelectorEventLoop,
} from "../../coroutines/mod.ts";
import { notSupported } from "../_net.ts";
import { Server } from "../transports/server.ts";
import { startable, StreamProtocol } from "./_stream_protocol.ts";
import { checkLimit, DEFAULT_LIMIT, StreamReader } from "./stream_reader.ts";
import { StreamWriter } from "./stream_writer.ts";

/**
 * What serves one client: a generator function, an async function or a plain one. An error of it
 * goes to the loop's exception handler, and the connection is closed.
 */
export type ClientConnectedCallback = (reader: StreamReader, writer: StreamWriter) => unknown;

/** Options of {@linkcode startServer}. */
export interface StartServerOptions {
  /** The longest line, and half of what is buffered of a client, in bytes. Default: 64 KiB. */
  limit?: number | undefined;
  /** How many connections are accepted at once, and may wait for it. Default: 100. */
  backlog?: number | undefined;
  /** Whether to accept connections at once, without `startServing()`. Default: `true`. */
  startServing?: boolean | undefined;
  /** Whether the port may be reused at once after a restart. Deno always allows it. */
  reuseAddress?: boolean | undefined;
  /** Whether other processes may listen on the same port, too. Default: `false`. */
  reusePort?: boolean | undefined;
  /** The address family. Default: `AF_INET6` for a host with a colon in it, else `AF_INET`. */
  family?: number | undefined;
  /** A socket that is bound already, in place of host and port. */
  sock?: NonBlockingSocket | undefined;
}

/**
 * Starts a server: calls back for every client that connects.
 *
 * @param callback What serves a client. It receives its reader and its writer, and closes the writer.
 * @param host The host name or address to listen on, or several; `null` or `""` for every interface.
 * @param port The port; 0 for any that is free. See `server.sockets`.
 * @param options `limit`, `backlog`, `startServing`, `reusePort`, `family`, `sock`.
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
 *   const [host, port] = server.sockets[0]!.getsockname() as [string, number];
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
    options: StartServerOptions,
  ): Coroutine<Server> {
    if (typeof callback !== "function") {
      throw new TypeError(`a callable object was expected by startServer(), got ${callback}`);
    }
    if ((options as { ssl?: unknown }).ssl) {
      throw notSupported("Cannot start server: TLS is missing");
    }
    const loop = getRunningLoop();
    const { limit = DEFAULT_LIMIT, backlog = 100 } = options;
    checkLimit(limit);
    const sockets = openSockets(loop, host, port, options);
    const listener = () => {
      const reader = new StreamReader(limit, { loop });
      const protocol: StreamProtocol = new StreamProtocol(
        loop,
        reader,
        (_, transport) =>
          startable(callback, reader, new StreamWriter(transport, protocol, reader)),
      );
      return protocol;
    };
    const server = new Server({ loop, sockets, listener, backlog });
    try {
      if (options.startServing ?? true) yield* server.startServing();
    } catch (error) {
      server.close();
      yield* server.waitClosed();
      throw error;
    }
    return server;
  },
);

function openSockets(
  loop: SelectorEventLoop,
  host: string | readonly string[] | null,
  port: number | null,
  options: StartServerOptions,
): NonBlockingSocket[] {
  const { sock } = options;
  if (sock !== undefined) {
    if (host !== null || port !== null) {
      throw new ValueError("host/port and sock can not be specified at the same time");
    }
    return [sock];
  }
  if (host === null && port === null) {
    throw new ValueError("Neither host/port nor sock were specified");
  }
  const hosts = new Set(typeof host === "string" || host === null ? [host ?? ""] : host);
  const sockets: NonBlockingSocket[] = [];
  try {
    for (const one of hosts) sockets.push(openSocket(loop, one, port ?? 0, options));
  } catch (error) {
    for (const opened of sockets) opened.close();
    throw error;
  }
  return sockets;
}

function openSocket(
  loop: SelectorEventLoop,
  host: string,
  port: number,
  options: StartServerOptions,
): NonBlockingSocket {
  const sock = loop.createSocket(options.family ?? familyOf(host));
  try {
    if (options.reuseAddress ?? true) sock.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
    if (options.reusePort) sock.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1);
    sock.bind([host, port]);
    return sock;
  } catch (error) {
    sock.close();
    throw error;
  }
}

/** The family of a host: names and empty ones are taken for IPv4. */
export function familyOf(host: string): number {
  return host.includes(":") ? AF_INET6 : AF_INET;
}
