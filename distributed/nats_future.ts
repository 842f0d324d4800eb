// Copyright 2026 the asyncio authors. MIT license.

import { ConcurrentFuture } from "../asyncio/mod.ts";

/**
 * What is called with what a function reports while it runs.
 *
 * @see {@linkcode NatsFuture.addProgressCallback}
 */
export type ProgressCallback = (progress: unknown) => unknown;

/**
 * The outcome of a call on another machine: what {@linkcode NatsExecutor.submit} gives.
 *
 * @typeParam T Type of the result.
 *
 * @example Usage
 * ```ts
 * import { NatsFuture } from "@asyncio/asyncio/distributed";
 * import { assertEquals } from "@std/assert";
 *
 * const future = new NatsFuture<number>("report-7");
 * assertEquals(String(future), "<NatsFuture state=pending>");
 * ```
 *
 * @see {@linkcode NatsExecutor}
 */
export class NatsFuture<T> extends ConcurrentFuture<T> {
  /** By this its result is found, by anybody, as long as it is kept. */
  readonly id: string;
  #callbacks: ProgressCallback[] = [];

  /**
   * A pending future.
   *
   * @param id The id of the call.
   */
  constructor(id: string) {
    super();
    this.id = id;
  }

  /**
   * Calls `fn` with each value that the function gives to {@linkcode reportProgress}.
   *
   * @param fn The function. What it throws goes to `console.error`.
   */
  addProgressCallback(fn: ProgressCallback): void {
    this.#callbacks.push(fn);
  }

  /**
   * For the executor: passes on what the function has reported.
   *
   * @param progress What it has reported.
   */
  setProgress(progress: unknown): void {
    for (const fn of this.#callbacks) {
      try {
        fn(progress);
      } catch (error) {
        console.error(`exception calling progress callback for ${this}`, error);
      }
    }
  }
}
