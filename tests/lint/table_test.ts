// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { exported, memberOf } from "../../lint/_library.ts";
import { callableOf, isLazy, type Shape } from "../../lint/_shape.ts";
import { CLASSES, FUNCTIONS } from "../../lint/_table.ts";
import type { DocType } from "../../tools/docs/doc_nodes.ts";
import { readDocs } from "../../tools/docs/read.ts";
import { deriveTable, type Table, tableSource } from "../../tools/lint/table.ts";

const docs = await readDocs();

/** Asserts that two lists hold the same; tells what to do, and only what differs. */
function assertSame(actual: readonly string[], expected: readonly string[]): void {
  const missing = expected.filter((line) => !actual.includes(line));
  const outdated = actual.filter((line) => !expected.includes(line));
  const nothing = { missing: [], outdated: [] };
  assertEquals({ missing, outdated }, nothing, "run `deno task lint:table`");
}

Deno.test("the plugin's table is what the package's documentation says", () => {
  const table = { functions: FUNCTIONS, classes: CLASSES } as Table;
  assertSame(tableSource(table).split("\n"), tableSource(deriveTable(docs)).split("\n"));
});

Deno.test("the plugin knows each exported coroutine function, and no more", () => {
  assertSame(known(), documented());
});

/** `sleep`, `Queue.get`: whatever is exported and annotated as giving a `CoroutineObject`. */
function documented(): string[] {
  const names = new Set<string>();
  for (const { name, declarations } of Object.values(docs.nodes).flatMap((m) => m.symbols)) {
    for (const { kind, def } of declarations) {
      if (kind === "function" && isCoroutine(def?.returnType)) names.add(name);
      for (const method of kind === "class" || kind === "interface" ? def?.methods ?? [] : []) {
        const { returnType } = method.functionDef ?? method;
        if (isCoroutine(returnType)) names.add(`${name}.${method.name}`);
      }
    }
  }
  assert(names.has("sleep") && names.has("Queue.get"));
  return [...names];
}

function isCoroutine(type: DocType | null | undefined): boolean {
  return type?.kind === "typeRef" && type.value.typeName === "CoroutineObject";
}

function known(): string[] {
  const functions = Object.keys(FUNCTIONS).filter((name) => givesCoroutine(exported(name)));
  const methods = Object.entries(CLASSES).flatMap(([name, { members }]) =>
    Object.keys(members)
      .filter((member) => givesCoroutine(memberOf(name, member)))
      .map((member) => `${name}.${member}`)
  );
  return [...functions, ...methods];
}

function givesCoroutine(shape: Shape): boolean {
  const gives = callableOf(shape)?.gives ?? null;
  return isLazy(gives) && "coroutine" in gives;
}
