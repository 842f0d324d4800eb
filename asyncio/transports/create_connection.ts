// Copyright 2026 the asyncio authors. MIT license.

import { type NonBlockingSocket, OSError, SOCK_STREAM, ValueError } from "../../selectors/mod.ts";
import type { Coroutine } from "../../coroutines/mod.ts";
import { ExceptionGroup } from "../exception_group.ts";
import { combined, notAvailable } from "../_net.ts";
import { createTransport, prepareTls } from "./_create_transport.ts";
import { checkStream } from "./create_server.ts";
import type { InetAddress } from "./inet_address.ts";
import type { AddressInfo } from "./getaddrinfo.ts";
import type { BaseProtocol } from "./base.ts";
import { resolve } from "./_resolve.ts";
import { staggeredRace } from "./_staggered.ts";
import { clientSide, type ClientSslOptions, serverSide, type SslOptions } from "./tls_options.ts";
import type { TransportHost } from "./_transport_host.ts";
import type { Transport } from "./transports.ts";

const NOWHERE = "host and port was not specified and no sock specified";

/**
 * Options of {@linkcode NetworkEventLoop.createConnection}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_connection}
 */
export interface CreateConnectionOptions extends ClientSslOptions {
  /** The address family, `AF_INET` or `AF_INET6`. Default: every family that the host has. */
  family?: number | undefined;
  /** The protocol. Default: that of TCP. */
  proto?: number | undefined;
  /** What `getaddrinfo()` is told. Default: 0. */
  flags?: number | undefined;
  /** A socket that is connected already, in place of host and port. */
  sock?: NonBlockingSocket | null | undefined;
  /** The address to connect from. Deno's own sockets cannot choose it, native ones can. */
  localAddr?: InetAddress | null | undefined;
  /** Seconds to wait for an attempt before the next address is tried beside it: "happy eyeballs". */
  happyEyeballsDelay?: number | null | undefined;
  /**
   * How many addresses of the first family come before the families take turns. Default: 1 with
   * `happyEyeballsDelay`, else 0, which leaves the order as it is.
   */
  interleave?: number | null | undefined;
  /** Whether all errors are thrown, as an `ExceptionGroup`, where none of the addresses answers. */
  allErrors?: boolean | undefined;
}

/**
 * A connection to the first address of a host that answers.
 *
 * CPython: Lib/asyncio/base_events.py, BaseEventLoop.create_connection.
 */
export function* createConnection<P extends BaseProtocol>(
  transportHost: TransportHost,
  protocolFactory: () => P,
  host: string | null,
  port: number | null,
  options: CreateConnectionOptions,
): Coroutine<[Transport, P]> {
  let { sock = null } = options;
  const tls = yield* prepareTls(transportHost, clientSide(options, host));
  if (host !== null || port !== null) {
    if (sock !== null) {
      throw new ValueError("host/port and sock can not be specified at the same time");
    }
    if (port === null) throw new ValueError(NOWHERE);
    sock = yield* connect(transportHost, host, port, options);
  } else {
    if (sock === null) {
      throw new ValueError(NOWHERE);
    }
    checkStream(sock);
    sock.setblocking(false);
  }
  const made = yield* createTransport(transportHost, sock, protocolFactory, tls);
  return made as [Transport, P];
}

/**
 * A connection that was accepted elsewhere.
 *
 * CPython: Lib/asyncio/base_events.py, BaseEventLoop.connect_accepted_socket.
 */
export function* connectAcceptedSocket<P extends BaseProtocol>(
  transportHost: TransportHost,
  protocolFactory: () => P,
  sock: NonBlockingSocket,
  options: SslOptions,
): Coroutine<[Transport, P]> {
  checkStream(sock);
  const tls = yield* prepareTls(transportHost, serverSide(options));
  sock.setblocking(false);
  const made = yield* createTransport(transportHost, sock, protocolFactory, tls);
  return made as [Transport, P];
}

function* connect(
  transportHost: TransportHost,
  host: string | null,
  port: number,
  options: CreateConnectionOptions,
): Coroutine<NonBlockingSocket> {
  const { happyEyeballsDelay: delay = null, localAddr = null } = options;
  const wanted = { ...options, type: SOCK_STREAM };
  const found = yield* resolve(transportHost, host, port, wanted);
  const local = localAddr && (yield* resolve(transportHost, localAddr[0], localAddr[1], wanted));
  const infos = interleaved(found, options.interleave ?? (delay === null ? 0 : 1));
  const errors = infos.map((): Error[] => []);
  const attempts = infos.map((info, i) => () => connectTo(transportHost, info, local, errors[i]!));
  const race = { attempts, delay, discard: (late: NonBlockingSocket) => late.close() };
  const sock = yield* staggeredRace(transportHost.loop, race);
  if (sock === null) throw failure(errors.flat(), options.allErrors ?? false);
  return sock;
}

/** What is thrown where every attempt has failed. */
function failure(errors: readonly Error[], all: boolean): Error {
  if (all) return new ExceptionGroup("create_connection failed", [...errors]);
  const [first] = errors;
  if (errors.every(({ message }) => message === first!.message)) return first!;
  return combined(errors);
}

/** One attempt. Its errors are those that another address may not have. */
function* connectTo(
  transportHost: TransportHost,
  [family, type, , , address]: AddressInfo,
  local: readonly AddressInfo[] | null,
  errors: Error[],
): Coroutine<NonBlockingSocket> {
  const sock = transportHost.createSocket(family, type);
  try {
    if (local !== null) bindLocally(sock, family, local, errors);
    yield* transportHost.loop.sockConnect(sock, address);
    return sock;
  } catch (error) {
    sock.close();
    if (error instanceof OSError) errors.push(error);
    throw error;
  }
}

/** Takes the first of the local addresses that is of the family and free. */
function bindLocally(
  sock: NonBlockingSocket,
  family: number,
  local: readonly AddressInfo[],
  errors: Error[],
): void {
  for (const [localFamily, , , , address] of local) {
    if (localFamily !== family) continue;
    try {
      return sock.bind(address);
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      const text = error.message.toLowerCase();
      const message = `error while attempting to bind on address ${
        JSON.stringify(address)
      }: ${text}`;
      errors.push(Object.assign(error, { message }));
    }
  }
  throw errors.pop() ?? notAvailable(`no matching local address with family=${family} found`);
}

/** Has the families take turns, after the first addresses of the first. */
// CPython: Lib/asyncio/base_events.py, _interleave_addrinfos
export function interleaved(
  infos: readonly AddressInfo[],
  firstFamilyCount: number,
): readonly AddressInfo[] {
  if (firstFamilyCount === 0) return infos;
  const families = [...Map.groupBy(infos, ([family]) => family).values()];
  const result = families[0]?.splice(0, firstFamilyCount - 1) ?? [];
  const most = Math.max(0, ...families.map(({ length }) => length));
  for (let i = 0; i < most; i++) {
    for (const family of families) if (i < family.length) result.push(family[i]!);
  }
  return result;
}
