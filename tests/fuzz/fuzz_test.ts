// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { compare, formatDifference } from "../../tools/fuzz/compare.ts";
import { asyncForm, type Form, generatorForm } from "../../tools/fuzz/form.ts";
import { fuzz } from "../../tools/fuzz/fuzz.ts";
import { embeddedPython, type Oracle } from "../../tools/fuzz/oracle.ts";
import type { Case, Op, Program } from "../../tools/fuzz/program.ts";
import { run } from "../../tools/fuzz/run.ts";

const FIRST = 1;
const COUNT = 2000;

// Loaded once, outside the tests: the sanitizers would take what it keeps open for a leak.
const oracle = await embeddedPython();

/** A fault put into a reference trace, so that the fuzz must see a mismatch. */
function altered(alter: (trace: string[]) => string[]): Oracle {
  return {
    version: oracle.version,
    async *cases(seed, count) {
      for await (const one of oracle.cases(seed, count)) {
        yield { ...one, trace: alter([...one.trace]) };
      }
    },
  };
}

async function mismatchedSeeds(oracle: Oracle, form: Form, count: number): Promise<string[]> {
  const found: string[] = [];
  for await (const { case: one, difference } of fuzz({ oracle, form, seed: FIRST, count })) {
    found.push(`seed ${one.seed}: ${formatDifference(difference)}`);
  }
  return found;
}

async function firstCase(): Promise<Case> {
  for await (const one of oracle.cases(FIRST, 1)) return one;
  throw new Error("no program");
}

for (const form of [generatorForm, asyncForm]) {
  Deno.test(`fuzz: seeds ${FIRST} to ${COUNT} agree with CPython 3.14, ${form.name} form`, async () => {
    assertEquals(await mismatchedSeeds(oracle, form, COUNT), []);
  });

  Deno.test(`fuzz catches every altered trace, ${form.name} form`, async () => {
    const drop = altered((trace) => trace.slice(0, -1));
    const add = altered((trace) => [...trace, "0 main log ended"]);
    const change = altered(([first, ...rest]) => [`${first}!`, ...rest]);
    for (const faulty of [drop, add, change]) {
      assertEquals((await mismatchedSeeds(faulty, form, 20)).length, 20);
    }
  });

  Deno.test(`fuzz catches a program that differs, ${form.name} form`, async () => {
    const { program, trace } = await firstCase();
    const log: Op = ["log"];
    const other: Program = { ...program, main: [log, ...program.main] };
    assert(compare(trace, await run(other, form)) !== undefined);
  });
}

Deno.test("compare() reports the first line that differs", () => {
  const expected = ["0 main log begin", "0 main log ended"];
  assertEquals(compare(expected, [...expected]), undefined);
  assertEquals(compare(expected, [expected[0]!])?.index, 1);
  assertEquals(compare([expected[0]!], expected)?.index, 1);
});

Deno.test("formatDifference() shows both sides with the lines before", () => {
  const difference = compare(["0 a", "0 b", "0 c"], ["0 a", "0 b", "1 c"])!;
  assertEquals(
    formatDifference(difference, 1),
    "first difference at line 3:\n  0 b\n- 0 c\n+ 1 c",
  );
});
