// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import { assertFinds, fixed, lint } from "./_lint.ts";

const RULE = "no-yield-without-star";

Deno.test("no-yield-without-star finds a coroutine or a future that is yielded", () => {
  assertFinds(
    RULE,
    `
    function* work(): Coroutine<void> {
      «yield sleep(1)»;
      const [reader, writer] = yield* openConnection("localhost", 80);
      const line = «yield reader.readline()»;
      const task = createTask(work());
      «yield task»;
      «yield new Future()»;
      «yield work()»;
      if (line) return yield* sleep(1);
    }
    function* unannotated() { «yield gather(sleep(1), sleep(2))»; }
    run(function* () { «yield asyncio.sleep(1)»; });
  `,
  );
});

Deno.test("no-yield-without-star leaves alone what is not a mistake", () => {
  assertFinds(
    RULE,
    `
    function* work(): Coroutine<void> {
      yield;
      yield undefined;
      yield* sleep(1);
      yield (yield* openConnection("localhost", 80))[0].readline;
    }
    function* jobs(): Generator<CoroutineObject<void>> { yield sleep(1); }
    function* others(): Iterable<unknown> { yield sleep(1); }
    async function* awaited() { yield sleep(1); }
  `,
  );
});

Deno.test("no-yield-without-star says how an unannotated generator tells what it means", () => {
  const [annotated, plain, future] = lint(
    RULE,
    `
    function* work(): Coroutine<void> { yield sleep(1); }
    function* jobs() { yield sleep(1); yield createTask(work()); }
  `,
  );
  assertEquals(annotated!.message, "`yield` does not wait for a coroutine");
  assertEquals(future!.message, "`yield` does not wait for a future");
  assertEquals(annotated!.hint, "Write `yield*`");
  assertEquals(
    plain!.hint,
    "Write `yield*`; a generator that gives coroutines out is annotated `Generator<...>`",
  );
});

Deno.test("no-yield-without-star adds the star", () => {
  assertEquals(
    fixed(RULE, "function* work() { yield sleep(1); const held = (yield new Lock().acquire()); }"),
    "function* work() { yield* sleep(1); const held = (yield* new Lock().acquire()); }",
  );
});
