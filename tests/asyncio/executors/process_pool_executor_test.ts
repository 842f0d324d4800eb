// Copyright 2026 the asyncio authors. MIT license.

import {
  BrokenProcessPool,
  ProcessPoolExecutor,
  type ProcessPoolExecutorOptions,
  ValueError,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertInstanceOf, assertMatch, assertThrows } from "@std/assert";
import { Latch, waitAt } from "./_pools.ts";

const pid = () => Deno.pid;

/** Ends a process from outside, and waits until it has. */
function killProcess(pid: number): void {
  Deno.kill(pid, "SIGKILL");
}

// CPython: test_process_pool.py, test_idle_process_reuse_one
Deno.test("ProcessPoolExecutor starts no process while one is idle", async () => {
  await using pool = new ProcessPoolExecutor({ maxWorkers: 4 });
  const pids = new Set<number>();
  for (let i = 0; i < 4; i++) pids.add(await pool.submit(pid));
  assertEquals(pids.size, 1);
  assert(!pids.has(Deno.pid));
});

// CPython: test_process_pool.py, test_saturation, test_idle_process_reuse_multiple
Deno.test("ProcessPoolExecutor has no more processes than it may", async () => {
  using latch = new Latch();
  await using pool = new ProcessPoolExecutor({ maxWorkers: 2 });
  const calls = Array.from({ length: 6 }, (_, i) => pool.submit(waitAt, latch.path, i));
  await latch.reached(2);
  assertEquals(latch.count, 2);
  assertEquals(calls.filter((future) => future.running()).length, 2);
  latch.open();
  assertEquals(await Promise.all(calls.map((future) => future.result())), [0, 1, 2, 3, 4, 5]);
  const pids = await Promise.all(Array.from({ length: 20 }, () => pool.submit(pid).result()));
  assertEquals(new Set(pids).size, 2);
});

// CPython: test_process_pool.py, test_killed_child
Deno.test("ProcessPoolExecutor is broken when a process is killed", async () => {
  using latch = new Latch();
  const pool = new ProcessPoolExecutor({ maxWorkers: 2 });
  const victim = await pool.submit(pid);
  const running = [pool.submit(waitAt, latch.path), pool.submit(waitAt, latch.path)];
  const waiting = pool.submit(() => 1);
  await latch.reached(2);
  killProcess(victim);
  for (const future of [...running, waiting]) {
    const error = await future.exception() as Error;
    assertInstanceOf(error, BrokenProcessPool);
    assertEquals(
      error.message,
      "A process in the process pool was terminated abruptly while the future was running or pending.",
    );
    assertMatch(String(error.cause), /process \d+ ended with SIGKILL/);
  }
  assertThrows(
    () => pool.submit(() => 1),
    BrokenProcessPool,
    "A child process terminated abruptly, the process pool is not usable anymore",
  );
  await pool.shutdown();
});

// CPython: test_deadlock.py, test_exit_during_func_exec_on_worker, test_crash_during_func_exec_on_worker
for (
  const [how, die] of [
    ["exits", () => Deno.exit(1)],
    ["is killed", () => Deno.kill(Deno.pid, "SIGKILL")],
    ["disconnects", () => {
      (globalThis as unknown as { process: { disconnect(): void } }).process.disconnect();
      return new Promise(() => {});
    }],
  ] as [string, () => unknown][]
) {
  Deno.test(`ProcessPoolExecutor is broken when a process ${how} in a call`, async () => {
    const pool = new ProcessPoolExecutor({ maxWorkers: 2 });
    const futures = [pool.submit(() => 1), pool.submit(die), pool.submit(die), pool.submit(die)];
    assertInstanceOf(await futures[1]!.exception(), BrokenProcessPool);
    assertInstanceOf(await futures[3]!.exception(), BrokenProcessPool);
    await pool.shutdown();
  });
}

// CPython: test_deadlock.py, test_exit_at_task_unpickle, test_crash_at_task_unpickle
Deno.test("ProcessPoolExecutor is broken when a process ends as it imports a function", async () => {
  const { moduleFunction } = await import("@asyncio/asyncio");
  const pool = new ProcessPoolExecutor({ maxWorkers: 1 });
  const url = `data:text/javascript,Deno.exit(1);export function f(){}`;
  const future = pool.submit(moduleFunction({ url }, () => 1, "f"));
  assertInstanceOf(await future.exception(), BrokenProcessPool);
  await pool.shutdown();
});

// CPython: test_shutdown.py, test_processes_terminate, ProcessPoolShutdownTest.test_context_manager_shutdown
Deno.test("ProcessPoolExecutor.shutdown() resolves when its processes have ended", async () => {
  using latch = new Latch();
  const pool = new ProcessPoolExecutor({ maxWorkers: 3 });
  const pids = Array.from({ length: 3 }, () =>
    pool.submit((path: string) => {
      Deno.makeTempFileSync({ dir: path });
      const cell = new Int32Array(new SharedArrayBuffer(4));
      while (![...Deno.readDirSync(path)].some(({ name }) => name === "open")) {
        Atomics.wait(cell, 0, 0, 2);
      }
      return Deno.pid;
    }, latch.path));
  await latch.reached(3);
  latch.open();
  await pool.shutdown();
  for (const pid of await Promise.all(pids)) {
    assertThrows(() => Deno.kill(pid, "SIGCONT"), Error, "", `process ${pid} is there`);
  }
});

// CPython: test_deadlock.py, test_shutdown_deadlock
Deno.test("ProcessPoolExecutor.shutdown() ends when a process dies meanwhile", async () => {
  const pool = new ProcessPoolExecutor({ maxWorkers: 2 });
  const future = pool.submit(() => Deno.exit(1));
  await pool.shutdown();
  assertInstanceOf(await future.exception(), BrokenProcessPool);
});

// CPython: test_deadlock.py, test_crash_big_data
Deno.test("ProcessPoolExecutor is broken when a process dies beside much data", async () => {
  const pool = new ProcessPoolExecutor({ maxWorkers: 2 });
  const data = new Uint8Array(10_000_000);
  const crash = (_: Uint8Array) => Deno.exit(1);
  const futures = Array.from({ length: 4 }, () => pool.submit(crash, data));
  for (const future of futures) assertInstanceOf(await future.exception(), BrokenProcessPool);
  await pool.shutdown();
});

// CPython: test_deadlock.py, test_gh105829_should_not_deadlock_if_wakeup_pipe_full
Deno.test("ProcessPoolExecutor takes very many calls at once", async () => {
  await using pool = new ProcessPoolExecutor({ maxWorkers: 2 });
  const increment = (n: number) => n + 1;
  const results = Array.fromAsync(pool.map(increment, Array(5000).keys(), { chunksize: 10 }));
  assertEquals((await results).at(-1), 5000);
});

// CPython: test_process_pool.py, test_map_chunksize
Deno.test("ProcessPoolExecutor.map() sends calls in chunks", async () => {
  await using pool = new ProcessPoolExecutor({ maxWorkers: 2 });
  const power = (n: number) => n ** 2;
  const expected = Array.from({ length: 40 }, (_, n) => n ** 2);
  for (const chunksize of [6, 50, 40, 1]) {
    const results = pool.map(power, Array(40).keys(), { chunksize });
    assertEquals(await Array.fromAsync(results), expected);
  }
  assertThrows(
    () => pool.map(power, [1], { chunksize: -1 }),
    ValueError,
    "chunksize must be >= 1.",
  );
  const later = pool.map(async (n: number) => await Promise.resolve(n), [1, 2, 3], {
    chunksize: 2,
  });
  assertEquals(await Array.fromAsync(later), [1, 2, 3]);
});

Deno.test("ProcessPoolExecutor.map() gives the results of chunks before one that fails", async () => {
  await using pool = new ProcessPoolExecutor({ maxWorkers: 2 });
  const seen: number[] = [];
  const failing = (n: number) => {
    if (n === 5) throw new RangeError("five");
    return n;
  };
  const error = await (async () => {
    for await (const n of pool.map(failing, Array(10).keys(), { chunksize: 2 })) seen.push(n);
  })().catch((error) => error);
  assertInstanceOf(error, RangeError);
  assertEquals(seen, [0, 1, 2, 3]);
});

// CPython: test_process_pool.py, test_max_tasks_per_child, test_max_tasks_early_shutdown
Deno.test("ProcessPoolExecutor replaces a process that has done its calls", async () => {
  const pool = new ProcessPoolExecutor({ maxWorkers: 1, maxTasksPerChild: 3 });
  const pids = [];
  for (let i = 0; i < 7; i++) pids.push(await pool.submit(pid));
  assertEquals(new Set(pids.slice(0, 3)).size, 1);
  assertEquals(new Set(pids.slice(3, 6)).size, 1);
  assertEquals(new Set(pids).size, 3);
  const futures = Array.from({ length: 6 }, (_, i) => pool.submit((n: number) => n, i));
  await pool.shutdown();
  assertEquals(await Promise.all(futures.map((future) => future.result())), [0, 1, 2, 3, 4, 5]);
});

Deno.test("ProcessPoolExecutor refuses numbers that are none", () => {
  const make = (options: ProcessPoolExecutorOptions) => () => new ProcessPoolExecutor(options);
  assertThrows(make({ maxTasksPerChild: 0 }), ValueError, "maxTasksPerChild must be >= 1");
  assertThrows(make({ maxTasksPerChild: -1 }), ValueError);
  assertThrows(make({ maxTasksPerChild: 1.5 }), TypeError, "must be an integer");
  assertThrows(make({ maxWorkers: 0 }), ValueError, "maxWorkers must be greater than 0");
  assertThrows(make({ maxWorkers: 1.5 }), TypeError, "must be an integer");
});

// CPython 3.14: test_process_pool.py, test_force_shutdown_workers
for (const method of ["terminateWorkers", "killWorkers"] as const) {
  Deno.test(`ProcessPoolExecutor.${method}() ends processes that are busy`, async () => {
    const pool = new ProcessPoolExecutor({ maxWorkers: 2 });
    using latch = new Latch();
    const spin = (path: string) => {
      Deno.makeTempFileSync({ dir: path });
      for (;;);
    };
    const busy = [pool.submit(spin, latch.path), pool.submit(spin, latch.path)];
    const waiting = pool.submit(() => 1);
    await latch.reached(2);
    pool[method]();
    assert(waiting.cancelled());
    for (const future of busy) assertInstanceOf(await future.exception(), BrokenProcessPool);
    await pool.shutdown();
    pool[method]();
  });
}

Deno.test("ProcessPoolExecutor.killWorkers() before any process has started", async () => {
  const pool = new ProcessPoolExecutor({ maxWorkers: 2 });
  pool.killWorkers();
  await pool.shutdown();
  const starting = new ProcessPoolExecutor({ maxWorkers: 2 });
  const futures = [starting.submit(() => 1), starting.submit(() => 2)];
  starting.killWorkers();
  assert(futures.every((future) => future.cancelled()));
  await starting.shutdown();
});

// The pools killed at every moment with nothing hanging.
Deno.test("ProcessPoolExecutor that is killed at any moment leaves nobody waiting", async () => {
  for (let moment = 0; moment < 11; moment++) {
    const pool = new ProcessPoolExecutor({ maxWorkers: 2, maxTasksPerChild: moment % 3 || null });
    const futures = Array.from({ length: 20 }, (_, i) => pool.submit((n: number) => n, i));
    let left = 2 * moment;
    const reached = new Promise<void>((resolve) => {
      if (left === 0) return resolve();
      for (const future of futures) {
        future.addDoneCallback(() => {
          if (--left === 0) resolve();
        });
      }
    });
    await reached;
    if (moment % 2 === 0) pool.killWorkers();
    else pool.terminateWorkers();
    const ended = await Promise.allSettled(futures.map((future) => future.result()));
    for (const [i, one] of ended.entries()) {
      if (one.status === "fulfilled") assertEquals(one.value, i);
      else assert(["CancelledError", "BrokenProcessPool"].includes(one.reason.name), one.reason);
    }
    await pool.shutdown();
  }
});

Deno.test("ProcessPoolExecutor whose process is killed amid answers gives each once or fails", async () => {
  for (let round = 0; round < 8; round++) {
    const pool = new ProcessPoolExecutor({ maxWorkers: 2 });
    const pids = await Promise.all(Array.from({ length: 20 }, () => pool.submit(pid).result()));
    const futures = Array.from({ length: 300 }, (_, i) => pool.submit((n: number) => n, i));
    await futures[30 * round]!.result();
    killProcess(pids[0]!);
    const ended = await Promise.allSettled(futures.map((future) => future.result()));
    for (const [i, one] of ended.entries()) {
      if (one.status === "fulfilled") assertEquals(one.value, i);
      else assertInstanceOf(one.reason, BrokenProcessPool);
    }
    await pool.shutdown();
  }
});
