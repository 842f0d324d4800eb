// Copyright 2026 the asyncio authors. MIT license.

import { BATCH, RecordQueue } from "../../../asyncio/transports/_record_queue.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";

/** Everything in a queue, and the sizes of the batches. */
function drain(queue: RecordQueue): { bytes: number[]; sizes: number[] } {
  const bytes: number[] = [];
  const sizes: number[] = [];
  while (
    queue.take((batch) => {
      bytes.push(...batch);
      sizes.push(batch.length);
      batch.fill(0); // It is used again.
    })
  );
  return { bytes, sizes };
}

Deno.test("RecordQueue gives what was written in as few batches as can be", () => {
  const queue = new RecordQueue();
  for (let i = 0; i < 100; i++) queue.push(new Uint8Array(1000).fill(i));
  assertEquals(queue.length, 100_000);
  const { bytes, sizes } = drain(queue);
  assertEquals(sizes, [BATCH, BATCH, 100_000 - 2 * BATCH]);
  assertEquals(bytes, Array.from({ length: 100_000 }, (_, i) => Math.floor(i / 1000)));
  assertEquals(queue.length, 0);
});

Deno.test("RecordQueue copies what is written to it", () => {
  const queue = new RecordQueue();
  const data = new Uint8Array([1, 2, 3]);
  queue.push(data);
  data.fill(0);
  assertEquals(drain(queue).bytes, [1, 2, 3]);
});

Deno.test("RecordQueue is empty after clear()", () => {
  const queue = new RecordQueue();
  queue.push(new Uint8Array(2 * BATCH + 1));
  queue.clear();
  assertEquals([queue.length, queue.take(() => {})], [0, false]);
  queue.push(new Uint8Array([7]));
  assertEquals(drain(queue).bytes, [7]);
});

Deno.test("RecordQueue gives every byte once, in order, however it is written and taken", () => {
  const size = fc.oneof(
    fc.nat(20),
    fc.integer({ min: 4090, max: 4100 }),
    fc.integer({ min: BATCH - 2, max: BATCH + 2 }),
    fc.nat(3 * BATCH),
  );
  fc.assert(
    fc.property(fc.array(fc.record({ size, takes: fc.nat(2) }), { maxLength: 20 }), (steps) => {
      const queue = new RecordQueue();
      let written = 0;
      let taken = 0;
      const check = (batch: Uint8Array) => {
        for (const byte of batch) if (byte !== taken++ % 251) throw new Error("out of order");
      };
      for (const { size, takes } of steps) {
        queue.push(Uint8Array.from({ length: size }, () => written++ % 251));
        for (let i = 0; i < takes; i++) queue.take(check);
        assertEquals(queue.length, written - taken);
      }
      while (queue.take(check));
      assertEquals(taken, written);
    }),
    { numRuns: 50 },
  );
});
