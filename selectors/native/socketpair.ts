// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/socket.py, socketpair

import { AF_UNIX, SOCK_NONBLOCK, SOCK_STREAM } from "../constants.ts";
import { openPair } from "./_descriptors.ts";
import { NativeSocket } from "./native_socket.ts";

/**
 * Two sockets that are connected to each other. They need `--allow-ffi`.
 *
 * @param family The address family: systems have no others. Default: `AF_UNIX`.
 * @param type `SOCK_STREAM` or `SOCK_DGRAM`; with `SOCK_NONBLOCK` added the sockets are not blocking.
 *   Default: `SOCK_STREAM`.
 * @param proto The protocol. Default: 0.
 * @returns The two, which are alike.
 * @throws {Deno.errors.NotCapable} If `--allow-ffi` is missing.
 * @throws {Deno.errors.NotSupported} If the system has no such pairs.
 *
 * @example Usage
 * ```ts
 * import { socketpair } from "@asyncio/asyncio/selectors";
 * import { assertEquals } from "@std/assert";
 *
 * const [left, right] = socketpair();
 * left.sendall("Hello");
 * assertEquals(new TextDecoder().decode(right.recv(100)), "Hello");
 * left.close();
 * assertEquals(right.recv(100).length, 0);
 * right.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/socket.html#socket.socketpair}
 */
export function socketpair(
  family: number = AF_UNIX,
  type: number = SOCK_STREAM,
  proto = 0,
): [NativeSocket, NativeSocket] {
  const blocking = (type & SOCK_NONBLOCK) === 0;
  const kind = type & ~SOCK_NONBLOCK;
  const [left, right] = openPair(family, kind, proto, blocking);
  return [
    new NativeSocket(family, kind, proto, left),
    new NativeSocket(family, kind, proto, right),
  ];
}
