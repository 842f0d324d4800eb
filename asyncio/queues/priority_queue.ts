// Copyright 2026 the asyncio authors. MIT license.

import { repr } from "../../coroutines/mod.ts";
import { compare } from "./_compare.ts";
import { type Compare, heapPop, heapPush } from "./_heap.ts";
import { Queue } from "./queue.ts";

/**
 * Options of {@linkcode PriorityQueue}.
 *
 * @typeParam T Type of the items.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-queue.html#asyncio.PriorityQueue}
 */
export interface PriorityQueueOptions<T> {
  /**
   * Negative if `a` is to come out before `b`. Default: the order of numbers, `bigint`s, strings,
   * dates, and of arrays element by element.
   */
  compare?: ((a: T, b: T) => number) | undefined;
}

/**
 * A {@linkcode Queue} that hands out the least item first.
 *
 * Often the items are pairs of a priority and something else. In arrays the first elements that
 * differ decide, so put a number that counts up between the two, or compare the priorities alone.
 * Items that compare as equal come out in the order in which CPython's heap has them, which is not
 * that of their coming.
 *
 * @typeParam T Type of the items.
 *
 * @example Usage
 * ```ts
 * import { PriorityQueue } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const queue = new PriorityQueue<[number, string]>();
 * queue.putNowait([2, "sleep"]);
 * queue.putNowait([1, "eat"]);
 * assertEquals(queue.getNowait(), [1, "eat"]);
 * ```
 *
 * @example Another order
 * ```ts
 * import { PriorityQueue } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const queue = new PriorityQueue<{ age: number }>(0, { compare: (a, b) => b.age - a.age });
 * queue.putNowait({ age: 7 });
 * queue.putNowait({ age: 70 });
 * assertEquals(queue.getNowait(), { age: 70 });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-queue.html#asyncio.PriorityQueue}
 */
// CPython: Lib/asyncio/queues.py, PriorityQueue
export class PriorityQueue<T> extends Queue<T> {
  readonly #heap: T[] = [];
  readonly #compare: Compare<T>;

  /**
   * Makes an empty queue.
   *
   * @param maxsize How many items fit in; zero or less for any number. Default: 0.
   * @param options The order, as `compare`.
   * @throws {TypeError} If `maxsize` is no number or `compare` no function.
   */
  constructor(maxsize: number = 0, options: PriorityQueueOptions<T> = {}) {
    super(maxsize);
    this.#compare = options.compare ?? compare;
    if (typeof this.#compare !== "function") {
      throw new TypeError(`compare must be a function, got ${repr(this.#compare)}`);
    }
  }

  /**
   * Keeps an item. Called when there is room.
   *
   * @throws {TypeError} If it cannot be compared with those that are there.
   */
  protected override storeItem(item: T): void {
    heapPush(this.#heap, item, this.#compare);
  }

  /** Takes out the least item. Called when there is one. */
  protected override takeItem(): T {
    return heapPop(this.#heap, this.#compare);
  }

  /** The items, for the repr: in the order of the heap, the least first. */
  protected override storedItems(): readonly T[] {
    return this.#heap;
  }

  /** How many items there are. */
  override qsize(): number {
    return this.#heap.length;
  }
}
