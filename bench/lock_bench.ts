// Copyright 2026 the asyncio authors. MIT license.

/**
 * Contended lock: every release hands the lock to a waiting task.
 *
 * @module
 */

import { asyncWith, type Coroutine, gather, Lock, sleep } from "@asyncio/asyncio";
import {
  nanosecondsEach,
  type Program,
  programSubject,
  runProgram,
  type Startable,
} from "./child.ts";
import type { Sample } from "./subject.ts";

const TASKS = 10;
const HANDOFFS = 20_000;

function* hold(): Coroutine<void> {
  yield* sleep(0);
}

async function asyncHold(): Promise<void> {
  await sleep(0);
}

function* contend(lock: Lock, count: number): Coroutine<void> {
  for (let i = 0; i < count; i++) yield* asyncWith(lock, hold);
}

async function asyncContend(lock: Lock, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await asyncWith(lock, asyncHold);
}

type Start = (lock: Lock, count: number) => Startable;

function* handOver(start: Start, count: number): Coroutine<void> {
  const lock = new Lock();
  yield* gather(...Array.from({ length: TASKS }, () => start(lock, count)));
}

function* sample(start: Start): Coroutine<Sample> {
  yield* handOver(start, HANDOFFS);
  return { handoff: yield* nanosecondsEach(TASKS * HANDOFFS, handOver(start, HANDOFFS)) };
}

const program: Program = {
  module: import.meta.url,
  name: "lock",
  title: "contended lock: 10 tasks, held over a sleep(0)",
  metrics: [{ key: "handoff", label: "contended lock handoff", unit: "ns" }],
  rounds: 5,
  workloads: {
    generators: () => sample(contend),
    asyncFunctions: () => sample((lock, count) => () => asyncContend(lock, count)),
  },
};

export const subject = programSubject(program);

if (import.meta.main) await runProgram(program);
