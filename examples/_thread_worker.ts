// Copyright 2026 the asyncio authors. MIT license.

/** Where a thread of _threads.ts lives: it is told once what to run. */

import { liveThread, type ThreadStart } from "./_threads.ts";

addEventListener("message", (event) => {
  const { start, shared } =
    (event as MessageEvent<{ start: ThreadStart; shared: SharedArrayBuffer }>).data;
  liveThread(start, shared);
});
