// Copyright 2026 the asyncio authors. MIT license.

import { repr } from "../coroutines/mod.ts";

/** Refuses what is not a number: JavaScript would compare and count with it all the same. */
export function checkNumber(value: unknown, name: string): void {
  if (typeof value === "number") return;
  throw new TypeError(`${name} must be a number, got ${repr(value)}`);
}
