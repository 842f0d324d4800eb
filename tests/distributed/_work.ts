// Copyright 2026 the asyncio authors. MIT license.

/** What the workers do. */

import { moduleFunction, ValueError } from "@asyncio/asyncio";
import { reportProgress } from "@asyncio/asyncio/distributed";

export const double = moduleFunction(
  import.meta,
  function double(n: number): number {
    return 2 * n;
  },
  "doubleNow",
);
export function doubleNow(n: number): number {
  return 2 * n;
}

export const fail = moduleFunction(import.meta, failNow);
export function failNow(message: string): never {
  throw new ValueError(message, { cause: new RangeError("below") });
}

/** Notes in a folder that it was called, and waits until it may go on. */
export const waitAt = moduleFunction(import.meta, waitAtNow);
export async function waitAtNow(path: string, value: number): Promise<number> {
  await Deno.makeTempFile({ dir: path, prefix: `${value}-` });
  for (;;) {
    try {
      await Deno.stat(`${path}/open`);
      return value;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

/** Notes in a folder that it was called. */
export const note = moduleFunction(import.meta, noteNow);
export async function noteNow(path: string, value: number): Promise<number> {
  await Deno.makeTempFile({ dir: path, prefix: `${value}-` });
  return value;
}

/** Blocks its thread, and tells how far it is. */
export const spin = moduleFunction(import.meta, spinNow);
export function spinNow(steps: number): string {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let step = 1; step <= steps; step++) {
    reportProgress({ step, steps });
    Atomics.wait(cell, 0, 0, 20);
  }
  return "spun";
}

/** Notes in a folder that it was called, and ends its thread. */
export const noteAndExit = moduleFunction(import.meta, noteAndExitNow);
export function noteAndExitNow(path: string, value: number): number {
  Deno.makeTempFileSync({ dir: path, prefix: `${value}-` });
  Deno.exit(1);
}

/** Is done, and ends its thread afterwards. */
export const exitLater = moduleFunction(import.meta, exitLaterNow);
export function exitLaterNow(): string {
  setTimeout(() => Deno.exit(1), 5);
  return "soon";
}

export const opaque = moduleFunction(import.meta, opaqueNow);
export function opaqueNow(): unknown {
  return () => 1;
}

export const missing = moduleFunction(import.meta, () => 1, "isNotExported");

/** Notes in a folder that it was called, and blocks its thread. */
export const noteAndSpin = moduleFunction(import.meta, noteAndSpinNow);
export function noteAndSpinNow(path: string, value: number, steps: number): string {
  Deno.makeTempFileSync({ dir: path, prefix: `${value}-` });
  return spinNow(steps);
}
