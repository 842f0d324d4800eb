// Copyright 2026 the asyncio authors. MIT license.

/**
 * The heart of the loop: what turns.
 *
 * CPython's loop owns its thread and waits in `select()`. Here the thread belongs to the host, which
 * has a loop of its own; so this one lives inside it, as a callback that does all there is to do and
 * then goes back. One turn is, as in CPython's `_run_once`:
 *
 * 1. what the selector reports becomes ready;
 * 2. timers that are due become ready;
 * 3. exactly the batch that is ready now runs, first in, first out.
 *
 * Turns follow one another as long as something is ready. In between, three things may call for the
 * host: an async function was woken, and goes on in a microtask of its own; the slice of time is up,
 * and plain Deno code beside us wants its share; or nothing is ready, and we wait for I/O or a timer.
 */

import type { BaseSelector } from "../selectors/mod.ts";
import type { AbstractEventLoop } from "./abstract_event_loop.ts";
import { type Clock, MonotonicClock, VirtualClock } from "./clock.ts";
import { RuntimeError } from "./errors.ts";
import {
  afterIO,
  clearTimer,
  HOPS_TO_POLL,
  type HostTimer,
  setTimer,
  SHORT_WAIT,
  waitPrecisely,
} from "./_host.ts";
import { ReadyQueue, run, type Runnable } from "./_ready_queue.ts";
import { current, type Frame, isForeignTo, runInFrame } from "./_running.ts";
import { type TimerEntry, TimerHeap } from "./_timer_heap.ts";

/**
 * How long the loop keeps the thread when it has always something to do, in seconds.
 *
 * Deno polls its I/O only at every 61st macrotask that wakes itself, so a busy loop delays all host
 * I/O by 61 slices. Slices of 1 ms mean 66 ms a round trip, slices of 20 us 1.3 ms; a hop to the
 * host costs about 0.7 us. Steps that take longer are followed by more hops.
 */
const SLICE = 20e-6;

/**
 * How long the first slice is after the selector has reported something, in seconds: the host has
 * just polled, and what has come in for a thousand connections is best dealt with in one go.
 */
const SLICE_AFTER_POLL = 20e-3;

/**
 * Reading the clock costs as much as two or three steps: it is read once for so many of them, and
 * more often where they take long.
 */
const STEPS_PER_READING = 64;

/** Timers due within this many seconds are due now. CPython: `_clock_resolution`. */
const RESOLUTION = 1e-9;

/**
 * How many microtasks async functions are given to go on in after a step: each `await` between two
 * of them, when one returns to the other, takes one.
 */
const MIN_MICROTASKS = 2;
const MAX_MICROTASKS = 12;

/** How often the loop is woken by microtask before it lets a macrotask pass. */
const MAX_MICROTASK_WAKES = 32;

/**
 * How long, in seconds of real time, an autojumping clock waits for I/O or foreign promises that
 * are pending before it jumps all the same.
 */
const AUTOJUMP_GRACE = 0.01;

/** What the loop is doing. */
enum State {
  /** `runForever()` is not under way. */
  Stopped,
  /** Waiting for the selector, a timer, or a call from outside. */
  Idle,
  /** Something was added: a turn has been asked of the host. */
  Woken,
  /** In a turn. */
  Turning,
}

/**
 * How exactly timers fire. `"fine"` wakes up within a fraction of a millisecond, by blocking the host
 * for less than a millisecond before the time; `"coarse"` leaves it to the host's timers, which are
 * up to two milliseconds late; `"auto"` is fine as long as no socket is registered and no foreign
 * promise awaited.
 */
export type TimerPrecision = "auto" | "fine" | "coarse";

/** The two ways for a run to end. */
interface Settle {
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** What the scheduler asks of its loop. */
export interface SchedulerHooks {
  /** Makes ready what the selector has reported. */
  process(events: ReturnType<BaseSelector["poll"]>): void;
  /** Names the tasks that wait, for the error that says they do so for ever. */
  describeWaiting(): string;
}

/**
 * Runs the ready queue, the timers and the selector of one loop.
 *
 * Invariants: in `Idle`, nothing is ready, and the host timer, if a timer is pending, is armed for
 * its time or earlier. In `Woken`, exactly one call of `#turn` is on its way.
 */
export class Scheduler {
  readonly loop: AbstractEventLoop;
  readonly clock: Clock;
  readonly selector: BaseSelector;
  readonly ready: ReadyQueue = new ReadyQueue();
  readonly timers: TimerHeap = new TimerHeap();
  readonly #precision: TimerPrecision;
  readonly #hooks: SchedulerHooks;
  readonly #frame: Frame;

  /** First of the live tasks, in a list that the tasks keep themselves. */
  firstTask: object | null = null;
  /** Whether to time each step, and whom to tell of slow ones. */
  onSlow: ((entry: Runnable, seconds: number) => void) | null = null;
  /** Seconds from which a step is slow. */
  slowAfter = 0.1;
  /** Async functions and promises that wait for something the loop cannot see. */
  foreignWaits = 0;
  /** Set when a step has started or woken an async function: it goes on in a microtask. */
  wokeNative = false;

  #state = State.Stopped;
  #stopping = false;
  #settle: Settle | null = null;
  /** Whether a batch has been begun and is not through. */
  #inBatch = false;
  /** Whether a macrotask has passed since the last step, so that no microtask is pending. */
  #drained = false;
  /** The loop's time at the last reading, and the host's. */
  #now = 0;
  #hostNow = 0;
  /** Steps since then, and how many there are to be until the next. */
  #steps = 0;
  #stride = STEPS_PER_READING;
  /** The host's time at which the slice ends; 0 before it has begun. */
  #sliceEnd = 0;
  /** The step that is being timed, in debug mode, and the host's time at which it began. */
  #timed: Runnable | null = null;
  #timedSince = 0;
  /** Whether the loop was waiting when the selector reported something. */
  #polled = false;
  /** Macrotasks to let pass before the next turn. */
  #hops = 0;
  #microtaskWakes = 0;
  /** Whether the batch before has come to its end in microtasks, and how many have passed since. */
  #followed = false;
  #microtasks = 0;
  /** The `foreignWaits` before the steps: what is above it belongs to functions on their way. */
  #settledWaits = 0;
  #hostTimer: HostTimer | null = null;
  #hostTimerAt = Infinity;
  /** Whether an autojumping clock has waited long enough for the outside world. */
  #graceOver = false;
  #unsubscribe: (() => void) | null = null;

  constructor(
    loop: AbstractEventLoop,
    clock: Clock,
    selector: BaseSelector,
    precision: TimerPrecision,
    hooks: SchedulerHooks,
  ) {
    this.loop = loop;
    this.clock = clock;
    this.selector = selector;
    this.#precision = precision;
    this.#hooks = hooks;
    this.#frame = { loop, task: null, context: null };
  }

  get isRunning(): boolean {
    return this.#state !== State.Stopped;
  }

  /** The present time in seconds. */
  time(): number {
    const now = this.clock.time();
    this.#now = now;
    this.#hostNow = this.clock instanceof MonotonicClock ? now : performance.now() / 1000;
    return now;
  }

  /** Makes an entry ready: it runs in the next batch. */
  schedule(entry: Runnable): void {
    this.ready.push(entry);
    if (this.#state === State.Idle) this.#wake();
  }

  /** Makes an entry ready at a time. */
  scheduleAt(when: number, entry: TimerEntry): void {
    this.timers.push(when, entry);
    if (this.#state === State.Idle) this.#wake();
  }

  /** Gives a loop that waits a turn, to see what has changed. */
  wake(): void {
    if (this.#state === State.Idle) this.#wake();
  }

  /** Ends the run after the batch under way. */
  stop(): void {
    this.#stopping = true;
    this.wake();
  }

  /** Turns until {@linkcode Scheduler.stop}. Rejects with what a step throws past everybody. */
  start(): Promise<void> {
    const ended = new Promise<void>((resolve, reject) => this.#settle = { resolve, reject });
    this.wokeNative = this.#followed = false;
    current.loops.add(this.loop);
    this.selector.onReady = this.#onReady;
    if (this.clock instanceof VirtualClock) {
      this.#unsubscribe = this.clock.onAdvance(this.#onAdvance);
    }
    this.#state = State.Idle;
    this.#wake();
    return ended;
  }

  /** Drops whatever is scheduled. */
  clear(): void {
    this.ready.clear();
    this.timers.clear();
  }

  // How a turn begins: something from outside asks for it, or the host brings it.

  #wake(): void {
    this.#state = State.Woken;
    // A microtask is the quickest way in. But a chain of them would lock the host out, and whether
    // a macrotask has passed since the last is not always known.
    if (++this.#microtaskWakes < MAX_MICROTASK_WAKES) queueMicrotask(this.#turn);
    else this.#hop();
  }

  /** Lets the host have the thread for a moment. */
  #hop(): void {
    this.#state = State.Woken;
    afterIO(this.#onMacrotask);
  }

  /** The slice is over: a hop for each that it should have been, had its steps not taken longer. */
  #yieldToHost(): void {
    const slices = 1 + (this.#hostNow - this.#sliceEnd) / SLICE;
    this.#hops = Math.min(Math.floor(slices), HOPS_TO_POLL) - 1;
    this.#hop();
  }

  readonly #onMacrotask = (): void => {
    if (this.#hops > 0) {
      this.#hops--;
      return this.#hop();
    }
    this.#microtaskWakes = 0;
    this.#sliceEnd = 0;
    this.#drained = true;
    this.#turn();
  };

  /** The selector has something, and says so in a microtask: the turn begins in the very same. */
  readonly #onReady = (): void => {
    this.#microtaskWakes = 0;
    this.#sliceEnd = 0;
    this.#polled = this.#state === State.Idle;
    if (!this.#polled) return;
    this.#state = State.Woken;
    this.#turn();
  };

  readonly #onAdvance = (): void => {
    this.time();
    this.wake();
  };

  readonly #onHostTimer = (): void => {
    this.#hostTimer = null;
    this.#hostTimerAt = Infinity;
    if (this.#state !== State.Idle) return;
    this.#graceOver = true;
    this.#state = State.Woken;
    this.#onMacrotask();
  };

  readonly #turn = (): void => {
    if (this.#state !== State.Woken) return;
    if (isForeignTo(this.#frame)) return runInFrame(this.#frame, this.#turn);
    this.#enter();
  };

  #enter(): void {
    this.#state = State.Turning;
    current.turning = true;
    current.loop = this.loop;
    try {
      this.#turnUntilIdle();
    } catch (error) {
      this.#finish(({ reject }) => reject(error));
    } finally {
      current.turning = false;
      current.loop = null;
      current.task = null;
      current.context = null;
    }
  }

  // The turns themselves.

  #turnUntilIdle(): void {
    if (this.#sliceEnd === 0) {
      this.time();
      this.#sliceEnd = this.#hostNow + (this.#polled ? SLICE_AFTER_POLL : SLICE);
      this.#polled = false;
    }
    if (this.#followed && this.#stopping) return this.#end();
    this.#followed = false;
    // Whoever was on its way has arrived, or awaits something foreign: nobody waits for it again.
    this.#settledWaits = this.foreignWaits;
    for (;;) {
      if (!this.#inBatch) {
        this.#collect();
        if (this.ready.nextBatch() > 0) this.#drained = this.#graceOver = false;
        this.#inBatch = true;
        this.#steps++;
        this.#settledWaits = this.foreignWaits;
      }
      const through = this.#runBatch();
      if (this.wokeNative) return this.#followNative();
      if (through) {
        this.#inBatch = false;
        if (this.#stopping) return this.#end();
        if (this.ready.size === 0 && !this.#prepareToWait()) return;
      }
      if (this.#sliceIsOver()) return this.#yieldToHost();
    }
  }

  /** What I/O and time have brought becomes ready, behind what is ready already. */
  #collect(): void {
    const events = this.selector.poll();
    if (events.length > 0) this.#hooks.process(events);
    const { timers } = this;
    if (timers.size === 0) return;
    timers.prune();
    this.#readClockNowAndThen();
    // Far from zero the resolution is lost in the time, and a timer due now is equal to it.
    const now = this.#now;
    const due = now + RESOLUTION;
    while (timers.soonest < due || timers.soonest <= now) this.ready.push(timers.pop());
  }

  /** Runs the batch, or as much of it as the slice allows. Returns whether it is through. */
  #runBatch(): boolean {
    const { ready } = this;
    for (let entry = ready.take(); entry !== undefined; entry = ready.take()) {
      if (this.onSlow === null) entry[run]();
      else this.#runTimed(entry);
      this.#steps++;
      if (this.wokeNative) return false;
      if (this.#steps >= this.#stride && this.#sliceIsOver()) return false;
    }
    return true;
  }

  /** Runs a step and times it, with what an async function does that it has woken. */
  #runTimed(entry: Runnable): void {
    this.#timed = entry;
    this.#timedSince = performance.now();
    entry[run]();
    if (!this.wokeNative) this.#endTiming();
  }

  #endTiming(): void {
    const entry = this.#timed;
    if (entry === null) return;
    this.#timed = null;
    const seconds = (performance.now() - this.#timedSince) / 1000;
    if (seconds >= this.slowAfter) this.onSlow?.(entry, seconds);
  }

  #readClockNowAndThen(): void {
    if (this.#steps < this.#stride) return;
    const before = this.#hostNow;
    this.time();
    const slices = (this.#hostNow - before) / SLICE;
    if (slices > 1) this.#stride = Math.ceil(this.#stride / slices);
    else if (this.#stride < STEPS_PER_READING) this.#stride *= 2;
    this.#steps = 0;
  }

  #sliceIsOver(): boolean {
    this.#readClockNowAndThen();
    return this.#hostNow >= this.#sliceEnd;
  }

  /**
   * Lets the async function that a step has started or woken go on before the next step. It does so
   * in a microtask queued before ours, and mostly awaits the next thing of the loop's then, which
   * takes the host one more. One that returns through others first takes longer.
   */
  #followNative(): void {
    this.wokeNative = false;
    this.#followed = true;
    if (this.#sliceIsOver() && this.#timed === null) return this.#yieldToHost();
    this.#state = State.Woken;
    this.#microtasks = 0;
    queueMicrotask(this.#afterMicrotask);
  }

  readonly #afterMicrotask = (): void => {
    const passed = ++this.#microtasks;
    const onTheirWay = this.foreignWaits > this.#settledWaits;
    if (passed < MIN_MICROTASKS || onTheirWay && passed < MAX_MICROTASKS) {
      queueMicrotask(this.#afterMicrotask);
      return;
    }
    this.#endTiming();
    if (onTheirWay) {
      // Whoever is not where it was going after a macrotask awaits something foreign.
      this.#hop();
    } else {
      this.#enter();
    }
  };

  // How a turn ends, when there is nothing left to do.

  /** Sees to it that something wakes the loop. Returns true if there is something to do at once. */
  #prepareToWait(): boolean {
    this.timers.prune();
    const when = this.timers.soonest;
    const { clock, selector } = this;
    const real = when !== Infinity && !(clock instanceof VirtualClock);
    const rest = real ? when - this.time() : Infinity;
    if (rest < RESOLUTION || selector.prepare(rest)) return true;
    if (clock instanceof VirtualClock) return this.#waitOnVirtualClock(clock, when);
    return when === Infinity || selector.keepsTime ? this.#idle() : this.#waitUntil(when, rest);
  }

  #idle(): false {
    this.#state = State.Idle;
    return false;
  }

  #waitUntil(when: number, rest: number): boolean {
    const fine = this.#isFine();
    if (fine && rest < SHORT_WAIT) {
      // Not before the microtasks of others have had their turn.
      if (this.#drained) waitPrecisely(rest);
      if (this.time() >= when) return true;
      this.#hop();
      return false;
    }
    if (when < this.#hostTimerAt) this.#arm(when, rest, fine);
    return this.#idle();
  }

  #isFine(): boolean {
    if (this.#precision !== "auto") return this.#precision === "fine";
    return !this.selector.active && this.foreignWaits === 0;
  }

  /**
   * Virtual time passes when there is nothing else to do, not even in a microtask. Sockets and foreign
   * promises are given a little real time first; a loop that has neither, nor a timer, would wait for
   * ever.
   */
  #waitOnVirtualClock(clock: VirtualClock, when: number): boolean {
    if (!this.#drained) {
      this.#hop();
      return false;
    }
    const outside = this.selector.active || this.foreignWaits > 0;
    if (!clock.autojump || outside && when === Infinity) return this.#idle();
    if (outside && !this.#graceOver) {
      this.#arm(when, AUTOJUMP_GRACE, false);
      return this.#idle();
    }
    if (when === Infinity) throw new RuntimeError(`deadlock: ${this.#hooks.describeWaiting()}`);
    this.#graceOver = false;
    clock.advance(Math.max(0, when - clock.time()));
    return true;
  }

  #arm(when: number, rest: number, fine: boolean): void {
    this.#disarm();
    this.#hostTimerAt = when;
    this.#hostTimer = setTimer(rest, fine, this.#onHostTimer);
  }

  #disarm(): void {
    if (this.#hostTimer === null) return;
    clearTimer(this.#hostTimer);
    this.#hostTimer = null;
    this.#hostTimerAt = Infinity;
  }

  #end(): void {
    this.#finish(({ resolve }) => resolve());
  }

  #finish(outcome: (settle: Settle) => void): void {
    const settle = this.#settle!;
    this.#state = State.Stopped;
    this.#stopping = false;
    this.#settle = null;
    this.selector.onReady = null;
    this.selector.interrupt();
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.#disarm();
    current.loops.delete(this.loop);
    outcome(settle);
  }
}

const SCHEDULER = Symbol("scheduler");

/** Gives a loop the scheduler that its futures, tasks and timers find by {@linkcode schedulerOf}. */
export function attachScheduler(loop: AbstractEventLoop, scheduler: Scheduler): void {
  Object.defineProperty(loop, SCHEDULER, { value: scheduler });
}

/** The scheduler of a loop. */
export function schedulerOf(loop: AbstractEventLoop): Scheduler {
  return (loop as unknown as { [SCHEDULER]: Scheduler })[SCHEDULER];
}
