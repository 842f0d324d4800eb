// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import {
  CancelledError,
  currentTask,
  newEventLoop,
  RuntimeError,
  sleep,
  type Task,
} from "@asyncio/asyncio/coroutines";
import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { runBriefly, runTest, testForms } from "../../_run_test.ts";

// CPython: test_tasks.py, BaseTaskTests.test_cancel
testForms(
  "Task.cancel() ends a task where it waits",
  function* ({ loop, clock, spawn, wait, raises }) {
    const task = spawn(function* () {
      yield* wait(sleep(10));
      return 12;
    });
    loop.callSoon(() => task.cancel());
    yield* raises(task, CancelledError);
    assert(task.done());
    assert(task.cancelled());
    assertFalse(task.cancel());
    assertEquals(clock.time(), 0);
  },
);

// CPython: test_tasks.py, BaseTaskTests.test_task_cancel_message_getter,
// test_cancel_with_message_then_future_result and test_cancel_with_message_then_future_exception
for (const [args, message] of [[[], ""], [[null], ""], [["my message"], "my message"]] as const) {
  testForms(
    `Task.cancel(${args}) gives the CancelledError its message`,
    function* ({ spawn, wait, turns, raises }) {
      const start = () => spawn(() => wait(sleep(10)));
      const [byResult, byException, awaited] = [start(), start(), start()];
      yield* turns(1);
      for (const task of [byResult, byException, awaited]) task.cancel(...args);
      assertEquals((yield* raises(awaited, CancelledError)).message, message);
      for (const ask of [() => byResult.result(), () => byException.exception()]) {
        for (let i = 0; i < 2; i++) {
          let caught: unknown;
          try {
            ask();
          } catch (error) {
            caught = error;
          }
          assert(caught instanceof CancelledError);
          assertEquals(caught.message, message);
          assertEquals(caught.cause, undefined);
        }
      }
    },
  );
}

// CPython: test_tasks.py, BaseTaskTests.test_cancel_with_message_before_starting_task
testForms(
  "Task.cancel() before the start keeps the coroutine from starting",
  function* ({ spawn, raises }) {
    let started = false;
    const task = spawn(function* () {
      started = true;
    });
    task.cancel("my message");
    assertEquals((yield* raises(task, CancelledError)).message, "my message");
    assertFalse(started);
  },
);

// CPython: test_tasks.py, BaseTaskTests.test_cancel_yield
testForms(
  "Task.cancel() between two turns of sleep(0)",
  function* ({ spawn, wait, turns, raises }) {
    const task = spawn(function* () {
      yield* wait(sleep(0));
      yield* wait(sleep(0));
      return 12;
    });
    yield* turns(1);
    task.cancel();
    yield* raises(task, CancelledError);
    assert(task.cancelled());
    assertFalse(task.cancel());
  },
);

// CPython: test_tasks.py, BaseTaskTests.test_cancel_inner_future
testForms(
  "A future that is cancelled ends the task that waits for it",
  function* ({ loop, spawn, wait, turns, raises }) {
    const f = loop.createFuture();
    const task = spawn(() => wait(f));
    yield* turns(1);
    f.cancel("inner");
    assertEquals((yield* raises(task, CancelledError)).message, "inner");
    assert(task.cancelled());
    assertEquals(task.cancelling(), 0);
  },
);

// CPython: test_tasks.py, BaseTaskTests.test_cancel_both_task_and_inner_future
testForms(
  "Task.cancel() after the future that it waits for was cancelled",
  function* ({ loop, spawn, wait, turns, raises }) {
    const f = loop.createFuture();
    const task = spawn(() => wait(f));
    yield* turns(1);
    f.cancel("inner");
    task.cancel("outer");
    assertEquals((yield* raises(task, CancelledError)).message, "inner");
    assert(f.cancelled());
    assert(task.cancelled());
  },
);

// CPython: test_tasks.py, BaseTaskTests.test_cancel_task_catching
testForms("Task.cancel() can be answered with a result", function* ({ loop, spawn, wait, turns }) {
  const f1 = loop.createFuture<void>();
  const f2 = loop.createFuture<void>();
  const task = spawn(function* () {
    yield* wait(f1);
    try {
      yield* wait(f2);
    } catch (error) {
      assert(error instanceof CancelledError);
      return 42;
    }
  });
  yield* turns(1);
  f1.setResult();
  yield* turns(1);
  task.cancel();
  assertEquals(yield* wait(task), 42);
  assert(f2.cancelled());
  assertFalse(task.cancelled());
  assertEquals(task.cancelling(), 1);
});

// CPython: test_tasks.py, BaseTaskTests.test_cancel_task_ignoring
testForms("Task.cancel() can be ignored", function* ({ loop, spawn, wait, turns }) {
  const [f1, f2, f3] = [1, 2, 3].map(() => loop.createFuture<number>()) as [
    ReturnType<typeof loop.createFuture<number>>,
    ReturnType<typeof loop.createFuture<number>>,
    ReturnType<typeof loop.createFuture<number>>,
  ];
  const task = spawn(function* () {
    yield* wait(f1);
    try {
      yield* wait(f2);
    } catch (error) {
      assert(error instanceof CancelledError);
    }
    return yield* wait(f3);
  });
  yield* turns(1);
  f1.setResult(1);
  yield* turns(1);
  task.cancel();
  yield* turns(1);
  f3.setResult(42);
  assertEquals(yield* wait(task), 42);
  assert(f2.cancelled());
  assertFalse(f3.cancelled());
  assertFalse(task.cancelled());
});

// CPython: test_tasks.py, BaseTaskTests.test_cancel_current_task
testForms(
  "Task.cancel() of oneself interrupts the next wait",
  function* ({ clock, spawn, wait, raises }) {
    const task = spawn(function* () {
      assert(currentTask()!.cancel("self"));
      yield* wait(sleep(100));
      return 12;
    });
    assertFalse(task.cancelled());
    assertEquals((yield* raises(task, CancelledError)).message, "self");
    assert(task.cancelled());
    assertFalse(task.cancel());
    assertEquals(clock.time(), 0);
  },
);

testForms(
  "Task.cancel() of oneself interrupts the next sleep(0)",
  function* ({ spawn, wait, raises }) {
    const order: string[] = [];
    const task = spawn(function* () {
      currentTask()!.cancel();
      try {
        yield* wait(sleep(0));
      } catch (error) {
        order.push((error as Error).name);
      }
      yield* wait(sleep(0));
      order.push("went on");
      currentTask()!.cancel();
      currentTask()!.cancel("last");
      yield* wait(sleep(0));
    });
    assertEquals((yield* raises(task, CancelledError)).message, "last");
    assertEquals(order, ["CancelledError", "went on"]);
  },
);

// CPython: test_tasks.py, BaseTaskTests.test_cancel_at_end
testForms(
  "Task.cancel() of oneself in the last step cancels the task",
  function* ({ spawn, raises }) {
    const task = spawn(function* () {
      currentTask()!.cancel("at the end");
      return 12;
    });
    assertEquals((yield* raises(task, CancelledError)).message, "at the end");
    assert(task.cancelled());
    assertFalse(task.cancel());
  },
);

testForms(
  "Task.cancel() of oneself in the last step gives way to another error",
  function* ({ spawn, raises }) {
    const error = new Error("boom");
    const task = spawn(function* () {
      currentTask()!.cancel();
      throw error;
    });
    assertStrictEquals(yield* raises(task, Error), error);
  },
);

testForms(
  "Task.cancel() of oneself after a wait, in the last step",
  function* ({ spawn, wait, raises }) {
    const task = spawn(function* () {
      yield* wait(sleep(1));
      currentTask()!.cancel();
      return 12;
    });
    yield* raises(task, CancelledError);
    assert(task.cancelled());
  },
);

// CPython: test_tasks.py, BaseTaskTests.test_cancel_awaited_task
testForms(
  "Task.cancel() of oneself cancels the task that one waits for next",
  function* ({ loop, spawn, wait, turns, raises }) {
    const f = loop.createFuture();
    let nested: Task<unknown>;
    const task = spawn(function* () {
      nested = spawn(() => wait(f));
      yield* turns(1);
      currentTask()!.cancel();
      yield* wait(nested);
    });
    yield* raises(task, CancelledError);
    assert(task.cancelled());
    assert(nested!.cancelled());
    assert(f.cancelled());
  },
);

// CPython: test_tasks.py, BaseTaskTests.test_task_cancel_sleeping_task
testForms("Task.cancel() wakes a sleeper", function* ({ loop, clock, spawn, wait }) {
  const doer = spawn(function* () {
    const sleeper = spawn(() => wait(sleep(5000)));
    loop.callLater(0.1, () => sleeper.cancel());
    try {
      yield* wait(sleeper);
    } catch (error) {
      assert(error instanceof CancelledError);
      return "cancelled";
    }
    return "slept in";
  });
  assertEquals(yield* wait(doer), "cancelled");
  assertEquals(clock.time(), 0.1);
});

// CPython: test_tasks.py, BaseTaskTests.test_task_cancel_waiter_future
testForms(
  "Task.cancel() cancels the future that the task waits for",
  function* ({ loop, spawn, wait, turns, raises }) {
    const f = loop.createFuture();
    const task = spawn(() => wait(f));
    yield* turns(1);
    task.cancel();
    assert(f.cancelled());
    assertFalse(task.done());
    yield* raises(task, CancelledError);
  },
);

testForms(
  "Task.cancel() goes through a chain of tasks to the last",
  function* ({ loop, spawn, wait, turns, raises }) {
    const f = loop.createFuture();
    const c = spawn(() => wait(f));
    const b = spawn(() => wait(c));
    const a = spawn(() => wait(b));
    yield* turns(2);
    a.cancel("chain");
    assert(f.cancelled());
    assertEquals((yield* raises(a, CancelledError)).message, "chain");
    assert(b.cancelled());
    assert(c.cancelled());
    assertEquals([a, b, c].map((task) => task.cancelling()), [1, 1, 1]);
  },
);

testForms(
  "Task.cancel() leaves a task that does not wait for the cancelled one alone",
  function* ({ loop, spawn, wait, turns, raises }) {
    const f = loop.createFuture<string>();
    const shared = spawn(() => wait(sleep(1)));
    const other = spawn(function* () {
      yield* wait(f);
      return "other";
    });
    const waiter = spawn(() => wait(shared));
    yield* turns(2);
    waiter.cancel();
    yield* raises(waiter, CancelledError);
    f.setResult("");
    assertEquals(yield* wait(other), "other");
  },
);

testForms(
  "Task.cancel() between the end of a wait and the next step wins",
  function* ({ loop, spawn, wait, turns, raises }) {
    const f = loop.createFuture<number>();
    let reached = false;
    const task = spawn(function* () {
      yield* wait(f);
      reached = true;
    });
    yield* turns(1);
    f.setResult(1);
    assert(task.cancel("late"));
    assertEquals((yield* raises(task, CancelledError)).message, "late");
    assertFalse(reached);
  },
);

testForms(
  "Task.cancel() after the wait has failed wins over the failure",
  function* ({ loop, spawn, wait, turns, raises }) {
    const f = loop.createFuture<number>();
    const task = spawn(() => wait(f));
    yield* turns(1);
    f.setException(new Error("lost"));
    task.cancel();
    yield* raises(task, CancelledError);
  },
);

testForms(
  "Task.cancel() is heard by finally, which may wait",
  function* ({ clock, spawn, wait, turns, raises }) {
    const order: string[] = [];
    const task = spawn(function* () {
      try {
        yield* wait(sleep(10));
      } finally {
        order.push("cleaning");
        yield* wait(sleep(5));
        order.push("clean");
      }
    });
    yield* turns(1);
    task.cancel();
    yield* raises(task, CancelledError);
    assertEquals(order, ["cleaning", "clean"]);
    assertEquals(clock.time(), 5);
  },
);

testForms(
  "Task.cancel() again interrupts the cleaning up",
  function* ({ clock, fn, spawn, wait, turns, raises }) {
    const order: string[] = [];
    const cleanUp = fn(function* () {
      try {
        yield* wait(sleep(5));
        order.push("clean");
      } catch (error) {
        order.push((error as Error).message);
        throw error;
      }
    });
    const task = spawn(function* () {
      try {
        yield* wait(sleep(10));
      } finally {
        yield* wait(cleanUp());
      }
    });
    yield* turns(1);
    task.cancel("first");
    yield* turns(2);
    task.cancel("second");
    assertEquals((yield* raises(task, CancelledError)).message, "second");
    assertEquals(order, ["second"]);
    assertEquals(clock.time(), 0);
    assertEquals(task.cancelling(), 2);
  },
);

testForms(
  "Task.cancel() can be turned into another error",
  function* ({ spawn, wait, turns, raises }) {
    const task = spawn(function* () {
      try {
        yield* wait(sleep(10));
      } catch (cause) {
        throw new TypeError("turned", { cause });
      }
    });
    yield* turns(1);
    task.cancel();
    const error = yield* raises(task, TypeError, "turned");
    assert(error.cause instanceof CancelledError);
    assertFalse(task.cancelled());
  },
);

testForms(
  "A CancelledError that a task throws by itself cancels it",
  function* ({ spawn, raises }) {
    const error = new CancelledError("by myself");
    const task = spawn(function* () {
      throw error;
    });
    assertStrictEquals(yield* raises(task, CancelledError), error);
    assert(task.cancelled());
    assertEquals(task.cancelling(), 0);
  },
);

// The signal.

testForms(
  "Task.signal is aborted when the task is cancelled",
  function* ({ spawn, wait, turns, raises }) {
    const task = spawn(() => wait(sleep(10)));
    const { signal } = task;
    yield* turns(1);
    assertFalse(signal.aborted);
    task.cancel("stop");
    assert(signal.aborted);
    assert(signal.reason instanceof CancelledError);
    assertEquals(signal.reason.message, "stop");
    assertStrictEquals(task.signal, signal);
    yield* raises(task, CancelledError);
  },
);

testForms(
  "Task.signal asked for after the cancellation is aborted",
  function* ({ spawn, wait, turns }) {
    const task = spawn(function* () {
      try {
        yield* wait(sleep(10));
      } catch (error) {
        assert(error instanceof CancelledError);
        return currentTask()!.signal.aborted;
      }
    });
    yield* turns(1);
    task.cancel();
    assertEquals(yield* wait(task), true);
  },
);

// Nothing is reported of a cancelled task.

// CPython: test_tasks.py, BaseTaskTests.test_tb_logger_not_called_after_cancel
testForms("Task.cancel() of a task that has failed does nothing", function* ({ spawn, turns }) {
  const task = spawn(function* () {
    throw new TypeError();
  });
  yield* turns(2);
  assertFalse(task.cancel());
  assertEquals(task.cancelling(), 0);
  assert(task.exception() instanceof TypeError);
});

// CPython: test_tasks.py, BaseTaskTests.test_stop_while_run_in_complete
Deno.test("Task goes on in the next run of the loop", async () => {
  using loop = newEventLoop();
  let x = 0;
  const task = loop.createTask(function* () {
    while (x < 10) {
      yield* sleep(0);
      x++;
      if (x === 2) loop.stop();
    }
  });
  let caught: unknown;
  try {
    await loop.runUntilComplete(task);
  } catch (error) {
    caught = error;
  }
  assert(caught instanceof RuntimeError);
  assertEquals(caught.message, "Event loop stopped before Future completed.");
  assertFalse(task.done());
  assertEquals(x, 2);
  task.cancel();
  await runBriefly(loop);
  assert(task.cancelled());
});

Deno.test("Task.cancel() reaches the innermost of nested generators first", () =>
  runTest(function* ({ loop }) {
    const order: number[] = [];
    function* nested(depth: number): Generator<unknown, void> {
      try {
        if (depth === 0) yield* sleep(10);
        else yield* nested(depth - 1);
      } finally {
        order.push(depth);
      }
    }
    const task = loop.createTask(nested(20));
    yield* sleep(0);
    task.cancel();
    yield* sleep(0);
    assert(task.cancelled());
    assertEquals(order, Array.from({ length: 21 }, (_, i) => i));
  }));
