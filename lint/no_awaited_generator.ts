// Copyright 2026 the asyncio authors. MIT license.

import { shapeOf } from "./_infer.ts";
import { rule } from "./_rule.ts";
import { isGenerator } from "./_shape.ts";

/**
 * `asyncio/no-awaited-generator`: `await` of what a plain `function*` gives.
 *
 * A generator object has no `then`, so JavaScript's `await` hands it back as it is: nothing of it runs,
 * and nothing says so. `yield*` drives it, a task does, and so does `await` if `coroutine()` has made
 * its function.
 *
 * Without types the rule knows the generator functions of the same file only. Of typescript-eslint's
 * rules, which have types, `await-thenable` finds the others.
 *
 * @example Bad
 * ```ts ignore
 * import { type Coroutine, run, sleep } from "@asyncio/asyncio";
 *
 * function* work(): Coroutine<string> {
 *   yield* sleep(1);
 *   return "done";
 * }
 *
 * await run(async () => {
 *   await work(); // sleeps not at all
 * });
 * ```
 *
 * @example Good
 * ```ts
 * import { coroutine, createTask, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * function* other() {
 *   yield* sleep(0.001);
 * }
 *
 * const work = coroutine(function* () {
 *   yield* other();
 *   return "done";
 * });
 *
 * await run(async () => {
 *   assertEquals(await work(), "done");
 *   await createTask(other());
 * });
 * ```
 *
 * @see {@link https://docs.deno.com/runtime/reference/lint_plugins/}
 */
export const noAwaitedGenerator: Deno.lint.Rule = rule((context) => ({
  AwaitExpression(node) {
    if (!isGenerator(shapeOf(node.argument))) return;
    context.report({
      node,
      message: "`await` hands a generator object back as it is: nothing of it runs",
      hint: "Make its function by `coroutine(function* ...)`, or await a task: `createTask(...)`",
    });
  },
}));
