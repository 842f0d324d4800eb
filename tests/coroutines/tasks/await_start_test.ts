// Copyright 2026 the asyncio authors. MIT license.

import {
  CancelledError,
  type Coroutine,
  coroutine,
  type Future,
} from "@asyncio/asyncio/coroutines";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { runTest } from "../../_run_test.ts";

const waitFor = coroutine(function* waitFor(log: string[], future: Future<void>): Coroutine<void> {
  log.push("begun");
  yield* future;
});

Deno.test("A cancellation in the turn in which a function begins is for what it waits for", async () => {
  await runTest(async ({ loop }) => {
    const log: string[] = [];
    const future = loop.createFuture<void>();
    const task = loop.createTask(async () => await waitFor(log, future));
    loop.callSoon(() => task.cancel());
    await assertRejects(() => task.then(), CancelledError);
    assertEquals(log, ["begun"]);
    assert(future.cancelled());
  });
});
