// Copyright 2026 the asyncio authors. MIT license.

/** Which loop a server of ours runs on. */

import { type Coroutine, nativeEventLoop, run } from "@asyncio/asyncio";

/** As the command line names them. */
export type LoopName = "deno" | "native";

/** Runs the main coroutine of a server on a loop. */
export async function runOn(loop: LoopName, main: () => Coroutine<void>): Promise<void> {
  await run(main, { loopFactory: loop === "native" ? nativeEventLoop : null });
}
