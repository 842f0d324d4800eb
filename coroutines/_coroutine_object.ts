// Copyright 2026 the asyncio authors. MIT license.

/**
 * What makes a generator object a coroutine object: that `await` works on it, and that it is used
 * only once.
 *
 * Both are methods of a prototype that stands between the generator function's own and
 * %GeneratorPrototype%. So creating and resuming a coroutine cost what a generator costs, and
 * `yield*` is the engine's own delegation: 7.5 ns a level, against 17 to 30 for a trampoline.
 */

import { CoroutineAwait } from "./_coroutine_await.ts";
import { RuntimeError } from "./errors.ts";
import { isNative, type Resolve, throwFrom } from "./_future_await.ts";
import { GeneratorPrototype } from "./_generators.ts";
import type { Count } from "./_never_started.ts";
import { inspectAsText } from "./_repr.ts";
import { runningLoop, runningTask } from "./_running.ts";
import { runningFunction, type TaskFrame } from "./_task_frame.ts";

/** Who awaits a coroutine object, and the count of those of its name: keys of notes on it. */
export const OWNER: unique symbol = Symbol("owner");
export const COUNT: unique symbol = Symbol("count");

/** Who awaits a coroutine: a task, or one `await` of an async function. */
export interface Owner {
  done(): boolean;
}

/** A coroutine object, seen from below. */
export interface Claimable {
  [OWNER]?: Owner | undefined;
  readonly [COUNT]: Count;
}

/** The owner of coroutines that are driven by hand, outside any task. */
const SOMEBODY: Owner = { done: () => true };

/** Whether a coroutine can be claimed: it is the library's, not a plain generator. */
export function isClaimable(coro: object): coro is Claimable {
  return COUNT in coro;
}

/** Takes possession of a coroutine object, for good: each is awaited once. */
export function claim(coro: Claimable, owner: Owner): void {
  checkUnclaimed(coro, owner);
  coro[OWNER] = owner;
  coro[COUNT].started(coro);
}

/**
 * A generator does not tell whether it is suspended or finished. Its owner does: when that is done,
 * or comes back to it, having gone on from it, it is finished.
 */
function checkUnclaimed(coro: Claimable, owner: Owner | null): void {
  const previous = coro[OWNER];
  if (previous === undefined) return;
  throw new RuntimeError(
    previous === owner || previous.done()
      ? "cannot reuse already awaited coroutine"
      : "coroutine is being awaited already",
  );
}

/** Notes that a coroutine is closed: if nobody has started it, nobody ever will. */
export function noteClosed(coro: Claimable): void {
  if (coro[OWNER] === undefined) claim(coro, SOMEBODY);
}

/** Whoever disposes of a coroutine that was never started has forgotten to await it. */
export function checkStarted(coro: Claimable): void {
  if (coro[OWNER] !== undefined) return;
  noteClosed(coro);
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

type Fulfilled<T, R> = ((value: T) => R | PromiseLike<R>) | null | undefined;
type Rejected<R> = ((error: unknown) => R | PromiseLike<R>) | null | undefined;

/** `await coro`: drives it inside the current task; where there is none, in a task of its own. */
export function awaitCoroutine<T, R1 = T, R2 = never>(
  coro: Generator<unknown, T, unknown> & Claimable,
  onFulfilled: Fulfilled<T, R1>,
  onRejected: Rejected<R2>,
): PromiseLike<R1 | R2> {
  if (isNative(onFulfilled)) {
    drive(coro, onFulfilled, onRejected as Resolve);
    // It was the engine that called, and has no use for what is given.
    return coro as unknown as PromiseLike<R1 | R2>;
  }
  return new Promise<T>((resolve, reject) => drive(coro, resolve as Resolve, reject))
    .then(onFulfilled, onRejected);
}

function drive<T>(
  coro: Generator<unknown, T, unknown> & Claimable,
  resolve: Resolve,
  reject: Resolve,
): void {
  try {
    checkUnclaimed(coro, null);
    const fn = runningFunction();
    if (fn?.scheduler.isRunning) {
      const wait = new CoroutineAwait(coro, fn, resolve, reject);
      claim(coro, wait);
      wait.start();
    } else {
      driveInTask(coro, fn, resolve);
    }
  } catch (error) {
    throwFrom(reject, error);
  }
}

/** Nobody's function awaits it, or one whose loop does not run any more. */
function driveInTask<T>(
  coro: Generator<unknown, T, unknown> & Claimable,
  fn: TaskFrame | null,
  resolve: Resolve,
): void {
  const cancellation = fn?.takeCancellation() ?? null;
  const loop = runningLoop();
  if (cancellation === null && loop !== null) return resolve(loop.createTask(coro));
  coro.return(undefined as T);
  throw cancellation ?? new RuntimeError(
    "no running event loop: an async function has to be started by one, " +
      "as in run(main) and not run(main())",
  );
}

/** `yield* coro`: delegates to it, once. */
export function delegate<C extends Claimable>(coro: C): C {
  claim(coro, runningTask() as Owner | null ?? SOMEBODY);
  return coro;
}

type GeneratorMethod = (this: object, value: unknown) => unknown;

/** The prototype of the prototypes of coroutine functions. */
export const coroutinePrototype: object = Object.create(GeneratorPrototype, {
  then: {
    value<T>(
      this: Generator<unknown, T, unknown> & Claimable,
      onFulfilled: Fulfilled<T, unknown>,
      onRejected: Rejected<unknown>,
    ) {
      return awaitCoroutine(this, onFulfilled, onRejected);
    },
  },
  return: {
    value(this: Claimable, value: unknown) {
      noteClosed(this);
      return (GeneratorPrototype as { return: GeneratorMethod }).return.call(this, value);
    },
  },
  toString: {
    value(this: object) {
      return `<coroutine object ${coroutineName(this)}>`;
    },
  },
  [Symbol.iterator]: {
    value(this: Claimable) {
      return delegate(this);
    },
  },
  [Symbol.dispose]: {
    value(this: Claimable & Generator) {
      checkStarted(this);
      this.return(undefined);
    },
  },
  [Symbol.toStringTag]: { value: "Coroutine" },
});
inspectAsText(coroutinePrototype);
