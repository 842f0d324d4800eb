// Copyright 2026 the asyncio authors. MIT license.

import { AF_INET6 } from "../constants.ts";
import { libc } from "./_libc.ts";
import type { Platform } from "./_library.ts";

/**
 * What the system at hand means by the constants of this layer, which are Linux's.
 *
 * Source: xnu, bsd/sys/socket.h, bsd/netinet/tcp.h, bsd/netinet6/in6.h.
 */
const DARWIN_AF_INET6 = 30;
const DARWIN_SOL_SOCKET = 0xffff;

const SOL_SOCKET = 1;
const IPPROTO_TCP = 6;
const IPPROTO_IPV6 = 41;

/** macOS's options, by Linux's, by level. */
const DARWIN_OPTIONS: Readonly<Record<number, Readonly<Record<number, number>>>> = {
  [SOL_SOCKET]: {
    2: 0x4, // SO_REUSEADDR
    3: 0x1008, // SO_TYPE
    4: 0x1007, // SO_ERROR
    6: 0x20, // SO_BROADCAST
    7: 0x1001, // SO_SNDBUF
    8: 0x1002, // SO_RCVBUF
    9: 0x8, // SO_KEEPALIVE
    13: 0x1080, // SO_LINGER, which counts in seconds if it is SO_LINGER_SEC
    15: 0x200, // SO_REUSEPORT
  },
  [IPPROTO_TCP]: {
    1: 0x1, // TCP_NODELAY
    4: 0x10, // TCP_KEEPIDLE, called TCP_KEEPALIVE
    5: 0x101, // TCP_KEEPINTVL
    6: 0x102, // TCP_KEEPCNT
  },
  [IPPROTO_IPV6]: {
    26: 27, // IPV6_V6ONLY
  },
};

/** The system's number of an address family. */
export function systemFamily(family: number, platform: Platform = libc().platform): number {
  return platform === "darwin" && family === AF_INET6 ? DARWIN_AF_INET6 : family;
}

/** This layer's number of an address family of the system's. */
export function ownFamily(family: number, platform: Platform = libc().platform): number {
  return platform === "darwin" && family === DARWIN_AF_INET6 ? AF_INET6 : family;
}

/**
 * The system's numbers of an option.
 *
 * @throws {Deno.errors.NotSupported} If they are not known. On Linux every option is.
 */
export function systemOption(
  level: number,
  option: number,
  platform: Platform = libc().platform,
): [level: number, option: number] {
  if (platform === "linux") return [level, option];
  const own = DARWIN_OPTIONS[level]?.[option];
  if (own === undefined) {
    throw new Deno.errors.NotSupported(
      `Cannot use socket option ${option} of level ${level}: its number on macOS is not known`,
    );
  }
  return [level === SOL_SOCKET ? DARWIN_SOL_SOCKET : level, own];
}
