// Copyright 2026 the asyncio authors. MIT license.

/**
 * The documentation check: every exported symbol is described, every function and class shown at
 * work. That the examples run is seen to by `deno test --doc`, members by `deno doc --lint`.
 *
 * @module
 */

import type { Declaration, DocModule, DocOutput, DocSymbol, JsDoc } from "./doc_nodes.ts";

/** Kinds of declaration that need an example. */
const SHOWN: readonly string[] = ["function", "class"];

/** What is missing, one line each (`file:line: rule`), a symbol exported twice reported once. */
export function checkDocs(output: DocOutput): string[] {
  if (output.version !== 2) throw new Error(`Cannot read deno doc, format ${output.version}`);
  return [
    ...new Set(
      Object.entries(output.nodes).flatMap(([url, module]) => [
        ...checkModule(url, module),
        ...module.symbols.flatMap(checkSymbol),
      ]),
    ),
  ];
}

function checkModule(url: string, { module_doc, symbols }: DocModule): string[] {
  if (symbols.length === 0) return [`${pathOf(url)}:1: exports nothing`];
  return isDescribed(module_doc) ? [] : [`${pathOf(url)}:1: the module has no description`];
}

/** Of an overloaded symbol one declaration is enough to describe it, and one to show it. */
function checkSymbol({ name, declarations }: DocSymbol): string[] {
  const own = declarations.filter(({ kind }) => kind !== "namespace" && kind !== "reference");
  const first = own[0];
  if (first === undefined) return [];
  if (!own.some(({ jsDoc }) => isDescribed(jsDoc))) {
    return [`${placeOf(first)}: ${name} has no documentation comment`];
  }
  const isShown = !own.some(({ kind }) => SHOWN.includes(kind)) || own.some(hasExample);
  return isShown ? [] : [`${placeOf(first)}: ${first.kind} ${name} has no @example with code`];
}

function isDescribed(jsDoc: JsDoc | undefined): boolean {
  return jsDoc?.doc !== undefined && jsDoc.doc.trim() !== "";
}

function hasExample({ jsDoc }: Declaration): boolean {
  return jsDoc?.tags?.some(({ kind, doc }) => kind === "example" && /^```ts$/m.test(doc ?? "")) ??
    false;
}

function placeOf({ location }: Declaration): string {
  return `${pathOf(location.filename)}:${location.line + 1}`;
}

/** The path from the package's root of a module given by its URL. */
function pathOf(url: string): string {
  const root = new URL("../../", import.meta.url).href;
  return url.startsWith(root) ? url.slice(root.length) : url;
}
