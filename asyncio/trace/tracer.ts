// Copyright 2026 the asyncio authors. MIT license.

import {
  type AbstractEventLoop,
  Future,
  Handle,
  type LoopObserver,
  repr,
  type StackFrame,
  suspension,
  Task,
} from "../../coroutines/mod.ts";
import { describeFrame, describeWait } from "../graph/_task_state.ts";
import { chromeTraceOf } from "./_chrome.ts";
import { Events, HOST, INSTANT, READY, type Recorded, STEP, Texts, WAIT, WAKE } from "./_events.ts";
import { htmlOf } from "./_html.ts";

/**
 * Options of {@linkcode Tracer}.
 *
 * @see {@linkcode Tracer}
 */
export interface TracerOptions {
  /** How many events to keep at the most; later ones are only counted. Default: 4,000,000. */
  limit?: number | undefined;
}

const LIMIT = 4_000_000;

/** For how many waits it is kept where they were: each takes about a kilobyte, until it is told. */
const MAX_PLACES = 100_000;

/** The longest name of a callback, in characters. */
const MAX_TEXT = 80;

/** The tracks that are no task's. */
const LOOP = 0;
const HOST_TRACK = 1;
const TIMERS = 2;
const SELECTOR = 3;

/** What is known of a task, or of anything else that stands in the ready queue. */
interface Row {
  readonly track: number;
  /** Since when it has been ready, or has waited; negative if it is not so. */
  readySince: number;
  waitsSince: number;
  waitsFor: number;
  place: number;
}

interface Step {
  readonly track: number;
  readonly start: number;
  readonly text: number;
}

/**
 * Writes down what a loop does: each task a track, each step a slice, and who woke whom, what was waited
 * for, timers, reports of the selector, cancellations, errors, and what the host had of the time.
 *
 * In debug mode, waits have the line at which they were. A loop that is not traced pays nothing.
 *
 * @example Usage
 * ```ts
 * import { run, sleep, Tracer } from "@asyncio/asyncio";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const trace = new Tracer();
 * await run(sleep(0.001), { trace });
 * assertStringIncludes(trace.toHtml(), "<html");
 * assertStringIncludes(trace.toChromeTrace(), '"traceEvents"');
 * ```
 *
 * @see {@linkcode LoopObserver}
 */
export class Tracer implements LoopObserver {
  readonly #limit: number;
  /** The host's time at the first event, in milliseconds. */
  #origin = -1;
  readonly #events = new Events();
  readonly #texts = new Texts();
  readonly #tracks = ["loop", "host", "timers", "selector"];
  readonly #rows = new WeakMap<object, Row>();
  /** The rows of the tasks that are not done. */
  readonly #live = new Set<Row>();
  /** Where there was waiting: texts are made of it in the end. */
  readonly #places: (() => StackFrame[])[] = [() => []];
  #steps: Step[] = [];
  #awaySince = 0;
  #awayFor = 0;
  #dropped = 0;
  /** How many events have the texts of their places. */
  #told = 0;

  /**
   * A tracer, to be given to `run()` or a loop as `trace`. It may be given to several, one after another.
   *
   * @param options The `limit`.
   */
  constructor({ limit = LIMIT }: TracerOptions = {}) {
    this.#limit = limit;
  }

  /** How many events it has written down. */
  get size(): number {
    return this.#events.length;
  }

  /** How many more there were than it keeps. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * The trace for Chrome and Perfetto: write it to a file, and open that at `https://ui.perfetto.dev`.
   *
   * @returns JSON, in Chrome's format.
   */
  toChromeTrace(): string {
    return [...this.chromeTrace()].join("");
  }

  /**
   * The same in parts, for a file.
   *
   * @internal
   */
  chromeTrace(): Iterable<string> {
    return chromeTraceOf(this.#recorded());
  }

  /**
   * The trace as a page, which needs no other file and no network.
   *
   * @returns HTML.
   */
  toHtml(): string {
    return htmlOf(this.#recorded());
  }

  #recorded(): Recorded {
    const now = this.#now();
    for (const row of this.#live) {
      // Who still waits is shown to have done so until now.
      if (row.waitsSince < 0) continue;
      this.#add(WAIT, row.track, row.waitsSince, now - row.waitsSince, row.waitsFor, row.place);
      row.waitsSince = now;
      row.place = 0;
    }
    this.#tellPlaces();
    return {
      events: this.#events,
      texts: this.#texts.all,
      tracks: this.#tracks,
      dropped: this.#dropped,
    };
  }

  /** Makes texts of the places that are noted. */
  #tellPlaces(): void {
    const texts = this.#places.map((place) => {
      const frames = place();
      // The user's own line says more than that of a library's function that it has called.
      const frame = frames.find(isUsers) ?? frames[0];
      return frame === undefined ? 0 : this.#texts.numberOf(describeFrame(frame));
    });
    const { kinds, places, length } = this.#events;
    // Those of an earlier call are texts already.
    for (let i = this.#told; i < length; i++) {
      if (kinds[i] === WAIT) places[i] = texts[places[i]!]!;
    }
    this.#told = length;
    this.#places.length = 1;
  }

  // What the loop tells.

  /** @internal */
  runBegan(loop: AbstractEventLoop): void {
    this.#steps = [];
    this.#instant(LOOP, `${loop.constructor.name} runs`);
  }

  /** @internal */
  runEnded(loop: AbstractEventLoop): void {
    this.#instant(LOOP, `${loop.constructor.name} has stopped`);
  }

  /** @internal */
  taskCreated(task: Task<unknown>, by: object | null): void {
    const track = this.#tracks.push(task.getName()) - 1;
    const row = { track, readySince: -1, waitsSince: -1, waitsFor: 0, place: 0 };
    this.#rows.set(task, row);
    this.#live.add(row);
    this.#wake(by, track, this.#now());
  }

  /** @internal */
  ready(entry: object, task: object | null, by: object | null): void {
    const now = this.#now();
    const row = this.#rowOf(task ?? entry);
    if (row.waitsSince >= 0) {
      this.#add(WAIT, row.track, row.waitsSince, now - row.waitsSince, row.waitsFor, row.place);
      row.waitsSince = -1;
    }
    row.readySince = now;
    if (by !== task) this.#wake(by, row.track, now);
  }

  /** @internal */
  stepBegan(entry: object, task: object | null): void {
    const start = this.#now();
    const row = this.#rowOf(task ?? entry);
    if (row.readySince >= 0) {
      this.#add(READY, row.track, row.readySince, start - row.readySince);
      row.readySince = -1;
    }
    const text = task === null ? this.#texts.numberOf(nameOf(entry)) : 0;
    this.#steps.push({ track: row.track, start, text });
  }

  /** @internal */
  stepEnded(_entry: object, task: Task<unknown> | null): void {
    const step = this.#steps.pop();
    if (step === undefined) return;
    const now = this.#now();
    const row = task === null ? undefined : this.#rows.get(task);
    if (row !== undefined) {
      // It has begun to wait, or has asked for another turn, in the midst of the step.
      if (row.waitsSince >= 0) row.waitsSince = now;
      if (row.readySince >= 0) row.readySince = now;
    }
    // A task that goes on where an async function returns does so within its own step.
    if (this.#steps.at(-1)?.track === step.track) return;
    this.#add(STEP, step.track, step.start, now - step.start, step.text);
  }

  /** @internal */
  taskWaits(task: Task<unknown>, waiter: object): void {
    const row = this.#rowOf(task);
    row.waitsSince = this.#now();
    row.waitsFor = this.#texts.numberOf(describeWait(waiter, describeOther));
    const isKnown = task.getLoop().getDebug() && this.#places.length < MAX_PLACES;
    row.place = isKnown ? this.#places.push(suspension(task)) - 1 : 0;
  }

  /** @internal */
  taskCancelled(task: Task<unknown>, message: string, by: object | null): void {
    const { track } = this.#rowOf(task);
    this.#instant(track, message === "" ? "is cancelled" : `is cancelled: ${message}`);
    this.#wake(by, track, this.#now());
  }

  /** @internal */
  taskDone(task: Task<unknown>, outcome: string, value: unknown): void {
    const row = this.#rowOf(task);
    const { track } = row;
    this.#live.delete(row);
    this.#tracks[track] = task.getName();
    this.#instant(track, outcome === "raised" ? `raised ${repr(value)}` : outcome);
  }

  /** @internal */
  timerFired(entry: object): void {
    this.#instant(TIMERS, `${nameOf(entry)} is due`);
  }

  /** @internal */
  timerCancelled(entry: object): void {
    this.#instant(TIMERS, `${nameOf(entry)} is withdrawn`);
  }

  /** @internal */
  selectorReported(events: readonly unknown[]): void {
    this.#instant(SELECTOR, `${events.length} ready`);
  }

  /** @internal */
  hostBegan(reason: "idle" | "share"): void {
    this.#awaySince = this.#now();
    this.#awayFor = this.#texts.numberOf(reason === "idle" ? "nothing to do" : "the host's share");
  }

  /** @internal */
  hostEnded(): void {
    this.#add(HOST, HOST_TRACK, this.#awaySince, this.#now() - this.#awaySince, this.#awayFor);
  }

  /** In microseconds. */
  #now(): number {
    const now = performance.now();
    if (this.#origin < 0) this.#origin = now;
    return (now - this.#origin) * 1000;
  }

  #rowOf(entry: object): Row {
    let row = this.#rows.get(entry);
    if (row === undefined) {
      // A task that was there before is given a track now; callbacks and timers share the loop's.
      const track = entry instanceof Task ? this.#tracks.push(entry.getName()) - 1 : LOOP;
      row = { track, readySince: -1, waitsSince: -1, waitsFor: 0, place: 0 };
      this.#rows.set(entry, row);
    }
    return row;
  }

  #wake(by: object | null, track: number, now: number): void {
    if (by === null) return;
    const from = this.#rowOf(by).track;
    if (from !== track) this.#add(WAKE, from, now, 0, track);
  }

  #instant(track: number, text: string): void {
    this.#add(INSTANT, track, this.#now(), 0, this.#texts.numberOf(text));
  }

  #add(
    kind: number,
    track: number,
    start: number,
    duration: number,
    text?: number,
    place?: number,
  ): void {
    if (this.#events.length >= this.#limit) this.#dropped++;
    else this.#events.add(kind, track, start, duration, text, place);
  }
}

/** Where this library is. */
const LIBRARY = new URL("../", import.meta.url).pathname;

function isUsers({ file }: StackFrame): boolean {
  return file !== undefined && !file.includes(LIBRARY);
}

/** What is waited for that is nothing of the library's. */
function describeOther(waiter: object): string {
  return waiter instanceof Future ? `a ${waiter.constructor.name}` : "an async function";
}

/** What an entry of the ready queue is called that is no step of a task. */
function nameOf(entry: object): string {
  // The time of a timer would make each text a new one.
  if (entry instanceof Handle) return cut(String(entry).replace(/ when=\S+/, ""));
  return entry instanceof Future ? "sleep()" : "step";
}

/** In debug mode the arguments are in it. */
function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}...`;
}
