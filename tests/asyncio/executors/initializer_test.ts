// Copyright 2026 the asyncio authors. MIT license.

import { BrokenExecutor, moduleFunction, ThreadPoolExecutor } from "@asyncio/asyncio";
import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { testPools } from "./_pools.ts";
import { getSetUp, setUp } from "./_work.ts";

const meta = { url: new URL("./_work.ts", import.meta.url).href };

// CPython: test_init.py, InitializerMixin.test_initializer
testPools(" calls the initializer first in each worker", async ({ make }) => {
  await using pool = make({
    initializer: moduleFunction(meta, setUp),
    initargs: ["initialized"],
  });
  const futures = Array.from({ length: 10 }, () => pool.submit(moduleFunction(meta, getSetUp)));
  assertEquals(
    new Set(await Promise.all(futures.map((future) => future.result()))),
    new Set(["initialized"]),
  );
});

testPools(" waits for an initializer that is async, with any arguments", async ({ make }) => {
  await using pool = make({
    maxWorkers: 1,
    initializer: async (values: Map<string, number>) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      (globalThis as { total?: number }).total = [...values.values()].reduce((a, b) => a + b);
    },
    initargs: [new Map([["a", 1], ["b", 2]])],
  });
  assertEquals(await pool.submit(() => (globalThis as { total?: number }).total), 3);
});

// CPython: test_init.py, FailingInitializerMixin.test_initializer
testPools(" is broken when the initializer fails", async ({ make, Broken }) => {
  const pool = make({
    initializer: () => {
      console.error = () => {};
      throw new RangeError("not today");
    },
  });
  const futures = [pool.submit(() => 1), pool.submit(() => 2)];
  for (const future of futures) {
    const error = await future.exception() as Error;
    assertInstanceOf(error, BrokenExecutor);
    assertEquals(error.name, Broken);
    assertEquals((error.cause as Error).message, "not today");
    assertInstanceOf(error.cause, RangeError);
  }
  assertThrows(() => pool.submit(() => 3), BrokenExecutor, "initializer failed");
  await pool.shutdown();
});

testPools(" is broken when the initializer ends the worker", async ({ make, Broken }) => {
  const pool = make({ initializer: () => Deno.exit(2) });
  assertEquals((await pool.submit(() => 1).exception() as Error).name, Broken);
  await pool.shutdown();
});

Deno.test("ThreadPoolExecutor refuses an initializer that is no function to be sent", () => {
  const refuse = (initializer: unknown) =>
    assertThrows(
      () => new ThreadPoolExecutor({ initializer: initializer as () => void }),
      TypeError,
    );
  refuse(42);
  refuse(function* () {});
  refuse(setUp.bind(null));
});
