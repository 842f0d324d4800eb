// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { run } from "../../../coroutines/turns/_ready_queue.ts";
import {
  dropped,
  popped,
  type TimerEntry,
  TimerHeap,
} from "../../../coroutines/turns/_timer_heap.ts";

class Entry implements TimerEntry {
  [dropped] = false;
  pops = 0;

  constructor(readonly name: number, readonly when: number) {}

  [run](): void {}

  [popped](): void {
    this.pops++;
  }
}

/**
 * Python's heapq on pairs, compared by their first element, written after the pure Python version.
 *
 * CPython: Lib/heapq.py.
 */
class Heapq {
  items: Entry[] = [];

  push(item: Entry): void {
    this.items.push(item);
    this.#siftDown(0, this.items.length - 1);
  }

  pop(): Entry {
    const last = this.items.pop()!;
    if (this.items.length === 0) return last;
    const first = this.items[0]!;
    this.items[0] = last;
    this.#siftUp(0);
    return first;
  }

  /** What the loop does when more than half are cancelled: filter and heapify. */
  compact(): void {
    this.items = this.items.filter((item) => !item[dropped]);
    for (let i = Math.floor(this.items.length / 2) - 1; i >= 0; i--) this.#siftUp(i);
  }

  #siftDown(start: number, position: number): void {
    const item = this.items[position]!;
    while (position > start) {
      const parent = (position - 1) >> 1;
      if (!(item.when < this.items[parent]!.when)) break;
      this.items[position] = this.items[parent]!;
      position = parent;
    }
    this.items[position] = item;
  }

  #siftUp(position: number): void {
    const end = this.items.length;
    const start = position;
    const item = this.items[position]!;
    let child = 2 * position + 1;
    while (child < end) {
      const right = child + 1;
      if (right < end && !(this.items[child]!.when < this.items[right]!.when)) child = right;
      this.items[position] = this.items[child]!;
      position = child;
      child = 2 * position + 1;
    }
    this.items[position] = item;
    this.#siftDown(start, position);
  }
}

function drain(heap: TimerHeap): number[] {
  const names: number[] = [];
  while (heap.size > 0) names.push((heap.pop() as Entry).name);
  return names;
}

// Recorded from CPython 3.13: the indices of `times`, pushed in order as (time, index) compared by
// time alone, in the order in which heappop() gives them.
const VECTORS: [times: number[], popped: number[]][] = [
  [[1, 1, 1, 1, 1], [0, 2, 4, 1, 3]],
  [[1, 1, 1, 1, 1, 1, 1, 1], [0, 2, 6, 5, 7, 4, 1, 3]],
  [[3, 1, 2, 1, 3, 2, 1], [1, 6, 3, 5, 2, 0, 4]],
  [[2, 2, 1, 2, 1, 1, 2, 1, 2], [2, 5, 4, 7, 6, 0, 8, 1, 3]],
  [[5, 4, 3, 2, 1, 0], [5, 4, 3, 2, 1, 0]],
  [[0.5, 0.25, 0.5, 0.25, 1, 0.5, 0.25, 0.75, 0.5, 1, 0.25], [1, 6, 3, 10, 2, 5, 0, 8, 7, 4, 9]],
];

for (const [times, expected] of VECTORS) {
  Deno.test(`TimerHeap gives ${times} in the order of CPython's heapq`, () => {
    const heap = new TimerHeap();
    times.forEach((when, i) => heap.push(when, new Entry(i, when)));
    assertEquals(drain(heap), expected);
  });
}

Deno.test("TimerHeap.soonest is the time of the next, Infinity when there is none", () => {
  const heap = new TimerHeap();
  assertEquals(heap.soonest, Infinity);
  heap.push(5, new Entry(0, 5));
  heap.push(3, new Entry(1, 3));
  assertEquals([heap.soonest, heap.size], [3, 2]);
  heap.pop();
  assertEquals(heap.soonest, 5);
  heap.clear();
  assertEquals([heap.soonest, heap.size], [Infinity, 0]);
});

Deno.test("TimerHeap grows as far as it must", () => {
  const heap = new TimerHeap();
  for (let i = 5000; i > 0; i--) heap.push(i, new Entry(i, i));
  assertEquals(drain(heap), Array.from({ length: 5000 }, (_, i) => i + 1));
});

// CPython: test_base_events.py, BaseEventLoopTests.test__run_once_cancelled_event_cleanup
Deno.test("TimerHeap.prune() drops cancelled entries at the top, and all when they are the most", () => {
  const heap = new TimerHeap();
  const add = (count: number, when: number, cancelled: boolean) => {
    const entries = Array.from({ length: count }, (_, i) => new Entry(i, when));
    for (const entry of entries) {
      heap.push(when, entry);
      entry[dropped] = cancelled;
      if (cancelled) heap.noteCancelled(entry);
    }
    return entries;
  };
  add(1, 3000, false);
  const buried = add(2, 3600, true);
  const top = add(2, 100, true);
  heap.prune();
  assertEquals(heap.size, 3);
  assertEquals(top.map((entry) => entry.pops), [1, 1]);
  assertEquals(buried.map((entry) => entry.pops), [0, 0]);

  add(49, 3600, false);
  const many = add(51, 3600, true);
  assertEquals(heap.size, 103);
  heap.prune();
  assertEquals(heap.size, 50);
  assert([...buried, ...many].every((entry) => entry.pops === 1));
  heap.prune();
  assertEquals(heap.size, 50);
});

Deno.test("TimerHeap keeps the order of CPython's heapq in whatever is done to it", () => {
  const time = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.double({ min: 0, max: 4, noNaN: true }));
  const action = fc.oneof(
    { weight: 6, arbitrary: fc.record({ push: time }) },
    { weight: 3, arbitrary: fc.constant("pop" as const) },
    { weight: 3, arbitrary: fc.record({ cancel: fc.nat() }) },
    { weight: 1, arbitrary: fc.constant("prune" as const) },
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 600, size: "max" }), (actions) => {
      const heap = new TimerHeap();
      const model = new Heapq();
      const entries: Entry[] = [];
      let cancelled = 0;
      for (const step of actions) {
        if (step === "pop") {
          if (model.items.length === 0) continue;
          const expected = model.pop();
          assertEquals((heap.pop() as Entry).name, expected.name);
        } else if (step === "prune") {
          heap.prune();
          if (cancelled > 0 && model.items.length > 100 && cancelled / model.items.length > 0.5) {
            model.compact();
            cancelled = 0;
          } else {
            while (model.items[0]?.[dropped] && cancelled > 0) {
              cancelled--;
              model.pop();
            }
          }
        } else if ("push" in step) {
          const entry = new Entry(entries.length, step.push);
          entries.push(entry);
          heap.push(step.push, entry);
          model.push(entry);
        } else {
          const entry = entries[step.cancel % Math.max(1, entries.length)];
          if (entry === undefined || entry[dropped] || entry.pops > 0) continue;
          entry[dropped] = true;
          heap.noteCancelled(entry);
          cancelled++;
        }
        assertEquals(heap.size, model.items.length);
        assertEquals(heap.soonest, model.items[0]?.when ?? Infinity);
      }
      const rest: number[] = [];
      while (model.items.length > 0) rest.push(model.pop().name);
      assertEquals(drain(heap), rest);
    }),
    { numRuns: 200 },
  );
});
