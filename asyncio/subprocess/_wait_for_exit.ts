// Copyright 2026 the asyncio authors. MIT license.

import type { Coroutine } from "../../coroutines/mod.ts";

/** How the transport of a process waits for its end: for those who stand on it. */
export const waitForExit: unique symbol = Symbol("waitForExit");

/** A transport whose process can be waited for. */
export interface Waitable {
  /** Gives the exit code. */
  [waitForExit](): Coroutine<number>;
}
