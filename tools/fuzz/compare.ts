// Copyright 2026 the asyncio authors. MIT license.

/**
 * Compares traces, line for line.
 *
 * @module
 */

import type { Trace } from "./program.ts";

/** The first place where two traces part. */
export interface Difference {
  /** Index of the first line that differs. */
  index: number;
  /** The reference's lines. */
  expected: Trace;
  /** The lines of the implementation under test. */
  actual: Trace;
}

/** The first difference, or `undefined` where there is none. */
export function compare(expected: Trace, actual: Trace): Difference | undefined {
  const length = Math.max(expected.length, actual.length);
  for (let index = 0; index < length; index++) {
    if (expected[index] !== actual[index]) return { index, expected, actual };
  }
  return undefined;
}

/** The first differing lines, `context` lines before and after them. */
export function formatDifference(difference: Difference, context = 4): string {
  const { index, expected, actual } = difference;
  const from = Math.max(0, index - context);
  const window = (lines: Trace) =>
    lines.slice(index, index + context).concat(lines.length < index + context ? "(end)" : []);
  return [
    `first difference at line ${index + 1}:`,
    ...expected.slice(from, index).map((line) => `  ${line}`),
    ...window(expected).map((line) => `- ${line}`),
    ...window(actual).map((line) => `+ ${line}`),
  ].join("\n");
}
