// Copyright 2026 the asyncio authors. MIT license.

import type { NonBlockingSocket } from "../../selectors/mod.ts";

/** How long bytes on their way may take when their loop is closed, in milliseconds. */
const LAST_BYTES = 50;

/**
 * Closes a socket whose loop is closed. What it took is given the time that it takes when the system
 * has room for it: in CPython it would be there already. What waits for the other end to read is
 * dropped, so that the process can end.
 */
export function sendOrDrop(sock: NonBlockingSocket): void {
  const timer = setTimeout(() => sock.abort(), LAST_BYTES);
  sock.whenSent(() => {
    clearTimeout(timer);
    sock.close();
  });
}
