// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals, assertStringIncludes } from "@std/assert";

const PLUGIN = new URL("../../lint/mod.ts", import.meta.url).href;

const PROGRAM = `import { createTask, Lock, Queue, run, sleep } from "@asyncio/asyncio";

const queue = new Queue<string>();
const lock = new Lock();

function* produce() {
  yield sleep(1);
  queue.put("é→😀");
}

async function main() {
  using _ = lock.guard();
  lock.acquire();
  await produce();
  // deno-lint-ignore asyncio/no-floating-coroutine
  sleep(1);
}

await run(main());
`;

const FIXED = `import { createTask, Lock, Queue, run, sleep } from "@asyncio/asyncio";

const queue = new Queue<string>();
const lock = new Lock();

function* produce() {
  yield* sleep(1);
  yield* queue.put("é→😀");
}

async function main() {
  using _ = await lock.guard();
  await lock.acquire();
  await produce();
  // deno-lint-ignore asyncio/no-floating-coroutine
  sleep(1);
}

await run(main);
`;

/** Runs `deno lint` on a project with the plugin in its configuration. */
async function lintProject(options: string[], rules: { exclude?: string[] } = {}) {
  const folder = await Deno.makeTempDir();
  try {
    const config = { lint: { plugins: [PLUGIN], rules: { tags: [], ...rules } } };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
    await Deno.writeTextFile(`${folder}/main.ts`, PROGRAM);
    const args = ["lint", "--quiet", ...options];
    const env = { NO_COLOR: "1" };
    const command = new Deno.Command(Deno.execPath(), { args, env, cwd: folder });
    const { code, stdout, stderr } = await command.output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { code, out: out!, err: err!, source: await Deno.readTextFile(`${folder}/main.ts`) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Rules and lines, as `deno lint --json` tells them. */
function placesIn(json: string): string[] {
  const { diagnostics } = JSON.parse(json) as {
    diagnostics: { code: string; range: { start: { line: number } } }[];
  };
  return diagnostics.map(({ code, range }) => `${code}:${range.start.line}`);
}

Deno.test("deno lint runs the plugin, and minds its comments that ignore a rule", async () => {
  const { code, out } = await lintProject(["--json"]);
  assertEquals(code, 1);
  assertEquals(placesIn(out).toSorted(), [
    "asyncio/no-awaited-generator:14",
    "asyncio/no-called-main:19",
    "asyncio/no-floating-coroutine:13",
    "asyncio/no-floating-coroutine:8",
    "asyncio/no-unawaited-guard:12",
    "asyncio/no-yield-without-star:7",
  ]);
});

Deno.test("deno lint shows what is wrong, and what to do", async () => {
  const { err } = await lintProject([]);
  assertStringIncludes(err, "`put()` only makes a coroutine, and it is dropped");
  assertStringIncludes(err, "hint: Wait for it with `yield*`, or let it run beside");
});

Deno.test("deno lint leaves out the rules that a project excludes", async () => {
  const exclude = ["asyncio/no-floating-coroutine", "asyncio/no-called-main"];
  const { out } = await lintProject(["--json"], { exclude });
  const places = placesIn(out).filter((place) => place.startsWith("asyncio/"));
  assertEquals(places.toSorted(), [
    "asyncio/no-awaited-generator:14",
    "asyncio/no-unawaited-guard:12",
    "asyncio/no-yield-without-star:7",
  ]);
});

Deno.test("deno lint --fix repairs what it can, and leaves the rest to be read", async () => {
  const { code, err, source } = await lintProject(["--fix"]);
  assertEquals(source, FIXED);
  assertEquals(code, 1);
  assertStringIncludes(err, "asyncio/no-awaited-generator");
});
