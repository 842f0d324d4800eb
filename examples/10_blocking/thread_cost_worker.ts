// Copyright 2026 the asyncio authors. MIT license.

/** A thread of thread_cost.ts: says that it is there, and waits for a message. */

addEventListener("message", () => {});
(globalThis as unknown as Worker).postMessage("started");
