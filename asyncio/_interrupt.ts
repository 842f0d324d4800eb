// Copyright 2026 the asyncio authors. MIT license.

/**
 * SIGINT (Ctrl-C), where there is such a thing.
 *
 * Through the `process` that Deno, Node and Bun all have as a global: so no host is named, and in a
 * browser nothing is missed. As soon as nobody listens any more, the signal ends the process again.
 */

interface Host {
  process?: {
    on?(event: "SIGINT", listener: () => void): void;
    off?(event: "SIGINT", listener: () => void): void;
    listenerCount?(event: "SIGINT"): number;
  };
}

/** Who is to be called: one for each run under way, and there may be several. */
const callbacks = new Set<() => void>();

/**
 * Calls `fn` at the first SIGINT only, in place of the end of the process. Does nothing if the program
 * listens to the signal itself.
 *
 * @returns What ends it.
 */
export function onInterrupt(fn: () => void): () => void {
  const { process } = globalThis as Host;
  if (callbacks.size === 0) {
    if (process?.listenerCount?.("SIGINT") !== 0) return () => {};
    process.on?.("SIGINT", interrupt);
  }
  callbacks.add(fn);
  return () => {
    if (callbacks.delete(fn)) stopIfUnused();
  };
}

function interrupt(): void {
  const called = [...callbacks];
  callbacks.clear();
  stopIfUnused();
  for (const fn of called) fn();
}

function stopIfUnused(): void {
  if (callbacks.size === 0) (globalThis as Host).process?.off?.("SIGINT", interrupt);
}
