// Copyright 2026 the asyncio authors. MIT license.

/**
 * Connections and servers on Unix sockets.
 *
 * CPython: Lib/asyncio/unix_events.py, _UnixSelectorEventLoop.
 */

import {
  AF_UNIX,
  type NonBlockingSocket,
  SOCK_STREAM,
  type SocketAddress,
  ValueError,
} from "../../selectors/mod.ts";
import type { Coroutine } from "../../coroutines/mod.ts";
import { addrInUse, isAddrInUse } from "../_net.ts";
import type { BaseProtocol } from "./base.ts";
import { createTransport, prepareTls } from "./_create_transport.ts";
import { serve, type ServerOptions } from "./create_server.ts";
import { Server } from "./server.ts";
import { SocketFile } from "./_socket_file.ts";
import { clientSide, type ClientSslOptions, serverSide } from "./tls_options.ts";
import type { TransportHost } from "./_transport_host.ts";
import type { Transport } from "./transports.ts";

/**
 * Options of {@linkcode NetworkEventLoop.createUnixConnection}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_unix_connection}
 */
export interface CreateUnixConnectionOptions extends ClientSslOptions {
  /** A socket that is connected already, in place of the path. */
  sock?: NonBlockingSocket | null | undefined;
}

/**
 * Options of {@linkcode NetworkEventLoop.createUnixServer}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_unix_server}
 */
export interface CreateUnixServerOptions extends ServerOptions {
  /** Whether the socket's file is removed when the server is closed. Default: `true`. */
  cleanupSocket?: boolean | undefined;
}

/** A connection to a Unix socket. */
export function* createUnixConnection<P extends BaseProtocol>(
  host: TransportHost,
  protocolFactory: () => P,
  path: string | null,
  options: CreateUnixConnectionOptions,
): Coroutine<[Transport<string>, P]> {
  const { sock = null } = options;
  if (options.ssl && (options.serverHostname ?? null) === null) {
    throw new ValueError("you have to pass serverHostname when using ssl");
  }
  const tls = yield* prepareTls(host, clientSide(options, null));
  if (path !== null && sock !== null) {
    throw new ValueError("path and sock can not be specified at the same time");
  }
  if (path === null && sock === null) throw new ValueError("no path and sock were specified");
  const connected = path === null ? checked(sock!) : yield* connect(host, path);
  const made = yield* createTransport(host, connected, protocolFactory, tls);
  return made as [Transport<SocketAddress>, P] as [Transport<string>, P];
}

function* connect(host: TransportHost, path: string): Coroutine<NonBlockingSocket> {
  const sock = host.createSocket(AF_UNIX, SOCK_STREAM);
  try {
    yield* host.loop.sockConnect(sock, path);
    return sock;
  } catch (error) {
    sock.close();
    throw error;
  }
}

function checked(sock: NonBlockingSocket): NonBlockingSocket {
  if (sock.family !== AF_UNIX || sock.type !== SOCK_STREAM) {
    throw new ValueError(`A UNIX Domain Stream Socket was expected, got ${sock}`);
  }
  sock.setblocking(false);
  return sock;
}

/** A server on a Unix socket. */
export function* createUnixServer(
  host: TransportHost,
  protocolFactory: () => BaseProtocol,
  path: string | null,
  options: CreateUnixServerOptions,
): Coroutine<Server<string>> {
  const { sock = null, backlog = 100, startServing = true, cleanupSocket = true } = options;
  const tls = yield* prepareTls(host, serverSide(options));
  if (path !== null && sock !== null) {
    throw new ValueError("path and sock can not be specified at the same time");
  }
  if (path === null && sock === null) {
    throw new ValueError("path was not specified, and no sock specified");
  }
  const bound = path === null ? checked(sock!) : bind(host, path);
  const file = new SocketFile(bound.getsockname() as string, cleanupSocket);
  const parts = { host, sockets: [bound], protocolFactory, backlog, tls, file };
  return yield* serve(new Server<string>(parts), startServing);
}

/** A socket at a path, in place of one that somebody has left there. */
function bind(host: TransportHost, path: string): NonBlockingSocket {
  const sock = host.createSocket(AF_UNIX, SOCK_STREAM);
  try {
    SocketFile.removeStale(path);
    sock.bind(path);
    return sock;
  } catch (error) {
    sock.close();
    throw isAddrInUse(error) ? addrInUse(`Address '${path}' is already in use`, error) : error;
  }
}
