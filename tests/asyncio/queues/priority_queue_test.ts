// Copyright 2026 the asyncio authors. MIT license.

import { PriorityQueue, type PriorityQueueOptions } from "@asyncio/asyncio";
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { testForms } from "../../_run_test.ts";

/** Puts all items, then takes all. */
function passThrough<T>(items: readonly T[], options?: PriorityQueueOptions<T>): T[] {
  const queue = new PriorityQueue<T>(0, options);
  for (const item of items) queue.putNowait(item);
  return items.map(() => queue.getNowait());
}

// CPython: test_queues.py, PriorityQueueTests.test_order
testForms("PriorityQueue hands out the least item first", function* ({ wait }) {
  const queue = new PriorityQueue<number>();
  for (const item of [1, 3, 2]) yield* wait(queue.put(item));
  assertEquals(String(queue), "<PriorityQueue maxsize=0 _queue=[1, 3, 2] tasks=3>");
  const items = [];
  for (let i = 0; i < 3; i++) items.push(yield* wait(queue.get()));
  assertEquals(items, [1, 2, 3]);
});

Deno.test("PriorityQueue sorts whatever is put", () => {
  fc.assert(fc.property(fc.array(fc.integer()), (items) => {
    assertEquals(passThrough(items), items.toSorted((a, b) => a - b));
  }));
});

Deno.test("PriorityQueue hands out equal items in the order of CPython's heap", () => {
  // Priorities to put, and -1 for each item to take; both lists are from CPython's heapq.
  // deno-fmt-ignore
  const steps = [
    2, 3, 0, 0, -1, -1, 0, -1, 1, -1, 0, 0, 3, -1, -1, 1, -1, -1, -1, -1, 1, -1, 1, -1, 0, 1, 3, 3,
    3, -1, -1, -1, 0, 3, 3, -1, 0, 1, 1, 3, -1, 2, -1, -1, 3, -1, -1, -1, 0, -1, 3, -1, -1, 0, 2, -1,
    -1, -1, 1, 3, -1, -1, -1, -1,
  ];
  // deno-fmt-ignore
  const expected = [
    2, 3, 4, 5, 6, 7, 9, 0, 1, 8, 10, 11, 12, 13, 14, 17, 20, 21, 22, 24, 23, 19, 26, 18, 16, 28, 29,
    15, 30, 25, 27, 31,
  ];
  interface Item {
    priority: number;
    number: number;
  }
  const queue = new PriorityQueue<Item>(0, { compare: (a, b) => a.priority - b.priority });
  const taken: number[] = [];
  let number = 0;
  for (const priority of steps) {
    if (priority === -1) taken.push(queue.getNowait().number);
    else queue.putNowait({ priority, number: number++ });
  }
  assertEquals(taken, expected);
});

Deno.test("PriorityQueue orders what Python orders", () => {
  const dates = [new Date(2000), new Date(1000)];
  const cases: [unknown[], unknown[]][] = [
    [[0.5, -1, 2n, 1n, true], [-1, 0.5, 1n, true, 2n]],
    [["b", "a", "", "B"], ["", "B", "a", "b"]],
    [dates, dates.toReversed()],
    [[[2, "a"], [1, "b"], [1, "a"], [1]], [[1], [1, "a"], [1, "b"], [2, "a"]]],
    [[[1, [2, 3]], [1, [2]]], [[1, [2]], [1, [2, 3]]]],
  ];
  for (const [items, sorted] of cases) {
    const order = passThrough(items);
    if (items.includes(true)) assertEquals(order.map(Number), sorted.map(Number));
    else assertEquals(order, sorted);
  }
});

Deno.test("PriorityQueue asks for no order of the same objects", () => {
  const nothing = null;
  assertEquals(passThrough<unknown>([[1, nothing, 2], [1, nothing, 1]]), [[1, null, 1], [
    1,
    null,
    2,
  ]]);
});

Deno.test("PriorityQueue throws when items cannot be compared", () => {
  const pairs: [unknown, unknown, string][] = [
    [1, "a", "'string' and 'number'"],
    [{}, {}, "'Object' and 'Object'"],
    [null, undefined, "'undefined' and 'null'"],
    [new Date(), 1, "'number' and 'Date'"],
    [[1, {}], [1, {}], "'Object' and 'Object'"],
    [[1], 1, "'number' and 'Array'"],
    [Symbol.iterator, Symbol.iterator, "'symbol' and 'symbol'"],
    [Object.create(null), 1, "'number' and 'object'"],
  ];
  for (const [first, second, names] of pairs) {
    const queue = new PriorityQueue<unknown>();
    queue.putNowait(first);
    const message = `'<' not supported between instances of ${names}`;
    assertThrows(() => queue.putNowait(second), TypeError, message);
  }
});

Deno.test("PriorityQueue takes another order", () => {
  const compare = (a: string, b: string) => a.length - b.length;
  assertEquals(passThrough(["three", "of", "one"], { compare }), ["of", "one", "three"]);
  assertEquals(passThrough([1, 2, 3], { compare: (a, b) => b - a }), [3, 2, 1]);
  // @ts-expect-error: not a function
  assertThrows(() => new PriorityQueue(0, { compare: 1 }), TypeError, "compare must be a function");
});
