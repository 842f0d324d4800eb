// Copyright 2026 the asyncio authors. MIT license.

/** More tasks than anybody reads of. */

import { createTask, Event, run, sleep } from "@asyncio/asyncio";

await run(async function main() {
  for (let i = 0; i < 15_000; i++) createTask(sleep(600));
  await sleep(0.01);
  console.log("ready");
  await new Event().wait();
}, { debug: false });
