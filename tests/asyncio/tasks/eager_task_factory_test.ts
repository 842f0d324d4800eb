// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import {
  allTasks,
  asyncWith,
  CancelledError,
  ContextVar,
  type Coroutine,
  createEagerTaskFactory,
  createTask,
  currentTask,
  eagerTaskFactory,
  Future,
  gather,
  sleep,
  Task,
  TaskGroup,
  type TaskOptions,
  ValueError,
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

/** Registers a test on a loop that starts its tasks eagerly. */
function testEager(name: string, body: (test: FormTest) => Coroutine<unknown>): void {
  testForms(name, function* (test) {
    test.loop.setTaskFactory(eagerTaskFactory);
    yield* body(test);
  });
}

// CPython: test_eager_task_factory.py, EagerTaskFactoryLoopTests.test_eager_task_factory_set
testForms("createEagerTaskFactory() makes a factory for tasks of a class", function* (test) {
  class MyTask<T> extends Task<T> {}
  const factory = createEagerTaskFactory(MyTask);
  test.loop.setTaskFactory(factory);
  assertStrictEquals(test.loop.getTaskFactory(), factory);
  const task = test.spawn(function* () {});
  assertInstanceOf(task, MyTask);
  yield* test.wait(task);
});

// CPython: test_eager_task_factory.py, EagerTaskFactoryLoopTests.test_await_future_during_eager_step
testEager("eagerTaskFactory: a future can be done within createTask()", function* (test) {
  const future = new Future<string>();
  const task = test.spawn(function* () {
    future.setResult("my message");
  });
  assert(future.done());
  assertEquals(yield* test.wait(future), "my message");
  yield* test.wait(task);
});

// CPython: test_eager_task_factory.py, EagerTaskFactoryLoopTests.test_eager_completion and
// test_cancellation_after_eager_completion
Deno.test("eagerTaskFactory: a generator that never waits is done within createTask()", async () => {
  await runTest(function* ({ loop }) {
    loop.setTaskFactory(eagerTaskFactory);
    const task = createTask(function* (): Coroutine<string> {
      return "hello";
    });
    assert(task.done());
    assertFalse(task.cancel());
    assertEquals(yield* task, "hello");
    assertFalse(task.cancelled());
  });
});

Deno.test("eagerTaskFactory: an async function that never waits is done soon after", async () => {
  await runTest(async ({ loop }) => {
    loop.setTaskFactory(eagerTaskFactory);
    let called = false;
    const task = createTask(async () => {
      called = true;
      return await Promise.resolve("hello");
    });
    assert(called);
    assertFalse(task.done());
    assertEquals(await task, "hello");
  });
});

// CPython: test_eager_task_factory.py, EagerTaskFactoryLoopTests.test_block_after_eager_step
testEager("eagerTaskFactory: a coroutine that waits goes on through the loop", function* (test) {
  const task = test.spawn(function* () {
    yield* test.wait(sleep(0.1));
    return "finished after blocking";
  });
  assertFalse(task.done());
  assertEquals(yield* test.wait(task), "finished after blocking");
  assertEquals(test.clock.time(), 0.1);
});

// CPython: test_eager_task_factory.py, EagerTaskFactoryLoopTests.test_cancellation_after_eager_step_blocks
testEager("eagerTaskFactory: a coroutine that waits can be cancelled", function* (test) {
  const task = test.spawn(function* () {
    yield* test.wait(sleep(0.1));
  });
  assert(task.cancel("cancellation message"));
  assertEquals(task.cancelling(), 1);
  const error = yield* caught(CancelledError, test.wait(task));
  assertEquals(error.message, "cancellation message");
});

// CPython: test_eager_task_factory.py, EagerTaskFactoryLoopTests.test_current_task
testEager(
  "eagerTaskFactory: currentTask() is the new task, then the old one again",
  function* (test) {
    const { wait, spawn } = test;
    const main = currentTask();
    const seen: unknown[] = [];
    const task = spawn(function* () {
      seen.push(currentTask());
      yield* wait(sleep(0.1));
      seen.push(currentTask());
    });
    assertStrictEquals(seen[0], task);
    assertStrictEquals(currentTask(), main);
    yield* wait(task);
    assertStrictEquals(seen[1], task);
  },
);

// CPython: test_eager_task_factory.py, EagerTaskFactoryLoopTests.test_all_tasks_with_eager_completion and
// test_all_tasks_with_blocking
testEager(
  "eagerTaskFactory: allTasks() has the task from its first step to its end",
  function* (test) {
    const { wait, spawn } = test;
    const gate = new Future<void>();
    let seen: ReadonlySet<unknown> = new Set();
    const task = spawn(function* () {
      seen = allTasks();
      yield* wait(gate);
    });
    assert(seen.has(task));
    assert(allTasks().has(task));
    gate.setResult();
    yield* wait(task);
    assertFalse(allTasks().has(task));
  },
);

// CPython: test_eager_task_factory.py, EagerTaskFactoryLoopTests.test_context_vars
testEager("eagerTaskFactory: the first step has a context of its own, too", function* (test) {
  const { wait, spawn } = test;
  const variable = new ContextVar("variable", { default: 0 });
  const seen: number[] = [];
  variable.set(1);
  const task = spawn(function* () {
    seen.push(variable.get());
    variable.set(2);
    yield* wait(sleep(0.1));
    seen.push(variable.get());
    variable.set(3);
  });
  assertEquals(seen, [1]);
  assertEquals(variable.get(), 1);
  yield* wait(task);
  assertEquals(seen, [1, 2]);
  assertEquals(variable.get(), 1);
});

testEager("eagerTaskFactory: eagerStart says otherwise for one task", function* (test) {
  const { wait, spawn } = test;
  let started = false;
  const task = spawn(function* () {
    started = true;
  }, { eagerStart: false, name: "late" });
  assertFalse(started);
  assertEquals(task.getName(), "late");
  yield* wait(task);
  assert(started);
});

testForms("createTask() with eagerStart starts one task eagerly", function* ({ wait, spawn }) {
  let started = false;
  const task = spawn(function* () {
    started = true;
  }, { eagerStart: true });
  assert(started);
  yield* wait(task);
});

testEager(
  "eagerTaskFactory: callbacks of a task that is done at once come by the loop",
  function* (test) {
    const log: string[] = [];
    const task = createTask(function* () {
      log.push("step");
    });
    task.addDoneCallback(() => log.push("callback"));
    log.push("main");
    yield* test.turns(1);
    assertEquals(log, ["step", "main", "callback"]);
  },
);

// CPython (3.14): test_eager_task_factory.py, test_taskgroup_*: gh-128550, gh-128588
Deno.test("TaskGroup hears of an eager task's error when its body waits", async () => {
  await runTest(function* ({ loop }) {
    loop.setTaskFactory(eagerTaskFactory);
    let reached = false;
    const group = new TaskGroup();
    yield* caught(
      AggregateError,
      asyncWith(group, function* () {
        const task = group.createTask(function* () {
          throw new ValueError("x");
        });
        assert(task.done());
        reached = true;
        yield* sleep(10);
      }),
    );
    assert(reached);
    assertEquals(loop.time(), 0);
  });
});

Deno.test("TaskGroup of eager tasks that are done at once ends", async () => {
  await runTest(function* ({ loop }) {
    loop.setTaskFactory(eagerTaskFactory);
    const group = new TaskGroup();
    yield* asyncWith(group, function* () {
      for (let i = 0; i < 3; i++) group.createTask(function* () {});
      assertEquals(String(group), "<TaskGroup tasks=3 entered>");
    });
    assertEquals(String(group), "<TaskGroup entered>");
  });
});

function* recursiveGather(width: number, depth: number): Coroutine<void> {
  if (depth === 0) return;
  yield* gather(...Array.from({ length: width }, () => recursiveGather(width, depth - 1)));
}

// CPython: test_eager_task_factory.py, BaseTaskCountingTests
for (const eager of [false, true]) {
  const kind = eager ? "eager" : "plain";
  // 5 + 5^2 + 5^3 + 5^4, and the first coroutine itself.
  const expected = eager ? 0 : 780;

  /** Runs `main`, and counts the tasks that had to be scheduled. */
  const countScheduled = async (main: () => Coroutine<void>): Promise<number> => {
    let count = 0;
    class CountingTask<T> extends Task<T> {
      constructor(coro: Coroutine<T>, options: TaskOptions) {
        super(coro, options);
        if (!this.done()) count++;
      }
    }
    await runTest(function* ({ loop }) {
      loop.setTaskFactory(
        eager
          ? createEagerTaskFactory(CountingTask)
          : (loop, coro, options) => new CountingTask(coro, { ...options, loop }),
      );
      yield* main();
    });
    return count;
  };

  Deno.test(`gather() of ${kind} tasks, recursively`, async () => {
    assertEquals(await countScheduled(() => recursiveGather(5, 4)), expected);
  });
}
