// Copyright 2026 the asyncio authors. MIT license.

/** `run()` waits for the default executor's threads at its end. */

import { createTask, ExecutorEventLoop, run, sleep, toThread } from "@asyncio/asyncio";

await run(async () => {
  createTask(toThread(() => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    console.log("the thread is done");
  }));
  await sleep(0.02);
  console.log("main is over");
}, { loopFactory: ExecutorEventLoop });
console.log("run is over");
