// Copyright 2026 the asyncio authors. MIT license.

/**
 * Memory for bytes on their way in or out. Blocks are this layer's own and go from hand to hand;
 * what leaves the layer is a copy in an array of its own.
 *
 * Facts of V8 that it rests on. A fresh array costs 0.3 us at any size up to 1 KB, 1.8 us at 16 KB
 * and 4 to 5 us at 64 KB, most of it to collect it again. To fill an old block of 64 KB costs 0.6 us
 * while it is warm, a view of it 25 ns. Large memory that is only reserved, not yet written to, costs
 * no RAM.
 */

/**
 * The sizes of blocks, in bytes. An idle connection waits with the smallest: it is enough for a short
 * message.
 */
const SIZES: readonly number[] = [1024, 4096, 16_384, 65_536, 262_144];

/** The sizes at either end. */
export const SMALL_BLOCK = 1024;
export const LARGE_BLOCK = 262_144;

/** How many blocks of each size are kept for reuse; small ones are kept otherwise. */
const KEPT: readonly number[] = [0, 128, 64, 32, 8];

const pools: Uint8Array<ArrayBuffer>[][] = SIZES.map(() => []);

/** A block of at least `size` bytes, of `LARGE_BLOCK` at most, with anything in it. */
export function takeBlock(size: number): Uint8Array<ArrayBuffer> {
  if (size <= SMALL_BLOCK) return takeSmallBlock();
  if (!heapIsKept) keepHeap();
  let i = 1;
  while (SIZES[i]! < size) i++;
  return pools[i]!.pop() ?? new Uint8Array(SIZES[i]!);
}

/** The size of the blocks that are so many steps larger, or smaller if it is negative. */
export function sizeBeside(size: number, steps: number): number {
  return SIZES[Math.max(0, Math.min(SIZES.indexOf(size) + steps, SIZES.length - 1))]!;
}

/** Half of what glibc may keep, in bytes: the largest that it takes a hint from is 32 MB. */
const KEEP_HEAP = 31 * 1024 * 1024;
let heapIsKept = false;

/**
 * Arrays of 16 KB that are handed out and collected again, some hundred megabytes a second of them,
 * make glibc return the top of its heap to the system, and fetch it again page by page: up to 96,000
 * page faults a second, and 14 to 23 us a message where it should be 13. A large allocation that is
 * freed raises its threshold for that to twice the size, as it does in any program that happens to
 * make one. Nothing is ever written to this one, so it costs no RAM, and 80 us once. Elsewhere it does
 * nothing. Bench: `echo`, 16 KB.
 */
function keepHeap(): void {
  heapIsKept = true;
  new ArrayBuffer(KEEP_HEAP).transfer(0);
}

/** Gives a block back. No operation may be using it, and nobody may hold a part of it. */
export function giveBlock(block: Uint8Array<ArrayBuffer>): void {
  const i = SIZES.indexOf(block.length);
  if (i === 0) return giveSmallBlock(block);
  if (pools[i]!.length < KEPT[i]!) pools[i]!.push(block);
}

/**
 * Small blocks are cut from pieces of this size, in bytes: one of their own would cost 0.5 KB more.
 * It is large enough for the system to reserve it only.
 */
const PIECE = 512 * 1024;

/** Memory for small blocks. */
interface Piece {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How much of it has been cut, in bytes. */
  cut: number;
  /** The blocks cut that nobody uses. */
  readonly free: Uint8Array<ArrayBuffer>[];
}

/** All pieces, by their buffers. A piece of which nobody uses a block is dropped, but the last. */
const pieces = new Map<ArrayBuffer, Piece>();
/** Those of them that have a block left. */
const open: Piece[] = [];

function takeSmallBlock(): Uint8Array<ArrayBuffer> {
  const piece = open.at(-1) ?? newPiece();
  const block = piece.free.pop() ??
    piece.bytes.subarray(piece.cut, piece.cut += SMALL_BLOCK);
  if (isFull(piece)) open.pop();
  return block;
}

function giveSmallBlock(block: Uint8Array<ArrayBuffer>): void {
  const piece = pieces.get(block.buffer)!;
  if (isFull(piece)) open.push(piece);
  piece.free.push(block);
  if (open.length > 1 && piece.free.length * SMALL_BLOCK === piece.cut) dropPiece(piece);
}

/** How many pieces there are. For tests. */
export function pieceCount(): number {
  return pieces.size;
}

function newPiece(): Piece {
  const piece: Piece = { bytes: new Uint8Array(PIECE), cut: 0, free: [] };
  pieces.set(piece.bytes.buffer, piece);
  open.push(piece);
  return piece;
}

function isFull(piece: Piece): boolean {
  return piece.cut === PIECE && piece.free.length === 0;
}

function dropPiece(piece: Piece): void {
  pieces.delete(piece.bytes.buffer);
  open[open.indexOf(piece)] = open.at(-1)!;
  open.pop();
}

/** The longest message that is copied into a slab to be sent, in bytes. */
export const SLAB_LIMIT = 1024;

/** What goes out in short messages is copied into slabs of this size, in bytes. */
const SLAB = 64 * 1024;

let slab = new Uint8Array(SLAB);
let slabUsed = 0;

/** A copy of `SLAB_LIMIT` bytes at most, to be sent. It is a part of a slab, freed with its last. */
export function slabCopy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (slabUsed + bytes.length > SLAB) {
    slab = new Uint8Array(SLAB);
    slabUsed = 0;
  }
  const copy = slab.subarray(slabUsed, slabUsed += bytes.length);
  copy.set(bytes);
  return copy;
}
