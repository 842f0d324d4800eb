// Copyright 2026 the asyncio authors. MIT license.

import {
  giveBlock,
  LARGE_BLOCK,
  pieceCount,
  sizeBeside,
  SLAB_LIMIT,
  slabCopy,
  SMALL_BLOCK,
  takeBlock,
} from "../../../selectors/deno/_buffers.ts";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";

const takeSmallBlock = () => takeBlock(SMALL_BLOCK);

Deno.test("takeBlock() gives small blocks that do not overlap", () => {
  const blocks = Array.from({ length: 1500 }, takeSmallBlock);
  const places = new Set(blocks.map(({ buffer, byteOffset }) => {
    assertEquals(byteOffset % SMALL_BLOCK, 0);
    return buffer;
  }));
  assert(places.size >= 3);
  for (const [i, block] of blocks.entries()) block.fill(i);
  assert(blocks.every((block, i) => block.length === SMALL_BLOCK && block[0] === (i & 0xff)));
  blocks.forEach(giveBlock);
});

Deno.test("giveBlock() lets go of the memory of a burst of connections", () => {
  const before = pieceCount();
  const blocks = Array.from({ length: 15_000 }, takeSmallBlock);
  assert(pieceCount() > before + 20);
  // Closed in any order.
  for (let i = 0; i < blocks.length; i++) giveBlock(blocks[(i * 7919) % blocks.length]!);
  assert(pieceCount() <= Math.max(before, 1), `${pieceCount()} pieces`);
});

Deno.test("takeBlock() takes small blocks that were given back", () => {
  const blocks = Array.from({ length: 5000 }, takeSmallBlock);
  const count = pieceCount();
  blocks.splice(0, 2500).forEach(giveBlock);
  for (let i = 0; i < 2500; i++) blocks.push(takeSmallBlock());
  assert(pieceCount() <= count);
  const distinct = new Map<ArrayBuffer, Set<number>>();
  for (const { buffer, byteOffset } of blocks) {
    const offsets = distinct.get(buffer) ?? new Set();
    assert(!offsets.has(byteOffset));
    distinct.set(buffer, offsets.add(byteOffset));
  }
  blocks.forEach(giveBlock);
});

Deno.test("takeBlock() gives a block that is large enough", () => {
  for (const size of [1, 1025, 16_384, 16_385, 65_536, 65_537, LARGE_BLOCK]) {
    assert(takeBlock(size).length >= size);
  }
});

Deno.test("giveBlock() keeps a block for the next who takes one", () => {
  const block = takeBlock(5000);
  giveBlock(block);
  assertStrictEquals(takeBlock(16_384), block);
});

Deno.test("sizeBeside() stays among the sizes", () => {
  assertEquals([sizeBeside(1024, 1), sizeBeside(1024, -1), sizeBeside(1024, 2)], [
    4096,
    1024,
    16_384,
  ]);
  assertEquals([sizeBeside(LARGE_BLOCK, 1), sizeBeside(LARGE_BLOCK, -1)], [LARGE_BLOCK, 65_536]);
});

Deno.test("slabCopy() gives copies that do not overlap", () => {
  const copies: Uint8Array[] = [];
  for (let i = 0; i < 1000; i++) copies.push(slabCopy(new Uint8Array(1 + i % SLAB_LIMIT).fill(i)));
  for (const [i, copy] of copies.entries()) {
    assert(copy.length === 1 + i % SLAB_LIMIT && copy.every((byte) => byte === (i & 0xff)));
  }
});
