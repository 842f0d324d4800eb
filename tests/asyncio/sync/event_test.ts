// Copyright 2026 the asyncio authors. MIT license.

import { CancelledError, Event } from "@asyncio/asyncio";
import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { testForms } from "../../_run_test.ts";
import { caught } from "../_caught.ts";
import { refusalOfSecondLoop } from "./_two_loops.ts";

// CPython: test_locks.py, EventTests.test_repr
testForms("Event shows its state and how many wait", function* ({ loop, wait, turns }) {
  const event = new Event();
  assertEquals(String(event), "<Event [unset]>");
  const task = loop.createTask(event.wait());
  yield* turns(1);
  assertEquals(String(event), "<Event [unset, waiters:1]>");
  event.set();
  assertEquals(String(event), "<Event [set, waiters:1]>");
  yield* wait(task);
  assertEquals(String(event), "<Event [set]>");
  assertEquals(Deno.inspect(event), "<Event [set]>");
});

// CPython: test_locks.py, EventTests.test_wait
testForms("Event.set() wakes all who wait, in the order of coming", function* (test) {
  const { wait, spawn, turns } = test;
  const event = new Event();
  assertFalse(event.isSet());
  const result: number[] = [];
  const await_ = (number: number) =>
    function* () {
      if (yield* wait(event.wait())) result.push(number);
    };

  const t1 = spawn(await_(1));
  const t2 = spawn(await_(2));
  yield* turns(1);
  assertEquals(result, []);

  const t3 = spawn(await_(3));
  event.set();
  yield* test.turns(1);
  // A task that need not wait is ahead of those that are woken.
  assertEquals(result, [3, 1, 2]);
  for (const task of [t1, t2, t3]) assertStrictEquals(yield* wait(task), undefined);
});

// CPython: test_locks.py, EventTests.test_wait_on_set
testForms("Event.wait() gives true at once when the event is set", function* ({ wait }) {
  const event = new Event();
  event.set();
  assertStrictEquals(yield* wait(event.wait()), true);
  assertEquals(event.wait().next(), { done: true, value: true });
});

// CPython: test_locks.py, EventTests.test_wait_cancel
testForms("Event.wait() leaves the line when cancelled", function* ({ loop, wait }) {
  const event = new Event();
  const task = loop.createTask(event.wait());
  loop.callSoon(() => task.cancel());
  yield* caught(CancelledError, wait(task));
  assertEquals(String(event), "<Event [unset]>");
});

testForms("Event.set() passes over a waiter that was cancelled", function* (test) {
  const { loop, wait, turns } = test;
  const event = new Event();
  const [a, b, c] = [1, 2, 3].map(() => loop.createTask(event.wait()));
  yield* turns(1);
  b!.cancel();
  event.set();
  assert(yield* wait(a!));
  assert(yield* wait(c!));
  yield* caught(CancelledError, wait(b!));
  assertEquals(String(event), "<Event [set]>");
});

// CPython: test_locks.py, EventTests.test_clear
Deno.test("Event.clear() clears the event", () => {
  const event = new Event();
  assertFalse(event.isSet());
  event.set();
  assert(event.isSet());
  event.clear();
  assertFalse(event.isSet());
});

// CPython: test_locks.py, EventTests.test_clear_with_waiters
testForms("Event.clear() does not hold back those who were woken", function* (test) {
  const { wait, spawn, turns } = test;
  const event = new Event();
  const result: number[] = [];
  const task = spawn(function* () {
    if (yield* wait(event.wait())) result.push(1);
    return true;
  });
  yield* turns(1);
  assertEquals(result, []);

  event.set();
  event.clear();
  assertFalse(event.isSet());
  event.set();
  event.set();
  assertEquals(String(event), "<Event [set, waiters:1]>");
  yield* turns(1);
  assertEquals(result, [1]);
  assertEquals(String(event), "<Event [set]>");
  assert(yield* wait(task));
});

testForms("Event.wait() waits again after clear()", function* ({ loop, wait, turns }) {
  const event = new Event();
  for (let round = 0; round < 2; round++) {
    const task = loop.createTask(event.wait());
    yield* turns(2);
    assertFalse(task.done());
    event.set();
    assert(yield* wait(task));
    event.clear();
  }
});

Deno.test("Event is bound to the loop of the first task that waits for it", async () => {
  const event = new Event();
  assertEquals(
    await refusalOfSecondLoop(() => event.wait()),
    "<Event [unset, waiters:1]> is bound to a different event loop",
  );
});
