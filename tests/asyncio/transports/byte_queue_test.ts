// Copyright 2026 the asyncio authors. MIT license.

import { ByteQueue } from "../../../asyncio/transports/_byte_queue.ts";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";

/** Bytes by their text. */
function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function queueOf(...chunks: string[]): ByteQueue {
  const queue = new ByteQueue();
  for (const chunk of chunks) queue.push(bytes(chunk));
  return queue;
}

Deno.test("ByteQueue hands on a chunk that is taken whole as it is", () => {
  const chunk = bytes("whole");
  const queue = new ByteQueue();
  queue.push(chunk);
  assertStrictEquals(queue.take(5), chunk);
  assertEquals(queue.length, 0);
  queue.push(chunk);
  assertStrictEquals(queue.take(100), chunk);
});

Deno.test("ByteQueue.take() gives less than asked for when there is less", () => {
  const queue = queueOf("ab", "cd");
  assertEquals(queue.take(10), bytes("abcd"));
  assertEquals(queue.take(10), new Uint8Array());
  assertEquals(queue.length, 0);
});

Deno.test("ByteQueue.take() joins chunks and splits them", () => {
  const queue = queueOf("ab", "cd", "ef");
  assertEquals(queue.take(3), bytes("abc"));
  assertEquals(queue.take(1), bytes("d"));
  assertEquals(queue.take(2), bytes("ef"));
});

Deno.test("ByteQueue.drop() may drop everything", () => {
  const queue = queueOf("ab", "cd");
  queue.drop(4);
  assertEquals(queue.length, 0);
  queue.push(bytes("e"));
  assertEquals(queue.take(1), bytes("e"));
});

Deno.test("ByteQueue.indexOf() finds a pattern across chunks, but not one that only begins", () => {
  const queue = queueOf("one-", "-two", "--", "-");
  assertEquals(queue.indexOf(bytes("--"), 0), 3);
  assertEquals(queue.indexOf(bytes("--"), 4), 8);
  assertEquals(queue.indexOf(bytes("---"), 0), 8);
  assertEquals(queue.indexOf(bytes("----"), 0), -1);
  assertEquals(queue.indexOf(bytes("-"), 11), -1);
});

Deno.test("ByteQueue does what an array of bytes does, whatever comes in which order", () => {
  const operation = fc.oneof(
    // Few different values, so that patterns occur, and more often begin and do not occur.
    fc.uint8Array({ maxLength: 40, max: 2 }).map((data) => ["push", data] as const),
    fc.nat(60).map((size) => ["take", size] as const),
    fc.nat(60).map((size) => ["drop", size] as const),
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 4, max: 2 }), fc.nat(80))
      .map((args) => ["indexOf", args] as const),
    fc.constant(["clear", null] as const),
  );
  fc.assert(fc.property(fc.array(operation, { maxLength: 120 }), (operations) => {
    const queue = new ByteQueue();
    let model: number[] = [];
    for (const [name, value] of operations) {
      switch (name) {
        case "push":
          model.push(...value);
          queue.push(value);
          break;
        case "take":
          assertEquals([...queue.take(value)], model.splice(0, value));
          break;
        case "drop": {
          const size = Math.min(value, model.length);
          model.splice(0, size);
          queue.drop(size);
          break;
        }
        case "indexOf": {
          const [pattern, from] = value;
          assertEquals(queue.indexOf(pattern, from), find(model, [...pattern], from));
          break;
        }
        case "clear":
          model = [];
          queue.clear();
      }
      assertEquals(queue.length, model.length);
      assertEquals([...queue.front], model.slice(0, queue.front.length));
      assert(queue.front.length > 0 || model.length === 0);
    }
  }));
});

function find(bytes: number[], pattern: number[], from: number): number {
  for (let at = from; at + pattern.length <= bytes.length; at++) {
    if (pattern.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

Deno.test("ByteQueue keeps what was taken apart from what comes later", () => {
  const queue = queueOf("ab", "cd");
  queue.indexOf(bytes("x"), 0);
  const taken = queue.take(3);
  queue.push(bytes("ef"));
  queue.indexOf(bytes("x"), 0);
  taken.fill(0);
  assertEquals(queue.take(3), bytes("def"));
});

Deno.test("ByteQueue searches a line that comes in many pieces in linear time", () => {
  // Copies, counted: joining all pieces again at every search would make it half a billion.
  const queue = new ByteQueue();
  const copied = countingCopies(() => {
    for (let i = 0; i < 32_000; i++) {
      queue.push(bytes("x"));
      queue.indexOf(bytes("\n"), i);
    }
  });
  assertEquals(queue.take(32_000).length, 32_000);
  assert(copied < 10 * 32_000, `${copied} bytes were copied for 32,000`);
});

Deno.test("ByteQueue drops many pieces in linear time", () => {
  const queue = new ByteQueue();
  const piece = bytes("x");
  for (let i = 0; i < 100_000; i++) queue.push(piece);
  const moved = countingMoves(() => {
    for (let i = 0; i < 100_000; i++) queue.drop(1);
  });
  assertEquals(queue.length, 0);
  assert(moved < 4 * 100_000, `${moved} pieces were moved to drop 100,000`);
});

/** How many elements stay, and so move, in the arrays that are spliced while a function runs. */
function countingMoves(fn: () => void): number {
  const { splice } = Array.prototype;
  let moved = 0;
  Array.prototype.splice = function (start: number, count: number) {
    const removed = splice.call(this, start, count);
    moved += this.length;
    return removed;
  };
  try {
    fn();
  } finally {
    Array.prototype.splice = splice;
  }
  return moved;
}

/** How many bytes are copied while a function runs. */
function countingCopies(fn: () => void): number {
  const { set } = Uint8Array.prototype;
  let copied = 0;
  Uint8Array.prototype.set = function (source, offset) {
    copied += source.length;
    set.call(this, source, offset);
  };
  try {
    fn();
  } finally {
    Uint8Array.prototype.set = set;
  }
  return copied;
}
