// Copyright 2026 the asyncio authors. MIT license.

import type { NonBlockingSocket, SocketAddress } from "../../selectors/mod.ts";
import type { Coroutine } from "../../coroutines/mod.ts";
import type { BaseProtocol } from "./base.ts";
import { loadNodeTls, type NodeTls } from "./_node_tls.ts";
import { SocketTransport, type SocketTransportOptions } from "./_socket_transport.ts";
import { secureContext, type TlsSide } from "./tls_options.ts";
import { TlsTransport } from "./_tls_transport.ts";
import { begin, type TransportHost } from "./_transport_host.ts";
import type { Transport } from "./transports.ts";

/** How connections are encrypted, ready to be used. */
export interface Tls {
  readonly modules: NodeTls;
  readonly side: TlsSide;
}

/** Loads what it takes to encrypt, and reads the certificates. `null` if nothing is encrypted. */
export function* prepareTls(host: TransportHost, side: TlsSide | null): Coroutine<Tls | null> {
  if (side === null) return null;
  host.loop.requireHost("TLS");
  const modules = yield* loadNodeTls();
  secureContext(modules, side.ssl);
  return { modules, side };
}

/** A transport over a connected socket, encrypted or not. The socket is the transport's from then on. */
export function makeTransport(
  host: TransportHost,
  sock: NonBlockingSocket,
  protocol: BaseProtocol,
  tls: Tls | null,
  options: SocketTransportOptions,
): Transport<SocketAddress> {
  if (tls === null) return new SocketTransport(host, sock, protocol, options);
  const { peername, server, waiter = null } = options;
  const transport = new TlsTransport<SocketAddress>(host, protocol, {
    ...tls,
    waiter,
    callConnectionMade: true,
  });
  const owner = server && {
    ...server,
    attach: () => server.attach(transport),
    detach: () => server.detach(transport),
  };
  new SocketTransport(host, sock, transport.below, { peername, server: owner });
  return transport;
}

/**
 * Puts a transport on a connected socket, and waits until its protocol knows of it. The socket is the
 * transport's from then on; it is closed if anything fails.
 *
 * CPython: Lib/asyncio/base_events.py, BaseEventLoop._create_connection_transport.
 */
export function* createTransport<P extends BaseProtocol>(
  host: TransportHost,
  sock: NonBlockingSocket,
  protocolFactory: () => P,
  tls: Tls | null,
): Coroutine<[Transport<SocketAddress>, P]> {
  let protocol;
  try {
    protocol = protocolFactory();
  } catch (error) {
    sock.abort();
    throw error;
  }
  const transport = yield* begin(
    host,
    (waiter) => makeTransport(host, sock, protocol, tls, { waiter }),
    (transport) => transport.close(),
  );
  return [transport, protocol];
}
