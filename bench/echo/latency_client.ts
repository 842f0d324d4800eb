// Copyright 2026 the asyncio authors. MIT license.

/**
 * Sends one message after the other to an echo server, and measures how long each takes.
 *
 *     deno run --allow-net bench/echo/latency_client.ts PORT
 *
 * Prints the milliseconds of the 50th and the 99th percentile, as `p50` and `p99`.
 *
 * @module
 */

const WARM_UP = 200;
const MESSAGES = 1000;

const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });
const message = new Uint8Array(64);
const times: number[] = [];
for (let i = 0; i < WARM_UP + MESSAGES; i++) {
  const start = performance.now();
  await connection.write(message);
  await connection.read(message);
  if (i >= WARM_UP) times.push(performance.now() - start);
}
times.sort((a, b) => a - b);
const percentile = (part: number) => times[Math.floor(part * times.length)]!;
console.log(JSON.stringify({ p50: percentile(0.5), p99: percentile(0.99) }));
Deno.exit();
