// Copyright 2026 the asyncio authors. MIT license.

import { LifoQueue } from "@asyncio/asyncio";
import { assertEquals } from "@std/assert";
import { testForms } from "../../_run_test.ts";

// CPython: test_queues.py, LifoQueueTests.test_order
testForms("LifoQueue hands out first what came last", function* ({ wait }) {
  const queue = new LifoQueue<number>();
  for (const item of [1, 3, 2]) yield* wait(queue.put(item));
  assertEquals(String(queue), "<LifoQueue maxsize=0 _queue=[1, 3, 2] tasks=3>");
  const items = [];
  for (let i = 0; i < 3; i++) items.push(yield* wait(queue.get()));
  assertEquals(items, [2, 3, 1]);
});
