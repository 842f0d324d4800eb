// Copyright 2026 the asyncio authors. MIT license.

/** How much of a value a repr shows, as Python's `reprlib` cuts it. */
const MAX_TEXT = 60;
const MAX_ITEMS = 6;
const MAX_DEPTH = 2;

/**
 * A value as Python's `repr()` would write it; numbers as JavaScript prints them.
 *
 * @param value Anything.
 * @returns The text. Long strings and lists are cut, as by Python's `reprlib`.
 *
 * @example Usage
 * ```ts
 * import { repr } from "@asyncio/asyncio/selectors";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(repr([1, "a", null, true]), "[1, 'a', None, True]");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/functions.html#repr}
 */
export function repr(value: unknown): string {
  return reprWithin(value, 0);
}

function reprWithin(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "boolean":
      return value ? "True" : "False";
    case "undefined":
      return "None";
    case "function":
      return `<function ${value.name || "<lambda>"}>`;
    case "object":
      return value === null ? "None" : reprObject(value, depth);
    default:
      return String(value);
  }
}

function quote(text: string): string {
  const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 3)}...` : text;
  const escaped = shown.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  if (escaped.includes("'") && !escaped.includes('"')) return `"${escaped}"`;
  return `'${escaped.replaceAll("'", "\\'")}'`;
}

function reprObject(value: object, depth: number): string {
  if (value instanceof Error) {
    return `${value.name}(${value.message === "" ? "" : repr(value.message)})`;
  }
  if (Array.isArray(value)) {
    if (depth > MAX_DEPTH) return "[...]";
    return `[${reprItems(value, (item) => reprWithin(item, depth + 1))}]`;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype && !Object.hasOwn(value, "toString")) {
    return reprPlain(value, depth);
  }
  const toString = (value as { toString?: unknown }).toString;
  if (typeof toString === "function" && toString !== Object.prototype.toString) {
    try {
      return String(value);
    } catch {
      // A repr is for error messages: it does not fail itself.
    }
  }
  return `<${kindOf(value)} object>`;
}

function kindOf(value: object): string {
  // What an iterator inherits is a class without a name.
  return value.constructor?.name ||
    ((value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? "object").toLowerCase();
}

/** An object without a class, as Python shows a dict. */
function reprPlain(value: object, depth: number): string {
  if (depth > MAX_DEPTH) return "{...}";
  const entries = Object.entries(value);
  return `{${
    reprItems(entries, ([key, item]) => `${quote(key)}: ${reprWithin(item, depth + 1)}`)
  }}`;
}

function reprItems<T>(items: T[], show: (item: T) => string): string {
  const shown = items.slice(0, MAX_ITEMS).map(show);
  if (items.length > MAX_ITEMS) shown.push("...");
  return shown.join(", ");
}

/** The hook by which `Deno.inspect` and `console.log` ask an object for its text. */
export const DENO_INSPECT: unique symbol = Symbol.for("Deno.customInspect");

/** The same hook in Node. */
export const NODE_INSPECT: unique symbol = Symbol.for("nodejs.util.inspect.custom");

/**
 * Makes `Deno.inspect` and `console.log` show instances of a class by their `toString()`.
 *
 * @param prototype The prototype of the class.
 *
 * @example Usage
 * ```ts
 * import { inspectAsText } from "@asyncio/asyncio/selectors";
 * import { assertEquals } from "@std/assert";
 *
 * class Door {
 *   static {
 *     inspectAsText(this.prototype);
 *   }
 *
 *   toString(): string {
 *     return "<Door closed>";
 *   }
 * }
 *
 * assertEquals(Deno.inspect(new Door()), "<Door closed>");
 * ```
 *
 * @see {@linkcode repr}
 */
export function inspectAsText(prototype: { toString(): string }): void {
  const text = {
    value(this: object): string {
      return String(this);
    },
    configurable: true,
  };
  Object.defineProperties(prototype, { [DENO_INSPECT]: text, [NODE_INSPECT]: text });
}
