// Copyright 2026 the asyncio authors. MIT license.

/** Which loop a server of ours runs on. */

import { type Coroutine, nativeEventLoop, run, runSync } from "@asyncio/asyncio";

/** As the command line names them. */
export type LoopName = "deno" | "native" | "sync";

/** Runs the main coroutine of a server on a loop. */
export async function runOn(loop: LoopName, main: () => Coroutine<void>): Promise<void> {
  if (loop === "sync") return runSync(main);
  await run(main, { loopFactory: loop === "native" ? nativeEventLoop : null });
}
