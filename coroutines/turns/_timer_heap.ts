// Copyright 2026 the asyncio authors. MIT license.

import type { Runnable } from "./_ready_queue.ts";

/** With no more entries than this, cancelled ones are only dropped when they reach the top. */
const MIN_ENTRIES_TO_COMPACT = 100;

/** The key under which an entry tells the heap that it is not to run any more. */
export const dropped: unique symbol = Symbol("dropped");

/** The key under which an entry hears that it has left the heap. */
export const popped: unique symbol = Symbol("popped");

/** An entry of the heap: becomes ready when its time has come. */
export interface TimerEntry extends Runnable {
  /** Whether it was cancelled and may be dropped without a word. */
  readonly [dropped]: boolean;
  /** Called when the heap lets the entry go. */
  [popped](): void;
}

/**
 * The timers, soonest first: a binary heap over two arrays.
 *
 * The times stand in a `Float64Array` of their own, so that sifting compares plain numbers that lie
 * side by side instead of following a reference an entry. Cancelling only marks an entry; marked
 * ones are dropped at the top, and all at once when they are more than half.
 *
 * Timers that fall due at the same instant come out in the order of Python's `heapq`, which is not
 * the order they went in, but which programs (and our comparison with CPython) can observe. That is
 * why this is `heapq`'s algorithm to the step: sift the hole down to a leaf along the smaller
 * children, then the moved entry up again.
 *
 * CPython: Lib/heapq.py, heappush, heappop, heapify; Lib/asyncio/base_events.py, _run_once.
 *
 * Invariant: `#times[(i - 1) >> 1] <= #times[i]` for all 0 < i < `#entries.length`.
 */
export class TimerHeap {
  #times = new Float64Array(64);
  #entries: TimerEntry[] = [];
  #cancelled = 0;

  /** How many entries it holds, cancelled ones included. */
  get size(): number {
    return this.#entries.length;
  }

  /** The time of the soonest entry; `Infinity` when there is none. */
  get soonest(): number {
    return this.#entries.length === 0 ? Infinity : this.#times[0]!;
  }

  /** Adds an entry for a time. */
  push(when: number, entry: TimerEntry): void {
    const position = this.#entries.length;
    if (position === this.#times.length) this.#grow();
    this.#entries.push(entry);
    this.#times[position] = when;
    this.#siftUp(position, 0, when, entry);
  }

  /** Takes the soonest entry out. The heap must not be empty. */
  pop(): TimerEntry {
    const entries = this.#entries;
    const last = entries.pop()!;
    const end = entries.length;
    const soonest = end === 0 ? last : entries[0]!;
    if (end > 0) this.#place(0, this.#times[end]!, last);
    soonest[popped]();
    return soonest;
  }

  /** Notes that one of the entries has been cancelled. */
  noteCancelled(_entry: TimerEntry): void {
    this.#cancelled++;
  }

  /** Drops cancelled entries: all of them if they are the larger part, else those at the top. */
  prune(): void {
    if (this.#cancelled === 0) return;
    const size = this.#entries.length;
    if (size > MIN_ENTRIES_TO_COMPACT && this.#cancelled / size > 0.5) {
      this.#compact();
      return;
    }
    while (this.#entries.length > 0 && this.#entries[0]![dropped]) {
      this.#cancelled--;
      this.pop();
    }
  }

  /** Drops everything. */
  clear(): void {
    this.#entries = [];
    this.#times = new Float64Array(64);
    this.#cancelled = 0;
  }

  #compact(): void {
    const times = this.#times;
    const kept: TimerEntry[] = [];
    const all = this.#entries;
    for (let i = 0; i < all.length; i++) {
      if (all[i]![dropped]) {
        all[i]![popped]();
        continue;
      }
      times[kept.length] = times[i]!;
      kept.push(all[i]!);
    }
    this.#entries = kept;
    this.#cancelled = 0;
    for (let i = (kept.length >> 1) - 1; i >= 0; i--) this.#place(i, times[i]!, kept[i]!);
  }

  /** Puts an entry into the hole at `start`, whose children are heaps. */
  #place(start: number, when: number, entry: TimerEntry): void {
    const times = this.#times;
    const entries = this.#entries;
    const end = entries.length;
    let hole = start;
    let child = 2 * hole + 1;
    while (child < end) {
      const right = child + 1;
      if (right < end && !(times[child]! < times[right]!)) child = right;
      times[hole] = times[child]!;
      entries[hole] = entries[child]!;
      hole = child;
      child = 2 * hole + 1;
    }
    this.#siftUp(hole, start, when, entry);
  }

  #siftUp(position: number, top: number, when: number, entry: TimerEntry): void {
    const times = this.#times;
    const entries = this.#entries;
    while (position > top) {
      const parent = (position - 1) >> 1;
      if (!(when < times[parent]!)) break;
      times[position] = times[parent]!;
      entries[position] = entries[parent]!;
      position = parent;
    }
    times[position] = when;
    entries[position] = entry;
  }

  #grow(): void {
    const larger = new Float64Array(this.#times.length * 2);
    larger.set(this.#times);
    this.#times = larger;
  }
}
