// Copyright 2026 the asyncio authors. MIT license.

/**
 * The Monte Carlo way to pi: throw darts at a square, and see how many land in the circle. Workers throw,
 * and tell how far they are; midway one of the two is killed, and no dart is lost or counted twice.
 *
 *     deno run --allow-net=127.0.0.1 --allow-run --allow-write examples/distributed/pi.ts
 *
 * Options: `--calls`, how many calls there are; `--darts`, how many darts each throws.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import { NatsExecutor, reportProgress } from "@asyncio/asyncio/distributed";
import { count, options, program } from "../_options.ts";
import { Cluster, kill } from "./_cluster.ts";

/** Random numbers from 0 to 1, the same for the same seed: mulberry32. */
function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How many of so many darts land in the circle. This is what the workers do. */
export function throwDarts(seed: number, darts: number): number {
  const random = randomFrom(seed);
  let inside = 0;
  for (let i = 0; i < darts; i++) {
    if (random() ** 2 + random() ** 2 < 1) inside++;
    if (i % Math.ceil(darts / 20) === 0) reportProgress(i / darts);
  }
  return inside;
}

/** Throws all darts, with one worker killed midway. */
export async function main(calls: number, darts: number): Promise<void> {
  await using cluster = await Cluster.start();
  const [victim] = await Promise.all([cluster.startWorker(), cluster.startWorker()]);
  await using executor = new NatsExecutor({ servers: cluster.url, redeliverAfter: 1 });
  const progress = new Map<number, number>();
  const futures = Array.from({ length: calls }, (_, i) => {
    const future = executor.submit(asyncio.moduleFunction(import.meta, throwDarts), i, darts);
    future.addProgressCallback((part) => {
      progress.set(i, part as number);
      show(progress, calls);
    });
    future.addDoneCallback(() => progress.set(i, 1));
    return future;
  });
  const inside = await asyncio.run(async () => {
    let inside = 0;
    let done = 0;
    for await (const future of asyncio.asCompleted(futures)) {
      inside += await future;
      if (++done === Math.ceil(calls / 4)) kill(victim, "SIGKILL");
    }
    return inside;
  });
  show(progress, calls);
  console.log(`\n${inside} of ${calls * darts} darts are in the circle`);
  console.log(`pi is about ${(4 * inside / (calls * darts)).toFixed(4)}`);
}

/** Writes a line over itself, where there is a terminal to do so. */
function show(progress: Map<number, number>, calls: number): void {
  if (!Deno.stdout.isTerminal()) return;
  let total = 0;
  for (const part of progress.values()) total += part;
  const line = `\r${(100 * total / calls).toFixed(0).padStart(3)} %`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}

if (import.meta.main) {
  const { calls, darts } = options({ calls: count(20), darts: count(2_000_000) });
  await program("throw darts", () => main(calls, darts));
}
