// Copyright 2026 the asyncio authors. MIT license.

/**
 * Runs the tests on the real `jsr:@std` packages, not on the stand-ins of `tools/std/`, for
 * machines that reach JSR. Arguments go to `deno test`.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };

const ROOT = new URL("../", import.meta.url);
/** In the root, as every path of a configuration counts from its own place. */
const CONFIG = new URL(".deno.jsr.json", ROOT);

const { links: _standIns, ...rest } = config;
await Deno.writeTextFile(CONFIG, JSON.stringify(rest));
try {
  const preload = "--preload=./tests/selectors/native/_open.ts";
  const args = ["test", "--config", CONFIG.pathname, "--allow-all", "--doc", preload, ...Deno.args];
  const { code } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).spawn().status;
  Deno.exitCode = code;
} finally {
  await Deno.remove(CONFIG);
}
