// Copyright 2026 the asyncio authors. MIT license.

import type { Coroutine } from "@asyncio/asyncio";
import type { FormTest } from "../_run_test.ts";

/**
 * Python's `await sleep(0)` in a test that counts turns: exactly one for generators. Async functions
 * get some more, since each of their native awaits lags behind by a few microtasks, and so may find
 * taken what a generator finds free.
 */
export function turn({ name, turns }: FormTest): Coroutine<void> {
  return turns(name === "generator" ? 1 : 5);
}
