// Copyright 2026 the asyncio authors. MIT license.

/** What the texts say that no example shows: links, and what the library answers to mistakes. */

import { createTask, Queue, run, sleep } from "@asyncio/asyncio";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

const TEXTS = [
  "README.md",
  "CONTRIBUTING.md",
  ...[...Deno.readDirSync(new URL("docs/", ROOT))].map(({ name }) => `docs/${name}`)
    .filter((path) => path.endsWith(".md")),
];

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

for (const path of TEXTS) {
  Deno.test(`${path} links to files that are there`, () => {
    const links = [...read(path).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)];
    for (const [, link] of links) {
      assert(Deno.statSync(new URL(link!, new URL(path, ROOT))), link);
    }
  });
}

Deno.test("README.md leads to every text of docs/", () => {
  const readme = read("README.md");
  for (const path of TEXTS.filter((path) => path.startsWith("docs/"))) {
    assertStringIncludes(readme, `](${path})`);
  }
});

/** What the porting guide quotes, without its line breaks. */
const PORTING = read("docs/porting.md").replaceAll(/\s+/g, " ");

/** Whether the guide has a message, in which the names of this test stand for others. */
function assertQuoted(message: string): void {
  const words = message
    .replace(/\(made at .*:\d+\)/, "(made at main.ts:7)")
    .replace(/<Task .*?> with/, "<Task ...> with");
  assertStringIncludes(PORTING, words.replaceAll(/\s+/g, " "));
}

/** What a program that is wrong rejects with. The types would have said so. */
async function messageOf(main: () => unknown): Promise<string> {
  const { name, message } = await assertRejects(async () => await main(), Error);
  return `${name}: ${message}`;
}

// deno-lint-ignore no-explicit-any -- what TypeScript would not let pass
type Wrong = any;

async function load(): Promise<void> {
  await sleep(0);
}

Deno.test("docs/porting.md quotes what is said of a forgotten await", async () => {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (message: string) => void warnings.push(message);
  try {
    await run(() => {
      const forgotten = new Queue().put(1);
      return sleep(0, typeof forgotten);
    }, { debug: true });
  } finally {
    console.warn = warn;
  }
  assertEquals(warnings.length, 1);
  assertQuoted(warnings[0]!);
});

Deno.test("docs/porting.md quotes what is said of a missing star", async () => {
  assertQuoted(
    await messageOf(() =>
      run(function* () {
        const sleeping = sleep(0);
        try {
          // deno-lint-ignore asyncio/no-yield-without-star -- the mistake in question
          yield sleeping;
        } finally {
          sleeping.return(undefined);
        }
      })
    ),
  );
});

Deno.test("docs/porting.md quotes what is said of a main program that was called", async () => {
  const started = load();
  const inside = messageOf(() => started);
  assertQuoted(await messageOf(() => run(started as Wrong)));
  assertQuoted(await inside);
  const task = messageOf(() => run(async () => void await createTask(Promise.resolve() as Wrong)));
  assertQuoted(await task);
});

Deno.test("docs/porting.md quotes what is said of yield* on an async function", async () => {
  const message = await messageOf(() =>
    run(function* () {
      yield* (async () => {})() as Wrong;
    })
  );
  assertQuoted(message.replace(/yield\* .*? is not/, "yield* (intermediate value) is not"));
});
