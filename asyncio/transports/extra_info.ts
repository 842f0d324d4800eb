// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "../../selectors/mod.ts";
import type { InetAddress } from "./inet_address.ts";
import type { Cipher, PeerCertificate, SSLObject } from "./ssl_object.ts";
import type { TlsOptions } from "./tls_options.ts";
import type { TransportSocket } from "./transport_socket.ts";

/**
 * What {@linkcode BaseTransport.getExtraInfo} knows, by name.
 *
 * @typeParam A Type of the addresses.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-protocol.html#asyncio.BaseTransport.get_extra_info}
 */
export interface ExtraInfo<A extends SocketAddress = InetAddress> {
  /** The address of the other end: `[host, port, ...]`, or a path. */
  peername: A;
  /** The transport's own address. */
  sockname: A;
  /** The socket, to be looked at and not to be used. */
  socket: TransportSocket<A>;
  /** How the connection is encrypted, as it was asked for; `undefined` if it is not. */
  sslcontext: TlsOptions | undefined;
  /** What was agreed on for an encrypted connection. */
  ssl_object: SSLObject | undefined;
  /** The certificate of the other end. */
  peercert: PeerCertificate | undefined;
  /** The cipher of an encrypted connection. */
  cipher: Cipher | undefined;
}
