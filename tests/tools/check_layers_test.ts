// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import { checkLayers, coreLineCount, MAX_CORE_LINES } from "../../tools/layers/check.ts";
import { MAX_FILE_LINES } from "../../tools/layers/file_rules.ts";
import { SourceFile } from "../../tools/layers/source_file.ts";

/** Checks a tree of which only these files matter. */
function check(tree: Record<string, string>): string[] {
  return checkLayers(Object.entries(tree).map(([path, source]) => new SourceFile(path, source)));
}

Deno.test("checkLayers() accepts imports that go down, through mod.ts or beside", () => {
  const tree = {
    "selectors/mod.ts": 'export * from "./events.ts";',
    "selectors/events.ts": 'export { A } from "./_host.ts";',
    "selectors/_host.ts": "export const A = Deno.pid;",
    "coroutines/mod.ts": 'import type { A } from "../selectors/mod.ts";',
    "asyncio/mod.ts": 'import "../coroutines/mod.ts"; import { A } from "../selectors/mod.ts";',
    "asyncio/_net.ts": 'Deno.listen({ port: 0 }); await import("node:tls");',
    "mod.ts": 'export * from "./asyncio/mod.ts"; export * as s from "./selectors/mod.ts";',
    "examples/a.ts": 'import { run } from "@asyncio/asyncio"; import { x } from "node:net";',
    "bench/a.ts": 'import "../asyncio/mod.ts"; using x = y;',
    "tests/a_test.ts": 'import { assert } from "@std/assert"; import "../selectors/_host.ts";',
  };
  assertEquals(check(tree), []);
});

Deno.test("checkLayers() names an upward import, of types too", () => {
  const order =
    "the order is selectors <- coroutines <- asyncio <- distributed <- mod.ts <- the rest";
  assertEquals(
    check({
      "selectors/a.ts": '\nimport type { Task } from "../coroutines/mod.ts";',
      "coroutines/a.ts": 'export { run } from "../asyncio/mod.ts";',
      "asyncio/a.ts": 'type All = typeof import("../mod.ts");',
      "mod.ts": 'import "./tools/x.ts";',
    }),
    [
      `selectors/a.ts:2: upward import of coroutines/mod.ts: ${order}`,
      `coroutines/a.ts:1: upward import of asyncio/mod.ts: ${order}`,
      `asyncio/a.ts:1: upward import of mod.ts: ${order}`,
      `mod.ts:1: upward import of tools/x.ts: ${order}`,
    ],
  );
});

Deno.test("checkLayers() names an import out of a folder that stands apart, or into it", () => {
  const apart = "lint/ stands apart: no import leads out of it or into it";
  assertEquals(
    check({
      "lint/a.ts": 'import "./b.ts"; import type { Task } from "../coroutines/mod.ts";',
      "asyncio/a.ts": 'import "../lint/mod.ts";',
      "mod.ts": 'export * as lint from "./lint/mod.ts";',
      "tests/a_test.ts": 'import "../lint/_scope.ts"; import "@asyncio/asyncio/lint";',
    }),
    [`lint/a.ts:1: ${apart}`, `asyncio/a.ts:1: ${apart}`, `mod.ts:1: ${apart}`],
  );
});

Deno.test("checkLayers() names an import that does not go through mod.ts", () => {
  assertEquals(
    check({
      "coroutines/a.ts": 'import { b } from "../selectors/b.ts";',
      "asyncio/a.ts": 'import { b } from "../coroutines/_running.ts";',
      "bench/a.ts": 'import { b } from "../asyncio/_net.ts";',
    }),
    [
      "coroutines/a.ts:1: selectors/b.ts is imported from outside selectors/: go through its mod.ts",
      "asyncio/a.ts:1: coroutines/_running.ts is internal to coroutines/",
      "bench/a.ts:1: asyncio/_net.ts is internal to asyncio/",
    ],
  );
});

Deno.test("checkLayers() names an import into a higher room, and a room it does not know", () => {
  assertEquals(
    check({
      "asyncio/sync/lock.ts": 'import "../queues/queue.ts"; import "../e.ts";',
      "asyncio/attic/a.ts": 'import "../e.ts";',
    }),
    [
      "asyncio/sync/lock.ts:1: import of asyncio/queues/queue.ts from a lower room: the order is " +
      "sync <- queues <- tasks <- executors <- transports <- streams <- subprocess <- graph <- trace",
      "asyncio/attic/a.ts:1: attic/ is no room of the layer",
    ],
  );
});

Deno.test("checkLayers() asks examples, and no published file, to use the package's name", () => {
  assertEquals(
    check({
      "examples/a/b.ts": 'import { run } from "../../mod.ts";',
      "asyncio/a.ts": 'import { Task } from "@asyncio/asyncio/coroutines";',
    }),
    [
      'examples/a/b.ts:1: examples import the package by its name, not as "../../mod.ts"',
      "asyncio/a.ts:1: published sources import each other by path, " +
      'not as "@asyncio/asyncio/coroutines"',
    ],
  );
});

Deno.test("checkLayers() names each circle once, by the files on it", () => {
  assertEquals(
    check({
      "asyncio/a.ts": 'import "./b.ts";',
      "asyncio/b.ts": 'import type { C } from "./c.ts";',
      "asyncio/c.ts": 'export * from "./b.ts";',
      "tests/self.ts": 'import "./self.ts";',
    }),
    [
      "asyncio/c.ts: closes the import circle asyncio/b.ts -> asyncio/c.ts -> asyncio/b.ts",
      "tests/self.ts: closes the import circle tests/self.ts -> tests/self.ts",
    ],
  );
});

Deno.test("checkLayers() names what published sources may not import", () => {
  assertEquals(
    check({
      "asyncio/a.ts": 'import { assert } from "@std/assert";',
      "asyncio/b.ts": 'import net from "node:net"; await import("npm:ws");',
    }),
    [
      'asyncio/a.ts:1: published sources have no dependencies, but this imports "@std/assert"',
      'asyncio/b.ts:1: published sources have no dependencies, but this imports "node:net"',
      'asyncio/b.ts:1: published sources have no dependencies, but this imports "npm:ws"',
    ],
  );
});

Deno.test("checkLayers() lets distributed/ have its dependencies, in exact versions, and no other folder", () => {
  const client = "npm:@nats-io/transport-node@3.4.0";
  assertEquals(
    check({
      "distributed/a.ts": `import type { A } from "${client}"; await import("${client}");`,
      "distributed/b.ts": 'import "npm:@nats-io/transport-node@3";',
      "distributed/mod.ts": "",
      "asyncio/a.ts": `import "${client}";`,
      "mod.ts": 'export * from "./distributed/mod.ts";',
    }),
    [
      "distributed/b.ts:1: published sources have no dependencies, but this imports " +
      '"npm:@nats-io/transport-node@3"',
      `asyncio/a.ts:1: published sources have no dependencies, but this imports "${client}"`,
      "mod.ts:1: distributed/ has dependencies: only those who ask for it are to have them",
    ],
  );
});

Deno.test("checkLayers() names using declarations, not variables of that name", () => {
  assertEquals(
    check({
      "selectors/a.ts": "using a = b;\nawait using c: D = e;\nfor (using f of g) {}",
      "selectors/b.ts": "const using = 1; using; lock.using(a); // using a = b",
    }),
    [1, 2, 3].map((line) => `selectors/a.ts:${line}: published sources declare nothing by "using"`),
  );
});

Deno.test("checkLayers() names each line that names Deno where it may not", () => {
  assertEquals(
    check({
      "coroutines/a.ts": "/** Not Deno. */\nconst x = `Deno ${Deno.pid}`, y = globalThis.Deno;",
      "asyncio/a.ts": 'throw new Error("Deno");\nexport type E = Deno.errors.NotFound;',
      "selectors/a.ts": "Deno.pid;",
      "lint/a.ts": "let plugin: Deno.lint.Plugin;",
      "examples/a.ts": "Deno.pid;",
    }),
    [
      "coroutines/a.ts:2: only selectors/, lint/, asyncio/_environment.ts, asyncio/_net.ts, asyncio/executors/_host.ts, " +
      "asyncio/graph/_host.ts, asyncio/subprocess/_host.ts, asyncio/trace/_host.ts, distributed/_host.ts may name Deno",
      "asyncio/a.ts:2: only selectors/, lint/, asyncio/_environment.ts, asyncio/_net.ts, asyncio/executors/_host.ts, " +
      "asyncio/graph/_host.ts, asyncio/subprocess/_host.ts, asyncio/trace/_host.ts, distributed/_host.ts may name Deno",
    ],
  );
});

Deno.test("checkLayers() names a published file that is too long", () => {
  const long = "// A comment counts\n".repeat(MAX_FILE_LINES + 1);
  assertEquals(
    check({
      "asyncio/a.ts": long,
      "asyncio/b.ts": "x;\n".repeat(MAX_FILE_LINES),
      "tests/a.ts": long,
    }),
    [`asyncio/a.ts: ${MAX_FILE_LINES + 1} lines, more than ${MAX_FILE_LINES}: split the file`],
  );
});

Deno.test("checkLayers() bounds the code lines of coroutines/, comments apart", () => {
  const tree = (last: string) =>
    Object.fromEntries(Array.from({ length: 10 }, (_, i) => [
      `coroutines/${i}.ts`,
      "/* Why\n * this */\n\n" + "x;\n".repeat(MAX_CORE_LINES / 10) + (i === 9 ? last : ""),
    ]));
  assertEquals(check(tree("// One more comment")), []);
  assertEquals(check(tree("y;")), [
    `coroutines/: ${MAX_CORE_LINES + 1} code lines, more than ${MAX_CORE_LINES}: ` +
    "features belong in asyncio/",
  ]);
});

Deno.test("coreLineCount() counts coroutines/ only", () => {
  const files = [
    new SourceFile("coroutines/a.ts", "x; // x\n\n`\n//text\n`;\n"),
    new SourceFile("asyncio/a.ts", "x;"),
  ];
  assertEquals(coreLineCount(files), 4);
});
