// Copyright 2026 the asyncio authors. MIT license.

import type { Source } from "./_source.ts";

/** An error as it travels: cloning keeps neither its class nor its own properties. */
export interface EncodedError {
  /** The names of its classes, its own first; none if what was thrown is no error. */
  readonly classes: readonly string[];
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly cause?: EncodedError;
  readonly errors?: readonly EncodedError[];
  /** What was thrown, if it is no error. */
  readonly value?: unknown;
}

/**
 * Makes an error fit to travel. Goes to workers as text: it uses no name from outside but its own.
 *
 * @param source The function that has thrown it, if it is to be explained by that.
 */
export function encodeError(error: unknown, source: Source | null, depth = 0): EncodedError {
  if (!(error instanceof Error) && !(error instanceof DOMException)) return encodeValue(error);
  const message = explain(error, source);
  const stack = String(error.stack ?? error);
  const encoded = {
    classes: classesOf(error),
    name: String(error.name),
    message,
    stack: stack.replace(error.message, () => message),
    properties: propertiesOf(error),
  };
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  return {
    ...encoded,
    ...(cause === undefined || depth > 20 ? {} : { cause: encodeError(cause, null, depth + 1) }),
    ...(Array.isArray(errors) && depth <= 20
      ? { errors: errors.map((one) => encodeError(one, null, depth + 1)) }
      : {}),
  };

  /** The message; that of a name which only the function's own surroundings define says more. */
  function explain(error: Error | DOMException, source: Source | null): string {
    const missing = /^(\S+) is not defined$/.exec(error.message)?.[1];
    if (source?.kind !== "text" || !(error instanceof ReferenceError) || missing === undefined) {
      return error.message;
    }
    const name = source.name || "<lambda>";
    return `${error.message}: ${name}() was sent to the worker as text, without what surrounds it; ` +
      `export it from a module, and submit moduleFunction(import.meta, ${name})`;
  }

  function classesOf(error: object): string[] {
    const classes: string[] = [];
    for (let it = Object.getPrototypeOf(error); it !== null; it = Object.getPrototypeOf(it)) {
      if (it !== Object.prototype) classes.push(String(it.constructor?.name));
    }
    return classes;
  }

  function propertiesOf(error: object): Record<string, unknown> {
    const properties: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(error)) {
      if (["name", "message", "stack", "cause", "errors", "exceptions"].includes(key)) continue;
      try {
        properties[key] = structuredClone(value);
      } catch {
        // What cannot be cloned stays behind: the error is to arrive.
      }
    }
    return properties;
  }

  function encodeValue(value: unknown): EncodedError {
    const none = { classes: [], name: "", message: "", stack: "", properties: {} };
    try {
      return { ...none, value: structuredClone(value) };
    } catch {
      return { ...none, value: String(value) };
    }
  }
}
