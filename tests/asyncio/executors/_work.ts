// Copyright 2026 the asyncio authors. MIT license.

/** A module whose functions are submitted by name. */

import { moduleFunction, RuntimeError, sleep, toPromise, ValueError } from "@asyncio/asyncio";

const factor = 2;
let calls = 0;

export function double(n: number): number {
  return factor * n;
}

export const doubled = moduleFunction(import.meta, double);

export function countCalls(): number {
  return ++calls;
}

export function setUp(value: string): void {
  (globalThis as { setUpWith?: string }).setUpWith = value;
}

export function getSetUp(): string | undefined {
  return (globalThis as { setUpWith?: string }).setUpWith;
}

export async function later(n: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return n;
}

export function fail(kind: string): void {
  if (kind === "library") throw new ValueError("of the library");
  if (kind === "cause") throw new RuntimeError("outer", { cause: new RangeError("inner") });
  if (kind === "own") throw Object.assign(new OwnError("my own"), { code: 7, fn: () => {} });
  if (kind === "group") throw new AggregateError([new TypeError("one"), "two"], "several");
  if (kind === "deno") throw new Deno.errors.AlreadyExists("it is there");
  if (kind === "value") throw { reason: "no error at all" };
  throw new DOMException("aborted", "AbortError");
}

class OwnError extends ValueError {
  override name = "OwnError";
}

export const notAFunction = 1;

export function* generate(): Generator<number> {
  yield 1;
}

export function sleepUnawaited(): Promise<void> {
  return toPromise(sleep(0));
}

async function hidden(): Promise<void> {}
export const hiddenFunction = moduleFunction(import.meta, hidden);
