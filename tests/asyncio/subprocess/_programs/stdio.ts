// Copyright 2026 the asyncio authors. MIT license.

/** A program whose process writes all to its output: `deno run stdio.ts`. */

import { createSubprocessShell, run, STDOUT } from "@asyncio/asyncio";

await run(function* () {
  const command = "echo one; echo two >&2; echo three";
  const process = yield* createSubprocessShell(command, { stderr: STDOUT });
  yield* process.wait();
});
