// Copyright 2026 the asyncio authors. MIT license.

import type { NonBlockingSocket } from "../../selectors/mod.ts";
import type { Coroutine } from "../../coroutines/mod.ts";
import type { BaseProtocol } from "./base.ts";
import { SocketTransport } from "./_socket_transport.ts";
import type { TransportHost } from "./_transport_host.ts";
import type { Transport } from "./transports.ts";

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
): Coroutine<[Transport, P]> {
  let protocol;
  try {
    protocol = protocolFactory();
  } catch (error) {
    sock.abort();
    throw error;
  }
  const waiter = host.loop.createFuture<void>();
  const transport = new SocketTransport(host, sock, protocol, { waiter });
  try {
    yield* waiter;
  } catch (error) {
    transport.close();
    throw error;
  }
  return [transport, protocol];
}
