// Copyright 2026 the asyncio authors. MIT license.

/**
 * Calls in threads and processes: trivial ones, one after the other and many at once; two that compute,
 * beside one; and 64 MB that are moved to a thread.
 *
 * @module
 */

import {
  type Coroutine,
  type Executor,
  fromPromise,
  gather,
  ProcessPoolExecutor,
  ThreadPoolExecutor,
  transfer,
  wrapFuture,
} from "@asyncio/asyncio";
import { nanosecondsEach, type Program, programSubject, runProgram } from "./child.ts";
import type { Sample } from "./subject.ts";

const CALLS = 10_000;
const WORKERS = 2;
const MEGABYTES = 64;

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

function* trivial(pool: Executor, each: Each): Coroutine<[each: number, many: number]> {
  yield* each(pool, CALLS);
  yield* many(pool, CALLS);
  return [
    (yield* nanosecondsEach(CALLS, each(pool, CALLS))) / 1000,
    (yield* nanosecondsEach(CALLS, many(pool, CALLS))) / 1000,
  ];
}

/** How many times as long two calls take that compute, as one. */
function* twoBesideOne(pool: Executor): Coroutine<number> {
  const calls = function* (count: number): Coroutine<void> {
    yield* gather(
      ...Array.from({ length: count }, () => wrapFuture(pool.submit(compute, 50_000_000))),
    );
  };
  yield* calls(2);
  const one = yield* nanosecondsEach(1, calls(1));
  return (yield* nanosecondsEach(1, calls(2))) / one;
}

function* move(pool: Executor, bytes: Uint8Array<ArrayBuffer>): Coroutine<void> {
  yield* wrapFuture(pool.submit(length, transfer(bytes, [bytes.buffer])));
}

function* sample(each: Each): Coroutine<Sample> {
  const threads = new ThreadPoolExecutor({ maxWorkers: WORKERS });
  const [threadEach, threadMany] = yield* trivial(threads, each);
  yield* move(threads, new Uint8Array(1));
  const bytes = new Uint8Array(MEGABYTES * 2 ** 20).fill(1);
  const moved = (yield* nanosecondsEach(1, move(threads, bytes))) / 1000;
  yield* fromPromise(threads.shutdown());
  const processes = new ProcessPoolExecutor({ maxWorkers: WORKERS });
  const [processEach, processMany] = yield* trivial(processes, each);
  const two = yield* twoBesideOne(processes);
  yield* fromPromise(processes.shutdown());
  return { threadEach, threadMany, processEach, processMany, two, moved };
}

/** A generator that waits for an async function. */
function* awaiting(pool: Executor, count: number): Coroutine<void> {
  yield* fromPromise(asyncEach(pool, count));
}

const program: Program = {
  module: import.meta.url,
  name: "executor",
  title: "executors: trivial calls, two that compute, 64 MB moved; two workers",
  metrics: [
    { key: "threadEach", label: "a call in a thread, one after the other", unit: "us" },
    { key: "threadMany", label: "a call in a thread, many at once", unit: "us" },
    { key: "processEach", label: "a call in a process, one after the other", unit: "us" },
    { key: "processMany", label: "a call in a process, many at once", unit: "us" },
    { key: "two", label: "two calls that compute, beside one", unit: "times" },
    { key: "moved", label: "64 MB moved to a thread", unit: "us" },
  ],
  rounds: 5,
  workloads: {
    generators: () => sample(each),
    asyncFunctions: () => sample(awaiting),
  },
};

export const subject = programSubject(program);

if (import.meta.main) await runProgram(program);
