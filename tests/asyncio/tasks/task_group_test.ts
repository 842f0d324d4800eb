// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import {
  asyncWith,
  CancelledError,
  ContextVar,
  copyContext,
  type Coroutine,
  createTask,
  currentTask,
  ExceptionGroup,
  Future,
  KeyboardInterrupt,
  RuntimeError,
  sleep,
  type Task,
  TaskGroup,
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
import { type FormTest, runTest, testForms } from "../../_run_test.ts";
import { caught, exceptStar, namesIn } from "../_caught.ts";

class MyError extends Error {
  override readonly name = "MyError";
}

/** `async with TaskGroup() as group: body`. */
function* inGroup<T>(
  { wait, fn }: FormTest,
  body: (group: TaskGroup) => Coroutine<T>,
): Coroutine<T> {
  return yield* wait(asyncWith(new TaskGroup(), fn(body)));
}

/** A coroutine function that fails after a time. */
function failing({ wait, fn }: FormTest, seconds: number, error: Error = new ValueError("x")) {
  return fn(function* failing(): Coroutine<void> {
    yield* wait(sleep(seconds));
    throw error;
  });
}

/** A coroutine function that throws when its wait ends in whatever way. */
function failingFinally({ wait, fn }: FormTest, error: () => Error = () => new ValueError("x")) {
  return fn(function* failingFinally(): Coroutine<void> {
    try {
      yield* wait(sleep(10));
    } finally {
      // deno-lint-ignore no-unsafe-finally
      throw error();
    }
  });
}

/** Starts `body` as a task, lets it run for a while, and cancels it. */
function* cancelledAfter(
  { spawn, wait }: FormTest,
  seconds: number,
  body: () => Coroutine<unknown>,
): Coroutine<Task<unknown>> {
  const task = spawn(body);
  yield* wait(sleep(seconds));
  assertFalse(task.done());
  task.cancel();
  return task;
}

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_01
testForms("TaskGroup waits for its tasks", function* (test) {
  const [t1, t2] = yield* inGroup(test, function* (group) {
    return [group.createTask(() => sleep(0.1, 42)), group.createTask(() => sleep(0.2, 11))];
  });
  assertEquals([t1!.result(), t2!.result()], [42, 11]);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_02
testForms("TaskGroup takes tasks as long as its body runs", function* (test) {
  const [t1, t2] = yield* inGroup(test, function* (group) {
    const t1 = group.createTask(sleep(0.1, 42));
    yield* test.wait(sleep(0.15));
    return [t1, group.createTask(sleep(0.2, 11))];
  });
  assertEquals([t1!.result(), t2!.result()], [42, 11]);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_03
testForms("TaskGroup goes on when one of its tasks is cancelled", function* (test) {
  const [t1, t2] = yield* inGroup(test, function* (group) {
    const t1 = group.createTask(sleep(1, 42));
    yield* test.wait(sleep(0.15));
    t1.cancel();
    return [t1, group.createTask(sleep(0.2, 11))];
  });
  assert(t1!.cancelled());
  assertEquals(t2!.result(), 11);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_04
testForms("TaskGroup cancels the other tasks when one fails", function* (test) {
  let reached = false;
  let t2: Task<void>;
  const runner = test.spawn(function* () {
    yield* inGroup(test, function* (group) {
      group.createTask(failing(test, 0.1));
      t2 = group.createTask(test.fn(function* () {
        yield* test.wait(sleep(1));
        reached = true;
      }));
    });
    reached = true;
  });
  const error = yield* caught(ExceptionGroup, test.wait(runner));
  assertEquals(namesIn(error), ["ValueError"]);
  assertFalse(reached);
  assert(t2!.cancelled());
});

// CPython: test_taskgroups.py, TestTaskGroup.test_cancel_children_on_child_error
testForms("TaskGroup cancels tasks and body when a task fails", function* (test) {
  const log: string[] = [];
  const error = yield* caught(
    ExceptionGroup,
    inGroup(test, function* (group) {
      for (let i = 0; i < 3; i++) group.createTask(failing(test, 0.1));
      const t2 = group.createTask(sleep(5));
      t2.addDoneCallback(() => log.push(`task cancelled: ${t2.cancelled()}`));
      yield* caught(CancelledError, test.wait(sleep(10)));
      log.push("body cancelled");
      throw new CancelledError();
    }),
  );
  assertEquals(namesIn(error), ["ValueError"]);
  assertEquals(log, ["body cancelled", "task cancelled: true"]);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_cancellation
testForms("TaskGroup passes a cancellation of its parent on to its tasks", function* (test) {
  const tasks: Task<void>[] = [];
  const parent = yield* cancelledAfter(test, 0.1, () =>
    inGroup(test, function* (group) {
      for (let i = 0; i < 5; i++) tasks.push(group.createTask(sleep(5)));
    }));
  yield* caught(CancelledError, test.wait(parent));
  assert(parent.cancelled());
  assert(tasks.length === 5 && tasks.every((task) => task.cancelled()));
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_07
testForms("TaskGroup cancels its tasks when its body is cancelled", function* (test) {
  const tasks: Task<void>[] = [];
  let bodyCancelled = false;
  const parent = yield* cancelledAfter(test, 0.1, () =>
    inGroup(test, function* (group) {
      for (let i = 0; i < 5; i++) tasks.push(group.createTask(sleep(5)));
      const error = yield* caught(CancelledError, test.wait(sleep(10)));
      bodyCancelled = true;
      throw error;
    }));
  yield* caught(CancelledError, test.wait(parent));
  assert(bodyCancelled);
  assert(tasks.length === 5 && tasks.every((task) => task.cancelled()));
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_08
testForms("TaskGroup throws the errors of tasks that fail on being cancelled", function* (test) {
  const parent = yield* cancelledAfter(test, 0.1, () =>
    inGroup(test, function* (group) {
      for (let i = 0; i < 5; i++) group.createTask(failingFinally(test));
      yield* test.wait(sleep(10));
    }));
  const error = yield* caught(ExceptionGroup, test.wait(parent));
  assertEquals(namesIn(error), ["ValueError"]);
  assertEquals(error.exceptions.length, 5);
  assertEquals(error.message, "unhandled errors in a TaskGroup");
  assertEquals(
    String(error),
    "ExceptionGroup: unhandled errors in a TaskGroup (5 sub-exceptions)",
  );
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_09
testForms("TaskGroup cancels its tasks when its body fails", function* (test) {
  const tasks: Task<void>[] = [];
  const error = yield* caught(
    ExceptionGroup,
    inGroup(test, function* (group) {
      tasks.push(group.createTask(sleep(1)), group.createTask(sleep(2)));
      yield* test.wait(sleep(0.1));
      throw new ValueError("x");
    }),
  );
  assertEquals(namesIn(error), ["ValueError"]);
  assert(tasks.every((task) => task.cancelled()));
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_10
testForms("TaskGroup cancels tasks that have not started", function* (test) {
  const tasks: Task<void>[] = [];
  const error = yield* caught(
    ExceptionGroup,
    inGroup(test, function* (group) {
      tasks.push(group.createTask(sleep(1)), group.createTask(sleep(2)));
      throw new ValueError("x");
    }),
  );
  assertEquals(namesIn(error), ["ValueError"]);
  assert(tasks.every((task) => task.cancelled()));
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_11
testForms("TaskGroup in a TaskGroup throws a group in a group", function* (test) {
  const parent = yield* cancelledAfter(
    test,
    0.1,
    () =>
      inGroup(test, () =>
        inGroup(test, function* (inner) {
          for (let i = 0; i < 5; i++) inner.createTask(failingFinally(test));
          yield* test.wait(sleep(10));
        })),
  );
  const error = yield* caught(ExceptionGroup, test.wait(parent));
  assertEquals(namesIn(error), ["ExceptionGroup"]);
  assertEquals(namesIn(error.exceptions[0]), ["ValueError"]);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_12
testForms("TaskGroup with tasks of its own, in its body a TaskGroup that fails", function* (test) {
  const parent = yield* cancelledAfter(test, 0.1, () =>
    inGroup(test, function* (outer) {
      outer.createTask(sleep(10));
      yield* inGroup(test, function* (inner) {
        for (let i = 0; i < 5; i++) inner.createTask(failingFinally(test));
        yield* test.wait(sleep(10));
      });
    }));
  const error = yield* caught(ExceptionGroup, test.wait(parent));
  assertEquals(namesIn(error), ["ExceptionGroup"]);
  assertEquals(namesIn(error.exceptions[0]), ["ValueError"]);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_13
testForms("TaskGroup cancels the TaskGroup in its body when a task fails", function* (test) {
  const error = yield* caught(
    ExceptionGroup,
    inGroup(test, function* (outer) {
      outer.createTask(failing(test, 0.1));
      yield* inGroup(test, function* (inner) {
        inner.createTask(failing(test, 10));
      });
    }),
  );
  assertEquals(namesIn(error), ["ValueError"]);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_14
testForms("TaskGroup fails when the TaskGroup in its body fails", function* (test) {
  const error = yield* caught(
    ExceptionGroup,
    inGroup(test, function* (outer) {
      outer.createTask(failing(test, 10));
      yield* inGroup(test, function* (inner) {
        inner.createTask(failing(test, 0.1));
      });
    }),
  );
  assertEquals(namesIn(error), ["ExceptionGroup"]);
  assertEquals(namesIn(error.exceptions[0]), ["ValueError"]);
});

/** A group of which a task fails while its body, having been cancelled, cleans up. */
function* failingInCleanup(test: FormTest): Coroutine<void> {
  yield* inGroup(test, function* (group) {
    group.createTask(failing(test, 0.3));
    const error = yield* caught(CancelledError, test.wait(sleep(10)));
    yield* test.wait(sleep(0.5));
    throw error;
  });
}

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_15
testForms("TaskGroup prefers errors to the cancellation of its parent", function* (test) {
  const parent = yield* cancelledAfter(test, 0.1, () => failingInCleanup(test));
  const error = yield* caught(ExceptionGroup, test.wait(parent));
  assertEquals(namesIn(error), ["ValueError"]);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_16
testForms("TaskGroup prefers errors to a cancellation from further out", function* (test) {
  const parent = yield* cancelledAfter(test, 0.1, function* () {
    yield* test.wait(test.spawn(() => failingInCleanup(test)));
  });
  const error = yield* caught(ExceptionGroup, test.wait(parent));
  assertEquals(namesIn(error), ["ValueError"]);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_17
testForms("TaskGroup without tasks passes a cancellation on", function* (test) {
  const parent = yield* cancelledAfter(test, 0.1, () =>
    inGroup(test, function* () {
      yield* test.wait(sleep(10));
    }));
  yield* caught(CancelledError, test.wait(parent));
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_18
testForms("TaskGroup throws what its body makes of a cancellation", function* (test) {
  const parent = yield* cancelledAfter(test, 0.1, () =>
    inGroup(test, function* () {
      yield* caught(CancelledError, test.wait(sleep(10)));
      throw new MyError();
    }));
  const error = yield* caught(ExceptionGroup, test.wait(parent));
  assertEquals(namesIn(error), ["MyError"]);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_19
testForms("TaskGroup throws the errors of its tasks and of its body", function* (test) {
  const nested = failingFinally(test, () => new MyError());
  const error = yield* caught(
    ExceptionGroup,
    inGroup(test, function* (group) {
      group.createTask(failing(test, 0.1));
      yield* test.wait(nested());
    }),
  );
  assertEquals(namesIn(error), ["MyError", "ValueError"]);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_20
testForms("TaskGroup throws a KeyboardInterrupt of its body as it is", function* (test) {
  const interrupt = new KeyboardInterrupt();
  const nested = failingFinally(test, () => interrupt);
  const error = yield* caught(
    KeyboardInterrupt,
    inGroup(test, function* (group) {
      group.createTask(failing(test, 0.1));
      yield* test.wait(nested());
    }),
  );
  assertStrictEquals(error, interrupt);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_22
testForms("TaskGroup waits for cancelled tasks before it throws", function* (test) {
  const tasks: Task<void>[] = [];
  const parent = yield* cancelledAfter(test, 0.05, () =>
    inGroup(test, function* (group) {
      tasks.push(group.createTask(sleep(1)), group.createTask(sleep(2)));
    }));
  assertFalse(tasks.some((task) => task.done()));
  yield* caught(CancelledError, test.wait(parent));
  assert(tasks.every((task) => task.cancelled()));
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_23
testForms("TaskGroup forgets tasks that are done", function* (test) {
  yield* inGroup(test, function* (group) {
    for (let count = 0; count < 10; count++) {
      yield* test.wait(sleep(0.1));
      group.createTask(sleep(0.3));
      if (count === 5) assertEquals(String(group), "<TaskGroup tasks=4 entered>");
    }
    yield* test.wait(sleep(1.35));
    assertEquals(String(group), "<TaskGroup entered>");
  });
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_24
testForms("TaskGroup takes tasks from its tasks, while it is being left", function* (test) {
  const tasks: Task<void>[] = [];
  yield* inGroup(test, function* (group) {
    group.createTask(test.fn(function* () {
      yield* test.wait(sleep(0.1));
      tasks.push(group.createTask(sleep(0.1)), group.createTask(sleep(0.2)));
    }));
  });
  assertEquals(tasks.map((task) => task.done()), [true, true]);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_25
testForms("TaskGroup ends tasks that go on making tasks", function* (test) {
  let heads = 0;
  const hydra = (group: TaskGroup) =>
    test.fn(function* (): Coroutine<void> {
      heads++;
      yield* test.wait(sleep(0.01));
      group.createTask(hydra(group));
      group.createTask(hydra(group));
    });
  const hercules = test.fn(function* (): Coroutine<void> {
    while (heads < 10) yield* test.wait(sleep(0.015));
    throw new ValueError("x");
  });
  const error = yield* caught(
    ExceptionGroup,
    inGroup(test, function* (group) {
      group.createTask(hydra(group));
      group.createTask(hercules);
    }),
  );
  assertEquals(namesIn(error), ["ValueError"]);
  assert(heads >= 10);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_task_name
testForms("TaskGroup.createTask() names the task", function* (test) {
  yield* inGroup(test, function* (group) {
    assertEquals(group.createTask(sleep(0), { name: "yolo" }).getName(), "yolo");
  });
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_task_context
testForms("TaskGroup.createTask() runs the task in a context", function* (test) {
  const variable = new ContextVar<number>("variable");
  const setting = (value: number) =>
    test.fn(function* () {
      yield* test.wait(sleep(0));
      variable.set(value);
    });
  yield* inGroup(test, function* (group) {
    const context = copyContext();
    assertEquals(context.get(variable), undefined);
    yield* test.wait(group.createTask(setting(1), { context }));
    assertEquals(context.get(variable), 1);
    yield* test.wait(group.createTask(setting(2), { context }));
    assertEquals(context.get(variable), 2);
  });
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_no_create_task_after_failure
testForms("TaskGroup.createTask() throws once a task has failed", function* (test) {
  let refused = false;
  const error = yield* caught(
    ExceptionGroup,
    inGroup(test, function* (group) {
      group.createTask(failing(test, 0.001));
      group.createTask(test.fn(function* () {
        yield* caught(CancelledError, test.wait(sleep(1)));
        assertThrows(() => group.createTask(sleep(0)), RuntimeError, "is shutting down");
        refused = true;
      }));
    }),
  );
  assertEquals(namesIn(error), ["ValueError"]);
  assert(refused);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_context_manager_exit_raises
testForms("TaskGroup takes its own cancellation back when its body fails too", function* (test) {
  const group = yield* caught(
    ExceptionGroup,
    inGroup(test, function* (group) {
      try {
        group.createTask(failing(test, 0, new MyError()));
        yield* test.wait(sleep(1));
      } finally {
        // deno-lint-ignore no-unsafe-finally
        throw new MyError();
      }
    }),
  );
  assertEquals(currentTask()!.cancelling(), 0);
  assertEquals(group.exceptions.length, 2);
  assertEquals(namesIn(group), ["MyError"]);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_already_entered and test_taskgroup_double_enter
testForms("TaskGroup cannot be entered twice", function* ({ wait, fn }) {
  const group = new TaskGroup();
  const nothing = fn(function* () {});
  yield* wait(asyncWith(
    group,
    fn(function* () {
      const error = yield* caught(RuntimeError, wait(asyncWith(group, nothing)));
      assertEquals(error.message, "TaskGroup <TaskGroup entered> has already been entered");
    }),
  ));
  yield* caught(RuntimeError, wait(asyncWith(group, nothing)));
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_finished and test_coro_closed_when_tg_closed
testForms(
  "TaskGroup.createTask() throws, and closes the coroutine, after the end",
  function* (test) {
    const group = yield* inGroup(test, function* (group) {
      return group;
    });
    let closed = false;
    const coro = (function* (): Coroutine<void> {
      try {
        yield;
      } finally {
        closed = true;
      }
    })();
    coro.next();
    assertThrows(() => group.createTask(coro), RuntimeError, "is finished");
    assert(closed);
    assertThrows(() => group.createTask(() => sleep(0)), RuntimeError, "is finished");
  },
);

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_not_entered
Deno.test("TaskGroup.createTask() throws before the group is entered", () => {
  assertThrows(
    () => new TaskGroup().createTask(sleep(0)),
    RuntimeError,
    "TaskGroup <TaskGroup> has not been entered",
  );
});

// CPython: test_taskgroups.py, TestTaskGroup.test_taskgroup_without_parent_task
Deno.test("TaskGroup cannot be entered outside a task", async () => {
  const group = new TaskGroup();
  await runTest(async ({ loop }) => {
    const entered = new Future<unknown>();
    loop.callSoon(() => {
      try {
        group.aenter().next();
      } catch (error) {
        entered.setResult(error);
      }
    });
    const error = await entered;
    assertInstanceOf(error, RuntimeError);
    assertEquals(error.message, "TaskGroup <TaskGroup> cannot determine the parent task");
  });
  assertThrows(() => group.createTask(sleep(0)), RuntimeError, "has not been entered");
});

// CPython: test_taskgroups.py, TestTaskGroup.test_cancelling_level_preserved
testForms("TaskGroup leaves the cancel requests of its parent as they were", function* (test) {
  yield* exceptStar(
    ValueError,
    inGroup(test, function* (group) {
      group.createTask(failing(test, 0));
    }),
  );
  assertEquals(currentTask()!.cancelling(), 0);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_nested_groups_both_cancelled
testForms("TaskGroup in a TaskGroup, when a task of each fails", function* (test) {
  yield* exceptStar(
    ValueError,
    inGroup(test, function* (outer) {
      yield* exceptStar(
        MyError,
        inGroup(test, function* (inner) {
          inner.createTask(failing(test, 0, new MyError()));
          outer.createTask(failing(test, 0));
        }),
      );
      assertEquals(currentTask()!.cancelling(), 1);
    }),
  );
  assertEquals(currentTask()!.cancelling(), 0);
});

// CPython: test_taskgroups.py, TestTaskGroup.test_error_and_cancel
testForms("TaskGroup keeps a cancellation that comes with an error", function* (test) {
  const { spawn, wait, fn } = test;
  const started = new Future<void>();
  const inner = spawn(function* () {
    yield* exceptStar(
      MyError,
      inGroup(test, function* (group) {
        group.createTask(fn(function* () {
          started.setResult();
          yield* wait(sleep(0));
          throw new MyError();
        }));
        yield* wait(sleep(1));
      }),
    );
    assertEquals(currentTask()!.cancelling(), 1);
    yield* wait(sleep(1));
  });
  yield* wait(started);
  assertEquals(inner.cancelling(), 0);
  inner.cancel();
  assertEquals(inner.cancelling(), 1);
  yield* caught(CancelledError, wait(inner));
  assert(inner.cancelled());
});

// CPython: test_taskgroups.py (3.14), TestTaskGroup.test_exception_refcycles_*: nothing is kept
testForms("TaskGroup forgets its errors when it is left", function* (test) {
  let group: TaskGroup;
  yield* caught(
    ExceptionGroup,
    inGroup(test, function* (given) {
      group = given;
      throw new ValueError("x");
    }),
  );
  assertEquals(String(group!), "<TaskGroup cancelling>");
});

testForms("TaskGroup cancels its tasks in the order of their creation", function* (test) {
  const order: number[] = [];
  yield* caught(
    ExceptionGroup,
    inGroup(test, function* (group) {
      for (let i = 0; i < 5; i++) {
        group.createTask(test.fn(function* () {
          const error = yield* caught(CancelledError, test.wait(sleep(10 - i)));
          order.push(i);
          throw error;
        }));
      }
      yield* test.wait(sleep(0.1));
      throw new ValueError("x");
    }),
  );
  assertEquals(order, [0, 1, 2, 3, 4]);
});

testForms("TaskGroup is cancelled again and again while it is being left", function* (test) {
  const { wait, fn, spawn, turns } = test;
  let cleanups = 0;
  const parent = spawn(() =>
    inGroup(test, function* (group) {
      group.createTask(fn(function* () {
        yield* caught(CancelledError, wait(sleep(10)));
        yield* wait(sleep(5));
        cleanups++;
      }));
    })
  );
  yield* wait(sleep(1));
  for (let i = 0; i < 3; i++) {
    parent.cancel();
    yield* turns(3);
  }
  assertFalse(parent.done());
  yield* caught(CancelledError, wait(parent));
  assertEquals(cleanups, 1);
  assertEquals(parent.cancelling(), 3);
});

Deno.test("TaskGroup throws a KeyboardInterrupt of a task through the loop", async () => {
  await assertRejects(
    () =>
      runTest(function* () {
        yield* asyncWith(new TaskGroup(), function* (group) {
          group.createTask(function* () {
            throw new KeyboardInterrupt();
          });
          yield* sleep(1);
        });
      }),
    KeyboardInterrupt,
  );
});

Deno.test("TaskGroup.createTask() refuses a promise, saying what to pass", async () => {
  await runTest(function* () {
    yield* asyncWith(new TaskGroup(), function* (group) {
      const promise = Promise.resolve(1);
      assertThrows(
        () => group.createTask(promise as never),
        TypeError,
        "pass the async function itself",
      );
      assertEquals(yield* group.createTask(() => promise), 1);
    });
  });
});

testForms("TaskGroup has tasks that createTask() has started eagerly", function* (test) {
  const error = yield* caught(
    ExceptionGroup,
    inGroup(test, function* (group) {
      const task = group.createTask(failing(test, 0), { eagerStart: true });
      assertFalse(task.done());
      createTask(sleep(0));
      yield* test.wait(sleep(10));
    }),
  );
  assertEquals(namesIn(error), ["ValueError"]);
});
