// Copyright 2026 the asyncio authors. MIT license.

/** A program that knows nothing of being traced. */

import { createTask, run, sleep } from "@asyncio/asyncio";

await run(async function main() {
  const task = createTask(async function child() {
    await sleep(0.001);
  }, { name: "child" });
  await task;
});
console.log(Deno.args.join(" "));
Deno.exit(3);
