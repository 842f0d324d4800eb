// Copyright 2026 the asyncio authors. MIT license.

import type { Runnable } from "./_ready_queue.ts";
import { forgetStack } from "../_stacks.ts";

/**
 * Times each step, in debug mode, with what the async functions do that it has started or woken.
 *
 * CPython: Lib/asyncio/base_events.py, BaseEventLoop._run_once.
 */
export class SlowSteps {
  readonly #report: (entry: Runnable, seconds: number) => void;
  #entry: Runnable | null = null;
  #since = 0;

  /** @param report Told of every step, and how long it took. */
  constructor(report: (entry: Runnable, seconds: number) => void) {
    this.#report = report;
  }

  /** A step begins. */
  begin(entry: Runnable): void {
    this.#entry = entry;
    forgetStack(entry);
    this.#since = performance.now();
  }

  /** The step under way has come to its end. */
  end(): void {
    const entry = this.#entry;
    if (entry === null) return;
    this.#entry = null;
    this.#report(entry, (performance.now() - this.#since) / 1000);
  }
}
