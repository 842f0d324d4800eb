// Copyright 2026 the asyncio authors. MIT license.

import { Queue } from "./queue.ts";

/**
 * A {@linkcode Queue} that hands out first what was put last.
 *
 * @typeParam T Type of the items.
 *
 * @example Usage
 * ```ts
 * import { LifoQueue } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const queue = new LifoQueue<string>();
 * queue.putNowait("first");
 * queue.putNowait("second");
 * assertEquals(queue.getNowait(), "second");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-queue.html#asyncio.LifoQueue}
 */
// CPython: Lib/asyncio/queues.py, LifoQueue
export class LifoQueue<T> extends Queue<T> {
  readonly #stack: T[] = [];

  /** Keeps an item. Called when there is room. */
  protected override storeItem(item: T): void {
    this.#stack.push(item);
  }

  /** Takes out the item kept last. Called when there is one. */
  protected override takeItem(): T {
    return this.#stack.pop() as T;
  }

  /** The items, for the repr. */
  protected override storedItems(): readonly T[] {
    return this.#stack;
  }

  /** How many items there are. */
  override qsize(): number {
    return this.#stack.length;
  }
}
