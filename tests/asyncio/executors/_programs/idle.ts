// Copyright 2026 the asyncio authors. MIT license.

/** Uses a pool and never shuts it down: the program ends all the same. */

import { ProcessPoolExecutor, ThreadPoolExecutor } from "@asyncio/asyncio";

const Pool = Deno.args[0] === "threads" ? ThreadPoolExecutor : ProcessPoolExecutor;
const pool = new Pool({ maxWorkers: 2 });
console.log(await pool.submit((n: number) => n + 1, 41));
