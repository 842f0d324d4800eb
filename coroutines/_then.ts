// Copyright 2026 the asyncio authors. MIT license.

/**
 * Who calls `then()`: the engine, for an `await` or a `Promise.all()`, or code by hand.
 *
 * By hand, `then` is looked up and called in one go. The engine looks it up in the statement that
 * awaits, and calls it in a microtask of its own: where the loop has had one in between, it was the
 * engine. Where it has not, the functions given tell, since the engine's are native; but to ask one
 * for its source is a sixth of an `await`.
 */

import { inMicrotask } from "./_host.ts";

/** Whether `then` has been looked up since the stack was last known to be the library's own. */
let isLookedUp = false;

/** Nobody's code is on the stack: whoever has looked `then` up before does not call it by hand. */
export function noteOwnStack(): void {
  isLookedUp = false;
}

/** The same in a microtask, which has no stack below it. */
export function noteOwnStackSoon(): void {
  inMicrotask(noteOwnStack);
}

/** Has the `then` of a class notice when it is looked up. */
export function noticeThen(prototype: { then: unknown }): void {
  const { then } = prototype;
  Object.defineProperty(prototype, "then", {
    configurable: true,
    get() {
      isLookedUp = true;
      return then;
    },
  });
}

/** Whether it is the engine that calls `then()`, with these; inside of a `then` that is noticed. */
export function isByEngine(
  onFulfilled: unknown,
  onRejected: unknown,
): onFulfilled is (value: unknown) => void {
  return typeof onRejected === "function" && typeof onFulfilled === "function" &&
    (!isLookedUp || toSource.call(onFulfilled) === NATIVE);
}

const toSource = Function.prototype.toString;
const NATIVE = toSource.call(resolveOf());

function resolveOf(): () => void {
  let resolve!: () => void;
  new Promise<void>((given) => resolve = given);
  return resolve;
}
