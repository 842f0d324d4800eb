// Copyright 2026 the asyncio authors. MIT license.

import { AF_INET, SOCK_STREAM } from "../../selectors/mod.ts";
import type { Coroutine } from "../../coroutines/mod.ts";
import { isNetAllowed, notAvailable } from "../_net.ts";
import type { InetAddress } from "./inet_address.ts";
import { type AddressInfo, addressInfo, type AddressOptions } from "./getaddrinfo.ts";
import type { TransportHost } from "./_transport_host.ts";

/**
 * The addresses of a host to connect to or to listen at, those apart that the program has no
 * permission for.
 *
 * CPython: Lib/asyncio/base_events.py, BaseEventLoop._ensure_resolved.
 */
export function* resolve(
  transportHost: TransportHost,
  host: string | null,
  port: number | null,
  options: AddressOptions,
): Coroutine<AddressInfo[]> {
  const info = addressInfo(host, port, options);
  if (info !== null) return [info];
  // Where the C library is asked, Deno has no say in it.
  const isFree = transportHost.loop.isBlocking || isNetAllowed();
  if (host !== null && host !== "" && host !== "localhost" && !isFree) {
    // Who may reach a name only leaves it to Deno to look it up: addresses have no permission.
    const { family, type = SOCK_STREAM, proto = 0 } = options;
    return [[family || AF_INET, type, proto, "", [host, port ?? 0]]];
  }
  const infos = yield* transportHost.getaddrinfo(host, port, options);
  if (infos.length === 0) throw notAvailable(`getaddrinfo('${host}') returned empty list`);
  if (infos.length === 1 || isFree) return infos;
  const allowed = infos.filter(([, , , , address]) => isNetAllowed(hostAndPort(address)));
  return allowed.length > 0 ? allowed : infos.slice(0, 1);
}

function hostAndPort([host, port]: InetAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
