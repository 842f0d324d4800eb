// Copyright 2026 the asyncio authors. MIT license.

import {
  AF_INET,
  AF_INET6,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  type NonBlockingSocket,
  SO_KEEPALIVE,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_STREAM,
  SOL_SOCKET,
  ValueError,
} from "../../selectors/mod.ts";
import type { Coroutine } from "../../coroutines/mod.ts";
import { isNoAddressHere, isNotSupported, notAvailable } from "../_net.ts";
import type { InetAddress } from "./inet_address.ts";
import { type AddressInfo, AI_PASSIVE } from "./getaddrinfo.ts";
import type { BaseProtocol } from "./base.ts";
import { prepareTls } from "./_create_transport.ts";
import { resolve } from "./_resolve.ts";
import { Server } from "./server.ts";
import { serverSide, type SslOptions } from "./tls_options.ts";
import type { TransportHost } from "./_transport_host.ts";

/**
 * Options of servers of every kind.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_server}
 */
export interface ServerOptions extends SslOptions {
  /** How many connections may wait to be accepted, and are accepted at once. Default: 100. */
  backlog?: number | undefined;
  /** Whether to accept connections at once, without `startServing()`. Default: `true`. */
  startServing?: boolean | undefined;
  /** A socket that is bound already, in place of an address. */
  sock?: NonBlockingSocket | null | undefined;
}

/**
 * Options of {@linkcode NetworkEventLoop.createServer}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_server}
 */
export interface CreateServerOptions extends ServerOptions {
  /** The address family, `AF_INET` or `AF_INET6`. Default: every family that the host has. */
  family?: number | undefined;
  /** What `getaddrinfo()` is told. Default: `AI_PASSIVE`. */
  flags?: number | undefined;
  /** Whether the port may be reused at once after a restart. Default: `true`; Deno always allows it. */
  reuseAddress?: boolean | null | undefined;
  /** Whether other processes may listen at the same port, too. Default: `false`. */
  reusePort?: boolean | null | undefined;
  /** Whether connections are probed when they are idle. Default: `false`. */
  keepAlive?: boolean | null | undefined;
}

/**
 * A server for every address of the hosts.
 *
 * CPython: Lib/asyncio/base_events.py, BaseEventLoop.create_server.
 */
export function* createServer(
  transportHost: TransportHost,
  protocolFactory: () => BaseProtocol,
  host: string | readonly string[] | null,
  port: number | null,
  options: CreateServerOptions,
): Coroutine<Server<InetAddress>> {
  const { sock = null, backlog = 100, startServing = true } = options;
  const tls = yield* prepareTls(transportHost, serverSide(options));
  let sockets: NonBlockingSocket[];
  if (host !== null || port !== null) {
    if (sock !== null) {
      throw new ValueError("host/port and sock can not be specified at the same time");
    }
    sockets = yield* openSockets(transportHost, host, port, options);
  } else {
    if (sock === null) throw new ValueError("Neither host/port nor sock were specified");
    checkStream(sock);
    sockets = [sock];
  }
  for (const one of sockets) one.setblocking(false);
  const server = new Server<InetAddress>({
    host: transportHost,
    sockets,
    protocolFactory,
    backlog,
    tls,
  });
  return yield* serve(server, startServing);
}

/** Begins to serve, if so wished. */
export function* serve<S extends Server<string> | Server<InetAddress>>(
  server: S,
  startServing: boolean,
): Coroutine<S> {
  if (!startServing) return server;
  try {
    yield* server.startServing();
  } catch (error) {
    server.close();
    yield* server.waitClosed();
    throw error;
  }
  return server;
}

/** Refuses a socket that is no stream's. */
export function checkStream(sock: NonBlockingSocket): void {
  if (sock.type !== SOCK_STREAM) {
    throw new ValueError(`A Stream Socket was expected, got ${sock}`);
  }
}

function* openSockets(
  transportHost: TransportHost,
  host: string | readonly string[] | null,
  port: number | null,
  options: CreateServerOptions,
): Coroutine<NonBlockingSocket[]> {
  const hosts = new Set(typeof host === "string" || host === null ? [host || null] : host);
  const infos: AddressInfo[] = [];
  const wanted = { type: SOCK_STREAM, family: options.family, flags: options.flags ?? AI_PASSIVE };
  for (const one of hosts) infos.push(...yield* resolve(transportHost, one, port, wanted));
  const sockets: NonBlockingSocket[] = [];
  try {
    // Without IPV6_V6ONLY the socket of "::" takes IPv4 as well, and the port with it. So it is first.
    for (const info of withoutDoubles(infos).sort(wildcardFirst)) {
      if (sockets.some((sock) => takesBoth(sock) && isIPv4Wildcard(info))) continue;
      const sock = openSocket(transportHost, info, options);
      if (sock !== null) sockets.push(sock);
    }
    if (sockets.length === 0) {
      const tried = infos.map(([, , , , address]) => JSON.stringify(address)).join(", ");
      throw notAvailable(`could not bind on any address out of [${tried}]`);
    }
  } catch (error) {
    for (const opened of sockets) opened.close();
    throw error;
  }
  return sockets;
}

/** An address that is there several times, because several names mean it, is listened at once. */
function withoutDoubles(infos: readonly AddressInfo[]): AddressInfo[] {
  return [...new Map(infos.map((info) => [JSON.stringify(info), info])).values()];
}

function wildcardFirst(one: AddressInfo, other: AddressInfo): number {
  return Number(isIPv4Wildcard(one)) - Number(isIPv4Wildcard(other));
}

function isIPv4Wildcard([family, , , , [host]]: AddressInfo): boolean {
  return family === AF_INET && host === "0.0.0.0";
}

/** Whether a listening socket takes connections of both families. */
function takesBoth(sock: NonBlockingSocket): boolean {
  return sock.family === AF_INET6 && sock.getsockname()[0] === "::" && !takesOnlyIPv6(sock);
}

/** Whether a socket takes no IPv4. Deno's do not tell: they do take it. */
function takesOnlyIPv6(sock: NonBlockingSocket): boolean {
  return ifSupported(() => sock.getsockopt(IPPROTO_IPV6, IPV6_V6ONLY) !== 0) ?? false;
}

/** Keeps a socket that is not bound yet from taking IPv4 as well. Deno's sockets cannot. */
function setOnlyIPv6(sock: NonBlockingSocket): void {
  ifSupported(() => sock.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 1));
}

/** What a function gives; `undefined` if these sockets cannot do what it asks for. */
function ifSupported<T>(fn: () => T): T | undefined {
  try {
    return fn();
  } catch (error) {
    if (isNotSupported(error)) return undefined;
    throw error;
  }
}

/** A socket that is bound; `null` if this machine has no such address. */
function openSocket(
  transportHost: TransportHost,
  [family, type, , , address]: AddressInfo,
  options: CreateServerOptions,
): NonBlockingSocket | null {
  const sock = transportHost.createSocket(family, type);
  try {
    if (options.reuseAddress ?? true) sock.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
    if (options.reusePort) sock.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1);
    if (options.keepAlive) sock.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1);
    if (family === AF_INET6) setOnlyIPv6(sock);
    sock.bind(address);
    return sock;
  } catch (error) {
    sock.close();
    if (isNoAddressHere(error)) return null;
    throw error;
  }
}
