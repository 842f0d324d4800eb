// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import { assertFinds, fixed, lint } from "./_lint.ts";

const RULE = "no-unawaited-guard";

Deno.test("no-unawaited-guard finds a coroutine that is held by using", () => {
  assertFinds(
    RULE,
    `
    const lock = new Lock();
    async function main() {
      using _ = «lock.guard()»;
      const later = lock.guard();
      using held = «later»;
      await using server = «startServer(() => {}, "localhost", 0)»;
      for (using held of [lock]) { using a = «new Semaphore(2).guard()», b = await lock.guard(); }
    }
  `,
  );
});

Deno.test("no-unawaited-guard leaves alone what is waited for, and what is no coroutine", () => {
  assertFinds(
    RULE,
    `
    const lock = new Lock();
    function* generator() { using _ = yield* lock.guard(); }
    async function asynchronous() {
      using _ = await lock.guard();
      await using server = await startServer(() => {}, "localhost", 0);
      await using runner = new Runner();
      const later = lock.guard();
      for (using file of []) continue;
    }
  `,
  );
});

Deno.test("no-unawaited-guard says what is held, and what to do", () => {
  const [found] = lint(RULE, "async () => { using _ = new Lock().guard(); };");
  assertEquals(found!.message, "`using` holds a coroutine here, and not what it gives");
  assertEquals(found!.hint, "Wait for it with `await`");
});

Deno.test("no-unawaited-guard puts the word that waits before it, where there is one", () => {
  assertEquals(
    fixed(
      RULE,
      `
      const lock = new Lock();
      function* generator() { using _ = lock.guard(); }
      async function asynchronous() { await using _ = lock.guard(); }
      function neither() { using _ = lock.guard(); }
    `,
    ),
    `
      const lock = new Lock();
      function* generator() { using _ = yield* lock.guard(); }
      async function asynchronous() { await using _ = await lock.guard(); }
      function neither() { using _ = lock.guard(); }
    `,
  );
});
