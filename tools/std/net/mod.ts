// Copyright 2026 the asyncio authors. MIT license.

/**
 * Stand-in for `jsr:@std/net` where JSR cannot be reached: what the tests use of it.
 *
 * @module
 */

/**
 * Finds a TCP port that nothing listens on at the moment of the call.
 *
 * Prefer listening on port 0. This is for child programs that must be told a port.
 */
export function getAvailablePort(options?: { preferredPort?: number }): number {
  const preferred = options?.preferredPort;
  if (preferred !== undefined && isFree(preferred)) return preferred;
  const listener = Deno.listen({ port: 0 });
  try {
    return listener.addr.port;
  } finally {
    listener.close();
  }
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
