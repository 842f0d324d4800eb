// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "../../selectors/mod.ts";
import type { Coroutine } from "../../coroutines/mod.ts";
import type { BaseProtocol } from "./base.ts";
import { prepareTls } from "./_create_transport.ts";
import { side, type SslOptions, type TlsOptions } from "./tls_options.ts";
import { TlsTransport } from "./_tls_transport.ts";
import { begin, type TransportHost } from "./_transport_host.ts";
import { Transport } from "./transports.ts";

/**
 * Options of {@linkcode NetworkEventLoop.startTls}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.start_tls}
 */
export interface StartTlsOptions extends Omit<SslOptions, "ssl"> {
  /** Whether this end is the server. Default: `false`. */
  serverSide?: boolean | undefined;
  /** Of clients: the name that the server's certificate has to be for. Default: no check. */
  serverHostname?: string | null | undefined;
}

/**
 * Encrypts a connection that exists.
 *
 * CPython: Lib/asyncio/base_events.py, BaseEventLoop.start_tls.
 */
export function* startTls<A extends SocketAddress>(
  host: TransportHost,
  transport: Transport<A>,
  protocol: BaseProtocol,
  ssl: TlsOptions | true,
  options: StartTlsOptions,
): Coroutine<Transport<A>> {
  const { serverSide = false, serverHostname } = options;
  if (serverSide && ssl === true) {
    throw new TypeError("sslcontext is expected to be TLS options, got true");
  }
  const given = ssl === true ? {} : ssl;
  const checked = side(given, serverSide, serverHostname ?? "", options);
  if (!(transport instanceof Transport)) {
    throw new TypeError(`transport ${transport} is not supported by startTls()`);
  }
  // What comes from now on is encrypted.
  transport.pauseReading();
  const tls = yield* prepareTls(host, checked);
  return yield* begin(
    host,
    (waiter) => {
      const parts = { ...tls!, waiter, callConnectionMade: false };
      const encrypted = new TlsTransport<A>(host, protocol, parts);
      transport.setProtocol(encrypted.below);
      encrypted.below.connectionMade(transport);
      return encrypted;
    },
    (encrypted) => {
      encrypted.close();
      transport.close();
    },
  );
}
