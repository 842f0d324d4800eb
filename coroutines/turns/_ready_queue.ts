// Copyright 2026 the asyncio authors. MIT license.

/**
 * What the loop can run: a callback, a due timer, the next step of a task. The method is keyed by a
 * symbol of this folder, so that nobody else calls it.
 */
export const run: unique symbol = Symbol("run");

/** An entry of the ready queue. */
export interface Runnable {
  /** Runs once. Errors that belong to somebody are delivered there; what is thrown stops the loop. */
  [run](): void;
  /** Whether it runs no code of others, so that the context it runs in does not matter. */
  readonly runsAnywhere?: boolean;
}

/** A batch this large gives its array back, so that one spike does not keep its memory for ever. */
const KEPT_CAPACITY = 65_536;

/**
 * The callbacks that are ready: first in, first out, in batches.
 *
 * A turn of the loop runs exactly those that were ready when it began, so that a callback which
 * schedules itself again cannot starve the others. Two arrays change places: one is filled, the
 * other emptied by index. Both keep their length and are overwritten, since `shift()` costs a move
 * of everything and `length = 0` the array's memory: 3.7 ns an entry, against 5.3 for a linked list.
 *
 * Invariants: `#batch[0 .. #position)` are done and cleared, `#batch[#position .. #end)` are to run
 * in this turn, `#incoming[0 .. #count)` in the next.
 */
export class ReadyQueue {
  #incoming: (Runnable | undefined)[] = [];
  #count = 0;
  #batch: (Runnable | undefined)[] = [];
  #position = 0;
  #end = 0;

  /** How many entries wait, in this turn and the next. */
  get size(): number {
    return this.#count + this.#end - this.#position;
  }

  /** Adds an entry to the next batch. */
  push(entry: Runnable): void {
    this.#incoming[this.#count++] = entry;
  }

  /** Begins the next batch, once the last is through. Gives the number of its entries. */
  nextBatch(): number {
    const emptied = this.#batch.length > KEPT_CAPACITY ? [] : this.#batch;
    this.#batch = this.#incoming;
    this.#incoming = emptied;
    this.#position = 0;
    this.#end = this.#count;
    this.#count = 0;
    return this.#end;
  }

  /** The next entry of the batch, or `undefined` at its end. */
  take(): Runnable | undefined {
    const position = this.#position;
    if (position === this.#end) return undefined;
    this.#position = position + 1;
    const entry = this.#batch[position];
    this.#batch[position] = undefined;
    return entry;
  }

  /** What {@linkcode ReadyQueue.take} would give. */
  get front(): Runnable | undefined {
    return this.#position === this.#end ? undefined : this.#batch[this.#position];
  }

  /** Puts an entry before all that are left of the batch. */
  pushFirst(entry: Runnable): void {
    // As a rule there is room, where the entry was whose step goes on.
    if (this.#position > 0) {
      this.#batch[--this.#position] = entry;
    } else {
      this.#batch.splice(0, 0, entry);
      this.#end++;
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#incoming = [];
    this.#batch = [];
    this.#count = this.#position = this.#end = 0;
  }
}
