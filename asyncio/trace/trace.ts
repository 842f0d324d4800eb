// Copyright 2026 the asyncio authors. MIT license.

/**
 * Runs a program, which knows nothing of it, and writes a trace of its loops.
 *
 * ```sh
 * deno run -A jsr:@asyncio/asyncio/trace -o trace.html server.ts --port 8080
 * ```
 *
 * A file that ends in `.html` is a page, which opens by itself: zoom, search, and the line at which each
 * task waited. One that ends in `.json` opens in Perfetto, `https://ui.perfetto.dev`. The program runs
 * in debug mode, with all permissions, and somewhat slower for it. Ctrl-C ends it; the trace is written.
 *
 * @example The same in a program of one's own
 * ```ts
 * import { run, sleep, Tracer } from "@asyncio/asyncio";
 *
 * const trace = new Tracer();
 * await run(sleep(0.001), { trace, debug: true });
 * const page = trace.toHtml();
 * ```
 *
 * @module
 */

import { commandLine, exit } from "../graph/_host.ts";
import { runTraced } from "./_host.ts";

const USAGE =
  "usage: deno run -A jsr:@asyncio/asyncio/trace [-o FILE.json|FILE.html] PROGRAM [ARGS]";

const FILE = "trace.html";

if (import.meta.main) await main(commandLine());

async function main(args: readonly string[]): Promise<void> {
  const hasFile = args[0] === "-o";
  const file = hasFile ? args[1] : FILE;
  const [program, ...rest] = args.slice(hasFile ? 2 : 0);
  if (program === undefined || program.startsWith("-") || !/\.(?:json|html)$/.test(file ?? "")) {
    console.error(USAGE);
    return exit(2);
  }
  const preload = new URL("./_preload.ts", import.meta.url).href;
  const code = await runTraced(preload, file!, program, rest);
  console.error(`trace: ${file}`);
  exit(code);
}
