// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";

const TRACE = new URL("../../../asyncio/trace/trace.ts", import.meta.url).href;
const PROGRAM = new URL("_programs/program.ts", import.meta.url).href;

async function trace(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", TRACE, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), error: text.decode(stderr) };
}

Deno.test("trace runs a program with its arguments, and writes what its loops did", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/trace.json`;
    const { code, out, error } = await trace("-o", file, PROGRAM, "one", "--two");
    assertEquals([code, out], [3, "one --two\n"]);
    assertStringIncludes(error, `trace: ${file}`);
    const { traceEvents } = JSON.parse(await Deno.readTextFile(file)) as {
      traceEvents: { name: string; args?: { name?: string; where?: string } }[];
    };
    assert(traceEvents.some(({ name, args }) => name === "thread_name" && args?.name === "child"));
    const wait = traceEvents.find(({ name }) => name === "waits for sleep()");
    assertMatch(wait!.args!.where!, /^child .*program\.ts:\d+$/);
    assertEquals((await trace("-o", `${folder}/trace.html`, PROGRAM)).code, 3);
    assertMatch(await Deno.readTextFile(`${folder}/trace.html`), /^<!DOCTYPE html>/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("trace says how it is used", async () => {
  for (const args of [[], ["-o"], ["-o", "file.txt", PROGRAM], ["--help"]]) {
    const { code, error } = await trace(...args);
    assertEquals(code, 2);
    assertMatch(error, /^usage: /);
  }
});
