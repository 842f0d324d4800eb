// Copyright 2026 the asyncio authors. MIT license.

const NO_BYTES = new Uint8Array(0);

/** Fewer consumed chunks than this are not worth dropping from the list's front. */
const CHUNKS_TO_DROP = 32;

/** That of plain arrays: the `slice()` of Node's buffers is a view. */
const { slice } = Uint8Array.prototype;

/**
 * Bytes in the order of their arrival: chunks go in at the end, any number of bytes comes out at the
 * front. What comes out is the taker's own: its `buffer` holds nothing else. A chunk that is taken
 * whole, and has its buffer for itself, is handed on as it is.
 *
 * Invariants: the chunks before `#first` are consumed and cleared, no other is empty; of the first,
 * `#start` bytes are consumed. `#length` is the sum of what is left. `#joined` is the chunk that the
 * last join made, as long as none of it has been consumed; its buffer is the queue's own, and what is
 * left of that is room to grow.
 */
export class ByteQueue {
  readonly #chunks: Uint8Array[] = [];
  #first = 0;
  #start = 0;
  #length = 0;
  #joined: Uint8Array | null = null;

  /** The number of bytes. */
  get length(): number {
    return this.#length;
  }

  /** Adds bytes at the end. They belong to the queue from then on. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#length += bytes.length;
    if (this.#joined === null || !this.#grow(this.#joined, bytes)) this.#chunks.push(bytes);
  }

  /** What is left of the chunk at the front; empty if there is none. */
  get front(): Uint8Array {
    const front = this.#chunks[this.#first] ?? NO_BYTES;
    return this.#start === 0 ? front : front.subarray(this.#start);
  }

  /** Takes up to `size` bytes from the front. */
  take(size: number): Uint8Array<ArrayBuffer> {
    const front = this.#chunks[this.#first] ?? NO_BYTES;
    const start = this.#start;
    const left = front.length - start;
    if (size >= left && left === this.#length) {
      this.clear();
      return isOwn(front) && start === 0 ? front : copyOf(front, start, front.length);
    }
    if (size === left && start === 0 && size > 0 && isOwn(front)) {
      this.drop(size);
      return front;
    }
    if (size < left) {
      this.#length -= size;
      this.#start = start + size;
      if (size > 0) this.#joined = null;
      return copyOf(front, start, start + size);
    }
    const bytes = this.#copy(Math.min(size, this.#length));
    this.drop(bytes.length);
    return bytes;
  }

  /** Moves bytes from the front into `target`, as many as fit. Returns how many they are. */
  moveTo(target: Uint8Array): number {
    const size = Math.min(target.length, this.#length);
    this.#copyTo(size === target.length ? target : target.subarray(0, size));
    this.drop(size);
    return size;
  }

  /** Drops `size` bytes, of as many or more, from the front. */
  drop(size: number): void {
    this.#length -= size;
    if (size > 0) this.#joined = null;
    for (let rest = size; rest > 0;) {
      const left = this.#chunks[this.#first]!.length - this.#start;
      if (left > rest) {
        this.#start += rest;
        return;
      }
      rest -= left;
      this.#dropFront();
    }
  }

  /** Drops everything. */
  clear(): void {
    this.#chunks.length = 0;
    this.#first = 0;
    this.#start = 0;
    this.#length = 0;
    this.#joined = null;
  }

  /** Where a byte is, if it is in the chunk at the front; else -1. */
  indexInFront(byte: number): number {
    const front = this.#chunks[this.#first];
    if (front === undefined) return -1;
    const at = front.indexOf(byte, this.#start);
    return at < 0 ? -1 : at - this.#start;
  }

  /** Where `pattern` begins, at `from` or later; -1 if it is nowhere. */
  indexOf(pattern: Uint8Array, from: number): number {
    const bytes = this.#join();
    const last = bytes.length - pattern.length;
    for (let at = from; at <= last; at++) {
      at = bytes.indexOf(pattern[0]!, at);
      if (at < 0 || at > last) return -1;
      if (matches(bytes, pattern, at)) return at;
    }
    return -1;
  }

  #dropFront(): void {
    this.#start = 0;
    this.#chunks[this.#first++] = NO_BYTES;
    if (this.#first === this.#chunks.length) {
      this.#chunks.length = 0;
      this.#first = 0;
    } else if (this.#first >= CHUNKS_TO_DROP && 2 * this.#first >= this.#chunks.length) {
      this.#chunks.splice(0, this.#first);
      this.#first = 0;
    }
  }

  /** All bytes as one chunk. Searching goes over them again and again: joining pays once. */
  #join(): Uint8Array {
    const { front } = this;
    const length = this.#length;
    if (front.length === length) return front;
    // A long line that comes in small pieces is joined again and again: with room for as much more,
    // its bytes are copied a few times each, however many pieces there are.
    const block = new Uint8Array(front === this.#joined ? 2 * length : length);
    const joined = block.subarray(0, length);
    this.#copyTo(joined);
    this.clear();
    this.push(joined);
    this.#joined = joined;
    return joined;
  }

  /** Adds bytes to the chunk that the last join made. Returns `false` where there is no room. */
  #grow(joined: Uint8Array, bytes: Uint8Array): boolean {
    const end = joined.length + bytes.length;
    if (this.#chunks.length > 1 || end > joined.buffer.byteLength) return false;
    const grown = new Uint8Array(joined.buffer, 0, end);
    grown.set(bytes, joined.length);
    this.#chunks[0] = this.#joined = grown;
    return true;
  }

  #copy(size: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(size);
    this.#copyTo(bytes);
    return bytes;
  }

  /** Fills `bytes` from the front. */
  #copyTo(bytes: Uint8Array): void {
    const size = bytes.length;
    let filled = 0;
    for (let i = this.#first; filled < size; i++) {
      const chunk = i === this.#first ? this.front : this.#chunks[i]!;
      const part = chunk.length <= size - filled ? chunk : chunk.subarray(0, size - filled);
      bytes.set(part, filled);
      filled += part.length;
    }
  }
}

/** Whether bytes have their buffer for themselves. */
function isOwn(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.length === bytes.buffer.byteLength;
}

/** A part of some bytes, in an array of its own. */
function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  return slice.call(bytes, start, end) as Uint8Array<ArrayBuffer>;
}

function matches(bytes: Uint8Array, pattern: Uint8Array, at: number): boolean {
  for (let i = 1; i < pattern.length; i++) {
    if (bytes[at + i] !== pattern[i]) return false;
  }
  return true;
}
