// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { TEXTS } from "../../watch/chapters/texts.ts";
import { instrument, ProgramError, WATCH } from "../../watch/worker/instrument.ts";
import { programOf } from "./_programs.ts";

/** What a program reported. */
interface Report {
  readonly result: unknown;
  /** Lines in the order in which they ran. */
  readonly lines: number[];
  /** Functions that were entered, with their lines. */
  readonly entered: string[];
  /** How many are under way at the end. */
  readonly left: number;
}

const AsyncFunction = (async () => {}).constructor as new (
  ...namesAndBody: string[]
) => (...values: unknown[]) => Promise<void>;

/** Runs a program that gives its result to `give()`. */
async function report(source: string): Promise<Report> {
  let result: unknown;
  const lines: number[] = [];
  const entered: string[] = [];
  let left = 0;
  const watch = {
    module: (name: string) => ({ default: `default of ${name}`, a: 1, b: 2, name }),
    meta: { main: true },
    enter(name: string, line: number) {
      entered.push(`${name}:${line}`);
      left++;
      return { at: (line: number) => lines.push(line) };
    },
    leave: () => left--,
    pass: (line: number) => lines.push(line),
  };
  const program = new AsyncFunction(WATCH, "give", instrument(source));
  await program(watch, (value: unknown) => result = value);
  return { result, lines, entered: entered.slice(1), left };
}

/** Programs that use what can be written in more ways than one, and what they give. */
const PROGRAMS: Record<string, [source: string, result: unknown]> = {
  "branches without braces": [
    "const f = (n: number) => { if (n > 1) return 'many'; else if (n === 1) return 'one'; else return 'none'; };\n" +
    "give([f(0), f(1), f(2)]);",
    ["none", "one", "many"],
  ],
  "loops of all kinds": [
    "let n = 0;\nfor (let i = 0; i < 3; i++) n += i;\nfor (const x of [4, 5]) n += x;\n" +
    "for (const k in { a: 1 }) n += k.length;\nwhile (n < 20) n++;\ndo n++; while (n < 30);\n" +
    "for (;;) { if (n++ > 40) break; }\nfor (; n < 50; n++);\ngive(n);",
    50,
  ],
  "labels": [
    "let n = 0;\nouter: for (let i = 0; i < 5; i++) {\n  for (;;) {\n    if (i === 3) break outer;\n" +
    "    n++;\n    continue outer;\n  }\n}\ngive(n);",
    3,
  ],
  "a switch": [
    "const f = (n) => {\n  switch (n) {\n    case 1:\n      return 'one';\n    case 2: {\n      break;\n    }\n" +
    "    default:\n      return 'more';\n  }\n  return 'two';\n};\ngive([f(1), f(2), f(3)]);",
    ["one", "two", "more"],
  ],
  "classes": [
    "class A {\n  static n = 1;\n  static { A.n++; }\n  #x;\n  constructor(x: number) { this.#x = x; }\n" +
    "  get x() { return this.#x; }\n  set x(v) { this.#x = v; }\n  static make() { return new B(3); }\n}\n" +
    "class B extends A {\n  constructor(x) { super(x + A.n); this.x += 1; }\n  y = () => this.x;\n}\n" +
    "give(A.make().y());",
    6,
  ],
  "generators that delegate": [
    "function* inner() { try { return (yield 1) + (yield 2); } finally { log.push('out'); } }\n" +
    "const log = [];\nfunction* outer() { const sum = yield* inner(); yield sum; }\n" +
    "const g = outer();\nlog.push(g.next().value, g.next(10).value, g.next(20).value);\ng.next();\n" +
    "const h = outer();\nh.next();\nh.return();\ngive(log);",
    ["out", 1, 2, 30, "out"],
  ],
  "async functions and generators": [
    "async function* numbers() { for (let i = 0; i < 3; i++) yield i; }\n" +
    "const double = async (n: number) => await Promise.resolve(n * 2);\n" +
    "let sum = 0;\nfor await (const n of numbers()) sum += await double(n);\ngive(sum);",
    6,
  ],
  "types": [
    "interface X { a: number }\ntype Y = X | null;\nenum E { One = 1, Two }\n" +
    "const f = <T,>(x: T): T => x satisfies T;\nconst y: Y = { a: f(1 as number) }!;\ngive([y!.a, E.Two]);",
    [1, 2],
  ],
  "shorthands, defaults and spreads": [
    "const a = 1;\nconst { b = a + 1, ...rest } = { c: 3 };\nconst f = ({ x = () => 5 } = {}, ...more) => x() + more.length;\n" +
    "give([{ a, b, ...rest }, f(undefined, 1, 2), `${`${a}`}`]);",
    [{ a: 1, b: 2, c: 3 }, 7, "1"],
  ],
  "objects, parentheses and regular expressions": [
    "const f = () => ({ a: 1 });\nconst g = () => (1, 2);\ngive([f(), g(), /}\\/{/.test('}/{'), { get b() { return 1; } }.b]);",
    [{ a: 1 }, 2, true, 1],
  ],
  "imports and exports": [
    "import type { T } from 'types';\nimport d, { a, b as c } from 'one';\nimport * as all from 'two';\n" +
    "export const x = 1;\nexport function f() { return 2; }\nexport { a as z };\n" +
    "export default class { static q = 1; }\ngive([d, a, c, all.name, x, f(), import.meta.main]);",
    ["default of one", 1, 2, "two", 1, 2, true],
  ],
  "a hoisted function, and one in strict mode": [
    "give([f(), (function () { 'use strict'; return this === undefined; })()]);\nfunction f() { return 1; }",
    [1, true],
  ],
  "optional chaining, new.target, sequences": [
    "function F() { return new.target === F; }\nlet n = 0;\nif (n++, n) give([new F() instanceof F, null?.x ?? 'none', n]);",
    [true, "none", 1],
  ],
};

for (const [name, [source, result]] of Object.entries(PROGRAMS)) {
  Deno.test(`instrument() leaves alone what a program does: ${name}`, async () => {
    const { result: given, left } = await report(source);
    assertEquals([given, left], [result, 0]);
  });
}

Deno.test("instrument() tells the line before each statement, and the functions under way", async () => {
  const { lines, entered } = await report(`const add = function (a: number, b: number) {
  const sum = a + b;
  return sum;
};
function* count(n: number) {
  for (let i = 0; i < n; i++) {
    yield add(
      i,
      1,
    );
  }
}
const object = { method() {} };
object.method();
for (const n of count(2)) give(n);`);
  assertEquals(lines, [1, 13, 14, 15, 6, 6, 7, 2, 3, 15, 6, 7, 2, 3, 15, 6]);
  assertEquals(entered, ["method:13", "count:5", "add:1", "add:1"]);
});

Deno.test("instrument() keeps every line of the chapters where it is", async () => {
  for (const { id } of TEXTS) {
    const source = await programOf(id);
    const made = instrument(source).split("\n");
    source.split("\n").forEach((line, i) => {
      const call = /console\.log\(/.exec(line)?.[0];
      if (call !== undefined) assertStringIncludes(made[i]!, call, `${id}:${i + 1}`);
    });
  }
});

Deno.test("instrument() tells the line of what cannot be read", () => {
  for (
    const [source, line, text] of [
      ["const a = 1;\nconst const = 2;", 2, "Unexpected"],
      ["let a;\n\nlet a;", 3, "already been declared"],
      ["f(\n", 2, "Unexpected"],
      ["return 5", 1, "'return' outside of function"],
    ] as const
  ) {
    const error = assertThrows(() => instrument(source), ProgramError, text);
    assertEquals(error.line, line, source);
    assert(!/\(\d+:\d+\)/.test(error.message), error.message);
  }
});
