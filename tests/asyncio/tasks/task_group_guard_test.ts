// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-await

/** A group leaves nothing behind, what no cancellation can interrupt included. */

import {
  asyncWith,
  CancelledError,
  type Coroutine,
  currentTask,
  ExceptionGroup,
  Lock,
  RuntimeError,
  sleep,
  type Task,
  TaskGroup,
  timeout,
  TimeoutError,
  waitFor,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { host } from "../../coroutines/_native.ts";
import { namesIn } from "../_caught.ts";
import { type FormTest, testForms } from "../../_run_test.ts";

/** Lets loop and host do whatever they can do by themselves. */
function* settle({ until, turns }: FormTest): Coroutine<void> {
  yield* turns(3);
  yield* until(host());
  yield* turns(3);
}

/** Enters a group, in a task. */
function grouped(test: FormTest, body: (group: TaskGroup) => Coroutine<unknown>): Task<unknown> {
  return test.spawn(() => test.wait(asyncWith(new TaskGroup(), test.fn(body))));
}

testForms("TaskGroup is left when the function of a cancelled task has ended", function* (test) {
  const gate = Promise.withResolvers<void>();
  let ended = false;
  let child!: Task<void>;
  const task = grouped(test, function* (group) {
    child = group.createTask(async () => {
      await gate.promise;
      ended = true;
    });
    yield* test.turns(2);
  });
  yield* settle(test);
  task.cancel();
  yield* settle(test);
  // Who awaits the child is told at once, the group when the function has ended.
  assert(child.cancelled());
  assertFalse(task.done());
  gate.resolve();
  yield* test.raises(task, CancelledError);
  assert(ended);
});

testForms("TaskGroup waits for functions when a task fails", function* (test) {
  const gate = Promise.withResolvers<void>();
  const order: string[] = [];
  const task = grouped(test, function* (group) {
    group.createTask(async () => {
      await gate.promise;
      order.push("ended");
    });
    group.createTask(test.fn(function* () {
      yield* test.wait(sleep(1));
      throw new RangeError("boom");
    }));
    yield* test.wait(sleep(0));
  });
  yield* test.wait(sleep(2));
  yield* settle(test);
  assertFalse(task.done());
  gate.resolve();
  const group = yield* test.raises(task, ExceptionGroup);
  assertEquals(namesIn(group), ["RangeError"]);
  assertEquals(order, ["ended"]);
});

testForms(
  "TaskGroup waits for what its tasks have left behind, and for that of theirs",
  function* (test) {
    const gate = Promise.withResolvers<void>();
    let count = 0;
    const stuck = async () => {
      await gate.promise;
      count++;
    };
    const task = grouped(test, function* (group) {
      group.createTask(test.fn(function* () {
        yield* test.raises(waitFor(stuck, 1), TimeoutError);
        // A task of a task.
        group.createTask(test.fn(function* () {
          yield* test.raises(asyncWith(timeout(1), stuck), TimeoutError);
        }));
      }));
      yield* test.wait(sleep(0));
    });
    yield* test.wait(sleep(5));
    yield* settle(test);
    assertFalse(task.done());
    gate.resolve();
    yield* test.wait(task);
    assertEquals(count, 2);
  },
);

testForms("TaskGroup that waits for functions is not left by cancelling again", function* (test) {
  const gate = Promise.withResolvers<void>();
  const task = grouped(test, function* (group) {
    group.createTask(async () => await gate.promise);
    yield* test.wait(sleep(100));
  });
  yield* settle(test);
  for (let i = 0; i < 3; i++) {
    task.cancel();
    yield* settle(test);
    assertFalse(task.done());
  }
  gate.resolve();
  yield* test.raises(task, CancelledError);
});

testForms("TaskGroup in a lock in a timeout: all are late, in their order", function* (test) {
  const { fn, spawn, wait, raises } = test;
  const gate = Promise.withResolvers<void>();
  const lock = new Lock();
  const order: string[] = [];
  const task = spawn(function* () {
    const body = fn(function* () {
      const locked = fn(function* () {
        const inGroup = fn(function* (group: TaskGroup) {
          group.createTask(async () => {
            await gate.promise;
            order.push("function");
          });
          yield* wait(sleep(100));
        });
        try {
          yield* wait(asyncWith(new TaskGroup(), inGroup));
        } finally {
          order.push(`group, locked ${lock.locked()}`);
        }
      });
      try {
        yield* wait(asyncWith(lock, locked));
      } finally {
        order.push(`lock, locked ${lock.locked()}`);
      }
    });
    yield* raises(asyncWith(timeout(1), body), TimeoutError);
    order.push("timeout");
  });
  yield* wait(sleep(2));
  yield* settle(test);
  assertEquals(order, []);
  gate.resolve();
  yield* wait(task);
  assertEquals(order, ["function", "group, locked true", "lock, locked false", "timeout"]);
  assertEquals(task.cancelling(), 0);
});

testForms("TaskGroup reports an error of a function that it had to wait for", function* (test) {
  const gate = Promise.withResolvers<void>();
  const error = new RangeError("too late");
  const task = grouped(test, function* (group) {
    group.createTask(async () => await gate.promise);
    yield* test.wait(sleep(100));
  });
  yield* settle(test);
  task.cancel();
  yield* settle(test);
  gate.reject(error);
  yield* test.raises(task, CancelledError);
  assertStrictEquals(test.reported.splice(0)[0]?.exception, error);
});

testForms(
  "TaskGroup takes no task from a function that was left behind, once it is finished",
  function* (test) {
    const gate = Promise.withResolvers<void>();
    const seen: string[] = [];
    let isStarted = false;
    const task = grouped(test, function* (group) {
      group.createTask(async () => {
        await gate.promise;
        try {
          group.createTask(async () => {
            isStarted = true;
          });
        } catch (error) {
          assert(error instanceof RuntimeError);
          seen.push(error.message.replace(/^.*> /, ""));
        }
      });
      yield* test.wait(sleep(100));
    });
    yield* settle(test);
    task.cancel();
    yield* settle(test);
    gate.resolve();
    yield* test.raises(task, CancelledError);
    assertEquals(seen, ["is finished"]);
    assertFalse(isStarted);
  },
);

testForms("TaskGroup leaves a body that can be interrupted at once", function* (test) {
  const task = grouped(test, function* (group) {
    group.createTask(test.fn(function* () {
      yield* test.until(new Promise(() => {}));
    }));
    yield* test.wait(sleep(100));
  });
  yield* settle(test);
  task.cancel();
  yield* test.raises(task, CancelledError);
});

// What JavaScript can throw and Python cannot: null is not "no error".
testForms("TaskGroup knows a task and a body that throw null or undefined", function* (test) {
  for (const thrown of [null, undefined]) {
    const inTask = grouped(test, function* (group) {
      group.createTask(test.fn(function* () {
        yield* test.wait(sleep(1));
        throw thrown;
      }));
      yield* test.wait(sleep(100));
    });
    const [error] = (yield* test.raises(inTask, ExceptionGroup)).exceptions as [Error];
    assert(error instanceof TypeError);
    assertStrictEquals(error.cause, thrown);

    let sibling!: Task<unknown>;
    const inBody = grouped(test, function* (group) {
      sibling = group.createTask(test.fn(function* () {
        yield* test.wait(sleep(100));
      }));
      yield* test.wait(sleep(1));
      throw thrown;
    });
    yield* test.raises(inBody, ExceptionGroup);
    assert(sibling.cancelled());
  }
  assertEquals(currentTask()!.cancelling(), 0);
});
