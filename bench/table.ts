// Copyright 2026 the asyncio authors. MIT license.

/**
 * Medians or minima, ratios and the table that shows them.
 *
 * @module
 */

import { COLUMNS, type Metric, type Sample } from "./subject.ts";

/** The samples of a subject, by competitor. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

const HEADINGS = Object.values(COLUMNS);

/** What the others are compared with in a table of lines by competitor. */
const LEAST = COLUMNS.c;

/** The column that the others are compared with: what users would run in place of ours. */
const THEIRS = COLUMNS.asyncio;

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The least value. */
export function minimum(values: readonly number[]): number {
  return Math.min(...values);
}

/** The rows of a subject: of each metric one value by competitor, and how many times as good it is as theirs. */
export function rows(
  metrics: readonly Metric[],
  samples: Samples,
  summary: (values: readonly number[]) => number = median,
): string[][] {
  return metrics.map(({ key, label, unit }) => {
    const summaries = new Map([...samples].map(
      ([name, list]) => [name, summaryOf(list, key, summary)],
    ));
    const theirs = summaries.get(THEIRS) ?? NaN;
    return [
      `${label}, ${unit}`,
      ...HEADINGS.map((name) => {
        const value = summaries.get(name);
        if (value === undefined || Number.isNaN(value)) return "-";
        return name === THEIRS || Number.isNaN(theirs)
          ? round(value)
          : `${round(value)} (${round(theirs / value)}x)`;
      }),
    ];
  });
}

/** The summary of the samples that have a value. */
function summaryOf(
  samples: readonly Sample[],
  key: string,
  summary: (values: readonly number[]) => number,
): number {
  const values = samples.map((sample) => sample[key]).filter((value) => value !== undefined);
  return values.length === 0 ? NaN : summary(values);
}

/** A Markdown table of a line for each competitor: of each metric its value, and how many times that of C. */
export function tableBesideC(
  metrics: readonly Metric[],
  samples: Samples,
  summary: (values: readonly number[]) => number = median,
): string {
  const least = samples.get(LEAST) ?? [];
  const lines = HEADINGS.filter((name) => samples.has(name)).map((name) => [
    name,
    ...metrics.map(({ key }) => {
      const value = summaryOf(samples.get(name)!, key, summary);
      const times = value / summaryOf(least, key, summary);
      if (Number.isNaN(value)) return "-";
      return !Number.isFinite(times) ? round(value) : `${round(value)} (${times.toFixed(2)})`;
    }),
  ]);
  return markdown([
    "",
    ...metrics.map(({ heading, label, unit }) => heading ?? `${label}, ${unit}`),
  ], lines);
}

/** A Markdown table of `rows` under the headings of the columns that any of them has a value for. */
export function table(rows: readonly string[][]): string {
  const used = ["", ...HEADINGS].map((_, i) => i === 0 || rows.some((row) => row[i] !== "-"));
  const [heading, ...body] = [["", ...HEADINGS], ...rows].map((row) =>
    row.filter((_, i) => used[i])
  );
  return markdown(heading!, body);
}

function markdown(heading: readonly string[], body: readonly (readonly string[])[]): string {
  const all = [heading, ...body];
  const widths = all[0]!.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  const line = (row: readonly string[]) => {
    const cells = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)
    );
    return `| ${cells.join(" | ")} |`;
  };
  const rule = widths.map((width, i) => i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`);
  return [line(all[0]!), `| ${rule.join(" | ")} |`, ...all.slice(1).map(line)].join("\n");
}

/** Three significant digits, without an exponent. */
function round(value: number): string {
  const magnitude = Math.floor(Math.log10(Math.abs(value) || 1));
  return value.toFixed(Math.min(3, Math.max(0, 2 - magnitude)));
}
