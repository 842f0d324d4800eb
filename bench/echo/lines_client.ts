// Copyright 2026 the asyncio authors. MIT license.

/**
 * Sends lines to a server that only reads them, and waits until it closes, several times.
 *
 *     deno run --allow-net --allow-read bench/echo/lines_client.ts PORT PID SIZE
 *
 * Prints the CPU nanoseconds that process PID, the server, used for a line of SIZE bytes, as `cpu`.
 *
 * @module
 */

import { cpuSeconds } from "../process_usage.ts";

/** The first is for compilers and caches. */
const TIMES = 6;
const LINES = 400_000;

const [port, pid, size] = Deno.args.map(Number) as [number, number, number];
const line = `${"x".repeat(size - 1)}\n`;
const lines = new TextEncoder().encode(line.repeat(LINES));

async function send(): Promise<void> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  for (let sent = 0; sent < lines.length;) {
    sent += await connection.write(lines.subarray(sent, sent + 65_536));
  }
  await connection.closeWrite();
  await connection.read(new Uint8Array(1));
  connection.close();
}

await send();
const before = cpuSeconds(pid);
for (let i = 1; i < TIMES; i++) await send();
console.log(JSON.stringify({ cpu: (cpuSeconds(pid) - before) * 1e9 / LINES / (TIMES - 1) }));
Deno.exit();
