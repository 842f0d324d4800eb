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
 * Turns follow one another as long as something is ready. In between, three things call for the host:
 * an async function was woken, and goes on in a microtask of its own (`_following.ts`); the slice of
 * time is up, and plain Deno code beside us wants its share (`_pace.ts`); or nothing is ready, and we
 * wait for I/O or a timer (`_waits.ts`).
 */

import type { BaseSelector } from "../../selectors/mod.ts";
import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import { waitsForHost } from "./_blocking.ts";
import { type Clock, VirtualClock } from "./clock.ts";
import { RuntimeError } from "../errors.ts";
import { Following } from "./_following.ts";
import { Gate } from "./_gate.ts";
import { afterIO } from "../_host.ts";
import { LiveList } from "./_live_list.ts";
import { Observation, type Observer, type StepWatch } from "./_observation.ts";
import { Pace } from "./_pace.ts";
import { ReadyQueue, run, type Runnable } from "./_ready_queue.ts";
import {
  callInFrame,
  CONTEXT,
  current,
  discharge,
  enrol,
  EXTENT,
  LOOP,
  type NativeFrame,
  nativeFrame,
  TASK,
} from "../_running.ts";
import type { SlowSteps } from "./_slow_steps.ts";
import { type TimerEntry, TimerHeap } from "./_timer_heap.ts";
import { Unretrieved } from "./_unretrieved.ts";
import {
  HostWait,
  Next,
  RESOLUTION,
  type TimerPrecision,
  VirtualWait,
  type Wait,
  type Waiting,
} from "./_waits.ts";

/** How often the loop is woken by microtask before it lets a macrotask pass. */
const MAX_MICROTASK_WAKES = 32;

/** What the loop is doing. */
enum State {
  /** `runForever()` is not under way. */
  Stopped,
  /** Waiting for the selector, a timer, or a call from outside. */
  Idle,
  /** Something was added, or the host has its share: a turn has been asked for. */
  Called,
  /** In a turn. */
  Turning,
  /** A step has woken async functions: waiting for them to come to their next waits. */
  Following,
}

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

/** The frame of what runs for a loop and is neither a step nor a callback. */
class LoopFrame implements NativeFrame {
  id = 0;
  readonly [LOOP]: AbstractEventLoop;
  readonly [TASK] = null;
  [CONTEXT]: object | null = null;
  [EXTENT]: object | null = null;

  constructor(loop: AbstractEventLoop) {
    this[LOOP] = loop;
  }
}

/**
 * Runs the ready queue, the timers and the selector of one loop.
 *
 * Invariants: in `Idle`, nothing is ready, and the host's timer, if a timer is pending, is set to
 * its time or earlier. In `Called`, exactly one call of `#enter` is on its way. Outside `Stopped` and
 * `Turning`, the gate is armed.
 */
export class Scheduler implements Waiting {
  readonly loop: AbstractEventLoop;
  readonly clock: Clock;
  readonly selector: BaseSelector;
  readonly ready: ReadyQueue = new ReadyQueue();
  readonly timers: TimerHeap = new TimerHeap();
  readonly tasks: LiveList = new LiveList();
  readonly following: Following = new Following((inMacrotask) => {
    if (inMacrotask) this.#afterHost();
    this.#handOn();
  });

  readonly unretrieved: Unretrieved;

  /** Whether what is made is to remember where. */
  isDebugging = false;
  /** Hears of the steps, in debug mode or where somebody observes. */
  steps: StepWatch | null = null;
  /** Tells an observer what happens; `null` for nobody. */
  observation: Observation | null = null;
  /** Functions and promises that wait for something the loop cannot see. */
  outside = 0;
  /** How many batches have run. */
  batches = 0;
  /** Whether a macrotask has passed since the last step, so that no microtask is pending. */
  isDrained = false;
  /** Whether the thread is the loop's, and nothing of the host goes on. */
  isBlocking = false;

  readonly #precision: TimerPrecision;
  readonly #hooks: SchedulerHooks;
  readonly #pace: Pace;
  readonly #frame: LoopFrame;
  readonly #gate = new Gate(() => this.#enter());
  #slowSteps: SlowSteps | null = null;
  #wait: Wait | null = null;
  #settle: Settle | null = null;
  #state = State.Stopped;
  /** Whether a batch has been begun and is not through. */
  #isInBatch = false;
  #isStopping = false;
  /** Whether the loop was waiting when the selector reported something. */
  #hasPolled = false;
  #microtaskWakes = 0;
  #hops = 0;

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
    this.#pace = new Pace(clock, selector.keepsTime);
    this.#frame = new LoopFrame(loop);
    this.unretrieved = new Unretrieved(loop);
  }

  get isRunning(): boolean {
    return this.#state !== State.Stopped;
  }

  /** Times the steps from now on, or does not. */
  timeSteps(slowSteps: SlowSteps | null): void {
    this.#slowSteps = slowSteps;
    this.#watchSteps();
  }

  /** Tells an observer what happens from now on, in place of the one before. */
  observe(observer: Observer | null): void {
    this.observation?.detach(this);
    this.observation = observer === null ? null : new Observation(observer, this.loop);
    this.observation?.attach(this);
    this.#watchSteps();
  }

  #watchSteps(): void {
    if (this.observation !== null) this.observation.slowSteps = this.#slowSteps;
    this.steps = this.observation ?? this.#slowSteps;
  }

  /** The present time in seconds. */
  time(): number {
    return this.#pace.read();
  }

  /** Makes an entry ready: it runs in the next batch. */
  schedule(entry: Runnable): void {
    this.ready.push(entry);
    if (this.#state === State.Idle) this.#wake();
  }

  /** Makes an entry run next: it goes on with the step under way, if there is one. */
  scheduleNext(entry: Runnable): void {
    if (this.#isInBatch) this.ready.pushFirst(entry);
    else this.schedule(entry);
  }

  /** Makes an entry ready at a time. */
  scheduleAt(when: number, entry: TimerEntry): void {
    this.timers.push(when, entry);
    if (this.#state === State.Idle) this.#wake();
  }

  /** Makes an entry ready in so many seconds. Returns the time. */
  scheduleAfter(seconds: number, entry: TimerEntry): number {
    const when = this.after(seconds);
    this.scheduleAt(when, entry);
    return when;
  }

  /** The time in so many seconds: a later one than now, be it ever so little. */
  after(seconds: number): number {
    const now = this.#pace.read();
    const when = now + seconds;
    return when === now && seconds > 0 ? nextAfter(now) : when;
  }

  /** Ends the run after the batch under way. */
  stop(): void {
    this.#isStopping = true;
    this.wake();
  }

  /** Turns until {@linkcode Scheduler.stop}. Rejects with what a step throws past everybody. */
  start(): Promise<void> {
    const ended = new Promise<void>((resolve, reject) => this.#settle = { resolve, reject });
    this.selector.onReady = this.#onReady;
    this.#wait = this.clock instanceof VirtualClock
      ? new VirtualWait(this, this.clock)
      : new HostWait(this, this.#pace, this.#precision);
    enrol(this.#frame);
    current.loops.set(this.loop, this.#frame.id);
    callInFrame(this.#frame, () => this.#gate.arm());
    this.observation?.started(this.loop);
    this.#wake();
    return ended;
  }

  /**
   * Turns until {@linkcode Scheduler.stop}, in this very call: where there is nothing to do the thread
   * waits, and nothing of the host goes on. Throws what a step throws past everybody.
   */
  runHere(): void {
    const { outside } = this;
    this.#state = State.Turning;
    this.isBlocking = true;
    enrol(this.#frame);
    current.loops.set(this.loop, this.#frame.id);
    this.observation?.started(this.loop);
    current.frame = this.#frame;
    current.loop = this.loop;
    try {
      do this.#turnHere(outside); while (!this.#isStopping);
    } finally {
      this.#state = State.Stopped;
      this.#isStopping = this.isBlocking = false;
      current.frame = current.loop = null;
      current.loops.delete(this.loop);
      discharge(this.#frame);
      this.observation?.stopped(this.loop);
      this.following.clear();
    }
  }

  /** Drops whatever is scheduled. */
  clear(): void {
    this.ready.clear();
    this.timers.clear();
  }

  // How a turn begins: something from outside asks for it, or the host brings it.

  #wake(): void {
    this.#state = State.Called;
    // A microtask is the quickest way in. But a chain of them would lock the host out, and whether
    // a macrotask has passed since the last is not always known.
    if (++this.#microtaskWakes < MAX_MICROTASK_WAKES) this.#gate.open();
    else this.#hop(1);
  }

  /** Lets the host have the thread for so many macrotasks. */
  #hop(count: number): void {
    this.#state = State.Called;
    this.#hops = count;
    this.observation?.left("share", this.timers.soonest);
    afterIO(this.#onMacrotask);
  }

  readonly #onMacrotask = (): void => {
    if (--this.#hops > 0) return afterIO(this.#onMacrotask);
    this.#afterHost();
    this.#gate.open();
  };

  /** The host has had its turn. */
  #afterHost(): void {
    this.#microtaskWakes = 0;
    this.#pace.endSlice();
    this.following.afterHost();
    this.isDrained = true;
  }

  /** The selector has something, and says so in a microtask, as a rule in the loop's context. */
  readonly #onReady = (): void => {
    this.#microtaskWakes = 0;
    this.#pace.endSlice();
    this.#hasPolled = this.#state === State.Idle;
    if (this.#state !== State.Idle) return;
    if (nativeFrame() !== this.#frame) return this.#wake();
    this.#state = State.Called;
    this.#enter();
  };

  /** Gives a loop that waits a turn, to see what has changed. */
  wake(): void {
    if (this.#state === State.Idle) this.#wake();
  }

  /** The time of a wait is over: in a macrotask. */
  onTime(): void {
    if (this.#state !== State.Idle) return;
    this.#afterHost();
    this.#wake();
  }

  describeWaiting(): string {
    return this.#hooks.describeWaiting();
  }

  // The turns themselves.

  /** Behind the gate: in a microtask, in the context of whoever runs the loop. */
  #enter(): void {
    if (this.#state !== State.Called) return;
    this.#state = State.Turning;
    current.frame = this.#frame;
    current.loop = this.loop;
    try {
      this.observation?.entered();
      this.#turn();
    } catch (error) {
      this.#end(({ reject }) => reject(error));
    } finally {
      current.frame = current.loop = null;
      if (this.isRunning) this.#gate.arm();
    }
  }

  #turn(): void {
    this.#pace.beginSlice(this.#hasPolled);
    this.#hasPolled = false;
    for (;;) {
      if (!this.#isInBatch) this.#beginBatch();
      if (!this.#runBatch()) return;
      this.#isInBatch = false;
      if (this.#isStopping) return this.#end(({ resolve }) => resolve());
      this.#pace.batch(this.timers.soonest);
      if (this.#pace.isOver) return this.#hop(this.#pace.hops);
      if (this.ready.size > 0) continue;
      const next = this.#wait!.until(this.timers.soonest);
      if (next === Next.Idle) this.#idle();
      if (next === Next.Hop) this.#hop(1);
      if (next !== Next.Turn) return;
    }
  }

  /** Nothing is ready: the loop waits. */
  #idle(): void {
    this.#state = State.Idle;
    this.observation?.left("idle", this.timers.soonest);
  }

  /** Runs what is left of the batch. Returns whether that was all, or others are to go on first. */
  #runBatch(): boolean {
    const { ready, following } = this;
    const pace = this.#pace;
    for (let entry = ready.take(); entry !== undefined; entry = ready.take()) {
      this.steps?.begin(entry);
      entry[run]();
      pace.step();
      if (following.isUnderWay) {
        this.#follow();
        return false;
      }
      this.steps?.end();
      if (pace.isOver) {
        this.#hop(pace.hops);
        return false;
      }
    }
    return true;
  }

  /** One turn, as CPython's `_run_once` does it. */
  #turnHere(outside: number): void {
    const { ready } = this;
    if (!this.#isInBatch) {
      const isBusy = ready.size > 0 || this.#isStopping;
      const rest = isBusy ? 0 : this.#restHere();
      if (rest > 0) this.observation?.left("idle", this.timers.soonest);
      const events = this.selector.block(rest);
      this.observation?.entered();
      if (this.timers.size > 0) this.#pace.read();
      this.#beginBatch(events);
    }
    for (let entry = ready.take(); entry !== undefined; entry = ready.take()) {
      this.steps?.begin(entry);
      entry[run]();
      this.steps?.end();
      if (this.outside > outside) throw waitsForHost(entry);
    }
    this.#isInBatch = false;
  }

  /** For how many seconds there is nothing to do but to wait for I/O. */
  #restHere(): number {
    this.timers.prune();
    const when = this.timers.soonest;
    if (when !== Infinity) return Math.max(when - this.#pace.read(), 0);
    if (this.selector.active) return Infinity;
    throw new RuntimeError(`deadlock: ${this.describeWaiting()}`);
  }

  /** What I/O and time have brought becomes ready, behind what is, and all of that the next batch. */
  #beginBatch(events = this.selector.poll()): void {
    if (events.length > 0) {
      this.observation?.observer.selectorReported?.(events);
      this.#hooks.process(events);
    }
    if (this.timers.size > 0) this.#collectTimers();
    this.#isInBatch = true;
    if (this.ready.nextBatch() === 0) return;
    this.batches++;
    this.isDrained = false;
  }

  #collectTimers(): void {
    const { timers } = this;
    timers.prune();
    const { now } = this.#pace;
    // Far from zero the resolution is lost in the time, and a timer due now is equal to it.
    const due = this.clock instanceof VirtualClock ? now : now + RESOLUTION;
    while (timers.soonest < due || timers.soonest <= now) this.ready.push(timers.pop());
  }

  /** Waits for async functions that have been woken to come to their next waits. */
  #follow(): void {
    this.#state = State.Following;
    this.following.wait();
  }

  /**
   * They have, in microtasks of their own. What runs no code of others can be done from there; for
   * the rest the loop goes back into its own context.
   */
  #handOn(): void {
    this.steps?.end();
    if (this.steps === null && this.#runAnywhere()) return;
    if (this.#pace.isOver) return this.#hop(this.#pace.hops);
    this.#state = State.Called;
    this.#gate.open();
  }

  /** Runs what may run anywhere. Returns whether that has woken others, who are to go on first. */
  #runAnywhere(): boolean {
    const pace = this.#pace;
    current.frame = this.#frame;
    current.loop = this.loop;
    while (!pace.isOver && !this.following.isUnderWay && this.#next()?.runsAnywhere) {
      this.ready.take()![run]();
      pace.step();
    }
    current.frame = current.loop = null;
    if (this.following.isUnderWay) this.following.wait();
    return this.following.isUnderWay;
  }

  /** The entry that is to run next, of this batch or, if that is through, of another. */
  #next(): Runnable | undefined {
    const { ready } = this;
    if (ready.front === undefined && ready.size > 0 && !this.#isStopping) {
      this.#pace.batch(this.timers.soonest);
      this.#beginBatch();
    }
    return ready.front;
  }

  #end(outcome: (settle: Settle) => void): void {
    const settle = this.#settle!;
    this.#state = State.Stopped;
    this.#isStopping = false;
    this.#settle = null;
    this.following.clear();
    this.selector.onReady = null;
    this.selector.interrupt();
    this.#wait!.end();
    this.#gate.disarm();
    current.loops.delete(this.loop);
    discharge(this.#frame);
    this.observation?.stopped(this.loop);
    outcome(settle);
  }
}

const float = new Float64Array(1);
const bits = new BigInt64Array(float.buffer);

/** The next time that a float can tell from this one. */
function nextAfter(time: number): number {
  if (time === 0) return Number.MIN_VALUE;
  float[0] = time;
  bits[0]! += time > 0 ? 1n : -1n;
  return float[0]!;
}

/** The key under which a loop bears its scheduler. */
export const SCHEDULER: unique symbol = Symbol("scheduler");

interface Scheduled {
  readonly [SCHEDULER]: Scheduler;
}

/** The scheduler of a loop. */
export function schedulerOf(loop: AbstractEventLoop & Partial<Scheduled>): Scheduler {
  const scheduler = loop[SCHEDULER];
  if (scheduler === undefined) {
    throw new TypeError(`a loop of this library was expected, got ${loop}`);
  }
  return scheduler;
}
