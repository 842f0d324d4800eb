// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file no-explicit-any

import {
  coroutine,
  Handle,
  newEventLoop,
  observe,
  sleep,
  TimerHandle,
} from "@asyncio/asyncio/coroutines";
import { ValueError } from "@asyncio/asyncio/selectors";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { virtualLoop } from "../_loop.ts";
import { runBriefly, runTest } from "../../_run_test.ts";

// CPython: test_base_events.py, BaseEventLoopTests.test_call_soon; test_events.py, test_call_soon
Deno.test("BaseEventLoop.callSoon() calls with its arguments, in order", async () => {
  using loop = newEventLoop();
  const seen: unknown[] = [];
  const handle = loop.callSoon((...args: unknown[]) => seen.push(args), "hello", { world: 1 });
  assertInstanceOf(handle, Handle);
  loop.callSoon(() => seen.push("second"));
  assertEquals(seen, []);
  await runBriefly(loop);
  assertEquals(seen, [["hello", { world: 1 }], "second"]);
});

// CPython: test_base_events.py, BaseEventLoopTests.test_call_soon_non_callable
// and BaseEventLoopWithSelectorTests.test_call_coroutine
Deno.test("BaseEventLoop.callSoon() and the like take functions only, in debug mode no coroutines", () => {
  using loop = newEventLoop();
  const methods: [string, (fn: () => unknown) => unknown][] = [
    ["callSoon", (fn) => loop.callSoon(fn)],
    ["callSoonThreadsafe", (fn) => loop.callSoonThreadsafe(fn)],
    ["callLater", (fn) => loop.callLater(60, fn)],
    ["callAt", (fn) => loop.callAt(loop.time() + 60, fn)],
  ];
  for (const [name, call] of methods) {
    for (const bad of [1, null, "text", {}] as any[]) {
      assertThrows(() => call(bad), TypeError, `a callable object was expected by ${name}()`);
    }
  }
  loop.setDebug(true);
  const coroutines: any[] = [
    async () => {},
    function* () {},
    coroutine(function* () {}),
    coroutine(async () => {}),
    sleep(0),
  ];
  for (const [name, call] of methods) {
    for (const bad of coroutines) {
      assertThrows(() => call(bad), TypeError, `coroutines cannot be used with ${name}()`);
    }
  }
});

// CPython: test_base_events.py, BaseEventLoopTests.test_call_later; test_events.py, test_call_later
Deno.test("BaseEventLoop.callLater() calls in its time", async () => {
  using loop = virtualLoop();
  const seen: unknown[] = [];
  const handle = loop.callLater(
    10,
    (...args: unknown[]) => {
      seen.push(args, loop.time());
      loop.stop();
    },
    "a",
    1,
  );
  assertInstanceOf(handle, TimerHandle);
  assertEquals(handle.when(), 10);
  await loop.runForever();
  assertEquals(seen, [["a", 1], 10]);
  for (const bad of [null, undefined, "1", {}] as any[]) {
    assertThrows(() => loop.callLater(bad, () => {}), TypeError, "delay must be a number");
    assertThrows(() => loop.callAt(bad, () => {}), TypeError, "when must be a number");
  }
  assertThrows(() => loop.callLater(NaN, () => {}), ValueError, "Invalid delay: NaN");
  assertThrows(() => loop.callAt(NaN, () => {}), ValueError, "Invalid when: NaN");
});

// CPython: test_base_events.py, BaseEventLoopTests.test_call_later_negative_delays
Deno.test("BaseEventLoop.callLater() orders negative delays by their times", async () => {
  using loop = virtualLoop();
  const seen: string[] = [];
  loop.callLater(-1, (name) => seen.push(name), "a");
  loop.callLater(-2, (name) => seen.push(name), "b");
  await runBriefly(loop);
  assertEquals(seen, ["b", "a"]);
});

// CPython: test_base_events.py, BaseEventLoopTests.test_time_and_call_at
Deno.test("BaseEventLoop.callAt() never calls before the time", async () => {
  using loop = newEventLoop();
  const when = loop.time() + 0.02;
  loop.callAt(when, () => loop.stop());
  await loop.runForever();
  assert(loop.time() >= when);
});

Deno.test("BaseEventLoop.callLater() of Infinity never calls", async () => {
  using loop = virtualLoop();
  loop.callLater(Infinity, () => {
    throw new Error("called");
  });
  await loop.runUntilComplete(sleep(1e9));
});

Deno.test("BaseEventLoop runs timers that are due before what they make ready, after what is", async () => {
  using loop = virtualLoop();
  const seen: string[] = [];
  loop.callLater(1, () => {
    seen.push("timer 1");
    loop.callSoon(() => seen.push("made ready"));
    loop.callLater(0, () => seen.push("zero timer"));
  });
  loop.callLater(1, () => seen.push("timer 2"));
  await loop.runUntilComplete(sleep(2));
  assertEquals(seen, ["timer 1", "timer 2", "made ready", "zero timer"]);
});

Deno.test("BaseEventLoop gives zero timers the next turn, behind what is ready", () =>
  runTest(function* ({ loop }) {
    const seen: string[] = [];
    loop.callLater(0, () => seen.push("zero timer"));
    loop.callSoon(() => seen.push("soon"));
    yield;
    seen.push("task");
    yield;
    assertEquals(seen, ["soon", "task", "zero timer"]);
  }));

// CPython: test_base_events.py, BaseEventLoopTests.test__run_once_schedule_handle
Deno.test("BaseEventLoop runs a batch, and what it makes ready in the next", async () => {
  using loop = newEventLoop();
  const seen: number[] = [];
  const chain = (n: number) => {
    seen.push(n);
    if (n < 3) loop.callSoon(chain, n + 1);
  };
  loop.callSoon(chain, 0);
  loop.callSoon(() => seen.push(100));
  await runBriefly(loop);
  assertEquals(seen, [0, 100, 1]);
  await runBriefly(loop);
  assertEquals(seen, [0, 100, 1, 2, 3]);
});

// CPython: test_events.py, EventLoopTestsMixin.test_call_soon_threadsafe and
// test_call_soon_threadsafe_same_thread
Deno.test("BaseEventLoop.callSoonThreadsafe() wakes the loop from plain code", async () => {
  using loop = newEventLoop();
  const f = loop.createFuture<string>();
  setTimeout(() => loop.callSoonThreadsafe((text: string) => f.setResult(text), "woken"), 5);
  assertEquals(await loop.runUntilComplete(f), "woken");
});

Deno.test("BaseEventLoop is woken by callSoon(), timers and futures from plain code, too", async () => {
  using loop = newEventLoop();
  const done = loop.createFuture<void>();
  const seen: string[] = [];
  const f = loop.createFuture<string>();
  const task = loop.createTask(function* () {
    seen.push(yield* f);
  });
  setTimeout(() => {
    loop.callSoon(() => seen.push("soon"));
    loop.callLater(0.001, () => {
      seen.push("later");
      done.setResult();
    });
    f.setResult("future");
  }, 5);
  await loop.runUntilComplete(done);
  assertEquals(seen, ["soon", "future", "later"]);
  assert(task.done());
});

Deno.test("BaseEventLoop calls timers that are dense several at a time, none before its time", async () => {
  const TIMERS = 2000;
  let turns = 0;
  let early = 0;
  const order: number[] = [];
  using loop = newEventLoop();
  observe(loop, { hostBegan: () => turns++ });
  const start = loop.time() + 0.01;
  for (let i = 0; i < TIMERS; i++) {
    const when = start + i * 30e-6;
    loop.callAt(when, () => {
      if (loop.time() < when) early++;
      order.push(i);
    });
  }
  await loop.runUntilComplete(function* () {
    while (order.length < TIMERS) yield* sleep(0.01);
  });
  assertEquals(order, Array.from({ length: TIMERS }, (_, i) => i));
  assertEquals(early, 0);
  assert(turns < TIMERS / 2, `the host had ${turns} turns for ${TIMERS} timers`);
});

for (const timerPrecision of ["auto", "fine", "coarse"] as const) {
  Deno.test(`BaseEventLoop with ${timerPrecision} timers never calls before the time`, async () => {
    using loop = newEventLoop({ timerPrecision });
    const early: number[] = [];
    await loop.runUntilComplete(async () => {
      for (const delay of [0, 0.0001, 0.0005, 0.001, 0.0025, 0.006]) {
        const when = loop.time() + delay;
        const fired = loop.createFuture<void>();
        loop.callAt(when, () => {
          if (loop.time() < when) early.push(delay);
          fired.setResult();
        });
        await fired;
      }
    });
    assertEquals(early, []);
  });
}
