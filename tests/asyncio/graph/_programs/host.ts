// Copyright 2026 the asyncio authors. MIT license.

/** An async function that waits for a promise of the host's. */

import { run, sleep } from "@asyncio/asyncio";

await run(async function main() {
  await sleep(0);
  console.log("ready");
  await new Promise((resolve) => setTimeout(resolve, 600_000));
});
