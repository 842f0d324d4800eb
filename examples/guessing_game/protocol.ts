// Copyright 2026 the asyncio authors. MIT license.

/**
 * What client and server of the guessing game say to each other, whichever way they wait: threaded.ts
 * and asynchronous.ts share it.
 *
 * From "Effective Python", 2nd edition, item 62. A conversation, one line each:
 *
 *     client  PARAMS 1 5       a new game: guess a number from 1 to 5
 *     client  NUMBER           give me a number
 *     server  2
 *     client  REPORT unsure    what I think of it, beside the one before
 *
 * @module
 */

export const WARMER = "warmer";
export const COLDER = "colder";
export const UNSURE = "unsure";
export const CORRECT = "correct";
export const SAME = "same";

/** What the client thinks of a guess, beside the one before. */
export type Decision =
  | typeof WARMER
  | typeof COLDER
  | typeof UNSURE
  | typeof CORRECT
  | typeof SAME;

/** A guess, and what the client thinks of it. */
export type Result = readonly [number: number, outcome: Decision];

/** The other end has closed the connection. */
export class EOFError extends Error {
  override readonly name = "EOFError";
}

/** A command that is none. With two programs for players, nobody sends it but an intruder. */
export class UnknownCommandError extends Error {
  override readonly name = "UnknownCommandError";
}

/** Reads a whole number. Python's `int`. */
export function int(text: string | undefined): number {
  if (!/^\s*[+-]?\d+\s*$/.test(text ?? "")) {
    throw new RangeError(`invalid literal for int() with base 10: '${text}'`);
  }
  return Number(text);
}

/** Python's `assert`. */
export function assert(condition: boolean): asserts condition {
  if (!condition) throw new Error("AssertionError");
}

/** Random numbers, the same ones for the same seed. Python's `random`. */
export class Random {
  #state: number;

  /** @param seed Where they begin. `null`: somewhere. */
  constructor(seed: number | null) {
    this.#state = seed ?? crypto.getRandomValues(new Uint32Array(1))[0]!;
  }

  /** A number from `lower` to `upper`, both included. */
  randint(lower: number, upper: number): number {
    return lower + Math.floor(this.#random() * (upper - lower + 1));
  }

  /** A number from 0 to 1, by Tommy Ettinger's mulberry32. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
