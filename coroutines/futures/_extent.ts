// Copyright 2026 the asyncio authors. MIT license.

/**
 * Who waits for a function that a cancellation cannot reach.
 *
 * A function that awaits a promise of the host's cannot be interrupted. When its task is cancelled,
 * whoever only watches it (a timeout, say) leaves at once, and the function goes on by itself; whoever
 * guards something that it may still use (a lock) waits until it has come to its end.
 */

import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import { CancelledError } from "../errors.ts";
import type { Runnable } from "../turns/_ready_queue.ts";
import {
  current,
  currentFrame,
  EXTENT,
  type Frame,
  LOOP,
  requireFrame,
  TASK,
} from "../_running.ts";
import { schedulerOf } from "../turns/_scheduler.ts";
import { handOut } from "../_stacks.ts";
import { addWaiter, type Waitable } from "./_waitable.ts";

/**
 * A stretch of a task's code: the body of an `asyncWith()`, or a function that was called. Extents
 * lie within one another; the outermost of a task lies within that in which the task was created.
 */
export interface Extent {
  /** The one around. */
  readonly outer: Extent | null;
  /** The task whose code it is. */
  readonly task: object | null;
  /** Interrupts what runs within it beside the code that its task waits for. */
  interruptBranches?(message: string): void;
}

/** Cancellations that have met a wait that they cannot interrupt. */
export const overdue: WeakSet<object> = new WeakSet();

/** The innermost section around the running code that waits for those who are left behind. */
export function enclosingGuard(): Extent | null {
  return guardAround((current.section ?? currentFrame()?.[EXTENT] ?? null) as Extent | null);
}

function guardAround(extent: Extent | null): TaskSection | null {
  for (let one = extent; one !== null; one = one.outer) {
    if (one instanceof TaskSection && one.waits) return one;
  }
  return null;
}

/**
 * A part of a task's code that a cancellation of the task must not leave behind: what
 * {@linkcode section} makes.
 *
 * @see {@linkcode section}
 */
export interface Section {
  /** How many functions were left behind within it and have not come to their ends. */
  readonly leftBehind: number;
  /** The code that follows is within the section. It is that of the function that has made it. */
  enter(): void;
  /** The code that follows is not within it any more, and it is over. */
  exit(): void;
  /**
   * Calls a function, which may be called from anywhere. The tasks that it creates belong to the
   * section.
   *
   * @param fn The function.
   * @returns What it returns.
   */
  run<R>(fn: () => R): R;
  /**
   * What the code within should have thrown: its task was cancelled while it awaited a promise of the
   * host's, and it has not waited for anything else since. Asked for once, it is not thrown any more.
   *
   * @returns The error; `null` for none.
   */
  overdue(): CancelledError | null;
  /**
   * Waits until all functions that were left behind within it have come to their ends. It cannot be
   * interrupted: a cancellation meanwhile is thrown at the end.
   *
   * @returns A coroutine.
   * @throws {CancelledError} If the task was cancelled meanwhile.
   */
  left(): Generator<unknown, void, unknown>;
}

/**
 * Makes a section around code that follows, in a task.
 *
 * A function that awaits a promise of the host's cannot be interrupted. If its task is cancelled, and
 * nothing within the section watches it, it is waited for where it was called. If it was left behind
 * further inside, by a timeout say, {@linkcode Section.left} waits for it. `asyncWith()` makes a
 * section around its body; it takes one to write something like it.
 *
 * @param guards Whether functions are waited for, which is the default. A section that does not guard is
 *   a border: they are left behind where it ends, and sections around it wait for them.
 * @param tasks The tasks that are waited for at its end, as they come and go, for those who look.
 *   Default: none.
 * @returns The section.
 * @throws {RuntimeError} If no loop is running.
 *
 * @example A lock that is not released while anything runs that relies on it
 * ```ts
 * import { type Coroutine, Lock, run, sleep } from "@asyncio/asyncio";
 * import { callInTask, section } from "@asyncio/asyncio/coroutines";
 * import { assertEquals } from "@std/assert";
 *
 * function* locked<T>(lock: Lock, body: () => Promise<T>): Coroutine<T> {
 *   yield* lock.acquire();
 *   const held = section();
 *   try {
 *     held.enter();
 *     return yield* callInTask(body);
 *   } finally {
 *     yield* held.left();
 *     held.exit();
 *     lock.release();
 *   }
 * }
 *
 * assertEquals(await run(locked(new Lock(), async () => await sleep(0, "done"))), "done");
 * ```
 *
 * @see {@linkcode asyncWith}
 */
export function section(
  guards: boolean = true,
  tasks: ReadonlySet<object> | null = null,
): Section {
  return new TaskSection(requireFrame(), guards, tasks);
}

/** A {@linkcode Section}, as the functions see it that are left behind. */
class TaskSection implements Extent, Section {
  // Invariants: #count functions have been left behind and go on. #stragglers is set only while that
  // is not 0 and somebody waits for them.
  outer: Extent | null;
  readonly task: object | null;
  readonly guards: boolean;
  readonly tasks: ReadonlySet<object> | null;
  /** Whose code it is; `null` once it is over. */
  #frame: Frame | null;
  #count = 0;
  #stragglers: Stragglers | null = null;

  constructor(frame: Frame, guards: boolean, tasks: ReadonlySet<object> | null) {
    this.outer = frame[EXTENT] as Extent | null;
    this.task = frame[TASK];
    this.guards = guards;
    this.tasks = tasks;
    this.#frame = frame;
  }

  /** Whether whoever is left behind within it is waited for. */
  get waits(): boolean {
    return this.guards && this.#frame !== null;
  }

  enter(): void {
    if (this.#frame !== null) this.#frame[EXTENT] = this;
  }

  exit(): void {
    const frame = this.#frame;
    if (frame?.[EXTENT] === this) frame[EXTENT] = this.outer;
    this.#frame = null;
    // Tasks that were created within it may live long: they are not to keep what was around it.
    this.outer = guardAround(this.outer);
  }

  run<R>(fn: () => R): R {
    const outer = current.section;
    current.section = this;
    try {
      return fn();
    } finally {
      current.section = outer;
    }
  }

  overdue(): CancelledError | null {
    return this.#frame?.takeOverdue?.() as CancelledError | undefined ?? null;
  }

  *left(): Generator<unknown, void, unknown> {
    if (this.#count > 0) yield* this.#stragglers ??= new Stragglers(requireFrame()[LOOP]);
  }

  get leftBehind(): number {
    return this.#count;
  }

  /** A function has been left behind. */
  add(): void {
    this.#count++;
  }

  /** It has come to its end. */
  remove(): void {
    if (--this.#count > 0) return;
    this.#stragglers?.finish();
    this.#stragglers = null;
  }
}

/** The task in whose section another was created that the section ends with; or `null`. */
export function joiningTask(frame: Frame): object | null {
  const task = frame[TASK];
  let extent = frame[EXTENT] as Extent | null;
  while (extent !== null && extent.task === task) extent = extent.outer;
  return extent instanceof TaskSection && extent.tasks?.has(task!) ? extent.task : null;
}

/** Whether a function within `extent` is waited for where it was called, when it cannot be stopped. */
export function isGuarded(extent: Extent | null, task: object | null): boolean {
  for (let one = extent; one !== null && one.task === task; one = one.outer) {
    if (one instanceof TaskSection) return one.guards;
  }
  return false;
}

/** A function within `extent` is left behind. Returns what to call when it has come to its end. */
export function leaveBehind(extent: Extent | null): () => void {
  const section = guardAround(extent);
  section?.add();
  return () => section?.remove();
}

/** What waits for functions that were left behind: a wait that ends when they do, and not before. */
class Stragglers implements Waitable {
  readonly #loop: AbstractEventLoop;
  #waiter: Runnable | null = null;
  #cancellation: CancelledError | null = null;

  constructor(loop: AbstractEventLoop) {
    this.#loop = loop;
  }

  getLoop(): AbstractEventLoop {
    return this.#loop;
  }

  [addWaiter](waiter: Runnable): void {
    this.#waiter = waiter;
  }

  /** Keeps the cancellation for the end. */
  cancel(message?: string): boolean {
    this.#cancellation = new CancelledError(message);
    return true;
  }

  forgetCancel(): void {
    this.#cancellation = null;
  }

  result(): void {
    if (this.#cancellation !== null) throw this.#cancellation;
  }

  finish(): void {
    if (this.#waiter !== null) schedulerOf(this.#loop).schedule(this.#waiter);
  }

  *[Symbol.iterator](): Generator<unknown, void, unknown> {
    handOut(this);
    yield this;
    this.result();
  }

  toString(): string {
    return "<functions that cannot be interrupted>";
  }
}
