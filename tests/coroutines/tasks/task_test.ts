// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import {
  allTasks,
  type Coroutine,
  coroutine,
  currentTask,
  Future,
  KeyboardInterrupt,
  newEventLoop,
  RuntimeError,
  sleep,
  Task,
  VirtualClock,
} from "@asyncio/asyncio/coroutines";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { runBriefly, runTest, testForms } from "../../_run_test.ts";

// CPython: test_tasks.py, BaseTaskTests.test_task_class
testForms(
  "Task belongs to its loop and takes the result of its coroutine",
  function* ({ loop, fn, wait }) {
    const task = new Task(fn(function* () {
      return "ok";
    }));
    assertInstanceOf(task, Future);
    assertStrictEquals(task.getLoop(), loop);
    assertFalse(task.done());
    assertEquals(yield* wait(task), "ok");
    assert(task.done());
    assertEquals(task.result(), "ok");
    assertEquals(task.exception(), null);
  },
);

Deno.test("Task() throws where there is no loop", () => {
  assertThrows(() => new Task(sleep(0)), RuntimeError, "no current event loop");
});

// CPython: test_tasks.py, BaseTaskTests.test_task_basics
testForms("Task runs the coroutines that its coroutine waits for", function* ({ fn, wait }) {
  const inner1 = fn(function* () {
    return 42;
  });
  const inner2 = fn(function* (more: number) {
    yield* wait(sleep(0));
    return 1000 + more;
  });
  const a = yield* wait(inner1());
  const b = yield* wait(inner2(1));
  assertEquals(a + b, 1043);
});

testForms("Task starts in the next turn, in the order of creation", function* ({ spawn, wait }) {
  const order: number[] = [];
  const tasks = [1, 2, 3].map((number) =>
    spawn(function* () {
      order.push(number);
    })
  );
  assertEquals(order, []);
  for (const task of tasks) yield* wait(task);
  assertEquals(order, [1, 2, 3]);
});

testForms("Tasks take turns", function* ({ spawn, wait, turns }) {
  const order: string[] = [];
  const worker = (name: string) =>
    spawn(function* () {
      for (let i = 0; i < 3; i++) {
        order.push(`${name}${i}`);
        yield* turns(1);
      }
    });
  for (const task of [worker("a"), worker("b")]) yield* wait(task);
  assertEquals(order, ["a0", "b0", "a1", "b1", "a2", "b2"]);
});

Deno.test("A bare yield hands control to the loop for one turn", () =>
  runTest(function* ({ loop }) {
    const order: string[] = [];
    loop.callSoon(() => order.push("callback"));
    order.push("before");
    yield;
    order.push("after");
    yield undefined;
    yield null;
    assertEquals(order, ["before", "callback", "after"]);
  }));

testForms("Task passes on what its coroutine throws", function* ({ spawn, raises }) {
  const error = new Error("boom");
  const task = spawn(function* () {
    throw error;
  });
  assertStrictEquals(yield* raises(task, Error), error);
  assertStrictEquals(task.exception(), error);
});

testForms(
  "Task passes on an exception through tasks that wait for one another",
  function* ({ spawn, wait, raises }) {
    const error = new Error("boom");
    const inner = spawn(function* () {
      yield* wait(sleep(0));
      throw error;
    });
    const outer = spawn(() => wait(inner));
    assertStrictEquals(yield* raises(outer, Error), error);
  },
);

// CPython: test_tasks.py, BaseTaskTests.test_task_set_methods
testForms("Task.setResult() and setException() are not for users", function* ({ spawn, wait }) {
  const task = spawn(function* () {
    return "ko";
  });
  assertThrows(
    () => task.setResult("ok"),
    RuntimeError,
    "Task does not support setResult operation",
  );
  assertThrows(
    () => task.setException(new Error()),
    RuntimeError,
    "Task does not support setException operation",
  );
  assertEquals(yield* wait(task), "ko");
});

// CPython: test_tasks.py, SetMethodsTest.test_set_result_causes_invalid_state
Deno.test("Task whose future was ended behind its back says so", () =>
  runTest(function* ({ loop, reported }) {
    const task = loop.createTask(function* () {
      yield* sleep(0);
      return 1;
    });
    Future.prototype.setResult.call(task, 2);
    yield* sleep(0);
    yield* sleep(0);
    assertEquals(reported.length, 0);
    assertEquals(task.result(), 2);
  }).then(() => {
    throw new Error("the loop must not survive this");
  }, (error) => assertMatch(String(error), /InvalidStateError: FINISHED: <Task finished/)));

// Bad yields.

// CPython: test_tasks.py, BaseTaskTests.test_other_loop_future
testForms("Task refuses a future of another loop", function* ({ raises }) {
  using other = newEventLoop();
  const error = yield* raises(other.createFuture(), RuntimeError, "attached to a different loop");
  assertMatch(error.message, /^Task <Task .*> got Future <Future pending> attached/);
});

// CPython: test_tasks.py, BaseTaskTests.test_task_awaits_on_itself
testForms("Task cannot wait for itself", function* ({ raises }) {
  const error = yield* raises(currentTask()!, RuntimeError, "Task cannot await on itself");
  assertMatch(error.message, /: <Task pending name='Task-\d+'/);
});

testForms("Task cannot wait for itself through a coroutine", function* ({ raises }) {
  const wait = coroutine(function* (): Coroutine<void> {
    yield* currentTask()!;
  });
  yield* raises(wait(), RuntimeError, "Task cannot await on itself");
});

Deno.test("Task throws a RuntimeError into a coroutine that yields what it should not", () =>
  runTest(function* ({ loop }) {
    const done = loop.createFuture();
    done.setResult(1);
    const cases: [unknown, string][] = [
      [1, "Task got bad yield: 1"],
      ["text", "Task got bad yield: 'text'"],
      [false, "Task got bad yield: False"],
      [{}, "Task got bad yield: {}"],
      [Promise.resolve(), "Task got bad yield: <Promise object>"],
      [loop.createFuture(), "yield was used instead of yield* in task <Task pending"],
      [done, "yield was used instead of yield* in task <Task pending"],
      [sleep(1), "yield was used instead of yield* for generator in task <Task pending"],
      [function* () {}(), "yield was used instead of yield* for generator in task <Task pending"],
    ];
    for (const [bad, message] of cases) {
      let caught: unknown;
      try {
        yield bad;
      } catch (error) {
        caught = error;
      }
      assertInstanceOf(caught, RuntimeError);
      assert(caught.message.startsWith(message), caught.message);
    }
  }));

Deno.test("Task tells yield from yield* for a future that it has waited for before", () =>
  runTest(function* ({ loop }) {
    const f = loop.createFuture<void>();
    loop.callSoon(() => f.setResult());
    yield* f;
    let caught: unknown;
    try {
      yield f;
    } catch (error) {
      caught = error;
    }
    assertInstanceOf(caught, RuntimeError);
    assertMatch(caught.message, /^yield was used instead of yield\*/);
  }));

// CPython: test_tasks.py, BaseTaskTests.test_create_task_with_noncoroutine
testForms("createTask() takes coroutines and coroutine functions only", function* ({ loop }) {
  const refused = (value: unknown, message: string) =>
    // deno-lint-ignore no-explicit-any
    assertThrows(() => loop.createTask(value as any), TypeError, message);
  for (let i = 0; i < 2; i++) refused(123, "a coroutine was expected, got 123");
  refused(null, "a coroutine was expected, got None");
  refused([1], "a coroutine was expected, got [1]");
  refused(loop.createFuture(), "a coroutine was expected, got <Future pending>");
  refused(Promise.resolve(), "pass the async function itself");
});

testForms(
  "createTask() of a function that returns no coroutine fails the task",
  function* ({ loop, raises }) {
    // deno-lint-ignore no-explicit-any
    const task = loop.createTask((() => 42) as any);
    yield* raises(task, TypeError, "a coroutine was expected, got 42");
  },
);

/** Nothing but the methods of a generator. */
class CoroutineLike implements Iterable<unknown> {
  readonly #steps = [undefined, undefined];
  readonly calls: string[] = [];

  next(): IteratorResult<unknown, number> {
    this.calls.push("next");
    if (this.#steps.length === 0) return { done: true, value: 42 };
    return { done: false, value: this.#steps.pop() };
  }

  throw(error: unknown): IteratorResult<unknown, number> {
    this.calls.push("throw");
    throw error;
  }

  return(value: number): IteratorResult<unknown, number> {
    this.calls.push("return");
    return { done: true, value };
  }

  [Symbol.iterator](): this {
    return this;
  }
}

// CPython: test_tasks.py, BaseTaskTests.test_create_task_with_asynclike_function
testForms(
  "createTask() takes whatever has the methods of a coroutine",
  function* ({ loop, wait, turns }) {
    const like = () => new CoroutineLike() as unknown as Coroutine<number>;
    for (let i = 0; i < 2; i++) assertEquals(yield* wait(loop.createTask(like())), 42);
    const coro = like();
    const task = loop.createTask(coro);
    yield* turns(1);
    task.cancel();
    yield* turns(1);
    assert(task.cancelled());
    assertEquals((coro as unknown as CoroutineLike).calls, ["next", "throw"]);
  },
);

// CPython: test_tasks.py, BaseTaskTests.test_coroutine_non_gen_function_return_future
Deno.test("A generator task can have a future as its result", () =>
  runTest(function* ({ loop }) {
    const f = loop.createFuture<string>();
    const task = loop.createTask(function* () {
      return f;
    });
    assertStrictEquals(yield* task, f);
    assertFalse(f.done());
  }));

// CPython: test_tasks.py, BaseTaskTests.test_get_coro
Deno.test("Task.getCoro() gives the coroutine", () =>
  runTest(function* ({ loop }) {
    const coro = sleep(0);
    const task = loop.createTask(coro);
    assertStrictEquals(task.getCoro(), coro);
    yield* task;
  }));

// Errors that pass through the loop.

// CPython: test_tasks.py, BaseTaskTests.test_baseexception_during_cancel
Deno.test("KeyboardInterrupt thrown in a task stops the loop and stays with the task", async () => {
  using loop = newEventLoop({ clock: new VirtualClock({ autojump: true }) });
  const interrupt = new KeyboardInterrupt();
  const task = loop.createTask(function* () {
    try {
      yield* sleep(10);
    } catch {
      throw interrupt;
    }
  });
  await runBriefly(loop);
  task.cancel();
  assertFalse(task.done());
  assertStrictEquals(await assertRejects(() => runBriefly(loop)), interrupt);
  assert(task.done());
  assertFalse(task.cancelled());
  assertStrictEquals(task.exception(), interrupt);
});

Deno.test("KeyboardInterrupt thrown in an async task stops the loop", async () => {
  using loop = newEventLoop({ clock: new VirtualClock({ autojump: true }) });
  const interrupt = new KeyboardInterrupt();
  const task = loop.createTask(async () => {
    await sleep(1);
    throw interrupt;
  });
  assertStrictEquals(await assertRejects(() => loop.runUntilComplete(sleep(10))), interrupt);
  assertStrictEquals(task.exception(), interrupt);
  await runBriefly(loop);
  for (const left of allTasks(loop)) left.cancel();
  await runBriefly(loop);
});

// Awaiting a task outside of tasks.

Deno.test("Task can be awaited by plain code", async () => {
  using loop = newEventLoop({ clock: new VirtualClock({ autojump: true }) });
  const task = loop.createTask(sleep(10, "ten"));
  const running = loop.runUntilComplete(task);
  assertEquals(await task, "ten");
  assertEquals(await Promise.all([task, running]), ["ten", "ten"]);
});
