// Copyright 2026 the asyncio authors. MIT license.

import { AF_INET, AF_INET6, AF_UNIX } from "./constants.ts";
import { ValueError } from "./errors.ts";

/**
 * The address of a socket: `[host, port]` of `AF_INET`, `[host, port, flowinfo, scopeId]` of
 * `AF_INET6` (where the last two may be left out on the way in), a path of `AF_UNIX`.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#socket-families}
 */
export type SocketAddress =
  | readonly [host: string, port: number]
  | readonly [host: string, port: number, flowinfo: number, scopeId: number]
  | string;

/** How Deno is told an address. */
export type DenoAddress =
  | { readonly hostname: string; readonly port: number; readonly transport: "tcp" }
  | { readonly path: string; readonly transport: "unix" };

/** The names that mean an address of each family, which no resolver needs to be asked for. */
const SPECIAL_HOSTS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  [AF_INET]: { "": "0.0.0.0", "localhost": "127.0.0.1" },
  [AF_INET6]: { "": "::", "localhost": "::1" },
};

/**
 * Spells an address for Deno. `caller` is named in messages.
 *
 * @throws {TypeError} If it is no address of the family.
 * @throws {ValueError} If its port is none.
 */
export function toDeno(family: number, address: SocketAddress, caller: string): DenoAddress {
  if (family === AF_UNIX) return unixAddress(address, caller);
  const name = family === AF_INET ? "AF_INET" : "AF_INET6";
  if (!Array.isArray(address)) {
    throw new TypeError(`${caller}(): ${name} address must be array, not ${typeof address}`);
  }
  const [host, port] = address;
  if (typeof host !== "string" || !Number.isInteger(port)) {
    throw new TypeError(`${caller}(): ${name} address must be a pair [host, port]`);
  }
  if (port < 0 || port > 65535) throw new ValueError(`${caller}(): port must be 0-65535.`);
  if (family === AF_INET && host.includes(":")) {
    throw new ValueError("Address family for hostname not supported");
  }
  return { hostname: SPECIAL_HOSTS[family]?.[host] ?? host, port, transport: "tcp" };
}

function unixAddress(address: SocketAddress, caller: string): DenoAddress {
  if (typeof address === "string") return { path: address, transport: "unix" };
  throw new TypeError(`${caller}(): AF_UNIX address must be string`);
}

/** Spells an address of Deno's as Python does. */
export function fromDeno(address: Deno.Addr): SocketAddress {
  if ("path" in address) return address.path ?? "";
  if (!("hostname" in address)) return "";
  const { hostname, port } = address;
  return hostname.includes(":") ? [hostname, port, 0, 0] : [hostname, port];
}

/** The family of an address of Deno's. */
export function familyOf(address: Deno.Addr): number {
  if (!("hostname" in address)) return AF_UNIX;
  return address.hostname.includes(":") ? AF_INET6 : AF_INET;
}
