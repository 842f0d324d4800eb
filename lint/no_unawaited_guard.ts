// Copyright 2026 the asyncio authors. MIT license.

import { waitingHint, waitingWord } from "./_around.ts";
import { shapeOf } from "./_infer.ts";
import { rule } from "./_rule.ts";
import { isLazy } from "./_shape.ts";

/**
 * `asyncio/no-unawaited-guard`: `using` of a coroutine, where what it gives is meant.
 *
 * `using _ = lock.guard()` holds a coroutine that nobody has driven, and not the lock. `await using`
 * is no better: its `await` is for the end of the scope. `deno lint --fix` puts `yield*` or `await`
 * after the `=`, whichever the function around can do.
 *
 * Without types the rule cannot know a function of another file, nor a receiver that has neither an
 * annotation nor a plain beginning in this one. The types of a guard's coroutine forbid `using`, so
 * `deno check` finds those. None of typescript-eslint's rules does.
 *
 * @example Bad
 * ```ts ignore
 * import { Lock, startServer } from "@asyncio/asyncio";
 *
 * const lock = new Lock();
 *
 * async function work() {
 *   using _ = lock.guard(); // lock.locked() is false
 *   await using server = startServer(() => {}, "127.0.0.1", 0);
 * }
 * ```
 *
 * @example Good
 * ```ts
 * import { Lock, run } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * const lock = new Lock();
 *
 * await run(async () => {
 *   using _ = await lock.guard();
 *   assert(lock.locked());
 * });
 * assert(!lock.locked());
 *
 * await run(function* () {
 *   using _ = yield* lock.guard();
 *   assert(lock.locked());
 * });
 * ```
 *
 * @see {@link https://docs.deno.com/runtime/reference/lint_plugins/}
 */
export const noUnawaitedGuard: Deno.lint.Rule = rule((context) => ({
  VariableDeclaration({ kind, declarations }) {
    if (kind !== "using" && kind !== "await using") return;
    for (const { init } of declarations) {
      const shape = init === null ? null : shapeOf(init);
      if (init === null || !isLazy(shape)) continue;
      const word = waitingWord(init, shape);
      context.report({
        node: init,
        message: `\`${kind}\` holds a coroutine here, and not what it gives`,
        hint: waitingHint(init, shape),
        ...(word === null ? {} : { fix: (fixer) => fixer.insertTextBefore(init, word) }),
      });
    }
  },
}));
