// Copyright 2026 the asyncio authors. MIT license.

/**
 * The host's timers and turns. The only file of this layer that names them, and the only one that
 * counts in milliseconds.
 *
 * Facts of Deno 2.9 that it rests on. Microtasks alone never let a read complete. A turn by
 * `setImmediate` costs about 1 us, but the host looks at its sockets only once in 61 such turns; a
 * turn by `setTimeout(0)` takes 1 to 2 ms and looks at them every time.
 */

/** The longest wait in seconds. `setTimeout` overflows beyond 2^31 - 1 ms, about 24.8 days. */
const LONGEST_WAIT = 24 * 3600;

/** Monotonic seconds. */
export function now(): number {
  return performance.now() / 1000;
}

/**
 * Calls `callback` once, not before `delay` seconds have passed but for the resolution of the
 * timer, and after at most 24 hours.
 *
 * @returns What cancels it.
 */
export function startTimer(delay: number, callback: () => void): () => void {
  const timer = setTimeout(callback, Math.ceil(Math.min(delay, LONGEST_WAIT) * 1000));
  return () => clearTimeout(timer);
}

/** Gives the host one cheap turn: other tasks of it run, and now and then its sockets are served. */
export function hostTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
    if (setImmediate) setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
