// Copyright 2026 the asyncio authors. MIT license.

import { libc } from "./_libc.ts";
import { type Opened, openLibrary } from "./_library.ts";

const FUNCTIONS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  socketpair: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  listen: { parameters: ["i32", "i32"], result: "i32" },
  accept: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  recvfrom: {
    parameters: ["i32", "buffer", "usize", "i32", "buffer", "buffer"],
    result: "i32",
  },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  sendto: {
    parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"],
    result: "i32",
  },
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
} as const;

const LINUX_FUNCTIONS = {
  accept4: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
} as const;

/** Source: Linux, linux/socket.h. */
const MSG_NOSIGNAL = 0x4000;

/** The calls that sockets are made of, on the system at hand. */
export interface SocketFunctions extends Opened<typeof FUNCTIONS> {
  /** The flags of every `send`: a broken connection is an error, and no signal that ends the process. */
  readonly sendFlags: number;
  readonly linux: Opened<typeof LINUX_FUNCTIONS> | null;
}

let opened: SocketFunctions | null = null;

/** The socket calls, opened when they are first asked for. */
export function socketFunctions(): SocketFunctions {
  if (opened !== null) return opened;
  const linux = libc().platform === "linux";
  return opened = {
    ...openLibrary(FUNCTIONS),
    sendFlags: linux ? MSG_NOSIGNAL : 0,
    linux: linux ? openLibrary(LINUX_FUNCTIONS) : null,
  };
}
