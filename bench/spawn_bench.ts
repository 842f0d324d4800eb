// Copyright 2026 the asyncio authors. MIT license.

/**
 * Spawn and gather: tasks that end at once, 1,000 gathered at a time.
 *
 * @module
 */

import { type Coroutine, gather } from "@asyncio/asyncio";
import {
  nanosecondsEach,
  type Program,
  programSubject,
  runProgram,
  type Startable,
} from "./child.ts";
import type { Sample } from "./subject.ts";

const TASKS = 1000;
const ROUNDS = 100;

function* work(_value: number): Coroutine<void> {}

async function asyncWork(_value: number): Promise<void> {}

function* spawn(start: (value: number) => Startable, rounds: number): Coroutine<void> {
  for (let i = 0; i < rounds; i++) {
    yield* gather(...Array.from({ length: TASKS }, (_, value) => start(value)));
  }
}

function* sample(start: (value: number) => Startable): Coroutine<Sample> {
  yield* spawn(start, ROUNDS);
  return { spawn: yield* nanosecondsEach(TASKS * ROUNDS, spawn(start, ROUNDS)) };
}

const program: Program = {
  module: import.meta.url,
  name: "spawn",
  title: "spawn and gather: 1,000 tasks at a time",
  metrics: [{ key: "spawn", label: "spawn and gather a task", unit: "ns" }],
  rounds: 5,
  workloads: {
    generators: () => sample(work),
    asyncFunctions: () => sample((value) => () => asyncWork(value)),
  },
};

export const subject = programSubject(program);

if (import.meta.main) await runProgram(program);
