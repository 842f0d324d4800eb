// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { ReadyQueue, run, type Runnable } from "../../../coroutines/turns/_ready_queue.ts";

class Entry implements Runnable {
  constructor(readonly name: number) {}

  [run](): void {}
}

const entries = Array.from({ length: 10 }, (_, i) => new Entry(i));

function drain(queue: ReadyQueue): number[] {
  const names: number[] = [];
  for (let entry = queue.take(); entry; entry = queue.take()) names.push((entry as Entry).name);
  return names;
}

Deno.test("ReadyQueue gives a batch in the order in which it came", () => {
  const queue = new ReadyQueue();
  assertEquals(queue.nextBatch(), 0);
  assertStrictEquals(queue.take(), undefined);
  for (const entry of entries) queue.push(entry);
  assertEquals(queue.size, 10);
  assertStrictEquals(queue.take(), undefined);
  assertEquals(queue.nextBatch(), 10);
  assertEquals(drain(queue), entries.map((entry) => entry.name));
  assertEquals(queue.size, 0);
});

Deno.test("ReadyQueue keeps what comes during a batch for the next", () => {
  const queue = new ReadyQueue();
  queue.push(entries[0]!);
  queue.push(entries[1]!);
  queue.nextBatch();
  assertStrictEquals(queue.take(), entries[0]);
  queue.push(entries[2]!);
  assertEquals(queue.size, 2);
  assertEquals(drain(queue), [1]);
  assertEquals(queue.nextBatch(), 1);
  assertEquals(drain(queue), [2]);
});

Deno.test("ReadyQueue.clear() forgets both batches", () => {
  const queue = new ReadyQueue();
  queue.push(entries[0]!);
  queue.nextBatch();
  queue.push(entries[1]!);
  queue.clear();
  assertEquals(queue.size, 0);
  assertStrictEquals(queue.take(), undefined);
  assertEquals(queue.nextBatch(), 0);
});

Deno.test("ReadyQueue goes on after a batch of a hundred thousand", () => {
  const queue = new ReadyQueue();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 100_000; i++) queue.push(entries[i % 10]!);
    assertEquals(queue.nextBatch(), 100_000);
    const names = drain(queue);
    assertEquals(names.length, 100_000);
    assertEquals(names.slice(-3), [7, 8, 9]);
    queue.push(entries[round]!);
    assertEquals(queue.nextBatch(), 1);
    assertEquals(drain(queue), [round]);
  }
});

Deno.test("ReadyQueue behaves as two lists do", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat({ max: 9 }), fc.constant("take"), fc.constant("next"))),
      (actions) => {
        const queue = new ReadyQueue();
        let incoming: Entry[] = [];
        let batch: Entry[] = [];
        for (const action of actions) {
          if (action === "take") {
            assertStrictEquals(queue.take(), batch.shift());
          } else if (action === "next") {
            if (batch.length > 0) continue;
            batch = incoming;
            incoming = [];
            assertEquals(queue.nextBatch(), batch.length);
          } else {
            const entry = entries[action as number]!;
            queue.push(entry);
            incoming.push(entry);
          }
          assertEquals(queue.size, batch.length + incoming.length);
        }
      },
    ),
  );
});
