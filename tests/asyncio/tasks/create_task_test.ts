// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import {
  ContextVar,
  copyContext,
  createTask,
  type ExceptionContext,
  getRunningLoop,
  newEventLoop,
  RuntimeError,
  sleep,
  Task,
} from "@asyncio/asyncio";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { runTest, testForms } from "../../_run_test.ts";

// CPython: test_tasks.py, BaseTaskTests.test_bare_create_task
testForms("createTask() makes a task of the running loop", function* ({ wait, fn, loop }) {
  const task = createTask(fn(function* () {
    yield* wait(sleep(0));
    return 123;
  }));
  assertInstanceOf(task, Task);
  assertStrictEquals(task.getLoop(), loop);
  assertEquals(yield* wait(task), 123);
});

// CPython: test_tasks.py, BaseTaskTests.test_bare_create_named_task
testForms("createTask() names the task", function* ({ wait }) {
  const named = createTask(sleep(0), { name: "No-op" });
  assertEquals(named.getName(), "No-op");
  const numbered = createTask(sleep(0), { name: null });
  assert(/^Task-\d+$/.test(numbered.getName()));
  yield* wait(named);
  yield* wait(numbered);
});

// CPython: test_tasks.py, BaseTaskTests.test_context_1 to test_context_6
testForms("createTask() runs the task in a copy of the context, or in one given", function* (test) {
  const { wait, fn } = test;
  const variable = new ContextVar("variable", { default: "nope" });
  const change = (value: string) =>
    fn(function* () {
      const before = variable.get();
      yield* wait(sleep(0));
      variable.set(value);
      return before;
    });
  variable.set("main");
  assertEquals(yield* wait(createTask(change("task"))), "main");
  assertEquals(variable.get(), "main");
  const context = copyContext();
  const task = createTask(change("given"), { context });
  assertStrictEquals(task.getContext(), context);
  yield* wait(task);
  assertEquals(context.get(variable), "given");
  assertEquals(variable.get(), "main");
});

// CPython: test_tasks.py, BaseTaskTests.test_create_task_with_noncoroutine
testForms("createTask() refuses what is no coroutine", function* () {
  for (const value of [123, "text", null, undefined, {}, [1]]) {
    assertThrows(() => createTask(value as never), TypeError, "a coroutine was expected, got ");
  }
  const promise = Promise.resolve(1);
  assertThrows(() => createTask(promise as never), TypeError, "pass the async function itself");
});

Deno.test("createTask() throws where no loop is running", () => {
  assertThrows(() => createTask(sleep(0)), RuntimeError, "no running event loop");
});

Deno.test("createTask() goes through the task factory of the loop", async () => {
  await runTest(function* ({ loop }) {
    class MyTask<T> extends Task<T> {}
    const options: unknown[] = [];
    loop.setTaskFactory((loop, coro, given) => {
      options.push(given);
      return new MyTask(coro, { ...given, loop });
    });
    const context = copyContext();
    const task = createTask(sleep(0), { name: "mine", context, eagerStart: false });
    assertInstanceOf(task, MyTask);
    assertEquals(options, [{ name: "mine", context, eagerStart: false }]);
    yield* task;
  });
});

Deno.test("createTask() makes tasks that outlive a run, as the loop does", async () => {
  using loop = newEventLoop();
  const reported: ExceptionContext[] = [];
  loop.setExceptionHandler((_, context) => reported.push(context));
  const task = await loop.runUntilComplete(function* () {
    assertStrictEquals(getRunningLoop(), loop);
    return { task: createTask(sleep(0.001, "later")) };
  });
  assert(!task.task.done());
  assertEquals(await loop.runUntilComplete(task.task), "later");
  assertEquals(reported, []);
});
