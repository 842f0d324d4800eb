// Copyright 2026 the asyncio authors. MIT license.

/** Programs that tests start: those that every Unix has, and short scripts for its shell. */

import process from "node:process";

/** A program that does not end by itself. */
export const BLOCKED = ["sleep", "3600"] as const;

/** A script that answers a piece of input on both of its outputs: CPython's `echo2.py`. */
export const ECHO_TWICE =
  `text=$(dd bs=1024 count=1 2>/dev/null); printf "OUT:$text"; printf "ERR:$text" >&2`;

/** A script that answers each piece of input, or says that nobody listens: CPython's `echo3.py`. */
export const ECHO_OR_COMPLAIN = `trap '' PIPE
while text=$(dd bs=1024 count=1 2>/dev/null); [ -n "$text" ]; do
  (printf "OUT:$text") 2>/dev/null || printf "ERR:EPIPE" >&2
done`;

/** More than any pipe holds: CPython's `support.PIPE_MAX_SIZE`. */
export const MORE_THAN_A_PIPE = 4 * 1024 * 1024 + 1;

/** Whether there is a process of that number, be it one that has ended and was not waited for. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
