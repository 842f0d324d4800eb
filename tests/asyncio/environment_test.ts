// Copyright 2026 the asyncio authors. MIT license.

/** `ASYNCIO_DEBUG`, where the environment may be read, and where it may not. */

import { assertEquals } from "@std/assert";

const PROGRAM = new URL("_programs/debug.ts", import.meta.url).href;

/** Runs the program with flags and an environment. Nobody is there to answer a prompt. */
async function answers(flags: string[], env: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--quiet", ...flags, PROGRAM],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assertEquals([code, decoder.decode(stderr)], [0, ""]);
  return decoder.decode(stdout).trim();
}

/** What it answers: run(), told not to, told to; newEventLoop(), the same. */
const on = "true false true true false true";
const off = "false false true false false true";

const set = { ASYNCIO_DEBUG: "1" };
const allowed = ["--allow-env=ASYNCIO_DEBUG"];

// CPython: test_base_events.py, BaseEventLoopTests.test_env_var_debug
Deno.test("ASYNCIO_DEBUG makes loops debug, unless they are told otherwise", async () => {
  assertEquals(await answers(allowed, set), on);
  assertEquals(await answers(["--allow-all"], set), on);
  assertEquals(await answers(allowed, { ASYNCIO_DEBUG: "" }), off);
  assertEquals(await answers(allowed, {}), off);
});

Deno.test("ASYNCIO_DEBUG is not read, nor asked for, without the permission", async () => {
  for (const flags of [[], ["--no-prompt"], ["--deny-env"], ["--allow-env=OTHER"]]) {
    assertEquals(await answers(flags, set), off);
  }
});
