// Copyright 2026 the asyncio authors. MIT license.

/** How a loop waits that has nothing to do: in real time, or in virtual time. */

import type { BaseSelector } from "../../selectors/mod.ts";
import type { VirtualClock } from "./clock.ts";
import { RuntimeError } from "../errors.ts";
import { clearTimer, type HostTimer, nap, setTimer, SHORT_WAIT, waitPrecisely } from "../_host.ts";
import type { Pace } from "./_pace.ts";

/** Timers due within this many seconds are due now. CPython: `_clock_resolution`. */
export const RESOLUTION = 1e-9;

/**
 * How long, in seconds of real time, an autojumping clock waits for I/O or foreign promises that
 * are pending before it jumps all the same.
 */
const AUTOJUMP_GRACE = 0.01;

/**
 * Timers this close to one another, in seconds, are dense. To wait for each by itself would keep the
 * processor busy; so after so many of them in a row they are waited for together.
 */
const DENSE = 40e-6;
const DENSE_TIMERS = 16;

/** How long, in seconds, the loop waits where timers are dense: so late they may be. */
const NAP = 100e-6;

/**
 * How exactly timers fire. `"fine"` wakes up within a fraction of a millisecond, by blocking the host
 * for less than a millisecond before the time; `"coarse"` leaves it to the host's timers, which are
 * up to two milliseconds late; `"auto"` is fine as long as no socket is registered and no foreign
 * promise awaited.
 *
 * @see {@linkcode EventLoopOptions}
 */
export type TimerPrecision = "auto" | "fine" | "coarse";

/** What a loop does that has nothing to do. */
export enum Next {
  /** It goes on: there is something now. */
  Turn,
  /** It asks the host for a macrotask, and looks again. */
  Hop,
  /** It waits: it will be woken. */
  Idle,
}

/** What a wait has to know of the loop. */
export interface Waiting {
  readonly selector: BaseSelector;
  /** Functions and promises that wait for something the loop cannot see. */
  readonly outside: number;
  /** Whether a macrotask has passed since the last step, so that no microtask is pending. */
  readonly isDrained: boolean;
  /** How many batches have run. */
  readonly batches: number;
  /** The time of a wait is over: called from a macrotask. */
  onTime(): void;
  /** Something has changed that a waiting loop must see. */
  wake(): void;
  /** Names the tasks that wait, for the error that says they do so for ever. */
  describeWaiting(): string;
}

/** One way to wait. */
export interface Wait {
  /** Sees to it that the loop is woken at `when`, by its clock, or when the selector has something. */
  until(when: number): Next;
  /** The run is over: nothing is to wake the loop any more. */
  end(): void;
}

/** The one timer of the host that a loop has. */
class Alarm {
  readonly #ring: () => void;
  #timer: HostTimer | null = null;
  #when = Infinity;

  constructor(onTime: () => void) {
    this.#ring = () => {
      this.#timer = null;
      this.#when = Infinity;
      onTime();
    };
  }

  /** Rings at `when`, which is `seconds` from now, unless it is to ring before. */
  set(when: number, seconds: number, fine: boolean): void {
    if (when >= this.#when) return;
    this.clear();
    this.#when = when;
    this.#timer = setTimer(seconds, fine, this.#ring);
  }

  clear(): void {
    if (this.#timer === null) return;
    clearTimer(this.#timer);
    this.#timer = null;
    this.#when = Infinity;
  }
}

/** Waits in real time, by a timer of the host. */
export class HostWait implements Wait {
  readonly #loop: Waiting;
  readonly #pace: Pace;
  readonly #precision: TimerPrecision;
  readonly #alarm: Alarm;
  /** How many dense timers have come in a row. */
  #dense = 0;

  constructor(loop: Waiting, pace: Pace, precision: TimerPrecision) {
    this.#loop = loop;
    this.#pace = pace;
    this.#precision = precision;
    this.#alarm = new Alarm(() => loop.onTime());
  }

  until(when: number): Next {
    const { selector } = this.#loop;
    const rest = when === Infinity ? Infinity : when - this.#pace.read();
    if (rest < RESOLUTION || selector.prepare(rest)) return Next.Turn;
    if (rest === Infinity || selector.keepsTime) return Next.Idle;
    const fine = this.#isFine();
    if (fine && rest < SHORT_WAIT) return this.#waitHere(when, rest);
    this.#alarm.set(when, rest, fine);
    return Next.Idle;
  }

  end(): void {
    this.#alarm.clear();
  }

  #isFine(): boolean {
    if (this.#precision !== "auto") return this.#precision === "fine";
    return !this.#loop.selector.active && this.#loop.outside === 0;
  }

  /** Too short for a timer of the host: the thread waits, once others have had their microtasks. */
  #waitHere(when: number, rest: number): Next {
    if (!this.#loop.isDrained) return Next.Hop;
    this.#dense = rest < DENSE ? this.#dense + 1 : 0;
    if (this.#dense > DENSE_TIMERS) nap(NAP);
    else waitPrecisely(rest);
    return this.#pace.read() >= when ? Next.Turn : Next.Hop;
  }
}

/**
 * Waits in virtual time, which passes when there is nothing else to do, not even in a microtask.
 * Sockets and foreign promises are given a little real time first; a loop that has neither, nor a
 * timer, would wait for ever.
 */
export class VirtualWait implements Wait {
  readonly #loop: Waiting;
  readonly #clock: VirtualClock;
  readonly #alarm: Alarm;
  readonly #unsubscribe: () => void;
  /** After how many batches the outside world has had its time, and nothing came of it. */
  #graceOverAt = -1;

  constructor(loop: Waiting, clock: VirtualClock) {
    this.#loop = loop;
    this.#clock = clock;
    this.#alarm = new Alarm(() => {
      this.#graceOverAt = loop.batches;
      loop.onTime();
    });
    this.#unsubscribe = clock.onAdvance(() => loop.wake());
  }

  until(when: number): Next {
    const loop = this.#loop;
    if (loop.selector.prepare(Infinity)) return Next.Turn;
    if (!loop.isDrained) return Next.Hop;
    const outside = loop.selector.active || loop.outside > 0;
    if (!this.#clock.autojump || outside && when === Infinity) return Next.Idle;
    if (outside && this.#graceOverAt !== loop.batches) {
      this.#alarm.set(when, AUTOJUMP_GRACE, false);
      return Next.Idle;
    }
    if (when === Infinity) throw new RuntimeError(`deadlock: ${loop.describeWaiting()}`);
    this.#clock.advanceTo(when);
    return Next.Turn;
  }

  end(): void {
    this.#alarm.clear();
    this.#unsubscribe();
  }
}
