// Copyright 2026 the asyncio authors. MIT license.

import {
  CancelledError,
  type Coroutine,
  coroutine,
  currentTask,
  sleep,
} from "@asyncio/asyncio/coroutines";
import { assert, assertEquals, assertFalse, assertInstanceOf, assertRejects } from "@std/assert";
import { failure, host, turns } from "../_native.ts";
import { runTest } from "../../_run_test.ts";

Deno.test("A cancellation reaches the innermost await of nested async functions", () =>
  runTest(async ({ loop }) => {
    const order: number[] = [];
    async function nested(depth: number): Promise<void> {
      try {
        if (depth === 0) await sleep(10);
        else await nested(depth - 1);
      } finally {
        order.push(depth);
      }
    }
    const task = loop.createTask(() => nested(10));
    await turns(2);
    task.cancel("enough");
    assertEquals((await assertRejects(() => task.then(), CancelledError)).message, "enough");
    assertEquals(order, Array.from({ length: 11 }, (_, i) => i));
  }));

Deno.test("A cancellation interrupts every branch of a Promise.all", () =>
  runTest(async ({ loop, clock }) => {
    const order: string[] = [];
    const branch = async (name: string, seconds: number) => {
      try {
        await sleep(seconds);
      } catch (error) {
        order.push(`${name} ${(error as Error).name}`);
        throw error;
      }
    };
    const task = loop.createTask(async () => {
      await Promise.all([branch("a", 1), branch("b", 2), sleep(3), loop.createFuture()]);
    });
    await turns(2);
    task.cancel();
    await assertRejects(() => task.then(), CancelledError);
    await host();
    assertEquals(order, ["a CancelledError", "b CancelledError"]);
    assertEquals(clock.time(), 0);
  }));

Deno.test("A cancellation reaches what is left of a Promise.all", () =>
  runTest(async ({ loop, clock }) => {
    const task = loop.createTask(async () => {
      await Promise.all([sleep(1), sleep(100)]);
    });
    await sleep(2);
    task.cancel();
    await assertRejects(() => task.then(), CancelledError);
    assertEquals(clock.time(), 2);
  }));

Deno.test("A cancellation interrupts a Promise.race, allSettled and any", () =>
  runTest(async ({ loop }) => {
    const start = (combine: (sleeps: PromiseLike<unknown>[]) => Promise<unknown>) =>
      loop.createTask(async () => await combine([sleep(1), sleep(2)]));
    const race = start((sleeps) => Promise.race(sleeps));
    const any = start((sleeps) => Promise.any(sleeps));
    const settled = start((sleeps) => Promise.allSettled(sleeps));
    await turns(2);
    for (const task of [race, any, settled]) task.cancel();
    assertInstanceOf(await failure(race), CancelledError);
    assertInstanceOf(await failure(any), AggregateError);
    assertEquals(JSON.stringify(await settled).match(/rejected/g)!.length, 2);
  }));

Deno.test("A cancellation after a Promise.race reaches the next await", () =>
  runTest(async ({ loop }) => {
    const task = loop.createTask(async () => {
      await Promise.race([sleep(1), sleep(100)]);
      await sleep(50);
    });
    await sleep(10);
    task.cancel();
    await assertRejects(() => task.then(), CancelledError);
  }));

Deno.test("A cancellation interrupts a for await loop", () =>
  runTest(async ({ loop }) => {
    const order: string[] = [];
    async function* numbers() {
      try {
        for (let i = 0;; i++) {
          await sleep(1);
          yield i;
        }
      } finally {
        await sleep(0);
        order.push("iterator closed");
      }
    }
    const task = loop.createTask(async () => {
      for await (const i of numbers()) order.push(String(i));
    });
    await sleep(2.5);
    task.cancel();
    await assertRejects(() => task.then(), CancelledError);
    assertEquals(order, ["0", "1", "iterator closed"]);
  }));

Deno.test("A cancellation in the body of a for await loop closes the iterator", () =>
  runTest(async ({ loop }) => {
    const order: string[] = [];
    async function* numbers() {
      try {
        yield 1;
      } finally {
        await sleep(1);
        order.push("iterator closed");
      }
    }
    const task = loop.createTask(async () => {
      for await (const i of numbers()) {
        order.push(String(i));
        await sleep(100);
      }
    });
    await sleep(2);
    task.cancel();
    await assertRejects(() => task.then(), CancelledError);
    assertEquals(order, ["1", "iterator closed"]);
  }));

Deno.test("A cancellation reaches through generators in async functions in generators", () =>
  runTest(async ({ loop }) => {
    const order: string[] = [];
    const guarded = (name: string) => ({
      [Symbol.dispose]: () => void order.push(`${name} ${currentTask()?.getName()}`),
    });
    const inner = coroutine(function* inner(): Coroutine<void> {
      using _ = guarded("inner generator");
      yield* sleep(10);
    });
    const middle = coroutine(async function middle() {
      using _ = guarded("async function");
      await inner();
    });
    const task = loop.createTask(function* () {
      using _ = guarded("outer generator");
      yield* middle();
    }, { name: "T" });
    await turns(2);
    task.cancel();
    await assertRejects(() => task.then(), CancelledError);
    assertEquals(order, ["inner generator T", "async function T", "outer generator T"]);
  }));

Deno.test("A cancellation goes through sub-tasks that async functions wait for", () =>
  runTest(async ({ loop }) => {
    const f = loop.createFuture();
    const sub = loop.createTask(async () => await f);
    const task = loop.createTask(async () => {
      await sub;
    });
    await turns(3);
    task.cancel();
    await assertRejects(() => task.then(), CancelledError);
    assert(sub.cancelled());
    assert(f.cancelled());
  }));

Deno.test("A cancellation that is swallowed lets the async function go on", () =>
  runTest(async ({ loop, clock }) => {
    const task = loop.createTask(async () => {
      const seen: string[] = [];
      for (let i = 0; i < 3; i++) {
        try {
          await sleep(10);
          seen.push("slept");
        } catch (error) {
          seen.push((error as Error).name);
        }
      }
      return seen;
    });
    await sleep(1);
    task.cancel();
    assertEquals(await task, ["CancelledError", "slept", "slept"]);
    assertEquals(clock.time(), 21);
    assertFalse(task.cancelled());
  }));

Deno.test("A cancellation between wake-up and continuation is heard at the next await", () =>
  runTest(async ({ loop }) => {
    const f = loop.createFuture<number>();
    const seen: unknown[] = [];
    const task = loop.createTask(async () => {
      seen.push(await f);
      await sleep(10);
      seen.push("slept");
    });
    await turns(1);
    f.addDoneCallback(() => {
      // The task's own listener comes first: its await is over, and its function about to go on.
      task.cancel();
    });
    f.setResult(1);
    await assertRejects(() => task.then(), CancelledError);
    assertEquals(seen, [1]);
  }));

Deno.test("A cancellation before the loop has woken the function takes the place of the value", () =>
  runTest(async ({ loop }) => {
    const f = loop.createFuture<number>();
    let reached = false;
    const task = loop.createTask(async () => {
      await f;
      reached = true;
    });
    await turns(1);
    f.setResult(1);
    task.cancel();
    await assertRejects(() => task.then(), CancelledError);
    assertFalse(reached);
  }));

Deno.test("A cancellation by oneself, after an await, interrupts the next", () =>
  runTest(async ({ loop, clock }) => {
    const seen: string[] = [];
    const task = loop.createTask(async () => {
      await sleep(1);
      currentTask()!.cancel("self");
      seen.push("still running");
      await sleep(10);
    });
    assertEquals((await failure(task)).message, "self");
    assertEquals(seen, ["still running"]);
    assertEquals(clock.time(), 1);
  }));

Deno.test("A cancellation by oneself, in a coroutine that the function awaits", () =>
  runTest(async ({ loop }) => {
    const seen: string[] = [];
    const suicidal = coroutine(function* (): Coroutine<string> {
      yield* sleep(0);
      currentTask()!.cancel("self");
      seen.push("coroutine ends");
      return "value";
    });
    const task = loop.createTask(async () => {
      seen.push(await suicidal());
      await sleep(1);
    });
    assertEquals((await failure(task)).message, "self");
    assertEquals(seen, ["coroutine ends", "value"]);
  }));

// Order.

Deno.test("An async function comes to its next wait before the next batch, however deep", () =>
  runTest(async ({ loop }) => {
    const order: string[] = [];
    async function nested(depth: number): Promise<void> {
      if (depth === 0) await sleep(0);
      else await nested(depth - 1);
    }
    const deep = loop.createTask(async () => {
      for (let i = 0; i < 3; i++) {
        await nested(5);
        order.push("deep");
      }
    });
    const flat = loop.createTask(function* () {
      for (let i = 0; i < 3; i++) {
        yield;
        order.push("flat");
      }
    });
    await Promise.all([deep, flat]);
    // Each goes on to its next wait before the other gets its turn, as generators do.
    assertEquals(order, ["deep", "flat", "deep", "flat", "deep", "flat"]);
  }));

Deno.test("An async function that has just been started comes to its first wait in the same turn", () =>
  runTest(async ({ loop }) => {
    const f = loop.createFuture<string>();
    let turned = 0;
    loop.createTask(async () => {
      await f;
    }).cancel();
    const task = loop.createTask(async () => {
      await Promise.resolve();
      const before = turned;
      await sleep(0);
      return turned - before;
    });
    const counter = loop.createTask(function* () {
      for (; turned < 5; turned++) yield;
    });
    // It came to sleep(0) before the counter began, and so goes on before the counter counts.
    assertEquals(await task, 0);
    await counter;
  }));
