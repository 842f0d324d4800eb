// Copyright 2026 the asyncio authors. MIT license.

import { ValueError } from "../../selectors/mod.ts";

/**
 * Where a loop reads its time: seconds, from any starting point, never going back.
 *
 * @example Usage
 * ```ts
 * import { type Clock, SelectorEventLoop } from "@asyncio/asyncio/coroutines";
 * import { assertEquals } from "@std/assert";
 *
 * const stopped: Clock = { time: () => 42 };
 * const loop = new SelectorEventLoop({ clock: stopped });
 * assertEquals(loop.time(), 42);
 * loop.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.time}
 */
export interface Clock {
  /** The present time in seconds. */
  time(): number;
}

/**
 * The clock of a loop that is given none: the host's monotonic clock.
 *
 * @example Usage
 * ```ts
 * import { MonotonicClock } from "@asyncio/asyncio/coroutines";
 * import { assert } from "@std/assert";
 *
 * const clock = new MonotonicClock();
 * assert(clock.time() <= clock.time());
 * ```
 *
 * @see {@link https://docs.python.org/3/library/time.html#time.monotonic}
 */
export class MonotonicClock implements Clock {
  /** Seconds since the process, or the page, started. */
  time(): number {
    return performance.now() / 1000;
  }
}

/**
 * Options of {@linkcode VirtualClock}.
 *
 * @see {@linkcode VirtualClock}
 */
export interface VirtualClockOptions {
  /** Jump to the next timer whenever the loop has nothing else to do. Default: `false`. */
  autojump?: boolean | undefined;
  /** The time to start at, in seconds. Default: 0. */
  start?: number | undefined;
}

/**
 * A clock that stands still until it is told to move: tests of an hour in a millisecond.
 *
 * With `autojump`, a loop with nothing ready and no I/O pending moves the clock to its next timer
 * instead of waiting; with no timer either, nothing can ever happen again, and the run rejects
 * with `RuntimeError("deadlock: ...")` naming the tasks that wait.
 *
 * @example Usage
 * ```ts
 * import { newEventLoop, run, sleep, VirtualClock } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = new VirtualClock({ autojump: true });
 * await run(sleep(3600), { loopFactory: () => newEventLoop({ clock }) });
 * assertEquals(clock.time(), 3600);
 * ```
 *
 * @see {@linkcode Clock}
 */
export class VirtualClock implements Clock {
  /** Whether an idle loop jumps to its next timer. */
  readonly autojump: boolean;
  #now: number;
  #listeners = new Set<() => void>();

  /**
   * A clock at its starting time.
   *
   * @param options `autojump`, and where to `start`.
   */
  constructor(options: VirtualClockOptions = {}) {
    this.autojump = options.autojump ?? false;
    this.#now = options.start ?? 0;
  }

  /** The present virtual time in seconds. */
  time(): number {
    return this.#now;
  }

  /**
   * Moves the clock on. Timers that fall due run in the loop's next turn.
   *
   * @param seconds How far, in seconds.
   * @throws {ValueError} If `seconds` is negative or not a number.
   */
  advance(seconds: number): void {
    if (!(seconds >= 0)) {
      throw new ValueError(`Cannot advance the clock by ${seconds}: it never goes back`);
    }
    this.advanceTo(this.#now + seconds);
  }

  /**
   * Moves the clock on to a time. Timers that fall due run in the loop's next turn.
   *
   * @param when The time, in seconds; one that has passed changes nothing.
   * @throws {ValueError} If `when` is not a number.
   */
  advanceTo(when: number): void {
    if (Number.isNaN(when)) throw new ValueError("Cannot advance the clock to NaN");
    if (when > this.#now) this.#now = when;
    for (const listener of this.#listeners) listener();
  }

  /**
   * Calls `listener` whenever the clock has been moved by `advance()`.
   *
   * @param listener Called without arguments.
   * @returns A function that ends it.
   */
  onAdvance(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
