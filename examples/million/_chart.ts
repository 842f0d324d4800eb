// Copyright 2026 the asyncio authors. MIT license.

/**
 * The chart of benchmark.ts, as SVG: two bars for each row of the table, on a logarithmic scale.
 *
 * @module
 */

/** A row of the table: seconds, or `null` for what did not finish. */
export interface Row {
  readonly workers: number;
  readonly threads: number | null;
  readonly tasks: number | null;
}

const SIZE = { width: 720, height: 420 };
const PLOT = { left: 70, right: 700, top: 80, bottom: 350 };
const BAR = { width: 50, gap: 6 };
const SERIES = [
  { key: "threads", label: "threading", color: "#d55e00" },
  { key: "tasks", label: "asyncio", color: "#0072b2" },
] as const;

/** Draws the chart. */
export function chart(title: string, rows: readonly Row[]): string {
  const scale = new Scale(rows.flatMap(({ threads, tasks }) => [threads, tasks]));
  const width = (PLOT.right - PLOT.left) / rows.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" ` +
    `font-family="sans-serif" font-size="13" role="img">`,
    `<title>${escape(title)}</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    label(PLOT.left, 30, title, `font-size="17" font-weight="bold"`),
    ...legend(),
    ...scale.decades.flatMap((seconds) => gridLine(seconds, scale)),
    ...rows.flatMap((row, i) => group(row, PLOT.left + width * (i + 0.5), scale)),
    label(centre, PLOT.bottom + 50, "concurrent tasks", `text-anchor="middle"`),
    `</svg>`,
    "",
  ].join("\n");
}

const centre = (PLOT.left + PLOT.right) / 2;

/** From seconds to pixels: whole decades, with all values between them. */
class Scale {
  readonly decades: readonly number[];
  readonly #low: number;
  readonly #high: number;

  constructor(values: readonly (number | null)[]) {
    const logs = values.filter((value) => value !== null).map((value) => Math.log10(value));
    this.#low = Math.floor(Math.min(0, ...logs));
    this.#high = Math.max(this.#low + 1, Math.ceil(Math.max(...logs, 0)));
    const decades = this.#high - this.#low + 1;
    this.decades = Array.from({ length: decades }, (_, i) => 10 ** (this.#low + i));
  }

  y(seconds: number): number {
    const part = (Math.log10(seconds) - this.#low) / (this.#high - this.#low);
    return round(PLOT.bottom - part * (PLOT.bottom - PLOT.top));
  }
}

function legend(): string[] {
  return SERIES.flatMap(({ label: text, color }, i) => {
    const x = PLOT.left + i * 110;
    return [rect(x, 44, 12, 12, `fill="${color}"`), label(x + 18, 55, text)];
  });
}

function gridLine(seconds: number, scale: Scale): string[] {
  const y = scale.y(seconds);
  return [
    `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${y}" y2="${y}" stroke="#ddd"/>`,
    label(PLOT.left - 8, y + 4, `${Number(seconds.toPrecision(1))} s`, `text-anchor="end"`),
  ];
}

/** The bars of a row, around `x`. */
function group(row: Row, x: number, scale: Scale): string[] {
  const name = row.workers.toLocaleString("en");
  return [
    ...SERIES.flatMap(({ key, color }, i) => {
      const left = x - BAR.width - BAR.gap / 2 + i * (BAR.width + BAR.gap);
      return bar(left, row[key], color, scale);
    }),
    label(x, PLOT.bottom + 22, name, `text-anchor="middle"`),
  ];
}

function bar(left: number, seconds: number | null, color: string, scale: Scale): string[] {
  const x = left + BAR.width / 2;
  if (seconds === null) {
    const [y, turned] = [PLOT.bottom - 10, round(x + 4)];
    const turn = `transform="rotate(-90 ${turned} ${y})" fill="${color}"`;
    return [label(turned, y, "did not finish", turn)];
  }
  const top = scale.y(seconds);
  return [
    rect(left, top, BAR.width, PLOT.bottom - top, `fill="${color}"`),
    label(x, top - 5, seconds.toFixed(3), `text-anchor="middle" font-size="11"`),
  ];
}

function rect(x: number, y: number, width: number, height: number, more: string): string {
  const size = `width="${width}" height="${round(height)}"`;
  return `<rect x="${round(x)}" y="${round(y)}" ${size} ${more}/>`;
}

function label(x: number, y: number, text: string, more = ""): string {
  return `<text x="${round(x)}" y="${round(y)}" ${more}>${escape(text)}</text>`;
}

function round(pixels: number): number {
  return Number(pixels.toFixed(1));
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
