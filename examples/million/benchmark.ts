// Copyright 2026 the asyncio authors. MIT license.

/**
 * 100,000 sleeps of 10 ms, shared by more and more workers, which count them under a lock: threads
 * against tasks. Prints the table of the document, and draws it as a chart.
 *
 * From "The road to a million concurrent tasks", section 6.
 *
 *     deno run --allow-read=examples examples/million/benchmark.ts
 *     deno run --allow-read=examples --allow-write=sleeps.svg examples/million/benchmark.ts --svg sleeps.svg
 *
 * Options: `--sleeps`, how many in all; `--workers`, how many share them, such as 100,1000;
 * `--threads`, how many threads it will start at most, and `--limit`, the seconds that starting them
 * may take: what is beyond does not finish. `--svg` names the file for the chart.
 *
 * Where it differs from Python: Deno's threads are Workers, each with a JavaScript engine of its own,
 * and starting them takes far longer than sleeping. So they begin to sleep when all are there, and the
 * time of both is the time in the table.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import { count, type Option, options, program, seconds } from "../_options.ts";
import { GATE, SHARED_SIZE, TARGET_REQUESTS } from "./benchmark_worker.ts";
import { chart, type Row } from "./_chart.ts";

/** What is measured. */
export interface Settings {
  /** The sleeps of all workers together. */
  readonly sleeps: number;
  /** How many workers share them, one row each. */
  readonly workers: readonly number[];
  /** How many threads are started at most. */
  readonly threads: number;
  /** How long starting threads may take, in seconds. */
  readonly limit: number;
  /** The file for the chart. */
  readonly svg?: string | null;
}

// Tasks

/** The sleeps of many tasks. */
class AsyncBenchmark {
  readonly lock = new asyncio.Lock();
  requestCount = 0;

  /** Sleeps, until all tasks together have reached the target. */
  *makeRequest(targetRequests: number): asyncio.Coroutine<void> {
    while (true) {
      yield* this.lock.acquire();
      try {
        if (this.requestCount >= targetRequests) break;
        this.requestCount++;
      } finally {
        this.lock.release();
      }

      yield* asyncio.sleep(0.01); // Gives the control back to the event loop
    }
  }
}

/** How long so many tasks take, in seconds. */
async function timeOfTasks(workers: number, sleeps: number): Promise<number> {
  const start = performance.now();
  await asyncio.run(function* () {
    const benchmark = new AsyncBenchmark();
    const tasks = Array.from(
      { length: workers },
      () => asyncio.createTask(benchmark.makeRequest(sleeps)),
    );
    yield* asyncio.gather(...tasks);
  });
  return (performance.now() - start) / 1000;
}

// Threads

/** How long so many threads take, in seconds; `null` if they did not all start in time. */
async function timeOfThreads(
  workers: number,
  { sleeps, threads, limit }: Settings,
): Promise<number | null> {
  if (workers > threads) return null;
  const start = performance.now();
  const late = () => performance.now() - start > limit * 1000;
  const shared = new Int32Array(new SharedArrayBuffer(SHARED_SIZE));
  const running: Thread[] = [];
  while (running.length < workers && !late()) {
    running.push(new Thread(shared));
    await running.at(-1)!.started;
  }
  const complete = running.length === workers;
  if (complete) shared[TARGET_REQUESTS] = sleeps; // Otherwise there is nothing for them to do
  Atomics.store(shared, GATE, 1);
  Atomics.notify(shared, GATE);
  await Promise.all(running.map((thread) => thread.ended));
  return complete ? (performance.now() - start) / 1000 : null;
}

/** A thread that sleeps. */
class Thread {
  readonly #started = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();

  constructor(shared: Int32Array) {
    const url = new URL("benchmark_worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module" });
    worker.onmessage = ({ data }) => (data === "started" ? this.#started : this.#ended).resolve();
    worker.postMessage(shared);
  }

  get started(): Promise<void> {
    return this.#started.promise;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }
}

// The table

/** Measures all rows, prints the table, and draws the chart. */
export async function main(settings: Settings): Promise<void> {
  const { sleeps, workers, threads, limit, svg = null } = settings;
  if (svg !== null) await Deno.writeTextFile(svg, ""); // If it cannot be, before the long wait

  const title = `Time to complete ${sleeps.toLocaleString("en")} sleeps of 10 ms`;
  console.log(`${title}\n`);
  console.log("| Concurrent tasks | threading time (s) | asyncio time (s) |");
  console.log("| ---------------: | -----------------: | ---------------: |");
  const rows: Row[] = [];
  for (const number of workers) {
    const row = {
      workers: number,
      tasks: await timeOfTasks(number, sleeps),
      threads: await timeOfThreads(number, settings),
    };
    rows.push(row);
    const cells = [number.toLocaleString("en"), cell(row.threads), cell(row.tasks)];
    console.log(`| ${cells.map((text, i) => text.padStart(WIDTHS[i]!)).join(" | ")} |`);
  }
  console.log(
    `\nNo more than ${threads.toLocaleString("en")} threads are started, within ${limit} s.`,
  );
  if (svg !== null) {
    await Deno.writeTextFile(svg, chart(title, rows));
    console.log(`The chart is in ${svg}.`);
  }
}

/** Of the columns of the table. */
const WIDTHS = [16, 18, 16];

function cell(seconds: number | null): string {
  return seconds?.toFixed(3) ?? "did not finish";
}

/** Numbers of workers: `--workers 100,1000`. */
function counts(value: number[]): Option<number[]> {
  const read = (text: string) => {
    const numbers = text.split(",").map((part) => count(0).read(part) ?? NaN);
    return numbers.some(Number.isNaN) ? undefined : numbers;
  };
  return { default: value, rule: "numbers from 1, with commas between them", read };
}

/** The name of a file, or nothing. */
function fileName(): Option<string | null> {
  return { default: null, rule: "the name of a file", read: (text) => text || undefined };
}

if (import.meta.main) {
  const settings = options({
    sleeps: count(100_000),
    workers: counts([100, 1000, 10_000, 100_000]),
    threads: count(1000),
    limit: seconds(120),
    svg: fileName(),
  });
  await program("measure", () => main(settings));
}
