// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Deque } from "../../../asyncio/queues/_deque.ts";

Deno.test("Deque behaves as an array that is pushed and shifted", () => {
  // How many to push (positive) or to shift (negative), one after the other.
  const steps = fc.array(fc.integer({ min: -40, max: 40 }));
  fc.assert(fc.property(steps, (counts) => {
    const deque = new Deque<number>();
    const model: number[] = [];
    let next = 0;
    for (const count of counts) {
      for (let i = 0; i < count; i++) {
        deque.push(next);
        model.push(next++);
      }
      for (let i = 0; i > count && model.length > 0; i--) {
        assertEquals(deque.shift(), model.shift());
      }
      assertEquals(deque.size, model.length);
      assertEquals(deque.toArray(), model);
    }
  }));
});

Deno.test("Deque holds many items, and can be used again when emptied", () => {
  const deque = new Deque<number>();
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 5000; i++) deque.push(i);
    for (let i = 0; i < 5000; i++) assertEquals(deque.shift(), i);
    assertEquals(deque.size, 0);
    assertEquals(deque.toArray(), []);
  }
});

Deno.test("Deque holds undefined as any other item", () => {
  const deque = new Deque<undefined>();
  deque.push(undefined);
  assertEquals(deque.toArray(), [undefined]);
  assertEquals(deque.size, 1);
  assertEquals(deque.shift(), undefined);
  assertEquals(deque.size, 0);
});
