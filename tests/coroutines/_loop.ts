// Copyright 2026 the asyncio authors. MIT license.

import { newEventLoop, type SelectorEventLoop, VirtualClock } from "@asyncio/asyncio/coroutines";

/** A loop whose clock jumps to its next timer. */
export function virtualLoop(): SelectorEventLoop {
  return newEventLoop({ clock: new VirtualClock({ autojump: true }) });
}

/** Runs `fn` with `console[method]` replaced, and gives what it was called with. */
export async function captured(
  method: "error" | "warn",
  fn: () => Promise<unknown> | unknown,
): Promise<string[]> {
  const lines: string[] = [];
  const original = console[method];
  console[method] = (...args: unknown[]) => void lines.push(args.map(String).join(" "));
  try {
    await fn();
  } finally {
    console[method] = original;
  }
  return lines;
}
