// Copyright 2026 the asyncio authors. MIT license.

import { CancelledError, newEventLoop, RuntimeError, sleep } from "@asyncio/asyncio/coroutines";
import { ValueError } from "@asyncio/asyncio/selectors";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { schedulerOf } from "../../../coroutines/turns/_scheduler.ts";
import { runTest, testForms } from "../../_run_test.ts";

// CPython: test_tasks.py, BaseTaskTests.test_sleep
testForms("sleep() takes its time and gives its result", function* ({ clock, fn, wait }) {
  const sleeper = fn(function* (seconds: number, result: string) {
    yield* wait(sleep(seconds / 2));
    return yield* wait(sleep(seconds / 2, result));
  });
  assertEquals(yield* wait(sleeper(0.1, "yeah")), "yeah");
  assertEquals(clock.time(), 0.1);
  assertEquals(yield* wait(sleep(1)), undefined);
});

// CPython: test_tasks.py, SleepTests.test_sleep_zero
testForms("sleep() of zero or less gives the others one turn", function* ({ loop, clock, wait }) {
  for (const delay of [0, -0, -1, -Infinity]) {
    let turns = 0;
    const count = () => {
      turns++;
      loop.callSoon(count);
    };
    const handle = loop.callSoon(() => turns++);
    assertEquals(yield* wait(sleep(delay, "result")), "result");
    assertEquals(turns, 1);
    handle.cancel();
  }
  assertEquals(clock.time(), 0);
});

// CPython: test_tasks.py, BaseTaskTests.test_sleep_when_delay_is_nan
testForms("sleep() takes numbers only", function* ({ raises }) {
  yield* raises(sleep(NaN), ValueError, "Invalid delay: NaN (not a number)");
  for (const bad of ["1", {}, "x"]) {
    yield* raises(
      // deno-lint-ignore no-explicit-any
      sleep(bad as any),
      TypeError,
      "delay must be a number of seconds, got",
    );
  }
});

Deno.test("sleep() can be made outside a loop, and needs one when it is driven", async () => {
  for (const delay of [0, 1]) {
    assertThrows(() => sleep(delay).next(), RuntimeError, "no running event loop");
    assertThrows(() => [...sleep(delay)], RuntimeError, "no running event loop");
  }
  using loop = newEventLoop();
  const made = sleep(0, "made before");
  assertEquals(await loop.runUntilComplete(made), "made before");
});

// CPython: test_tasks.py, BaseTaskTests.test_sleep_cancel
testForms(
  "sleep() that is cancelled leaves no timer",
  function* ({ loop, clock, spawn, wait, turns, raises }) {
    const { timers } = schedulerOf(loop);
    const task = spawn(() => wait(sleep(10)));
    yield* turns(2);
    assertEquals(timers.size, 1);
    task.cancel();
    yield* raises(task, CancelledError);
    timers.prune();
    assertEquals(timers.size, 0);
    assertEquals(clock.time(), 0);
  },
);

Deno.test("sleep() whose coroutine is closed leaves no timer", () =>
  runTest(function* ({ loop }) {
    const { timers } = schedulerOf(loop);
    function* work() {
      yield* sleep(10);
    }
    const coro = work();
    coro.next();
    assertEquals(timers.size, 1);
    coro.return();
    timers.prune();
    assertEquals(timers.size, 0);
    yield* sleep(0);
  }));

testForms("sleep() wakes sleepers by their times", function* ({ spawn, wait }) {
  const order: number[] = [];
  const delays = [3, 1, 2, 0.5, 2.5];
  const tasks = delays.map((delay) =>
    spawn(function* () {
      order.push(yield* wait(sleep(delay, delay)));
    })
  );
  for (const task of tasks) yield* wait(task);
  assertEquals(order, delays.toSorted());
});

testForms(
  "sleep() of ten thousand tasks, half of them cancelled",
  function* ({ loop, spawn, wait }) {
    const { timers } = schedulerOf(loop);
    const tasks = Array.from({ length: 10_000 }, (_, i) => spawn(() => wait(sleep(1 + i % 7, i))));
    yield* wait(sleep(0.5));
    for (let i = 0; i < tasks.length; i += 2) tasks[i]!.cancel();
    yield* wait(sleep(10));
    assert(tasks.every((task, i) => i % 2 === 0 ? task.cancelled() : task.result() === i));
    assertEquals(timers.size, 0);
  },
);
