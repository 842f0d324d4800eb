// Copyright 2026 the asyncio authors. MIT license.

/**
 * Connects and waits until the server closes, again and again.
 *
 *     deno run --allow-net --allow-read bench/echo/accept_client.ts PORT PID CLIENTS
 *
 * Prints the CPU microseconds that process PID, the server, used for each connection, as `cpu`.
 *
 * @module
 */

import { cpuSeconds } from "../process_usage.ts";

/** Connections of each client before the measured ones, for compilers and caches. */
const WARM_UP = 5000;
/** As many as leave ports for the next run: the system keeps each for a minute. */
const MEASURED = 20_000;

const [port, pid, clients] = Deno.args.map(Number) as [number, number, number];
let left = 0;

async function connectAndWait(): Promise<void> {
  const buffer = new Uint8Array(1);
  while (left-- > 0) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.read(buffer);
    connection.close();
  }
}

async function connect(count: number): Promise<void> {
  left = count;
  await Promise.all(Array.from({ length: clients }, connectAndWait));
}

await connect(WARM_UP);
const before = cpuSeconds(pid);
await connect(MEASURED);
console.log(JSON.stringify({ cpu: (cpuSeconds(pid) - before) * 1e6 / MEASURED }));
Deno.exit();
