// Copyright 2026 the asyncio authors. MIT license.

/**
 * The host's timers and turns. The only file of this layer that names them, and the only one that
 * counts in milliseconds.
 *
 * Facts of Deno 2.9 that it rests on. Microtasks alone never let a read complete. A turn by
 * `setImmediate` costs about 1 us, but the host looks at its sockets only once in 61 such turns. A
 * turn by `setTimeout(0)` looks at them every time, and takes 2 ms.
 */

/** The longest wait in seconds. `setTimeout` overflows beyond 2^31 - 1 ms, about 24.8 days. */
const LONGEST_WAIT = 24 * 3600;

/** As many turns of the host as make sure that it has looked at its sockets: about 56 us. */
const TURNS_TO_LOOK = 62;

/** Monotonic seconds. */
export function now(): number {
  return performance.now() / 1000;
}

/**
 * Calls `callback` once: not before `delay` seconds have passed but for the resolution of the timer,
 * and after at most 24 hours.
 *
 * @returns What cancels it.
 */
export function startTimer(delay: number, callback: () => void): () => void {
  const timer = setTimeout(callback, Math.ceil(Math.min(delay, LONGEST_WAIT) * 1000));
  return () => clearTimeout(timer);
}

/** Like {@linkcode startTimer}, but the timer does not keep the process alive. */
export function startIdleTimer(delay: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delay * 1000);
  Deno.unrefTimer(timer);
  return () => clearTimeout(timer);
}

/**
 * Keeps the process alive.
 *
 * @returns What lets it go.
 */
export function holdProcess(): () => void {
  const timer = setInterval(() => {}, LONGEST_WAIT * 1000);
  return () => clearInterval(timer);
}

/** Gives the host one cheap turn: its other tasks run, and now and then its sockets are served. */
export function hostTurn(): Promise<void> {
  return turns(1, () => false);
}

/** Gives the host time to look at its sockets, or less as soon as there is `enough`. */
export function hostLook(enough: () => boolean): Promise<void> {
  return turns(TURNS_TO_LOOK, enough);
}

function turns(count: number, enough: () => boolean): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  return new Promise((resolve) => {
    if (setImmediate === undefined) return setTimeout(resolve, 0);
    let left = count;
    const turn = () => --left === 0 || enough() ? resolve() : setImmediate(turn);
    setImmediate(turn);
  });
}
