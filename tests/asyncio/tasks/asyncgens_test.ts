// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

/** Asynchronous generators that are suspended when their loop ends. */

import {
  anext,
  asyncFor,
  type Coroutine,
  createTask,
  getRunningLoop,
  newEventLoop,
  run,
  sleep,
  VirtualClock,
  waitFor,
} from "@asyncio/asyncio";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { type Form, forms, runTest, testForms } from "../../_run_test.ts";

/** Gives numbers for ever, and notes its end, which takes a second. */
async function* ticker(order: string[], name = "ticker"): AsyncGenerator<number> {
  try {
    for (let n = 1;; n++) {
      yield n;
      await sleep(1);
    }
  } finally {
    await sleep(1);
    order.push(`${name} closed`);
  }
}

function testRun(
  name: string,
  main: (form: Form, order: string[]) => Coroutine<unknown>,
  expected: string[],
): void {
  for (const form of forms) {
    Deno.test(`${name} (${form.name})`, async () => {
      const order: string[] = [];
      const loopFactory = () => newEventLoop({ clock: new VirtualClock({ autojump: true }) });
      await run(form.fn(() => main(form, order)), { loopFactory, strict: true });
      assertEquals(order, expected);
    });
  }
}

// CPython: test_asyncgen.py, AsyncGenAsyncioTest.test_async_gen_asyncio_shutdown_01
testRun("run() closes a generator that was asked for one value", function* ({ wait }, order) {
  assertEquals(yield* wait(anext(ticker(order))), 1);
  order.push("main ends");
}, ["main ends", "ticker closed"]);

testRun("run() closes generators all at once, in their order", function* ({ wait }, order) {
  for (const name of ["a", "b", "c"]) yield* wait(anext(ticker(order, name)));
}, ["a closed", "b closed", "c closed"]);

testRun("run() closes what a cancelled task was going through", function* ({ fn, wait }, order) {
  const numbers = ticker(order);
  createTask(fn(function* () {
    const body = fn(function* () {
      yield* wait(sleep(100));
    });
    yield* wait(asyncFor(numbers, body));
  }));
  yield* wait(sleep(1));
  order.push("main ends");
}, ["main ends", "ticker closed"]);

testRun("run() leaves a generator alone that was closed", function* ({ fn, wait }, order) {
  const numbers = ticker(order);
  const body = fn(function* () {
    return asyncFor.BREAK;
  });
  yield* wait(asyncFor(numbers, body));
  order.push("main ends");
}, ["ticker closed", "main ends"]);

testForms("shutdownAsyncgens() closes generators once, and waits for them", function* (test) {
  const { loop, wait, clock } = test;
  const order: string[] = [];
  const numbers = ticker(order);
  yield* wait(anext(numbers));
  yield* wait(loop.shutdownAsyncgens());
  assertEquals(order, ["ticker closed"]);
  assertEquals(clock.time(), 1);
  yield* wait(loop.shutdownAsyncgens());
  assertEquals(clock.time(), 1);
  assertEquals(order, ["ticker closed"]);
});

// CPython: test_asyncgen.py, AsyncGenAsyncioTest.test_async_gen_asyncio_shutdown_exception_01
testForms(
  "shutdownAsyncgens() reports what closing throws, and closes the others",
  function* (test) {
    const { loop, wait, reported } = test;
    const order: string[] = [];
    const error = new RangeError("boom");
    async function* failing() {
      try {
        yield 1;
      } finally {
        await sleep(1);
        // deno-lint-ignore no-unsafe-finally -- it is what a failing cleanup does
        throw error;
      }
    }
    const asyncgen = failing();
    yield* wait(anext(asyncgen));
    yield* wait(anext(ticker(order)));
    yield* wait(loop.shutdownAsyncgens());
    const [context] = reported.splice(0);
    assertStrictEquals(context?.exception, error);
    assertStrictEquals(context?.asyncgen, asyncgen);
    assertEquals(
      context?.message,
      "an error occurred during closing of asynchronous generator [object AsyncGenerator]",
    );
    assertEquals(order, ["ticker closed"]);
  },
);

testForms("shutdownAsyncgens() leaves a generator alone that is being asked", function* (test) {
  const { loop, spawn, wait } = test;
  const order: string[] = [];
  const numbers = ticker(order);
  yield* wait(anext(numbers));
  const asking = spawn(() => wait(anext(numbers)));
  yield* wait(sleep(0.5));
  yield* wait(waitFor(loop.shutdownAsyncgens(), 0.1));
  assertEquals(yield* wait(asking), 2);
  assertEquals(order, []);
  yield* wait(loop.shutdownAsyncgens());
  assertEquals(order, ["ticker closed"]);
});

Deno.test("shutdownAsyncgens() of one loop leaves those of another alone", async () => {
  const order: string[] = [];
  const numbers = ticker(order);
  await runTest(async ({ loop }) => {
    await anext(numbers);
    await runInAnother();
    assertEquals(order, []);
    await loop.shutdownAsyncgens();
  });
  assertEquals(order, ["ticker closed"]);

  async function runInAnother(): Promise<void> {
    const other = newEventLoop();
    await getRunningLoop().createTask(other.shutdownAsyncgens());
    other.close();
  }
});
