// Copyright 2026 the asyncio authors. MIT license.

/** The hook by which `Deno.inspect` and `console.log` ask an object for its text. */
export const DENO_INSPECT: unique symbol = Symbol.for("Deno.customInspect");

/** The same hook in Node. */
export const NODE_INSPECT: unique symbol = Symbol.for("nodejs.util.inspect.custom");

/** The text that stands for `value` in a message, as Python's `repr` would. */
export function repr(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  if (typeof value === "function") return `<function ${value.name || "anonymous"}>`;
  if (typeof value !== "object" || value === null) return String(value);
  if (typeof value.toString === "function" && value.toString !== Object.prototype.toString) {
    return String(value);
  }
  return `<${value.constructor?.name ?? "Object"} object>`;
}
