// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import { assertFinds, lint } from "./_lint.ts";

const RULE = "no-awaited-generator";

Deno.test("no-awaited-generator finds an awaited generator object", () => {
  assertFinds(
    RULE,
    `
    function* work(): Coroutine<string> { yield* sleep(1); return "done"; }
    class Pool { *#fill() { yield* sleep(1); } async open() { «await this.#fill()»; } }
    async function main() {
      const result = «await work()»;
      return «await new TaskGroup().aenter()»;
    }
  `,
  );
});

Deno.test("no-awaited-generator leaves alone what can be awaited", () => {
  assertFinds(
    RULE,
    `
    function* work(): Coroutine<string> { yield* sleep(1); return "done"; }
    const made = coroutine(work);
    async function* values() { yield 1; }
    async function main() {
      await made();
      await createTask(work());
      await run(work());
      await sleep(1);
      await asyncWith(timeout(1), work);
      for await (const value of values()) console.log(value);
      await fetch("https://deno.com");
    }
  `,
  );
});

Deno.test("no-awaited-generator says what happens, and what to do", () => {
  const [found] = lint(RULE, "function* work() {}\nawait work();");
  assertEquals(
    found!.message,
    "`await` hands a generator object back as it is: nothing of it runs",
  );
  assertEquals(
    found!.hint,
    "Make its function by `coroutine(function* ...)`, or await a task: `createTask(...)`",
  );
});
