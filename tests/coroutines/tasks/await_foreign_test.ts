// Copyright 2026 the asyncio authors. MIT license.

import {
  abortable,
  CancelledError,
  type Coroutine,
  coroutine,
  currentTask,
  fromPromise,
  sleep,
} from "@asyncio/asyncio";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { failure, host, turns, watch } from "../_native.ts";
import { runTest } from "../../_run_test.ts";

Deno.test("A cancellation ends a task at once that awaits a foreign promise", () =>
  runTest(async ({ loop, clock }) => {
    const seen: string[] = [];
    const foreign = Promise.withResolvers<void>();
    const task = loop.createTask(async () => {
      seen.push(String(currentTask()!.signal.aborted));
      await foreign.promise;
      seen.push("foreign is over");
      try {
        await sleep(1);
      } catch (error) {
        seen.push((error as Error).name, (error as Error).message);
        throw error;
      }
    });
    await turns(2);
    task.cancel("late");
    assert(task.signal.aborted);
    assertEquals((await failure(task)).message, "late");
    assert(task.cancelled());
    foreign.resolve();
    await host();
    assertEquals(seen, ["false", "foreign is over", "CancelledError", "late"]);
    assertEquals(clock.time(), 0);
  }));

Deno.test("A function that nobody waits for any more is interrupted once only", () =>
  runTest(async ({ loop }) => {
    const seen: string[] = [];
    const foreign = Promise.withResolvers<void>();
    const task = loop.createTask(async () => {
      try {
        await foreign.promise;
        await sleep(1);
      } finally {
        await sleep(1);
        seen.push("cleaned up", String(currentTask() === task));
      }
    });
    await turns(2);
    task.cancel();
    await failure(task);
    foreign.resolve();
    await host();
    await sleep(5);
    assertEquals(seen, ["cleaned up", "true"]);
  }));

Deno.test("A foreign promise that follows the task's signal ends with it", () =>
  runTest(async ({ loop }) => {
    const seen: string[] = [];
    const foreign = (signal: AbortSignal) =>
      new Promise<void>((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
    const task = loop.createTask(async () => {
      try {
        await foreign(currentTask()!.signal);
      } finally {
        seen.push("interrupted");
      }
    });
    await turns(2);
    task.cancel("signal");
    assertEquals((await failure(task)).message, "signal");
    assertEquals(seen, ["interrupted"]);
  }));

Deno.test("abortable() interrupts a foreign promise, and lets the function clean up", () =>
  runTest(async ({ loop, clock }) => {
    const seen: string[] = [];
    const foreign = (signal: AbortSignal) =>
      new Promise<void>((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
    const task = loop.createTask(async () => {
      try {
        await abortable(foreign);
      } finally {
        await sleep(1);
        seen.push("cleaned up");
      }
    });
    await turns(2);
    task.cancel("signal");
    assertEquals((await failure(task)).message, "signal");
    assertEquals(seen, ["cleaned up"]);
    assertEquals(clock.time(), 1);
  }));

Deno.test("A function that swallows a foreign abort still hears of the cancellation", () =>
  runTest(async ({ loop }) => {
    const task = loop.createTask(async () => {
      const { signal } = currentTask()!;
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      await sleep(10);
    });
    await turns(2);
    task.cancel();
    assertInstanceOf(await failure(task), CancelledError);
  }));

Deno.test("An error of a function that nobody waits for any more is reported", () =>
  runTest(async ({ loop, reported }) => {
    const foreign = Promise.withResolvers<void>();
    const task = loop.createTask(() => foreign.promise);
    await turns(2);
    task.cancel();
    await failure(task);
    const error = new Error("too late");
    foreign.reject(error);
    await host();
    const [context] = reported.splice(0);
    assertStrictEquals(context?.exception, error);
    assertStrictEquals(context?.task, task);
  }));

Deno.test("A cancellation while a foreign promise is being resolved is not lost", () =>
  runTest(async ({ loop }) => {
    const foreign = Promise.withResolvers<void>();
    let reached = false;
    const task = loop.createTask(async () => {
      await foreign.promise;
      await sleep(10);
      reached = true;
    });
    await turns(2);
    foreign.resolve();
    task.cancel();
    assertInstanceOf(await failure(task), CancelledError);
    assertFalse(reached);
  }));

Deno.test("A cancellation is not lost when the function returns after a foreign promise", () =>
  runTest(async ({ loop }) => {
    const foreign = Promise.withResolvers<number>();
    const task = loop.createTask(async () => await foreign.promise);
    await turns(2);
    foreign.resolve(1);
    task.cancel();
    assertInstanceOf(await failure(task), CancelledError);
    assert(task.cancelled());
  }));

Deno.test("A cancellation that a foreign promise has kept waiting is for the next wait, and the result is kept", () =>
  runTest(async ({ loop }) => {
    for (const fails of [false, true]) {
      const foreign = Promise.withResolvers<string>();
      const call = coroutine(async () => await foreign.promise);
      const seen: unknown[] = [];
      const task = loop.createTask(function* () {
        try {
          seen.push(yield* call());
        } catch (error) {
          seen.push((error as Error).name);
        }
        yield* sleep(1);
        seen.push("not interrupted");
      });
      await turns(2);
      task.cancel();
      if (fails) foreign.reject(new TypeError("boom"));
      else foreign.resolve("result");
      assertInstanceOf(await failure(task), CancelledError);
      assertEquals(seen, [fails ? "TypeError" : "result"]);
    }
  }));

Deno.test("A cancellation that has come by the signal does not come again", () =>
  runTest(async ({ loop }) => {
    const call = coroutine(async () => {
      const { signal } = currentTask()!;
      await new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
    });
    let isCleanedUp = false;
    const task = loop.createTask(function* () {
      try {
        yield* call();
      } finally {
        yield* sleep(1);
        isCleanedUp = true;
      }
    });
    await turns(2);
    task.cancel("signal");
    assertEquals((await failure(task)).message, "signal");
    assert(isCleanedUp);
  }));

Deno.test("A cancellation of oneself is for the wait after the function, as in Python", () =>
  runTest(async ({ loop }) => {
    const seen: string[] = [];
    const call = coroutine(async () => {
      await sleep(0);
      currentTask()!.cancel();
      return "value";
    });
    const task = loop.createTask(function* () {
      seen.push(yield* call());
      yield* sleep(1);
    });
    assertInstanceOf(await failure(task), CancelledError);
    assertEquals(seen, ["value"]);
  }));

Deno.test("A cancellation left over by an await reaches a function that goes on with a foreign promise", () =>
  runTest(async ({ loop }) => {
    const last = coroutine(function* (): Coroutine<void> {
      yield* sleep(0);
      currentTask()!.cancel("left over");
    });
    const task = loop.createTask(async () => {
      await last();
      await new Promise(() => {});
    });
    assertEquals((await failure(task)).message, "left over");
  }));

Deno.test("Task.uncancel() takes back a cancellation that a foreign promise keeps waiting", () =>
  runTest(async ({ loop }) => {
    const foreign = Promise.withResolvers<void>();
    const task = loop.createTask(async () => {
      await foreign.promise;
      await sleep(1);
      return "went on";
    });
    await turns(2);
    task.cancel();
    task.uncancel();
    foreign.resolve();
    assertEquals(await task, "went on");
  }));

Deno.test("A generator task waits for a foreign promise by fromPromise(), and is cancelled at once", () =>
  runTest(async ({ loop }) => {
    async function foreign() {
      await new Promise(() => {});
    }
    const task = loop.createTask(function* () {
      yield* fromPromise(foreign());
    });
    await turns(2);
    task.cancel();
    assertInstanceOf(await failure(task), CancelledError);
  }));

Deno.test("A function that goes on after its loop is closed hears of its cancellation all the same", async () => {
  const seen: unknown[] = [];
  const { reported, unhandled } = await watch(async (loop) => {
    const kinds = [() => sleep(1), () => loop.createFuture()];
    const foreign = Promise.withResolvers<void>();
    for (const kind of kinds) {
      const task = loop.createTask(async () => {
        await foreign.promise;
        try {
          await kind();
        } catch (error) {
          seen.push((error as Error).message);
          throw error;
        }
      });
      await turns(2);
      task.cancel("ended long ago");
      await failure(task);
    }
    setTimeout(foreign.resolve, 1);
  }, 5);
  assertEquals(seen, ["ended long ago", "ended long ago"]);
  assertEquals([reported, unhandled], [[], []]);
});
