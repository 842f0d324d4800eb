// Copyright 2026 the asyncio authors. MIT license.

import { IteratorPrototype } from "../_generators.ts";

/** What a class has to say itself in order to be driven as a generator is. */
type Own =
  | "next"
  | "throw"
  | "return"
  | typeof Symbol.iterator
  | typeof Symbol.toStringTag
  | typeof Symbol.dispose;

/**
 * A generator written as a class: cheaper than a `function*` where there is little to remember.
 *
 * It inherits from the same prototype as generators do, and with it what iterators can: `map`,
 * `take` and so on, where the engine has them.
 */
export abstract class Drivable<T> {
  static {
    Object.setPrototypeOf(this.prototype, IteratorPrototype);
  }

  /** Goes on to the next wait, or to the end. */
  abstract next(): IteratorResult<unknown, T>;
  /** Goes on with an error at the point of the wait. */
  abstract throw(error: unknown): IteratorResult<unknown, T>;
  /** Ends it. */
  abstract return(value: T): IteratorResult<unknown, T>;

  [Symbol.iterator](): Generator<unknown, T, unknown> {
    return this;
  }

  [Symbol.dispose](): void {
    this.return(undefined as T);
  }

  get [Symbol.toStringTag](): string {
    return "Coroutine";
  }
}

export interface Drivable<T> extends Omit<Generator<unknown, T, unknown>, Own> {}
