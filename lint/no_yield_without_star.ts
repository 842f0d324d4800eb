// Copyright 2026 the asyncio authors. MIT license.

import { functionAround } from "./_around.ts";
import { mayBeCoroutine, shapeOf } from "./_infer.ts";
import { isFuture } from "./_library.ts";
import { rule } from "./_rule.ts";
import { isLazy } from "./_shape.ts";

const YIELD = "yield";

/**
 * `asyncio/no-yield-without-star`: `yield` of a coroutine or a future, where `yield*` is meant.
 *
 * `yield` alone hands control to the loop for one turn; what else it is given makes the task fail with
 * a `RuntimeError`, once the program comes there. `deno lint --fix` adds the star.
 *
 * A generator that is meant to give coroutines out, say for `gather(...jobs())`, tells so by its
 * annotation, `Generator<CoroutineObject<void>>`: only functions without one, and those that are
 * annotated as a `Coroutine`, are looked at.
 *
 * Without types the rule cannot know a function of another file, nor a receiver that has neither an
 * annotation nor a plain beginning in this one. None of typescript-eslint's rules can.
 *
 * @example Bad
 * ```ts ignore
 * import { type Coroutine, Lock, sleep } from "@asyncio/asyncio";
 *
 * const lock = new Lock();
 *
 * function* work(): Coroutine<void> {
 *   yield sleep(1);
 *   const held = yield lock.acquire();
 * }
 * ```
 *
 * @example Good
 * ```ts
 * import { type Coroutine, type CoroutineObject, gather, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * function* work(): Coroutine<string> {
 *   yield* sleep(0.001);
 *   yield; // a turn for the others
 *   return "done";
 * }
 *
 * function* jobs(): Generator<CoroutineObject<number>> {
 *   for (const n of [1, 2]) yield sleep(0.001, n);
 * }
 *
 * assertEquals(await run(work), "done");
 * assertEquals(await run(() => gather(...jobs())), [1, 2]);
 * ```
 *
 * @see {@link https://docs.deno.com/runtime/reference/lint_plugins/}
 */
export const noYieldWithoutStar: Deno.lint.Rule = rule((context) => ({
  YieldExpression(node) {
    if (node.delegate || node.argument === null) return;
    const shape = shapeOf(node.argument);
    const fn = functionAround(node);
    if (!(isLazy(shape) || isFuture(shape)) || fn === null || !mayBeCoroutine(fn)) return;
    const [start] = node.range;
    context.report({
      node,
      message: `\`yield\` does not wait for a ${isFuture(shape) ? "future" : "coroutine"}`,
      hint: fn.returnType === undefined
        ? "Write `yield*`; a generator that gives coroutines out is annotated `Generator<...>`"
        : "Write `yield*`",
      fix: (fixer) => fixer.insertTextAfterRange([start, start + YIELD.length], "*"),
    });
  },
}));
