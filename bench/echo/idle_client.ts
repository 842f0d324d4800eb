// Copyright 2026 the asyncio authors. MIT license.

/**
 * Opens as many idle connections to an echo server as the descriptors of a process permit.
 *
 *     deno run --allow-all bench/echo/idle_client.ts PORT PID
 *
 * Prints how many they were and the kilobytes that process PID, the server, took for each: idle from
 * the beginning, and after one message on each. Fails unless the server answers on all of them.
 *
 * @module
 */

import { residentMemory } from "../process_usage.ts";

/** Connections wanted. */
const CONNECTIONS = 15_000;
/** Descriptors that a process needs besides. */
const SPARE = 100;
const MESSAGE = new Uint8Array(64).fill(65);
/** Milliseconds for the server to accept the last and come to rest. */
const SETTLE = 2000;

async function descriptorLimit(): Promise<number> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", "ulimit -n"] }).output();
  const limit = new TextDecoder().decode(stdout).trim();
  return limit === "unlimited" ? Infinity : Number(limit);
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE));
}

/** Connects one after the other: a burst would measure the backlog. */
async function open(port: number, count: number): Promise<Deno.TcpConn[]> {
  const connections: Deno.TcpConn[] = [];
  while (connections.length < count) {
    connections.push(await Deno.connect({ hostname: "127.0.0.1", port }));
  }
  return connections;
}

/** One message and its answer. */
async function exchange(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(MESSAGE.length);
  await connection.write(MESSAGE);
  if (await connection.read(buffer) !== MESSAGE.length) throw new Error("no answer");
}

const [port, pid] = Deno.args.map(Number) as [number, number];
const count = Math.min(CONNECTIONS, await descriptorLimit() - SPARE);
const before = residentMemory(pid)!;
const kilobytesEach = () => (residentMemory(pid)! - before) / 1000 / count;
const connections = await open(port, count);
await settle();
const memory = kilobytesEach();
for (const connection of connections) await exchange(connection);
await settle();
console.log(JSON.stringify({ connections: count, memory, memoryAfter: kilobytesEach() }));
Deno.exit();
