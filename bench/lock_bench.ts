// Copyright 2026 the asyncio authors. MIT license.

/**
 * Contended locks: every release hands the lock, or a place at the semaphore, to a waiting task.
 *
 * @module
 */

import {
  asyncWith,
  type Coroutine,
  type CoroutineObject,
  gather,
  Lock,
  Semaphore,
  sleep,
} from "@asyncio/asyncio";
import {
  nanosecondsEach,
  type Program,
  programSubject,
  runProgram,
  type Startable,
} from "./child.ts";
import type { Sample } from "./subject.ts";

/** A lock, or what is used as one. */
interface Holdable {
  acquire(): CoroutineObject<true>;
  release(): void;
}

/** One task's part: takes what it is given so many times, and holds it over a `sleep(0)`. */
type Contend<L> = (lock: L, count: number) => Startable;

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

function* take(lock: Holdable, count: number): Coroutine<void> {
  for (let i = 0; i < count; i++) {
    yield* lock.acquire();
    try {
      yield* sleep(0);
    } finally {
      lock.release();
    }
  }
}

async function asyncTake(lock: Holdable, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await lock.acquire();
    try {
      await sleep(0);
    } finally {
      lock.release();
    }
  }
}

/** Nanoseconds a time, of so many tasks that contend so often. */
function* handOver<L>(
  make: () => L,
  start: Contend<L>,
  tasks: number,
  count: number,
): Coroutine<number> {
  const all = function* (): Coroutine<void> {
    const lock = make();
    yield* gather(...Array.from({ length: tasks }, () => start(lock, count)));
  };
  yield* all();
  return yield* nanosecondsEach(tasks * count, all());
}

function* sample(within: Contend<Lock>, take: Contend<Holdable>): Coroutine<Sample> {
  return {
    handoff: yield* handOver(() => new Lock(), within, 10, 20_000),
    acquire: yield* handOver(() => new Lock(), take, 100, 2_000),
    semaphore: yield* handOver(() => new Semaphore(10), take, 100, 2_000),
  };
}

const program: Program = {
  module: import.meta.url,
  name: "lock",
  title: "contended locks, held over a sleep(0)",
  metrics: [
    { key: "handoff", label: "contended lock, 10 tasks, by asyncWith", unit: "ns" },
    { key: "acquire", label: "contended lock, 100 tasks, acquire and release", unit: "ns" },
    { key: "semaphore", label: "contended Semaphore(10), 100 tasks", unit: "ns" },
  ],
  rounds: 5,
  workloads: {
    generators: () => sample(contend, take),
    asyncFunctions: () =>
      sample(
        (lock, count) => () => asyncContend(lock, count),
        (lock, count) => () => asyncTake(lock, count),
      ),
  },
};

export const subject = programSubject(program);

if (import.meta.main) await runProgram(program);
