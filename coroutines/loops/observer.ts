// Copyright 2026 the asyncio authors. MIT license.

import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import type { SelectorKey } from "../../selectors/mod.ts";
import { schedulerOf } from "../turns/_scheduler.ts";
import type { Task } from "../tasks/task.ts";

/**
 * What hears of everything that a loop does, as it does it: `newEventLoop({ trace })` and
 * `run(main, { trace })` take one.
 *
 * Each method is optional, and is called at once, in the midst of what it tells of: it is to return
 * soon, and to call nothing of the loop but `stop()`. An error of its own goes to the loop's exception
 * handler, and the loop goes on. A loop that nobody observes pays nothing.
 *
 * An `entry` is what stands in the ready queue or among the timers: a `Handle`, a step of a task, the
 * future of a `sleep()`. The same object may be ready again and again. `task` is the task that it is a
 * step of, or `null`. `by` is whose code it is that does what is told: a task, or else the entry whose
 * step it is; `null` for the selector, a timer, and code outside the loop.
 *
 * Order: a step is told by `ready`, `stepBegan` and `stepEnded`; whatever it does comes between the last
 * two, and so does what the async functions do that it has woken, up to their next waits. A task that
 * starts eagerly, or goes on where an async function returns, makes a step within a step. An async
 * function that a promise of the host's wakes goes on outside any step, and is seen at its next wait.
 *
 * @example Usage
 * ```ts
 * import { run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const names: string[] = [];
 * await run(sleep(0.001), {
 *   trace: {
 *     taskCreated: (task) => names.push(`+${task.getCoro()}`),
 *     taskDone: (_task, outcome) => names.push(outcome),
 *   },
 * });
 * assertEquals(names.slice(0, 2), ["+<coroutine object sleep>", "returned"]);
 * ```
 *
 * @see {@linkcode observe}
 */
export interface LoopObserver {
  /** The loop begins to run. */
  runBegan?(loop: AbstractEventLoop): void;
  /** The loop has stopped. */
  runEnded?(loop: AbstractEventLoop): void;
  /** Something is put into the ready queue: a callback scheduled, a task woken. */
  ready?(entry: object, task: Task<unknown> | null, by: object | null): void;
  /** A step begins. */
  stepBegan?(entry: object, task: Task<unknown> | null): void;
  /** It has come to its end. */
  stepEnded?(entry: object, task: Task<unknown> | null): void;
  /** A timer is set, for a time of the loop's in seconds. */
  timerSet?(entry: object, when: number, by: object | null): void;
  /** Its time has come: it is about to be ready. */
  timerFired?(entry: object): void;
  /** It is not to fire any more. */
  timerCancelled?(entry: object): void;
  /** A task has been made. */
  taskCreated?(task: Task<unknown>, by: object | null): void;
  /**
   * A task waits from now on, for a future or for an async function under way. One of an async function
   * may wait in several places at once. In debug mode, `task.getStack()` tells where.
   */
  taskWaits?(task: Task<unknown>, waiter: object): void;
  /** `task.cancel()` has been called, and has not been too late. */
  taskCancelled?(task: Task<unknown>, message: string, by: object | null): void;
  /** A task has come to its end; `value` is its result, or its error. */
  taskDone?(
    task: Task<unknown>,
    outcome: "returned" | "raised" | "cancelled",
    value: unknown,
  ): void;
  /** The selector has reported something. */
  selectorReported?(events: readonly (readonly [SelectorKey, number])[]): void;
  /**
   * The host has the thread: `"idle"`, because nothing is ready, until the selector reports something
   * or at the latest `until`, a time of the loop's (`Infinity` without a timer); or `"share"`, because
   * it is its turn.
   */
  hostBegan?(reason: "idle" | "share", until: number): void;
  /** The loop has it back. */
  hostEnded?(): void;
}

/**
 * Has an observer hear of what a loop does, in place of the one before.
 *
 * @param loop The loop.
 * @param observer The observer; `null` for none.
 *
 * @example Usage
 * ```ts
 * import { newEventLoop, sleep } from "@asyncio/asyncio";
 * import { observe } from "@asyncio/asyncio/coroutines";
 * import { assertEquals } from "@std/assert";
 *
 * using loop = newEventLoop();
 * let steps = 0;
 * observe(loop, { stepBegan: () => steps++ });
 * await loop.runUntilComplete(sleep(0));
 * assertEquals(steps, 3);
 * observe(loop, null);
 * ```
 *
 * @see {@linkcode LoopObserver}
 */
export function observe(loop: AbstractEventLoop, observer: LoopObserver | null): void {
  schedulerOf(loop).observe(observer);
}
