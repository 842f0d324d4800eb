// Copyright 2026 the asyncio authors. MIT license.

/** Ends while a thread is busy for ever, as it is told: by an error, by exit(), by itself. */

import { run, sleep, ThreadPoolExecutor } from "@asyncio/asyncio";

const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
const cell = new Int32Array(new SharedArrayBuffer(4));
pool.submit(
  (cell: Int32Array, seconds: number) => {
    Atomics.store(cell, 0, 1);
    const end = performance.now() + 1000 * seconds;
    while (performance.now() < end);
    console.log("the thread is done");
  },
  cell,
  Deno.args[0] === "wait" ? 0.1 : Infinity,
);
await run(async () => {
  while (Atomics.load(cell, 0) === 0) await sleep(0.001);
});
console.log("the thread is busy");
if (Deno.args[0] === "exit") Deno.exit(7);
if (Deno.args[0] === "throw") throw new Error("the program fails");
