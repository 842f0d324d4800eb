// Copyright 2026 the asyncio authors. MIT license.

/** What can be driven, and what can be awaited. */

import { Drivable } from "./_drivable.ts";
import { Future } from "./future.ts";
import { isGenerator } from "../_generators.ts";

/** Whether a value is a coroutine: a generator, or anything that can do what generators can. */
export function isDrivable(value: unknown): value is Generator<unknown, unknown, unknown> {
  if (isGenerator(value) || value instanceof Drivable) return true;
  if (typeof value !== "object" || value === null || value instanceof Future) return false;
  const { next, throw: raise, return: close } = value as Partial<Generator>;
  return typeof next === "function" && typeof raise === "function" && typeof close === "function" &&
    Symbol.iterator in value;
}
