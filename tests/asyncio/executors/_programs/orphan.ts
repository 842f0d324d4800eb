// Copyright 2026 the asyncio authors. MIT license.

/** Prints the number of a child process, and waits to be killed. */

import { ProcessPoolExecutor } from "@asyncio/asyncio";

const pool = new ProcessPoolExecutor({ maxWorkers: 1 });
console.log(`child ${await pool.submit(() => Deno.pid)}`);
setInterval(() => {}, 1000);
