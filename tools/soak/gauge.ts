// Copyright 2026 the asyncio authors. MIT license.

/**
 * What a process holds of its system, and whether it comes to hold more and more.
 *
 * @module
 */

/** How often the memory is looked at, in all. */
const SAMPLES = 40;

/** Memory that comes and goes with the garbage collector, in bytes. */
const PLAY = 32e6;

/** How many descriptors this process has open, where the system tells. */
export function countDescriptors(): number {
  try {
    return [...Deno.readDirSync("/proc/self/fd")].length;
  } catch {
    return 0;
  }
}

/** Looks at the memory of this process from time to time. */
export class MemoryGauge {
  readonly #samples: number[] = [];
  readonly #interval: number;
  #next = 0;

  /** `seconds`: for how long it will be looked at. */
  constructor(seconds: number) {
    this.#interval = seconds / SAMPLES;
  }

  /** To be called now and then, with the seconds since the beginning. */
  look(elapsed: number): void {
    if (elapsed < this.#next) return;
    this.#next = elapsed + this.#interval;
    this.#samples.push(Deno.memoryUsage().rss);
  }

  /**
   * Whether the memory has come to rest: the least of its last quarter is not more than the most of its
   * second quarter, but for what comes and goes. The first is for the heap to find its size.
   */
  get isAtRest(): boolean {
    const quarter = Math.floor(this.#samples.length / 4);
    if (quarter === 0) return true;
    const second = this.#samples.slice(quarter, 2 * quarter);
    return Math.min(...this.#samples.slice(-quarter)) <= Math.max(...second) + PLAY;
  }

  /** Megabytes, in the order of time. */
  toString(): string {
    return this.#samples.map((bytes) => Math.round(bytes / 1e6)).join(" ");
  }
}
