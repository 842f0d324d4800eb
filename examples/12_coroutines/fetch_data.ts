// Copyright 2026 the asyncio authors. MIT license.

/**
 * One after the other, then all at once: the same coroutine, awaited and gathered, with the time that
 * each takes.
 *
 * From the concurrency course, part VII, chapter 12.
 *
 *     deno run examples/12_coroutines/fetch_data.ts
 *
 * Options: `--delay`, the seconds that fetching takes.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import { options, program, seconds } from "../_options.ts";

/**
 * Fetches data, asynchronously. `coroutine` makes of it what Python's `async def` does: a call does
 * not run it yet, but gives a coroutine, for `await` or for a task of its own.
 */
const fetchData = asyncio.coroutine(async function fetchData(url: string, delay: number) {
  console.log(`Fetching ${url}...`);
  await asyncio.sleep(delay); // Stands for waiting for the network
  return `Data from ${url}`;
});

/** One after the other. */
async function sequential(delay: number): Promise<void> {
  const result1 = await fetchData("url1", delay);
  const result2 = await fetchData("url2", delay);
  console.log(result1, result2);
}

/** At the same time, with gather. */
async function concurrent(delay: number): Promise<void> {
  const results = await asyncio.gather(
    fetchData("url1", delay),
    fetchData("url2", delay),
    fetchData("url3", delay),
  );
  console.log(results);
}

async function timed(name: string, main: () => Promise<void>): Promise<void> {
  const start = performance.now();
  await asyncio.run(main);
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/** Runs both. */
export async function main(delay: number): Promise<void> {
  await timed("Two, one after the other", () => sequential(delay));
  await timed("Three at once", () => concurrent(delay));
}

if (import.meta.main) {
  const { delay } = options({ delay: seconds(1) });
  await program("fetch", () => main(delay));
}
