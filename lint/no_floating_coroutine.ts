// Copyright 2026 the asyncio authors. MIT license.

import { nameOfCall, waitingHint, waitingWord } from "./_around.ts";
import { shapeOf } from "./_infer.ts";
import { rule } from "./_rule.ts";
import { isLazy } from "./_shape.ts";

type Expression = Deno.lint.Expression;

/**
 * `asyncio/no-floating-coroutine`: a coroutine that is made and dropped.
 *
 * A call of a coroutine function does nothing by itself: it makes a coroutine, for `yield*`, `await`
 * or a task to drive. Dropped, nothing of it runs, and nothing says so. `void` in front changes
 * nothing, so it does not silence the rule. Known are the library's functions and methods, what
 * `coroutine()` makes in the same file, and the file's own generator functions.
 *
 * `deno lint --fix` puts `yield*` or `await` before it, whichever the function around can do.
 *
 * Without types the rule cannot know a function of another file, nor a receiver that has neither an
 * annotation nor a plain beginning (`new Queue()`, `yield* openConnection(...)`) in this one; nor that
 * `loop.callSoon(() => queue.put(1))` drops what its function returns. Of typescript-eslint's rules,
 * which have types, `no-floating-promises` finds the first two if given `checkThenables: true` and
 * `ignoreVoid: false`, and `no-misused-promises` (its `checksVoidReturn`) finds the third; but neither
 * finds a plain generator object.
 *
 * @example Bad
 * ```ts ignore
 * import { createTask, Queue, type StreamWriter } from "@asyncio/asyncio";
 *
 * async function produce(queue: Queue<string>, writer: StreamWriter) {
 *   queue.put("a"); // nothing is put
 *   writer.write("b");
 *   void writer.drain(); // no word of `void` makes it run
 * }
 * ```
 *
 * @example Good
 * ```ts
 * import { createTask, Queue, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const queue = new Queue<string>(1);
 * await run(async () => {
 *   await queue.put("a");
 *   createTask(queue.put("b")); // goes on beside
 *   assertEquals([await queue.get(), await queue.get()], ["a", "b"]);
 * });
 * ```
 *
 * @see {@link https://docs.deno.com/runtime/reference/lint_plugins/}
 */
export const noFloatingCoroutine: Deno.lint.Rule = rule((context) => ({
  ExpressionStatement({ expression }) {
    for (const dropped of droppedOf(expression)) report(context, dropped, dropped === expression);
  },
  UnaryExpression({ operator, argument }) {
    if (operator === "void") report(context, argument, false);
  },
}));

/** What a statement drops: the expression, or the ones that it chooses from. */
function* droppedOf(expression: Expression): Generator<Expression> {
  if (expression.type === "LogicalExpression") {
    yield* droppedOf(expression.right);
  } else if (expression.type === "ConditionalExpression") {
    yield* droppedOf(expression.consequent);
    yield* droppedOf(expression.alternate);
  } else {
    yield expression;
  }
}

function report(context: Deno.lint.RuleContext, dropped: Expression, isStatement: boolean): void {
  const call = dropped.type === "ChainExpression" ? dropped.expression : dropped;
  const shape = shapeOf(dropped);
  if (call.type !== "CallExpression" || !isLazy(shape)) return;
  const word = isStatement ? waitingWord(dropped, shape) : null;
  context.report({
    node: dropped,
    message: `${nameOfCall(call)} only makes a coroutine, and it is dropped: nothing of it runs`,
    hint: `${waitingHint(dropped, shape)}, or let it run beside, by \`createTask()\``,
    ...(word === null ? {} : { fix: (fixer) => fixer.insertTextBefore(dropped, word) }),
  });
}
