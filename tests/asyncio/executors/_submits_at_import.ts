// Copyright 2026 the asyncio authors. MIT license.

/** A main program that forgets to ask whether it is one. */

import { ThreadPoolExecutor } from "@asyncio/asyncio";

export function f(): number {
  return 1;
}

await using pool = new ThreadPoolExecutor();
await pool.submit(f);
