// Copyright 2026 the asyncio authors. MIT license.

/** Longer waits overflow the host's 32-bit milliseconds: the timer is armed again then. */
const MAX_WAIT_MS = 24 * 3600 * 1000;

/**
 * Calls `fn` in `seconds`, by a timer of the host's: for those who wait without a loop.
 *
 * @returns What takes it back.
 */
export function callAfter(seconds: number, fn: () => void): () => void {
  const end = performance.now() + seconds * 1000;
  let timer: ReturnType<typeof setTimeout>;
  const arm = () => {
    const rest = end - performance.now();
    timer = rest > MAX_WAIT_MS
      ? setTimeout(arm, MAX_WAIT_MS)
      : setTimeout(fn, Math.max(0, Math.ceil(rest)));
  };
  arm();
  return () => clearTimeout(timer);
}
