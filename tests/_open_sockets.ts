// Copyright 2026 the asyncio authors. MIT license.

/** The sockets that this process has open, as the system tells them apart. Needs Linux's `/proc`. */
export function openSockets(): Set<string> {
  const sockets = new Set<string>();
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      const file = Deno.readLinkSync(`/proc/self/fd/${name}`);
      if (file.startsWith("socket:")) sockets.add(file);
    } catch {
      // That of the listing itself.
    }
  }
  return sockets;
}
