// Copyright 2026 the asyncio authors. MIT license.

import {
  AF_UNIX,
  type NonBlockingSocket,
  OSError,
  SO_REUSEPORT,
  SOCK_DGRAM,
  SOCK_STREAM,
  type SocketAddress,
  SOL_SOCKET,
  ValueError,
} from "../../selectors/mod.ts";
import type { Coroutine } from "../../coroutines/mod.ts";
import type { BaseProtocol } from "./base.ts";
import { SocketDatagramTransport } from "./_datagram_transport.ts";
import { resolve } from "./_resolve.ts";
import { SocketFile } from "./_socket_file.ts";
import { begin, type TransportHost } from "./_transport_host.ts";
import type { DatagramTransport } from "./transports.ts";

/** Option of `SOL_SOCKET`: datagrams to everybody are allowed. */
const SO_BROADCAST = 6;

/**
 * Options of {@linkcode NetworkEventLoop.createDatagramEndpoint}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_datagram_endpoint}
 */
export interface CreateDatagramEndpointOptions {
  /** The address family. Default: every family that the addresses have. */
  family?: number | undefined;
  /** The protocol. Default: that of UDP. */
  proto?: number | undefined;
  /** What `getaddrinfo()` is told. Default: 0. */
  flags?: number | undefined;
  /** Whether other processes may use the same local address, too. Default: `false`. */
  reusePort?: boolean | null | undefined;
  /** Whether it may send to broadcast addresses. Default: `false`. */
  allowBroadcast?: boolean | null | undefined;
  /** A socket that is ready to be used, in place of everything else. */
  sock?: NonBlockingSocket | null | undefined;
}

/** One end and the other, of one family. */
interface AddressPair {
  readonly family: number;
  readonly proto: number;
  local: SocketAddress | null;
  remote: SocketAddress | null;
}

/** A socket, and where all its datagrams go, if they all go to one address. */
interface Endpoint {
  readonly sock: NonBlockingSocket;
  readonly remote: SocketAddress | null;
}

/**
 * A transport of datagrams.
 *
 * CPython: Lib/asyncio/base_events.py, BaseEventLoop.create_datagram_endpoint.
 */
export function* createDatagramEndpoint<P extends BaseProtocol>(
  host: TransportHost,
  protocolFactory: () => P,
  local: SocketAddress | null,
  remote: SocketAddress | null,
  options: CreateDatagramEndpointOptions,
): Coroutine<[DatagramTransport, P]> {
  const { sock, remote: address } = options.sock
    ? given(options.sock, local, remote, options)
    : yield* open(host, yield* pairsOf(host, local, remote, options), options);
  let protocol;
  try {
    protocol = protocolFactory();
  } catch (error) {
    sock.close();
    throw error;
  }
  const transport = yield* begin(
    host,
    (waiter) => new SocketDatagramTransport(host, sock, protocol, { address, waiter }),
    (transport) => transport.close(),
  );
  return [transport, protocol];
}

function given(
  sock: NonBlockingSocket,
  localAddr: SocketAddress | null,
  remoteAddr: SocketAddress | null,
  { sock: _, ...options }: CreateDatagramEndpointOptions,
): Endpoint {
  if (sock.type === SOCK_STREAM) {
    throw new ValueError(`A datagram socket was expected, got ${sock}`);
  }
  const problems = Object.entries({ localAddr, remoteAddr, ...options }).filter(([, one]) => one);
  if (problems.length > 0) {
    const list = problems.map(([name, value]) => `${name}=${value}`).join(", ");
    throw new ValueError(
      `socket modifier keyword arguments can not be used when sock is specified. (${list})`,
    );
  }
  sock.setblocking(false);
  return { sock, remote: null };
}

/** The addresses, by family: each family that has all that are asked for. */
function* pairsOf(
  host: TransportHost,
  local: SocketAddress | null,
  remote: SocketAddress | null,
  options: CreateDatagramEndpointOptions,
): Coroutine<AddressPair[]> {
  const { family = 0, proto = 0, flags } = options;
  if (family === AF_UNIX) {
    for (const one of [local, remote]) {
      if (one !== null && typeof one !== "string") throw new TypeError("string is expected");
    }
    if (local !== null) SocketFile.removeStale(local as string);
    return [{ family, proto, local, remote }];
  }
  if (local === null && remote === null) {
    if (family === 0) throw new ValueError("unexpected address family");
    return [{ family, proto, local, remote }];
  }
  const pairs = new Map<number, AddressPair>();
  for (const [name, address] of [["local", local], ["remote", remote]] as const) {
    if (address === null) continue;
    if (!Array.isArray(address) || address.length !== 2) throw new TypeError("2-tuple is expected");
    const [hostname, port] = address;
    const infos = yield* resolve(host, hostname, port, { family, proto, flags, type: SOCK_DGRAM });
    for (const [family, , proto, , resolved] of infos) {
      let pair = pairs.get(family);
      if (pair === undefined) {
        pairs.set(family, pair = { family, proto, local: null, remote: null });
      }
      pair[name] = resolved;
    }
  }
  const complete = [...pairs.values()].filter((pair) =>
    (local === null || pair.local !== null) && (remote === null || pair.remote !== null)
  );
  if (complete.length === 0) throw new ValueError("can not get address information");
  return complete;
}

/** A socket of the first family that works. */
function* open(
  host: TransportHost,
  pairs: readonly AddressPair[],
  options: CreateDatagramEndpointOptions,
): Coroutine<Endpoint> {
  let first: unknown;
  for (const [i, pair] of pairs.entries()) {
    try {
      return yield* openOne(host, pair, options);
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      if (i === 0) first = error;
    }
  }
  throw first;
}

function* openOne(
  host: TransportHost,
  { family, local, remote }: AddressPair,
  { reusePort, allowBroadcast }: CreateDatagramEndpointOptions,
): Coroutine<Endpoint> {
  const sock = host.createSocket(family, SOCK_DGRAM);
  try {
    if (reusePort) sock.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1);
    if (allowBroadcast) sock.setsockopt(SOL_SOCKET, SO_BROADCAST, 1);
    if (local !== null) sock.bind(local);
    if (remote !== null && !allowBroadcast) yield* host.loop.sockConnect(sock, remote);
    return { sock, remote };
  } catch (error) {
    sock.close();
    throw error;
  }
}
