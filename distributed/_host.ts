// Copyright 2026 the asyncio authors. MIT license.

/** What the worker's command needs of Deno: its arguments, signals, and how it ends. */

/** The arguments of the command line. */
export function commandLine(): string[] {
  return [...Deno.args];
}

/** Calls `fn` at Ctrl-C, or when the system asks the program to end. Returns what ends it. */
export function onStop(fn: () => void): () => void {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, fn);
  return () => {
    for (const signal of signals) Deno.removeSignalListener(signal, fn);
  };
}

/** Sets the code that the program ends with. */
export function setExitCode(code: number): void {
  Deno.exitCode = code;
}
