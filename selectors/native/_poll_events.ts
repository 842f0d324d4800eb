// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/selectors.py, _PollLikeSelector

import { EVENT_READ, EVENT_WRITE } from "../events.ts";
import type { SelectorKey } from "../selector_key.ts";
import { codeOf, systemError } from "./_libc.ts";

// The events of poll, which epoll and /dev/poll share. Sources: Linux, asm-generic/poll.h and
// uapi/linux/eventpoll.h; xnu, bsd/sys/poll.h; illumos, uts/common/sys/poll.h. Errors and ends need not
// be asked for.
export const POLLIN = 1;
export const POLLOUT = 4;

/** What selectors tell when nothing is ready. */
export const NOTHING: readonly [SelectorKey<never, never>, number][] = Object.freeze([]) as never;

/** What to ask the system for. */
export function toPollEvents(events: number): number {
  return (events & EVENT_READ ? POLLIN : 0) | (events & EVENT_WRITE ? POLLOUT : 0);
}

/**
 * What the system has told. As in CPython, whatever is not reading may be writing, and the other way
 * round: errors and ends are both.
 */
export function fromPollEvents(bits: number): number {
  return (bits & ~POLLIN ? EVENT_WRITE : 0) | (bits & ~POLLOUT ? EVENT_READ : 0);
}

/**
 * What a call tells that waits, and has found nothing: nothing, if it is that or if a signal has
 * interrupted it.
 *
 * @param count What the call has given: 0, or less if it has failed.
 * @param errno Why it has failed.
 * @throws {Error} If it has failed for another reason.
 */
export function nothingFound(
  count: number,
  errno: number,
): readonly [SelectorKey<never, never>, number][] {
  if (count < 0 && codeOf(errno) !== "EINTR") throw systemError(errno);
  return NOTHING;
}
