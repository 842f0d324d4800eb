// Copyright 2026 the asyncio authors. MIT license.

/** Seconds beyond which a wait is one for ever: 30 years, and no overflow of any system's. */
const LONGEST_WAIT = 1e9;

/** Milliseconds that fit into an `int`. */
const LONGEST_INT = 2 ** 31 - 1;

/** Words of 32 bits that a `struct timespec` takes: two numbers of 64 bits, seconds and nanoseconds. */
export const TIMESPEC_WORDS = 4;

/**
 * Writes a `struct timespec`, rounding up to whole nanoseconds.
 *
 * @param words Where to, low words first as on every system known here.
 * @param seconds The time, at least 0.
 * @param at The index of its first word.
 */
export function writeTimespec(words: Int32Array, seconds: number, at = 0): void {
  const capped = Math.min(seconds, LONGEST_WAIT);
  const whole = Math.floor(capped);
  const nanoseconds = Math.ceil((capped - whole) * 1e9);
  words[at] = nanoseconds === 1e9 ? whole + 1 : whole;
  words[at + 1] = 0;
  words[at + 2] = nanoseconds === 1e9 ? 0 : nanoseconds;
  words[at + 3] = 0;
}

/** Seconds as a timeout in whole milliseconds, rounded up; -1 for `Infinity`. */
export function toMilliseconds(seconds: number): number {
  return seconds === Infinity ? -1 : Math.min(Math.ceil(seconds * 1000), LONGEST_INT);
}
