// Copyright 2026 the asyncio authors. MIT license.

/**
 * Compares traces: whole, or task by task.
 *
 * @module
 */

import type { Trace } from "./program.ts";

/** The first place where two traces part. */
export interface Difference {
  /** The task whose lines were compared, or `undefined` for the whole trace. */
  task?: string;
  /** Index of the first line that differs. */
  index: number;
  /** The reference's lines. */
  expected: Trace;
  /** The lines of the implementation under test. */
  actual: Trace;
}

/** A way of comparing the reference's trace with another. */
export type Comparison = (expected: Trace, actual: Trace) => Difference | undefined;

/** Equal line for line. */
export function compareWhole(expected: Trace, actual: Trace): Difference | undefined {
  const length = Math.max(expected.length, actual.length);
  for (let index = 0; index < length; index++) {
    if (expected[index] !== actual[index]) return { index, expected, actual };
  }
  return undefined;
}

/** Each task's own lines equal and in order, however those of different tasks interleave. */
export function compareByTask(expected: Trace, actual: Trace): Difference | undefined {
  const expectedLines = linesByTask(expected);
  const actualLines = linesByTask(actual);
  for (const task of new Set([...expectedLines.keys(), ...actualLines.keys()])) {
    const difference = compareWhole(expectedLines.get(task) ?? [], actualLines.get(task) ?? []);
    if (difference) return { ...difference, task };
  }
  return undefined;
}

/** The first differing lines, `context` lines before and after them. */
export function formatDifference(difference: Difference, context = 4): string {
  const { task, index, expected, actual } = difference;
  const from = Math.max(0, index - context);
  const window = (lines: Trace) =>
    lines.slice(index, index + context).concat(lines.length < index + context ? "(end)" : []);
  return [
    `first difference at line ${index + 1}${task === undefined ? "" : ` of task ${task}`}:`,
    ...expected.slice(from, index).map((line) => `  ${line}`),
    ...window(expected).map((line) => `- ${line}`),
    ...window(actual).map((line) => `+ ${line}`),
  ].join("\n");
}

/** The lines of each task; `-` has those of plain callbacks. */
function linesByTask(trace: Trace): Map<string, string[]> {
  const lines = new Map<string, string[]>();
  for (const line of trace) {
    const task = line.split(" ", 2)[1] ?? "";
    const own = lines.get(task);
    if (own) own.push(line);
    else lines.set(task, [line]);
  }
  return lines;
}
