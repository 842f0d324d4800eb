// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import {
  AbstractEventLoop,
  BaseEventLoop,
  EventLoop,
  getEventLoop,
  getRunningLoop,
  newEventLoop,
  RuntimeError,
  SelectorEventLoop,
  setEventLoop,
  sleep,
} from "@asyncio/asyncio/coroutines";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { testForms } from "../../_run_test.ts";

// CPython: test_events.py, PolicyTests.test_new_event_loop
Deno.test("newEventLoop() makes a loop that is the caller's", () => {
  using loop = newEventLoop();
  assertInstanceOf(loop, SelectorEventLoop);
  assertInstanceOf(loop, BaseEventLoop);
  assertInstanceOf(loop, AbstractEventLoop);
  assertStrictEquals(EventLoop, SelectorEventLoop);
  assert(!loop.isRunning() && !loop.isClosed());
});

// CPython: test_events.py, PolicyTests.test_get_event_loop_after_set_none
Deno.test("getEventLoop() and getRunningLoop() throw where there is none", () => {
  setEventLoop(null);
  assertThrows(() => getEventLoop(), RuntimeError, "no current event loop");
  assertThrows(() => getRunningLoop(), RuntimeError, "no running event loop");
});

// CPython: test_events.py, PolicyTests.test_set_event_loop
Deno.test("setEventLoop() sets what getEventLoop() answers outside of loops", () => {
  using loop = newEventLoop();
  setEventLoop(loop);
  assertStrictEquals(getEventLoop(), loop);
  assertThrows(() => getRunningLoop(), RuntimeError, "no running event loop");
  setEventLoop(undefined);
  assertThrows(() => getEventLoop(), RuntimeError);
  // deno-lint-ignore no-explicit-any
  for (const bad of [1, "loop", {}] as any[]) {
    assertThrows(() => setEventLoop(bad), TypeError, "must be an instance of AbstractEventLoop");
  }
});

// CPython: test_events.py, GetEventLoopTestsMixin.test_get_event_loop_returns_running_loop
testForms("getEventLoop() answers the running loop first", function* ({ loop, wait }) {
  using other = newEventLoop();
  setEventLoop(other);
  try {
    assertStrictEquals(getEventLoop(), loop);
    assertStrictEquals(getRunningLoop(), loop);
    yield* wait(sleep(1));
    assertStrictEquals(getEventLoop(), loop);
  } finally {
    setEventLoop(null);
  }
});

Deno.test("getRunningLoop() is nobody's once the loop has stopped", async () => {
  using loop = newEventLoop();
  const seen: unknown[] = [];
  await loop.runUntilComplete(async () => {
    seen.push(getRunningLoop() === loop);
    await sleep(0);
  });
  assertThrows(() => getRunningLoop(), RuntimeError, "no running event loop");
  await loop.runUntilComplete(function* () {
    seen.push(getRunningLoop() === loop);
  });
  assertThrows(() => getRunningLoop(), RuntimeError);
  assertEquals(seen, [true, true]);
});

Deno.test("getRunningLoop() is not that of others in plain code beside a running loop", async () => {
  using loop = newEventLoop();
  const running = loop.runUntilComplete(sleep(0.005));
  assertThrows(() => getRunningLoop(), RuntimeError);
  await new Promise((resolve) => setTimeout(resolve, 1));
  assert(loop.isRunning());
  assertThrows(() => getRunningLoop(), RuntimeError);
  await running;
});
