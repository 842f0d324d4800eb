// Copyright 2026 the asyncio authors. MIT license.

/**
 * What was thrown, as an exception. JavaScript can throw nothing at all; but a future's exception is
 * `null` when there is none, and in Python, too, to raise `None` is a `TypeError`.
 */
export function raised(thrown: unknown): unknown {
  if (thrown !== null && thrown !== undefined) return thrown;
  return new TypeError(`exceptions must be errors, but ${thrown} was thrown`, { cause: thrown });
}
