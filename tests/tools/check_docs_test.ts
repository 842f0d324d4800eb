// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals, assertThrows } from "@std/assert";
import { checkDocs } from "../../tools/docs/check.ts";
import type { DocOutput } from "../../tools/docs/doc_nodes.ts";

const EXAMPLE = "/**\n * Shown.\n *\n * @example\n * ```ts\n * f();\n * ```\n */\n";

/** Checks a module made of this source, as `deno doc` reads it. */
async function check(source: string): Promise<string[]> {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, source);
    const args = ["doc", "--json", path];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
    const breaches = checkDocs(JSON.parse(new TextDecoder().decode(stdout)));
    return breaches.map((breach) => breach.replace(/^.*\.ts:/, ""));
  } finally {
    await Deno.remove(path);
  }
}

const MODULE = "/**\n * A module.\n *\n * @module\n */\n";

Deno.test("checkDocs() accepts what is described and shown", async () => {
  const source = MODULE + EXAMPLE + "export function f(): void {}\n" +
    EXAMPLE + "export class C {}\n/** A type. */\nexport type T = 1;\nfunction g() {}\ng();\n";
  assertEquals(await check(source), []);
});

Deno.test("checkDocs() names a symbol without documentation", async () => {
  const source = MODULE +
    "/** A. */\nexport type Z = 1;\nexport const a = 1;\n/** @deprecated */\nexport interface B {}\n";
  assertEquals(await check(source), [
    "8: a has no documentation comment",
    "10: B has no documentation comment",
  ]);
});

Deno.test("checkDocs() names a function and a class without an example", async () => {
  const source = MODULE +
    "/** A. */\nexport function f(): void {}\n/** B. */\nexport class C {}\n" +
    "/**\n * D.\n *\n * @example Only words\n */\nexport class E {}\n";
  assertEquals(await check(source), [
    "7: function f has no @example with code",
    "9: class C has no @example with code",
    "15: class E has no @example with code",
  ]);
});

Deno.test("checkDocs() is content with one described and shown overload", async () => {
  const source = MODULE + "/** A. */\nexport function f(a: string): void;\n" + EXAMPLE +
    "export function f(a: number): void;\nexport function f(_a: unknown): void {}\n";
  assertEquals(await check(source), []);
});

Deno.test("checkDocs() names a module without description, and one without exports", async () => {
  assertEquals(await check("/** A. */\nexport const a = 1;\n"), [
    "1: the module has no description",
  ]);
  assertEquals(await check("export {};\n"), ["1: exports nothing"]);
});

Deno.test("checkDocs() reports a symbol that two modules export once", () => {
  const location = { filename: "file:///x.ts", line: 3 };
  const symbols = [{ name: "f", declarations: [{ kind: "function", location }] }];
  const module = { module_doc: { doc: "A module." }, symbols };
  const output: DocOutput = {
    version: 2,
    nodes: { "file:///a.ts": module, "file:///b.ts": module },
  };
  assertEquals(checkDocs(output), ["file:///x.ts:4: f has no documentation comment"]);
});

Deno.test("checkDocs() refuses a format that it does not know", () => {
  const output = { version: 1, nodes: {} } as unknown as DocOutput;
  assertThrows(() => checkDocs(output), Error, "format 1");
});
