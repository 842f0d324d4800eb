// Copyright 2026 the asyncio authors. MIT license.

/**
 * The benchmarks: this library beside CPython's asyncio and uvloop, in one run.
 *
 *     deno task bench [NAME ...] [--rounds N] [--minima] [--python PATH]
 *
 * Every sample is taken in a child process; the competitors of a subject alternate, round by round,
 * and the table shows medians; with `--minima` the best of each, for a machine that others use too.
 * Ctrl-C ends the measuring, and the table shows what there is by then. asyncio is measured where a `python3` of 3.11 or later is on the
 * `PATH` (or given by `--python`), uvloop where that Python or the system's imports it. Servers and
 * their clients share one processor, number 0 unless `BENCH_CPU` names another.
 *
 * @module
 */

import { describeEnvironment, type Environment, findEnvironment } from "./environment.ts";
import type { Sample, Subject } from "./subject.ts";
import { median, minimum, rows, type Samples, table, tableBesideC } from "./table.ts";
import { subject as accept } from "./accept_bench.ts";
import { subject as busy } from "./busy_bench.ts";
import { subject as echo } from "./echo_bench.ts";
import { subject as executor } from "./executor_bench.ts";
import { subject as fire } from "./fire_bench.ts";
import { subject as idle } from "./idle_bench.ts";
import { subject as nativeCalls } from "./native_calls_bench.ts";
import { subject as nativeLoop } from "./native_loop_bench.ts";
import { subject as nativeEcho } from "./native_echo_bench.ts";
import { subject as lines } from "./lines_bench.ts";
import { subject as lock } from "./lock_bench.ts";
import { subject as oneway } from "./oneway_bench.ts";
import { subject as nats } from "./nats_bench.ts";
import { subject as queue } from "./queue_bench.ts";
import { subject as sleepTable } from "./sleep_table_bench.ts";
import { subject as sleepers } from "./sleepers_bench.ts";
import { subject as spawn } from "./spawn_bench.ts";
import { subject as taskSwitch } from "./task_switch_bench.ts";
import { subject as timer } from "./timer_bench.ts";
import { subject as tls } from "./tls_bench.ts";

const SUBJECTS: readonly Subject[] = [
  taskSwitch,
  spawn,
  queue,
  lock,
  timer,
  fire,
  sleepers,
  sleepTable,
  echo,
  accept,
  oneway,
  tls,
  lines,
  busy,
  idle,
  nativeLoop,
  nativeEcho,
  nativeCalls,
  executor,
  nats,
];

const NAMES = SUBJECTS.map((subject) => subject.name);
const USAGE = `usage: deno task bench [${
  NAMES.join("|")
} ...] [--rounds N] [--minima] [--python PATH]`;

interface Arguments {
  subjects: readonly Subject[];
  rounds?: number;
  minima?: boolean;
  python?: string;
}

/** A wrong command line. */
class UsageError extends Error {
  override name = "UsageError";
}

async function main(args: string[]): Promise<void> {
  const { subjects, rounds: asked, minima = false, python } = parse(args);
  const environment = await findEnvironment(python);
  if (python !== undefined && !environment.asyncio) {
    throw new UsageError(`--python: no Python 3.11 or later at ${python}`);
  }
  const body: string[][] = [];
  const besideC: string[] = [];
  const summary = minima ? minimum : median;
  for (const subject of subjects) {
    const samples = await measure(subject, environment, asked);
    if (subject.besideC) besideC.push(tableBesideC(subject.metrics, samples, summary));
    else body.push(...rows(subject.metrics, samples, summary));
  }
  const more = subjects.flatMap((subject) => subject.describe?.() ?? []);
  console.log([...describeEnvironment(environment), ...more].join("\n"));
  const of = `${minima ? "Minima" : "Medians"}; lower is better. In brackets, how many times`;
  for (const text of besideC) console.log(`${of} that of C.\n\n${text}\n`);
  if (body.length === 0) return;
  console.log(`${of} as fast as asyncio; of memory, how many times as small.\n`);
  console.log(table(body));
}

let isStopped = false;

/** The samples of every competitor, taken in turn. */
async function measure(
  subject: Subject,
  environment: Environment,
  rounds = subject.rounds,
): Promise<Samples> {
  if (subject.together !== undefined) return await subject.together(environment, () => isStopped);
  const competitors = subject.competitors(environment);
  const samples = new Map<string, Sample[]>(competitors.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const { name, sample } of competitors) {
      if (isStopped) break;
      console.error(`${subject.title}: round ${round} of ${rounds}, ${name}`);
      try {
        samples.get(name)!.push(await sample());
      } catch (error) {
        // Ctrl-C ends the children, too.
        if (!isStopped) throw error;
      }
    }
  }
  return new Map([...samples].filter(([, taken]) => taken.length > 0));
}

function parse(args: string[]): Arguments {
  const names: string[] = [];
  const options: { rounds?: number; minima?: boolean; python?: string } = {};
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--rounds") options.rounds = Number(args[++i]);
    else if (arg === "--minima") options.minima = true;
    else if (arg === "--python") options.python = args[++i] ?? usage("--python needs a path");
    else if (NAMES.includes(arg)) names.push(arg);
    else usage(`unknown argument ${JSON.stringify(arg)}`);
  }
  const { rounds = 1 } = options;
  if (!Number.isInteger(rounds) || rounds < 1) usage("--rounds needs a positive whole number");
  const chosen = SUBJECTS.filter(({ name }) => names.length === 0 || names.includes(name));
  return { subjects: chosen, ...options };
}

function usage(problem: string): never {
  throw new UsageError(`${problem}; ${USAGE}`);
}

if (import.meta.main) {
  Deno.addSignalListener("SIGINT", () => isStopped = true);
  try {
    await main(Deno.args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    Deno.exitCode = 2;
  }
  Deno.exit();
}
