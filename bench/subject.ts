// Copyright 2026 the asyncio authors. MIT license.

/**
 * What a benchmark is made of: subjects, the competitors that each is measured on, their samples.
 *
 * @module
 */

import type { Environment } from "./environment.ts";

/** One figure of a subject; lower is better for every one. */
export interface Metric {
  /** The name of its value in a sample. */
  key: string;
  /** Its row in the table. */
  label: string;
  /** The same where it is the heading of a column. */
  heading?: string;
  /** Its unit, `ns` or `MB` say. */
  unit: string;
}

/** The values of one run, by the keys of the metrics. */
export type Sample = Record<string, number>;

/** An implementation that a subject is measured on. */
export interface Competitor {
  /** Its column in the table. */
  name: string;
  /** Runs the workload once, in a child process. */
  sample(): Promise<Sample>;
}

/** A workload. */
export interface Subject {
  /** How the command line calls it. */
  name: string;
  /** What it does, in a line. */
  title: string;
  /** Its figures. */
  metrics: readonly Metric[];
  /** How often each competitor runs, unless the command line says so. */
  rounds: number;
  /**
   * Whether its table has a line for each competitor, and a column for each figure with how many times
   * that of C it is.
   */
  besideC?: boolean;
  /**
   * Its samples, where the competitors are not measured one after the other; `rounds` is not used then.
   * When `isStopped()`, it gives what it has.
   */
  together?(
    environment: Environment,
    isStopped: () => boolean,
  ): Promise<ReadonlyMap<string, readonly Sample[]>>;
  /** What it needs besides, with its version, or that it is missing: `Bun:     1.4.5`, a line each. */
  describe?(): string[];
  /** Those of its competitors that this machine has. */
  competitors(environment: Environment): Competitor[];
}

/** The columns of the table, in order. */
export const COLUMNS = {
  sync: "runSync()",
  native: "native loop",
  syncBuffered: "runSync(), buffered protocol",
  syncProtocol: "runSync(), protocol",
  syncStreams: "runSync(), streams",
  nativeBuffered: "native loop, buffered protocol",
  nativeProtocol: "native loop, protocol",
  nativeStreams: "native loop, streams",
  denoStreams: "Deno's sockets, streams",
  protocol: "protocol",
  generators: "generators",
  asyncFunctions: "async functions",
  callbacks: "callbacks",
  selectSync: "selectSync()",
  loop: "poll(), prepare()",
  select: "select()",
  c: "C",
  bareDeno: "bare Deno",
  node: "Node",
  bun: "Bun",
  selectors: "selectors",
  asyncioProtocol: "asyncio, protocol",
  asyncioStreams: "asyncio, streams",
  asyncio: "asyncio",
  uvloopBuffered: "uvloop, buffered protocol",
  uvloopProtocol: "uvloop, protocol",
  uvloopStreams: "uvloop, streams",
  uvloop: "uvloop",
} as const;
