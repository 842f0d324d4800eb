// Copyright 2026 the asyncio authors. MIT license.

/** A module that is imported over HTTP, and imports nothing. */
export function remote(n: number): number {
  return 3 * n;
}
