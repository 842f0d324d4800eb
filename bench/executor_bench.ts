// Copyright 2026 the asyncio authors. MIT license.

/**
 * Calls in threads and processes: trivial ones, one after the other and many at once; two that compute,
 * beside one; ticks of the loop beside two that compute; and 64 MB that are moved to a thread, beside 1 KB.
 *
 * Of each, the best of several short rounds within a sample, for others use the machine too.
 *
 * @module
 */

import {
  type Coroutine,
  createTask,
  type Executor,
  fromPromise,
  gather,
  getRunningLoop,
  ProcessPoolExecutor,
  sleep,
  ThreadPoolExecutor,
  transfer,
  wrapFuture,
} from "@asyncio/asyncio";
import { nanosecondsEach, type Program, programSubject, runProgram } from "./child.ts";
import type { Sample } from "./subject.ts";

const CALLS = 1000;
const ROUNDS = 10;
const WORKERS = 2;
const TICK = 0.005;

function identity(n: number): number {
  return n;
}

function compute(n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum = (sum + i * i) % 1_000_003;
  return sum;
}

function length(bytes: Uint8Array): number {
  return bytes.length;
}

/** What `loop.runInExecutor()` does. */
function* each(pool: Executor, count: number): Coroutine<void> {
  for (let i = 0; i < count; i++) yield* wrapFuture(pool.submit(identity, i));
}

async function asyncEach(pool: Executor, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await wrapFuture(pool.submit(identity, i));
}

function* many(pool: Executor, count: number): Coroutine<void> {
  yield* gather(...Array.from({ length: count }, (_, i) => wrapFuture(pool.submit(identity, i))));
}

type Each = (pool: Executor, count: number) => Coroutine<void>;

/** The least of what is measured in several rounds. */
function* least(rounds: number, measure: () => Coroutine<number>): Coroutine<number> {
  let best = Infinity;
  for (let i = 0; i < rounds; i++) best = Math.min(best, yield* measure());
  return best;
}

function* trivial(pool: Executor, each: Each): Coroutine<[each: number, many: number]> {
  for (let i = 0; i < ROUNDS; i++) {
    yield* each(pool, CALLS);
    yield* many(pool, CALLS);
  }
  return [
    (yield* least(ROUNDS, () => nanosecondsEach(CALLS, each(pool, CALLS)))) / 1000,
    (yield* least(ROUNDS, () => nanosecondsEach(CALLS, many(pool, CALLS)))) / 1000,
  ];
}

function* computing(pool: Executor, count: number): Coroutine<void> {
  yield* gather(
    ...Array.from({ length: count }, () => wrapFuture(pool.submit(compute, 50_000_000))),
  );
}

/** How many times as long two calls take that compute, as one. */
function* twoBesideOne(pool: Executor): Coroutine<number> {
  yield* computing(pool, 2);
  const one = yield* least(3, () => nanosecondsEach(1, computing(pool, 1)));
  return (yield* least(3, () => nanosecondsEach(1, computing(pool, 2)))) / one;
}

/** How late, in milliseconds, a loop ticks whose pool is full: 99 of 100 ticks, and the latest. */
function* ticksBeside(pool: Executor): Coroutine<[most: number, latest: number]> {
  const loop = getRunningLoop();
  const busy = createTask(computing(pool, WORKERS));
  const lateness: number[] = [];
  while (!busy.done()) {
    const when = loop.time() + TICK;
    yield* sleep(TICK);
    lateness.push(1000 * (loop.time() - when));
  }
  lateness.sort((a, b) => a - b);
  return [lateness[Math.floor(0.99 * (lateness.length - 1))]!, lateness.at(-1)!];
}

function* move(pool: Executor, bytes: Uint8Array<ArrayBuffer>): Coroutine<void> {
  yield* wrapFuture(pool.submit(length, transfer(bytes, [bytes.buffer])));
}

/** Microseconds that it takes to have a thread look at so many bytes that are moved to it. */
function* moving(pool: Executor, size: number): Coroutine<number> {
  return yield* least(ROUNDS, function* () {
    const bytes = new Uint8Array(size).fill(1);
    yield* sleep(0.02); // Meanwhile the system has taken back what was moved before.
    return (yield* nanosecondsEach(1, move(pool, bytes))) / 1000;
  });
}

function* sample(each: Each): Coroutine<Sample> {
  const threads = new ThreadPoolExecutor({ maxWorkers: WORKERS });
  const [threadEach, threadMany] = yield* trivial(threads, each);
  const movedLittle = yield* moving(threads, 2 ** 10);
  const moved = yield* moving(threads, 64 * 2 ** 20);
  const [mostTicks, latestTick] = yield* ticksBeside(threads);
  yield* fromPromise(threads.shutdown());
  const processes = new ProcessPoolExecutor({ maxWorkers: WORKERS });
  const [processEach, processMany] = yield* trivial(processes, each);
  const two = yield* twoBesideOne(processes);
  yield* fromPromise(processes.shutdown());
  return {
    threadEach,
    threadMany,
    processEach,
    processMany,
    two,
    movedLittle,
    moved,
    mostTicks,
    latestTick,
  };
}

/** A generator that waits for an async function. */
function* awaiting(pool: Executor, count: number): Coroutine<void> {
  yield* fromPromise(asyncEach(pool, count));
}

const program: Program = {
  module: import.meta.url,
  name: "executor",
  title: "executors: trivial calls, two that compute, bytes moved, ticks; two workers",
  metrics: [
    { key: "threadEach", label: "a call in a thread, one after the other", unit: "us" },
    { key: "threadMany", label: "a call in a thread, many at once", unit: "us" },
    { key: "processEach", label: "a call in a process, one after the other", unit: "us" },
    { key: "processMany", label: "a call in a process, many at once", unit: "us" },
    { key: "two", label: "two calls that compute, beside one", unit: "times" },
    { key: "movedLittle", label: "1 KB moved to a thread", unit: "us" },
    { key: "moved", label: "64 MB moved to a thread", unit: "us" },
    { key: "mostTicks", label: "ticks beside a full pool, 99 of 100 are late by", unit: "ms" },
    { key: "latestTick", label: "ticks beside a full pool, the latest by", unit: "ms" },
  ],
  rounds: 5,
  workloads: {
    generators: () => sample(each),
    asyncFunctions: () => sample(awaiting),
  },
};

export const subject = programSubject(program);

if (import.meta.main) await runProgram(program);
