// Copyright 2026 the asyncio authors. MIT license.

import { nameOfCall } from "./_around.ts";
import { shapeOf } from "./_infer.ts";
import { rule } from "./_rule.ts";
import { isConstant } from "./_scope.ts";
import { callableOf, isPromise } from "./_shape.ts";

type CallExpression = Deno.lint.CallExpression;

/**
 * `asyncio/no-called-main`: an async function that is called, where the function itself is taken.
 *
 * A call of an async function starts it there and then, outside any task: no `currentTask()`, nothing
 * that could cancel it. So `run`, `createTask` and all that make a task of a coroutine take the
 * function, and throw a `TypeError` when they are given its promise. `deno lint --fix` passes the
 * function, in an arrow if there are arguments; it leaves alone those that could be others by the time
 * of the call.
 *
 * Generator functions and what `coroutine()` makes may be called: what they give has not started.
 *
 * Without types the rule knows the async functions of the same file only. `deno check` finds the
 * others: a promise is no `Coroutine` and no function.
 *
 * @example Bad
 * ```ts ignore
 * import { createTask, run, sleep } from "@asyncio/asyncio";
 *
 * async function work(seconds: number) {
 *   await sleep(seconds);
 * }
 *
 * async function main() {
 *   await createTask(work(1));
 * }
 *
 * await run(main());
 * ```
 *
 * @example Good
 * ```ts
 * import { createTask, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * async function work(seconds: number) {
 *   await sleep(seconds);
 *   return "done";
 * }
 *
 * async function main() {
 *   return await createTask(() => work(0.001));
 * }
 *
 * assertEquals(await run(main), "done");
 * ```
 *
 * @see {@link https://docs.deno.com/runtime/reference/lint_plugins/}
 */
export const noCalledMain: Deno.lint.Rule = rule((context) => ({
  CallExpression(node) {
    const [call] = node.arguments;
    if (call?.type !== "CallExpression" || !isPromise(shapeOf(call))) return;
    if (!callableOf(shapeOf(node.callee))?.starts) return;
    const instead = functionOf(call, context.sourceCode);
    context.report({
      node: call,
      message: `${nameOfCall(call)} starts outside any task, and ${
        nameOfCall(node)
      } takes no promise`,
      hint: `Pass the function: \`${instead ?? "() => ..."}\``,
      ...(instead === null ? {} : { fix: (fixer) => fixer.replaceText(call, instead) }),
    });
  },
}));

/** The function to pass in place of a call; `null` if it could not be called later as well as now. */
function functionOf(call: CallExpression, source: Deno.lint.SourceCode): string | null {
  const { callee } = call;
  const receiver = callee.type === "MemberExpression" ? [callee.object] : [];
  if (![...receiver, ...call.arguments].every(isConstant)) return null;
  const isBare = receiver.length === 0 && call.arguments.length === 0;
  return isBare ? source.getText(callee) : `() => ${source.getText(call)}`;
}
