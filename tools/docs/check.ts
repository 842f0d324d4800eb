// Copyright 2026 the asyncio authors. MIT license.

/**
 * The documentation check: every exported symbol is described and says where to read on, every function
 * and class is shown at work; a parameter says its default, which `deno doc` does not show; and what is
 * nobody's but the library's is not among the members. That the examples run is seen to by
 * `deno test --doc`, that members are described by `deno doc --lint`.
 *
 * @module
 */

import type {
  Declaration,
  DocModule,
  DocOutput,
  DocParameter,
  DocSymbol,
  JsDoc,
} from "./doc_nodes.ts";

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
  // A command exports nothing, and says how it is run.
  if (/\bdeno run\b/.test(module_doc?.doc ?? "")) return [];
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
  const breaches = own.flatMap((declaration) => [...checkMembers(declaration)]);
  if (own.some(({ kind }) => SHOWN.includes(kind)) && !own.some(hasExample)) {
    breaches.push(`${first.kind} ${name} has no @example with code`);
  }
  if (!own.some(({ jsDoc }) => hasTag(jsDoc, "see"))) breaches.push(`${name} has no @see`);
  return breaches.map((breach) => `${placeOf(first)}: ${breach}`);
}

/** What is wrong with the members and the parameters of a declaration. */
function* checkMembers({ kind, def, jsDoc }: Declaration): Generator<string> {
  if (kind === "function") yield* checkDefaults(def?.params, jsDoc);
  if (kind !== "class") return;
  for (const { params, jsDoc } of def?.constructors ?? []) yield* checkDefaults(params, jsDoc);
  for (const { name, functionDef, jsDoc } of def?.methods ?? []) {
    yield* checkDefaults(functionDef?.params, jsDoc);
    if (/^\[(?!Symbol\.)/.test(name)) yield `${name} is nobody's to call: @ignore it`;
  }
  for (const { name } of def?.properties ?? []) {
    if (/^\[(?!Symbol\.)/.test(name)) yield `${name} is nobody's to use: @ignore it`;
  }
}

/** Parameters that are described, and have a default of which the description does not tell. */
function* checkDefaults(params: readonly DocParameter[] = [], jsDoc?: JsDoc): Generator<string> {
  for (const { kind, left } of params) {
    if (kind !== "assign" || left?.name === undefined || left.name === "options") continue;
    const tag = jsDoc?.tags?.find(({ kind, name }) => kind === "param" && name === left.name);
    if (tag !== undefined && !/default/i.test(tag.doc ?? "")) {
      yield `@param ${left.name} does not tell the default`;
    }
  }
}

function isDescribed(jsDoc: JsDoc | undefined): boolean {
  return jsDoc?.doc !== undefined && jsDoc.doc.trim() !== "";
}

function hasExample({ jsDoc }: Declaration): boolean {
  return jsDoc?.tags?.some(({ kind, doc }) => kind === "example" && /^```ts$/m.test(doc ?? "")) ??
    false;
}

function hasTag(jsDoc: JsDoc | undefined, wanted: string): boolean {
  return jsDoc?.tags?.some(({ kind }) => kind === wanted) ?? false;
}

function placeOf({ location }: Declaration): string {
  return `${pathOf(location.filename)}:${location.line + 1}`;
}

/** The path from the package's root of a module given by its URL. */
function pathOf(url: string): string {
  const root = new URL("../../", import.meta.url).href;
  return url.startsWith(root) ? url.slice(root.length) : url;
}
