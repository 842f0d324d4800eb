// Copyright 2026 the asyncio authors. MIT license.

/**
 * A plugin for `deno lint` that finds coroutines which never run: a forgotten `await` or `yield*`, and
 * its like. It is named in `deno.json`:
 *
 * ```json
 * {
 *   "lint": { "plugins": ["jsr:@asyncio/asyncio/lint"] }
 * }
 * ```
 *
 * | rule                            | finds                          | write                          |
 * | ------------------------------- | ------------------------------ | ------------------------------ |
 * | `asyncio/no-floating-coroutine` | `queue.put(1);`                | `await queue.put(1);`          |
 * | `asyncio/no-awaited-generator`  | `await work()` of a `function*` | `yield* work()`                |
 * | `asyncio/no-yield-without-star` | `yield sleep(1)`               | `yield* sleep(1)`              |
 * | `asyncio/no-unawaited-guard`    | `using _ = lock.guard()`       | `using _ = await lock.guard()` |
 * | `asyncio/no-called-main`        | `run(main())`                  | `run(main)`                    |
 *
 * A linter has no types. The rules know the library's own functions and methods, however they are
 * imported, and follow values through one file: declarations, annotations, destructuring, fields and
 * methods of classes. What they cannot follow they leave alone; each rule tells what that is, and which
 * rule of typescript-eslint, which has types, finds it.
 *
 * A rule is turned off by its name, in `lint.rules.exclude` or by a comment,
 * `// deno-lint-ignore asyncio/no-floating-coroutine`.
 *
 * @example A plugin of fewer rules
 * ```ts
 * import { noFloatingCoroutine } from "@asyncio/asyncio/lint";
 * import { assertEquals } from "@std/assert";
 *
 * const plugin: Deno.lint.Plugin = {
 *   name: "mine",
 *   rules: { "no-floating-coroutine": noFloatingCoroutine },
 * };
 *
 * const found = Deno.lint.runPlugin(
 *   plugin,
 *   "main.ts",
 *   'import { sleep } from "@asyncio/asyncio";\nsleep(1);\n',
 * );
 * assertEquals(found.map(({ id }) => id), ["mine/no-floating-coroutine"]);
 * ```
 *
 * @see {@link https://docs.deno.com/runtime/reference/lint_plugins/}
 *
 * @module
 */

import { noAwaitedGenerator } from "./no_awaited_generator.ts";
import { noCalledMain } from "./no_called_main.ts";
import { noFloatingCoroutine } from "./no_floating_coroutine.ts";
import { noUnawaitedGuard } from "./no_unawaited_guard.ts";
import { noYieldWithoutStar } from "./no_yield_without_star.ts";

export {
  noAwaitedGenerator,
  noCalledMain,
  noFloatingCoroutine,
  noUnawaitedGuard,
  noYieldWithoutStar,
};

/**
 * The plugin: all rules, under the names that begin with `asyncio/`.
 *
 * @see {@link https://docs.deno.com/runtime/reference/lint_plugins/}
 */
const plugin: Deno.lint.Plugin = {
  name: "asyncio",
  rules: {
    "no-floating-coroutine": noFloatingCoroutine,
    "no-awaited-generator": noAwaitedGenerator,
    "no-yield-without-star": noYieldWithoutStar,
    "no-unawaited-guard": noUnawaitedGuard,
    "no-called-main": noCalledMain,
  },
};

export default plugin;
