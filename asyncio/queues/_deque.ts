// Copyright 2026 the asyncio authors. MIT license.

/** How many items a chunk holds. */
const CHUNK_SIZE = 128;

/** A part of a deque, and the next part. */
class Chunk<T> {
  readonly items: (T | undefined)[] = [];
  next: Chunk<T> | null = null;
}

/**
 * Items in a row, added at one end and taken at the other, each in constant time.
 *
 * `shift()` of a long array moves all the others; a ring has to be moved when it grows, and keeps its
 * memory. So the items lie in a chain of short arrays: one is added when the last is full, and
 * dropped when the first is empty.
 *
 * Invariants: the items are those of the chunks from `#head` to `#tail`, in the first from `#start`
 * on, in the last up to `#end`. Without an item there is one chunk, and `#start` and `#end` are 0.
 */
export class Deque<T> {
  #head = new Chunk<T>();
  #tail = this.#head;
  #start = 0;
  #end = 0;
  #size = 0;

  /** How many items there are. */
  get size(): number {
    return this.#size;
  }

  /** Adds an item at the end. */
  push(item: T): void {
    if (this.#end === CHUNK_SIZE) this.#extend();
    this.#tail.items[this.#end++] = item;
    this.#size++;
  }

  /** Takes the first item; there must be one. */
  shift(): T {
    const { items } = this.#head;
    const item = items[this.#start] as T;
    items[this.#start++] = undefined;
    if (--this.#size === 0) this.#start = this.#end = 0;
    else if (this.#start === CHUNK_SIZE) this.#dropFirst();
    return item;
  }

  /** The items, first to last. */
  toArray(): T[] {
    const items: T[] = [];
    for (let chunk: Chunk<T> | null = this.#head; chunk !== null; chunk = chunk.next) {
      const start = chunk === this.#head ? this.#start : 0;
      const end = chunk === this.#tail ? this.#end : CHUNK_SIZE;
      items.push(...chunk.items.slice(start, end) as T[]);
    }
    return items;
  }

  #extend(): void {
    this.#tail = this.#tail.next = new Chunk();
    this.#end = 0;
  }

  #dropFirst(): void {
    this.#head = this.#head.next!;
    this.#start = 0;
  }
}
