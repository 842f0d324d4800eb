// Copyright 2026 the asyncio authors. MIT license.

/**
 * The most that is encrypted in one go, in bytes: three records. Deno 2.9 takes no more at a time; what
 * it is given beyond that it copies again with every three. Bench: `tls`.
 */
export const BATCH: number = 3 * 16_384;

/** A block of a connection that has little to send is of this many bytes. */
const SMALL = 4096;

/** As many blocks are kept for the next who needs one: what one connection has below its high mark. */
const KEPT = 12;

const spare: Uint8Array<ArrayBuffer>[] = [];

/**
 * Bytes that wait to be encrypted, copied together to as few batches as can be, whatever the sizes that
 * they are written in.
 *
 * Invariants: every block but the last is full, of `BATCH` bytes; the last one holds `#filled`, at least
 * one. It is small until it has to hold more than `SMALL`.
 */
export class RecordQueue {
  #blocks: Uint8Array<ArrayBuffer>[] = [];
  #filled = 0;

  /** The number of bytes. */
  get length(): number {
    const { length } = this.#blocks;
    return length === 0 ? 0 : (length - 1) * BATCH + this.#filled;
  }

  /** Copies bytes to the end. */
  push(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0;) {
      const block = this.#last(rest.length);
      const size = Math.min(rest.length, block.length - this.#filled);
      block.set(size === rest.length ? rest : rest.subarray(0, size), this.#filled);
      this.#filled += size;
      rest = rest.subarray(size);
    }
  }

  /**
   * Hands a batch from the front to `use`, which must be done with it when it returns.
   *
   * @returns Whether there was one.
   */
  take(use: (batch: Uint8Array<ArrayBuffer>) => void): boolean {
    // A list of a dozen: to move it up costs less than to keep an index.
    const block = this.#blocks.shift();
    if (block === undefined) return false;
    use(this.#blocks.length > 0 ? block : block.subarray(0, this.#filled));
    release(block);
    return true;
  }

  /** Drops everything. */
  clear(): void {
    this.#blocks.forEach(release);
    this.#blocks = [];
  }

  /** The last block, with room for some of `size` bytes, or all of them if they are few. */
  #last(size: number): Uint8Array<ArrayBuffer> {
    const blocks = this.#blocks;
    const last = blocks.at(-1);
    if (last === undefined || this.#filled === BATCH) {
      this.#filled = 0;
      blocks.push(size <= SMALL ? new Uint8Array(SMALL) : takeBlock());
    } else if (last.length - this.#filled < size && last.length < BATCH) {
      const block = takeBlock();
      block.set(last);
      blocks[blocks.length - 1] = block;
    }
    return blocks.at(-1)!;
  }
}

function takeBlock(): Uint8Array<ArrayBuffer> {
  return spare.pop() ?? new Uint8Array(BATCH);
}

function release(block: Uint8Array<ArrayBuffer>): void {
  if (block.length === BATCH && spare.length < KEPT) spare.push(block);
}
