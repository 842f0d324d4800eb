// Copyright 2026 the asyncio authors. MIT license.

/**
 * SIGINT (Ctrl-C), where there is such a thing.
 *
 * Through the `process` that Deno, Node and Bun all have as a global: so no host is named, and in a
 * browser nothing is missed. Listening keeps a process alive that waits for nothing else, as it does
 * in Python.
 */

interface Host {
  process?: {
    on?(event: "SIGINT", listener: () => void): void;
    off?(event: "SIGINT", listener: () => void): void;
    listenerCount?(event: "SIGINT"): number;
    exit?(code: number): never;
  };
}

/** The exit code of a process that SIGINT has ended. */
const INTERRUPTED = 130;

/** Who listens, and whether he has been called: one for each run, of which there may be several. */
const callbacks = new Map<() => void, boolean>();

/** How many loops have a handler of their own for the signal. */
let others = 0;

/**
 * Leaves SIGINT to somebody else, as `signal.signal()` does in Python.
 *
 * @returns What ends it.
 */
export function leaveInterrupts(): () => void {
  others++;
  return () => void others--;
}

/**
 * Calls `fn` at the first SIGINT, in place of the end of the process; the next ends it. Does nothing
 * if the program listens to the signal itself.
 *
 * @returns What ends it.
 */
export function onInterrupt(fn: () => void): () => void {
  const { process } = globalThis as Host;
  if (callbacks.size === 0) {
    if (process?.listenerCount?.("SIGINT") !== 0) return () => {};
    process.on?.("SIGINT", interrupt);
  }
  callbacks.set(fn, false);
  return () => {
    if (callbacks.delete(fn) && callbacks.size === 0) process?.off?.("SIGINT", interrupt);
  };
}

function interrupt(): void {
  if (others > 0) return;
  const fresh = [...callbacks].filter(([, called]) => !called);
  if (fresh.length === 0) (globalThis as Host).process?.exit?.(INTERRUPTED);
  for (const [fn] of fresh) {
    callbacks.set(fn, true);
    fn();
  }
}
