// Copyright 2026 the asyncio authors. MIT license.

import { ValueError } from "../../selectors/mod.ts";
import { Semaphore } from "./semaphore.ts";

/**
 * A {@linkcode Semaphore} that is never released more often than it was acquired.
 *
 * @example Usage
 * ```ts
 * import { BoundedSemaphore, run, ValueError } from "@asyncio/asyncio";
 * import { assertThrows } from "@std/assert";
 *
 * const semaphore = new BoundedSemaphore(1);
 * await run(semaphore.acquire());
 * semaphore.release();
 * assertThrows(() => semaphore.release(), ValueError, "BoundedSemaphore released too many times");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-sync.html#asyncio.BoundedSemaphore}
 */
// CPython: Lib/asyncio/locks.py, BoundedSemaphore
export class BoundedSemaphore extends Semaphore {
  readonly #bound: number;

  /**
   * Makes a semaphore with so much left.
   *
   * @param value How many can acquire it before any releases it. Default: 1.
   * @throws {ValueError} If it is negative.
   * @throws {TypeError} If it is no number.
   */
  constructor(value: number = 1) {
    super(value);
    this.#bound = value;
  }

  /**
   * Gives back what was acquired, to the task that has waited longest.
   *
   * @throws {ValueError} If nothing was.
   */
  override release(): void {
    if (this.value >= this.#bound) {
      throw new ValueError("BoundedSemaphore released too many times");
    }
    super.release();
  }
}
