// Copyright 2026 the asyncio authors. MIT license.

/**
 * Reads TypeScript just far enough to tell code from comments and strings, so that the layer check
 * sees what a file does and not what it talks about.
 *
 * @module
 */

/** A string literal: where it opens, and what stands between its quotes. */
export interface StringLiteral {
  readonly start: number;
  readonly value: string;
}

/** What {@linkcode scan} finds. */
export interface Scanned {
  /**
   * The source, character for character, with comments turned to spaces and the insides of strings
   * and regular expressions to `·`. Line breaks stay.
   */
  readonly code: string;
  /** The string literals in quotes (templates are not among them), in order. */
  readonly strings: readonly StringLiteral[];
}

/** After one of these a `/` opens a regular expression; after anything else it divides. */
const BEFORE_REGEXP =
  /(?:^|[=(,:;[!&|?{}+\-*%<>~^]|\b(?:return|typeof|case|in|of|delete|void|throw|yield|await))$/;

/** Separates code from comments and strings. */
export function scan(source: string): Scanned {
  const scanner = new Scanner(source);
  scanner.run();
  return { code: scanner.code, strings: scanner.strings };
}

class Scanner {
  readonly strings: StringLiteral[] = [];
  code = "";
  readonly #source: string;
  /** One number for each template whose `${` is open: the braces open inside it. */
  readonly #templates: number[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  get #at(): number {
    return this.code.length;
  }

  run(): void {
    while (this.#at < this.#source.length) this.#step();
  }

  #step(): void {
    const char = this.#source[this.#at]!;
    const pair = char + (this.#source[this.#at + 1] ?? "");
    if (pair === "//") this.#blank(this.#endOf(/\n/g), " ");
    else if (pair === "/*") this.#blank(this.#endOf(/\*\//g, 2), " ");
    else if (char === '"' || char === "'") this.#string(char);
    else if (char === "`") this.#template();
    else if (char === "/" && BEFORE_REGEXP.test(this.code.trimEnd())) this.#regExp();
    else this.#brace(char);
  }

  /** Copies one character of code, minding the brace that ends a template's `${`. */
  #brace(char: string): void {
    const last = this.#templates.length - 1;
    if (last < 0 || (char !== "{" && char !== "}")) {
      this.code += char;
    } else if (char === "{") {
      this.#templates[last]!++;
      this.code += char;
    } else if (this.#templates[last]! > 0) {
      this.#templates[last]!--;
      this.code += char;
    } else {
      this.#templates.pop();
      this.#template();
    }
  }

  #string(quote: string): void {
    const start = this.#at;
    const end = this.#endOf(quote === '"' ? /\\.|"|\n/gs : /\\.|'|\n/gs, 1);
    this.strings.push({ start, value: this.#source.slice(start + 1, end - 1) });
    this.#literal(end);
  }

  /** From a template's opening quote or the `}` of a hole, to the next hole or the closing quote. */
  #template(): void {
    const end = this.#endOf(/\\.|`|\$\{/gs, 1);
    if (this.#source[end - 1] === "{") this.#templates.push(0);
    this.#literal(end);
  }

  #regExp(): void {
    this.#literal(this.#endOf(/\\.|\[(?:\\.|[^\]\\\n])*\]|\/|\n/g, 1));
  }

  /** Copies a literal, keeping its first and last character and masking what is between. */
  #literal(end: number): void {
    this.code += this.#source[this.#at];
    this.#blank(end - 1, "·");
    if (this.#at < end) this.code += this.#source[this.#at];
  }

  /** Masks up to `end`, leaving line breaks. */
  #blank(end: number, mask: string): void {
    this.code += this.#source.slice(this.#at, end).replace(/[^\n]/g, mask);
  }

  /**
   * The end of the first match of `pattern` from `skip` characters on that is one of the literal's
   * end, an escape or a character class being no end; the source's end if there is none.
   */
  #endOf(pattern: RegExp, skip = 0): number {
    pattern.lastIndex = this.#at + skip;
    for (let match = pattern.exec(this.#source); match; match = pattern.exec(this.#source)) {
      if (!/^[\\[]/.test(match[0])) return pattern.lastIndex;
    }
    return this.#source.length;
  }
}
