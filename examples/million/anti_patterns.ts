// Copyright 2026 the asyncio authors. MIT license.

/**
 * What goes wrong most often: each mistake of the document, what the library says of it, and the right
 * way beside it, timed. A heartbeat runs along, every 10 ms; how long it once stood still tells how long
 * nothing else could run.
 *
 * From "The road to a million concurrent tasks", section 5.
 *
 *     deno run examples/million/anti_patterns.ts
 *
 * Options: `--delay`, the seconds that each piece of work takes. All runs in debug mode, which warns of
 * slow callbacks ("Executing ... took ... seconds").
 *
 * Where it differs from Python: Deno has no HTTP client that blocks, so `time.sleep` stands for it.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import { options, program, seconds } from "../_options.ts";

// Anti-pattern 1: a blocking call in a coroutine

/** Blocks the thread. Python's `time.sleep`. */
function blockingSleep(seconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
}

// Wrong: stops the whole event loop
// deno-lint-ignore require-await -- that is what is wrong
async function blockingBad(delay: number): Promise<void> {
  blockingSleep(delay); // Everything stands still!
}

// Right: gives the control back to the event loop
async function blockingGood(delay: number): Promise<void> {
  await asyncio.sleep(delay); // Others can run
}

// Anti-pattern 2: a new event loop

async function someCoroutine(delay: number): Promise<string> {
  await asyncio.sleep(delay);
  return "the result";
}

// Wrong: not within an async function
async function runBad(delay: number): Promise<string> {
  const result = await asyncio.run(() => someCoroutine(delay)); // A new loop!
  return result;
}

// Right: just await the coroutine
async function runGood(delay: number): Promise<string> {
  const result = await someCoroutine(delay);
  return result;
}

// Anti-pattern 3: awaiting one after the other what could run at the same time

async function fetchUrl(url: string, delay: number): Promise<string> {
  await asyncio.sleep(delay);
  return `Data from ${url}`;
}

// Wrong: these run one after the other
async function sequenceBad(urls: string[], delay: number): Promise<string[]> {
  const results: string[] = [];
  for (const url of urls) {
    const result = await fetchUrl(url, delay); // Waits for each
    results.push(result);
  }
  return results;
}

// Right: all at the same time
async function sequenceGood(urls: string[], delay: number): Promise<string[]> {
  const tasks = urls.map((url) => asyncio.createTask(() => fetchUrl(url, delay)));
  const results = await asyncio.gather(...tasks);
  return results;
}

// Anti-pattern 4: a busy loop, which asks for ever instead of waiting to be told

/** Work that is done some time from now, as somebody else's is. */
function workElsewhere(delay: number): { done(): boolean; event: asyncio.Event } {
  const event = new asyncio.Event();
  asyncio.getRunningLoop().callLater(delay, () => event.set());
  const due = performance.now() + delay * 1000;
  return { done: () => performance.now() >= due, event };
}

// Wrong: asks, and lets nobody else run, not even who would do the work
// deno-lint-ignore require-await -- that is what is wrong
async function busyBad(delay: number): Promise<number> {
  const work = workElsewhere(delay);
  let asked = 0;
  while (!work.done()) {
    asked++;
  }
  return asked;
}

// Right: waits to be told
async function busyGood(delay: number): Promise<number> {
  const work = workElsewhere(delay);
  await work.event.wait();
  return 0;
}

// What the forms cost

/** Measures how long nothing else could run, while it runs: the longest gap of a heartbeat. */
async function standstill(main: () => Promise<unknown>): Promise<[time: number, gap: number]> {
  const start = performance.now();
  let last = start;
  let gap = 0;
  const beat = () => {
    const now = performance.now();
    gap = Math.max(gap, now - last);
    last = now;
  };
  const heartbeat = asyncio.createTask(async () => {
    while (true) {
      await asyncio.sleep(0.01);
      beat();
    }
  });
  await asyncio.sleep(0); // Let it begin
  await main();
  const time = performance.now() - start;
  heartbeat.cancel();
  beat();
  return [time / 1000, gap / 1000];
}

/** Runs one form, and prints what became of it. */
async function show(form: string, main: () => Promise<unknown>): Promise<void> {
  let outcome = "";
  const [time, gap] = await standstill(async () => {
    try {
      const result = await asyncio.createTask(main, { name: form });
      outcome = result === undefined ? "" : `, ${result}`;
    } catch (error) {
      if (!(error instanceof asyncio.RuntimeError)) throw error;
      outcome = `\n    ${error.name}: ${error.message}`;
    }
  });
  console.log(
    `  ${form}: took ${time.toFixed(2)} s, nothing else ran for ${gap.toFixed(2)} s${outcome}`,
  );
}

/** Runs all forms, the wrong ones first. */
async function showAll(delay: number): Promise<void> {
  const urls = ["a.example", "b.example", "c.example"];
  const three = (work: (delay: number) => Promise<void>) => async () => {
    const tasks = urls.map((name) => asyncio.createTask(() => work(delay), { name }));
    await asyncio.gather(...tasks);
  };

  console.log("1. A blocking call in a coroutine, three of them at once");
  await show("wrong", three(blockingBad));
  await show("right", three(blockingGood));

  console.log("2. A new event loop in a running one");
  await show("wrong", () => runBad(delay));
  await show("right", () => runGood(delay));

  console.log("3. Awaiting in sequence, three of them");
  await show("wrong", async () => `${(await sequenceBad(urls, delay)).length} results`);
  await show("right", async () => `${(await sequenceGood(urls, delay)).length} results`);

  console.log("4. A busy loop");
  await show("wrong", async () => `asked ${(await busyBad(delay)).toLocaleString("en")} times`);
  await show("right", async () => `asked ${await busyGood(delay)} times`);
}

/** Runs the program, in debug mode. */
export async function main(delay: number): Promise<void> {
  await asyncio.run(async () => {
    asyncio.getRunningLoop().slowCallbackDuration = Math.min(0.1, delay / 2);
    await showAll(delay);
  }, { debug: true });
}

if (import.meta.main) {
  const { delay } = options({ delay: seconds(0.5) });
  await program("show the mistakes", () => main(delay));
}
