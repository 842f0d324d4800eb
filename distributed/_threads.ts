// Copyright 2026 the asyncio authors. MIT license.

/** The threads of a worker, and what has begun in them. */

import {
  BrokenExecutor,
  type ConcurrentFuture,
  moduleFunction,
  ThreadPoolExecutor,
} from "../asyncio/mod.ts";
import { type Done, runCall } from "./_run_call.ts";

/** A call that was handed to a thread. */
export interface Run {
  readonly future: ConcurrentFuture<Done>;
  /** Whether the thread has begun it; right even if the thread has ended since, whatever has ended it. */
  hasBegun(): boolean;
}

/**
 * Threads that all calls share, and for each of those that may have ended a thread before, one of its own:
 * what ends it again harms no other.
 */
// Invariant: each cell of #begun belongs to a call that is not done, or is in #freeCells.
export class Threads {
  readonly #count: number;
  #shared: ThreadPoolExecutor;
  /** Threads of their own that have nothing to do. */
  readonly #spare: ThreadPoolExecutor[] = [];
  #begun = new Int32Array(new SharedArrayBuffer(4 * 64));
  #freeCells: number[] = cells(64);

  /** @param count How many there are to be at once, those of their own aside. */
  constructor(count: number) {
    this.#count = count;
    this.#shared = newPool(count);
  }

  /** Hands a call to a thread. */
  run(id: string, bytes: Uint8Array, isAlone: boolean): Run {
    return isAlone ? this.#runAlone(id, bytes) : this.#runShared(id, bytes);
  }

  /** Ends them; they have nothing to do. */
  async shutdown(): Promise<void> {
    await Promise.all([this.#shared, ...this.#spare].map((pool) => pool.shutdown()));
  }

  #runShared(id: string, bytes: Uint8Array): Run {
    try {
      return this.#submit(this.#shared, id, bytes);
    } catch (error) {
      if (!(error instanceof BrokenExecutor)) throw error;
      // Something has ended a thread: a call, or what one has left behind.
      this.#shared = newPool(this.#count);
      return this.#submit(this.#shared, id, bytes);
    }
  }

  #runAlone(id: string, bytes: Uint8Array): Run {
    const pool = this.#spare.pop() ?? newPool(1);
    let run: Run;
    try {
      run = this.#submit(pool, id, bytes);
    } catch (error) {
      if (!(error instanceof BrokenExecutor)) throw error;
      return this.#runAlone(id, bytes);
    }
    run.future.addDoneCallback(() => this.#spare.push(pool));
    return run;
  }

  #submit(pool: ThreadPoolExecutor, id: string, bytes: Uint8Array): Run {
    if (this.#freeCells.length === 0) this.#addCells();
    const cells = this.#begun;
    const cell = this.#freeCells.at(-1)!;
    Atomics.store(cells, cell, 0);
    const future = pool.submit(call, id, bytes, cells, cell);
    this.#freeCells.pop();
    let begun: boolean | null = null;
    future.addDoneCallback(() => {
      begun = Atomics.load(cells, cell) === 1;
      if (cells === this.#begun) this.#freeCells.push(cell);
    });
    return { future, hasBegun: () => begun ?? Atomics.load(cells, cell) === 1 };
  }

  /** Twice as many; the calls under way keep theirs. */
  #addCells(): void {
    const { length } = this.#begun;
    this.#begun = new Int32Array(new SharedArrayBuffer(8 * length));
    this.#freeCells = cells(2 * length);
  }
}

function newPool(maxWorkers: number): ThreadPoolExecutor {
  return new ThreadPoolExecutor({ maxWorkers, threadNamePrefix: "NatsWorker" });
}

function cells(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

const call = moduleFunction({ url: new URL("./_run_call.ts", import.meta.url).href }, runCall);
