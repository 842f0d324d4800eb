// Copyright 2026 the asyncio authors. MIT license.

/**
 * MapReduce over files: workers count the words of one file each, and this program puts the counts
 * together, file by file, in order. Midway one of the two workers is killed: its files are counted by the
 * other, and none twice.
 *
 *     deno run --allow-net=127.0.0.1 --allow-read --allow-run --allow-write examples/distributed/word_count.ts
 *
 * Options: `--folder`, whose files are read; `--pause`, seconds that each takes on top, so that there is
 * something to see.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import { NatsExecutor } from "@asyncio/asyncio/distributed";
import { options, program, seconds, text } from "../_options.ts";
import { Cluster, kill } from "./_cluster.ts";

/** Counts the words of a file. This is what the workers do. */
export async function countWords(path: string, pause: number): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const [word] of (await Deno.readTextFile(path)).matchAll(/[A-Za-z]{4,}/g)) {
    const key = word.toLowerCase();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  await new Promise((resolve) => setTimeout(resolve, 1000 * pause));
  return counts;
}

/** All files of a folder and those below it, in order. */
function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)]
    .flatMap(({ name, isDirectory }) => {
      const path = `${folder}/${name}`;
      return isDirectory ? filesIn(path) : [path];
    })
    .sort();
}

function sum(counts: Iterable<number>): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}

/** Counts, with one worker killed midway. */
export async function main(folder: string, pause: number): Promise<void> {
  await using cluster = await Cluster.start();
  const [victim] = await Promise.all([cluster.startWorker(), cluster.startWorker()]);
  await using executor = new NatsExecutor({ servers: cluster.url, redeliverAfter: 1 });
  const root = Deno.realPathSync(folder);
  const files = filesIn(root);
  const totals = new Map<string, number>();
  const counting = executor.map(
    asyncio.moduleFunction(import.meta, countWords),
    files,
    files.map(() => pause),
  );
  let done = 0;
  for await (const counts of counting) {
    for (const [word, count] of counts) totals.set(word, (totals.get(word) ?? 0) + count);
    console.log(`${files[done]!.slice(root.length + 1)}: ${sum(counts.values())} words`);
    if (++done !== Math.floor(files.length / 3)) continue;
    kill(victim, "SIGKILL");
    console.log("(a worker was killed)");
  }
  const most = [...totals].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, 5);
  console.log(`${files.length} files, ${sum(totals.values())} words; most often:`);
  for (const [word, count] of most) console.log(`${word}: ${count}`);
}

if (import.meta.main) {
  const { folder, pause } = options({ folder: text("examples"), pause: seconds(0.1) });
  await program("count words", () => main(folder, pause));
}
