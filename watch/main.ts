// Copyright 2026 the asyncio authors. MIT license.

/**
 * "Watch it work": a page on which the library runs in the browser, one step at a time, forward and
 * back. Bundles it, and serves it with the library's own streams until Ctrl-C:
 *
 *     deno task watch
 *     deno task watch --port 8000
 *
 * The npm packages that the page is made of are fetched once; after that it needs no network.
 *
 * @module
 */

import { asyncWith, type Coroutine, KeyboardInterrupt, run } from "@asyncio/asyncio";
import { bundlePage } from "./server/bundle.ts";
import { servePage } from "./server/serve.ts";

/** The port, unless another is asked for. */
const PORT = 8013;

function* main(port: number): Coroutine<void> {
  console.log("Bundling the page...");
  const assets = yield* bundlePage();
  const server = yield* servePage(assets, "127.0.0.1", port);
  const [, at] = server.sockets[0].getsockname();
  console.log(`Watch it work: http://localhost:${at}/`);
  yield* asyncWith(server, () => server.serveForever());
}

function portFrom(args: readonly string[]): number {
  if (args.length === 0) return PORT;
  const [option, value] = args.flatMap((arg) => arg.split("="));
  const port = Number(value);
  if (option === "--port" && /^\d+$/.test(value ?? "") && port <= 65_535) return port;
  console.error("Usage: deno task watch [--port PORT]");
  Deno.exit(2);
}

if (import.meta.main) {
  try {
    await run(main(portFrom(Deno.args)));
  } catch (error) {
    if (!(error instanceof KeyboardInterrupt)) throw error;
  }
}
