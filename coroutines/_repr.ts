// Copyright 2026 the asyncio authors. MIT license.

/** What the reprs of futures, tasks and handles have in common. */

import { repr } from "../selectors/mod.ts";

/** The objects whose text is being made. */
const beingShown = new Set<object>();

/**
 * The text that `show` makes of an object; `...` where the object comes up within it.
 *
 * CPython: Lib/reprlib.py, recursive_repr.
 */
export function showOnce(value: object, show: () => string): string {
  if (beingShown.has(value)) return "...";
  beingShown.add(value);
  try {
    return show();
  } finally {
    beingShown.delete(value);
  }
}

/** The name of a function for a repr: `main()`, with its arguments if it was given some. */
export function reprCall(fn: unknown, args: readonly unknown[] = []): string {
  const name = typeof fn === "function" && fn.name !== "" ? fn.name : "<lambda>";
  return `${name}(${args.map((arg) => repr(arg)).join(", ")})`;
}
