// Copyright 2026 the asyncio authors. MIT license.

import {
  ALL_COMPLETED,
  CancelledError,
  type Coroutine,
  createTask,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  Future,
  newEventLoop,
  RuntimeError,
  sleep,
  type Task,
  ValueError,
  wait as waitForAll,
} from "@asyncio/asyncio";
import { assertEquals, assertFalse, assertRejects } from "@std/assert";
import { type FormTest, runTest, testForms } from "../../_run_test.ts";
import { caught } from "../_caught.ts";
import { watchTimers } from "../_timers.ts";

/** A task that fails after a time. */
function failing({ spawn, wait }: FormTest, seconds: number): Task<void> {
  return spawn(function* (): Coroutine<void> {
    yield* wait(sleep(seconds));
    throw new ValueError("x");
  });
}

/** Cancels tasks, and waits for them. */
function* endAll({ wait }: FormTest, tasks: Iterable<Future<unknown>>): Coroutine<void> {
  for (const task of tasks) task.cancel();
  yield* wait(waitForAll(tasks));
}

// CPython: test_tasks.py, BaseTaskTests.test_wait
testForms("wait() waits for all", function* ({ wait, clock }) {
  const a = createTask(sleep(0.1));
  const b = createTask(sleep(0.15));
  for (let i = 0; i < 2; i++) {
    const [done, pending] = yield* wait(waitForAll([b, a]));
    assertEquals([...done], [b, a]);
    assertEquals(pending.size, 0);
    assertEquals(clock.time(), 0.15);
  }
});

// CPython: test_tasks.py, BaseTaskTests.test_wait_duplicate_coroutines
testForms("wait() takes a task that is given twice once", function* ({ wait }) {
  const task = createTask(sleep(0, "test"));
  const [done, pending] = yield* wait(waitForAll([task, task, createTask(sleep(0, "spam"))]));
  assertEquals([...done].map((task) => task.result()), ["test", "spam"]);
  assertEquals(pending.size, 0);
});

// CPython: test_tasks.py, BaseTaskTests.test_wait_errors and test_wait_invalid_args
Deno.test("wait() refuses everything but futures in a collection, when driven", async () => {
  await runTest(function* (): Coroutine<void> {
    const empty = yield* caught(ValueError, waitForAll([]));
    assertEquals(empty.message, "Set of Tasks/Futures is empty.");
    yield* caught(ValueError, waitForAll(new Set<Task<void>>()));
    const returnWhen = yield* caught(
      ValueError,
      waitForAll([sleep(10)] as never, { returnWhen: -1 as never }),
    );
    assertEquals(returnWhen.message, "Invalid returnWhen value: -1");
    const coroutines = yield* caught(TypeError, waitForAll([sleep(10)] as never));
    assertEquals(coroutines.message, "Passing coroutines is forbidden, use tasks explicitly.");
    const promises = yield* caught(TypeError, waitForAll([Promise.resolve()] as never));
    assertEquals(promises.message, "wait() takes tasks and futures, got <Promise object>");
    const future = yield* caught(TypeError, waitForAll(new Future() as never));
    assertEquals(future.message, "expect a list of futures, not <Future pending>");
    yield* caught(TypeError, waitForAll(sleep(10) as never));
    yield* caught(TypeError, waitForAll((function* () {})() as never));
  });
});

// CPython: test_tasks.py, BaseTaskTests.test_wait_first_completed
testForms("wait() for the first completed", function* (test) {
  const a = createTask(sleep(10));
  const b = createTask(sleep(0.1));
  const [done, pending] = yield* test.wait(waitForAll([b, a], { returnWhen: FIRST_COMPLETED }));
  assertEquals([...done], [b]);
  assertEquals([...pending], [a]);
  assertFalse(a.done());
  assertEquals(test.clock.time(), 0.1);
  yield* endAll(test, pending);
});

// CPython: test_tasks.py, BaseTaskTests.test_wait_really_done
Deno.test("wait() tells of all that are done, though the first has ended it", async () => {
  await runTest(function* (): Coroutine<void> {
    const a = createTask(function* (): Coroutine<void> {
      yield;
    });
    const b = createTask(function* (): Coroutine<void> {
      yield;
      yield;
    });
    const [done, pending] = yield* waitForAll([b, a], { returnWhen: FIRST_COMPLETED });
    assertEquals([...done], [b, a]);
    assertEquals(pending.size, 0);
  });
});

// CPython: test_tasks.py, BaseTaskTests.test_wait_first_exception and test_wait_first_exception_in_wait
testForms("wait() for the first exception", function* (test) {
  for (const [seconds, time] of [[0, 0], [0.01, 0.01]] as const) {
    const a = createTask(sleep(10));
    const b = failing(test, seconds);
    const [done, pending] = yield* test.wait(
      waitForAll([b, a], { returnWhen: FIRST_EXCEPTION }),
    );
    assertEquals([...done], [b]);
    assertEquals([...pending], [a]);
    assertEquals(test.clock.time(), time);
    yield* endAll(test, pending);
  }
});

testForms(
  "wait() for the first exception takes neither results nor cancellations",
  function* (test) {
    const tasks = [createTask(sleep(1)), createTask(sleep(10)), createTask(sleep(2))];
    test.loop.callLater(1.5, () => tasks[1]!.cancel());
    const [done, pending] = yield* test.wait(waitForAll(tasks, { returnWhen: FIRST_EXCEPTION }));
    assertEquals([done.size, pending.size], [3, 0]);
    assertEquals(test.clock.time(), 2);
  },
);

// CPython: test_tasks.py, BaseTaskTests.test_wait_with_exception
testForms("wait() throws no exception of a task", function* (test) {
  const tasks = [createTask(sleep(0.1)), failing(test, 0.15)];
  for (let i = 0; i < 2; i++) {
    const [done, pending] = yield* test.wait(waitForAll(tasks));
    assertEquals([done.size, pending.size], [2, 0]);
    assertEquals([...done].map((task) => task.exception() !== null), [false, true]);
    assertEquals(test.clock.time(), 0.15);
  }
});

// CPython: test_tasks.py, BaseTaskTests.test_wait_with_timeout
testForms("wait() ends when the time is up, and cancels nothing", function* (test) {
  const a = createTask(sleep(0.1));
  const b = createTask(sleep(0.15));
  const [done, pending] = yield* test.wait(waitForAll([b, a], { timeout: 0.11 }));
  assertEquals([...done], [a]);
  assertEquals([...pending], [b]);
  assertEquals(test.clock.time(), 0.11);
  yield* test.wait(b);
});

// CPython: test_tasks.py, BaseTaskTests.test_wait_concurrent_complete
testForms("wait() knows of what is done when the time is up", function* (test) {
  const a = createTask(sleep(0.1));
  const b = createTask(sleep(0.15));
  yield* test.turns(1);
  const [done, pending] = yield* test.wait(waitForAll([b, a], { timeout: 0.1 }));
  assertEquals([...done], [a]);
  assertEquals([...pending], [b]);
  assertEquals(test.clock.time(), 0.1);
  yield* test.wait(b);
});

testForms("wait() with a timeout of zero gives one turn", function* (test) {
  const tasks = [createTask(sleep(0.1))];
  const [done, pending] = yield* test.wait(waitForAll(tasks, { timeout: 0 }));
  assertEquals([done.size, pending.size], [0, 1]);
  assertEquals(test.clock.time(), 0);
  yield* endAll(test, tasks);
});

// CPython: test_tasks.py, BaseTaskTests.test_wait_with_iterator_of_tasks and test_wait_generator
testForms("wait() takes any iterable", function* ({ wait }) {
  const tasks = [createTask(sleep(0.1)), createTask(sleep(0.15))];
  for (const given of [tasks.values(), new Set(tasks), tasks.map((task) => task)]) {
    const [done, pending] = yield* wait(waitForAll(given, { returnWhen: ALL_COMPLETED }));
    assertEquals([...done], tasks);
    assertEquals(pending.size, 0);
  }
});

// CPython: test_tasks.py, BaseTaskTests.test_yield_wait_does_not_shield_cancel
testForms("wait() that is cancelled leaves the tasks running", function* (test) {
  const { wait, spawn, turns } = test;
  const waiter = new Future<void>();
  const inner = spawn(() => wait(waiter));
  yield* turns(2);
  const alone = String(inner);
  const outer = spawn(function* () {
    yield* wait(waitForAll([inner]));
  });
  yield* turns(2);
  outer.cancel();
  yield* caught(CancelledError, wait(outer));
  assertFalse(inner.done());
  assertEquals(String(inner), alone);
  waiter.setResult();
  yield* wait(inner);
});

testForms("wait() cancels its timer, however it ends", function* (test) {
  const { loop, wait, spawn, turns } = test;
  const timers = watchTimers(loop);
  const tasks = [createTask(sleep(1))];
  const outer = spawn(function* () {
    yield* wait(waitForAll(tasks, { timeout: 3600 }));
  });
  yield* turns(2);
  outer.cancel();
  yield* caught(CancelledError, wait(outer));
  yield* wait(waitForAll(tasks, { timeout: 7200 }));
  assertEquals(timers.map((timer) => timer.cancelled()), [true, true]);
});

Deno.test("wait() made outside a loop looks for it when driven", async () => {
  using loop = newEventLoop();
  const future = loop.createFuture<number>();
  const waiting = waitForAll([future]);
  loop.callSoon(() => future.setResult(1));
  const [done] = await loop.runUntilComplete(waiting);
  assertEquals([...done], [future]);
  await assertRejects(
    async () => void await waitForAll([future]),
    RuntimeError,
    "no running event loop",
  );
});
