// Copyright 2026 the asyncio authors. MIT license.

/** `run()` waits for the default executor's threads at its end. */

import { createTask, run, sleep, toThread } from "@asyncio/asyncio";

const cell = new Int32Array(new SharedArrayBuffer(4));

await run(async () => {
  createTask(toThread((cell: Int32Array) => {
    Atomics.store(cell, 0, 1);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    console.log("the thread is done");
  }, cell));
  while (Atomics.load(cell, 0) === 0) await sleep(0.001);
  console.log("main is over");
});
console.log("run is over");
