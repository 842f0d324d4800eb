// Copyright 2026 the asyncio authors. MIT license.

/**
 * What a program did, step by step: the worker records it, the page goes through it in either
 * direction.
 *
 * @module
 */

/** What a task is doing. */
export type TaskState = "ready" | "running" | "waiting" | "returned" | "raised" | "cancelled";

/** A task. */
export interface TaskRow {
  readonly name: string;
  readonly coro: string;
  readonly state: TaskState;
  /** The task that made it, if one did. */
  readonly by: string | null;
  /** What it waits for. */
  readonly waits: Wait | null;
  /** Whether `cancel()` has been called and not arrived. */
  readonly isCancelling: boolean;
  /** Its result, or its error. */
  readonly outcome: string;
}

/** What a task waits for. */
export interface Wait {
  readonly kind: "task" | "timer" | "call" | "future";
  /** The id of the task or the timer. */
  readonly id: string;
  /** What it is, in the library's own word; of a call, `Queue.get()` say. */
  readonly text: string;
  /** The tasks for which a future stands: those that are gathered, or of a group. */
  readonly parts: readonly string[];
}

/** Something that the loop can run. */
export interface EntryRow {
  readonly kind: "task" | "callback" | "timer";
  readonly label: string;
  /** The task that it is a step of, or that it wakes. */
  readonly task: string | null;
}

/** A timer that is set. */
export interface TimerRow {
  readonly when: number;
  /** Where it is in the heap, whose array has the children of `i` at `2 * i + 1` and the next. */
  readonly place: number;
  /** Whether it is there only until it comes to the top. */
  readonly isCancelled: boolean;
}

/** A row of a selector. */
export interface SelectorRow {
  readonly fd: number;
  readonly label: string;
  readonly events: number;
  readonly ready: number;
  readonly pending: number;
  readonly data: string;
}

/** A function that is under way. */
export interface FrameRow {
  readonly name: string;
  /** The line that it stands at, from 1. */
  readonly line: number;
}

/** A line that was written. */
export interface LogLine {
  readonly level: "log" | "warn" | "error";
  readonly text: string;
  readonly time: number;
}

/** What is true of the loop as a whole. */
export interface LoopValues {
  /** The time of the virtual clock, in seconds. */
  now: number;
  /** The entry whose step is under way. */
  running: string | null;
  /** How many of the ready entries belong to the batch under way. */
  batch: number;
  /** Which turn of the loop it is. */
  turn: number;
}

/** The tables, by name. */
export interface Tables {
  tasks: TaskRow;
  entries: EntryRow;
  timers: TimerRow;
  rows: SelectorRow;
  /** The functions under way, outermost first, of each task, and of `"program"` and `"callback"`. */
  frames: readonly FrameRow[];
}

/** One change, which tells what was there before, so that it can be taken back. */
export type Change =
  | { [T in keyof Tables]: readonly [T, key: string, was: Tables[T] | null, is: Tables[T] | null] }[
    keyof Tables
  ]
  | {
    [K in keyof LoopValues]: readonly ["loop", key: K, was: LoopValues[K], is: LoopValues[K]];
  }[keyof LoopValues]
  | readonly ["ready", position: number, removed: string | null, added: string | null]
  | readonly ["log", line: LogLine];

/** What happened in a step. */
export type Happening =
  | "start" // the program is about to begin
  | "line" // a line is about to run
  | "begin" // the loop begins to run an entry
  | "end" // the entry's step is over
  | "fire" // a timer has fired
  | "jump" // nothing is ready, and the clock goes to the next timer
  | "select" // the selector has reported
  | "crowd" // many steps of many tasks
  | "over" // the program has come to its end
  | "failed" // it has thrown an error
  | "halted"; // it was stopped

/** One step: what has changed since the one before. */
export interface Step {
  readonly what: Happening;
  /** Whose line it is, or what was begun: a task, an entry. */
  readonly who: string;
  /** The line, if one is about to run; how many steps, of a crowd. */
  readonly line: number;
  /** A text that comes with it: the error. */
  readonly text: string;
  readonly changes: readonly Change[];
}

/** The state of things at one step. */
export class Snapshot {
  readonly loop: LoopValues = { now: 0, running: null, batch: 0, turn: 0 };
  readonly tasks: Map<string, TaskRow> = new Map();
  readonly entries: Map<string, EntryRow> = new Map();
  readonly timers: Map<string, TimerRow> = new Map();
  readonly rows: Map<string, SelectorRow> = new Map();
  readonly frames: Map<string, readonly FrameRow[]> = new Map();
  readonly ready: string[] = [];
  readonly log: LogLine[] = [];

  /** Makes a change. */
  apply(change: Change): void {
    if (change[0] === "ready") return this.#splice(change[1], change[2], change[3]);
    if (change[0] === "log") return void this.log.push(change[1]);
    this.#set(change[0], change[1], change[3]);
  }

  /** Takes a change back, the latest first. */
  revert(change: Change): void {
    if (change[0] === "ready") return this.#splice(change[1], change[3], change[2]);
    if (change[0] === "log") return void this.log.pop();
    this.#set(change[0], change[1], change[2]);
  }

  #set(table: keyof Tables | "loop", key: string, value: unknown): void {
    if (table === "loop") Object.assign(this.loop, { [key]: value });
    else if (value === null) this[table].delete(key);
    else (this[table] as Map<string, unknown>).set(key, value);
  }

  #splice(position: number, removed: string | null, added: string | null): void {
    this.ready.splice(position, removed === null ? 0 : 1, ...(added === null ? [] : [added]));
  }
}

/**
 * All steps, and the state at one of them.
 *
 * Invariant: `now` is the state after the steps `0 .. #position`.
 */
export class Timeline {
  readonly now: Snapshot = new Snapshot();
  readonly #steps: Step[] = [];
  #position = -1;

  /** How many steps there are. */
  get length(): number {
    return this.#steps.length;
  }

  /** The step that the state is at; -1 before the first. */
  get position(): number {
    return this.#position;
  }

  /** The step that the state is at. */
  get step(): Step | undefined {
    return this.#steps[this.#position];
  }

  /** Adds steps that have been recorded. */
  add(steps: readonly Step[]): void {
    for (const step of steps) this.#steps.push(step);
  }

  /** Goes to a step, forward or back. */
  seek(position: number): void {
    const target = Math.max(Math.min(position, this.#steps.length - 1), -1);
    while (this.#position < target) {
      for (const change of this.#steps[++this.#position]!.changes) this.now.apply(change);
    }
    while (this.#position > target) {
      const { changes } = this.#steps[this.#position--]!;
      for (let i = changes.length - 1; i >= 0; i--) this.now.revert(changes[i]!);
    }
  }

  /** The next step of the loop's own, or the last of all: to where a reader skips lines. */
  nextTurn(direction: 1 | -1): number {
    let position = this.#position + direction;
    while (this.#steps[position] !== undefined && !isLoopStep(this.#steps[position]!)) {
      position += direction;
    }
    return Math.max(Math.min(position, this.#steps.length - 1), 0);
  }
}

function isLoopStep({ what }: Step): boolean {
  return what !== "line" && what !== "end";
}
