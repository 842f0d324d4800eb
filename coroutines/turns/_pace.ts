// Copyright 2026 the asyncio authors. MIT license.

/**
 * The loop's sense of time: when to look at the clock, and when to let the host have its turn.
 *
 * Deno polls its I/O only at every 61st macrotask that wakes itself, so a busy loop delays all host
 * I/O by 61 slices. Slices of 1 ms mean 66 ms a round trip, slices of 20 us 1.3 ms; a hop to the
 * host costs about 0.7 us. Steps that take longer are followed by more hops.
 */

import { type Clock, MonotonicClock } from "./clock.ts";
import { HOPS_TO_POLL } from "../_host.ts";

/** How long the loop keeps the thread when it has always something to do, in seconds. */
const SLICE = 20e-6;

/**
 * The same where the selector waits by itself: its sockets do not need the host. At the end of such a
 * slice the host has all the hops that it takes to poll its own, 43 us of 2 ms.
 */
const LONG_SLICE = 2e-3;

/**
 * How long the first slice is after the selector has reported something, in seconds: the host has
 * just polled, and what has come in for a thousand connections is best dealt with in one go.
 */
const SLICE_AFTER_POLL = 20e-3;

/** Reading the clock costs as much as two or three steps: it is read once for so many of them. */
const STEPS_PER_READING = 64;

/**
 * After so many batches the clock is read if a millisecond has begun, lest slow steps pass unseen. While
 * they are slow, or a timer is near, that is after each.
 */
const BATCHES_PER_GLANCE = 10;

/** Within so many seconds a timer is near: no shorter than as many slow batches as pass unseen. */
const NEAR = 0.25;

/** Counts steps, reads the clock now and then, and measures slices. */
export class Pace {
  // Invariant: #sliceEnd is the host's time at which the slice ends; 0 before it has begun.
  /** Whether the slice is over, as far as the clock was read. */
  isOver = false;
  readonly #clock: Clock;
  readonly #isHostTime: boolean;
  readonly #slice: number;
  #hostNow = 0;
  #steps = 0;
  #batches = 0;
  #batchesPerGlance = BATCHES_PER_GLANCE;
  /** The last time that {@linkcode Date.now} told. */
  #tick = 0;
  #stride = STEPS_PER_READING;
  #sliceEnd = 0;

  /** @param isApart Whether the loop's I/O is not the host's. */
  constructor(clock: Clock, isApart: boolean) {
    this.#clock = clock;
    this.#slice = isApart ? LONG_SLICE : SLICE;
    this.#isHostTime = clock instanceof MonotonicClock;
  }

  /** The loop's time, in seconds, at the last reading; of a clock that costs nothing to read, now. */
  get now(): number {
    return this.#isHostTime ? this.#hostNow : this.#clock.time();
  }

  /** Reads the clock. */
  read(): number {
    if (this.#isHostTime) return this.#hostNow = this.#clock.time();
    this.#hostNow = performance.now() / 1000;
    return this.#clock.time();
  }

  /** Begins a slice, unless one is under way. */
  beginSlice(hasPolled: boolean): void {
    if (this.#sliceEnd > 0) return;
    this.isOver = false;
    this.read();
    this.#sliceEnd = this.#hostNow + (hasPolled ? SLICE_AFTER_POLL : this.#slice);
  }

  /** The host has had its turn: the next step begins a slice. */
  endSlice(): void {
    this.#sliceEnd = 0;
  }

  /** Counts a step. */
  step(): void {
    if (++this.#steps >= this.#stride) this.#look();
  }

  /** Counts a batch. The next timer is due at the time `soonest`. */
  batch(soonest: number): void {
    if (++this.#batches >= this.#batchesPerGlance || this.#isNear(soonest)) this.#glance();
  }

  #isNear(when: number): boolean {
    return this.#isHostTime && when < this.#hostNow + NEAR;
  }

  /** Looks at a clock that is coarse, and costs half as much. */
  #glance(): void {
    this.#batches = 0;
    const tick = Date.now();
    const passed = tick - this.#tick;
    if (passed > 1) this.#batchesPerGlance = 1;
    else if (this.#batchesPerGlance < BATCHES_PER_GLANCE) this.#batchesPerGlance++;
    if (passed === 0) return;
    this.#tick = tick;
    this.#look();
  }

  /** For how many macrotasks to let the host have the thread: one for each slice that has passed. */
  get hops(): number {
    const slices = (this.#hostNow - this.#sliceEnd + this.#slice) / SLICE;
    return Math.min(Math.floor(slices), HOPS_TO_POLL);
  }

  #look(): void {
    const before = this.#hostNow;
    this.read();
    this.#steps = 0;
    const slices = (this.#hostNow - before) / SLICE;
    if (slices > 1) this.#stride = Math.ceil(this.#stride / slices);
    else if (this.#stride < STEPS_PER_READING) this.#stride *= 2;
    this.isOver = this.#hostNow >= this.#sliceEnd;
  }
}
