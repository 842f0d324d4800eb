// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "../socket_address.ts";
import { resolveAll } from "./_resolver.ts";
import { decodeAddress, received } from "./_sockaddr.ts";

/** The addresses of a name as text, each once: see {@linkcode resolveAll}. */
export function lookUp(host: string, family: number): readonly string[] {
  return [...new Set(resolveAll(host, family).map(textOf))];
}

/** An address of the C library's as text, its scope included. */
function textOf(bytes: Uint8Array): string {
  received.bytes.set(bytes);
  received.length[0] = bytes.length;
  const [host, , , scope = 0] = decodeAddress() as Exclude<SocketAddress, string>;
  return scope === 0 ? host : `${host}%${scope}`;
}
