// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield asyncio/no-yield-without-star

/** What errors say to whoever has written something else than was meant. */

import {
  type Coroutine,
  coroutine,
  createTask,
  RuntimeError,
  sleep,
  waitFor,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { captured } from "./_loop.ts";
import { failure } from "./_native.ts";
import { runTest, testForms } from "../_run_test.ts";

const asyncFn = async () => await Promise.resolve(1);
const work = coroutine(function* work(): Coroutine<void> {
  yield* sleep(0);
});

Deno.test("yield* of a promise says what to write", () =>
  runTest(async () => {
    const bodies = [
      function* () {
        yield* asyncFn() as unknown as Coroutine<number>;
      },
      function* () {
        const promise = asyncFn();
        yield* promise as unknown as Coroutine<number>;
      },
      function* () {
        const it = { asyncFn };
        yield* it.asyncFn() as unknown as Coroutine<number>;
      },
    ];
    for (const body of bodies) {
      const error = await failure(createTask(body));
      assert(error instanceof TypeError);
      const hint =
        ": if it is a promise, an async function's say, write yield* fromPromise(promise)";
      assert(error.message.endsWith(hint), error.message);
      assert(error.stack!.startsWith(`TypeError: ${error.message}\n`), error.stack);
    }
  }));

Deno.test("yield* of a promise says so deeper in, too", () =>
  runTest(async () => {
    const inner = coroutine(function* (): Coroutine<void> {
      yield* asyncFn() as unknown as Coroutine<number>;
    });
    const outer = async () => await inner();
    assert((await failure(createTask(outer))).message.includes("fromPromise(promise)"));
    const generator = function* () {
      yield* inner();
    };
    assert((await failure(createTask(generator))).message.includes("fromPromise(promise)"));
  }));

Deno.test("Other TypeErrors are left as they are", () =>
  runTest(async () => {
    const nothing = undefined as unknown as { f(): void };
    const body = function* () {
      nothing.f();
    };
    const error = await failure(createTask(body));
    assertEquals(error.message, "Cannot read properties of undefined (reading 'f')");
  }));

Deno.test("yield of a coroutine names it", async () => {
  await captured("warn", () =>
    runTest(async () => {
      const error = await failure(createTask(function* () {
        yield work();
      }));
      assert(error instanceof RuntimeError);
      assert(
        error.message.startsWith("yield was used instead of yield* for generator in task <Task"),
      );
      assert(error.message.endsWith(" with <coroutine object work>"));
    }));
});

Deno.test("A coroutine awaited without a loop says how it is started", async () => {
  const hint = "as in run(main) and not run(main())";
  for (const make of [() => sleep(1), () => sleep(0), work]) {
    await assertRejects(async () => await make(), RuntimeError, hint);
  }
});

// CPython: test_coroutines.py, CoroutineTest.test_func_3 and those about reuse
testForms("A coroutine that is used twice says so", function* ({ wait, spawn, raises }) {
  const used = "cannot reuse already awaited coroutine";
  const makers = [
    work,
    coroutine(asyncFn),
    () => sleep(0),
    () => sleep(0.1),
    () => waitFor(work(), 1),
  ];
  for (const make of makers) {
    const coro = make();
    yield* wait(coro as Coroutine<unknown>);
    assertEquals((yield* raises(coro as Coroutine<unknown>, RuntimeError)).message, used);
    const other = make();
    yield* wait(spawn(() => wait(other as Coroutine<unknown>)));
    assertEquals((yield* raises(other as Coroutine<unknown>, RuntimeError)).message, used);
  }
});

Deno.test("A plain generator that two tasks are made of says so", () =>
  runTest(async () => {
    function* plain(): Coroutine<number> {
      yield* sleep(0);
      return 1;
    }
    const coro = plain();
    assertEquals(await createTask(coro), 1);
    assertEquals(
      (await failure(createTask(coro))).message,
      "cannot reuse already awaited coroutine",
    );
    const other = plain();
    const first = createTask(other);
    const second = createTask(other);
    assertEquals((await failure(second)).message, "coroutine is being awaited already");
    assertEquals(await first, 1);
  }));
