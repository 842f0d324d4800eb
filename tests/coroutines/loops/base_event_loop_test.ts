// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield require-await no-explicit-any

import {
  allTasks,
  ensureFuture,
  KeyboardInterrupt,
  newEventLoop,
  RuntimeError,
  type SelectorEventLoop,
  sleep,
} from "@asyncio/asyncio/coroutines";
import { ValueError } from "@asyncio/asyncio/selectors";
import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { virtualLoop } from "../_loop.ts";
import { forms, runBriefly, testForms } from "../../_run_test.ts";

// CPython: test_base_events.py, BaseEventLoopTests.test_close; test_events.py, test_close
Deno.test("BaseEventLoop.close() may be called again, and ends everything", async () => {
  const loop = newEventLoop();
  const f = loop.createFuture();
  const coro = sleep(0);
  assertFalse(loop.isClosed());
  loop.callSoon(() => {
    throw new Error("a closed loop runs nothing");
  });
  for (let i = 0; i < 3; i++) loop.close();
  assert(loop.isClosed());
  const refused: (() => unknown)[] = [
    () => loop.callSoon(() => {}),
    () => loop.callSoonThreadsafe(() => {}),
    () => loop.callLater(1, () => {}),
    () => loop.callAt(loop.time() + 1, () => {}),
    () => loop.createTask(coro),
  ];
  for (const call of refused) assertThrows(call, RuntimeError, "Event loop is closed");
  await assertRejects(() => loop.runForever(), RuntimeError, "Event loop is closed");
  await assertRejects(() => loop.runUntilComplete(f), RuntimeError, "Event loop is closed");
});

Deno.test("BaseEventLoop is closed at the end of a using scope", () => {
  let outside: SelectorEventLoop;
  {
    using loop = newEventLoop();
    outside = loop;
  }
  assert(outside.isClosed());
});

// CPython: test_events.py, EventLoopTestsMixin.test_close_running_event_loop
testForms("BaseEventLoop.close() of a running loop throws", function* ({ loop }) {
  assertThrows(() => loop.close(), RuntimeError, "Cannot close a running event loop");
  assertFalse(loop.isClosed());
});

// CPython: test_events.py, EventLoopTestsMixin.test_run_until_complete_nesting
// and test_base_events.py, RunningLoopTests.test_running_loop_within_a_loop
testForms("BaseEventLoop refuses to run within a loop", function* ({ loop, raises }) {
  using other = newEventLoop();
  assert(loop.isRunning());
  const cases: [SelectorEventLoop, string][] = [
    [loop, "This event loop is already running"],
    [other, "Cannot run the event loop while another loop is running"],
  ];
  for (const [one, message] of cases) {
    const attempts = [
      () => one.runForever(),
      () => one.runUntilComplete(sleep(0)),
      () => one.runUntilComplete(one.createFuture()),
    ];
    for (const attempt of attempts) {
      yield* raises(ensureFuture(attempt() as Promise<unknown>), RuntimeError, message);
    }
  }
  assertEquals(allTasks(other), new Set());
});

// CPython: test_events.py, EventLoopTestsMixin.test_run_until_complete
Deno.test("BaseEventLoop.runUntilComplete() runs whatever can be awaited", async () => {
  using loop = virtualLoop();
  const t0 = loop.time();
  assertEquals(await loop.runUntilComplete(sleep(10, "done")), "done");
  assertEquals(loop.time() - t0, 10);
  const f = loop.createFuture<number>();
  f.setResult(1);
  assertEquals(await loop.runUntilComplete(f), 1);
  assertEquals(await loop.runUntilComplete(loop.createTask(sleep(1, 2))), 2);
  assertEquals(await loop.runUntilComplete(async () => 3), 3);
  assertEquals(await loop.runUntilComplete(() => sleep(1, 4)), 4);
  assertEquals(
    await loop.runUntilComplete(function* () {
      return 6;
    }),
    6,
  );
  assertFalse(loop.isRunning());
});

Deno.test("BaseEventLoop.runUntilComplete() refuses a promise, saying what to pass", async () => {
  using loop = virtualLoop();
  const refused = () => loop.runUntilComplete(Promise.resolve(5));
  await assertRejects(refused, TypeError, "pass the async function itself");
});

// CPython: test_events.py, EventLoopTestsMixin.test_run_until_complete_stopped
Deno.test("BaseEventLoop.runUntilComplete() rejects when the loop is stopped before", async () => {
  using loop = virtualLoop();
  const error = await assertRejects(
    () =>
      loop.runUntilComplete(async () => {
        loop.stop();
        await sleep(0.1);
      }),
    RuntimeError,
  );
  assertEquals(error.message, "Event loop stopped before Future completed.");
  await loop.runUntilComplete(sleep(1));
  assertEquals(allTasks(loop), new Set());
});

// CPython: test_base_events.py, BaseEventLoopTests.test_run_until_complete_type_error
Deno.test("BaseEventLoop.runUntilComplete() takes nothing else", async () => {
  using loop = newEventLoop();
  for (const bad of ["blah", null, 1, {}]) {
    await assertRejects(() => loop.runUntilComplete(bad as any), TypeError, "is required");
  }
});

// CPython: test_base_events.py, BaseEventLoopTests.test_run_until_complete_loop
Deno.test("BaseEventLoop.runUntilComplete() refuses another loop's future", async () => {
  using loop = newEventLoop();
  using other = newEventLoop();
  const f = loop.createFuture();
  await assertRejects(() => other.runUntilComplete(f), ValueError, "different loop");
});

Deno.test("BaseEventLoop.runUntilComplete() rejects with the error of its future", async () => {
  using loop = newEventLoop();
  const error = new TypeError("boom");
  assertStrictEquals(
    await assertRejects(() =>
      loop.runUntilComplete(async () => {
        await sleep(0);
        throw error;
      })
    ),
    error,
  );
});

// CPython: test_base_events.py,
// BaseEventLoopTests.test_run_until_complete_loop_orphan_future_close_loop
Deno.test("BaseEventLoop.runUntilComplete() leaves nothing behind when it is interrupted", async () => {
  using loop = virtualLoop();
  loop.callSoon(() => {
    throw new KeyboardInterrupt();
  });
  await assertRejects(() => loop.runUntilComplete(sleep(0.1)), KeyboardInterrupt);
  await loop.runUntilComplete(sleep(0.2));
});

// CPython: test_base_events.py, BaseEventLoopTests.test_run_until_complete_baseexception
Deno.test("BaseEventLoop.runUntilComplete() does not stop the run after an interrupted one", async () => {
  using loop = newEventLoop();
  const interrupt = new KeyboardInterrupt();
  const raised = await assertRejects(() =>
    loop.runUntilComplete(function* () {
      throw interrupt;
    })
  );
  assertStrictEquals(raised, interrupt);
  let called = false;
  loop.callSoon(() =>
    loop.callSoon(() => {
      loop.stop();
      called = true;
    })
  );
  await loop.runForever();
  assert(called);
});

// CPython: test_base_events.py, BaseEventLoopTests.test_run_once
Deno.test("BaseEventLoop.stop() ends the run after the batch under way", async () => {
  using loop = newEventLoop();
  const seen: string[] = [];
  loop.callSoon(() => {
    seen.push("first");
    loop.stop();
    loop.callSoon(() => seen.push("next batch"));
  });
  loop.callSoon(() => seen.push("same batch"));
  await loop.runForever();
  assertEquals(seen, ["first", "same batch"]);
  await runBriefly(loop);
  assertEquals(seen, ["first", "same batch", "next batch"]);
});

// CPython: test_base_events.py, BaseEventLoopTests.test_run_forever_pre_stopped
Deno.test("BaseEventLoop.stop() before the run lets it turn once", async () => {
  using loop = newEventLoop();
  const seen: string[] = [];
  loop.callSoon(() => {
    seen.push("ready");
    loop.callSoon(() => seen.push("not yet"));
  });
  loop.stop();
  await loop.runForever();
  assertEquals(seen, ["ready"]);
  loop.stop();
  loop.stop();
  await loop.runForever();
  assertEquals(seen, ["ready", "not yet"]);
});

Deno.test("BaseEventLoop.stop() from outside wakes a loop that waits", async () => {
  using loop = newEventLoop();
  const running = loop.runForever();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert(loop.isRunning());
  loop.stop();
  await running;
  assertFalse(loop.isRunning());
});

Deno.test("BaseEventLoop runs again and again", async () => {
  using loop = virtualLoop();
  const f = loop.createFuture<string>();
  const task = loop.createTask(function* () {
    return yield* f;
  });
  for (let i = 0; i < 5; i++) await runBriefly(loop);
  assertFalse(task.done());
  f.setResult("done");
  assertEquals(await loop.runUntilComplete(task), "done");
});

Deno.test("BaseEventLoop shows its state", async () => {
  const loop = newEventLoop();
  assertEquals(String(loop), "<SelectorEventLoop running=False closed=False debug=False>");
  await loop.runUntilComplete(async () => {
    loop.setDebug(true);
    assertEquals(String(loop), "<SelectorEventLoop running=True closed=False debug=True>");
    assertEquals(Deno.inspect(loop), String(loop));
  });
  loop.close();
  assertMatch(String(loop), /closed=True/);
});

// CPython: Lib/asyncio/base_events.py, BaseEventLoop._run_once: a batch is run to its end
for (const { name, fn, wait } of forms) {
  Deno.test(`BaseEventLoop.stop() lets the batch under way come to its end (${name})`, async () => {
    const loop = newEventLoop();
    const order: string[] = [];
    loop.callSoon(() => {
      order.push("stop");
      loop.stop();
      loop.callSoon(() => order.push("of the next batch"));
    });
    loop.createTask(fn(function* () {
      order.push("task");
      yield* wait(sleep(0));
      order.push("task goes on");
    }));
    loop.callSoon(() => order.push("callback"));
    await loop.runForever();
    assertEquals(order, ["stop", "task", "callback"]);
    await runBriefly(loop);
    assertEquals(order.slice(3), ["of the next batch", "task goes on"]);
    loop.close();
  });
}
