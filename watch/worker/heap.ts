// Copyright 2026 the asyncio authors. MIT license.

import type { TimerRow } from "../timeline/timeline.ts";

/** With more entries than this, the loop drops cancelled ones all at once. */
const MIN_ENTRIES_TO_COMPACT = 100;

interface Entry {
  readonly id: string;
  readonly when: number;
  isCancelled: boolean;
}

/**
 * The heap of timers as the loop has it, which does not show it: by what it tells of its timers, each
 * goes to the same place here, for the loop's algorithm is that of Python's `heapq` to the step.
 *
 * A timer that is cancelled stays where it is until it comes to the top.
 */
export class HeapPicture {
  // Invariant: #entries[(i - 1) >> 1].when <= #entries[i].when for all i > 0.
  #entries: Entry[] = [];
  #cancelled = 0;
  readonly #show: (id: string, row: TimerRow | null) => void;

  /** @param show Called with each timer that comes to another place, or leaves. */
  constructor(show: (id: string, row: TimerRow | null) => void) {
    this.#show = show;
  }

  /** A timer is set. */
  push(id: string, when: number): void {
    this.#siftUp(this.#entries.length, 0, { id, when, isCancelled: false });
  }

  /** A timer is cancelled. */
  cancel(id: string): void {
    const place = this.#entries.findIndex((entry) => entry.id === id);
    const entry = this.#entries[place];
    if (entry === undefined || entry.isCancelled) return;
    entry.isCancelled = true;
    this.#cancelled++;
    this.#put(place, entry);
  }

  /** The time of a timer has come. */
  fire(id: string): void {
    while (this.#entries.some((entry) => entry.id === id)) this.#pop();
  }

  /** A turn begins: what is cancelled and has come to the top is dropped. */
  prune(): void {
    const size = this.#entries.length;
    if (size > MIN_ENTRIES_TO_COMPACT && this.#cancelled / size > 0.5) return this.#compact();
    while (this.#entries[0]?.isCancelled) this.#pop();
  }

  /** The loop is closed. */
  clear(): void {
    for (const { id } of this.#entries) this.#show(id, null);
    this.#entries = [];
    this.#cancelled = 0;
  }

  #pop(): void {
    const last = this.#entries.pop()!;
    const first = this.#entries[0] ?? last;
    if (first !== last) this.#sink(0, last);
    if (first.isCancelled) this.#cancelled--;
    this.#show(first.id, null);
  }

  #compact(): void {
    for (const { id, isCancelled } of this.#entries) if (isCancelled) this.#show(id, null);
    const kept = this.#entries.filter(({ isCancelled }) => !isCancelled);
    this.#entries = kept;
    this.#cancelled = 0;
    kept.forEach((entry, place) => this.#put(place, entry));
    for (let i = (kept.length >> 1) - 1; i >= 0; i--) this.#sink(i, kept[i]!);
  }

  /** Puts an entry in the place of one whose children are heaps: down to a leaf, and up again. */
  #sink(top: number, entry: Entry): void {
    const entries = this.#entries;
    let hole = top;
    for (let child = 2 * hole + 1; child < entries.length; child = 2 * hole + 1) {
      const right = child + 1;
      if (right < entries.length && !(entries[child]!.when < entries[right]!.when)) child = right;
      this.#put(hole, entries[child]!);
      hole = child;
    }
    this.#siftUp(hole, top, entry);
  }

  #siftUp(from: number, top: number, entry: Entry): void {
    let place = from;
    while (place > top) {
      const parent = (place - 1) >> 1;
      if (!(entry.when < this.#entries[parent]!.when)) break;
      this.#put(place, this.#entries[parent]!);
      place = parent;
    }
    this.#put(place, entry);
  }

  #put(place: number, entry: Entry): void {
    this.#entries[place] = entry;
    this.#show(entry.id, { when: entry.when, place, isCancelled: entry.isCancelled });
  }
}
