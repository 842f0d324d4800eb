// Copyright 2026 the asyncio authors. MIT license.

/** Who drives a coroutine object, and what it is called: each is used once, by one. */

import { RuntimeError } from "../errors.ts";
import type { Count } from "./_never_started.ts";

/** Who awaits a coroutine object, and the count of those of its name: keys of notes on it. */
export const OWNER: unique symbol = Symbol("owner");
export const COUNT: unique symbol = Symbol("count");

/** Who awaits a coroutine: a task, or one `await` of an async function. */
export interface Owner {
  /** Whether it is over. */
  done(): boolean;
  /** Of one that awaits several, one after the other: whether it has left this one behind. */
  hasLeft?(coro: object): boolean;
}

/** A coroutine object, seen from below. */
export interface Claimable {
  [OWNER]?: Owner | undefined;
  readonly [COUNT]: Count;
}

/** The owner of coroutines that have come to their end, or are driven by hand, outside any task. */
export const NOBODY: Owner = { done: () => true };

/** Whether a coroutine is one of the library's own, which calls nothing but the library. */
export function isPrimitive(coro: object): boolean {
  return (coro as Partial<Claimable>)[COUNT]?.isPrimitive ?? false;
}

/** Whether a coroutine can be claimed: it is the library's, not a plain generator. */
export function isClaimable(coro: object): coro is Claimable {
  return (coro as Partial<Claimable>)[COUNT] !== undefined;
}

/** Takes possession of a coroutine, for good: each is awaited once. */
export function claim(coro: object, owner: Owner): void {
  checkUnclaimed(coro, owner);
  (coro as Claimable)[OWNER] = owner;
  (coro as Partial<Claimable>)[COUNT]?.started(coro);
}

/**
 * A generator does not tell whether it is suspended or finished. Its owner does: when that is done,
 * or comes back to it, having gone on from it, it is finished.
 */
export function checkUnclaimed(coro: object, owner: Owner | null): void {
  const previous = (coro as Partial<Claimable>)[OWNER];
  if (previous === undefined) return;
  throw new RuntimeError(
    previous === owner || previous.done() || previous.hasLeft?.(coro)
      ? "cannot reuse already awaited coroutine"
      : "coroutine is being awaited already",
  );
}

/** Notes that a coroutine is closed: if nobody has started it, nobody ever will. */
export function noteClosed(coro: Claimable): void {
  if (coro[OWNER] === undefined) claim(coro, NOBODY);
}

/** Whoever disposes of a coroutine that was never started has forgotten to await it. */
export function checkStarted(coro: Claimable & Generator<unknown, unknown, unknown>): void {
  if (coro[OWNER] !== undefined) return;
  coro.return(undefined);
  const { name } = coro[COUNT];
  throw new RuntimeError(
    `coroutine '${name}' was never awaited: write "using _ = await ${name}()", or "yield*"`,
  );
}

const NAME = Symbol("name");

interface Named {
  [NAME]?: string;
}

/** The name of the function that made a coroutine, as far as it is known. */
export function coroutineName(coro: object): string | undefined {
  return isClaimable(coro) ? coro[COUNT].name : (coro as Named)[NAME];
}

/** Names a coroutine, or the prototype of all that a function makes. */
export function nameCoroutine(coro: object, name: string): void {
  (coro as Named)[NAME] = name || "<lambda>";
}
