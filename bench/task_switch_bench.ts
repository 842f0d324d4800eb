// Copyright 2026 the asyncio authors. MIT license.

/**
 * Task switch: 100 tasks that do nothing but let the others run.
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

const TASKS = 100;
const SWITCHES = 10_000;

function* switcher(count: number): Coroutine<void> {
  for (let i = 0; i < count; i++) yield* sleep(0);
}

async function asyncSwitcher(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await sleep(0);
}

function* switchTasks(start: (count: number) => Startable, count: number): Coroutine<void> {
  yield* gather(...Array.from({ length: TASKS }, () => start(count)));
}

function* sample(start: (count: number) => Startable): Coroutine<Sample> {
  yield* switchTasks(start, SWITCHES);
  return { switch: yield* nanosecondsEach(TASKS * SWITCHES, switchTasks(start, SWITCHES)) };
}

const program: Program = {
  module: import.meta.url,
  name: "switch",
  title: "task switch: 100 tasks, sleep(0)",
  metrics: [{ key: "switch", label: "task switch", unit: "ns" }],
  rounds: 5,
  workloads: {
    generators: () => sample(switcher),
    asyncFunctions: () => sample((count) => () => asyncSwitcher(count)),
  },
};

export const subject = programSubject(program);

if (import.meta.main) await runProgram(program);
