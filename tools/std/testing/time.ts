// Copyright 2026 the asyncio authors. MIT license.

/**
 * Stand-in for `jsr:@std/testing/time` where JSR cannot be reached, over `node:test`.
 *
 * Times are in milliseconds, as in the original.
 *
 * @module
 */

import { mock } from "node:test";

/** Replaces `Date`, `setTimeout` and `setInterval` by ones that move only when told. */
export class FakeTime {
  /** Starts faking; `start` is the first value of `Date.now()`. */
  constructor(start: number | string | Date = Date.now()) {
    mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: +new Date(start) });
  }

  /** What `Date.now()` says. */
  get now(): number {
    return Date.now();
  }

  /** Moves the time on and runs the timers that fall due. */
  tick(ms = 0): void {
    mock.timers.tick(ms);
  }

  /** As {@linkcode FakeTime.tick}, letting promise reactions run before. */
  async tickAsync(ms = 0): Promise<void> {
    await this.runMicrotasks();
    this.tick(ms);
  }

  /** Lets the promise reactions that are due run. */
  async runMicrotasks(): Promise<void> {
    await Promise.resolve();
  }

  /** Gives the real time back. */
  restore(): void {
    mock.timers.reset();
  }

  [Symbol.dispose](): void {
    this.restore();
  }
}
