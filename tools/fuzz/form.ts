// Copyright 2026 the asyncio authors. MIT license.

/**
 * The two ways of writing a coroutine, behind one face, so that the interpreter is written once.
 *
 * The interpreter's coroutines are generator functions. In the generator form they are handed to
 * the library as they are. In the async form each of them, at every level of nesting, is the body
 * of an async function of its own: {@linkcode drive} is what TypeScript makes of `async` and
 * `await` for engines that lack them, except that its own `await` is the engine's.
 *
 * @module
 */

import type { Coroutine, CoroutineFunction, Future } from "@asyncio/asyncio";

/** How coroutines are started, called and waited for. */
export interface Form {
  readonly name: "generator" | "async";
  /** Wraps `body` as what `createTask`, `waitFor` and `run` take. */
  task<T>(body: Coroutine<T>): Coroutine<T> | CoroutineFunction<T>;
  /** Calls `body` as one coroutine calls another. */
  call<T>(body: Coroutine<T>): Coroutine<T> | Promise<T>;
  /** Waits, by `yield*` or by `await`, for what the library or {@linkcode call} returned. */
  wait<T>(awaitable: Coroutine<T> | Future<T> | Promise<T>): Coroutine<T>;
}

/** Generator coroutines: `yield*` all the way down. */
export const generatorForm: Form = {
  name: "generator",
  task: (body) => body,
  call: (body) => body,
  *wait<T>(awaitable: Coroutine<T> | Future<T> | Promise<T>): Coroutine<T> {
    return yield* awaitable as Coroutine<T> | Future<T>;
  },
};

/** Async functions: `await` all the way down. */
export const asyncForm: Form = {
  name: "async",
  task: (body) => () => drive(body),
  call: (body) => drive(body),
  *wait<T>(awaitable: Coroutine<T> | Future<T> | Promise<T>): Coroutine<T> {
    return (yield awaitable) as T;
  },
};

/** Runs `body` as an async function in which every `yield` is an `await`. */
async function drive<T>(body: Coroutine<T>): Promise<T> {
  let step = body.next();
  while (!step.done) {
    let value: unknown;
    try {
      value = await step.value;
    } catch (error) {
      step = body.throw(error);
      continue;
    }
    step = body.next(value);
  }
  return step.value;
}
