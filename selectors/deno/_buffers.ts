// Copyright 2026 the asyncio authors. MIT license.

/**
 * Memory for bytes on their way in or out.
 *
 * Facts of V8 that it rests on. A fresh `Uint8Array` of 64 bytes costs about 1 us, a subarray of
 * a larger one 30 ns; a fresh one of 64 KB costs 4 us, to fill an old one 1.3 us. Large memory that
 * is only reserved, not yet written to, costs no RAM.
 */

/** What a small block holds, in bytes: enough for most messages, for an idle connection to wait with. */
export const SMALL_BLOCK = 2 * 1024;

/** What a large block holds, in bytes. */
export const LARGE_BLOCK = 64 * 1024;

/** Up to this many bytes are copied, more are handed over with their block. */
export const COPY_LIMIT = 8 * 1024;

/** Small blocks are cut from pieces of this size, in bytes. */
const PIECE = 512 * 1024;

/** Large blocks kept for reuse at most. */
const LARGE_BLOCKS_KEPT = 32;

const smallBlocks: Uint8Array<ArrayBuffer>[] = [];
const largeBlocks: Uint8Array<ArrayBuffer>[] = [];
let piece = new Uint8Array(0);
let pieceUsed = 0;

/** A block of exactly `SMALL_BLOCK` or `LARGE_BLOCK` bytes, with anything in it. */
export function takeBlock(size: number): Uint8Array<ArrayBuffer> {
  if (size > SMALL_BLOCK) return largeBlocks.pop() ?? new Uint8Array(LARGE_BLOCK);
  const block = smallBlocks.pop();
  if (block !== undefined) return block;
  if (pieceUsed === piece.length) {
    piece = new Uint8Array(PIECE);
    pieceUsed = 0;
  }
  return piece.subarray(pieceUsed, pieceUsed += SMALL_BLOCK);
}

/** Gives a block back. No operation may be using it, and nobody may hold a part of it. */
export function giveBlock(block: Uint8Array<ArrayBuffer>): void {
  if (block.length === SMALL_BLOCK) smallBlocks.push(block);
  else if (largeBlocks.length < LARGE_BLOCKS_KEPT) largeBlocks.push(block);
}

/** Copies are cut from a slab of this size, in bytes; it is freed when its last copy is. */
const SLAB = 64 * 1024;

let slab = new Uint8Array(SLAB);
let slabUsed = 0;

/**
 * A copy of some bytes, `COPY_LIMIT` at most. It shares a slab with other copies, so its `buffer` is
 * larger than it.
 */
export function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  // A slab that somebody has detached has length 0, and is replaced too.
  if (slabUsed + bytes.length > slab.length) {
    slab = new Uint8Array(SLAB);
    slabUsed = 0;
  }
  const copy = slab.subarray(slabUsed, slabUsed += bytes.length);
  copy.set(bytes);
  return copy;
}
