// Copyright 2026 the asyncio authors. MIT license.

/**
 * The machine and the Pythons on it.
 *
 * @module
 */

/** A Python that can run the counterparts. */
export interface Python {
  path: string;
  version: string;
  /** The version of uvloop that it imports, if it has one. */
  uvloop?: string;
}

/** What the benchmarks compare with, and why a comparison is missing. */
export interface Environment {
  /** The Python whose asyncio is measured. */
  asyncio: Python | undefined;
  /** A Python that imports uvloop. */
  uvloop: Python | undefined;
}

/** The oldest Python that has `asyncio.Runner`. */
const MINIMUM = [3, 11] as const;

/** Where uvloop is looked for besides the Python that runs asyncio: Debian's package lands there. */
const SYSTEM_PYTHON = "/usr/bin/python3";

/** Finds the Pythons: that at `path`, or the first `python3` on `PATH`. */
export async function findEnvironment(path = "python3"): Promise<Environment> {
  const asyncio = await probe(path);
  const uvloop = asyncio?.uvloop ? asyncio : await probe(SYSTEM_PYTHON);
  return { asyncio, uvloop: uvloop?.uvloop ? uvloop : undefined };
}

/** Date, machine and versions, one a line. */
export function describeEnvironment({ asyncio, uvloop }: Environment): string[] {
  const { deno, v8 } = Deno.version;
  const missing = `no python3 >= ${MINIMUM.join(".")} found`;
  return [
    `date:    ${new Date().toISOString().slice(0, 10)}`,
    `machine: ${cpuModel()}, ${navigator.hardwareConcurrency} cores, ${Deno.build.target}`,
    `Deno:    ${deno} (V8 ${v8})`,
    `asyncio: ${asyncio ? `CPython ${asyncio.version}` : missing}`,
    `uvloop:  ${uvloop ? `${uvloop.uvloop} on CPython ${uvloop.version}` : "not importable"}`,
  ];
}

async function probe(path: string): Promise<Python | undefined> {
  const script = `
import json, sys
try:
    import uvloop
    version = uvloop.__version__
except ImportError:
    version = None
print(json.dumps([list(sys.version_info[:3]), version]))`;
  const answer = await outputOf(path, ["-c", script]);
  if (answer === undefined) return undefined;
  const [version, uvloop] = JSON.parse(answer);
  const [major, minor] = version;
  if (major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1])) return undefined;
  return { path, version: version.join("."), ...(uvloop ? { uvloop } : {}) };
}

/** What a command prints, or `undefined` if there is no such command or it fails. */
async function outputOf(path: string, args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(path, { args, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch {
    return undefined;
  }
}

function cpuModel(): string {
  try {
    const info = Deno.readTextFileSync("/proc/cpuinfo");
    return /^model name\s*:\s*(.+)$/m.exec(info)?.[1] ?? "unknown CPU";
  } catch {
    return "unknown CPU";
  }
}
