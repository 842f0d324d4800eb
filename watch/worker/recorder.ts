// Copyright 2026 the asyncio authors. MIT license.

import {
  type AbstractEventLoop,
  allTasks,
  captureCallGraph,
  type EventLoop,
  type LoopObserver,
  Task,
} from "@asyncio/asyncio";
import { repr } from "@asyncio/asyncio/selectors";
import type { SimulatedSelector } from "../simulated/mod.ts";
import type { EntryRow, Happening, LogLine, Step, TaskRow, Wait } from "../timeline/timeline.ts";
import { Changes } from "./changes.ts";
import {
  describeCall,
  describeCoroutine,
  describeEntry,
  describeOutcome,
  describeWaiter,
  selectorRows,
} from "./describe.ts";
import { type Frame, Frames } from "./frames.ts";
import { HeapPicture } from "./heap.ts";

/** With more tasks than this, one step is told for many; with fewer than that, each again. */
const CROWD = 200;
const FEW = 20;

/** As many entries of the ready queue are one step of a crowd. */
const CROWD_STEP = 400;

/** After so many steps, or lines, a program is stopped. */
const MAX_STEPS = 20_000;
const MAX_LINES = 500_000;

/** What `run()` makes tasks of when the program is through: nothing to do with the program. */
const HOUSEKEEPING = /^(?:shutdown|close)(?:Asyncgens|DefaultExecutor)$/;

/** Whose functions are under way that belong to no task. */
export const PROGRAM = "program";
export const CALLBACK = "callback";

/** Ends a program that goes on for too long. */
export class Halted extends Error {
  override readonly name = "Halted";
}

/**
 * Writes down what a program and its loops do, as steps that can be taken back.
 *
 * It hears of the loop as its observer, of the lines from the program itself (see `instrument.ts`), of
 * the clock and the selectors from those.
 */
export class Recorder implements LoopObserver {
  readonly #send: (step: Step) => void;
  readonly #ids = new WeakMap<object, string>();
  readonly #now = new Changes();
  readonly #frames = new Frames();
  readonly #heap = new HeapPicture((id, row) => this.#now.set("timers", id, row));
  readonly #selectors: SimulatedSelector[] = [];
  /** Tasks that are not shown, and their entries. */
  readonly #hidden = new WeakSet<object>();
  #steps: object[] = [];
  #loop: EventLoop | null = null;
  #count = 0;
  #lines = 0;
  #lastId = 0;
  #live = 0;
  #crowd = 0;
  #isOver = false;

  constructor(send: (step: Step) => void) {
    this.#send = send;
  }

  // What the program says of itself.

  /** A function is entered. */
  enter(name: string, line: number): Frame {
    const owner = this.#owner();
    const frame: Frame = {
      name: name || "function",
      owner,
      line,
      at: (line) => this.#at(frame, line),
    };
    this.#frames.enter(frame);
    this.#noteFrames(owner);
    return frame;
  }

  /** It is left. */
  leave(frame: Frame): void {
    this.#frames.leave(frame);
    this.#noteFrames(frame.owner);
  }

  /** A function without a body of its own is called. */
  pass(line: number): void {
    const owner = this.#owner();
    if (this.#frames.standsAt(owner, line)) return this.#countLine();
    const frame = this.enter("=>", line);
    this.#at(frame, line);
    this.leave(frame);
  }

  #at(frame: Frame, line: number): void {
    this.#countLine();
    frame.line = line;
    this.#noteFrames(frame.owner);
    this.#step("line", frame.owner, line);
  }

  #countLine(): void {
    this.#lines++;
    this.#checkLimits();
  }

  #noteFrames(owner: string): void {
    this.#now.set("frames", owner, this.#frames.rowsOf(owner));
  }

  /** The program writes a line. */
  log(level: LogLine["level"], text: string): void {
    this.#now.log(level, text);
  }

  // What the clock and the selectors say.

  /** The clock has been moved. */
  jumped(now: number): void {
    if (now === this.#now.loop.now) return;
    this.#heap.prune();
    this.#now.setLoop("now", now);
    this.#step("jump", "", 0, true);
  }

  /** A selector has been made. */
  watchSelector(selector: SimulatedSelector): void {
    this.#selectors.push(selector);
  }

  /** A selector has reported something to a program that has no loop. */
  reported(): void {
    this.#step("select", "", 0);
  }

  // What the loop says.

  ready(entry: object, task: Task<unknown> | null, by: object | null): void {
    if (this.#isHidden(task) || this.#isHidden(by)) this.#hidden.add(entry);
    if (this.#isHidden(entry)) return;
    this.#now.addReady(this.#entryId(entry, task));
    if (task !== null && !task.done()) this.#changeTask(task, { state: "ready", waits: null });
  }

  runBegan(loop: AbstractEventLoop): void {
    this.#loop = loop as EventLoop;
  }

  stepBegan(entry: object, task: Task<unknown> | null): void {
    if (this.#isTooLong()) return this.#loop?.stop();
    if (this.#isHidden(entry)) return;
    const id = this.#entryId(entry, task);
    this.#steps.push(entry);
    if (this.#steps.length === 1) {
      if (this.#now.loop.batch === 0) this.#heap.prune();
      this.#now.takeReady(id);
    }
    this.#now.setLoop("running", id);
    if (task !== null && !task.done()) {
      this.#changeTask(task, { state: "running", waits: null, isCancelling: false });
    }
    this.#step("begin", id, 0);
  }

  stepEnded(entry: object, task: Task<unknown> | null): void {
    if (this.#isHidden(entry)) return;
    if (task !== null && !this.#now.isBrief) this.#noteParts(task);
    this.#steps.pop();
    const outer = this.#steps.at(-1);
    this.#now.setLoop("running", outer === undefined ? null : this.#entryId(outer, null));
    this.#step("end", this.#entryId(entry, task), 0);
  }

  timerSet(entry: object, when: number, by: object | null): void {
    this.#heap.push(this.#entryId(entry, null, by), when);
  }

  timerFired(entry: object): void {
    const id = this.#entryId(entry, null);
    this.#heap.fire(id);
    this.#step("fire", id, 0);
  }

  timerCancelled(entry: object): void {
    this.#heap.cancel(this.#entryId(entry, null));
  }

  taskCreated(task: Task<unknown>, by: object | null): void {
    const coro = describeCoroutine(task);
    if (HOUSEKEEPING.test(coro)) return void this.#hidden.add(task);
    this.#live++;
    if (this.#live > CROWD) this.#now.isBrief = true;
    this.#now.set("tasks", this.#idOf(task), {
      name: task.getName(),
      coro,
      state: "ready",
      by: by instanceof Task ? this.#idOf(by) : null,
      waits: null,
      isCancelling: false,
      outcome: "",
    });
  }

  taskWaits(task: Task<unknown>, waiter: object): void {
    const id = this.#idOf(waiter);
    const isTimer = this.#now.rows("timers").has(id);
    const call = describeCall(waiter);
    const other = call === null ? "future" : "call";
    const kind = waiter instanceof Task ? "task" : isTimer ? "timer" : other;
    const waits: Wait = { kind, id, text: call ?? describeWaiter(waiter), parts: [] };
    this.#changeTask(task, { state: "waiting", waits });
  }

  /** The tasks that a task waits for, where what it waits for stands for several. */
  #noteParts(task: Task<unknown>): void {
    const waits = this.#now.rows("tasks").get(this.#idOf(task))?.waits;
    if (waits?.kind !== "future") return;
    const parts: string[] = [];
    for (const other of allTasks(task.getLoop())) {
      const { awaitedBy } = captureCallGraph(other, { limit: 0 })!;
      if (awaitedBy.some(({ future }) => future === task)) parts.push(this.#idOf(other));
    }
    if (parts.length > 0) this.#changeTask(task, { waits: { ...waits, parts } });
  }

  taskCancelled(task: Task<unknown>): void {
    this.#changeTask(task, { isCancelling: true });
  }

  taskDone(task: Task<unknown>, outcome: TaskRow["state"], value: unknown): void {
    if (this.#isHidden(task)) return;
    this.#live--;
    if (this.#live < FEW) this.#now.isBrief = false;
    const text = outcome === "cancelled" ? "" : describeOutcome(value);
    this.#changeTask(task, { state: outcome, waits: null, isCancelling: false, outcome: text });
  }

  selectorReported(): void {
    this.#step("select", "", 0);
  }

  // The end.

  /** The program begins. */
  start(): void {
    this.#step("start", "", 0);
  }

  /** The program has come to its end. */
  over(): void {
    this.#heap.clear();
    this.#step("over", "", 0, true);
    this.#isOver = true;
  }

  /** The program has thrown an error. */
  failed(error: unknown, line: number): void {
    if (this.#isOver) return;
    const text = describeOutcome(error);
    this.log("error", text);
    this.#emit({ what: "failed", who: "", line, text });
    this.#isOver = true;
  }

  /**
   * Ends a program that goes on for too long, by an error in its own code: at each line from then on,
   * should it catch that. Its loop is stopped where a step begins.
   */
  #checkLimits(): void {
    if (this.#isTooLong()) throw new Halted("The program goes on for too long");
  }

  #isTooLong(): boolean {
    if (this.#isOver) return true;
    if (this.#count <= MAX_STEPS && this.#lines <= MAX_LINES) return false;
    this.#emit({ what: "halted", who: "", line: 0, text: String(this.#count) });
    this.#isOver = true;
    return true;
  }

  // How it is written down.

  #isHidden(object: object | null): boolean {
    return object !== null && this.#hidden.has(object);
  }

  #owner(): string {
    const entry = this.#steps.at(-1);
    if (entry === undefined) return PROGRAM;
    const { kind, task } = this.#now.rows("entries").get(this.#idOf(entry))!;
    return kind === "task" ? task! : CALLBACK;
  }

  #changeTask(task: Task<unknown>, change: Partial<TaskRow>): void {
    const id = this.#idOf(task);
    const row = this.#now.rows("tasks").get(id);
    if (row === undefined) return;
    this.#now.set("tasks", id, { ...row, name: task.getName(), ...change });
  }

  #idOf(object: object): string {
    let id = this.#ids.get(object);
    if (id === undefined) this.#ids.set(object, id = String(++this.#lastId));
    return id;
  }

  #entryId(entry: object, task: Task<unknown> | null, by: object | null = null): string {
    const id = this.#idOf(entry);
    if (!this.#now.rows("entries").has(id)) {
      const of = task ?? (by instanceof Task ? by : null);
      const row: EntryRow = describeEntry(entry, task, of === null ? null : this.#idOf(of));
      this.#now.set("entries", id, row);
    }
    return id;
  }

  #noteSelectors(): void {
    if (this.#selectors.length === 0) return;
    const rows = selectorRows(this.#selectors);
    const known = this.#now.rows("rows");
    for (const id of known.keys()) if (!rows.has(id)) this.#now.set("rows", id, null);
    for (const [id, row] of rows) {
      if (repr(known.get(id)) !== repr(row)) this.#now.set("rows", id, row);
    }
  }

  /** Ends a step, unless it is one of a crowd's. */
  #step(what: Happening, who: string, line: number, always = false): void {
    if (this.#now.isBrief && !always) {
      if (what !== "begin" || ++this.#crowd < CROWD_STEP) return;
      return this.#emitCrowd();
    }
    if (this.#crowd > 0) this.#emitCrowd();
    this.#noteSelectors();
    this.#emit({ what, who, line, text: "" });
  }

  #emitCrowd(): void {
    const line = this.#crowd;
    this.#crowd = 0;
    this.#emit({ what: "crowd", who: "", line, text: "" });
  }

  #emit(step: Omit<Step, "changes">): void {
    if (this.#isOver) return;
    this.#count++;
    this.#send({ ...step, changes: this.#now.take() });
  }
}
