// Copyright 2026 the asyncio authors. MIT license.

/**
 * The client of all echo servers: one 64-byte message in flight on each connection.
 *
 *     deno run --allow-net --allow-read bench/echo/client.ts PORT PID CONNECTIONS
 *
 * Prints the CPU microseconds that process PID, the server, used for each message, as a number.
 *
 * @module
 */

import { cpuSeconds } from "../process_usage.ts";

const MESSAGE = new Uint8Array(64).fill(65);
/** Milliseconds before the measured time, for compilers and caches. */
const WARM_UP = 1500;
/** Milliseconds. */
const MEASURED = 3000;

let messages = 0;

async function talk(connection: Deno.TcpConn): Promise<never> {
  const buffer = new Uint8Array(MESSAGE.length);
  while (true) {
    await connection.write(MESSAGE);
    for (let received = 0; received < MESSAGE.length;) {
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

const [port, pid, connections] = Deno.args.map(Number) as [number, number, number];
for (let i = 0; i < connections; i++) talk(await Deno.connect({ hostname: "127.0.0.1", port }));
await pause(WARM_UP);
const [cpuBefore, messagesBefore] = [cpuSeconds(pid), messages];
await pause(MEASURED);
console.log((cpuSeconds(pid) - cpuBefore) * 1e6 / (messages - messagesBefore));
Deno.exit();
