// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-await

/** What an async function has begun and does not await: it belongs to the function all the same. */

import {
  asyncWith,
  CancelledError,
  createTask,
  currentTask,
  fromPromise,
  gather,
  getRunningLoop,
  Lock,
  sleep,
  timeout,
  TimeoutError,
  toPromise,
  waitFor,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertFalse, assertInstanceOf, assertMatch } from "@std/assert";
import { runProgram } from "../_child.ts";
import { failure, turns } from "../_native.ts";
import { runTest } from "../../_run_test.ts";

const stopped = { code: 0, stdout: "TimeoutError\n", stderr: "" };

for (
  const branch of [
    "async function",
    "nested function",
    "future",
    "then() by hand",
    "signal",
    "signal in a function",
    "fetch",
    "fromPromise()",
    "abortable()",
  ]
) {
  Deno.test(`A timeout that is handled does not end the process: two branches, ${branch}`, async () => {
    assertEquals(await runProgram("branches", branch), stopped);
  });
}

Deno.test("An error of a branch that nobody awaits ends the process, as ever", async () => {
  const { code, stderr } = await runProgram("branches", "error");
  assertEquals(code, 1);
  assertMatch(stderr, /Uncaught \(in promise\) Error: boom/);
});

/** Ways to give a function that begins two branches, and to stop it after a second. */
const owners: Record<string, (f: () => Promise<void>) => PromiseLike<unknown>> = {
  "waitFor() of an arrow": (f) => waitFor(() => gather(f(), f()), 1),
  "waitFor() of an async function": (f) => waitFor(async () => await gather(f(), f()), 1),
  "waitFor() of a Promise.all()": (f) => waitFor(() => Promise.all([f(), f()]), 1),
  "waitFor() of an arrow that awaits one": (f) => waitFor(() => (f(), f()), 1),
  "timeout() around an arrow": (f) => asyncWith(timeout(1), () => gather(f(), f())),
  "timeout() around an async function": (f) =>
    asyncWith(timeout(1), async () => {
      const first = f();
      const second = f();
      await first;
      await second;
    }),
  "a task of an arrow": async (f) => {
    const task = createTask(() => gather(f(), f()));
    await sleep(1);
    task.cancel();
    try {
      await task;
    } catch (error) {
      assertInstanceOf(error, CancelledError);
      throw new TimeoutError();
    }
  },
};

for (const [name, own] of Object.entries(owners)) {
  Deno.test(`${name} stops both branches`, () =>
    runTest(async () => {
      const seen: string[] = [];
      const f = async () => {
        try {
          await sleep(10);
          seen.push("not stopped");
        } catch (error) {
          seen.push((error as Error).name);
          throw error;
        }
      };
      assertInstanceOf(await failure(own(f)), TimeoutError);
      assertEquals(seen, ["CancelledError", "CancelledError"]);
      await sleep(20);
      assertEquals(seen.length, 2);
    }));
}

Deno.test("waitFor() of a promise gives up the wait, and does not stop what makes it", () =>
  runTest(async () => {
    const seen: string[] = [];
    const work = async () => {
      await sleep(2);
      seen.push("went on");
    };
    const promise = createTask(work).then();
    assertInstanceOf(await failure(waitFor(promise, 1)), TimeoutError);
    await sleep(5);
    assertEquals(seen, ["went on"]);
  }));

// Awaiting cancels what is awaited, observing does not.

/** Ways to observe a future without awaiting it. */
const observers: Record<string, (shared: PromiseLike<unknown>) => unknown> = {
  "then()": (shared) => void shared.then(() => {}, () => {}),
  "then() by hand, and the promise of it awaited": (shared) => shared.then(() => {}, () => {}),
  "catch()": (shared) => void (shared as Promise<unknown>).catch(() => {}),
  "finally()": (shared) => void (shared as Promise<unknown>).finally(() => {}).catch(() => {}),
  "toPromise()": (shared) => void toPromise(shared).catch(() => {}),
};

for (const [name, observe] of Object.entries(observers)) {
  Deno.test(`${name} of a task or future does not make it a part of the wait`, () =>
    runTest(async ({ loop }) => {
      const sibling = loop.createTask(async () => await sleep(5, "sibling"));
      const shared = loop.createFuture<string>();
      const task = loop.createTask(async () => {
        const observed = [observe(sibling), observe(shared)];
        await Promise.all(observed);
        await sleep(100);
      });
      await turns(3);
      task.cancel();
      assertInstanceOf(await failure(task), CancelledError);
      assertFalse(sibling.cancelled());
      assertFalse(shared.cancelled());
      shared.setResult("shared");
      assertEquals(await sibling, "sibling");
    }));
}

/** Ways to await several things at once. */
const combinators: Record<string, (all: PromiseLike<unknown>[]) => Promise<unknown>> = {
  "Promise.all()": (all) => Promise.all(all),
  "Promise.race()": (all) => Promise.race(all),
  "Promise.any()": (all) => Promise.any(all),
  "Promise.allSettled()": (all) => Promise.allSettled(all),
};

for (const [name, combine] of Object.entries(combinators)) {
  Deno.test(`${name} awaits, and what is awaited is cancelled`, () =>
    runTest(async ({ loop }) => {
      const future = loop.createFuture<void>();
      const task = loop.createTask(async () => await combine([future, sleep(10)]));
      await turns(3);
      task.cancel();
      await sleep(1);
      assert(future.cancelled());
      assert(task.done());
      if (!task.cancelled()) task.exception();
    }));
}

// What outlives the function that has begun it belongs to no task any more, but to the loop still.

/** Ways to begin something and to be over before it is. */
const leavers: Record<string, (branch: () => Promise<void>) => PromiseLike<unknown>> = {
  "a task": (branch) =>
    createTask(async () => {
      void branch();
      await sleep(0);
    }),
  "waitFor()": (branch) => waitFor(async () => void branch(), 1),
  "asyncWith()": (branch) => asyncWith(timeout(1), async () => void branch()),
};

for (const [name, leave] of Object.entries(leavers)) {
  Deno.test(`A function that outlives ${name} which has called it goes on in the loop`, () =>
    runTest(async ({ loop }) => {
      const seen: unknown[] = [];
      const gate = Promise.withResolvers<void>();
      await leave(async () => {
        await gate.promise;
        seen.push(getRunningLoop() === loop, currentTask());
        await sleep(1);
        const child = createTask(async () => await sleep(1, "child"));
        seen.push(await child);
        seen.push(await asyncWith(new Lock(), async () => await sleep(1, "locked")));
      });
      gate.resolve();
      await sleep(10);
      assertEquals(seen, [true, null, "child", "locked"]);
    }));
}

Deno.test("A function that has outlived its loop belongs to no other", async () => {
  const gate = Promise.withResolvers<void>();
  const seen: unknown[] = [];
  const ended = Promise.withResolvers<void>();
  const branch = async () => {
    await gate.promise;
    try {
      getRunningLoop();
    } catch (error) {
      seen.push((error as Error).message);
    }
    ended.resolve();
  };
  await runTest(async () => void branch());
  await runTest(async () => {
    await sleep(1);
    gate.resolve();
    await fromPromise(ended.promise);
  });
  assertEquals(seen, ["no running event loop"]);
});
