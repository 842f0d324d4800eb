// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "../../selectors/mod.ts";

/**
 * The address of a TCP or UDP socket: `[host, port]` of IPv4, `[host, port, flowinfo, scopeId]` of
 * IPv6.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#socket-families}
 */
export type InetAddress = Exclude<SocketAddress, string>;
