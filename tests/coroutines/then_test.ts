// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { CancelledError, coroutine, createTask, Future, Lock, run, sleep } from "@asyncio/asyncio";

const double = coroutine(function* (n: number) {
  yield;
  return 2 * n;
});

/** What can be awaited, each the library's own way: all give 42 in a turn or two of the loop. */
const AWAITABLES: Record<string, () => PromiseLike<number>> = {
  "a Future": () => {
    const future = new Future<number>();
    future.getLoop().callSoon(() => future.setResult(42));
    return future;
  },
  "a done Future": () => {
    const future = new Future<number>();
    future.setResult(42);
    return future;
  },
  "a coroutine object": () => double(21),
  "sleep()": () => sleep(0, 42),
};

/** What an async function may have waited for last: it decides what the loop knows of its stack. */
const WAITS: Record<string, () => PromiseLike<unknown>> = {
  "nothing": () => sleep(0),
  "sleep(0)": () => sleep(0),
  "a timer": () => sleep(0.001),
  "a coroutine that did not wait": () => new Lock().acquire(),
  "a promise of the host's": () => Promise.resolve(),
  "a timer of the host's": () => new Promise((resolve) => setTimeout(resolve, 1)),
};

for (const [what, make] of Object.entries(AWAITABLES)) {
  for (const [wait, waitFor] of Object.entries(WAITS)) {
    const when = wait === "nothing" ? "at once" : `after ${wait}`;

    Deno.test(`then() of ${what}, called by hand ${when}, gives a native promise`, async () => {
      await run(async () => {
        if (wait !== "nothing") await waitFor();
        const promise = make().then((value) => value + 1, (error) => error);
        assertInstanceOf(promise, Promise);
        assertEquals(await promise, 43);
      });
    });

    Deno.test(`await of ${what} ${when} gives its outcome`, async () => {
      await run(async () => {
        if (wait !== "nothing") await waitFor();
        assertEquals(await make(), 42);
        assertEquals(await Promise.all([make(), make()]), [42, 42]);
      });
    });
  }
}

for (const [wait, waitFor] of Object.entries(WAITS)) {
  Deno.test(`a cancelled await cancels, then() by hand does not, after ${wait}`, async () => {
    await run(async () => {
      const watched = new Future<number>();
      const awaited = new Future<number>();
      const task = createTask(async () => {
        await waitFor();
        watched.then((value) => value, (error) => error);
        await awaited;
      });
      await sleep(0.01);
      task.cancel();
      await assertRejects(async () => await task, CancelledError);
      assert(awaited.cancelled());
      assert(!watched.done());
    });
  });
}

Deno.test("then() called by hand may have another in its arguments", async () => {
  await run(async () => {
    await sleep(0);
    const outer = new Future<number>();
    const inner = new Future<number>();
    const log: string[] = [];
    const logged = (_: unknown) => (value: number) => log.push(`outer ${value}`);
    const both = outer.then(
      logged(inner.then((value) => log.push(`inner ${value}`), (error) => error)),
      (error) => error,
    );
    assertInstanceOf(both, Promise);
    inner.setResult(1);
    outer.setResult(2);
    await both;
    assertEquals(log, ["inner 1", "outer 2"]);
  });
});

Deno.test("then() called by hand within an eager start gives a native promise", async () => {
  await run(async () => {
    await sleep(0);
    const future = new Future<number>();
    let inner: unknown;
    const started = () => {
      createTask(async () => {
        inner = future.then((value) => value, (error) => error);
        await sleep(0);
      }, { eagerStart: true });
      return (value: number) => value;
    };
    const promise = future.then(started(), (error) => error);
    assertInstanceOf(promise, Promise);
    assertInstanceOf(inner, Promise);
    future.setResult(7);
    assertEquals(await promise, 7);
  });
});

Deno.test("then() may be replaced, as a test double does", async () => {
  await run(async () => {
    const future = new Future<number>();
    Object.defineProperty(future, "then", {
      value: (resolve: (value: number) => void) => resolve(5),
    });
    assertEquals(await future, 5);
  });
});
