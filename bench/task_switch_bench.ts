// Copyright 2026 the asyncio authors. MIT license.

/**
 * Task switch: 100 tasks, or 10,000, that do nothing but let the others run.
 *
 * @module
 */

import { type Coroutine, gather, sleep } from "@asyncio/asyncio";
import {
  nanosecondsEach,
  type Program,
  programSubject,
  runProgram,
  type Startable,
} from "./child.ts";
import type { Sample } from "./subject.ts";

/** How many tasks, and how often each lets the others run. */
const SIZES = { switch: [100, 10_000], switchMany: [10_000, 100] } as const;

function* switcher(count: number): Coroutine<void> {
  for (let i = 0; i < count; i++) yield* sleep(0);
}

async function asyncSwitcher(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await sleep(0);
}

type Start = (count: number) => Startable;

function* switchTasks(start: Start, tasks: number, switches: number): Coroutine<void> {
  yield* gather(...Array.from({ length: tasks }, () => start(switches)));
}

function* sample(start: Start): Coroutine<Sample> {
  const result: Sample = {};
  for (const [metric, [tasks, switches]] of Object.entries(SIZES)) {
    yield* switchTasks(start, tasks, switches);
    const all = switchTasks(start, tasks, switches);
    result[metric] = yield* nanosecondsEach(tasks * switches, all);
  }
  return result;
}

const program: Program = {
  module: import.meta.url,
  name: "switch",
  title: "task switch: 100 tasks and 10,000, sleep(0)",
  metrics: [
    { key: "switch", label: "task switch, 100 tasks", unit: "ns" },
    { key: "switchMany", label: "task switch, 10,000 tasks", unit: "ns" },
  ],
  rounds: 5,
  workloads: {
    generators: () => sample(switcher),
    asyncFunctions: () => sample((count) => () => asyncSwitcher(count)),
  },
};

export const subject = programSubject(program);

if (import.meta.main) await runProgram(program);
