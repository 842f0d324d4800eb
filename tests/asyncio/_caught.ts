// Copyright 2026 the asyncio authors. MIT license.

import { type Coroutine, ExceptionGroup } from "@asyncio/asyncio";
import { assertInstanceOf, AssertionError } from "@std/assert";

/** What a coroutine throws, which must be an instance of a class. Python's `assertRaises`. */
export function* caught<E>(
  // deno-lint-ignore no-explicit-any
  errorClass: abstract new (...args: any[]) => E,
  coro: Coroutine<unknown>,
): Coroutine<E> {
  let value: unknown;
  try {
    value = yield* coro;
  } catch (error) {
    if (error instanceof errorClass) return error;
    throw error;
  }
  throw new AssertionError(`${errorClass.name} not raised, but returned: ${Deno.inspect(value)}`);
}

/** The names of the errors in a group, each once. */
export function namesIn(group: unknown): string[] {
  assertInstanceOf(group, ExceptionGroup);
  return [...new Set(group.exceptions.map((error) => (error as Error).name))].sort();
}

/** Python's `except* errorClass: pass`: runs a coroutine, and drops its errors of one class. */
export function* exceptStar(
  errorClass: new () => Error,
  coro: Coroutine<unknown>,
): Coroutine<ExceptionGroup> {
  const group = yield* caught(ExceptionGroup, coro);
  const [match, rest] = group.split(errorClass);
  if (rest !== null) throw rest;
  return match!;
}
