// Copyright 2026 the asyncio authors. MIT license.

/**
 * Queue handoff: one producer, one consumer.
 *
 * @module
 */

import { type Coroutine, gather, Queue } from "@asyncio/asyncio";
import {
  nanosecondsEach,
  type Program,
  programSubject,
  runProgram,
  type Startable,
} from "./child.ts";
import type { Sample } from "./subject.ts";

const ITEMS = 200_000;

const MAXSIZES = { maxsize1: 1, maxsize100: 100, unbounded: 0 };

/** The two ends of a queue, each handing over `count` items. */
interface Ends {
  produce(queue: Queue<number>, count: number): Startable;
  consume(queue: Queue<number>, count: number): Startable;
}

function* produce(queue: Queue<number>, count: number): Coroutine<void> {
  for (let i = 0; i < count; i++) yield* queue.put(i);
}

function* consume(queue: Queue<number>, count: number): Coroutine<void> {
  for (let i = 0; i < count; i++) yield* queue.get();
}

async function asyncProduce(queue: Queue<number>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await queue.put(i);
}

async function asyncConsume(queue: Queue<number>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await queue.get();
}

function* handOver(ends: Ends, maxsize: number, count: number): Coroutine<void> {
  const queue = new Queue<number>(maxsize);
  yield* gather(ends.produce(queue, count), ends.consume(queue, count));
}

function* sample(ends: Ends): Coroutine<Sample> {
  const result: Sample = {};
  for (const [metric, maxsize] of Object.entries(MAXSIZES)) {
    yield* handOver(ends, maxsize, ITEMS);
    result[metric] = yield* nanosecondsEach(ITEMS, handOver(ends, maxsize, ITEMS));
  }
  return result;
}

const program: Program = {
  module: import.meta.url,
  name: "queue",
  title: "queue handoff: one producer, one consumer",
  metrics: [
    { key: "maxsize1", label: "queue handoff, maxsize 1", unit: "ns" },
    { key: "maxsize100", label: "queue handoff, maxsize 100", unit: "ns" },
    { key: "unbounded", label: "queue handoff, unbounded", unit: "ns" },
  ],
  rounds: 5,
  workloads: {
    generators: () => sample({ produce, consume }),
    asyncFunctions: () =>
      sample({
        produce: (queue, count) => () => asyncProduce(queue, count),
        consume: (queue, count) => () => asyncConsume(queue, count),
      }),
  },
};

export const subject = programSubject(program);

if (import.meta.main) await runProgram(program);
