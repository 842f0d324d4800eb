// Copyright 2026 the asyncio authors. MIT license.

/**
 * Work for the CPU beside the event loop: in a process, in a thread, and, as a warning, in the loop
 * itself. Meanwhile a task ticks, and says how late the loop lets it be. Starting a process holds the loop
 * for some milliseconds; what the process then does, not at all.
 *
 * From the concurrency course, part VII, chapter 12.
 *
 *     deno run --allow-env --allow-run examples/12_coroutines/mixed_cpu.ts
 *
 * Options: `--n`, how many numbers are squared and summed.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import { count, options, program } from "../_options.ts";

/** Milliseconds from one tick to the next. */
const TICK = 5;

/** Burns CPU. Sums as Python's integers do, which have no bound. */
function cpuBoundTask(n: number): bigint {
  let total = 0n;
  let part = 0; // Exact, as long as it is below 2 ** 53
  for (let i = 0; i < n; i++) {
    part += i * i;
    if (part < 2 ** 52) continue;
    total += BigInt(part);
    part = 0;
  }
  return total + BigInt(part);
}

/** Ticks until it is cancelled, and notes how late each tick was, in milliseconds. */
async function ticking(lateness: number[]): Promise<void> {
  const loop = asyncio.getRunningLoop();
  for (;;) {
    const when = loop.time() + TICK / 1000;
    await asyncio.sleep(TICK / 1000);
    lateness.push(1000 * (loop.time() - when));
  }
}

/** Runs something beside the ticks, and tells what it did to them. */
async function beside(name: string, work: () => Promise<bigint>): Promise<void> {
  const lateness: number[] = [];
  const ticker = asyncio.createTask(() => ticking(lateness));
  await asyncio.sleep(2 * TICK / 1000);
  const result = await work();
  await asyncio.sleep(2 * TICK / 1000);
  ticker.cancel();
  console.log(`${name}\nResult: ${result}`);
  const worst = Math.max(...lateness).toFixed(1);
  console.log(`${lateness.length} ticks meanwhile, the latest ${worst} ms late\n`);
}

/** As the document has it: in a process of a pool. */
async function inProcess(n: number): Promise<bigint> {
  const loop = asyncio.getRunningLoop();
  return await asyncio.asyncWith(
    new asyncio.ProcessPoolExecutor(),
    async (pool) => await loop.runInExecutor(pool, cpuBoundTask, n),
  );
}

/** In a thread of the loop's own: quicker to start, but nothing can stop it. */
async function inThread(n: number): Promise<bigint> {
  return await asyncio.toThread(cpuBoundTask, n);
}

/** In the loop itself: nothing else moves. */
function inLoop(n: number): Promise<bigint> {
  return Promise.resolve(cpuBoundTask(n));
}

/** Runs all three. */
export async function main(n: number): Promise<void> {
  await asyncio.run(async () => {
    await beside("In a process:", () => inProcess(n));
    await beside("In a thread:", () => inThread(n));
    await beside("In the loop:", () => inLoop(n));
  });
}

if (import.meta.main) {
  const { n } = options({ n: count(10_000_000) });
  await program("compute", () => main(n));
}
