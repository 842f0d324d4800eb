// Copyright 2026 the asyncio authors. MIT license.

import { ThreadPoolExecutor } from "@asyncio/asyncio";

/** Has another thread do it. */
export async function nested(n: number): Promise<number> {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  return await pool.submit((n: number) => 2 * n, n);
}
