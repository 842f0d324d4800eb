// Copyright 2026 the asyncio authors. MIT license.

/**
 * What makes a generator object a coroutine object: that `await` works on it, and that it is used
 * only once.
 *
 * Both are methods of a prototype that stands between the generator function's own and
 * %GeneratorPrototype%. So creating and resuming a coroutine cost what a generator costs, and
 * `yield*` is the engine's own delegation: 7.5 ns a level, against 17 to 30 for a trampoline.
 */

import { Await } from "./_await.ts";
import { RuntimeError } from "./errors.ts";
import { inspectAsText } from "./_repr.ts";
import { requireRunningLoop, runningTask } from "./_running.ts";

/** Who awaits a coroutine object, and the name of the function that made it: keys of notes on it. */
export const OWNER: unique symbol = Symbol("owner");
const NAME = Symbol("name");

/** Who awaits a coroutine: a task, or one `await` of an async function. */
export interface Owner {
  done(): boolean;
}

interface Owned {
  [OWNER]?: Owner;
  [NAME]?: string;
}

const GeneratorPrototype = Object.getPrototypeOf(function* () {}).prototype as object;

/** The owner of coroutines that are driven by hand, outside any task. */
const SOMEBODY: Owner = { done: () => true };

/** Coroutines of which nobody has taken possession, as far as debug mode knows. */
const unclaimed = new FinalizationRegistry<string>((name) =>
  console.warn(`coroutine '${name}' was never awaited`)
);

/** How many loops are in debug mode: then new coroutines are watched until somebody awaits them. */
export const debugging = { loops: 0 };

/** Takes possession of a coroutine object, for good: each is awaited once. */
export function claim(coro: object, owner: Owner): void {
  checkUnclaimed(coro, owner);
  (coro as Owned)[OWNER] = owner;
  if (debugging.loops > 0) unclaimed.unregister(coro);
}

/**
 * A generator does not tell whether it is suspended or finished. Its owner does: when that is done,
 * or comes back to it, having gone on from it, it is finished.
 */
function checkUnclaimed(coro: object, owner: Owner | null): void {
  const previous = (coro as Owned)[OWNER];
  if (previous === undefined) return;
  throw new RuntimeError(
    previous === owner || previous.done()
      ? "cannot reuse already awaited coroutine"
      : "coroutine is being awaited already",
  );
}

/** Whether a coroutine can be claimed: it is the library's, not a plain generator. */
export function isClaimable(coro: object): boolean {
  return NAME in coro;
}

/** The name of the function that made a coroutine, as far as it is known. */
export function coroutineName(coro: object): string | undefined {
  return (coro as Owned)[NAME];
}

/** Names a coroutine, or the prototype of all that a function makes; watches it in debug mode. */
export function nameCoroutine(coro: object, name: string): void {
  (coro as Owned)[NAME] = name;
}

/** Warns if a new coroutine object is never awaited. */
export function watch(coro: object): void {
  unclaimed.register(coro, (coro as Owned)[NAME] ?? "<generator>", coro);
}

type Fulfilled<T, R> = ((value: T) => R | PromiseLike<R>) | null | undefined;
type Rejected<R> = ((error: unknown) => R | PromiseLike<R>) | null | undefined;

/** `await coro`: drives it inside the current task; where there is none, in a task of its own. */
export function awaitCoroutine<T, R1 = T, R2 = never>(
  coro: Generator<unknown, T, unknown>,
  onFulfilled: Fulfilled<T, R1>,
  onRejected: Rejected<R2>,
): PromiseLike<R1 | R2> {
  try {
    checkUnclaimed(coro, null);
    const wait = Await.coroutine(coro, onFulfilled as Fulfilled<unknown, unknown>, onRejected);
    if (wait === null) return requireRunningLoop().createTask(coro).then(onFulfilled, onRejected);
    claim(coro, wait);
    return wait.start() as PromiseLike<R1 | R2>;
  } catch (error) {
    return Promise.reject(error).then(onFulfilled as Fulfilled<never, R1>, onRejected);
  }
}

/** `yield* coro`: delegates to it, once. */
export function delegate<C extends object>(coro: C): C {
  claim(coro, runningTask() as Owner | null ?? SOMEBODY);
  return coro;
}

/** The prototype of the prototypes of coroutine functions. */
export const coroutinePrototype: object = Object.create(GeneratorPrototype, {
  then: {
    value<T>(
      this: Generator<unknown, T, unknown>,
      onFulfilled: Fulfilled<T, unknown>,
      onRejected: Rejected<unknown>,
    ) {
      return awaitCoroutine(this, onFulfilled, onRejected);
    },
  },
  toString: {
    value(this: object) {
      return `<coroutine object ${coroutineName(this)}>`;
    },
  },
  [Symbol.iterator]: {
    value(this: object) {
      return delegate(this);
    },
  },
  [Symbol.toStringTag]: { value: "Coroutine" },
});
inspectAsText(coroutinePrototype);
