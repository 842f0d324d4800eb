// Copyright 2026 the asyncio authors. MIT license.

import { libc } from "./_libc.ts";

// Source: Linux, uapi/linux/prctl.h.
const PR_SET_TIMERSLACK = 29;

/** Nanoseconds, where Linux takes 50,000 unless told otherwise. */
const SLACK = 1000n;

let isSet = false;

/**
 * Has the system wake this thread up when it asks for it. Linux may let every sleeper sleep 50 us longer,
 * so that it wakes several up at once: half of what a timer of a loop is late otherwise.
 */
export function tightenTimers(): void {
  if (isSet) return;
  isSet = true;
  libc().linux?.prctl(PR_SET_TIMERSLACK, SLACK, 0n, 0n, 0n);
}
