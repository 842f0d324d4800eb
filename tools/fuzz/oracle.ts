// Copyright 2026 the asyncio authors. MIT license.

/**
 * Where the reference traces come from: a CPython inside this process or beside it.
 *
 * @module
 */

import { lines } from "./lines.ts";
import type { Case } from "./program.ts";

/** Makes programs and knows what CPython does with them. */
export interface Oracle {
  /** The version of its CPython. */
  readonly version: string;
  /** The programs of `count` seeds from `seed` on, with their traces. */
  cases(seed: number, count: number): AsyncIterable<Case>;
}

const FILES = ["generate.py", "reference.py"];

/** Seeds for which the embedded CPython keeps its output at a time. */
const CHUNK = 500;

/** The oldest Python whose traces are those of the reference level. */
const MINIMUM = [3, 13] as const;

/**
 * CPython 3.14, compiled to WebAssembly, in this process: needs nothing but Deno.
 *
 * @returns The oracle, loaded (about two seconds).
 */
export async function embeddedPython(): Promise<Oracle> {
  const { loadPyodide } = await import("pyodide");
  const python = await loadPyodide();
  for (const file of FILES) {
    python.FS.writeFile(file, await Deno.readTextFile(new URL(file, import.meta.url)));
  }
  // Pyodide runs an event loop of its own, which asyncio must not see.
  const generate: (seed: number, count: number) => string = python.runPython(`
import asyncio, contextlib, io, sys
asyncio.events._set_running_loop(None)
sys.path.insert(0, ".")
import generate

def output(seed, count):
    sys.argv = ["generate.py", str(seed), str(count)]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        generate.main()
    return out.getvalue()

output
`);
  return {
    version: python.runPython("sys.version.split()[0]"),
    async *cases(seed, count) {
      for (let done = 0; done < count; done += CHUNK) {
        const output = generate(seed + done, Math.min(CHUNK, count - done));
        for (const line of output.trimEnd().split("\n")) yield JSON.parse(line);
      }
    },
  };
}

/**
 * The Python at `path`, as a child process: for big runs.
 *
 * @throws {Error} If there is no Python 3.13 or later at `path`.
 */
export async function nativePython(path: string): Promise<Oracle> {
  const version = await pythonVersion(path);
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1])) {
    throw new Error(`Python ${MINIMUM.join(".")} or later is needed: ${path} is ${version}`);
  }
  const script = new URL("generate.py", import.meta.url).pathname;
  return {
    version,
    async *cases(seed, count) {
      const args = ["-B", script, String(seed), String(count)];
      const child = new Deno.Command(path, { args, stdout: "piped" }).spawn();
      for await (const line of lines(child.stdout)) {
        yield JSON.parse(line);
      }
      const { code } = await child.status;
      if (code !== 0) throw new Error(`${path} generate.py ended with exit code ${code}`);
    },
  };
}

async function pythonVersion(path: string): Promise<string> {
  const args = ["-c", "import sys; print(sys.version.split()[0])"];
  try {
    const { success, stdout } = await new Deno.Command(path, { args, stderr: "null" }).output();
    if (success) return new TextDecoder().decode(stdout).trim();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw new Error(`no Python at ${path}`);
}
