// Copyright 2026 the asyncio authors. MIT license.

import plugin from "@asyncio/asyncio/lint";
import { assert, assertEquals } from "@std/assert";
import { readDocs } from "../../tools/docs/read.ts";

const ROOT = new URL("../../", import.meta.url);

function lint(source: string): string[] {
  return Deno.lint.runPlugin(plugin, "main.ts", source).map(({ id }) => id);
}

/** The programs in a text: whatever stands between ```ts and ```. */
function programsIn(text: string): string[] {
  return [...text.matchAll(/^ *```ts( ignore)?\n([^]*?)^ *```$/gm)].map(([, , code]) => code!);
}

function* textsIn(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, ROOT))) {
    if (isDirectory) yield* textsIn(`${folder}${name}/`);
    else if (/\.(?:ts|md)$/.test(name)) yield folder + name;
  }
}

/** Documentation of a file: all of a text, and the comments of a module without their stars. */
function documentationIn(path: string): string {
  const text = Deno.readTextFileSync(new URL(path, ROOT));
  return path.endsWith(".md") ? text : text.replaceAll(/^ *\* ?/gm, "");
}

const { symbols } = (await readDocs()).nodes[new URL("lint/mod.ts", ROOT).href]!;

/** The program that a rule's documentation gives under a title. */
function exampleOf(rule: string, title: string): string {
  const name = rule.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const { declarations: [declaration] } = symbols.find((symbol) => symbol.name === name)!;
  const example = declaration!.jsDoc!.tags!.find(({ doc }) => doc?.startsWith(`${title}\n`))!;
  return programsIn(example.doc!)[0]!;
}

for (const rule of Object.keys(plugin.rules)) {
  Deno.test(`${rule} finds what its documentation calls bad, and nothing that it calls good`, () => {
    assertEquals([...new Set(lint(exampleOf(rule, "Bad")))], [`asyncio/${rule}`]);
    assertEquals(lint(exampleOf(rule, "Good")), []);
  });
}

Deno.test("the plugin finds nothing in the programs of the documentation", () => {
  const folders = ["asyncio/", "coroutines/", "selectors/", "examples/", "docs/"];
  const paths = [
    "README.md",
    "CONTRIBUTING.md",
    "mod.ts",
    ...folders.flatMap((f) => [...textsIn(f)]),
  ];
  const programs = paths.flatMap((path) =>
    programsIn(documentationIn(path)).map((program) => ({ path, program }))
  );
  assert(programs.length > 50);
  const found = programs.flatMap(({ path, program }) =>
    lint(program).map((id) => `${path}: ${id}\n${program}`)
  );
  assertEquals(found, []);
});
