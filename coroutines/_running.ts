// Copyright 2026 the asyncio authors. MIT license.

/**
 * All module state of this layer: for whom the running code runs.
 *
 * While a loop turns, nothing else runs: a plain variable says whose step this is. Between the steps
 * an async function goes on by itself, from a microtask of its own: there the host's AsyncLocalStorage
 * tells which function that is.
 *
 * Nothing is imported here but types of the files below: tasks, contexts and extents appear as
 * `object`.
 */

import type { AbstractEventLoop } from "./abstract_event_loop.ts";
import { RuntimeError } from "./errors.ts";

/** The keys of a {@linkcode Frame}: its bearers are public classes, and these are nobody's but ours. */
export const LOOP: unique symbol = Symbol("loop");
export const TASK: unique symbol = Symbol("task");
export const CONTEXT: unique symbol = Symbol("context");
export const EXTENT: unique symbol = Symbol("extent");

/** For whom code runs: a task, a callback, an async function that a task has called. */
export interface Frame {
  /** The loop. */
  readonly [LOOP]: AbstractEventLoop;
  /** The task that the code is a part of; `null` for a callback. */
  readonly [TASK]: object | null;
  /** The values of the context variables; `null` until one is set. */
  [CONTEXT]: object | null;
  /** The innermost `asyncWith()` or function that the code is within; `null` for none. */
  [EXTENT]: object | null;
  /** Takes the cancellation that has come too late for a wait, if there is one. */
  takeOverdue?(): object | null;
}

/** A frame that code outside any step can carry along its awaits. */
export interface NativeFrame extends Frame {
  /** What the storage holds for it, from {@linkcode enrol} to {@linkcode discharge}; else 0. */
  id: number;
}

interface Current {
  /** Whose step is running; `null` between the steps. */
  frame: Frame | null;
  /** The loop of that frame. */
  loop: AbstractEventLoop | null;
  /** The section that tasks are created for, wherever that is done; `null` for the frame's own. */
  section: object | null;
  /** The future that a `yield*` has just handed out: tells it from a plain `yield`. */
  awaited: object | null;
  /** The loop of `setEventLoop()`. */
  set: AbstractEventLoop | null;
  /** The loops that run, and the ids of their frames. Without AsyncLocalStorage, the only one is everybody's. */
  readonly loops: Map<AbstractEventLoop, number>;
  /** The number of the last task that was given no name. */
  taskNumber: number;
  /** The context of code that runs for no loop. */
  rootContext: object | null;
}

/** The state itself. */
export const current: Current = {
  frame: null,
  loop: null,
  section: null,
  awaited: null,
  set: null,
  loops: new Map(),
  taskNumber: 0,
  rootContext: null,
};

interface AsyncStorage {
  run<A extends unknown[], R>(id: number, fn: (...args: A) => R, ...args: A): R;
  getStore(): number | undefined;
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

/** Whether async functions can be told apart between the steps. */
export const canFollowAwaits: boolean = storage !== undefined;

// The storage holds numbers, and not the frames themselves. Deno keeps what it holds in a WeakMap; the
// garbage collector comes to the values of one last and in the order of their hashes, which scatters
// them over the memory: ten thousand functions that take turns then cost ten times as much a turn.

/** What the table of frames holds at the least. A power of two, as every size of it. */
const MIN_FRAMES = 1024;

/** The frames under way, each at the place of its id modulo the size. */
let frames: (NativeFrame | undefined)[] = new Array(MIN_FRAMES);
let frameCount = 0;
let lastId = 0;

/** Gives a frame an id, which no other ever has. */
export function enrol(frame: NativeFrame): void {
  if (++frameCount > frames.length >> 1) growFrames();
  do lastId++; while (frames[lastId & (frames.length - 1)] !== undefined);
  frame.id = lastId;
  frames[lastId & (frames.length - 1)] = frame;
}

/** Takes the id back: code that goes on all the same, in a timer of the host say, is nobody's then. */
export function discharge(frame: NativeFrame): void {
  frames[frame.id & (frames.length - 1)] = undefined;
  frame.id = 0;
  if (--frameCount === 0 && frames.length > MIN_FRAMES) frames = new Array(MIN_FRAMES);
}

function growFrames(): void {
  const old = frames;
  frames = new Array(old.length * 2);
  for (const frame of old) {
    if (frame !== undefined) frames[frame.id & (frames.length - 1)] = frame;
  }
}

/** The frame that the running code carries along its awaits. */
export function nativeFrame(): NativeFrame | undefined {
  const id = storage?.getStore();
  if (id === undefined) return undefined;
  const frame = frames[id & (frames.length - 1)];
  return frame?.id === id ? frame : undefined;
}

/** Calls `fn`; the frame goes with it and with everything that it awaits. */
export function callInFrame<A extends unknown[], R>(
  frame: NativeFrame,
  fn: (...args: A) => R,
  ...args: A
): R {
  return storage === undefined ? fn(...args) : storage.run(frame.id, fn, ...args);
}

/** The frame that the running code belongs to. */
export function currentFrame(): Frame | undefined {
  return current.frame ?? nativeFrame();
}

/** The frame that the running code belongs to, else an error. */
export function requireFrame(): Frame {
  const frame = currentFrame();
  if (frame === undefined) throw new RuntimeError("no running event loop");
  return frame;
}

/** Calls `fn` as a step of a frame's: within a step of another, or from a microtask. */
export function stepIn<R>(frame: Frame, fn: () => R): R {
  const { frame: outer, loop } = current;
  current.frame = frame;
  current.loop = frame[LOOP];
  try {
    return fn();
  } finally {
    current.frame = outer;
    current.loop = loop;
  }
}

/** The loop that runs the calling code, or `null`. */
export function runningLoop(): AbstractEventLoop | null {
  if (current.loop !== null) return current.loop;
  const id = storage === undefined ? Infinity : storage.getStore();
  if (id === undefined) return null;
  const frame = nativeFrame();
  if (frame !== undefined) return current.loops.has(frame[LOOP]) ? frame[LOOP] : null;
  // The code has outlived the function that began it. It belongs to the loop that has been running
  // since before that was called, unless there are several.
  const loops = [...current.loops].filter(([, frameId]) => frameId < id);
  return loops.length === 1 ? loops[0]![0] : null;
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

/** The task that the running code is a part of, or `null`. */
export function runningTask(): object | null {
  return currentFrame()?.[TASK] ?? null;
}
