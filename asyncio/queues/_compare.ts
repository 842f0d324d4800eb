// Copyright 2026 the asyncio authors. MIT license.

/**
 * The natural order of values, as Python's `<` has it: numbers (and `bigint`s and booleans, which are
 * numbers there), strings, dates, and arrays element by element, as Python's tuples.
 *
 * @returns Negative if `a` comes before `b`, positive if after, 0 if neither.
 * @throws {TypeError} If they cannot be compared.
 */
export function compare(a: unknown, b: unknown): number {
  if (isNumeric(a) && isNumeric(b)) return sign(a, b);
  if (typeof a === "string" && typeof b === "string") return sign(a, b);
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b);
  if (a instanceof Date && b instanceof Date) return sign(a.getTime(), b.getTime());
  throw new TypeError(
    `'<' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`,
  );
}

/** The first elements that differ decide. Those that are the same need no order. */
function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] === b[i]) continue;
    const order = compare(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

type Numeric = number | bigint | boolean;

function isNumeric(value: unknown): value is Numeric {
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
}

function sign<T extends Numeric | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function typeName(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  return value.constructor?.name ?? "object";
}
