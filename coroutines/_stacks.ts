// Copyright 2026 the asyncio authors. MIT license.

/**
 * In debug mode: where coroutines wait.
 *
 * At the moment at which the innermost `yield*` hands out what it waits for, all generators of the chain
 * are on the engine's stack; and when an `await` calls `then()`, the engine knows the async functions
 * that wait for one another. A stack costs about a microsecond to take; its text is made, once, when
 * somebody asks.
 */

import { takeStack } from "./_origin.ts";
import { current } from "./_running.ts";

/**
 * One function of a stack.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.Task.get_stack}
 */
export interface StackFrame {
  /** Its name; `<lambda>` if it has none. */
  readonly function: string;
  /** The file, or the URL of one that is not on this machine; `undefined` where it is not known. */
  readonly file: string | undefined;
  /** The line, from 1; `undefined` where it is not known. */
  readonly line: number | undefined;
  /** Whether it is a generator or an async function, as far as that is known. */
  readonly isAsync: boolean;
}

/** How many loops are in debug mode. */
export const recording = { loops: 0 };

/** A stack, and what was waited for when it was taken. */
interface Noted {
  readonly waiter: object | null;
  /** What waits, where that has left no trace on the stack. */
  readonly innermost: Innermost | undefined;
  readonly error: { readonly stack?: string };
  /** The host's time. */
  readonly since: number;
}

/** The stacks of drivers, up to their steps. */
const stacks = new WeakMap<object, Noted>();
/** The places of the awaits of async functions, and the functions around. */
const places = new WeakMap<object, Noted>();

/**
 * A coroutine that is no generator, so that the stack does not tell where it waits.
 *
 * @ignore
 */
export interface Innermost {
  /** Its name, with that of what it belongs to. */
  readonly qualifiedName: string;
  /** The stack at its definition. */
  readonly definition: { readonly stack?: string };
}

/** Hands something out to be waited for: tells `yield*` from a plain `yield`. */
export function handOut(waiter: object, innermost?: Innermost): void {
  current.awaited = waiter;
  if (recording.loops > 0) noteStack(waiter, innermost);
}

/** Notes where the running coroutine is about to wait; `null` for a mere turn. */
export function noteStack(waiter: object | null, innermost?: Innermost): void {
  if (current.frame !== null) stacks.set(current.frame, note(noteStack, waiter, innermost));
}

function note(
  above: unknown,
  waiter: object | null,
  innermost: Innermost | undefined,
): Noted {
  const error = takeStack(above);
  return { waiter, innermost, error, since: performance.now() };
}

/** The driver goes on. */
export function forgetStack(driver: object): void {
  stacks.delete(driver);
}

/** Notes where an async function awaits something. */
export function notePlace(wait: object, innermost?: Innermost): void {
  places.set(wait, note(notePlace, null, innermost));
}

/** A part of a stack, whose text is still to be made. */
export type StackPart = () => StackFrame[];

/** The stack of a driver that waits for `waiter`, innermost first, as far as it is known. */
export function stackOfDriver(driver: object, waiter: object | null): StackPart[] {
  const noted = stacks.get(driver);
  return noted === undefined || noted.waiter !== waiter ? [] : partsOf(noted);
}

/** Since when a driver, or an await, waits for `waiter`, in the host's time; `null` if it is not known. */
export function sinceOf(waiting: object, waiter: object | null): number | null {
  const noted = stacks.get(waiting) ?? places.get(waiting);
  return noted?.waiter === waiter ? noted.since : null;
}

/** The async functions that wait in an await, innermost first, as far as they are known. */
export function placeOf(wait: object): StackPart[] {
  const noted = places.get(wait);
  return noted === undefined ? [] : partsOf(noted);
}

function partsOf({ error, innermost }: Noted): StackPart[] {
  const frames = () => framesOf(error);
  return innermost === undefined ? [frames] : [() => [frameOf(innermost)], frames];
}

function frameOf({ qualifiedName, definition }: Innermost): StackFrame {
  const [frame] = framesOf(definition);
  return { ...(frame ?? unplaced(qualifiedName)), function: qualifiedName, isAsync: true };
}

/** A function of which no more is known than its name. */
export function unplaced(name: string): StackFrame {
  return { function: name, file: undefined, line: undefined, isAsync: true };
}

/** The stack of the running code, from the caller of `above` to the step that it is a part of. */
export function currentStack(above: (...args: never[]) => unknown): StackFrame[] {
  return framesOf(takeStack(above), true);
}

/** The functions of an error's stack, innermost first. */
export function framesOfError(error: unknown): StackFrame[] {
  return error instanceof Error ? framesOf(error) : [];
}

/** Where this layer is: its own functions say nothing to users. */
const HERE = /^.*\//.exec(import.meta.url ?? "")?.[0] ?? "?";
/** What begins a step of a coroutine. What the stack holds further out is not its own. */
const STEP = /^(?:\w+\.)?#(?:step|firstStep) /;
const LINE = /^\s*at (async )?(?:(.*) \()?(.*?)(?::(\d+):\d+)?\)?$/;

/** @param isRunning Whether the innermost functions are running, and not suspended. */
function framesOf({ stack = "" }: { readonly stack?: string }, isRunning = false): StackFrame[] {
  const frames: { -readonly [K in keyof StackFrame]: StackFrame[K] }[] = [];
  let isInside = true;
  for (const line of stack.split("\n")) {
    const [, async, name, place, number] = LINE.exec(line) ?? [];
    if (place === undefined) continue;
    if (STEP.test(`${name} `) && isOurs(place)) isInside = false;
    // Once outside, only those count that await the coroutine whose first step is running.
    if (!isInside && !(isRunning && async !== undefined)) continue;
    const inner = frames.at(-1);
    if (isRunning && async !== undefined && inner !== undefined) inner.isAsync = true;
    if (place === "<anonymous>") {
      // The engine's own: a generator goes on by its `next()`.
      if (/\.(?:next|throw|return)$/.test(name ?? "") && inner !== undefined) inner.isAsync = true;
      continue;
    }
    if (number === undefined || isOurs(place) || /^(?:ext|node):/.test(place)) continue;
    frames.push({
      function: nameOf(name),
      file: place.replace(/^file:\/\//, ""),
      line: Number(number),
      isAsync: async !== undefined,
    });
  }
  return frames;
}

/** Whether a file is of this layer, and no example out of its comments. */
function isOurs(place: string): boolean {
  return place.startsWith(HERE) && /^(?:\w+\/)?\w+\.\w+$/.test(place.slice(HERE.length));
}

/** `Server.#serve` of `Server.#serve [as then]`. */
function nameOf(name: string | undefined): string {
  return name?.replace(/ \[as .*\]$/, "").replace(/^(?:Object|Module|Generator)\./, "") ||
    "<lambda>";
}
