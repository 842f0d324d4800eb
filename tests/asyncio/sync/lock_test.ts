// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import {
  asyncWith,
  BoundedSemaphore,
  CancelledError,
  Condition,
  type Coroutine,
  Future,
  Lock,
  newEventLoop,
  RuntimeError,
  Semaphore,
  sleep,
  ValueError,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertFalse, assertStrictEquals, assertThrows } from "@std/assert";
import { generatorForm, testForms } from "../../_run_test.ts";
import { caught } from "../_caught.ts";
import { refusalOfSecondLoop } from "./_two_loops.ts";

// CPython: test_locks.py, LockTests.test_repr
testForms("Lock shows its state and how many wait", function* ({ wait, spawn, turns }) {
  const lock = new Lock();
  assertEquals(String(lock), "<Lock [unlocked]>");
  yield* wait(lock.acquire());
  assertEquals(String(lock), "<Lock [locked]>");
  assertEquals(Deno.inspect(lock), "<Lock [locked]>");
  const task = spawn(() => wait(lock.acquire()));
  yield* turns(1);
  assertEquals(String(lock), "<Lock [locked, waiters:1]>");
  lock.release();
  yield* wait(task);
  class Mutex extends Lock {}
  assertEquals(String(new Mutex()), "<Mutex [unlocked]>");
});

// CPython: test_locks.py, LockTests.test_lock and test_lock_by_with_statement
testForms("Lock and its like can neither be awaited nor used with using", function* ({ loop }) {
  for (const lock of [new Lock(), new Condition(), new Semaphore(), new BoundedSemaphore()]) {
    assertThrows(() => loop.createTask(lock as unknown as Coroutine<void>), TypeError);
    assertFalse("then" in lock);
    assertFalse(Symbol.iterator in lock);
    assertFalse(Symbol.dispose in lock);
    assertFalse(lock.locked());
  }
});

// CPython: test_locks.py, LockTests.test_acquire
testForms("Lock.acquire() gives the lock in the order of coming", function* (test) {
  const { wait, spawn, turns } = test;
  const lock = new Lock();
  const result: number[] = [];
  assertStrictEquals(yield* wait(lock.acquire()), true);

  const take = (number: number) =>
    function* () {
      if (yield* wait(lock.acquire())) result.push(number);
      return true;
    };
  const t1 = spawn(take(1));
  const t2 = spawn(take(2));
  yield* turns(1);
  assertEquals(result, []);

  lock.release();
  yield* turns(1);
  assertEquals(result, [1]);
  yield* turns(1);
  assertEquals(result, [1]);

  const t3 = spawn(take(3));
  lock.release();
  yield* turns(1);
  assertEquals(result, [1, 2]);
  lock.release();
  yield* turns(1);
  assertEquals(result, [1, 2, 3]);

  for (const task of [t1, t2, t3]) assertEquals(yield* wait(task), true);
});

Deno.test("Lock.acquire() of a free lock takes no turn of the loop", () => {
  const lock = new Lock();
  assertEquals(lock.acquire().next(), { done: true, value: true });
  assert(lock.locked());
});

Deno.test("Lock.acquire() does nothing before it is driven", () => {
  const lock = new Lock();
  // deno-lint-ignore asyncio/no-floating-coroutine
  lock.acquire();
  assertFalse(lock.locked());
});

// CPython: test_locks.py, LockTests.test_acquire_cancel
testForms("Lock.acquire() leaves the line when cancelled", function* ({ loop, wait }) {
  const lock = new Lock();
  assert(yield* wait(lock.acquire()));
  const task = loop.createTask(lock.acquire());
  loop.callSoon(() => task.cancel());
  yield* caught(CancelledError, wait(task));
  assertEquals(String(lock), "<Lock [locked]>");
});

// CPython: test_locks.py, LockTests.test_cancel_race
testForms("Lock.release() passes over a waiter that has just been cancelled", function* (test) {
  const { wait, spawn, turns } = test;
  const lock = new Lock();
  const hold = (blocker: Future<void> | null) =>
    function* () {
      yield* wait(lock.acquire());
      try {
        if (blocker !== null) yield* wait(blocker);
      } finally {
        lock.release();
      }
    };

  const blocker = new Future<void>();
  const a = spawn(hold(blocker));
  yield* turns(1);
  assert(lock.locked());
  const b = spawn(hold(null));
  yield* turns(1);
  assertEquals(String(lock), "<Lock [locked, waiters:1]>");
  const c = spawn(hold(null));
  yield* turns(1);
  assertEquals(String(lock), "<Lock [locked, waiters:2]>");

  blocker.setResult();
  b.cancel();
  yield* turns(1);
  assertFalse(lock.locked());
  yield* wait(c);
  assert(a.done());
  assert(b.cancelled());
  assertFalse(lock.locked());
});

// CPython: test_locks.py, LockTests.test_cancel_release_race
testForms("Lock.release() and a cancellation at once give the lock to one task", function* (test) {
  const { loop, wait, spawn, turns } = test;
  const lock = new Lock();
  let locks = 0;
  let calls = 0;
  const lockIt = function* () {
    calls++;
    yield* wait(lock.acquire());
    locks++;
  };

  yield* wait(lock.acquire());
  const [t1, t2, t3] = [spawn(lockIt), spawn(lockIt), spawn(lockIt)];
  yield* turns(1);
  loop.callSoon(() => {
    t1.cancel();
    lock.release();
  });
  yield* caught(CancelledError, wait(t1));
  yield* wait(t2);
  assertEquals(locks, 1);
  assertEquals(calls, 3);
  assert(t1.cancelled());

  t3.cancel();
  yield* caught(CancelledError, wait(t3));
});

// CPython: test_locks.py, LockTests.test_finished_waiter_cancelled
testForms("Lock.acquire() cancelled passes its turn to the next waiter", function* (test) {
  const { loop, wait, turns } = test;
  const lock = new Lock();
  yield* wait(lock.acquire());
  const b = loop.createTask(lock.acquire());
  yield* turns(1);
  assertEquals(String(lock), "<Lock [locked, waiters:1]>");

  const c = loop.createTask(lock.acquire());
  b.cancel();
  lock.release();
  yield* turns(1);
  assert(lock.locked());
  assert(b.cancelled());
  assert(yield* wait(c));
});

testForms("Lock.acquire() cancelled after being woken wakes the next waiter", function* (test) {
  const { loop, wait, turns } = test;
  const lock = new Lock();
  yield* wait(lock.acquire());
  const b = loop.createTask(lock.acquire());
  const c = loop.createTask(lock.acquire());
  yield* turns(1);
  lock.release();
  b.cancel();
  yield* caught(CancelledError, wait(b));
  assert(yield* wait(c));
  assertEquals(String(lock), "<Lock [locked]>");
});

testForms("Lock.acquire() waits while a woken task has not gone on yet", function* (test) {
  const { loop, wait, turns } = test;
  const lock = new Lock();
  const order: string[] = [];
  yield* wait(lock.acquire());
  const first = loop.createTask(lock.acquire());
  first.addDoneCallback(() => order.push("first"));
  yield* turns(1);
  lock.release();
  assertFalse(lock.locked());
  const second = loop.createTask(lock.acquire());
  second.addDoneCallback(() => order.push("second"));
  yield* wait(first);
  lock.release();
  yield* wait(second);
  yield* turns(1);
  assertEquals(order, ["first", "second"]);
});

testForms("Lock.acquire() cancelled while the lock is held wakes nobody", function* (test) {
  const { loop, wait, turns } = test;
  const lock = new Lock();
  yield* wait(lock.acquire());
  const b = loop.createTask(lock.acquire());
  const c = loop.createTask(lock.acquire());
  yield* turns(1);
  b.cancel();
  yield* caught(CancelledError, wait(b));
  yield* turns(2);
  assertFalse(c.done());
  lock.release();
  assert(yield* wait(c));
});

testForms("Lock.release() leaves it to a cancelled waiter to wake the next", function* (test) {
  const { loop, wait, turns } = test;
  const lock = new Lock();
  yield* wait(lock.acquire());
  const b = loop.createTask(lock.acquire());
  const c = loop.createTask(lock.acquire());
  yield* turns(1);
  b.cancel();
  lock.release();
  yield* turns(1);
  assert(b.cancelled());
  assertFalse(lock.locked());
  yield* turns(1);
  assert(lock.locked());
  assert(yield* wait(c));
}, [generatorForm]);

testForms("Lock.acquire() waits for a woken task after others were cancelled", function* (test) {
  const { loop, wait, turns } = test;
  const lock = new Lock();
  yield* wait(lock.acquire());
  const cancelled = loop.createTask(lock.acquire());
  yield* turns(1);
  cancelled.cancel();
  yield* caught(CancelledError, wait(cancelled));

  const first = loop.createTask(lock.acquire());
  yield* turns(1);
  lock.release();
  const late = lock.acquire();
  assertFalse(late.next().done);
  late.return(true);
  assert(yield* wait(first));
});

testForms("Lock.acquire() overtakes a line in which all are cancelled", function* (test) {
  const { loop, wait, turns } = test;
  const lock = new Lock();
  yield* wait(lock.acquire());
  const task = loop.createTask(lock.acquire());
  yield* turns(1);
  task.cancel();
  lock.release();
  assertEquals(lock.acquire().next(), { done: true, value: true });
  yield* caught(CancelledError, wait(task));
  assert(lock.locked());
});

// CPython: test_locks.py, LockTests.test_release_not_acquired
Deno.test("Lock.release() throws when nobody holds the lock", () => {
  assertThrows(() => new Lock().release(), RuntimeError, "Lock is not acquired.");
});

// CPython: test_locks.py, LockTests.test_release_no_waiters
testForms("Lock.release() frees the lock when nobody waits", function* ({ wait }) {
  const lock = new Lock();
  yield* wait(lock.acquire());
  assert(lock.locked());
  lock.release();
  assertFalse(lock.locked());
});

// CPython: test_locks.py, LockTests.test_context_manager
testForms("asyncWith() holds a lock while its body runs", function* ({ fn, wait }) {
  const lock = new Lock();
  const value = yield* wait(asyncWith(
    lock,
    fn(function* (entered) {
      assertEquals(entered, undefined);
      assert(lock.locked());
      return 42;
    }),
  ));
  assertEquals(value, 42);
  assertFalse(lock.locked());

  const failing = asyncWith(
    lock,
    fn(function* () {
      throw new ValueError("body");
    }),
  );
  yield* caught(ValueError, wait(failing));
  assertFalse(lock.locked());
});

testForms("asyncWith() releases a lock when the body is cancelled", function* (test) {
  const { fn, loop, wait, turns } = test;
  const lock = new Lock();
  const task = loop.createTask(asyncWith(lock, fn(() => wait(sleep(3600)))));
  yield* turns(2);
  assert(lock.locked());
  task.cancel();
  yield* caught(CancelledError, wait(task));
  assertFalse(lock.locked());
});

testForms("asyncWith() acquires and releases as a subclass does", function* ({ fn, wait }) {
  const log: string[] = [];
  class Logged extends Lock {
    override acquire() {
      log.push("acquire");
      return super.acquire();
    }
    override release() {
      log.push("release");
      super.release();
    }
  }
  yield* wait(asyncWith(new Logged(), fn(function* () {})));
  assertEquals(log, ["acquire", "release"]);
});

testForms("Lock.guard() holds the lock to the end of the scope", function* (test) {
  const { loop, wait, turns } = test;
  const lock = new Lock();
  let waiting;
  {
    using _ = yield* wait(lock.guard());
    assert(lock.locked());
    waiting = loop.createTask(lock.guard());
    yield* turns(1);
    assertFalse(waiting.done());
  }
  assertFalse(lock.locked());
  const guard = yield* wait(waiting);
  assert(lock.locked());
  guard[Symbol.dispose]();
  assertFalse(lock.locked());
});

testForms("Lock.guard() releases the lock once", function* ({ wait }) {
  const lock = new Lock();
  const guard = yield* wait(lock.guard());
  guard[Symbol.dispose]();
  yield* wait(lock.acquire());
  guard[Symbol.dispose]();
  assert(lock.locked());
});

testForms("Lock.guard() takes nothing when cancelled", function* ({ loop, wait, turns }) {
  const lock = new Lock();
  yield* wait(lock.acquire());
  const task = loop.createTask(lock.guard());
  yield* turns(1);
  task.cancel();
  yield* caught(CancelledError, wait(task));
  lock.release();
  assertFalse(lock.locked());
});

// CPython: test_locks.py, ConditionTests.test_ambiguous_loops
Deno.test("Lock is bound to the loop of the first task that waits for it", async () => {
  const lock = new Lock();
  lock.acquire().next();
  const message = await refusalOfSecondLoop(() => lock.acquire());
  assertEquals(message, "<Lock [locked, waiters:1]> is bound to a different event loop");
});

Deno.test("Lock that nobody has waited for serves one loop after the other", async () => {
  const lock = new Lock();
  for (let i = 0; i < 2; i++) {
    const loop = newEventLoop();
    await loop.runUntilComplete(asyncWith(lock, () => sleep(0)));
    loop.close();
  }
  assertFalse(lock.locked());
});

Deno.test("Lock.acquire() of a held lock throws outside a loop", () => {
  const lock = new Lock();
  lock.acquire().next();
  assertThrows(() => lock.acquire().next(), RuntimeError, "no running event loop");
});

testForms("Lock serves a hundred tasks, of which every third is cancelled", function* (test) {
  const { loop, wait, turns } = test;
  const lock = new Lock();
  const order: number[] = [];
  const tasks = Array.from({ length: 100 }, (_, i) =>
    loop.createTask(asyncWith(lock, function* () {
      order.push(i);
      yield* sleep(0);
    })));
  yield* turns(2);
  const isCancelled = (i: number) => i % 3 === 1;
  tasks.forEach((task, i) => isCancelled(i) && task.cancel());
  for (const task of tasks.filter((_, i) => !isCancelled(i))) yield* wait(task);
  assertEquals(order, tasks.map((_, i) => i).filter((i) => !isCancelled(i)));
  assertEquals(String(lock), "<Lock [unlocked]>");
});
