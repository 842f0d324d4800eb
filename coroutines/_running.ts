// Copyright 2026 the asyncio authors. MIT license.

/**
 * All module state of this layer: which loop, task and context the running code belongs to.
 *
 * There are two ways to know. While a loop turns, nothing else runs: plain variables say whose step
 * this is, set before each step and cleared after it. Between the steps an async function goes on by
 * itself, from a microtask of its own: there the host's AsyncLocalStorage tells which task's it is.
 *
 * Nothing is imported here but types of the files below: task and context appear as `object`.
 */

import type { AbstractEventLoop } from "./abstract_event_loop.ts";
import { RuntimeError } from "./errors.ts";

/** What an async function carries along its awaits. */
export interface Frame {
  /** The loop whose turn started it. */
  readonly loop: AbstractEventLoop;
  /** The task it belongs to; `null` for what a loop's callbacks start. */
  readonly task: object | null;
  /** The values of its context variables. */
  context: object | null;
}

interface Current {
  /** Whether a loop is in its turn: then the fields below answer, else AsyncLocalStorage. */
  turning: boolean;
  /** The loop in its turn. */
  loop: AbstractEventLoop | null;
  /** The task in its step. */
  task: object | null;
  /** The context in force: of the step, or of a `Context.run()`. */
  context: object | null;
  /** The future that a `yield*` has just handed out: tells it from a plain `yield`. */
  awaited: object | null;
  /** The loop of `setEventLoop()`. */
  set: AbstractEventLoop | null;
  /** The loops that run. Without AsyncLocalStorage, the only one is everybody's. */
  readonly loops: Set<AbstractEventLoop>;
  /** The number of the last task that was given no name. */
  taskNumber: number;
}

/** The state itself. */
export const current: Current = {
  turning: false,
  loop: null,
  task: null,
  context: null,
  awaited: null,
  set: null,
  loops: new Set(),
  taskNumber: 0,
};

interface AsyncStorage {
  run<R>(frame: Frame, fn: () => R): R;
  getStore(): Frame | undefined;
}

interface Host {
  process?: {
    getBuiltinModule?(name: string): { AsyncLocalStorage: new () => AsyncStorage } | undefined;
  };
}

/**
 * The host's AsyncLocalStorage, or `undefined` in a browser. It is asked for at run time because a
 * static import of a `node:` module would keep the package from loading there.
 */
function hostStorage(): AsyncStorage | undefined {
  const hooks = (globalThis as Host).process?.getBuiltinModule?.("node:async_hooks");
  return hooks === undefined ? undefined : new hooks.AsyncLocalStorage();
}

const storage = hostStorage();

/** The frame of the async function that is running, if it is one of ours. */
export function currentFrame(): Frame | undefined {
  return storage?.getStore();
}

/** Calls `fn`; the frame goes with it and with everything that it awaits. */
export function runInFrame<R>(frame: Frame, fn: () => R): R {
  return storage === undefined ? fn() : storage.run(frame, fn);
}

/** Whether code that runs now, outside any turn, carries another frame than this. */
export function isForeignTo(frame: Frame): boolean {
  return storage !== undefined && storage.getStore() !== frame;
}

/** Calls `fn` as a part of a loop's turn: within one, or from a microtask between two. */
export function inTurnOf<R>(loop: AbstractEventLoop, fn: () => R): R {
  const { turning, loop: outer, task, context } = current;
  current.turning = true;
  current.loop = loop;
  try {
    return fn();
  } finally {
    current.turning = turning;
    current.loop = outer;
    current.task = task;
    current.context = context;
  }
}

/** The loop that runs the calling code, or `null`. */
export function runningLoop(): AbstractEventLoop | null {
  if (current.turning) return current.loop;
  if (storage === undefined) return current.loops.size === 1 ? [...current.loops][0]! : null;
  const loop = storage.getStore()?.loop;
  return loop !== undefined && current.loops.has(loop) ? loop : null;
}

/** The loop that runs the calling code, else the one set, else an error. */
export function currentLoop(): AbstractEventLoop {
  const loop = runningLoop() ?? current.set;
  if (loop === null) throw new RuntimeError("There is no current event loop");
  return loop;
}

/** The loop that runs the calling code, else an error. */
export function requireRunningLoop(): AbstractEventLoop {
  const loop = runningLoop();
  if (loop === null) throw new RuntimeError("no running event loop");
  return loop;
}

/** The task whose step or async function is running, or `null`. */
export function runningTask(): object | null {
  if (current.turning) return current.task;
  return currentFrame()?.task ?? null;
}
