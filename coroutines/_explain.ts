// Copyright 2026 the asyncio authors. MIT license.

/** What the engine says of `yield*` on a promise: it names no way out. */
const NOT_ITERABLE = /^yield\* .* is not iterable$|^object is not iterable \(cannot read property/;

const HINT = ": if it is a promise, an async function's say, write yield* fromPromise(promise)";

/** Adds to an error of the engine's what is likely to be meant, and how to write it. */
export function explain(thrown: unknown): unknown {
  if (!(thrown instanceof TypeError) || !NOT_ITERABLE.test(thrown.message)) return thrown;
  const { message, stack } = thrown;
  Reflect.set(thrown, "message", message + HINT);
  // The stack has the message as it was when the error was made.
  Reflect.set(thrown, "stack", stack?.replace(message, () => message + HINT));
  return thrown;
}
