// Copyright 2026 the asyncio authors. MIT license.

import {
  BrokenThreadPool,
  CancelledError,
  RuntimeError,
  ThreadPoolExecutor,
  transfer,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { Latch, waitAt } from "./_pools.ts";

const threadName = () => globalThis.name;

// CPython: test_shutdown.py, test_thread_names_assigned, test_thread_names_default
Deno.test("ThreadPoolExecutor names its threads", async () => {
  await using named = new ThreadPoolExecutor({ maxWorkers: 1, threadNamePrefix: "SpecialPool" });
  assertEquals(await named.submit(threadName), "SpecialPool_0");
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  assert(/^ThreadPoolExecutor-\d+_0$/.test(await pool.submit(threadName)));
});

// CPython: test_thread_pool.py, test_saturation
Deno.test("ThreadPoolExecutor has no more threads than it may", async () => {
  using latch = new Latch();
  await using pool = new ThreadPoolExecutor({ maxWorkers: 3, threadNamePrefix: "t" });
  const names = Array.from({ length: 15 }, () =>
    pool.submit((path: string) => {
      Deno.makeTempFileSync({ dir: path });
      const cell = new Int32Array(new SharedArrayBuffer(4));
      for (;;) {
        try {
          Deno.statSync(`${path}/open`);
          return globalThis.name;
        } catch {
          Atomics.wait(cell, 0, 0, 2);
        }
      }
    }, latch.path));
  await latch.reached(3);
  assertEquals(latch.count, 3);
  assertEquals(names.filter((future) => future.running()).length, 3);
  latch.open();
  const used = new Set(await Promise.all(names.map((future) => future.result())));
  assertEquals(used, new Set(["t_0", "t_1", "t_2"]));
});

// CPython: test_thread_pool.py, test_default_workers
Deno.test("ThreadPoolExecutor has 4 more threads than processors, up to 32, if not told", async () => {
  using latch = new Latch();
  await using pool = new ThreadPoolExecutor();
  const expected = Math.min(32, navigator.hardwareConcurrency + 4);
  const futures = Array.from({ length: 40 }, () => pool.submit(waitAt, latch.path));
  await latch.reached(expected);
  assertEquals(futures.filter((future) => future.running()).length, expected);
  latch.open();
});

// CPython: test_thread_pool.py, test_idle_thread_reuse
Deno.test("ThreadPoolExecutor starts no thread while one is idle", async () => {
  await using pool = new ThreadPoolExecutor({ threadNamePrefix: "t" });
  const names = [];
  for (let i = 0; i < 4; i++) names.push(await pool.submit(threadName));
  assertEquals(new Set(names), new Set(["t_0"]));
});

// CPython: test_thread_pool.py, test_executor_map_current_future_cancel
Deno.test("ThreadPoolExecutor.map() cancels the call that is waited for when it is left", async () => {
  using latch = new Latch();
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const blocker = pool.submit(waitAt, latch.path);
  await latch.reached();
  const results = pool.map(waitAt, [latch.path, latch.path, latch.path], [1, 2, 3], { timeout: 0 });
  await assertRejects(async () => await results.next());
  latch.open();
  await blocker.result();
  assertEquals(latch.count, 1, "none of the three has begun");
});

Deno.test("ThreadPoolExecutor cancels calls that were sent ahead and have not begun", async () => {
  using latch = new Latch();
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  // Short calls first, so that calls are sent ahead.
  const identity = (n: number) => n;
  await Promise.all(Array.from({ length: 200 }, (_, i) => pool.submit(identity, i).result()));
  const blocker = pool.submit(waitAt, latch.path, "waited");
  const ahead = Array.from({ length: 10 }, (_, i) => pool.submit(identity, i));
  await latch.reached();
  assert(blocker.running());
  assert(!blocker.cancel());
  assertEquals(ahead.map((future) => future.running()), Array(10).fill(false));
  assertEquals(ahead.map((future, i) => i % 2 === 0 && future.cancel()), [
    ...Array.from({ length: 10 }, (_, i) => i % 2 === 0),
  ]);
  latch.open();
  assertEquals(await blocker.result(), "waited");
  const ended = await Promise.allSettled(ahead.map((future) => future.result()));
  assertEquals(
    ended.map((one) => one.status === "fulfilled" ? one.value : one.reason.name),
    Array.from({ length: 10 }, (_, i) => i % 2 === 0 ? "CancelledError" : i),
  );
});

Deno.test("ThreadPoolExecutor has a free thread do what was sent ahead to one that is stuck", async () => {
  using latch = new Latch();
  await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  const identity = (n: number) => n;
  await Promise.all(Array.from({ length: 400 }, (_, i) => pool.submit(identity, i).result()));
  const stuck = pool.submit(waitAt, latch.path, "waited");
  const others = Array.from({ length: 100 }, (_, i) => pool.submit(identity, i));
  const results = await Promise.all(others.map((future) => future.result()));
  assertEquals(results, Array.from({ length: 100 }, (_, i) => i));
  assert(!stuck.done());
  latch.open();
  assertEquals(await stuck.result(), "waited");
});

Deno.test("ThreadPoolExecutor does each of many calls once, whatever is cancelled meanwhile", async () => {
  const counts = new Int32Array(new SharedArrayBuffer(4 * 2000));
  await using pool = new ThreadPoolExecutor({ maxWorkers: 3 });
  const count = (counts: Int32Array, i: number, spin: boolean) => {
    const end = performance.now() + 0.3;
    while (spin && performance.now() < end);
    return Atomics.add(counts, i, 1);
  };
  const futures = Array.from(
    { length: 2000 },
    (_, i) => pool.submit(count, counts, i, i % 97 === 0),
  );
  for (let i = 0; i < 2000; i += 3) {
    futures[i]!.cancel();
    if (i % 30 === 0) await futures[i]!.exception().catch(() => {});
  }
  await Promise.allSettled(futures.map((future) => future.result()));
  for (const [i, future] of futures.entries()) {
    assertEquals(counts[i], future.cancelled() ? 0 : 1, `call ${i}`);
  }
});

Deno.test("ThreadPoolExecutor.submit() moves an argument once, to a thread that does the call", async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  const length = (bytes: Uint8Array) => bytes.length;
  const futures = Array.from({ length: 50 }, (_, i) => {
    const bytes = new Uint8Array(i);
    return pool.submit(length, transfer(bytes, [bytes.buffer]));
  });
  const lengths = await Promise.all(futures.map((future) => future.result()));
  assertEquals(lengths, Array.from({ length: 50 }, (_, i) => i));
});

Deno.test("ThreadPoolExecutor is broken when a thread ends itself", async () => {
  using latch = new Latch();
  const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  const busy = pool.submit(waitAt, latch.path);
  await latch.reached();
  const exit = pool.submit(() => Deno.exit(3));
  const waiting = pool.submit(() => 1);
  const error = await exit.exception();
  assertInstanceOf(error, BrokenThreadPool);
  assertEquals(
    error.message,
    "A thread in the thread pool was terminated abruptly while the future was running or pending.",
  );
  assertInstanceOf(await busy.exception(), BrokenThreadPool);
  assertInstanceOf(await waiting.exception(), BrokenThreadPool);
  assertThrows(
    () => pool.submit(() => 1),
    BrokenThreadPool,
    "A thread terminated abruptly, the thread pool is not usable anymore",
  );
  await pool.shutdown();
});

Deno.test("ThreadPoolExecutor.submit() in a worker that imports the module is an error", async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const url = new URL("./_submits_at_import.ts", import.meta.url).href;
  const { moduleFunction } = await import("@asyncio/asyncio");
  const error = await pool.submit(moduleFunction({ url }, () => 1, "f")).exception();
  assertInstanceOf(error, RuntimeError);
  assert(error.message.includes("if (import.meta.main)"), error.message);
});

Deno.test("a thread may have a pool of its own", async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const url = new URL("./_nested.ts", import.meta.url).href;
  const { nested } = await import("./_nested.ts");
  const { moduleFunction } = await import("@asyncio/asyncio");
  assertEquals(await pool.submit(moduleFunction({ url }, nested), 20), 40);
});

Deno.test("a future that is cancelled before its thread is there is never done", async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const futures = Array.from({ length: 5 }, (_, i) => pool.submit((n: number) => n, i));
  for (const future of futures) assert(future.cancel());
  for (const future of futures) await assertRejects(() => future.result(), CancelledError);
});
