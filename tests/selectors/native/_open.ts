// Copyright 2026 the asyncio authors. MIT license.

/**
 * Opens every C library that native sockets and selectors use, where there are any.
 *
 * They are opened once an isolate and never closed, and to the sanitizer a library that is opened within
 * a test is a leak. So this module is loaded before the tests: imported by those of this folder, and
 * preloaded for the examples of the documentation.
 *
 * @module
 */

import {
  AF_INET6,
  EpollSelector,
  NativeSocket,
  PollSelector,
  SelectSelector,
  socketpair,
} from "@asyncio/asyncio/selectors";

/** Whether this system has native sockets. */
export const NATIVE: boolean = Deno.build.os === "linux" || Deno.build.os === "darwin";

/** Whether this system has `epoll`. */
export const LINUX: boolean = Deno.build.os === "linux";

function open(): void {
  const sock = new NativeSocket(AF_INET6);
  sock.bind(["::1", 0]);
  sock.getsockname();
  sock.close();
  const named = new NativeSocket();
  named.bind(["127.1", 0]);
  named.close();
  const [left, right] = socketpair();
  right.close();
  for (const Selector of LINUX ? [SelectSelector, PollSelector, EpollSelector] : []) {
    const selector = new Selector();
    selector.selectSync(1e-6);
    if (left.fileno() >= 0) selector.openPipe(left.detach()).close();
    selector.close();
  }
}

if (NATIVE && Deno.permissions.querySync({ name: "ffi" }).state === "granted") open();
