// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import {
  asyncWith,
  BoundedSemaphore,
  CancelledError,
  gather,
  Semaphore,
  sleep,
  type Task,
  TaskGroup,
  ValueError,
  waitFor,
} from "@asyncio/asyncio";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { type FormTest, generatorForm, testForms } from "../../_run_test.ts";
import { caught } from "../_caught.ts";
import { refusalOfSecondLoop } from "./_two_loops.ts";

/** A task that acquires a semaphore and then pushes a number. */
function takerOf(semaphore: Semaphore, result: number[], { wait, spawn }: FormTest) {
  return (number: number) =>
    spawn(function* () {
      yield* wait(semaphore.acquire());
      result.push(number);
      return true;
    });
}

// CPython: test_locks.py, SemaphoreTests.test_initial_value_zero
Deno.test("Semaphore(0) is locked", () => {
  assert(new Semaphore(0).locked());
});

// CPython: test_locks.py, SemaphoreTests.test_repr
testForms("Semaphore shows its state, its value and how many wait", function* (test) {
  const { wait, turns } = test;
  const semaphore = new Semaphore();
  assertEquals(String(semaphore), "<Semaphore [unlocked, value:1]>");
  assertEquals(Deno.inspect(semaphore), "<Semaphore [unlocked, value:1]>");
  yield* wait(semaphore.acquire());
  assertEquals(String(semaphore), "<Semaphore [locked]>");
  const tasks = [1, 2].map(takerOf(semaphore, [], test));
  yield* turns(1);
  assertEquals(String(semaphore), "<Semaphore [locked, waiters:2]>");
  semaphore.release();
  semaphore.release();
  for (const task of tasks) yield* wait(task);
  assertEquals(String(new BoundedSemaphore(2)), "<BoundedSemaphore [unlocked, value:2]>");
});

// CPython: test_locks.py, SemaphoreTests.test_semaphore_value
Deno.test("Semaphore() throws when its value is negative or no number", () => {
  const message = "Semaphore initial value must be >= 0";
  assertThrows(() => new Semaphore(-1), ValueError, message);
  assertThrows(() => new Semaphore(NaN), ValueError, message);
  assertThrows(() => new BoundedSemaphore(-1), ValueError, message);
  // @ts-expect-error: not a number
  assertThrows(() => new Semaphore("1"), TypeError, "value must be a number, got '1'");
});

// CPython: test_locks.py, SemaphoreTests.test_acquire
testForms("Semaphore.acquire() waits when nothing is left", function* (test) {
  const { wait } = test;
  const semaphore = new Semaphore(3);
  const result: number[] = [];
  assertStrictEquals(yield* wait(semaphore.acquire()), true);
  assertStrictEquals(yield* wait(semaphore.acquire()), true);
  assertFalse(semaphore.locked());

  const take = takerOf(semaphore, result, test);
  const [t1, t2, t3] = [take(1), take(2), take(3)];
  yield* test.turns(1);
  assertEquals(result, [1]);
  assert(semaphore.locked());
  assertEquals(String(semaphore), "<Semaphore [locked, waiters:2]>");

  const t4 = take(4);
  semaphore.release();
  semaphore.release();
  yield* test.turns(1);
  assertEquals(result.length, 3);
  assert(semaphore.locked());
  assertEquals(String(semaphore), "<Semaphore [locked, waiters:1]>");
  assert(yield* wait(t1));
  assertEquals([t2, t3, t4].filter((task) => task.done()).length, 2);

  semaphore.release();
  yield* wait(gather(t2, t3, t4));
  assertEquals(result, [1, 2, 3, 4]);
});

Deno.test("Semaphore.acquire() takes no turn of the loop when something is left", () => {
  const semaphore = new Semaphore(1);
  assertEquals(semaphore.acquire().next(), { done: true, value: true });
  assert(semaphore.locked());
});

// CPython: test_locks.py, SemaphoreTests.test_acquire_cancel
testForms("Semaphore.acquire() leaves the line when cancelled", function* ({ loop, wait }) {
  const semaphore = new Semaphore();
  yield* wait(semaphore.acquire());
  const task = loop.createTask(semaphore.acquire());
  loop.callSoon(() => task.cancel());
  yield* caught(CancelledError, wait(task));
  assertEquals(String(semaphore), "<Semaphore [locked]>");
  semaphore.release();
  assertEquals(String(semaphore), "<Semaphore [unlocked, value:1]>");
});

// CPython: test_locks.py, SemaphoreTests.test_acquire_cancel_before_awoken
testForms("Semaphore.release() passes over waiters that were just cancelled", function* (test) {
  const { loop, wait, turns } = test;
  const semaphore = new Semaphore(0);
  const [t1, t2, t3, t4] = Array.from(
    { length: 4 },
    () => loop.createTask(semaphore.acquire()),
  ) as [Task<true>, Task<true>, Task<true>, Task<true>];
  yield* turns(1);
  t1.cancel();
  t2.cancel();
  semaphore.release();
  yield* turns(2);
  assert(t3.done());
  assertFalse(t4.done());
  t4.cancel();
  for (const task of [t1, t2, t4]) yield* caught(CancelledError, wait(task));
});

// CPython: test_locks.py, SemaphoreTests.test_acquire_hang
testForms("Semaphore.acquire() cancelled leaves its turn to the next", function* (test) {
  const { loop, wait, turns } = test;
  const semaphore = new Semaphore(0);
  const t1 = loop.createTask(semaphore.acquire());
  const t2 = loop.createTask(semaphore.acquire());
  yield* turns(1);
  t1.cancel();
  semaphore.release();
  yield* turns(2);
  assert(semaphore.locked());
  assert(t2.done());
  yield* caught(CancelledError, wait(t1));
});

testForms("Semaphore.acquire() cancelled after being woken gives back what it got", function* (
  { loop, wait, turns },
) {
  const semaphore = new Semaphore(0);
  const t1 = loop.createTask(semaphore.acquire());
  yield* turns(1);
  semaphore.release();
  t1.cancel();
  yield* caught(CancelledError, wait(t1));
  assertEquals(String(semaphore), "<Semaphore [unlocked, value:1]>");
});

// CPython: test_locks.py, SemaphoreTests.test_acquire_no_hang
testForms("Semaphore is free after a task that was woken is cancelled", function* (test) {
  const { wait, spawn, fn } = test;
  const semaphore = new Semaphore(1);
  const t1 = spawn(function* () {
    yield* wait(asyncWith(semaphore, fn(() => wait(sleep(0)))));
    t2.cancel();
  });
  const t2: Task<void> = spawn(() =>
    wait(asyncWith(
      semaphore,
      fn(function* () {
        throw new Error("not to be reached");
      }),
    ))
  );
  const [r1, r2] = yield* wait(gather(t1, t2, { returnExceptions: true }));
  assertEquals(r1, undefined);
  assertInstanceOf(r2, CancelledError);
  yield* wait(waitFor(semaphore.acquire(), 1));
});

// CPython: test_locks.py, SemaphoreTests.test_release_not_acquired
Deno.test("BoundedSemaphore.release() throws when nothing was acquired", () => {
  const message = "BoundedSemaphore released too many times";
  assertThrows(() => new BoundedSemaphore().release(), ValueError, message);
  const semaphore = new Semaphore();
  semaphore.release();
  assertEquals(String(semaphore), "<Semaphore [unlocked, value:2]>");
});

testForms("BoundedSemaphore counts what is acquired", function* ({ wait }) {
  const semaphore = new BoundedSemaphore(2);
  yield* wait(semaphore.acquire());
  yield* wait(semaphore.acquire());
  assert(semaphore.locked());
  semaphore.release();
  semaphore.release();
  assertThrows(() => semaphore.release(), ValueError);
});

// CPython: test_locks.py, SemaphoreTests.test_release_no_waiters
testForms("Semaphore.release() frees it when nobody waits", function* ({ wait }) {
  const semaphore = new Semaphore();
  yield* wait(semaphore.acquire());
  assert(semaphore.locked());
  semaphore.release();
  assertFalse(semaphore.locked());
});

// CPython: test_locks.py, SemaphoreTests.test_acquire_fifo_order
testForms("Semaphore.acquire() serves in the order of coming, round after round", function* (
  { fn, wait },
) {
  const semaphore = new Semaphore(1);
  const result: string[] = [];
  const work = fn(function* (tag: string) {
    for (const round of [1, 2]) {
      yield* wait(semaphore.acquire());
      result.push(`${tag}_${round}`);
      yield* wait(sleep(0.01));
      semaphore.release();
    }
  });
  yield* wait(asyncWith(
    new TaskGroup(),
    fn(function* (group: TaskGroup) {
      for (const tag of ["c1", "c2", "c3"]) group.createTask(() => work(tag));
    }),
  ));
  assertEquals(result, ["c1_1", "c2_1", "c3_1", "c1_2", "c2_2", "c3_2"]);
});

// CPython: test_locks.py, SemaphoreTests.test_acquire_fifo_order_2
testForms("Semaphore.acquire() again goes to the end of the line", function* (test) {
  const { wait, spawn, turns } = test;
  const semaphore = new Semaphore(1);
  const result: number[] = [];
  const take = takerOf(semaphore, result, test);
  const t1 = take(1);
  const t2 = spawn(function* () {
    yield* wait(semaphore.acquire());
    result.push(2);
    semaphore.release();
    yield* wait(semaphore.acquire());
    result.push(4);
  });
  const t3 = take(3);
  yield* turns(1);
  semaphore.release();
  semaphore.release();
  yield* wait(gather(t1, t2, t3));
  assertEquals(result, [1, 2, 3, 4]);
});

// CPython: test_locks.py, SemaphoreTests.test_acquire_fifo_order_3
testForms("Semaphore.acquire() cancelled does not change the order of the others", function* (
  test,
) {
  const { wait, turns } = test;
  const semaphore = new Semaphore(0);
  const result: number[] = [];
  const take = takerOf(semaphore, result, test);
  const [t1, t2, t3] = [take(1), take(2), take(3)];
  yield* turns(1);
  t1.cancel();
  yield* turns(1);
  semaphore.release();
  semaphore.release();
  yield* wait(gather(t1, t2, t3, { returnExceptions: true }));
  assertEquals(result, [2, 3]);
});

// CPython: test_locks.py, SemaphoreTests.test_acquire_fifo_order_4
testForms("Semaphore.acquire() wakes those who had to wait behind it", function* (test) {
  const { wait, spawn, turns } = test;
  const semaphore = new Semaphore(0);
  const result: number[] = [];
  let t4: Task<void> | undefined;
  const t1 = spawn(function* () {
    yield* wait(semaphore.acquire());
    assert(semaphore.locked());
    t4 = spawn(function* () {
      result.push(4);
    });
    result.push(1);
  });
  const t2 = spawn(function* () {
    for (let i = 0; i < 3; i++) semaphore.release();
    assert(semaphore.locked());
    yield* wait(semaphore.acquire());
    result.push(2);
  });
  const t3 = spawn(function* () {
    yield* wait(semaphore.acquire());
    assert(semaphore.locked());
    result.push(3);
  });
  yield* turns(1);
  assertEquals(String(semaphore), "<Semaphore [locked, waiters:3]>");
  yield* turns(1);
  yield* wait(gather(t1, t2, t3));
  yield* wait(t4!);
  assertEquals(result, [1, 2, 3, 4]);
}, [generatorForm]);

testForms("asyncWith() holds a semaphore while its body runs", function* ({ fn, wait }) {
  const semaphore = new Semaphore(1);
  const body = fn(function* () {
    assert(semaphore.locked());
  });
  yield* wait(asyncWith(semaphore, body));
  assertFalse(semaphore.locked());
});

testForms("Semaphore.guard() holds it to the end of the scope", function* ({ wait }) {
  const semaphore = new BoundedSemaphore(1);
  {
    using _ = yield* wait(semaphore.guard());
    assert(semaphore.locked());
  }
  assertFalse(semaphore.locked());
});

Deno.test("Semaphore is bound to the loop of the first task that waits for it", async () => {
  const semaphore = new Semaphore(0);
  assertEquals(
    await refusalOfSecondLoop(() => semaphore.acquire()),
    "<Semaphore [locked, waiters:1]> is bound to a different event loop",
  );
});
