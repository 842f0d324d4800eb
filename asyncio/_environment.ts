// Copyright 2026 the asyncio authors. MIT license.

/** What the environment of the process asks for, where it may be read without asking the user. */

import type { LoopObserver } from "../coroutines/mod.ts";

interface Host {
  Deno?: {
    permissions: { querySync(wanted: { name: "env"; variable: string }): { state: string } };
    env: { get(name: string): string | undefined };
  };
  process?: { env?: Record<string, string | undefined> };
}

/** Python's switch, under our name. CPython: Lib/asyncio/coroutines.py, _is_debug_mode. */
const SWITCH = "ASYNCIO_DEBUG";

/** Whether `ASYNCIO_DEBUG` is set, and to more than nothing. */
export function isDebugWanted(): boolean {
  return Boolean(read(SWITCH));
}

function read(variable: string): string | undefined {
  const { Deno, process } = globalThis as unknown as Host;
  if (Deno === undefined) return process?.env?.[variable];
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) : undefined;
}

/** Under this key of the global object, `trace` leaves what is to hear of every loop of the program. */
export const TRACER: unique symbol = Symbol.for("@asyncio/asyncio tracer") as never;

/** What hears of loops that were given nothing of their own: of a program that `trace` runs. */
export function tracerOfProcess(): LoopObserver | null {
  return (globalThis as { [TRACER]?: LoopObserver })[TRACER] ?? null;
}
