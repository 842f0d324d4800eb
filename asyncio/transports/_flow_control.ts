// Copyright 2026 the asyncio authors. MIT license.

import { ValueError } from "../../selectors/mod.ts";
import { KeyboardInterrupt } from "../../coroutines/mod.ts";
import type { BaseProtocol } from "./base.ts";

/** Writing is paused when more than this many bytes wait, unless other limits are set. */
export const DEFAULT_HIGH_WATER: number = 64 * 1024;

/** The transport whose flow is controlled. */
export interface FlowOwner {
  /** Who is paused and resumed. */
  getProtocol(): BaseProtocol;
  /** Tells the exception handler of an error that has no other way to go. */
  report(message: string, exception: unknown): void;
}

/**
 * Keeps a protocol from writing more than can be sent: it is paused when more than the high mark is
 * unsent, and resumed when no more than the low mark is. One for sockets, pipes, TLS and datagrams.
 *
 * CPython: Lib/asyncio/transports.py, _FlowControlMixin.
 *
 * Invariants: `pauseWriting` and `resumeWriting` are called in turns, beginning with the first, and
 * `paused` tells which was the last. The owner tells of every change of its size.
 */
export class FlowControl {
  readonly #owner: FlowOwner;
  #high: number;
  #low: number;
  #paused = false;

  constructor(owner: FlowOwner, high: number = DEFAULT_HIGH_WATER) {
    this.#owner = owner;
    this.#high = high;
    this.#low = high >> 2;
  }

  /** Whether the protocol has been told to pause, and not yet to go on. */
  get paused(): boolean {
    return this.#paused;
  }

  /** The low and the high mark. */
  get limits(): readonly [low: number, high: number] {
    return [this.#low, this.#high];
  }

  /** Sets the marks, and pauses a protocol that is above them already. */
  setLimits(high: number | null | undefined, low: number | null | undefined, size: number): void {
    const highWater = high ?? (low === null || low === undefined ? DEFAULT_HIGH_WATER : 4 * low);
    const lowWater = low ?? Math.floor(highWater / 4);
    if (!(highWater >= lowWater && lowWater >= 0)) {
      throw new ValueError(`high (${highWater}) must be >= low (${lowWater}) must be >= 0`);
    }
    this.#high = highWater;
    this.#low = lowWater;
    this.grown(size);
  }

  /** More waits than before: `size` bytes in all. */
  grown(size: number): void {
    if (size <= this.#high || this.#paused) return;
    this.#paused = true;
    try {
      this.#owner.getProtocol().pauseWriting();
    } catch (error) {
      this.#report("protocol.pauseWriting() failed", error);
    }
  }

  /** Less waits than before: `size` bytes in all. */
  shrunk(size: number): void {
    if (!this.#paused || size > this.#low) return;
    this.#paused = false;
    try {
      this.#owner.getProtocol().resumeWriting();
    } catch (error) {
      this.#report("protocol.resumeWriting() failed", error);
    }
  }

  #report(message: string, error: unknown): void {
    if (error instanceof KeyboardInterrupt) throw error;
    this.#owner.report(message, error);
  }
}
