// Copyright 2026 the asyncio authors. MIT license.

/**
 * Differential fuzz against CPython.
 *
 *     deno task fuzz SEED COUNT [--async] [--python PATH]
 *
 * Tries COUNT seeds from SEED on, with generator coroutines or, by `--async`, with async functions.
 * The reference is the CPython 3.14 of `npm:pyodide`, or a Python 3.13 or later given by `--python`,
 * which is faster on big runs. Exit code: 0 for no mismatch, 1 for some, 2 for bad usage.
 *
 * @module
 */

import { formatDifference } from "./compare.ts";
import { asyncForm, type Form, generatorForm } from "./form.ts";
import { fuzz, type Mismatch } from "./fuzz.ts";
import { embeddedPython, nativePython, type Oracle } from "./oracle.ts";

const USAGE = "usage: deno task fuzz SEED COUNT [--async] [--python PATH]";

/** Mismatches that are printed in full; the others only by their seed. */
const SHOWN = 3;

interface Arguments {
  seed: number;
  count: number;
  form: Form;
  python?: string;
}

/** A wrong command line. */
class UsageError extends Error {
  override name = "UsageError";
}

async function main(args: string[]): Promise<number> {
  const { seed, count, form, python } = parse(args);
  const oracle = await loadOracle(python);
  let mismatches = 0;
  for await (const mismatch of fuzz({ oracle, form, seed, count })) {
    console.log(format(mismatch, ++mismatches <= SHOWN));
  }
  console.log(
    `CPython ${oracle.version}, ${form.name} form: ` +
      `${count} seeds tried (${seed} to ${seed + count - 1}), ${mismatches} mismatches`,
  );
  return mismatches === 0 ? 0 : 1;
}

async function loadOracle(python: string | undefined): Promise<Oracle> {
  if (python === undefined) return await embeddedPython();
  try {
    return await nativePython(python);
  } catch (error) {
    throw new UsageError(`--python: ${(error as Error).message}`);
  }
}

function parse(args: string[]): Arguments {
  const numbers: number[] = [];
  const options: { form: Form; python?: string } = { form: generatorForm };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--async") options.form = asyncForm;
    else if (arg === "--python") options.python = args[++i] ?? usage("--python needs a path");
    else if (/^\d+$/.test(arg)) numbers.push(Number(arg));
    else usage(`unknown argument ${JSON.stringify(arg)}`);
  }
  const [seed, count, ...rest] = numbers;
  if (seed === undefined || count === undefined || count === 0 || rest.length > 0) {
    usage("a seed and a positive count are needed");
  }
  return { seed, count, ...options };
}

function usage(problem: string): never {
  throw new UsageError(`${problem}; ${USAGE}`);
}

function format({ case: { seed, program, trace }, difference }: Mismatch, full: boolean): string {
  const title = `seed ${seed}: mismatch (${trace.length} lines)`;
  return full
    ? `${title}\n${JSON.stringify(program)}\n${formatDifference(difference)}\n`
    : `${title}, line ${difference.index + 1}`;
}

if (import.meta.main) {
  try {
    Deno.exitCode = await main(Deno.args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    Deno.exitCode = 2;
  }
}
