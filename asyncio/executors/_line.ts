// Copyright 2026 the asyncio authors. MIT license.

/** A line of things that wait: taken from the front, in constant time. */
export class Line<T> implements Iterable<T> {
  // Invariant: those that wait are #items from #first on.
  #items: T[] = [];
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  /** The first. */
  get first(): T | undefined {
    return this.#items[this.#first];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  take(): T | undefined {
    if (this.#first === this.#items.length) return undefined;
    const item = this.#items[this.#first]!;
    this.#items[this.#first++] = undefined as T;
    if (this.#first * 2 > this.#items.length && this.#first > 32) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }

  /** Takes all. */
  clear(): T[] {
    const items = this.#items.slice(this.#first);
    this.#items = [];
    this.#first = 0;
    return items;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let i = this.#first; i < this.#items.length; i++) yield this.#items[i]!;
  }
}
