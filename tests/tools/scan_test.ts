// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import { scan } from "../../tools/layers/scan.ts";
import { SourceFile } from "../../tools/layers/source_file.ts";

/** Each row: what is written, and what is left of it. */
const CASES: [title: string, source: string, code: string][] = [
  ["a line comment", "a // b\nc", "a     \nc"],
  ["a block comment", "a /* b\n'*/ c", "a     \n    c"],
  ["a string", `f("a\\"b", 'c"')`, `f("····", '··')`],
  ["a comment's signs in a string", '"/*" + "//"', '"··" + "··"'],
  ["a template and its hole", "`a ${ b } c`", "`···{ b }··`"],
  ["braces in a template's hole", "`${ { a: `x${1}` } }`;", "`·{ { a: `··{1}` } }`;"],
  ["a regular expression", "x = /[/*]\\/'/g;", "x = /·······/g;"],
  ["a division", "a / b / c", "a / b / c"],
  ["a string left open", '"ab\nc', '"··\nc'],
  ["a comment left open", "a /* b", "a     "],
];

for (const [title, source, code] of CASES) {
  Deno.test(`scan() masks ${title}`, () => {
    assertEquals(scan(source).code, code);
  });
}

Deno.test("scan() keeps the place of every character and line", () => {
  const source = 'a /* b\n */ + `c\n${"d"} // e`; // f\n/g\\/\'/.test("h")';
  const { code } = scan(source);
  assertEquals(code.length, source.length);
  assertEquals([...code.matchAll(/\n/g)].map((m) => m.index), [6, 15, 34]);
});

Deno.test("SourceFile reads every form of import and nothing else", () => {
  const source = [
    'import a, { b as c } from "./a.ts";',
    "import type D from '../d.ts';",
    'import "./e.ts";',
    'export * as f from "./f.ts";',
    'export {\n  g,\n} from "@asyncio/asyncio/selectors";',
    'const h = await import("node:net");',
    'type I = import("./i.ts").I;',
    '// import "./comment.ts"',
    'const s = `import "./template.ts"`; Array.from("text"); importantly("text"); x.import("t");',
  ].join("\n");
  const imports = new SourceFile("asyncio/x.ts", source).imports;
  assertEquals(imports.map(({ kind, target, line }) => [kind, target, line]), [
    ["static", "asyncio/a.ts", 1],
    ["static", "d.ts", 2],
    ["static", "asyncio/e.ts", 3],
    ["static", "asyncio/f.ts", 4],
    ["static", "selectors/mod.ts", 7],
    ["dynamic", null, 8],
    ["dynamic", "asyncio/i.ts", 9],
  ]);
});
