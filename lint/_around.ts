// Copyright 2026 the asyncio authors. MIT license.

/**
 * How one can wait where a call stands: it depends on the function around.
 *
 * @module
 */

import { type FunctionNode, isFunction, type Node, parentOf } from "./_scope.ts";
import { isGenerator, type Lazy } from "./_shape.ts";

/** The function around a node, or `null` at the top of a module or a class. */
export function functionAround(node: Node): FunctionNode | null {
  for (let outer = parentOf(node); outer !== null; outer = parentOf(outer)) {
    if (isFunction(outer)) return outer;
    if (outer.type === "PropertyDefinition" || outer.type === "StaticBlock") return null;
  }
  return null;
}

/** What, put before a lazy value, waits for it there; `null` if nothing does. */
export function waitingWord(node: Node, shape: Lazy): "yield* " | "await " | null {
  const fn = functionAround(node);
  if (fn === null) return null;
  if (fn.async) return isGenerator(shape) ? null : "await ";
  return fn.generator ? "yield* " : null;
}

/** What to do to wait for a lazy value there, in words. */
export function waitingHint(node: Node, shape: Lazy): string {
  const word = waitingWord(node, shape);
  if (word !== null) return `Wait for it with \`${word.trim()}\``;
  return isGenerator(shape) && functionAround(node)?.async
    ? "To `await` it, make its function by `coroutine(function* ...)`"
    : "Wait for it in a coroutine, with `yield*` or `await`";
}

/** A call in a message: by the name called last. */
export function nameOfCall({ callee }: Deno.lint.CallExpression): string {
  if (callee.type === "Identifier") return `\`${callee.name}()\``;
  const isNamed = callee.type === "MemberExpression" && !callee.computed;
  const name = isNamed ? (callee.property as Deno.lint.Identifier).name : undefined;
  return name === undefined ? "this call" : `\`${name}()\``;
}
