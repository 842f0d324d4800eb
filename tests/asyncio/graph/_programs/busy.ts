// Copyright 2026 the asyncio authors. MIT license.

/** A task that never gives way. */

import { createTask, run, sleep } from "@asyncio/asyncio";

await run(async function main() {
  createTask(sleep(600), { name: "sleeper" });
  await sleep(0.01);
  console.log("ready");
  for (;;);
});
