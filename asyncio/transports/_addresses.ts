// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "../../selectors/mod.ts";

/** How a socket of IPv6 spells an address of IPv4. */
const MAPPED = "::ffff:";

/**
 * An address of IPv4 as such, also where a socket that takes both families has reported it.
 */
export function unmapped(address: SocketAddress): SocketAddress {
  if (typeof address === "string") return address;
  const [host, port] = address;
  if (host.length < MAPPED.length || !host.startsWith(MAPPED) || !host.includes(".")) {
    return address;
  }
  return [host.slice(MAPPED.length), port];
}
