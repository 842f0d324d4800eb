// Copyright 2026 the asyncio authors. MIT license.

import {
  CancelledError,
  ContextVar,
  createTask,
  ExecutorEventLoop,
  gather,
  getRunningLoop,
  NotImplementedError,
  ProcessPoolExecutor,
  run,
  Runner,
  RuntimeError,
  ThreadPoolExecutor,
  TimeoutError,
  toThread,
  VirtualClock,
  waitFor,
} from "@asyncio/asyncio";
import { EventLoop as CoreEventLoop } from "@asyncio/asyncio/coroutines";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Latch, testPools, waitAt } from "./_pools.ts";

// CPython: test_asyncio/test_events.py, test_run_in_executor
Deno.test("loop.runInExecutor() runs a function in a thread of the loop's own", async () => {
  await run(function* () {
    const future = getRunningLoop().runInExecutor(
      null,
      (arg: string) => [arg, globalThis.name],
      "yo",
    );
    const [arg, name] = yield* future;
    assertEquals([arg, name], ["yo", "asyncio_0"]);
  });
});

testPools(" runs functions for loop.runInExecutor()", async ({ make }) => {
  await using pool = make();
  const sums = await run(async () => {
    const loop = getRunningLoop();
    const add = (a: number, b: number) => a + b;
    return await gather(...[1, 2, 3].map((n) => loop.runInExecutor(pool, add, n, 10)));
  });
  assertEquals(sums, [11, 12, 13]);
});

// CPython: test_events.py, test_run_in_executor_cancel
Deno.test("loop.runInExecutor() is cancelled at once, and a call that has begun goes on", async () => {
  using latch = new Latch();
  const loop = new ExecutorEventLoop();
  const reported: unknown[] = [];
  loop.setExceptionHandler((_, context) => reported.push(context));
  await loop.runUntilComplete(async () => {
    const future = loop.runInExecutor(null, waitAt, latch.path);
    await latch.reached();
    future.cancel();
    await assertRejects(async () => await future, CancelledError);
    latch.open();
  });
  await loop.runUntilComplete(loop.shutdownDefaultExecutor());
  loop.close();
  assertEquals(reported, []);
});

Deno.test("cancelling a task takes its call out of the queue", async () => {
  using latch = new Latch();
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  await run(async () => {
    const loop = getRunningLoop();
    const busy = loop.runInExecutor(pool, waitAt, latch.path, "done");
    await latch.reached();
    for (
      const form of [
        async () => await loop.runInExecutor(pool, waitAt, latch.path),
        function* () {
          yield* loop.runInExecutor(pool, waitAt, latch.path);
        },
      ]
    ) {
      await assertRejects(async () => await waitFor(form, 0.001), TimeoutError);
    }
    latch.open();
    assertEquals(await busy, "done");
  });
  assertEquals(latch.count, 1);
});

// CPython: test_events.py, test_run_in_executor_closed
Deno.test("loop.runInExecutor() of a closed loop is an error", () => {
  const loop = new ExecutorEventLoop();
  loop.close();
  assertThrows(() => loop.runInExecutor(null, () => 1), RuntimeError, "Event loop is closed");
  loop.close();
});

// CPython: test_base_events.py, test_set_default_executor
Deno.test("loop.setDefaultExecutor() sets what runInExecutor(null) uses", async () => {
  const executor = new ThreadPoolExecutor({ maxWorkers: 1, threadNamePrefix: "mine" });
  await run(async () => {
    getRunningLoop().setDefaultExecutor(executor);
    assertEquals(await toThread(() => globalThis.name), "mine_0");
  });
  assertThrows(() => executor.submit(() => 1), RuntimeError, "after shutdown");
});

// CPython: test_base_events.py, test_set_default_executor_error
Deno.test("loop.setDefaultExecutor() refuses what is no ThreadPoolExecutor", () => {
  const loop = new ExecutorEventLoop();
  const message = "executor must be ThreadPoolExecutor instance";
  assertThrows(() => loop.setDefaultExecutor({} as never), TypeError, message);
  const processes = new ProcessPoolExecutor() as unknown as ThreadPoolExecutor;
  assertThrows(() => loop.setDefaultExecutor(processes), TypeError, message);
  loop.close();
});

// CPython: test_base_events.py, test_shutdown_default_executor_timeout
Deno.test("loop.shutdownDefaultExecutor() warns when the threads take too long", async () => {
  using latch = new Latch();
  const loop = new ExecutorEventLoop();
  const future = loop.runInExecutor(null, waitAt, latch.path, 1);
  await latch.reached();
  const { warn } = console;
  const told: unknown[] = [];
  console.warn = (text) => told.push(text);
  try {
    await loop.runUntilComplete(loop.shutdownDefaultExecutor(0.01));
  } finally {
    console.warn = warn;
  }
  assertEquals(told, ["The executor did not finishing joining its threads within 0.01 seconds."]);
  latch.open();
  assertEquals(await loop.runUntilComplete(future), 1);
  loop.close();
});

Deno.test("loop.shutdownDefaultExecutor() is final", async () => {
  const loop = new ExecutorEventLoop();
  await loop.runUntilComplete(loop.shutdownDefaultExecutor());
  const message = "Executor shutdown has been called";
  assertThrows(() => loop.runInExecutor(null, () => 1), RuntimeError, message);
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  assertEquals(await loop.runUntilComplete(loop.runInExecutor(pool, () => 1)), 1);
  loop.close();
});

Deno.test("loop.close() shuts the default executor down, and does not wait", async () => {
  using latch = new Latch();
  const executor = new ThreadPoolExecutor({ maxWorkers: 1 });
  const loop = new ExecutorEventLoop();
  loop.setDefaultExecutor(executor);
  const future = loop.runInExecutor(null, waitAt, latch.path, "done");
  await latch.reached();
  loop.close();
  assertThrows(() => executor.submit(() => 1), RuntimeError, "after shutdown");
  latch.open();
  await executor.shutdown();
  assert(!future.done() || future.result() === "done", "its loop is closed: nobody waits for it");
});

Deno.test("Runner.close() waits for the default executor", async () => {
  using latch = new Latch();
  const runner = new Runner();
  let isClosed = false;
  const future = await runner.run(async () => {
    const future = getRunningLoop().runInExecutor(null, waitAt, latch.path, "done");
    await latch.reached();
    return { future };
  });
  const closing = runner.close().then(() => isClosed = true);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert(!isClosed);
  latch.open();
  await closing;
  assertEquals(future.future.result(), "done");
});

Deno.test("loop.runInExecutor() is waited for on a virtual clock", async () => {
  const loop = new ExecutorEventLoop({ clock: new VirtualClock({ autojump: true }) });
  assertEquals(await loop.runUntilComplete(loop.runInExecutor(null, () => 42)), 42);
  await loop.runUntilComplete(loop.shutdownDefaultExecutor());
  loop.close();
});

// CPython: test_threads.py, test_to_thread, test_to_thread_args_kwargs
Deno.test("toThread() gives the result of a function", async () => {
  const sum = (numbers: number[], more: { plus: number }) =>
    numbers.reduce((a, b) => a + b) + more.plus;
  assertEquals(await run(() => toThread(sum, [40, 1], { plus: 1 })), 42);
});

// CPython: test_threads.py, test_to_thread_exception
Deno.test("toThread() throws what the function throws", async () => {
  const fail = () => {
    throw new RangeError("test");
  };
  await assertRejects(() => run(() => toThread(fail)), RangeError, "test");
});

// CPython: test_threads.py, test_to_thread_once, test_to_thread_concurrent
Deno.test("toThread() calls the function once, for each of many", async () => {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  await run(async () => {
    const count = (counter: Int32Array) => Atomics.add(counter, 0, 1);
    await gather(...Array.from({ length: 10 }, () => toThread(count, counter)));
  });
  assertEquals(counter[0], 10);
});

// CPython: test_threads.py, test_to_thread_contextvars, where they do
Deno.test("toThread() leaves context variables behind", async () => {
  const variable = new ContextVar<string>("test", { default: "none" });
  await run(async () => {
    variable.set("parent");
    const seen = await toThread(async (url: string) => {
      const { test } = await import(url);
      return test.get();
    }, new URL("./_context.ts", import.meta.url).href);
    assertEquals([seen, variable.get()], ["none", "parent"]);
  });
});

Deno.test("toThread() is lazy, and may be made outside of a loop", async () => {
  const coro = toThread(() => 42);
  assertEquals(await run(coro), 42);
});

Deno.test("toThread() on a loop that has no executors says so", async () => {
  const loop = new CoreEventLoop();
  await assertRejects(() => loop.runUntilComplete(toThread(() => 1)), NotImplementedError);
  loop.close();
});

Deno.test("a loop ticks on while all its threads compute", async () => {
  using latch = new Latch();
  await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  await run(async () => {
    const loop = getRunningLoop();
    let ticks = 0;
    const busy = [1, 2].map((n) => loop.runInExecutor(pool, waitAt, latch.path, n));
    await latch.reached(2);
    const ticker = createTask(async () => {
      for (; ticks < 100; ticks++) await new Promise((resolve) => setTimeout(resolve));
    });
    await ticker;
    latch.open();
    assertEquals([ticks, await gather(...busy)], [100, [1, 2]]);
  });
});
