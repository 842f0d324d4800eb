// Copyright 2026 the asyncio authors. MIT license.

/**
 * The sleep table: 100,000 sleeps of 10 ms shared by more and more workers.
 *
 * @module
 */

import { asyncWith, type Coroutine, createTask, Lock, sleep } from "@asyncio/asyncio";
import { type Program, programSubject, runProgram, type Startable } from "./child.ts";
import type { Sample } from "./subject.ts";

const SLEEPS = 100_000;
/** Seconds. */
const SLEEP = 0.01;

const WORKERS = [100, 1000, 10_000, 100_000];

/** The sleeps done so far, counted under a lock. */
class Requests {
  readonly lock = new Lock();
  count = 0;

  /** Whether one more is to be done. Called with the lock held. */
  next(): boolean {
    if (this.count >= SLEEPS) return false;
    this.count++;
    return true;
  }

  // Made once for all workers: the first call of each new generator closure costs V8 about 1 us.
  // deno-lint-ignore require-yield -- a coroutine, as its caller, though it need not wait
  readonly take = function* (this: Requests): Coroutine<boolean> {
    return this.next();
  }.bind(this);

  // deno-lint-ignore require-await -- an async function, as its caller, though it need not wait
  readonly asyncTake = async (): Promise<boolean> => this.next();
}

function* work(requests: Requests): Coroutine<void> {
  while (yield* asyncWith(requests.lock, requests.take)) yield* sleep(SLEEP);
}

async function asyncWork(requests: Requests): Promise<void> {
  while (await asyncWith(requests.lock, requests.asyncTake)) await sleep(SLEEP);
}

function* seconds(start: (requests: Requests) => Startable, workers: number): Coroutine<number> {
  const requests = new Requests();
  const started = performance.now();
  for (const task of Array.from({ length: workers }, () => createTask(start(requests)))) {
    yield* task;
  }
  return (performance.now() - started) / 1000;
}

function* sample(start: (requests: Requests) => Startable): Coroutine<Sample> {
  const result: Sample = {};
  for (const workers of WORKERS) result[`workers${workers}`] = yield* seconds(start, workers);
  return result;
}

const program: Program = {
  module: import.meta.url,
  name: "sleep_table",
  title: "the sleep table: 100,000 sleeps of 10 ms",
  metrics: WORKERS.map((workers) => ({
    key: `workers${workers}`,
    label: `100,000 sleeps of 10 ms, ${workers.toLocaleString("en")} workers`,
    unit: "s",
  })),
  rounds: 3,
  workloads: {
    generators: () => sample(work),
    asyncFunctions: () => sample((requests) => () => asyncWork(requests)),
    native: () => sample(work),
    sync: () => sample(work),
  },
};

export const subject = programSubject(program);

if (import.meta.main) await runProgram(program);
