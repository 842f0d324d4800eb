// Copyright 2026 the asyncio authors. MIT license.

import { AF_INET, AF_INET6, AF_UNIX, SOCK_DGRAM, SOCK_STREAM } from "../constants.ts";
import { ConnSource } from "./conn_source.ts";
import { DatagramSource } from "./datagram_source.ts";
import type { BindOptions, Endpoint } from "./endpoint.ts";
import { notSupported } from "../_os_error.ts";

/** Refuses what Deno has no sockets of. */
export function checkKind(family: number, type: number): void {
  if (family !== AF_INET && family !== AF_INET6 && family !== AF_UNIX) {
    throw notSupported(`create socket of family ${family}`);
  }
  if (type !== SOCK_STREAM && type !== SOCK_DGRAM) {
    throw notSupported(`create socket of type ${type}`);
  }
}

/** What stands behind a new socket; `options` tells what was asked for when that matters. */
export function newEndpoint(family: number, type: number, options: () => BindOptions): Endpoint {
  return type === SOCK_STREAM ? new ConnSource() : new DatagramSource(family, options);
}
