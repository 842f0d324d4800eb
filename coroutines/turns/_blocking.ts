// Copyright 2026 the asyncio authors. MIT license.

import { RuntimeError } from "../errors.ts";

/** The error for what waits for the host in a run that keeps the thread: it would wait for ever. */
export function waitsForHost(what: unknown): RuntimeError {
  return new RuntimeError(
    `${what} cannot work in runSync(): it waits for the host, to which the thread is not given back ` +
      "(an async function, a promise, a signal). Use run()",
  );
}
