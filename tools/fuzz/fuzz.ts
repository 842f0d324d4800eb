// Copyright 2026 the asyncio authors. MIT license.

/**
 * The differential fuzz itself: every program of a range of seeds, on CPython and on this library.
 *
 * @module
 */

import { compare, type Difference } from "./compare.ts";
import type { Form } from "./form.ts";
import type { Oracle } from "./oracle.ts";
import type { Case } from "./program.ts";
import { run } from "./run.ts";

/** A program on which this library and CPython differ. */
export interface Mismatch {
  case: Case;
  difference: Difference;
}

/** The seeds to try, and where their traces come from. */
export interface FuzzOptions {
  oracle: Oracle;
  form: Form;
  seed: number;
  count: number;
}

/** The mismatches among `count` seeds from `seed` on, in order. */
export async function* fuzz({ oracle, form, seed, count }: FuzzOptions): AsyncGenerator<Mismatch> {
  for await (const one of oracle.cases(seed, count)) {
    const difference = compare(one.trace, await run(one.program, form));
    if (difference) yield { case: one, difference };
  }
}
