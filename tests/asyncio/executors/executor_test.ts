// Copyright 2026 the asyncio authors. MIT license.

import {
  anext,
  asyncWith,
  ConcurrentFuture,
  Executor,
  ExecutorEventLoop,
  run,
  RuntimeError,
  TimeoutError,
  ValueError,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Latch, testPools, until, waitAt } from "./_pools.ts";

/** Does calls when it is told to. */
class ManualExecutor extends Executor {
  readonly calls: { args: unknown[]; future: ConcurrentFuture<unknown>; go: () => void }[] = [];
  isShutdown = false;

  override submit<A extends unknown[], R>(
    fn: (...args: A) => R,
    ...args: A
  ): ConcurrentFuture<Awaited<R>> {
    const future = new ConcurrentFuture<Awaited<R>>();
    const go = () => {
      if (!future.setRunningOrNotifyCancel()) return;
      try {
        future.setResult(fn(...args) as Awaited<R>);
      } catch (error) {
        future.setException(error);
      }
    };
    this.calls.push({ args, future: future as ConcurrentFuture<unknown>, go });
    return future;
  }

  override shutdown(): Promise<void> {
    this.isShutdown = true;
    return Promise.resolve();
  }
}

// CPython: test_concurrent_futures/executor.py, test_submit
testPools(".submit() gives the result of a call", async ({ make }) => {
  await using pool = make();
  assertEquals(await pool.submit((a: number, b: number) => a ** b, 2, 8).result(), 256);
});

// CPython: executor.py, test_map
testPools(".map() gives the results in the order of the items", async ({ make }) => {
  await using pool = make();
  const powers = pool.map((a: number, b: number) => a ** b, [1, 2, 3, 4], [1, 2, 3]);
  assertEquals(await Array.fromAsync(powers), [1, 4, 27]);
});

// CPython: executor.py, test_map_exception
testPools(".map() throws the error of a call in its place", async ({ make }) => {
  await using pool = make();
  const results = pool.map((n: number) => {
    if (n === 2) throw new RangeError("two");
    return n;
  }, [0, 1, 2, 3]);
  assertEquals((await results.next()).value, 0);
  assertEquals((await results.next()).value, 1);
  await assertRejects(async () => await results.next(), RangeError, "two");
  assertEquals(await results.next(), { done: true, value: undefined });
});

// CPython: executor.py, test_map_timeout
testPools(".map() throws a TimeoutError when the time is up", async ({ make }) => {
  using latch = new Latch();
  await using pool = make();
  const results = pool.map(
    (path: string, wait: (p: string) => string) => path === "" ? "first" : wait(path),
    ["", latch.path],
    [],
  );
  await results.return?.();
  const waiting = pool.map(waitAt, [latch.path], ["late"], { timeout: 0.01 });
  await assertRejects(async () => await waiting.next(), TimeoutError);
  latch.open();
});

Deno.test("Executor.map() cancels what has not begun when it is left", async () => {
  const executor = new ManualExecutor();
  const seen: number[] = [];
  const results = executor.map((n: number) => n, [1, 2, 3, 4]);
  executor.calls[0]!.go();
  executor.calls[1]!.go();
  for await (const n of results) {
    seen.push(n);
    if (n === 2) break;
  }
  assertEquals(seen, [1, 2]);
  assertEquals(executor.calls.map(({ future }) => future.cancelled()), [false, false, true, true]);
});

Deno.test("Executor.map() gives steps that are asked for together one after another", async () => {
  const executor = new ManualExecutor();
  const results = executor.map((n: number) => n, [1, 2]);
  const steps = Promise.all([results.next(), results.next(), results.next()]);
  executor.calls[1]!.go();
  executor.calls[0]!.go();
  assertEquals((await steps).map(({ value }) => value), [1, 2, undefined]);
});

// CPython 3.14: executor.py, test_map_buffersize_type_validation, test_map_buffersize_value_validation
Deno.test("Executor.map() refuses sizes that are none", () => {
  const executor = new ManualExecutor();
  const identity = (n: number) => n;
  const map = (options: object) => executor.map(identity, [1], options);
  assertThrows(() => map({ buffersize: 0 }), ValueError, "buffersize must be None or > 0");
  assertThrows(() => map({ buffersize: -1 }), ValueError, "buffersize must be None or > 0");
  assertThrows(() => map({ buffersize: "1" }), TypeError, "must be an integer or None");
  assertThrows(() => map({ buffersize: 1.5 }), TypeError, "must be an integer or None");
  assertThrows(() => map({ chunksize: 0 }), ValueError, "chunksize must be >= 1.");
  assertEquals(executor.calls.length, 0);
});

// CPython 3.14: executor.py, test_map_buffersize_on_infinite_iterable, test_map_buffersize_when_buffer_is_full
Deno.test("Executor.map() reads no further ahead than the buffersize", async () => {
  const executor = new ManualExecutor();
  let read = 0;
  function* endless() {
    try {
      for (;;) yield read++;
    } finally {
      read = -1;
    }
  }
  const results = executor.map((n: number) => 10 * n, endless(), { buffersize: 3 });
  assertEquals(read, 3);
  for (const call of executor.calls) call.go();
  assertEquals((await results.next()).value, 0);
  assertEquals(read, 4);
  assertEquals((await results.next()).value, 10);
  assertEquals(read, 5);
  await results.return!();
  assertEquals(read, -1);
});

// CPython 3.14: executor.py, test_map_buffersize_on_multiple_infinite_iterables
Deno.test("Executor.map() goes through endless iterables together", async () => {
  const executor = new ManualExecutor();
  const count = function* (from: number) {
    for (let n = from;; n++) yield n;
  };
  const sums = executor.map((a: number, b: number) => a + b, count(0), count(100), {
    buffersize: 2,
  });
  executor.calls[0]!.go();
  assertEquals((await sums.next()).value, 100);
  await sums.return!();
});

// CPython 3.14: executor.py, test_map_buffersize_on_empty_iterable, _without_iterable
Deno.test("Executor.map() of nothing ends at once", async () => {
  const executor = new ManualExecutor();
  assertEquals(await Array.fromAsync(executor.map((n: number) => n, [], { buffersize: 2 })), []);
  assertEquals(await Array.fromAsync(executor.map(() => 1, { buffersize: 2 })), []);
});

Deno.test("Executor.map() is gone through in a generator coroutine by anext()", async () => {
  const executor = new ManualExecutor();
  const results = executor.map((n: number) => n, [1, 2]);
  for (const call of executor.calls) call.go();
  await run(function* () {
    assertEquals([yield* anext(results), yield* anext(results)], [1, 2]);
  });
});

Deno.test("Executor.map() throws what the iterable throws, and cancels what it has given", () => {
  const executor = new ManualExecutor();
  function* broken() {
    yield 1;
    throw new RangeError("no more");
  }
  assertThrows(() => executor.map((n: number) => n, broken()), RangeError, "no more");
  assert(executor.calls[0]!.future.cancelled());
});

// CPython: test_thread_pool.py, test_map_submits_without_iteration
testPools(".map() submits its calls whether somebody goes through it or not", async ({ make }) => {
  using latch = new Latch();
  latch.open();
  const pool = make();
  pool.map(waitAt, Array(10).fill(latch.path), Array(10).keys());
  await pool.shutdown();
  assertEquals(latch.count, 10);
});

// CPython: executor.py, test_shutdown_race_issue12456
testPools(".shutdown() right after .map() waits for its calls", async ({ make }) => {
  const pool = make();
  const results = pool.map((n: number) => String(n), Array<number>(5).fill(2));
  await pool.shutdown();
  assertEquals(await Array.fromAsync(results), ["2", "2", "2", "2", "2"]);
});

// CPython: test_shutdown.py, test_run_after_shutdown
testPools(".submit() throws after shutdown()", async ({ make }) => {
  const pool = make();
  await pool.shutdown();
  const message = "cannot schedule new futures after shutdown";
  assertThrows(() => pool.submit(() => 1), RuntimeError, message);
  assertThrows(() => pool.map((n: number) => n, [1]), RuntimeError, message);
});

// CPython: test_shutdown.py, test_hang_issue12364
testPools(".shutdown() leaves results to those who come later", async ({ make }) => {
  const pool = make();
  const futures = Array.from({ length: 20 }, (_, i) => pool.submit((n: number) => n, i));
  await pool.shutdown();
  for (const [i, future] of futures.entries()) assertEquals(await future.result(), i);
});

// CPython: test_shutdown.py, test_cancel_futures
testPools(".shutdown() cancels what has not begun if it is told to", async ({ make }) => {
  using latch = new Latch();
  const pool = make();
  const futures = Array.from({ length: 50 }, (_, i) => pool.submit(waitAt, latch.path, i));
  await latch.reached(2);
  const shutdown = pool.shutdown({ cancelFutures: true });
  assertEquals(futures.filter((future) => future.cancelled()).length, 48);
  latch.open();
  await shutdown;
  const others = futures.filter((future) => !future.cancelled());
  assertEquals(await Promise.all(others.map((future) => future.result())), [0, 1]);
});

// CPython: test_shutdown.py, ThreadPoolShutdownTest.test_cancel_futures_wait_false, test_shutdown_no_wait
testPools(
  ".shutdown() settles at once with wait: false, and the work goes on",
  async ({ make }) => {
    using latch = new Latch();
    const pool = make();
    const future = pool.submit(waitAt, latch.path, "done");
    await pool.shutdown({ wait: false });
    assert(!future.done());
    latch.open();
    assertEquals(await future.result(), "done");
    await pool.shutdown();
  },
);

// CPython: test_shutdown.py, test_hang_gh83386
testPools(".shutdown() may be called as often as one likes", async ({ make }) => {
  const pool = make();
  const future = pool.submit(() => 1);
  await Promise.all([pool.shutdown({ wait: false }), pool.shutdown(), pool.shutdown()]);
  await pool.shutdown();
  assertEquals(await future.result(), 1);
});

testPools(".shutdown() before anything was submitted ends at once", async ({ make }) => {
  await make().shutdown();
  const pool = make();
  await pool.shutdown({ cancelFutures: true });
});

// CPython: test_shutdown.py, test_context_manager_shutdown
testPools(" is a context manager that waits until all is done", async ({ make }) => {
  const results: number[] = [];
  await run(asyncWith(make(), function* (pool) {
    yield;
    for (const n of [1, 2, 3]) {
      pool.submit((n: number) => n, n).addDoneCallback(async (future) => {
        results.push(await future.result() as number);
      });
    }
  }));
  await until(() => results.length === 3);
  assertEquals(results.sort(), [1, 2, 3]);
});

Deno.test("Executor is a context manager for asyncWith() and await using", async () => {
  const executor = new ManualExecutor();
  await run(asyncWith(executor, (entered) => Promise.resolve(assertEquals(entered, executor))));
  assert(executor.isShutdown);
  const another = new ManualExecutor();
  {
    await using _ = another;
  }
  assert(another.isShutdown);
});

// CPython: executor.py, test_max_workers_negative
testPools(" needs workers", ({ make }) => {
  for (const maxWorkers of [0, -1, NaN]) {
    assertThrows(() => make({ maxWorkers }), ValueError, "maxWorkers must be greater than 0");
  }
  return Promise.resolve();
});

Deno.test("loop.runInExecutor() takes any Executor", async () => {
  const executor = new ManualExecutor();
  const loop = new ExecutorEventLoop();
  const future = loop.runInExecutor(executor, (a: number) => a + 1, 41);
  executor.calls[0]!.go();
  assertEquals(await loop.runUntilComplete(future), 42);
  loop.close();
});
