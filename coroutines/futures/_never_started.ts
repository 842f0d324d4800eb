// Copyright 2026 the asyncio authors. MIT license.

/**
 * Coroutine objects that nobody ever starts: a forgotten `await` or `yield*`.
 *
 * How many coroutines of each name have been made and started is always counted, which costs two
 * increments: so a loop that is closed can name what was forgotten. In debug mode each of them is
 * watched, and reported with the line that made it, when it is garbage or when the loop is closed.
 */

import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import { whereCalled } from "../_origin.ts";
import { current, runningLoop } from "../_running.ts";

/** How many loops are in debug mode, or strict: then each new coroutine is watched. */
let debuggingLoops = 0;

/** The coroutines of one name. */
export class Count {
  /** How many were made and not started. */
  unstarted = 0;
  readonly name: string;
  /** Whether they are the library's own, which run no code of others. */
  readonly isPrimitive: boolean;
  /** Whether each of them is watched. */
  isWatched = debuggingLoops > 0;

  constructor(name: string, isPrimitive: boolean) {
    this.name = name;
    this.isPrimitive = isPrimitive;
  }

  /** The coroutine is a new one. Returns whether it is watched. */
  made(coro: object): boolean {
    this.unstarted++;
    if (this.isWatched) watch(coro, this);
    return this.isWatched;
  }

  /** Somebody drives it, or closes it. */
  started(coro: object): void {
    this.unstarted--;
    if (this.isWatched) unwatch(coro);
  }
}

const counts = new Map<string, Count>();

/** One more loop, or one less, wants every new coroutine watched. */
export function countDebugging(loops: 1 | -1): void {
  debuggingLoops += loops;
  for (const count of counts.values()) count.isWatched = debuggingLoops > 0;
}

/** The count of the coroutines of a name. */
export function countOf(name: string, isPrimitive = false): Count {
  const key = isPrimitive ? `${name}()` : name;
  let count = counts.get(key);
  if (count === undefined) counts.set(key, count = new Count(name || "<lambda>", isPrimitive));
  return count;
}

/** A coroutine that is watched. */
interface Watch {
  readonly ref: WeakRef<object>;
  readonly loop: AbstractEventLoop | null;
  readonly count: Count;
  readonly message: string;
}

const watches = new Map<WeakRef<object>, Watch>();
const watchOf = new WeakMap<object, Watch>();
const garbage = new FinalizationRegistry<Watch>((watch) => {
  if (watches.has(watch.ref)) reportWatched(watch);
});

function watch(coro: object, count: Count): void {
  const origin = whereCalled();
  const message = messageFor(count.name) + (origin === undefined ? "" : ` (made at ${origin})`);
  const entry: Watch = { ref: new WeakRef(coro), loop: runningLoop(), count, message };
  watches.set(entry.ref, entry);
  watchOf.set(coro, entry);
  garbage.register(coro, entry, coro);
}

function unwatch(coro: object): void {
  const entry = watchOf.get(coro);
  if (entry === undefined) return;
  watches.delete(entry.ref);
  garbage.unregister(coro);
}

function messageFor(name: string): string {
  return `coroutine '${name}' was never awaited`;
}

/** Loops that want to hear what is reported, besides the user. */
export const listeners: WeakMap<AbstractEventLoop, (message: string) => void> = new WeakMap();

/** How many of each name are still to be reported, by the loop that they were made in. */
const unreported = new WeakMap<AbstractEventLoop, Map<Count, number>>();

function addUnreported(loop: AbstractEventLoop, count: Count, number: number): void {
  const all = unreported.get(loop) ?? new Map<Count, number>();
  unreported.set(loop, all.set(count, (all.get(count) ?? 0) + number));
}

function reportWatched({ ref, loop, count, message }: Watch): void {
  watches.delete(ref);
  report(loop, message);
  if (loop !== null) addUnreported(loop, count, -1);
}

function report(loop: AbstractEventLoop | null, message: string): void {
  console.warn(message);
  if (loop !== null) listeners.get(loop)?.(message);
}

/** How many of each name are not started. */
function snapshot(): Map<Count, number> {
  return new Map([...counts.values()].map((count) => [count, count.unstarted]));
}

/** The coroutines that were made while a loop ran, and not started. */
export class NeverStarted {
  /** How many there were of each name when the first run began. */
  #first: Map<Count, number> | null = null;
  /** And when this run began; `null` while another loop runs, too. */
  #before: Map<Count, number> | null = null;

  /** The loop begins to run. */
  begin(): void {
    this.#before = current.loops.size > 1 ? null : snapshot();
    this.#first ??= this.#before;
  }

  /** It has come to its end. */
  end(loop: AbstractEventLoop): void {
    if (this.#before === null || current.loops.size > 1) return;
    for (const count of counts.values()) {
      addUnreported(loop, count, count.unstarted - (this.#before.get(count) ?? 0));
    }
    this.#before = null;
  }

  /** Reports what is left: the loop is being closed. */
  reportAll(loop: AbstractEventLoop): void {
    for (const entry of [...watches.values()]) if (entry.loop === loop) reportWatched(entry);
    for (const [count, all] of unreported.get(loop) ?? []) {
      // Some may have been started between two runs, by whoever runs the loop.
      const left = Math.min(all, count.unstarted - (this.#first?.get(count) ?? 0));
      if (left <= 0) continue;
      const times = left === 1 ? "" : ` (${left} of them)`;
      report(loop, `${messageFor(count.name)}${times}; debug mode tells where it was made`);
    }
  }
}
