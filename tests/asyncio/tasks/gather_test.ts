// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import {
  CancelledError,
  type Coroutine,
  createTask,
  currentTask,
  eagerTaskFactory,
  Future,
  gather,
  getRunningLoop,
  newEventLoop,
  RuntimeError,
  setEventLoop,
  sleep,
  type Task,
  type TaskFactory,
  ValueError,
} from "@asyncio/asyncio";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { type FormTest, runBriefly, runTest, testForms } from "../../_run_test.ts";
import { caught } from "../_caught.ts";

/** A way to give futures to `gather()`: as they are, or each inside a coroutine. */
interface Wrapping {
  readonly name: string;
  wrap(test: FormTest, future: Future<number>): Future<number> | (() => Coroutine<number>);
}

const WRAPPINGS: readonly Wrapping[] = [
  { name: "futures", wrap: (_, future) => future },
  {
    name: "coroutines",
    wrap: ({ wait, fn }, future) =>
      fn(function* () {
        return yield* wait(future);
      }) as () => Coroutine<number>,
  },
];

/** So many new futures. */
function futures(count: number): Future<number>[] {
  return Array.from({ length: count }, () => new Future<number>());
}

/** Turns in which all that has been set going comes to its end. */
const SETTLED = 10;

for (const { name, wrap } of WRAPPINGS) {
  const gathering = (test: FormTest, given: Future<number>[]) =>
    given.map((future) => wrap(test, future));

  // CPython: test_tasks.py, GatherTestsBase.test_success and test_result_exception_success
  testForms(
    `gather() of ${name} gives the results in the order of the arguments`,
    function* (test) {
      for (const options of [{}, { returnExceptions: false }, { returnExceptions: true }]) {
        const [a, b, c] = futures(3) as [Future<number>, Future<number>, Future<number>];
        const outer = gather(...gathering(test, [a, b, c]), options);
        const called: unknown[] = [];
        outer.addDoneCallback((future) => called.push(future));
        b.setResult(1);
        a.setResult(2);
        yield* test.turns(SETTLED);
        assertFalse(outer.done());
        assertEquals(called, []);
        c.setResult(3);
        yield* test.turns(SETTLED);
        assertStrictEquals(called[0], outer);
        assertEquals(called.length, 1);
        assertEquals(outer.result(), [2, 1, 3]);
      }
    },
  );

  // CPython: test_tasks.py, GatherTestsBase.test_one_exception
  testForms(`gather() of ${name} passes on the first error`, function* (test) {
    const [a, b, c, d, e] = futures(5);
    const outer = gather(...gathering(test, [a!, b!, c!, d!, e!]));
    let calls = 0;
    outer.addDoneCallback(() => calls++);
    const error = new ValueError("x");
    a!.setResult(1);
    b!.setException(error);
    yield* test.turns(SETTLED);
    assert(outer.done());
    assertEquals(calls, 1);
    assertStrictEquals(outer.exception(), error);
    c!.setResult(3);
    d!.cancel();
    e!.setException(new RuntimeError());
    yield* test.turns(SETTLED);
    assertEquals(calls, 1);
    assertStrictEquals(outer.exception(), error);
    e!.exception();
  });

  // CPython: test_tasks.py, GatherTestsBase.test_return_exceptions
  testForms(`gather() of ${name} with returnExceptions gives errors as results`, function* (test) {
    const [a, b, c, d] = futures(4);
    const outer = gather(...gathering(test, [a!, b!, c!, d!]), { returnExceptions: true });
    const errors = [new ValueError("c"), new RuntimeError("d")] as const;
    b!.setResult(1);
    c!.setException(errors[0]);
    a!.setResult(3);
    yield* test.turns(SETTLED);
    assertFalse(outer.done());
    d!.setException(errors[1]);
    yield* test.turns(SETTLED);
    assertEquals(outer.result(), [3, 1, ...errors]);
  });
}

// CPython: test_tasks.py, FutureGatherTests.test_constructor_empty_sequence_without_loop
Deno.test("gather() of nothing throws where there is no loop", () => {
  assertThrows(() => gather(), RuntimeError, "no current event loop");
});

// CPython: test_tasks.py, FutureGatherTests.test_constructor_empty_sequence_use_running_loop
testForms("gather() of nothing is done at once", function* ({ loop, wait }) {
  for (const outer of [gather(), gather({ returnExceptions: true })]) {
    assertStrictEquals(outer.getLoop(), loop);
    assert(outer.done());
    assertEquals(yield* wait(outer), []);
  }
});

// CPython: test_tasks.py, FutureGatherTests.test_constructor_empty_sequence_use_global_loop
Deno.test("gather() of nothing belongs to the loop of setEventLoop() where none runs", () => {
  using loop = newEventLoop();
  setEventLoop(loop);
  try {
    const outer = gather();
    assertStrictEquals(outer.getLoop(), loop);
    assertEquals(outer.result(), []);
  } finally {
    setEventLoop(null);
  }
});

// CPython: test_tasks.py, FutureGatherTests.test_constructor_heterogenous_futures
Deno.test("gather() refuses futures of different loops", () => {
  using one = newEventLoop();
  using other = newEventLoop();
  assertThrows(() => gather(one.createFuture(), other.createFuture()), ValueError);
});

// CPython: test_tasks.py, FutureGatherTests.test_constructor_homogenous_futures
Deno.test("gather() belongs to the loop of its futures, running or not", async () => {
  using loop = newEventLoop();
  const children = [loop.createFuture<number>(), loop.createFuture<number>()] as const;
  const outer = gather(...children);
  assertStrictEquals(outer.getLoop(), loop);
  await runBriefly(loop);
  assertFalse(outer.done());
  for (const child of children) child.setResult(1);
  assertEquals(await loop.runUntilComplete(outer), [1, 1]);
});

// CPython: test_tasks.py, FutureGatherTests.test_one_cancellation
testForms("gather() passes on the cancellation of one as an error", function* (test) {
  const [a, b, c] = futures(3);
  const outer = gather(a!, b!, c!);
  a!.setResult(1);
  b!.cancel("why");
  yield* test.turns(SETTLED);
  assert(outer.done());
  assertFalse(outer.cancelled());
  const error = outer.exception();
  assertInstanceOf(error, CancelledError);
  assertEquals(error.message, "why");
  c!.setException(new RuntimeError());
  c!.exception();
});

// CPython: test_tasks.py, FutureGatherTests.test_result_exception_one_cancellation
testForms("gather() with returnExceptions gives cancellations as results", function* (test) {
  const [a, b, c, d, e, f] = futures(6);
  const outer = gather(a!, b!, c!, d!, e!, f!, { returnExceptions: true });
  const errors = [new ValueError("b"), new RuntimeError("f")] as const;
  a!.setResult(1);
  b!.setException(errors[0]);
  c!.cancel("c");
  yield* test.turns(SETTLED);
  assertFalse(outer.done());
  d!.setResult(3);
  e!.cancel();
  f!.setException(errors[1]);
  const results = yield* test.wait(outer);
  assertInstanceOf(results[2], CancelledError);
  assertEquals(results[2].message, "c");
  assertInstanceOf(results[4], CancelledError);
  assertEquals([results[0], results[1], results[3], results[5]], [1, errors[0], 3, errors[1]]);
});

// CPython: test_tasks.py, CoroutineGatherTests.test_constructor_without_loop
Deno.test("gather() of coroutines throws where there is no loop", () => {
  assertThrows(() => gather(sleep(0), sleep(0)), RuntimeError, "no current event loop");
});

// CPython: test_tasks.py, CoroutineGatherTests.test_constructor_use_running_loop
testForms("gather() of coroutines makes tasks of the running loop", function* ({ loop, wait }) {
  const outer = gather(sleep(0, "a"), sleep(0, "b"));
  assertStrictEquals(outer.getLoop(), loop);
  assertEquals(yield* wait(outer), ["a", "b"]);
});

// CPython: test_tasks.py, CoroutineGatherTests.test_constructor_use_global_loop
Deno.test("gather() of coroutines uses the loop of setEventLoop() where none runs", async () => {
  using loop = newEventLoop();
  setEventLoop(loop);
  try {
    const outer = gather(sleep(0, "a"), sleep(0, "b"));
    assertStrictEquals(outer.getLoop(), loop);
    assertEquals(await loop.runUntilComplete(outer), ["a", "b"]);
  } finally {
    setEventLoop(null);
  }
});

// CPython: test_tasks.py, CoroutineGatherTests.test_duplicate_coroutines
testForms("gather() runs a coroutine that is given twice once", function* ({ wait }) {
  let runs = 0;
  const coro = (function* (): Coroutine<string> {
    runs++;
    yield;
    return "abc";
  })();
  assertEquals(yield* wait(gather(coro, coro, sleep(0, "def"), coro)), [
    "abc",
    "abc",
    "def",
    "abc",
  ]);
  assertEquals(runs, 1);
});

testForms(
  "gather() runs a coroutine that is given twice once, whatever makes the tasks",
  function* (test) {
    const { loop, wait } = test;
    const factories: TaskFactory[] = [
      eagerTaskFactory,
      // One that does not take possession of the coroutine before the next turn.
      (loop, coro) => {
        const future = loop.createFuture<unknown>();
        loop.callSoon(() => future.setResult(coro.next().value));
        return future as Task<never>;
      },
    ];
    for (const factory of factories) {
      let runs = 0;
      const coro = (function* (): Coroutine<number> {
        return ++runs;
      })();
      const waits = sleep(0.001, "waits");
      loop.setTaskFactory(factory);
      const outer = gather(coro, waits, coro, waits);
      loop.setTaskFactory(null);
      const [first, , third] = yield* wait(outer);
      assertEquals([runs, first, third], [1, 1, 1]);
    }
  },
);

testForms("gather() of one future given twice waits once", function* ({ wait }) {
  const future = new Future<number>();
  const outer = gather(future, future);
  future.setResult(1);
  assertEquals(yield* wait(outer), [1, 1]);
});

testForms("gather() calls a function as often as it is given", function* ({ loop, wait, fn }) {
  let calls = 0;
  const count = fn(function* () {
    yield* wait(sleep(0));
    return ++calls;
  });
  assertEquals(yield* wait(gather(count, count)), [1, 2]);
  loop.setTaskFactory(eagerTaskFactory);
  const atOnce = fn(function* () {
    return ++calls;
  });
  const outer = gather(atOnce, atOnce);
  loop.setTaskFactory(null);
  assertEquals(yield* wait(outer), [3, 4]);
});

// CPython: test_tasks.py, CoroutineGatherTests.test_cancellation_broadcast
testForms("gather() that is cancelled cancels all", function* ({ wait, spawn, turns }) {
  const waiter = new Future<void>();
  let proof = 0;
  const inner = function* () {
    yield* wait(waiter);
    proof++;
  };
  const children = [spawn(inner), spawn(inner)] as const;
  let gatherer: Future<unknown> | undefined;
  const outer = spawn(function* () {
    gatherer = gather(...children);
    yield* wait(gatherer);
    proof += 100;
  });
  yield* turns(1);
  assert(outer.cancel());
  yield* caught(CancelledError, wait(outer));
  assertFalse(gatherer!.cancel());
  assert(waiter.cancelled());
  assert(children[0].cancelled());
  assert(children[1].cancelled());
  assertEquals(proof, 0);
});

// CPython: test_tasks.py, CoroutineGatherTests.test_exception_marking
testForms("gather() takes note of the errors after the first", function* (test) {
  const { wait, fn, spawn, turns } = test;
  const [a, b] = futures(2);
  const inner = (future: Future<number>) =>
    fn(function* () {
      yield* wait(future);
      throw new RuntimeError("should not be ignored");
    });
  const outer = spawn(function* () {
    yield* wait(gather(inner(a!), inner(b!)));
  });
  yield* turns(2);
  a!.setResult(1);
  yield* turns(SETTLED);
  b!.setResult(1);
  yield* turns(SETTLED);
  assertInstanceOf(outer.exception(), RuntimeError);
});

testForms("gather() asks those that fail after the first for their errors", function* ({ turns }) {
  class AskedFuture extends Future<number> {
    asked = 0;
    override exception(): unknown {
      this.asked++;
      return super.exception();
    }
  }
  const [a, b] = [new AskedFuture(), new AskedFuture()];
  const outer = gather(a, b);
  a.setException(new ValueError("a"));
  yield* turns(2);
  b.setException(new ValueError("b"));
  yield* turns(2);
  assertEquals(b.asked, 1);
  assertInstanceOf(outer.exception(), ValueError);
});

// CPython: test_tasks.py, CoroutineGatherTests.test_issue46672
testForms("gather() refuses what cannot be awaited; the others go on", function* ({ turns }) {
  let ran = false;
  const coro = (function* (): Coroutine<void> {
    ran = true;
    yield;
  })();
  assertThrows(() => gather(coro, 42 as never), TypeError, "is required");
  assertThrows(() => gather([sleep(0), sleep(0)] as never), TypeError, "is required");
  yield* turns(SETTLED);
  assert(ran);
});

// CPython: test_tasks.py, BaseTaskTests.test_cancel_gather_1
testForms("gather() refuses to be cancelled once all are done", function* ({ wait, turns }) {
  const future = new Future<number>();
  const outer = gather((function* (): Coroutine<number> {
    return yield* future;
  })());
  yield* turns(1);
  let cancelled: boolean | undefined;
  // The task comes first: it is done then, and the gathering is about to hear of it.
  future.addDoneCallback(() => cancelled = outer.cancel());
  future.setResult(42);
  assertEquals(yield* wait(outer), [42]);
  assertEquals(cancelled, false);
  assertFalse(outer.cancelled());
});

// CPython: test_tasks.py, BaseTaskTests.test_cancel_gather_2
testForms("gather() with returnExceptions passes on its own cancellation", function* (test) {
  const { wait, spawn } = test;
  for (const message of [undefined, "my message"]) {
    const task = spawn(function* () {
      for (let i = 0; i < 20; i++) {
        yield* wait(gather(sleep(0.05), { returnExceptions: true }));
      }
    });
    yield* wait(sleep(0.2));
    task.cancel(message);
    const error = yield* caught(CancelledError, wait(task));
    assertEquals(error.message, message ?? "");
  }
});

testForms("gather() waits for all when it is cancelled, and then throws", function* (test) {
  const { wait, fn, spawn, turns, clock } = test;
  const stubborn = fn(function* () {
    yield* caught(CancelledError, wait(sleep(10)));
    yield* wait(sleep(5));
    return "late";
  });
  const outer = gather(stubborn, sleep(10), { returnExceptions: true });
  const waiting = spawn(() => wait(outer));
  yield* turns(1);
  assert(waiting.cancel());
  yield* turns(SETTLED);
  assertFalse(waiting.done());
  yield* caught(CancelledError, wait(waiting));
  assertEquals(clock.time(), 5);
  assertInstanceOf(outer.exception(), CancelledError);
});

testForms("gather() of tasks that start eagerly is done at once", function* ({ loop }) {
  loop.setTaskFactory(eagerTaskFactory);
  const outer = gather(
    (function* (): Coroutine<number> {
      return 1;
    })(),
    (function* (): Coroutine<string> {
      return "a";
    })(),
  );
  assert(outer.done());
  assertEquals(outer.result(), [1, "a"]);
  const failing = gather((function* (): Coroutine<number> {
    throw new ValueError("x");
  })());
  assertInstanceOf(failing.exception(), ValueError);
});

testForms("gather() shows its name", function* ({ wait }) {
  const outer = gather(sleep(0));
  assertEquals(String(outer), "<_GatheringFuture pending>");
  yield* wait(outer);
});

Deno.test("gather() takes awaitables of every kind, and types its results", async () => {
  await runTest(function* () {
    const future = getRunningLoop().createFuture<boolean>();
    future.setResult(true);
    const results: [number, string, boolean, null, bigint] = yield* gather(
      sleep(0, 1),
      async () => await sleep(0, "a"),
      future,
      Promise.resolve(null),
      function* (): Coroutine<bigint> {
        yield;
        return 1n;
      },
    );
    assertEquals(results, [1, "a", true, null, 1n]);
    const tasks: Task<number>[] = [createTask(sleep(0, 1)), createTask(sleep(0, 2))];
    const numbers: number[] = yield* gather(...tasks);
    assertEquals(numbers, [1, 2]);
    const mixed: (number | Error)[] = yield* gather(...tasks, { returnExceptions: true });
    assertEquals(mixed, [1, 2]);
    const strict: number[] = yield* gather(...tasks, { returnExceptions: false });
    assertEquals(strict, [1, 2]);
  });
});

Deno.test("gather() of promises takes their errors, and its own cancellation", async () => {
  await runTest(async () => {
    await assertRejects(() => gather(Promise.reject(new ValueError("x"))).then(), ValueError, "x");
    const never = new Promise<void>(() => {});
    const outer = gather(never);
    currentTask()!.getLoop().callSoon(() => outer.cancel());
    await assertRejects(() => outer.then(), CancelledError);
  });
});

Deno.test("gather() gathers a hundred thousand tasks", async () => {
  await runTest(function* () {
    const tasks = Array.from({ length: 100_000 }, (_, i) => createTask(sleep(0, i)));
    const results = yield* gather(...tasks);
    assertEquals(results.at(-1), 99_999);
  });
});
