// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals, assertThrows } from "@std/assert";
import { checkDocs } from "../../tools/docs/check.ts";
import type { DocOutput } from "../../tools/docs/doc_nodes.ts";

const SEE = " * @see {@link https://example.com}\n */\n";
const EXAMPLE = "/**\n * Shown.\n *\n * @example\n * ```ts\n * f();\n * ```\n *\n" + SEE;

/** A description and a link, and no example. */
function described(text: string): string {
  return `/**\n * ${text}\n *\n${SEE}`;
}

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
    EXAMPLE + "export class C {}\n" + described("A type.") +
    "export type T = 1;\nfunction g() {}\ng();\n";
  assertEquals(await check(source), []);
});

Deno.test("checkDocs() names a symbol without documentation", async () => {
  const source = MODULE + described("A.") +
    "export type Z = 1;\nexport const a = 1;\n/** @deprecated */\nexport interface B {}\n";
  assertEquals(await check(source), [
    "12: a has no documentation comment",
    "14: B has no documentation comment",
  ]);
});

Deno.test("checkDocs() names a function and a class without an example", async () => {
  const source = MODULE + described("A.") + "export function f(): void {}\n" +
    described("B.\n *\n * @example Only words") + "export class C {}\n";
  assertEquals(await check(source), [
    "11: function f has no @example with code",
    "19: class C has no @example with code",
  ]);
});

Deno.test("checkDocs() names a symbol that says nowhere where to read on", async () => {
  const source = MODULE + "/** A. */\nexport type Z = 1;\n";
  assertEquals(await check(source), ["7: Z has no @see"]);
});

Deno.test("checkDocs() names a parameter whose description does not tell its default", async () => {
  const source = MODULE + EXAMPLE.replace("Shown.", "Shown.\n *\n * @param n A number.") +
    "export function f(n = 1): number {\n  return n;\n}\n" +
    EXAMPLE.replace("Shown.", "Shown.\n *\n * @param n A number. Default: 1.") +
    "export function g(n = 1): number {\n  return n;\n}\n" + EXAMPLE +
    "export class C {\n  /**\n   * A method.\n   *\n   * @param n A number.\n   */\n" +
    "  take(n = 1): number {\n    return n;\n  }\n}\n";
  assertEquals(await check(source), [
    "18: @param n does not tell the default",
    "46: @param n does not tell the default",
  ]);
});

Deno.test("checkDocs() names a member that is nobody's to use, unless it is ignored", async () => {
  const source = MODULE + EXAMPLE +
    "export class C {\n  /** Public. */\n  [Symbol.dispose](): void {}\n" +
    "  /** Internal. */\n  [secret](): void {}\n  /** @ignore */\n  [hidden](): void {}\n}\n" +
    'const secret = Symbol("secret");\nconst hidden = Symbol("hidden");\n';
  assertEquals(await check(source), ["16: [secret] is nobody's to call: @ignore it"]);
});

Deno.test("checkDocs() is content with one described and shown overload", async () => {
  const source = MODULE + "/** A. */\nexport function f(a: string): void;\n" + EXAMPLE +
    "export function f(a: number): void;\nexport function f(_a: unknown): void {}\n";
  assertEquals(await check(source), []);
});

Deno.test("checkDocs() names a module without description, and one without exports", async () => {
  assertEquals(await check(described("A.") + "export const a = 1;\n"), [
    "1: the module has no description",
  ]);
  assertEquals(await check("export {};\n"), ["1: exports nothing"]);
  const command = "/**\n * Does it: `deno run -A it.ts`.\n *\n * @module\n */\nexport {};\n";
  assertEquals(await check(command), []);
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
