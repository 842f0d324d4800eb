// Copyright 2026 the asyncio authors. MIT license.

/**
 * Workloads as child processes: each sample has a process of its own, so that no implementation
 * runs on the heap or the compiled code of another.
 *
 * @module
 */

import {
  type Coroutine,
  type CoroutineFunction,
  nativeEventLoop,
  run,
  runSync,
} from "@asyncio/asyncio";
import type { Environment, Python } from "./environment.ts";
import { COLUMNS, type Competitor, type Sample, type Subject } from "./subject.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** The processor that pinned commands run on. */
const CPU = Deno.env.get("BENCH_CPU") ?? "0";

/** The workload of a subject in our two ways of writing coroutines; each gives one sample. */
export interface Workloads {
  generators: () => Coroutine<Sample>;
  /** Missing where the way of writing makes no difference. */
  asyncFunctions?: () => Coroutine<Sample>;
  /** The first again on a native loop, where the loop makes a difference. */
  native?: () => Coroutine<Sample>;
  /** The same in a run that blocks. */
  sync?: () => Coroutine<Sample>;
}

/** What is handed to `gather` and `createTask` in either way of writing. */
export type Startable = Coroutine<void> | CoroutineFunction<void>;

/** A subject whose workload is one program: this module, and its counterpart in `python/`. */
export interface Program extends Omit<Subject, "competitors"> {
  /** `import.meta.url` of the module. */
  module: string;
  workloads: Workloads;
}

/** Makes a subject of a program. */
export function programSubject({ module, workloads, ...subject }: Program): Subject {
  const file = new URL(module).pathname;
  const counterpart = file.replace(/([^/]+)\.ts$/, "python/$1.py");
  return {
    ...subject,
    competitors: (environment) => [
      ...Object.keys(workloads).map((style) => ({
        name: COLUMNS[style as keyof Workloads],
        sample: () => sampleOf(denoCommand(file, [style])),
      })),
      ...pythonCompetitors(environment, (python, loop) => {
        return sampleOf(pythonCommand(python, counterpart, [loop]));
      }),
    ],
  };
}

/** The main program of a subject's module: runs the workload named by the command line. */
export async function runProgram({ workloads }: Program): Promise<void> {
  const name = Deno.args[0] as keyof Workloads;
  const workload = workloads[name];
  if (!workload) throw new Error(`no such workload: ${name}`);
  const sample = name === "sync"
    ? runSync(workload)
    : await run(workload(), { loopFactory: name === "native" ? nativeEventLoop : null });
  console.log(JSON.stringify(sample));
}

/** The competitors that Python brings: its own loop and uvloop's, where they are installed. */
export function pythonCompetitors(
  { asyncio, uvloop }: Environment,
  sample: (python: Python, loop: "asyncio" | "uvloop") => Promise<Sample>,
): Competitor[] {
  return [
    ...(asyncio ? [{ name: COLUMNS.asyncio, sample: () => sample(asyncio, "asyncio") }] : []),
    ...(uvloop ? [{ name: COLUMNS.uvloop, sample: () => sample(uvloop, "uvloop") }] : []),
  ];
}

/** A command that runs a module of ours. */
export function denoCommand(file: string, args: string[], pinned = false): Deno.Command {
  const all = ["run", "--allow-all", "--quiet", file, ...args];
  return command(Deno.execPath(), all, pinned, { cwd: ROOT });
}

/** A program of its own, pinned as the others are. */
export function programCommand(path: string, args: string[] = []): Deno.Command {
  return command(path, args, true, {});
}

/** A command whose output is read. A pinned one runs on one processor, the same as all pinned ones. */
function command(
  path: string,
  args: string[],
  pinned: boolean,
  options: Deno.CommandOptions,
): Deno.Command {
  if (pinned && Deno.build.os === "linux") [path, args] = ["taskset", ["-c", CPU, path, ...args]];
  return new Deno.Command(path, { args, stdout: "piped", ...options });
}

/**
 * A command that runs a Python counterpart.
 *
 * asyncio receives into a fresh buffer of 256 KB each time. By accident of the heap's layout glibc
 * may return it to the system and fetch it again for every message, which doubles asyncio's cost in
 * some servers and not in others. `MALLOC_TOP_PAD_` rules that out, in asyncio's favour; but it also ends
 * glibc's learning from how much is asked for, so that it would map and unmap such a buffer each time:
 * 26 us a message in place of 7. `MALLOC_MMAP_THRESHOLD_` says what it would have learned.
 */
export function pythonCommand(
  { path }: Python,
  file: string,
  args: string[],
  pinned = false,
): Deno.Command {
  const env = { MALLOC_TOP_PAD_: String(1 << 20), MALLOC_MMAP_THRESHOLD_: String(1 << 20) };
  return command(path, ["-B", file, ...args], pinned, { env });
}

/** Runs `command` to its end and reads the sample that it prints. */
export async function sampleOf(command: Deno.Command): Promise<Sample> {
  const { success, stdout } = await command.output();
  if (!success) throw new Error("a workload failed; its message stands above");
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Nanoseconds that `workload` takes, divided by `count`. */
export function* nanosecondsEach(count: number, workload: Coroutine<unknown>): Coroutine<number> {
  const start = performance.now();
  yield* workload;
  return ((performance.now() - start) * 1e6) / count;
}
