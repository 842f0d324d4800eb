// Copyright 2026 the asyncio authors. MIT license.

import type { NonBlockingSocket } from "../non_blocking_socket.ts";
import { repr } from "../_repr.ts";
import type { SocketAddress } from "../socket_address.ts";

/** Python's `repr` of a socket. */
export function describeSocket(sock: NonBlockingSocket): string {
  const { family, type, proto } = sock;
  const fd = sock.fileno();
  return `<NativeSocket${fd < 0 ? " [closed]" : ""} fd=${fd}, family=${family}, type=${type}, ` +
    `proto=${proto}${describe("laddr", () => sock.getsockname())}` +
    `${describe("raddr", () => sock.getpeername())}>`;
}

/** An address as part of the text; nothing if there is none. */
function describe(name: string, ask: () => SocketAddress): string {
  try {
    const address = ask();
    return address === "" ? "" : `, ${name}=${repr(address)}`;
  } catch {
    return "";
  }
}
