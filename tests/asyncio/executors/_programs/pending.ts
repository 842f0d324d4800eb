// Copyright 2026 the asyncio authors. MIT license.

/** Leaves work behind when it ends: it is done all the same, before the program is over. */

import { ProcessPoolExecutor, ThreadPoolExecutor } from "@asyncio/asyncio";

const Pool = Deno.args[0] === "threads" ? ThreadPoolExecutor : ProcessPoolExecutor;
const pool = new Pool({ maxWorkers: 1 });
for (const n of [1, 2, 3]) {
  pool.submit((n: number) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    console.log(`call ${n}`);
  }, n);
}
if (Deno.args[1] === "shutdown") pool.shutdown({ wait: false });
console.log("main is over");
