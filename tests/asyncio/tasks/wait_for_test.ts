// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import {
  CancelledError,
  type Coroutine,
  createTask,
  currentTask,
  Future,
  shield,
  sleep,
  TimeoutError,
  ValueError,
  wait as waitForAll,
  waitFor,
} from "@asyncio/asyncio";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { type FormTest, runTest, testForms } from "../../_run_test.ts";
import { caught } from "../_caught.ts";

/** A coroutine function that takes its time, and ignores cancellations. */
function slow({ wait, fn, loop }: FormTest, seconds: number, onEnd: () => void) {
  return fn(function* slow(): Coroutine<void> {
    const end = loop.time() + seconds;
    for (let rest = seconds; rest > 0; rest = end - loop.time()) {
      try {
        yield* wait(sleep(rest));
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
      }
    }
    onEnd();
  });
}

// CPython: test_waitfor.py, AsyncioWaitForTest.test_asyncio_wait_for_cancelled
testForms("waitFor() waits for what it cancels, when it is cancelled", function* (test) {
  const { spawn, wait, turns } = test;
  let exited = false;
  const task = spawn(() => wait(waitFor(slow(test, 0.2, () => exited = true), 0.4)));
  yield* turns(1);
  task.cancel();
  yield* wait(waitForAll([task]));
  assert(exited);
});

// CPython: test_waitfor.py, AsyncioWaitForTest.test_asyncio_wait_for_timeout
testForms("waitFor() waits for what it cancels, when the time is up", function* (test) {
  let exited = false;
  yield* test.wait(waitFor(slow(test, 0.2, () => exited = true), 0.1));
  assert(exited);
});

// CPython: test_waitfor.py, AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0_future_done
testForms(
  "waitFor() of zero gives the result of a future that is done",
  function* ({ wait, loop }) {
    const future = new Future<string>();
    future.setResult("done");
    let turned = false;
    loop.callSoon(() => turned = true);
    assertEquals(yield* wait(waitFor(future, 0)), "done");
    assertFalse(turned);
  },
);

// CPython: test_waitfor.py, AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0_coroutine_do_not_started
testForms("waitFor() of zero never starts a coroutine", function* ({ wait, fn }) {
  let started = false;
  const main = fn(function* () {
    started = true;
  });
  yield* caught(TimeoutError, wait(waitFor(main, 0)));
  yield* caught(TimeoutError, wait(waitFor(sleep(0), 0)));
  assertFalse(started);
});

// CPython: test_waitfor.py, AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0
testForms("waitFor() of zero or less cancels a task", function* ({ wait, spawn }) {
  for (const seconds of [0, -1]) {
    const started = new Future<void>();
    let running = false;
    const task = spawn(function* () {
      running = true;
      started.setResult();
      try {
        yield* wait(sleep(10));
      } finally {
        running = false;
      }
    });
    yield* wait(started);
    yield* caught(TimeoutError, wait(waitFor(task, seconds)));
    assert(task.cancelled());
    assertFalse(running);
  }
});

// CPython: test_waitfor.py, AsyncioWaitForTest.test_wait_for
testForms("waitFor() cancels a task when the time is up", function* ({ wait, spawn, clock }) {
  let running = false;
  const task = spawn(function* () {
    running = true;
    try {
      yield* wait(sleep(3600));
    } finally {
      running = false;
    }
  });
  yield* caught(TimeoutError, wait(waitFor(task, 0.1)));
  assert(task.cancelled());
  assertFalse(running);
  assertEquals(clock.time(), 0.1);
});

// CPython: test_waitfor.py, AsyncioWaitForTest.test_wait_for_blocking
testForms("waitFor() of null waits for ever", function* ({ wait, clock }) {
  assertEquals(yield* wait(waitFor(sleep(3600, "done"), null)), "done");
  assertEquals(clock.time(), 3600);
});

// CPython: test_waitfor.py, AsyncioWaitForTest.test_wait_for_race_condition
testForms("waitFor() gives the result of a future", function* ({ wait, loop }) {
  const future = new Future<string>();
  const waiting = waitFor(future, 0.2);
  loop.callSoon(() => future.setResult("ok"));
  assertEquals(yield* wait(waiting), "ok");
});

// CPython: test_waitfor.py, AsyncioWaitForTest.test_wait_for_cancellation_race_condition and
// test_wait_for_cancel_suppressed
testForms(
  "waitFor() gives the result of a coroutine that refuses to end",
  function* ({ wait, fn }) {
    const main = fn(function* () {
      yield* caught(CancelledError, wait(sleep(10)));
      return 42;
    });
    assertEquals(yield* wait(waitFor(main, 0.01)), 42);
    assertEquals(currentTask()!.cancelling(), 0);
  },
);

// CPython: test_waitfor.py, AsyncioWaitForTest.test_wait_for_waits_for_task_cancellation and
// test_wait_for_waits_for_task_cancellation_w_timeout_0
testForms("waitFor() waits until a cancelled task has cleaned up", function* ({ wait, spawn }) {
  for (const seconds of [0.001, 0]) {
    let done = false;
    const task = spawn(function* () {
      const error = yield* caught(CancelledError, wait(sleep(10)));
      yield* wait(sleep(0.001));
      done = true;
      throw error;
    });
    yield* wait(sleep(0));
    const error = yield* caught(TimeoutError, wait(waitFor(task, seconds)));
    assert(done);
    assertInstanceOf(error.cause, CancelledError);
  }
});

// CPython: test_waitfor.py, AsyncioWaitForTest.test_wait_for_reraises_exception_during_cancellation
testForms("waitFor() throws the error of a task's cleanup", function* ({ wait, spawn }) {
  for (const seconds of [0.001, 0]) {
    const task = spawn(function* () {
      try {
        yield* wait(sleep(0.2));
      } finally {
        // deno-lint-ignore no-unsafe-finally
        throw new ValueError("x");
      }
    });
    yield* wait(sleep(0));
    yield* caught(ValueError, wait(waitFor(task, seconds)));
  }
});

// CPython: test_waitfor.py, AsyncioWaitForTest.test_cancel_blocking_wait_for and test_cancel_wait_for
testForms("waitFor() cancels its task when it is cancelled", function* ({ wait, spawn, loop }) {
  for (const seconds of [null, 60]) {
    const task = spawn(() => wait(new Future<void>()));
    const waiting = spawn(() => wait(waitFor(task, seconds)));
    loop.callSoon(() => waiting.cancel());
    yield* caught(CancelledError, wait(waiting));
    assert(task.cancelled());
    assert(waiting.cancelled());
  }
});

// CPython: test_waitfor.py, AsyncioWaitForTest.test_wait_for_issue86296
testForms("waitFor() keeps a cancellation that comes with the result", function* (test) {
  const { loop, spawn, wait, turns } = test;
  const inner = loop.createTask(function* () {
    return "done";
  });
  let reachedEnd = false;
  const task = spawn(function* () {
    yield* wait(waitFor(inner, 100));
    yield* wait(sleep(1));
    reachedEnd = true;
  });
  yield* turns(1);
  task.cancel();
  yield* caught(CancelledError, wait(task));
  assertEquals(inner.result(), "done");
  assertFalse(reachedEnd);
});

// CPython: test_waitfor.py, WaitForShieldTests.test_zero_timeout
testForms("waitFor() of zero cancels a shield, and not what is behind it", function* (test) {
  const { spawn, wait } = test;
  const task = spawn(() => wait(sleep(0.01, "done")));
  const shielded = shield(task);
  yield* caught(TimeoutError, wait(waitFor(shielded, 0)));
  assertFalse(task.done());
  assert(shielded.cancelled());
  assertEquals(yield* wait(task), "done");
});

// CPython: test_waitfor.py, WaitForShieldTests.test_none_timeout
testForms("waitFor() of null waits for a shield", function* ({ spawn, wait }) {
  const task = spawn(() => wait(sleep(0.1, "done")));
  assertEquals(yield* wait(waitFor(shield(task), null)), "done");
});

// CPython: test_waitfor.py, WaitForShieldTests.test_shielded_timeout
testForms("waitFor() leaves alone what is behind a shield", function* ({ spawn, wait }) {
  const task = spawn(() => wait(sleep(0.1, "done")));
  yield* caught(TimeoutError, wait(waitFor(shield(task), 0.01)));
  assertFalse(task.done());
  assertEquals(yield* wait(task), "done");
});

testForms("waitFor() runs a coroutine inside the current task", function* ({ wait, fn }) {
  const main = fn(function* () {
    yield* wait(sleep(0));
    return { task: currentTask() };
  });
  assertStrictEquals((yield* wait(waitFor(main, 1))).task, currentTask());
});

Deno.test("waitFor() takes a promise, and abandons it when the time is up", async () => {
  await runTest(function* () {
    assertEquals(yield* waitFor(Promise.resolve(42), 1), 42);
    yield* caught(TimeoutError, waitFor(new Promise(() => {}), 0.001));
    yield* caught(TimeoutError, waitFor(new Promise(() => {}), 0));
    yield* caught(ValueError, waitFor(Promise.reject(new ValueError("x")), 1));
  });
});

Deno.test("waitFor() refuses what cannot be awaited", async () => {
  await runTest(function* () {
    yield* caught(TypeError, waitFor(42 as never, 1));
    yield* caught(TypeError, waitFor(42 as never, 0));
    const task = createTask(sleep(0));
    yield* caught(TypeError, waitFor(task, "soon" as never));
    const options = yield* caught(TypeError, waitFor(task, { timeout: 1 } as never));
    assertEquals(options.message, "timeout must be a number, got {'timeout': 1}");
    yield* caught(ValueError, waitFor(task, NaN));
    yield* task;
  });
});
