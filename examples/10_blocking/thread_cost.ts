// Copyright 2026 the asyncio authors. MIT license.

/**
 * What a thread costs beside a task: starts some of each, lets all of them wait, and divides the time
 * and the memory by their number. The reason for everything that follows.
 *
 * From the concurrency course, part VI, chapter 10 (the cost of threads).
 *
 *     deno run --allow-read=examples examples/10_blocking/thread_cost.ts
 *
 * Options: `--threads`, `--tasks`, how many. Deno's threads are Workers, each with a JavaScript engine
 * of its own, so they cost more than the "about 1 MB" that the course counts for a thread.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import { count, options, program } from "../_options.ts";

/** What many of something cost: seconds and bytes. */
interface Cost {
  readonly name: string;
  readonly number: number;
  readonly time: number;
  readonly memory: number;
}

/** Starts threads, one after the other, each of which then waits. */
async function costOfThreads(number: number): Promise<Cost> {
  const url = new URL("thread_cost_worker.ts", import.meta.url);
  Deno.statSync(url); // Without the permission, it is better to hear it here than from the Worker
  const threads: Worker[] = [];
  const cost = await measure("thread (Worker)", number, async () => {
    for (let i = 0; i < number; i++) {
      const thread = new Worker(url, { type: "module" });
      threads.push(thread);
      await new Promise((resolve) => thread.onmessage = resolve);
    }
  });
  for (const thread of threads) thread.terminate();
  return cost;
}

/** Starts tasks, each of which then waits. */
function costOfTasks(number: number): Promise<Cost> {
  return asyncio.run(async () => {
    const tasks: asyncio.Task<void>[] = [];
    return await measure("task", number, async () => {
      for (let i = 0; i < number; i++) tasks.push(asyncio.createTask(asyncio.sleep(3600)));
      await asyncio.sleep(0); // Lets them begin. run() cancels them in the end.
    });
  });
}

async function measure(name: string, number: number, start: () => Promise<void>): Promise<Cost> {
  const [timeBefore, memoryBefore] = [performance.now(), Deno.memoryUsage().rss];
  await start();
  const time = (performance.now() - timeBefore) / 1000;
  return { name, number, time, memory: Deno.memoryUsage().rss - memoryBefore };
}

/** Measures both, and prints them side by side. */
export async function main(threads: number, tasks: number): Promise<void> {
  const task = await costOfTasks(tasks);
  const thread = await costOfThreads(threads);
  console.log("|                 |  number |     time each |  memory each |");
  console.log("| --------------- | ------: | ------------: | -----------: |");
  for (const { name, number, time, memory } of [thread, task]) {
    const cells = [
      name.padEnd(15),
      String(number).padStart(7),
      `${(time / number * 1e6).toFixed(1)} us`.padStart(13),
      `${(memory / number / 1024).toFixed(2)} KiB`.padStart(12),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
  const times = (thread.time / threads) / (task.time / tasks);
  const sizes = (thread.memory / threads) / (task.memory / tasks);
  console.log(
    `A thread costs ${round(times)} times the time and ${round(sizes)} times the memory of a task`,
  );
}

function round(ratio: number): string {
  return Number(ratio.toPrecision(2)).toLocaleString("en");
}

if (import.meta.main) {
  const { threads, tasks } = options({ threads: count(50), tasks: count(100_000) });
  await program("measure", () => main(threads, tasks));
}
