// Copyright 2026 the asyncio authors. MIT license.

import {
  callInTask,
  type Coroutine,
  coroutine,
  type CoroutineObject,
  GeneratorExit,
  repr,
  type Result,
  RuntimeError,
  section,
} from "../../coroutines/mod.ts";
import type { AsyncContextManager } from "../async_context_manager.ts";
import { raised } from "../_raised.ts";
import { Timeout } from "./timeouts.ts";

/**
 * What {@linkcode asyncWith} takes: a context manager, or anything that `using` takes.
 *
 * @see {@linkcode asyncWith}
 */
export type Enterable = AsyncContextManager<unknown> | AsyncDisposable | Disposable;

/**
 * What {@linkcode asyncWith} hands to the body: what entering gives; of a disposable, itself.
 *
 * @typeParam M Type of the manager.
 *
 * @see {@linkcode asyncWith}
 */
export type Entered<M> = M extends { aenter(): infer A } ? Result<A> : M;

/**
 * What {@linkcode asyncWith} gives besides what the body returns: `undefined`, if the manager may
 * swallow the body's error.
 *
 * @typeParam M Type of the manager.
 *
 * @see {@linkcode asyncWith}
 */
export type Swallowed<M> = M extends { aexit(error?: unknown): infer A }
  ? true extends Result<A> ? undefined : never
  : never;

/**
 * Python's `async with cm as value: body`.
 *
 * Enters the context manager, runs the body, and exits whatever happens, with the error of the body
 * if there was one. Cancellation is such an error; so is the closing of the coroutine before its end,
 * which exits with a `GeneratorExit` and cannot wait.
 *
 * It does not exit while anything within it still runs: where a cancellation meets a promise of the
 * host's, which cannot be interrupted, it waits until the function that awaits it has come to its end.
 * So a lock is not released, and no connection closed, behind its back. A `timeout()` alone only
 * watches: it is told at once.
 *
 * The first call of each new generator function costs V8 about a microsecond: where that matters, make
 * the body once, outside the loop.
 *
 * @typeParam M Type of the manager.
 * @typeParam R Type of what the body returns.
 * @typeParam This Type of `this` in the body.
 * @param cm A context manager, or a disposable: a `StreamWriter`, a file.
 * @param body A generator function or an async function; it receives what entering gave, or the
 *   disposable itself.
 * @param self What is `this` in the body, where that is a generator function in a method.
 * @returns A coroutine giving what the body returns; `undefined` if its error was swallowed.
 * @throws What entering, the body or exiting throws.
 * @throws {TypeError} If `cm` can be neither entered and exited nor disposed of.
 *
 * @example Usage
 * ```ts
 * import { asyncWith, Lock, run, sleep } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * const lock = new Lock();
 * await run(asyncWith(lock, function* () {
 *   assert(lock.locked());
 *   yield* sleep(0);
 * }));
 * assert(!lock.locked());
 * ```
 *
 * @see {@link https://docs.python.org/3/reference/compound_stmts.html#async-with}
 */
export function asyncWith<M extends Enterable, R, This = undefined>(
  cm: M,
  body: (this: This, value: Entered<M>) => Coroutine<R> | PromiseLike<R>,
  self?: This,
): CoroutineObject<R | Swallowed<M>> {
  return enterAndExit(cm, body as Body, self) as CoroutineObject<R | Swallowed<M>>;
}

type Body = (this: unknown, value: unknown) => Coroutine<unknown> | PromiseLike<unknown>;

const enterAndExit = coroutine(
  function* asyncWith(cm: Enterable, body: Body, self: unknown): Coroutine<unknown> {
    const manager = managerOf(cm);
    const within = section(!(cm instanceof Timeout));
    within.enter();
    try {
      const value = yield* callInTask(manager.aenter, manager);
      let result: unknown;
      let failed = false;
      let isClosing = true;
      try {
        try {
          result = yield* callInTask(body, self, value);
        } catch (error) {
          failed = true;
          result = error;
        }
        const overdue = within.overdue();
        if (overdue !== null && !failed) {
          failed = true;
          result = overdue;
        }
        if (within.leftBehind > 0) {
          const cancellation = yield* cancellationWhile(within.left());
          failed ||= cancellation !== null;
          result = cancellation ?? result;
        }
        isClosing = false;
      } finally {
        if (isClosing) exitAtOnce(manager);
      }
      const error = failed ? raised(result) : undefined;
      const swallowed = yield* callInTask(manager.aexit, manager, error);
      if (!failed) return result;
      if (swallowed === true) return undefined;
      throw result;
    } finally {
      within.exit();
    }
  },
);

/** Waits for what cannot be interrupted. Gives the error by which it tells of a cancellation. */
function* cancellationWhile(wait: Coroutine<void>): Coroutine<unknown> {
  try {
    yield* wait;
    return null;
  } catch (error) {
    return error;
  }
}

/** The coroutine is being closed: exits without waiting. CPython: Lib/test/test_coroutines.py. */
function exitAtOnce(manager: AsyncContextManager<unknown>): void {
  const exit = callInTask(manager.aexit, manager, new GeneratorExit());
  if (exit.next().done) return;
  exit.return(undefined);
  throw new RuntimeError("coroutine ignored GeneratorExit");
}

function managerOf(cm: Enterable): AsyncContextManager<unknown> {
  const { aenter, aexit } = (cm ?? {}) as Partial<AsyncContextManager<unknown>>;
  const entersItself = typeof aenter === "function";
  const exitsItself = typeof aexit === "function";
  if (entersItself && exitsItself) return cm as AsyncContextManager<unknown>;
  const dispose = (cm as Partial<AsyncDisposable>)?.[Symbol.asyncDispose] ??
    (cm as Partial<Disposable>)?.[Symbol.dispose];
  if (typeof dispose === "function" && aenter === undefined && aexit === undefined) {
    return disposing(cm, dispose as () => unknown);
  }
  const missed = entersItself === exitsItself
    ? ""
    : ` (missed ${exitsItself ? "aenter" : "aexit"} method)`;
  throw new TypeError(
    `${repr(cm)} does not support the asynchronous context manager protocol${missed}`,
  );
}

/** A disposable as a context manager. */
function disposing(cm: unknown, dispose: () => unknown): AsyncContextManager<unknown> {
  return {
    // deno-lint-ignore require-yield -- it never waits
    *aenter() {
      return cm;
    },
    async aexit() {
      await dispose.call(cm);
    },
  };
}
