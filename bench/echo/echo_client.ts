// Copyright 2026 the asyncio authors. MIT license.

/**
 * The client of all echo servers: one message of SIZE bytes in flight on each connection.
 *
 *     deno run --allow-net --allow-read bench/echo/echo_client.ts PORT PID CONNECTIONS SIZE
 *
 * Prints the CPU microseconds that process PID, the server, used for each message, as `cpu`.
 *
 * @module
 */

import { cpuSeconds } from "../process_usage.ts";

/** Milliseconds before the measured time, for compilers and caches. */
const WARM_UP = 3000;
/** Milliseconds. */
const MEASURED = 2000;

const [port, pid, connections, size] = Deno.args.map(Number) as [number, number, number, number];
const message = new Uint8Array(size).fill(65);
let messages = 0;

async function talk(connection: Deno.TcpConn): Promise<never> {
  const buffer = new Uint8Array(size);
  while (true) {
    for (let sent = 0; sent < size;) sent += await connection.write(message.subarray(sent));
    for (let received = 0; received < size;) {
      const n = await connection.read(buffer);
      if (n === null) throw new Error("the server closed a connection");
      received += n;
    }
    messages++;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

for (let i = 0; i < connections; i++) talk(await Deno.connect({ hostname: "127.0.0.1", port }));
await pause(WARM_UP);
const [cpuBefore, messagesBefore] = [cpuSeconds(pid), messages];
await pause(MEASURED);
const cpu = (cpuSeconds(pid) - cpuBefore) * 1e6 / (messages - messagesBefore);
console.log(JSON.stringify({ cpu }));
Deno.exit();
