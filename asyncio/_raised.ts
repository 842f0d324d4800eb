// Copyright 2026 the asyncio authors. MIT license.

/**
 * What was thrown, for those who are told of errors only. JavaScript can throw `null` and `undefined`,
 * which say that there is no error; in Python, too, to raise `None` is a `TypeError`.
 */
export function raised(thrown: unknown): unknown {
  if (thrown !== null && thrown !== undefined) return thrown;
  return new TypeError(`exceptions must be errors, but ${thrown} was thrown`, { cause: thrown });
}
