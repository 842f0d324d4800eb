// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import { toMilliseconds, writeTimespec } from "../../../selectors/native/_time.ts";

function timespec(seconds: number): number[] {
  const words = new Int32Array(6).fill(-1);
  writeTimespec(words, seconds, 1);
  return [...words];
}

Deno.test("writeTimespec() rounds up to whole nanoseconds", () => {
  assertEquals(timespec(0), [-1, 0, 0, 0, 0, -1]);
  assertEquals(timespec(1.5), [-1, 1, 0, 500_000_000, 0, -1]);
  assertEquals(timespec(1e-10), [-1, 0, 0, 1, 0, -1]);
  assertEquals(timespec(2.9999999999), [-1, 3, 0, 0, 0, -1]);
  assertEquals(timespec(1e300), [-1, 1e9, 0, 0, 0, -1], "30 years are for ever");
});

Deno.test("toMilliseconds() rounds up, and knows no end", () => {
  assertEquals([0, 1e-9, 0.001, 0.0011, 5].map(toMilliseconds), [0, 1, 1, 2, 5000]);
  assertEquals([toMilliseconds(Infinity), toMilliseconds(1e9)], [-1, 2 ** 31 - 1]);
});
