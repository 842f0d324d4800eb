// Copyright 2026 the asyncio authors. MIT license.

import {
  CancelledError,
  fromPromise,
  Future,
  gather,
  newEventLoop,
  RuntimeError,
  setEventLoop,
  shield,
  sleep,
  ValueError,
} from "@asyncio/asyncio";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { runTest, testForms } from "../../_run_test.ts";
import { caught } from "../_caught.ts";

// CPython: test_tasks.py, BaseTaskTests.test_shield_result
testForms("shield() gives the result", function* ({ wait }) {
  const inner = new Future<number>();
  const outer = shield(inner);
  inner.setResult(42);
  assertEquals(yield* wait(outer), 42);
});

// CPython: test_tasks.py, BaseTaskTests.test_shield_exception
testForms("shield() passes the exception on", function* ({ turns }) {
  const inner = new Future<number>();
  const outer = shield(inner);
  const error = new RuntimeError("expected");
  inner.setException(error);
  yield* turns(2);
  assertStrictEquals(outer.exception(), error);
});

// CPython: test_tasks.py, BaseTaskTests.test_shield_cancel_inner
testForms("shield() is cancelled when what is behind it is cancelled", function* ({ turns }) {
  const inner = new Future<number>();
  const outer = shield(inner);
  inner.cancel();
  yield* turns(2);
  assert(outer.cancelled());
});

// CPython: test_tasks.py, BaseTaskTests.test_shield_cancel_outer
testForms("shield() that is cancelled leaves alone what is behind it", function* ({ turns }) {
  const inner = new Future<number>();
  const outer = shield(inner);
  outer.cancel();
  yield* turns(2);
  assert(outer.cancelled());
  assertFalse(inner.done());
  assertEquals(String(outer), "<Future cancelled>");
});

// CPython: test_tasks.py, BaseTaskTests.test_shield_shortcut
testForms("shield() of a future that is done is that future", function* ({ wait }) {
  const future = new Future<number>();
  future.setResult(42);
  assertStrictEquals(shield(future), future);
  assertEquals(yield* wait(shield(future)), 42);
});

// CPython: test_tasks.py, BaseTaskTests.test_shield_effect
testForms("shield() keeps a cancellation from a coroutine", function* (test) {
  const { wait, fn, spawn, turns } = test;
  const waiter = new Future<void>();
  const log: string[] = [];
  const inner = fn(function* () {
    yield* wait(waiter);
    log.push("inner");
  });
  const outer = spawn(function* () {
    yield* wait(shield(inner));
    log.push("outer");
  });
  yield* turns(3);
  outer.cancel();
  yield* caught(CancelledError, wait(outer));
  waiter.setResult();
  yield* turns(3);
  assertEquals(log, ["inner"]);
});

// CPython: test_tasks.py, BaseTaskTests.test_shield_gather
testForms("shield() keeps a cancellation from a gathering", function* ({ turns }) {
  const [one, two] = [new Future<number>(), new Future<number>()];
  const parent = gather(one, two);
  const outer = shield(parent);
  outer.cancel();
  yield* turns(2);
  assert(outer.cancelled());
  one.setResult(1);
  two.setResult(2);
  yield* turns(2);
  assertEquals(parent.result(), [1, 2]);
});

// CPython: test_tasks.py, BaseTaskTests.test_gather_shield
testForms("gather() that is cancelled cancels shields, not what is behind them", function* (test) {
  const [one, two] = [new Future<number>(), new Future<number>()];
  const shields = [shield(one), shield(two)] as const;
  const parent = gather(...shields);
  parent.cancel();
  yield* test.turns(2);
  assertInstanceOf(parent.exception(), CancelledError);
  assert(shields.every((outer) => outer.cancelled()));
  one.setResult(1);
  two.setResult(2);
  yield* test.turns(2);
});

// CPython: test_tasks.py, BaseTaskTests.test_shield_coroutine_without_loop
Deno.test("shield() of a coroutine throws where there is no loop", () => {
  assertThrows(() => shield(sleep(0)), RuntimeError, "no current event loop");
});

// CPython: test_tasks.py, BaseTaskTests.test_shield_coroutine_use_running_loop
testForms("shield() of a coroutine makes a task of the running loop", function* ({ wait, loop }) {
  const outer = shield(sleep(0, 42));
  assertStrictEquals(outer.getLoop(), loop);
  assertEquals(yield* wait(outer), 42);
});

// CPython: test_tasks.py, BaseTaskTests.test_shield_coroutine_use_global_loop
Deno.test("shield() uses the loop of setEventLoop() where none runs", async () => {
  using loop = newEventLoop();
  setEventLoop(loop);
  try {
    const outer = shield(sleep(0, 42));
    assertStrictEquals(outer.getLoop(), loop);
    assertEquals(await loop.runUntilComplete(outer), 42);
  } finally {
    setEventLoop(null);
  }
});

// CPython: test_tasks.py (3.14), BaseTaskTests.test_shield_cancel_outer_exception and
// test_shield_duplicate_log_once
testForms("shield() that was cancelled reports the error behind it, once", function* (test) {
  const inner = new Future<number>();
  for (let i = 0; i < 3; i++) {
    const outer = shield(inner);
    yield* test.turns(2);
    outer.cancel();
    yield* test.turns(2);
  }
  const error = new ValueError("foo");
  inner.setException(error);
  yield* test.turns(2);
  const reports = test.reported.splice(0);
  assertEquals(reports.length, 1);
  assertEquals(reports[0], {
    message: "ValueError exception in shielded future",
    exception: error,
    future: inner,
  });
});

testForms("shield() that was cancelled leaves one callback behind", function* ({ turns }) {
  const inner = new Future<number>();
  for (let i = 0; i < 3; i++) {
    shield(inner).cancel();
    yield* turns(2);
  }
  assertEquals(String(inner), "<Future pending cb=[reportError()]>");
  inner.cancel();
});

testForms("shield() that was cancelled reports no cancellation behind it", function* ({ turns }) {
  const inner = new Future<number>();
  shield(inner).cancel();
  yield* turns(2);
  inner.cancel();
  yield* turns(2);
});

testForms("shield() that is waited for reports nothing", function* ({ wait }) {
  const inner = new Future<number>();
  const outer = shield(inner);
  inner.setException(new ValueError("x"));
  yield* caught(ValueError, wait(outer));
});

Deno.test("shield() takes functions, and refuses promises, saying what to pass", async () => {
  await runTest(function* () {
    assertEquals(yield* shield(async () => await sleep(0, 1)), 1);
    assertEquals(yield* shield(fromPromise(Promise.resolve(2))), 2);
    assertThrows(() => shield(Promise.resolve(2)), TypeError, "pass the async function itself");
    assertThrows(() => shield(3 as never), TypeError);
  });
});

testForms("shield() keeps a cancellation from the function that it is given", function* (test) {
  const { fn, spawn, wait, raises } = test;
  const order: string[] = [];
  const save = fn(function* () {
    try {
      yield* wait(sleep(1));
      order.push("saved");
    } catch (error) {
      order.push((error as Error).name);
      throw error;
    }
  });
  const task = spawn(function* () {
    yield* wait(shield(save));
  });
  yield* wait(sleep(0.5));
  task.cancel();
  yield* raises(task, CancelledError);
  yield* wait(sleep(1));
  assertEquals(order, ["saved"]);
});
