// Copyright 2026 the asyncio authors. MIT license.

/**
 * Commands that run on one processor, as server and client must where their CPU time is compared: on
 * two of them, what one spends depends on how busy the other is.
 *
 * @module
 */

import type { Python } from "./environment.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** A command on the first processor alone, where the system can say so. */
export function pinned(
  path: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Deno.Command {
  const [command, all] = hasTaskset()
    ? ["taskset", ["-c", "0", path, ...args]] as const
    : [path, args] as const;
  return new Deno.Command(command, { args: [...all], cwd: ROOT, env, stdout: "piped" });
}

/** A module of ours. */
export function pinnedDeno(file: string, args: readonly string[]): Deno.Command {
  return pinned(Deno.execPath(), ["run", "--allow-all", "--quiet", file, ...args]);
}

/** A Python counterpart; for the environment see `pythonCommand`. */
export function pinnedPython(
  { path }: Python,
  file: string,
  args: readonly string[],
): Deno.Command {
  return pinned(path, ["-B", file, ...args], { MALLOC_TOP_PAD_: String(1 << 20) });
}

let taskset: boolean | undefined;

function hasTaskset(): boolean {
  return taskset ??= probe();
}

function probe(): boolean {
  try {
    return new Deno.Command("taskset", { args: ["-c", "0", "true"] }).outputSync().success;
  } catch {
    return false;
  }
}
