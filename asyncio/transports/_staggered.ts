// Copyright 2026 the asyncio authors. MIT license.

import { OSError } from "../../selectors/mod.ts";
import type { BaseEventLoop, Coroutine, Task } from "../../coroutines/mod.ts";
import { FIRST_COMPLETED, wait } from "../tasks/wait.ts";

/** A race of attempts. */
export interface Race<T> {
  /** The attempts, in the order in which they start. */
  attempts: readonly (() => Coroutine<T>)[];
  /** Seconds until the next starts beside those that run; `null` to wait until they have failed. */
  delay: number | null;
  /** What becomes of the result of an attempt that succeeds when another one has won. */
  discard(result: T): void;
}

/**
 * The result of the first attempt that succeeds; `null` if all of them end by errors of the operating
 * system. Any other error ends the race. When it is over, no attempt runs any more.
 *
 * CPython: Lib/asyncio/staggered.py, staggered_race.
 */
export function* staggeredRace<T>(loop: BaseEventLoop, race: Race<T>): Coroutine<T | null> {
  return race.delay === null ? yield* oneByOne(race) : yield* together(loop, race, race.delay);
}

function* oneByOne<T>({ attempts }: Race<T>): Coroutine<T | null> {
  for (const attempt of attempts) {
    try {
      return yield* attempt();
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
    }
  }
  return null;
}

function* together<T>(
  loop: BaseEventLoop,
  { attempts, discard }: Race<T>,
  delay: number,
): Coroutine<T | null> {
  const running = new Set<Task<T>>();
  const won: T[] = [];
  try {
    for (let next = 0; won.length === 0 && (next < attempts.length || running.size > 0);) {
      if (next < attempts.length) running.add(loop.createTask(attempts[next++]!()));
      const timeout = next < attempts.length ? delay : null;
      const [done] = yield* wait(running, { timeout, returnWhen: FIRST_COMPLETED });
      for (const task of done) {
        running.delete(task as Task<T>);
        won.push(...resultOf(task as Task<T>));
      }
    }
    yield* end(running, won);
  } catch (error) {
    try {
      yield* end(running, won);
    } finally {
      won.forEach(discard);
    }
    throw error;
  }
  won.slice(1).forEach(discard);
  return won[0] ?? null;
}

/** Cancels those that still run, and waits for them. Errors of theirs come too late to matter. */
function* end<T>(running: Set<Task<T>>, won: T[]): Coroutine<void> {
  for (const task of running) task.cancel();
  if (running.size === 0) return;
  yield* wait(running);
  for (const task of running) {
    try {
      won.push(task.result());
    } catch {
      // Cancelled, or failed.
    }
  }
  running.clear();
}

/** The result of a task that is done: none if it has failed as attempts do, or was cancelled. */
function resultOf<T>(task: Task<T>): T[] {
  if (task.cancelled()) return [];
  try {
    return [task.result()];
  } catch (error) {
    if (error instanceof OSError) return [];
    throw error;
  }
}
