// Copyright 2026 the asyncio authors. MIT license.

/**
 * The C programs of the benchmarks: compiled by `gcc` where there is one.
 *
 * @module
 */

const programs = new Map<string, string | undefined>();

/** The executable of a program in `c/`, or `undefined` without a C compiler. */
export function cProgram(name: string): string | undefined {
  if (!programs.has(name)) programs.set(name, compile(name));
  return programs.get(name);
}

function compile(name: string): string | undefined {
  const source = new URL(`c/${name}.c`, import.meta.url).pathname;
  const executable = `${Deno.makeTempDirSync()}/${name}`;
  try {
    const args = ["-O2", "-o", executable, source];
    const { success } = new Deno.Command("gcc", { args, stderr: "inherit" }).outputSync();
    if (!success) throw new Error(`${source} does not compile; the message stands above`);
    return executable;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
