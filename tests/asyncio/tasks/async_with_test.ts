// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield require-await

import {
  type AsyncContextManager,
  asyncWith,
  CancelledError,
  type Coroutine,
  coroutine,
  currentTask,
  Future,
  GeneratorExit,
  getRunningLoop,
  Lock,
  RuntimeError,
  sleep,
} from "@asyncio/asyncio";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { failure } from "../../coroutines/_native.ts";
import { NativeRecorder } from "../../coroutines/_recorder.ts";
import { runTest, testForms } from "../../_run_test.ts";

/** A context manager that notes what happens to it. */
class Recorder {
  readonly order: string[] = [];
  swallow: unknown = false;

  *aenter(): Coroutine<string> {
    yield* sleep(1);
    this.order.push(`enter ${currentTask()!.getName()}`);
    return "value";
  }

  *aexit(error?: unknown): Coroutine<boolean> {
    yield* sleep(1);
    this.order.push(`exit ${error === undefined ? "well" : (error as Error).name}`);
    return this.swallow as boolean;
  }
}

// CPython: test_pep492.py, LockTests.test_context_manager_async_with
testForms(
  "asyncWith() enters, runs the body and exits, in one task",
  function* ({ fn, spawn, wait }) {
    const recorder = new Recorder();
    const task = spawn(function* () {
      return yield* wait(asyncWith(
        recorder,
        fn(function* (value: string) {
          recorder.order.push(`body ${currentTask()!.getName()}`);
          yield* wait(sleep(1));
          return `${value} returned`;
        }),
      ));
    }, { name: "T" });
    assertEquals(yield* wait(task), "value returned");
    assertEquals(recorder.order, ["enter T", "body T", "exit well"]);
  },
);

testForms(
  "asyncWith() exits with the error of the body, which it passes on",
  function* ({ fn, wait, raises }) {
    const recorder = new Recorder();
    const error = new TypeError("boom");
    const body = fn(function* () {
      yield* wait(sleep(1));
      throw error;
    });
    assertStrictEquals(yield* raises(asyncWith(recorder, body), TypeError), error);
    assertEquals(recorder.order.at(-1), "exit TypeError");
  },
);

testForms(
  "asyncWith() swallows the error where aexit() gives true, and only true",
  function* ({ fn, wait, raises }) {
    const recorder = new Recorder();
    const body = fn(function* () {
      throw new TypeError("boom");
    });
    recorder.swallow = true;
    assertEquals(yield* wait(asyncWith(recorder, body)), undefined);
    recorder.swallow = undefined;
    yield* raises(asyncWith(recorder, body), TypeError);
  },
);

testForms("asyncWith() does not enter the body when entering fails", function* ({ fn, raises }) {
  const recorder = new Recorder();
  recorder.aenter = function* () {
    throw new RangeError("no entry");
  };
  yield* raises(
    asyncWith(
      recorder,
      fn(function* () {
        throw new Error("entered");
      }),
    ),
    RangeError,
  );
  assertEquals(recorder.order, []);
});

testForms(
  "asyncWith() passes on what exiting throws, in place of the body's error",
  function* ({ fn, raises }) {
    for (const fails of [false, true]) {
      const recorder = new Recorder();
      recorder.aexit = function* () {
        throw new RangeError("no exit");
      };
      const body = fn(function* () {
        if (fails) throw new TypeError("boom");
      });
      yield* raises(asyncWith(recorder, body), RangeError, "no exit");
    }
  },
);

testForms(
  "asyncWith() exits when its body is cancelled",
  function* ({ clock, fn, spawn, wait, raises }) {
    const recorder = new Recorder();
    const task = spawn(() =>
      wait(asyncWith(
        recorder,
        fn(function* () {
          yield* wait(sleep(100));
        }),
      ))
    );
    yield* wait(sleep(10));
    task.cancel("body");
    assertEquals((yield* raises(task, CancelledError)).message, "body");
    assertEquals(recorder.order.at(-1), "exit CancelledError");
    assertEquals(clock.time(), 11);
  },
);

testForms("asyncWith() nests, and exits in the reverse order", function* ({ fn, wait }) {
  const recorders = [new Recorder(), new Recorder()] as const;
  const order: string[] = [];
  for (const [i, recorder] of recorders.entries()) {
    const exit = recorder.aexit.bind(recorder);
    recorder.aexit = function* (error) {
      order.push(`exit ${i}`);
      return yield* exit(error);
    };
  }
  const inner = fn(function* () {
    order.push("body");
  });
  const outer = fn(function* () {
    yield* wait(asyncWith(recorders[1], inner));
  });
  yield* wait(asyncWith(recorders[0], outer));
  assertEquals(order, ["body", "exit 1", "exit 0"]);
});

testForms(
  "asyncWith() takes whatever can be awaited for aenter() and aexit()",
  function* ({ fn, wait }) {
    const done = <T>(value: T) => {
      const future = getRunningLoop().createFuture<T>();
      future.setResult(value);
      return future;
    };
    const enter = coroutine(function* (): Coroutine<number> {
      return 1;
    });
    const managers = [
      { aenter: () => enter(), aexit: () => enter().return(0) && enter() },
      { aenter: () => done(1), aexit: () => done(undefined) },
      { aenter: () => Promise.resolve(1), aexit: () => Promise.resolve() },
      { aenter: async () => 1, aexit: async () => {} },
    ];
    for (const manager of managers) {
      const result = yield* wait(asyncWith(
        manager as AsyncContextManager<number>,
        fn(function* (value: number) {
          return value + 1;
        }),
      ));
      assertEquals(result, 2);
    }
    assert(done(1) instanceof Future);
  },
);

// With async functions throughout.

Deno.test("asyncWith() enters, runs an async body and exits, in the same task", () =>
  runTest(async ({ loop }) => {
    const recorder = new NativeRecorder();
    const task = loop.createTask(async () =>
      await asyncWith(recorder, async (value) => {
        await sleep(1);
        return `${value} ${currentTask()!.getName()}`;
      }), { name: "T" });
    assertEquals(await task, "value T");
    assertEquals(recorder.order, ["enter T", "exit undefined"]);
  }));

Deno.test("asyncWith() exits with the error of its body, which it may swallow", () =>
  runTest(async () => {
    for (const swallow of [false, true]) {
      const recorder = new NativeRecorder(swallow);
      const error = new TypeError("boom");
      const body = asyncWith(recorder, async () => {
        await sleep(1);
        throw error;
      });
      if (swallow) assertEquals(await body, undefined);
      else assertStrictEquals(await failure(body), error);
      assertEquals(recorder.order.at(-1), "exit TypeError");
    }
  }));

Deno.test("asyncWith() exits when its async body is cancelled", () =>
  runTest(async ({ loop, clock }) => {
    const recorder = new NativeRecorder();
    const task = loop.createTask(async () => {
      await asyncWith(recorder, async () => {
        await sleep(100);
      });
    });
    await sleep(10);
    task.cancel("body");
    assertEquals((await failure(task)).message, "body");
    assertEquals(recorder.order.at(-1), "exit CancelledError");
    assertEquals(clock.time(), 11);
  }));

Deno.test("asyncWith() is not left before it was entered", () =>
  runTest(async ({ loop }) => {
    const recorder = new NativeRecorder();
    const task = loop.createTask(asyncWith(recorder, async () => {}));
    await sleep(0.5);
    task.cancel();
    await failure(task);
    assertEquals(recorder.order, []);
  }));

// What else it takes, and what it refuses.

testForms(
  "asyncWith() refuses what lacks a method before the body runs",
  function* ({ fn, raises }) {
    const body = fn(function* () {
      throw new Error("entered");
    });
    const aenter = () => Promise.reject(new Error("entered"));
    const aexit = () => Promise.reject(new Error("exited"));
    const text = "does not support the asynchronous context manager protocol";
    // CPython: test_coroutines.py, CoroutineTest.test_with_2, test_with_3 and test_with_4
    for (
      const [cm, message] of [
        [{ aenter }, `${text} (missed aexit method)`],
        [{ aexit }, `${text} (missed aenter method)`],
        [{ aenter, aexit: 1 }, `${text} (missed aexit method)`],
        [{ aenter, [Symbol.dispose]: aexit }, `${text} (missed aexit method)`],
        [{}, text],
        [1, text],
        [null, text],
        [undefined, text],
      ] as const
    ) {
      const error = yield* raises(asyncWith(cm as never, body), TypeError);
      assert(error.message.endsWith(message), error.message);
    }
  },
);

testForms("asyncWith() disposes of a Disposable, also where the body fails", function* (test) {
  const { fn, wait, raises } = test;
  let disposed = 0;
  const file = { name: "file", [Symbol.dispose]: () => disposed++ };
  const well = fn(function* (it: typeof file) {
    assertStrictEquals(it, file);
    assertEquals(disposed, 0);
    return it.name;
  });
  assertEquals(yield* wait(asyncWith(file, well)), "file");
  assertEquals(disposed, 1);
  const badly = fn(function* () {
    throw new RangeError("boom");
  });
  yield* raises(asyncWith(file, badly), RangeError, "boom");
  assertEquals(disposed, 2);
});

testForms(
  "asyncWith() waits for an AsyncDisposable, and prefers it to a Disposable",
  function* (test) {
    const { fn, spawn, wait, raises } = test;
    const order: string[] = [];
    const stream = {
      async [Symbol.asyncDispose]() {
        order.push(`disposing in ${currentTask()!.getName()}`);
        await sleep(1);
        order.push("disposed");
      },
      [Symbol.dispose]: () => order.push("the wrong way"),
    };
    const body = fn(function* () {
      order.push("body");
      yield* wait(sleep(100));
    });
    const task = spawn(() => wait(asyncWith(stream, body)), { name: "T" });
    yield* wait(sleep(1));
    task.cancel();
    yield* raises(task, CancelledError);
    assertEquals(order, ["body", "disposing in T", "disposed"]);
  },
);

testForms(
  "asyncWith() prefers the methods of a manager to those of a disposable",
  function* (test) {
    const { fn, wait } = test;
    const recorder = Object.assign(new Recorder(), { [Symbol.dispose]: () => assert(false) });
    yield* wait(asyncWith(recorder, fn(function* () {})));
    assertEquals(recorder.order.at(-1), "exit well");
  },
);

testForms("asyncWith() passes on what disposing throws", function* ({ fn, raises }) {
  const failing = () => {
    throw new RangeError("no end");
  };
  for (const symbol of [Symbol.dispose, Symbol.asyncDispose]) {
    const cm = { [symbol]: failing } as unknown as Disposable;
    yield* raises(asyncWith(cm, fn(function* () {})), RangeError, "no end");
  }
});

testForms("asyncWith() calls its body with a this", function* ({ wait }) {
  class Counter {
    #count = 40;

    add(): Coroutine<number> {
      return asyncWith(new Lock(), function* () {
        yield* sleep(0);
        return ++this.#count;
      }, this);
    }

    addAsync(): PromiseLike<number> {
      return asyncWith(new Lock(), async function () {
        await sleep(0);
        return ++this.#count;
      }, this);
    }
  }
  const counter = new Counter();
  assertEquals(yield* wait(counter.add()), 41);
  assertEquals(yield* wait(counter.addAsync()), 42);
});

testForms("asyncWith() knows an error from none by more than its value", function* (test) {
  const { fn, spawn } = test;
  for (const thrown of [null, undefined, 0, ""]) {
    const errors: unknown[] = [];
    const cm = {
      *aenter() {},
      *aexit(error?: unknown) {
        errors.push(error);
      },
    };
    const body = fn(function* () {
      throw thrown;
    });
    const task = spawn(() => test.wait(asyncWith(cm, body)));
    let caught: unknown[] = [];
    try {
      yield* test.wait(task);
    } catch (error) {
      caught = [error];
    }
    assertEquals(caught, [thrown]);
    const [error] = errors;
    if (thrown === 0 || thrown === "") assertStrictEquals(error, thrown);
    else assert(error instanceof TypeError && error.cause === thrown);
  }
});

// Closing: a generator that is returned from, as Python's coroutine.close().

// CPython: Objects/genobject.c, gen_close
Deno.test("asyncWith() exits when its coroutine is closed", () =>
  runTest(function* () {
    const lock = new Lock();
    const seen: unknown[] = [];
    const own = {
      *aenter() {},
      *aexit(error?: unknown) {
        seen.push(error);
      },
    };
    const coro = asyncWith(own, function* () {
      yield* asyncWith(lock, function* () {
        try {
          yield* sleep(1);
        } finally {
          seen.push(`locked ${lock.locked()}`);
        }
      });
    });
    coro.next();
    assert(lock.locked());
    coro.return(undefined);
    assertFalse(lock.locked());
    assertEquals(seen.length, 2);
    assertEquals(seen[0], "locked true");
    assertInstanceOf(seen[1], GeneratorExit);
    yield* lock.acquire();
  }));

Deno.test("asyncWith() that is closed before it was entered does not exit", () =>
  runTest(function* () {
    const recorder = new Recorder();
    const coro = asyncWith(recorder, function* () {});
    coro.next();
    coro.return(undefined);
    assertEquals(recorder.order, []);
    asyncWith(recorder, function* () {}).return(undefined);
    assertEquals(recorder.order, []);
  }));

// CPython: Objects/genobject.c, gen_close
Deno.test("asyncWith() that is closed cannot wait for the exit", () =>
  runTest(function* () {
    const recorder = new Recorder();
    recorder.aenter = function* () {
      return "value";
    };
    const coro = asyncWith(recorder, function* () {
      yield* sleep(1);
    });
    coro.next();
    assertThrows(() => coro.return(undefined), RuntimeError, "coroutine ignored GeneratorExit");
  }));
