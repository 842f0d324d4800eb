// Copyright 2026 the asyncio authors. MIT license.

import { repr } from "../../coroutines/mod.ts";

/** The arguments of a program, and the options that follow them, if any do. */
export function splitArguments<O>(
  rest: readonly unknown[],
): { args: (string | URL)[]; options: O } {
  const last = rest.at(-1);
  const hasOptions = typeof last === "object" && last !== null && !(last instanceof URL);
  const args = hasOptions ? rest.slice(0, -1) : rest;
  for (const arg of args) {
    if (typeof arg === "string" || arg instanceof URL) continue;
    throw new TypeError(`arguments of a program must be strings or file URLs, not ${repr(arg)}`);
  }
  return { args: args as (string | URL)[], options: (hasOptions ? last : {}) as O };
}
