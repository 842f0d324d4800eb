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
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { runBriefly, runTest, testForms } from "../_run_test.ts";

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

// Names and reprs.

// CPython: test_tasks.py, BaseTaskTests.test_task_repr
testForms(
  "Task shows its state, its name, its coroutine and its outcome",
  function* ({ loop, spawn, wait, turns }) {
    const notmuch = function* notmuch() {
      return "abc";
    };
    function dummy() {}
    const form = String(spawn(notmuch, { name: "TestTask" })).match(/coro=<.*>/)![0].slice(0, -1);
    const task = spawn(notmuch, { name: "TestTask" });
    task.addDoneCallback(dummy);
    assertEquals(String(task), `<Task pending name='TestTask' ${form} cb=[dummy()]>`);
    task.cancel();
    assertEquals(String(task), `<Task cancelling name='TestTask' ${form} cb=[dummy()]>`);
    yield* turns(2);
    assertEquals(String(task), `<Task cancelled name='TestTask' ${form}>`);
    const finished = spawn(notmuch, { name: "TestTask" });
    yield* wait(finished);
    assertEquals(String(finished), `<Task finished name='TestTask' ${form} result='abc'>`);
    assertEquals(Deno.inspect(finished), String(finished));
    const failing = loop.createTask(function* () {
      throw new TypeError("no");
    }, { name: "it's" });
    yield* turns(2);
    assertMatch(
      String(failing),
      /^<Task finished name="it's" coro=<.*> exception=TypeError\('no'\)>$/,
    );
    failing.exception();
  },
);

Deno.test("Task shows the name of the function that made its coroutine", () =>
  runTest(async ({ loop }) => {
    const main = coroutine(function* main() {});
    const work = coroutine(async function work() {});
    async function plain() {}
    const tasks = [
      loop.createTask(main(), { name: "a" }),
      loop.createTask(main, { name: "a" }),
      loop.createTask(work(), { name: "a" }),
      loop.createTask(plain, { name: "a" }),
      loop.createTask(() => plain(), { name: "a" }),
      loop.createTask(sleep(0), { name: "a" }),
      loop.createTask(function* () {}(), { name: "a" }),
    ];
    assertEquals(
      tasks.map((task) => String(task).match(/coro=<(.*)>>/)![1]),
      ["main()", "main()", "work()", "plain()", "<lambda>()", "sleep()", "generator"],
    );
    await Promise.all(tasks);
  }));

// CPython: test_tasks.py, BaseTaskTests.test_task_repr_wait_for
testForms("Task shows what it waits for", function* ({ loop, fn, spawn, wait, turns }) {
  const f = loop.createFuture<void>();
  const nested = fn(function* () {
    yield* wait(f);
  });
  const tasks = [spawn(() => wait(f)), spawn(() => wait(nested())), spawn(() => wait(sleep(1)))];
  yield* turns(2);
  for (const task of tasks) {
    assertMatch(String(task), / coro=<.*> wait_for=<Future pending cb=\[wakeup\(\).*\]>>$/);
  }
  const waiting = spawn(() => wait(tasks[0]!));
  yield* turns(2);
  assertMatch(String(waiting), / wait_for=<Task pending .* cb=\[wakeup\(\)\]>>$/);
  f.setResult();
  yield* wait(waiting);
  for (const task of tasks) yield* wait(task);
  assertFalse(String(tasks[0]).includes("wait_for"));
});

Deno.test("Task shows that it waits for something foreign", () =>
  runTest(async ({ loop }) => {
    const foreign = Promise.withResolvers<void>();
    const task = loop.createTask(async () => await foreign.promise);
    await sleep(0);
    assertMatch(String(task), / wait_for=<Future pending>>$/);
    foreign.resolve();
    await task;
  }));

// CPython: test_futures2.py, FutureReprTests.test_recursive_repr_for_pending_tasks
Deno.test("Task that leads back to itself can be shown", async () => {
  using loop = newEventLoop();
  const tasks: Task<unknown>[] = [0, 1].map((i) =>
    loop.createTask(function* () {
      yield* tasks[1 - i]!;
    }())
  );
  const itself = loop.createTask(function* () {
    return { toString: () => String(itself) };
  }());
  await runBriefly(loop);
  assertMatch(String(tasks[0]), /wait_for=<Task pending .* wait_for=\.\.\. cb=/);
  assertMatch(String(itself), /result=\.\.\.>$/);
});

// CPython: test_tasks.py, BaseTaskTests.test_task_repr_autogenerated
testForms("Tasks get names of growing numbers", function* ({ spawn, wait }) {
  const nothing = function* () {};
  const [t1, t2] = [spawn(nothing), spawn(nothing)];
  const [n1, n2] = [t1, t2].map((task) => Number(task.getName().match(/^Task-(\d+)$/)![1]));
  assert(n1! < n2!);
  assertNotEquals(String(t1), String(t2));
  yield* wait(t1);
  yield* wait(t2);
});

// CPython: test_tasks.py, BaseTaskTests.test_task_set_name_pylong, test_task_repr_name_not_str
testForms("Task.setName() makes a string of what it is given", function* ({ spawn, wait }) {
  const task = spawn(function* () {}, { name: "first" });
  assertEquals(task.getName(), "first");
  // deno-lint-ignore no-explicit-any
  for (const name of [123456789, { toString: () => "{6}" }] as any[]) {
    task.setName(name);
    assertStrictEquals(task.getName(), String(name));
  }
  yield* wait(task);
  // deno-lint-ignore no-explicit-any
  const numbered = spawn(function* () {}, { name: 987654321 as any });
  assertStrictEquals(numbered.getName(), "987654321");
  yield* wait(numbered);
});

// currentTask() and allTasks().

// CPython: test_tasks.py, BaseTaskTests.test_current_task
testForms("currentTask() is the task that runs", function* ({ loop, spawn, wait, turns }) {
  const task: Task<void> = spawn(function* () {
    assertStrictEquals(currentTask(), task);
    assertStrictEquals(currentTask(null), task);
    assertStrictEquals(currentTask(loop), task);
    yield* turns(1);
    assertStrictEquals(currentTask(), task);
  });
  const me = currentTask();
  yield* wait(task);
  assertStrictEquals(currentTask(), me);
});

// CPython: test_tasks.py, BaseTaskTests.test_current_task_with_interleaving_tasks
testForms("currentTask() stays right when tasks interleave", function* ({ loop, spawn, wait }) {
  const f1 = loop.createFuture<boolean>();
  const f2 = loop.createFuture<boolean>();
  const t1: Task<void> = spawn(function* () {
    assertStrictEquals(currentTask(), t1);
    yield* wait(f1);
    assertStrictEquals(currentTask(), t1);
    f2.setResult(true);
  });
  const t2: Task<void> = spawn(function* () {
    assertStrictEquals(currentTask(), t2);
    f1.setResult(true);
    assertStrictEquals(currentTask(), t2);
    yield* wait(f2);
    assertStrictEquals(currentTask(), t2);
  });
  yield* wait(t1);
  yield* wait(t2);
});

// CPython: test_tasks.py, BaseCurrentLoopTests
Deno.test("currentTask() and allTasks() need a running loop, or one given", () => {
  using loop = newEventLoop();
  assertThrows(() => currentTask(), RuntimeError, "no running event loop");
  assertThrows(() => allTasks(), RuntimeError, "no running event loop");
  assertEquals(currentTask(loop), null);
  assertEquals(allTasks(loop), new Set());
});

testForms("currentTask() is null in callbacks, and for other loops", function* ({ loop, turns }) {
  using other = newEventLoop();
  const seen: unknown[] = [];
  loop.callSoon(() => seen.push(currentTask()));
  loop.callLater(0, () => seen.push(currentTask()));
  yield* turns(2);
  assertEquals(seen, [null, null]);
  assertEquals(currentTask(other), null);
});

testForms(
  "allTasks() are those not done, in the order of their creation",
  function* ({ loop, spawn, wait }) {
    const me = currentTask()!;
    const futures = [1, 2, 3].map(() => loop.createFuture<void>());
    const tasks = futures.map((f) => spawn(() => wait(f)));
    assertEquals([...allTasks()], [me, ...tasks]);
    assertEquals([...allTasks(loop)], [me, ...tasks]);
    yield* wait(sleep(1));
    tasks[1]!.cancel();
    yield* wait(sleep(1));
    assertEquals([...allTasks()], [me, tasks[0]!, tasks[2]!]);
    futures[0]!.setResult();
    futures[2]!.setResult();
    yield* wait(sleep(1));
    assertEquals([...allTasks()], [me]);
  },
);

// Subclasses and eager start.

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
