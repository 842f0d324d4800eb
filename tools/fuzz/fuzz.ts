// Copyright 2026 the asyncio authors. MIT license.

/**
 * The differential fuzz itself: every program of a range of seeds, on CPython and on this library.
 *
 * @module
 */

import { compareByTask, compareWhole, type Comparison, type Difference } from "./compare.ts";
import { asyncForm, type Form, generatorForm } from "./form.ts";
import type { Oracle } from "./oracle.ts";
import type { Case } from "./program.ts";
import { run } from "./run.ts";

/** A form of coroutine and what must agree when programs are written in it. */
export interface Mode {
  name: "generator" | "async";
  form: Form;
  compare: Comparison;
}

/** Generator coroutines: the whole trace, line for line. */
export const generatorMode: Mode = {
  name: "generator",
  form: generatorForm,
  compare: compareWhole,
};

/** Async functions: each task's own lines, for a native `await` takes microtasks of its own. */
export const asyncMode: Mode = { name: "async", form: asyncForm, compare: compareByTask };

/** A program on which this library and CPython differ. */
export interface Mismatch {
  case: Case;
  difference: Difference;
}

/** The seeds to try, and where their traces come from. */
export interface FuzzOptions {
  oracle: Oracle;
  mode: Mode;
  seed: number;
  count: number;
}

/** The mismatches among `count` seeds from `seed` on, in order. */
export async function* fuzz({ oracle, mode, seed, count }: FuzzOptions): AsyncGenerator<Mismatch> {
  for await (const one of oracle.cases(seed, count)) {
    const difference = mode.compare(one.trace, await run(one.program, mode.form));
    if (difference) yield { case: one, difference };
  }
}
