// Copyright 2026 the asyncio authors. MIT license.

import { CancelledError, currentTask, sleep, TimeoutError } from "@asyncio/asyncio/coroutines";
import { assert, assertEquals, assertFalse } from "@std/assert";
import { testForms } from "../../_run_test.ts";

// CPython: test_tasks.py, BaseTaskTests.test_cancelling
testForms("Task.cancelling() counts the calls of cancel()", function* ({ spawn, wait, raises }) {
  const task = spawn(() => wait(sleep(10)));
  assertEquals(task.cancelling(), 0);
  assertFalse(String(task).includes(" cancelling "));
  assert(task.cancel());
  assertEquals(task.cancelling(), 1);
  assert(String(task).includes(" cancelling "));
  assert(task.cancel());
  assertEquals(task.cancelling(), 2);
  yield* raises(task, CancelledError);
});

// CPython: test_tasks.py, BaseTaskTests.test_uncancel_basic
testForms("Task.uncancel() takes one cancel() back", function* ({ spawn, wait, raises }) {
  const task = spawn(function* () {
    try {
      yield* wait(sleep(10));
    } catch (error) {
      assert(error instanceof CancelledError);
      currentTask()!.uncancel();
      yield* wait(sleep(10));
    }
  });
  yield* wait(sleep(0.01));
  assert(task.cancel());
  assert(String(task).includes(" cancelling "));
  assertEquals(task.cancelling(), 1);
  assertFalse(task.cancelled());
  yield* wait(sleep(0.01));
  assertFalse(String(task).includes(" cancelling "));
  assertEquals(task.cancelling(), 0);
  assertFalse(task.cancelled());
  assert(task.cancel());
  assertEquals(task.cancelling(), 1);
  yield* raises(task, CancelledError);
  assert(task.cancelled());
  assertEquals(task.uncancel(), 0);
  assertEquals(task.uncancel(), 0);
  assert(task.cancelled());
  assert(task.done());
});

// CPython: test_tasks.py, BaseTaskTests.test_uncancel_resets_must_cancel
testForms(
  "Task.uncancel() takes back a cancellation that is still to be delivered",
  function* ({ loop, spawn, wait, turns }) {
    const f = loop.createFuture<void>();
    const task = spawn(function* () {
      yield* wait(f);
      yield* wait(sleep(0));
      return 42;
    });
    yield* turns(1);
    f.setResult();
    assert(task.cancel());
    assertEquals(task.cancelling(), 1);
    assertEquals(task.uncancel(), 0);
    assertEquals(task.cancelling(), 0);
    assertEquals(yield* wait(task), 42);
  },
);

testForms("Task.uncancel() takes back a cancellation of oneself", function* ({ spawn, wait }) {
  const task = spawn(function* () {
    const me = currentTask()!;
    yield* wait(sleep(0));
    me.cancel();
    me.cancel();
    assertEquals(me.uncancel(), 1);
    assertEquals(me.uncancel(), 0);
    yield* wait(sleep(0));
    return "went on";
  });
  assertEquals(yield* wait(task), "went on");
});

testForms(
  "Task.uncancel() of one of two leaves the cancellation",
  function* ({ spawn, wait, raises }) {
    const task = spawn(function* () {
      const me = currentTask()!;
      me.cancel();
      me.cancel();
      me.uncancel();
      yield* wait(sleep(0));
    });
    yield* raises(task, CancelledError);
    assertEquals(task.cancelling(), 1);
  },
);

// CPython: test_tasks.py, BaseTaskTests.test_uncancel_structured_blocks
testForms("Task.uncancel() makes structured timeouts possible", function* ({ loop, fn, wait }) {
  const request = fn(function* (time: number, timeout: number) {
    const task = currentTask()!;
    let timedOut = false;
    let finished = false;
    const handle = loop.callLater(timeout, () => {
      timedOut = true;
      task.cancel();
    });
    try {
      try {
        yield* wait(sleep(time));
        finished = true;
      } catch (error) {
        if (timedOut && task.uncancel() === 0 && error instanceof CancelledError) {
          throw new TimeoutError();
        }
        throw error;
      } finally {
        handle.cancel();
      }
    } catch (error) {
      assert(error instanceof TimeoutError);
    }
    yield* wait(sleep(0));
    return [timedOut, finished, task.cancelling()];
  });
  assertEquals(yield* wait(request(10, 0.1)), [true, false, 0]);
  assertEquals(yield* wait(request(0, 10)), [false, true, 0]);
});
