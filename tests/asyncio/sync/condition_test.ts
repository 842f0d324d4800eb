// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import {
  asyncWith,
  CancelledError,
  Condition,
  Lock,
  RuntimeError,
  timeout,
  TimeoutError,
  waitFor,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertFalse, assertStrictEquals, assertThrows } from "@std/assert";
import { type FormTest, testForms } from "../../_run_test.ts";
import { caught } from "../_caught.ts";
import { refusalOfSecondLoop } from "./_two_loops.ts";

// CPython: test_locks.py, ConditionTests.test_wait
testForms("Condition.wait() goes on when notified and the lock is free", function* (test) {
  const { wait, spawn, turns } = test;
  const condition = new Condition();
  const result: number[] = [];
  const await_ = (number: number) =>
    function* () {
      yield* wait(condition.acquire());
      if (yield* wait(condition.wait())) result.push(number);
      return true;
    };
  const tasks = [1, 2, 3].map((number) => spawn(await_(number)));

  yield* test.turns(1);
  assertEquals(result, []);
  assertFalse(condition.locked());

  assertStrictEquals(yield* wait(condition.acquire()), true);
  condition.notify();
  yield* turns(1);
  assertEquals(result, []);
  assert(condition.locked());

  condition.release();
  yield* turns(1);
  assertEquals(result, [1]);
  assert(condition.locked());

  condition.notify(2);
  yield* turns(1);
  assertEquals(result, [1]);
  assert(condition.locked());

  condition.release();
  yield* turns(1);
  assertEquals(result, [1, 2]);
  assert(condition.locked());

  condition.release();
  yield* turns(1);
  assertEquals(result, [1, 2, 3]);
  assert(condition.locked());
  for (const task of tasks) assertEquals(yield* wait(task), true);
});

// CPython: test_locks.py, ConditionTests.test_wait_cancel
testForms("Condition.wait() cancelled holds the lock again", function* ({ loop, wait }) {
  const condition = new Condition();
  yield* wait(condition.acquire());
  const task = loop.createTask(condition.wait());
  loop.callSoon(() => task.cancel());
  yield* caught(CancelledError, wait(task));
  assertEquals(String(condition), "<Condition [locked]>");
});

// CPython: test_locks.py, ConditionTests.test_wait_cancel_contested
testForms("Condition.wait() cancelled waits for a lock that another holds", function* (test) {
  const { loop, wait, turns } = test;
  const condition = new Condition();
  yield* wait(condition.acquire());
  const task = loop.createTask(condition.wait());
  yield* turns(1);
  assertFalse(condition.locked());

  yield* wait(condition.acquire());
  condition.notify();
  loop.callSoon(() => task.cancel());
  loop.callSoon(() => condition.release());
  yield* caught(CancelledError, wait(task));
  assert(condition.locked());
});

// CPython: test_locks.py, ConditionTests.test_wait_cancel_after_notify
testForms("Condition.wait() cancelled after notify() is cancelled with the lock", function* (test) {
  const { fn, loop, wait, turns } = test;
  const condition = new Condition();
  let waited = false;
  const waiter = loop.createTask(asyncWith(
    condition,
    fn(function* () {
      waited = true;
      yield* wait(condition.wait());
    }),
  ));
  yield* turns(2);
  yield* wait(condition.acquire());
  condition.notify();
  yield* turns(1);
  waiter.cancel();
  yield* turns(1);
  condition.release();
  yield* caught(CancelledError, wait(waiter));
  assert(waited);
  assertFalse(condition.locked());
});

// CPython: test_locks.py, ConditionTests.test_wait_unacquired
testForms("Condition.wait() throws when the lock is not held", function* ({ wait }) {
  const error = yield* caught(RuntimeError, wait(new Condition().wait()));
  assertEquals(error.message, "cannot wait on un-acquired lock");
});

// CPython: test_locks.py, ConditionTests.test_wait_for
testForms("Condition.waitFor() goes on when the predicate is true", function* (test) {
  const { wait, spawn, turns } = test;
  const condition = new Condition();
  let isTrue = false;
  const result: number[] = [];
  const task = spawn(function* () {
    yield* wait(condition.acquire());
    if (yield* wait(condition.waitFor(() => isTrue))) {
      result.push(1);
      condition.release();
    }
    return true;
  });
  yield* turns(1);
  assertEquals(result, []);

  yield* wait(condition.acquire());
  condition.notify();
  condition.release();
  yield* turns(1);
  assertEquals(result, []);

  isTrue = true;
  yield* wait(condition.acquire());
  condition.notify();
  condition.release();
  assert(yield* wait(task));
  assertEquals(result, [1]);
});

// CPython: test_locks.py, ConditionTests.test_wait_for_unacquired
testForms("Condition.waitFor() needs the lock only if it has to wait", function* ({ wait }) {
  const condition = new Condition();
  const list = [1, 2, 3];
  assertStrictEquals(yield* wait(condition.waitFor(() => list)), list);
  yield* caught(RuntimeError, wait(condition.waitFor(() => false)));
});

/** A task that waits at a condition once, and then pushes a number with the lock held. */
function waiterAt(condition: Condition, result: number[], { wait, spawn }: FormTest) {
  return (number: number) =>
    spawn(function* () {
      yield* wait(condition.acquire());
      if (yield* wait(condition.wait())) {
        result.push(number);
        condition.release();
      }
      return true;
    });
}

// CPython: test_locks.py, ConditionTests.test_notify
testForms("Condition.notify() wakes as many as it is told", function* (test) {
  const { wait, turns } = test;
  const condition = new Condition();
  const result: number[] = [];
  const tasks = [1, 2, 3].map(waiterAt(condition, result, test));
  yield* turns(1);
  assertEquals(result, []);

  yield* wait(condition.acquire());
  condition.notify(1);
  condition.release();
  yield* wait(tasks[0]!);
  assertEquals(result, [1]);

  yield* wait(condition.acquire());
  condition.notify(1);
  condition.notify(2048);
  condition.release();
  for (const task of tasks) assert(yield* wait(task));
  assertEquals(result, [1, 2, 3]);
});

testForms("Condition.notify() passes over those who are cancelled", function* (test) {
  const { wait, turns } = test;
  const condition = new Condition();
  const result: number[] = [];
  const [first, second] = [1, 2].map(waiterAt(condition, result, test));
  yield* turns(1);
  yield* wait(condition.acquire());
  first!.cancel();
  condition.notify(1);
  condition.release();
  yield* caught(CancelledError, wait(first!));
  assert(condition.locked());
  condition.release();
  assert(yield* wait(second!));
  assertEquals(result, [2]);
});

testForms("Condition.notify(0) wakes nobody", function* (test) {
  const { wait, turns } = test;
  const condition = new Condition();
  const result: number[] = [];
  const task = waiterAt(condition, result, test)(1);
  yield* turns(1);
  yield* wait(condition.acquire());
  condition.notify(0);
  condition.release();
  yield* turns(3);
  assertFalse(task.done());
  yield* wait(condition.acquire());
  condition.notify();
  condition.release();
  assert(yield* wait(task));
});

// CPython: test_locks.py, ConditionTests.test_notify_all
testForms("Condition.notifyAll() wakes all", function* (test) {
  const { wait, turns } = test;
  const condition = new Condition();
  const result: number[] = [];
  const tasks = [1, 2].map(waiterAt(condition, result, test));
  yield* turns(1);
  assertEquals(result, []);

  yield* wait(condition.acquire());
  condition.notifyAll();
  condition.release();
  for (const task of tasks) assert(yield* wait(task));
  assertEquals(result, [1, 2]);
});

// CPython: test_locks.py, ConditionTests.test_notify_unacquired, test_notify_all_unacquired
Deno.test("Condition.notify() and notifyAll() throw when the lock is not held", () => {
  const condition = new Condition();
  const message = "cannot notify on un-acquired lock";
  assertThrows(() => condition.notify(), RuntimeError, message);
  assertThrows(() => condition.notifyAll(), RuntimeError, message);
});

// CPython: test_locks.py, ConditionTests.test_repr
testForms("Condition shows its state and how many wait", function* (test) {
  const { wait } = test;
  const condition = new Condition();
  assertEquals(String(condition), "<Condition [unlocked]>");
  assertEquals(Deno.inspect(condition), "<Condition [unlocked]>");
  const tasks = [1, 2].map(waiterAt(condition, [], test));
  yield* test.turns(1);
  assertEquals(String(condition), "<Condition [unlocked, waiters:2]>");
  yield* wait(condition.acquire());
  assertEquals(String(condition), "<Condition [locked, waiters:2]>");
  condition.notifyAll();
  condition.release();
  for (const task of tasks) yield* wait(task);
  assertEquals(String(condition), "<Condition [unlocked]>");
});

// CPython: test_locks.py, ConditionTests.test_context_manager
testForms("asyncWith() holds a condition while its body runs", function* ({ fn, wait }) {
  const condition = new Condition();
  assertFalse(condition.locked());
  const body = fn(function* () {
    assert(condition.locked());
  });
  yield* wait(asyncWith(condition, body));
  assertFalse(condition.locked());
});

testForms("Condition.guard() holds the lock to the end of the scope", function* ({ wait }) {
  const condition = new Condition();
  {
    using _ = yield* wait(condition.guard());
    assert(condition.locked());
  }
  assertFalse(condition.locked());
});

// CPython: test_locks.py, ConditionTests.test_explicit_lock
testForms("Condition uses the lock that it is given", function* ({ fn, wait }) {
  const lock = new Lock();
  const condition = new Condition(lock);
  const body = fn(function* () {
    assert(lock.locked());
    assert(condition.locked());
  });
  for (const entered of [condition, lock]) {
    yield* wait(asyncWith(entered, body));
    assertFalse(lock.locked());
    assertFalse(condition.locked());
  }
  assertFalse(new Condition(null).locked());
});

// CPython: test_locks.py, ConditionTests.test_ambiguous_loops
Deno.test("Condition is bound to the loop of the first task that waits at it", async () => {
  const condition = new Condition();
  const message = await refusalOfSecondLoop(() => asyncWith(condition, () => condition.wait()));
  assertEquals(message, "<Condition [locked, waiters:1]> is bound to a different event loop");
});

// CPython: test_locks.py, ConditionTests.test_timeout_in_block
testForms("Condition.wait() can be limited in time", function* ({ fn, clock, wait }) {
  const condition = new Condition();
  const body = fn(function* () {
    yield* caught(TimeoutError, wait(waitFor(condition.wait(), 0.5)));
  });
  yield* wait(asyncWith(condition, body));
  assertEquals(clock.time(), 0.5);
  assertFalse(condition.locked());
});

// CPython: test_locks.py, ConditionTests.test_cancelled_error_wakeup, test_cancelled_error_re_aquire
for (const moment of ["waiting to be notified", "waiting for the lock"]) {
  testForms(`Condition.waitFor() cancelled while ${moment} rethrows the very error`, function* (
    { fn, loop, wait, turns },
  ) {
    const condition = new Condition();
    let wake = false;
    let raised: unknown;
    const task = loop.createTask(asyncWith(
      condition,
      fn(function* () {
        raised = yield* caught(CancelledError, wait(condition.waitFor(() => wake)));
        throw raised;
      }),
    ));
    yield* turns(2);
    if (moment === "waiting for the lock") {
      yield* wait(condition.acquire());
      wake = true;
      condition.notify();
      yield* turns(1);
    }
    task.cancel("foo");
    if (condition.locked()) condition.release();
    const error = yield* caught(CancelledError, wait(task));
    assertEquals(error.message, "foo");
    assertStrictEquals(error, raised);
  });
}

// CPython: test_locks.py, ConditionTests.test_cancelled_wakeup, test_cancelled_wakeup_relock
for (const turnsBefore of [0, 1]) {
  const moment = turnsBefore === 0 ? "before it goes on" : "while it waits for the lock";
  testForms(`Condition.notify() of a task cancelled ${moment} is not lost`, function* (test) {
    const { fn, loop, wait, turns } = test;
    const condition = new Condition();
    let state = 0;
    const consume = () =>
      loop.createTask(asyncWith(
        condition,
        fn(function* () {
          for (;;) {
            yield* wait(condition.waitFor(() => state !== 0));
            if (state < 0) return;
            state--;
          }
        }),
      ));
    const [first, second] = [consume(), consume()];
    yield* turns(3);
    yield* wait(asyncWith(
      condition,
      fn(function* () {
        state++;
        condition.notify(1);
        yield* turns(turnsBefore);
        first.cancel();
        const consumed = fn(() => wait(condition.waitFor(() => state === 0)));
        try {
          yield* wait(asyncWith(timeout(0.01), consumed));
        } catch (error) {
          if (!(error instanceof TimeoutError)) throw error;
        }
        assertEquals(state, 0);
        state = -1;
        condition.notifyAll();
      }),
    ));
    yield* wait(second);
    yield* caught(CancelledError, wait(first));
  });
}
