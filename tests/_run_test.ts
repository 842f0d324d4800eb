// Copyright 2026 the asyncio authors. MIT license.

/**
 * How tests run what they test: on a loop of its own, in virtual time, as generators and as async
 * functions alike.
 */

import {
  allTasks,
  type Awaitable,
  type BaseEventLoop,
  type Coroutine,
  type CreateTaskOptions,
  type ExceptionContext,
  fromPromise,
  newEventLoop,
  type SelectorEventLoop,
  sleep,
  type Task,
  VirtualClock,
} from "@asyncio/asyncio";
import { assertEquals, AssertionError, assertIsError } from "@std/assert";
import { openSockets } from "./_open_sockets.ts";
import { DENO_LOOP, type LoopKind } from "./_loop_kinds.ts";

/** What a test is given. */
export interface TestLoop {
  readonly loop: SelectorEventLoop;
  /** The clock of the loop; it jumps to the next timer when the loop has nothing to do. */
  readonly clock: VirtualClock;
  /** What has reached the exception handler. A test that expects something takes it out. */
  readonly reported: ExceptionContext[];
}

/**
 * Runs `main` to its end on a new loop, in virtual time unless it is to be real. Afterwards no task may
 * be alive, no native socket open, and nothing may have reached the exception handler that the test has
 * not taken out of `reported`.
 */
export async function runTest<T>(
  main: (test: TestLoop) => Coroutine<T> | PromiseLike<T>,
  realTime = false,
  kind: LoopKind = DENO_LOOP,
): Promise<T> {
  const clock = new VirtualClock({ autojump: true });
  const before = kind.isNative ? openSockets() : null;
  const selector = kind.newSelector();
  const loop = newEventLoop(realTime ? { selector } : { clock, selector });
  const reported: ExceptionContext[] = [];
  loop.setExceptionHandler((_, context) => reported.push(context));
  try {
    const result = await loop.runUntilComplete(() => main({ loop, clock, reported }));
    assertEquals([...allTasks(loop)].map(String), [], "tasks are still alive");
    assertEquals(reported, [], "the exception handler was called");
    return result;
  } finally {
    loop.close();
    await loop.closed;
    if (before !== null) assertEquals(openSockets().difference(before), new Set(), "open sockets");
  }
}

/** A way to write coroutines. The same test body serves both. */
export interface Form {
  readonly name: "generator" | "async";
  /** `yield* wait(x)` is `yield* x` in a generator, `await x` in an async function. */
  wait<T>(awaitable: Awaitable<T>): Coroutine<T>;
  /** Makes a coroutine function: of a generator function itself, or an async one that acts it. */
  fn<A extends unknown[], T>(
    body: (...args: A) => Coroutine<T>,
  ): (...args: A) => Coroutine<T> | Promise<T>;
}

export const generatorForm: Form = {
  name: "generator",
  *wait<T>(awaitable: Awaitable<T>): Coroutine<T> {
    if (Symbol.iterator in awaitable) return yield* awaitable;
    throw new TypeError("a generator cannot wait for a promise");
  },
  fn: (body) => body,
};

export const asyncForm: Form = {
  name: "async",
  *wait<T>(awaitable: Awaitable<T>): Coroutine<T> {
    return (yield awaitable) as T;
  },
  fn(body) {
    const acted = (...args: Parameters<typeof body>) => act(body(...args));
    return Object.defineProperty(acted, "name", { value: body.name });
  },
};

export const forms: readonly Form[] = [generatorForm, asyncForm];

/** Runs a generator as the body of an async function: whatever it yields is awaited natively. */
async function act<T>(body: Coroutine<T>): Promise<T> {
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

/** What the body of a {@linkcode testForms} is given. */
export interface FormTest extends Form, TestLoop {
  /** A task that runs a body, in the form of the test. */
  spawn<T>(body: () => Coroutine<T>, options?: CreateTaskOptions): Task<T>;
  /** Waits for something of the host's. */
  until<T>(promise: PromiseLike<T>): Coroutine<T>;
  /** Lets the loop turn so many times. */
  turns(count: number): Coroutine<void>;
  /** Waits for something that must fail with an error of this class, and gives the error. */
  raises<E extends Error>(
    awaitable: Awaitable<unknown>,
    // deno-lint-ignore no-explicit-any
    ErrorClass: abstract new (...args: any[]) => E,
    message?: string,
  ): Coroutine<E>;
}

/**
 * Registers a test twice: its body, and all that it spawns, as generators and as async functions.
 *
 * @param only The forms to test, where it is about the order of steps of different tasks: what an
 *   async function does after an `await`, it does after all steps of that turn.
 */
export function testForms(
  name: string,
  body: (test: FormTest) => Coroutine<unknown>,
  only: readonly Form[] = forms,
  realTime = false,
  kind: LoopKind = DENO_LOOP,
): void {
  for (const form of only) {
    Deno.test(`${name} (${form.name})`, async () => {
      await runTest((test) => form.fn(body)(formTest(form, test)), realTime, kind);
    });
  }
}

/**
 * The same in real time, for what the host does while timers wait: virtual time would jump to them.
 */
export function testFormsInRealTime(
  name: string,
  body: (test: FormTest) => Coroutine<unknown>,
): void {
  testForms(name, body, forms, true);
}

function formTest(form: Form, test: TestLoop): FormTest {
  return {
    ...form,
    ...test,
    *until<T>(promise: PromiseLike<T>) {
      return yield* form.wait(fromPromise(promise));
    },
    spawn: (body, options) => test.loop.createTask(form.fn(body), options),
    *turns(count) {
      for (let i = 0; i < count; i++) yield* form.wait(sleep(0));
    },
    *raises(awaitable, ErrorClass, message) {
      let value: unknown;
      try {
        value = yield* form.wait(awaitable);
      } catch (error) {
        assertIsError(error, ErrorClass, message);
        return error;
      }
      throw new AssertionError(`expected ${ErrorClass.name}, got the value ${value}`);
    },
  };
}

/** Lets a loop that is not running turn twice. CPython: test_asyncio/utils.py, run_briefly. */
export async function runBriefly(loop: BaseEventLoop): Promise<void> {
  await loop.runUntilComplete(function* () {});
}
