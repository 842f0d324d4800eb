// Copyright 2026 the asyncio authors. MIT license.

/**
 * How a loop tells an observer what it does.
 *
 * A loop without one pays nothing for it: where it would have to ask at every step, the methods of its
 * own queue and heap are replaced by others as long as somebody observes; and a step is told by the
 * question whether steps are timed, which is asked anyway.
 */

import type { BaseSelector } from "../../selectors/mod.ts";
import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import { ReadyQueue, type Runnable } from "./_ready_queue.ts";
import { current, nativeFrame, TASK } from "../_running.ts";
import type { SlowSteps } from "./_slow_steps.ts";
import { dropped, TimerHeap } from "./_timer_heap.ts";

/** How a task has ended. */
export type Outcome = "returned" | "raised" | "cancelled";

/** The observer, seen from below: tasks appear as objects. `observer.ts` has it as users see it. */
export interface Observer {
  runBegan?(loop: AbstractEventLoop): void;
  runEnded?(loop: AbstractEventLoop): void;
  ready?(entry: object, task: object | null, by: object | null): void;
  stepBegan?(entry: object, task: object | null): void;
  stepEnded?(entry: object, task: object | null): void;
  timerSet?(entry: object, when: number, by: object | null): void;
  timerFired?(entry: object): void;
  timerCancelled?(entry: object): void;
  taskCreated?(task: object, by: object | null): void;
  taskWaits?(task: object, waiter: object): void;
  taskCancelled?(task: object, message: string, by: object | null): void;
  taskDone?(task: object, outcome: Outcome, value: unknown): void;
  selectorReported?(events: ReturnType<BaseSelector["poll"]>): void;
  hostBegan?(reason: "idle" | "share", until: number): void;
  hostEnded?(): void;
}

/** What hears of the steps of a batch. */
export interface StepWatch {
  /** A step begins. */
  begin(entry: Runnable): void;
  /** The step under way has come to its end. */
  end(): void;
}

/** What of a scheduler is observed. */
interface Observed {
  readonly ready: ReadyQueue;
  readonly timers: TimerHeap;
}

/** One observer of one loop. */
export class Observation implements StepWatch {
  // Invariant: #steps are the steps under way, each within the one before it.
  readonly observer: Observer;
  /** What times the steps besides, in debug mode. */
  slowSteps: SlowSteps | null = null;
  #steps: object[] = [];
  /** Whether the host has the thread. */
  #isAway = false;

  constructor(observer: Observer, loop: AbstractEventLoop) {
    this.observer = guarded(observer, loop);
  }

  /** Has the methods of a scheduler's parts tell what they do. */
  attach({ ready, timers }: Observed): void {
    const { push, pushFirst } = ReadyQueue.prototype;
    ready.push = (entry) => {
      this.#ready(entry);
      push.call(ready, entry);
    };
    ready.pushFirst = (entry) => {
      this.#ready(entry);
      pushFirst.call(ready, entry);
    };
    timers.push = (when, entry) => {
      TimerHeap.prototype.push.call(timers, when, entry);
      this.observer.timerSet?.(entry, when, this.#by);
    };
    timers.pop = () => {
      const entry = TimerHeap.prototype.pop.call(timers);
      if (!entry[dropped]) this.observer.timerFired?.(entry);
      return entry;
    };
    timers.noteCancelled = (entry) => {
      TimerHeap.prototype.noteCancelled.call(timers, entry);
      this.observer.timerCancelled?.(entry);
    };
  }

  /** Gives them back their own. */
  detach({ ready, timers }: Observed): void {
    for (const method of ["push", "pushFirst"] as const) Reflect.deleteProperty(ready, method);
    for (const method of ["push", "pop", "noteCancelled"] as const) {
      Reflect.deleteProperty(timers, method);
    }
  }

  begin(entry: Runnable): void {
    this.slowSteps?.begin(entry);
    this.enter(entry);
  }

  end(): void {
    this.slowSteps?.end();
    this.leave();
  }

  /** A step begins within another, or outside the loop's batches. */
  enter(entry: object): void {
    this.#steps.push(entry);
    this.observer.stepBegan?.(entry, taskOf(entry));
  }

  /** It ends. */
  leave(): void {
    const entry = this.#steps.pop();
    if (entry !== undefined) this.observer.stepEnded?.(entry, taskOf(entry));
  }

  /** The loop runs. */
  started(loop: AbstractEventLoop): void {
    this.#steps = [];
    this.#isAway = false;
    this.observer.runBegan?.(loop);
  }

  /** It does not any more. */
  stopped(loop: AbstractEventLoop): void {
    // What a KeyboardInterrupt was thrown out of has not come to its end.
    while (this.#steps.length > 0) this.leave();
    this.observer.runEnded?.(loop);
  }

  taskCreated(task: object): void {
    this.observer.taskCreated?.(task, this.#by);
  }

  taskCancelled(task: object, message: string): void {
    this.observer.taskCancelled?.(task, message, this.#by);
  }

  /** The loop gives the thread to the host. */
  left(reason: "idle" | "share", until: number): void {
    this.#isAway = true;
    this.observer.hostBegan?.(reason, until);
  }

  /** It has it back, if it had given it away. */
  entered(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.observer.hostEnded?.();
  }

  #ready(entry: Runnable): void {
    this.observer.ready?.(entry, taskOf(entry), this.#by);
  }

  /** Whose code does what is told: a task's, a callback's; `null` for the host's and the loop's own. */
  get #by(): object | null {
    const entry = this.#steps.at(-1);
    // Between the steps, the frame is still that of the last one.
    const native = entry === undefined || current.frame === null ? nativeFrame()?.[TASK] : null;
    return native ?? (entry === undefined ? null : taskOf(entry) ?? entry);
  }
}

/** The same observer, whose errors go to the loop's exception handler: they are none of the program's. */
function guarded(observer: Observer, loop: AbstractEventLoop): Observer {
  const get = (_: Observer, event: keyof Observer) =>
    observer[event] && ((...args: unknown[]) => {
      try {
        Reflect.apply(observer[event]!, observer, args);
      } catch (exception) {
        const message = `Exception in ${event}() of the loop's observer`;
        loop.callExceptionHandler({ message, exception });
      }
    });
  return new Proxy(observer, { get } as ProxyHandler<Observer>);
}

/** The task that a step is a part of. */
function taskOf(entry: object): object | null {
  return (entry as { [TASK]?: object | null })[TASK] ?? null;
}
