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

/**
 * Calls `fn` at the first SIGINT only, in place of the end of the process. Does nothing if the program
 * listens to the signal itself.
 *
 * @returns What ends it.
 */
export function onInterrupt(fn: () => void): () => void {
  const { process } = globalThis as Host;
  if (!process?.on || !process.off || process.listenerCount?.("SIGINT") !== 0) return () => {};
  const stop = () => process.off!("SIGINT", listener);
  const listener = () => {
    stop();
    fn();
  };
  process.on("SIGINT", listener);
  return stop;
}
