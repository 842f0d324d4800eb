// Copyright 2026 the asyncio authors. MIT license.

/** Where a thread of _native_threads.ts lives: it is told once what to run, and ends with that. */

import { liveThread, type ThreadStart } from "./_native_threads.ts";

addEventListener("message", async (event) => {
  await liveThread((event as MessageEvent<ThreadStart>).data);
  close();
});
