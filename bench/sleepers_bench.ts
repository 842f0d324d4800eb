// Copyright 2026 the asyncio authors. MIT license.

/**
 * A million sleepers: tasks that are all asleep at once.
 *
 * @module
 */

import { type Coroutine, createTask, sleep } from "@asyncio/asyncio";
import { type Program, programSubject, runProgram, type Startable } from "./child.ts";
import { peakMemory } from "./process_usage.ts";
import type { Sample } from "./subject.ts";

const SLEEPERS = 1_000_000;
/** Seconds. */
const SLEEP = 10;

function* sleeper(): Coroutine<void> {
  yield* sleep(SLEEP);
}

async function asyncSleeper(): Promise<void> {
  await sleep(SLEEP);
}

function* sample(start: () => Startable): Coroutine<Sample> {
  const started = performance.now();
  for (const task of Array.from({ length: SLEEPERS }, () => createTask(start()))) yield* task;
  const beyond = (performance.now() - started) / 1000 - SLEEP;
  return { beyond, peak: peakMemory() / 1e6 };
}

const program: Program = {
  module: import.meta.url,
  name: "sleepers",
  title: "1,000,000 tasks asleep for 10 s",
  metrics: [
    { key: "beyond", label: "1,000,000 sleepers, beyond the sleep", unit: "s" },
    { key: "peak", label: "1,000,000 sleepers, peak memory", unit: "MB" },
  ],
  rounds: 3,
  workloads: {
    generators: () => sample(sleeper),
    asyncFunctions: () => sample(() => asyncSleeper),
  },
};

export const subject = programSubject(program);

if (import.meta.main) await runProgram(program);
