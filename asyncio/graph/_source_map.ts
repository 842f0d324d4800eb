// Copyright 2026 the asyncio authors. MIT license.

/** The lines that a program was written in, by those that the engine runs: its source map tells. */

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** A place in what the engine runs, and the line of the source; all from 0. */
interface Mapping {
  readonly column: number;
  readonly line: number;
}

/** A source map that is a part of its file, as the host makes them of TypeScript. */
export class SourceMap {
  /** For each line that the engine runs, in the order of their columns. */
  readonly #lines: readonly (readonly Mapping[])[];

  /** @param mappings The field of that name. */
  constructor(mappings: string) {
    this.#lines = decode(mappings);
  }

  /** The source map in a `data:` URL; `null` if it is none. */
  static fromUrl(url: string): SourceMap | null {
    const [, base64] = /^data:application\/json[^,]*;base64,(.*)$/s.exec(url) ?? [];
    if (base64 === undefined) return null;
    try {
      const { mappings } = JSON.parse(atob(base64)) as { mappings?: unknown };
      return typeof mappings === "string" ? new SourceMap(mappings) : null;
    } catch {
      return null;
    }
  }

  /** The line of the source; both from 0. `undefined` for what has been added to it. */
  lineOf(line: number, column: number): number | undefined {
    const mappings = this.#lines[line] ?? [];
    return (mappings.findLast((mapping) => mapping.column <= column) ?? mappings[0])?.line;
  }
}

function decode(mappings: string): Mapping[][] {
  // A map of one source: the number of the source, and the column there, are not asked for.
  let line = 0;
  return mappings.split(";").map((text) => {
    let column = 0;
    return text.split(",").flatMap((segment) => {
      const [columns, , lines] = numbersOf(segment);
      if (columns === undefined) return [];
      column += columns;
      if (lines === undefined) return [];
      line += lines;
      return { column, line };
    });
  });
}

/** Numbers of five bits a digit, the lowest first; the sixth says that there is more. */
function numbersOf(segment: string): number[] {
  const numbers: number[] = [];
  let number = 0;
  let shift = 0;
  for (const char of segment) {
    const digit = DIGITS.indexOf(char);
    if (digit < 0) return numbers;
    number |= (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    numbers.push(number & 1 ? -(number >>> 1) : number >>> 1);
    number = shift = 0;
  }
  return numbers;
}
