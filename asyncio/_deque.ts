// Copyright 2026 the asyncio authors. MIT license.

const MIN_CAPACITY = 8;

/** An emptied deque larger than this gives its memory back. */
const KEPT_CAPACITY = 1024;

/**
 * Items in a row, added at one end and taken at the other, each in constant time: `shift()` of an
 * array moves all the others when it is long.
 *
 * Invariants: the items are `#slots[(#head + i) % #slots.length]` for `i` from 0 to `#size - 1`. The
 * number of slots is a power of two, or 0; those without an item hold nothing.
 */
export class Deque<T> {
  #slots: (T | undefined)[] = [];
  #head = 0;
  #size = 0;

  /** How many items there are. */
  get size(): number {
    return this.#size;
  }

  /** Adds an item at the end. */
  push(item: T): void {
    if (this.#size === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#size) & (this.#slots.length - 1)] = item;
    this.#size++;
  }

  /** Takes the first item; there must be one. */
  shift(): T {
    const head = this.#head;
    const item = this.#slots[head] as T;
    this.#slots[head] = undefined;
    this.#head = (head + 1) & (this.#slots.length - 1);
    if (--this.#size === 0 && this.#slots.length > KEPT_CAPACITY) this.#reset();
    return item;
  }

  /** The items, first to last. */
  toArray(): T[] {
    const end = this.#head + this.#size;
    const beyond = Math.max(0, end - this.#slots.length);
    return this.#slots.slice(this.#head, end).concat(this.#slots.slice(0, beyond)) as T[];
  }

  /** Doubles the number of slots; all have an item. */
  #grow(): void {
    const capacity = Math.max(2 * this.#size, MIN_CAPACITY);
    this.#slots = this.toArray();
    this.#slots.length = capacity;
    this.#head = 0;
  }

  #reset(): void {
    this.#slots = [];
    this.#head = 0;
  }
}
