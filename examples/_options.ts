// Copyright 2026 the asyncio authors. MIT license.

/**
 * What every program of this folder does the same way, so that none repeats it: reads its options,
 * ends at SIGINT and SIGTERM, and says in one line what it cannot do.
 *
 * @module
 */

import type { AsyncContextManager, Coroutine, Server } from "@asyncio/asyncio";

/** One option: its default, and how its text is read. `undefined` says that the text is wrong. */
export interface Option<T> {
  readonly default: T;
  readonly rule: string;
  read(text: string): T | undefined;
}

/** Any text: `--host`, for one. */
export function text(value: string): Option<string> {
  return { default: value, rule: "a text", read: (text) => text || undefined };
}

/** A port. */
export function port(value: number): Option<number> {
  return whole(value, 0, 65_535);
}

/** A whole number, at least 1. */
export function count(value: number): Option<number> {
  return whole(value, 1, 1_000_000_000);
}

/** A whole number of any size: where random numbers begin. `null`: anywhere. */
export function seed(): Option<number | null> {
  return { ...whole(0, 0, 0xffff_ffff), default: null };
}

/** A time in seconds. */
export function seconds(value: number): Option<number> {
  const read = (text: string) => /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : undefined;
  return { default: value, rule: "a number of seconds", read };
}

function whole(value: number, least: number, most: number): Option<number> {
  const read = (text: string) => {
    const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    return number >= least && number <= most ? number : undefined;
  };
  return { default: value, rule: `a number from ${least} to ${most}`, read };
}

/** The value of each option. */
export type Values<O> = { [K in keyof O]: O[K] extends Option<infer T> ? T : never };

/** Reads the command line. What it does not understand ends the program with code 2. */
// deno-lint-ignore no-explicit-any
export function options<O extends Record<string, Option<any>>>(known: O): Values<O> {
  const values = Object.fromEntries(Object.entries(known).map(([name, o]) => [name, o.default]));
  const args = [...Deno.args];
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    if (arg === "--help" || arg === "-h") end(0, helpOn(known));
    const [, name, inline] = /^--([a-z]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const option = name !== undefined && Object.hasOwn(known, name) ? known[name] : undefined;
    if (option === undefined) end(2, `Unknown option: ${arg} (--help lists them)`);
    const text = inline ?? args.shift();
    if (text === undefined) end(2, `--${name} must be ${option.rule}, but nothing follows it`);
    const value = option.read(text);
    if (value === undefined) {
      end(2, `--${name} must be ${option.rule}, not ${JSON.stringify(text)}`);
    }
    values[name!] = value;
  }
  return values as Values<O>;
}

// deno-lint-ignore no-explicit-any
function helpOn(known: Record<string, Option<any>>): string {
  const lines = Object.entries(known).map(([name, option]) =>
    `  --${name.padEnd(10)}${option.rule} (default: ${option.default ?? "none"})`
  );
  return ["Options:", ...lines].join("\n");
}

function end(code: number, message: string): never {
  if (code === 0) console.log(message);
  else console.error(message);
  Deno.exit(code);
}

/** A signal that aborts at the first SIGINT or SIGTERM. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const abort = () => {
    for (const name of signals) Deno.removeSignalListener(name, abort);
    stop.abort();
  };
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const name of signals) Deno.addSignalListener(name, abort);
  return stop.signal;
}

/** How long clients may still receive what was sent to them when a server stops, in seconds. */
const GRACE = 1;

/**
 * The server itself as `asyncWith()` takes it, but closed, with all its clients, when the signal
 * aborts.
 */
export function closedBy(signal: AbortSignal, server: Server): AsyncContextManager<Server> {
  const close = () => {
    server.close();
    server.closeClients();
    server.getLoop().callLater(GRACE, () => server.abortClients());
  };
  return {
    *aenter(): Coroutine<Server> {
      signal.addEventListener("abort", close);
      if (signal.aborted) close();
      return yield* server.aenter();
    },
    *aexit(): Coroutine<void> {
      signal.removeEventListener("abort", close);
      yield* server.aexit();
    },
  };
}

/**
 * Runs a program. To be stopped is no error; what its surroundings refuse, such as a port that is
 * taken, is one line and code 1; anything else is a mistake in the program and keeps its stack.
 *
 * @param doing What it does: "serve on localhost:8000".
 */
export async function program(doing: string, main: () => Promise<unknown>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === "KeyboardInterrupt" || error.name === "CancelledError") return;
    if (!isOfSurroundings(error)) throw error;
    end(1, `Cannot ${doing}: ${error.message}`);
  }
}

function isOfSurroundings({ name, message }: Error): boolean {
  return Object.hasOwn(Deno.errors, name) ||
    /\(os error \d+\)|lookup address|^invalid (host|port)|^Address family/i.test(message);
}
