// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import { allTasks, currentTask, newEventLoop, sleep, Task } from "@asyncio/asyncio/coroutines";
import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertNotEquals,
  assertStrictEquals,
} from "@std/assert";
import { runTest, testForms } from "../../_run_test.ts";

// CPython: test_tasks.py, add_subclass_tests, test_subclasses_ctask_cfuture
testForms("Task can be subclassed", function* ({ fn, wait }) {
  const calls: string[] = [];
  class Watched<T> extends Task<T> {
    override addDoneCallback(...args: Parameters<Task<T>["addDoneCallback"]>): void {
      calls.push("addDoneCallback");
      super.addDoneCallback(...args);
    }
  }
  const task = new Watched(fn(function* () {
    yield* wait(sleep(0));
    return "spam";
  }));
  assertEquals(yield* wait(task), "spam");
  assertEquals(calls, ["addDoneCallback"]);
  assertMatch(String(task), /^<Watched finished /);
});

// CPython: test_eager_task_factory.py, EagerTaskFactoryLoopTests.test_eager_completion
Deno.test("Task with eagerStart runs its first step at once", () =>
  runTest(function* ({ loop }) {
    const me = currentTask();
    const order: string[] = [];
    const task = loop.createTask(function* () {
      order.push("step");
      assertStrictEquals(currentTask()?.getName(), "eager");
      return "hello";
    }, { name: "eager", eagerStart: true });
    order.push("after");
    assertEquals(order, ["step", "after"]);
    assertStrictEquals(currentTask(), me);
    assert(task.done());
    assertEquals(yield* task, "hello");
    assertEquals([...allTasks()], [me]);
  }));

// CPython: test_eager_task_factory.py, test_block_after_eager_step, test_all_tasks_with_blocking
testForms(
  "Task with eagerStart that waits goes on through the loop",
  function* ({ loop, spawn, wait }) {
    const me = currentTask();
    const f = loop.createFuture<number>();
    let started = false;
    const task = spawn(function* () {
      started = true;
      return (yield* wait(f)) + 1;
    }, { eagerStart: true });
    assert(started);
    assertFalse(task.done());
    assertEquals([...allTasks()], [me, task]);
    loop.callSoon(() => f.setResult(1));
    assertEquals(yield* wait(task), 2);
  },
);

testForms(
  "Task with eagerStart keeps the failure of its first step",
  function* ({ spawn, raises }) {
    const error = new Error("boom");
    const task = spawn(function* () {
      throw error;
    }, { eagerStart: true });
    assertStrictEquals(yield* raises(task, Error), error);
  },
);

// CPython: test_eager_task_factory.py, test_cancellation_after_eager_step_blocks
testForms(
  "Task with eagerStart can be cancelled where it waits",
  function* ({ loop, spawn, wait, turns }) {
    const f = loop.createFuture();
    const task = spawn(() => wait(f), { eagerStart: true });
    yield* turns(1);
    task.cancel();
    yield* turns(3);
    assert(task.cancelled());
    assert(f.cancelled());
  },
);

Deno.test("Task with eagerStart on a loop that does not run waits for it", async () => {
  using loop = newEventLoop();
  let started = false;
  const task = loop.createTask(function* () {
    started = true;
  }, { eagerStart: true });
  assertFalse(started);
  await loop.runUntilComplete(task);
  assert(started);
});

// CPython: test_eager_task_factory.py, EagerTaskFactoryLoopTests.test_eager_start; Task.get_coro
testForms("Task.getCoro() is null once an eager start has come to its end", function* (test) {
  const { loop, fn, wait } = test;
  const done = loop.createTask(function* () {
    return 1;
  }, { eagerStart: true });
  assert(done.done());
  assertEquals(done.getCoro(), null);
  const waiting = loop.createTask(
    fn(function* () {
      yield* wait(sleep(0));
    }),
    { eagerStart: true },
  );
  assertNotEquals(waiting.getCoro(), null);
  yield* wait(waiting);
  assertNotEquals(waiting.getCoro(), null);
});
