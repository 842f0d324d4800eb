// Copyright 2026 the asyncio authors. MIT license.

import { repr, ValueError } from "../selectors/mod.ts";

/** Throws unless a value is a number of seconds. */
export function checkTime(seconds: unknown, name: string): void {
  if (typeof seconds !== "number") {
    throw new TypeError(`${name} must be a number of seconds, got ${repr(seconds)}`);
  }
  if (Number.isNaN(seconds)) throw new ValueError(`Invalid ${name}: NaN (not a number)`);
}
