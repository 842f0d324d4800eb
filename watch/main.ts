// Copyright 2026 the asyncio authors. MIT license.

/**
 * "Watch it work": a page on which the library runs in the browser, one step at a time, forward and
 * back. Bundles it, and serves it with the library's own streams until Ctrl-C:
 *
 *     deno task watch
 *
 * Options: `--port`, and `--host`: with 0.0.0.0 a phone in the same network reaches the page, too. The
 * npm packages that it is made of are fetched once; after that it needs no network.
 *
 * @module
 */

import { asyncWith, type Coroutine, run } from "@asyncio/asyncio";
import { closedBy, options, port, program, stopSignal, text } from "../examples/_options.ts";
import { bundlePage } from "./server/bundle.ts";
import { servePage } from "./server/serve.ts";

function* main(host: string, at: number, signal: AbortSignal): Coroutine<void> {
  console.log("Bundling the page...");
  const server = yield* servePage(yield* bundlePage(), host, at);
  const [, port] = server.sockets[0].getsockname();
  console.log(`Watch it work: http://localhost:${port}/`);
  yield* asyncWith(closedBy(signal, server), () => server.serveForever());
}

if (import.meta.main) {
  const { host, port: at } = options({ host: text("127.0.0.1"), port: port(8013) });
  await program(`serve on ${host}:${at}`, () => run(main(host, at, stopSignal())));
}
