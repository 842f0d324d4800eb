// Copyright 2026 the asyncio authors. MIT license.

/** The coroutine layer where there is no Deno: bundled, and run by Node. */

import { assertEquals } from "@std/assert";
import { runCommand } from "./_child.ts";

const EXPECTED = {
  generators: [
    "fast",
    "fast ends",
    "turned",
    "fast",
    "slow ends",
    "CancelledError: enough",
    "true",
  ],
  contextVariables: ["main", "task", "T", "main"],
  asyncFunctions: ["slept", "future", "a", "b", "task", "CancelledError", true],
  virtualTime: [3600, true],
  errors: ["Exception in callback failing()"],
  besideTheHost: 1,
};

const programPath = (name: string) => new URL(`_programs/${name}`, import.meta.url).pathname;

/** Why the tests cannot run here; `null` if they can. */
async function obstacle(): Promise<string | null> {
  try {
    const { code, stdout } = await runCommand("node", "--version");
    if (code !== 0 || Number(stdout.match(/^v(\d+)/)?.[1]) < 20) return "Node is older than 20";
    return null;
  } catch {
    return "there is no node on the PATH";
  }
}

/** Bundles the program into one script. Gives its path. */
async function bundle(directory: string): Promise<string> {
  const script = `${directory}/portable.js`;
  const { code, stderr } = await runCommand(
    Deno.execPath(),
    "bundle",
    "--quiet",
    "--format=iife",
    `--output=${script}`,
    programPath("portable.ts"),
  );
  assertEquals(code, 0, stderr);
  return script;
}

const reason = await obstacle();
if (reason !== null) console.warn(`The coroutine layer is not tested without Deno: ${reason}`);

interface Host {
  name: string;
  /** What there is of the globals that browsers do not have. */
  globals: string[];
  command(script: string): string[];
}

const hosts: Host[] = [
  {
    name: "Node",
    globals: ["process", "setImmediate", "SharedArrayBuffer"],
    command: (script) => [script],
  },
  {
    name: "a context with browser globals only",
    globals: [],
    command: (script) => [programPath("browser_like.mjs"), script],
  },
];

for (const { name, globals, command } of hosts) {
  Deno.test({
    name: `The coroutine layer runs in ${name}`,
    ignore: reason !== null,
    async fn() {
      const directory = await Deno.makeTempDir();
      try {
        const { code, stdout, stderr } = await runCommand(
          "node",
          ...command(await bundle(directory)),
        );
        assertEquals(stderr, "");
        assertEquals(JSON.parse(stdout), { host: globals, ...EXPECTED });
        assertEquals(code, 0);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  });
}
