// Copyright 2026 the asyncio authors. MIT license.

/**
 * A very slow server, which takes five seconds for every answer: what the four stages send their ten
 * requests to.
 *
 * From "The road to a million concurrent tasks", section 4, whose server is not shown.
 *
 *     deno run --allow-net=127.0.0.1 examples/million/slow_server.ts
 *
 * Options: `--host`, `--port` (8000, where the document has 8080), `--selector`, and `--delay`, the
 * seconds that an answer takes.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import { closedBy, options, port, program, seconds, stopSignal, text } from "../_options.ts";
import { on, selector, type SelectorName } from "../_selector.ts";

/** Serves a client. */
async function handleClient(
  reader: asyncio.StreamReader,
  writer: asyncio.StreamWriter,
  delay: number,
): Promise<void> {
  const request = new TextDecoder().decode(await reader.read(1024));
  console.log(request);
  await asyncio.sleep(delay);
  writer.write(`Answer to ${request}`);
  await writer.drain();
  writer.close();
  await writer.waitClosed();
}

/** Runs the server until it is cancelled, or the signal aborts. */
export async function runServer(
  host: string,
  port: number,
  delay: number,
  signal: AbortSignal,
): Promise<void> {
  const server = await asyncio.startServer(
    (reader, writer) => handleClient(reader, writer, delay),
    host,
    port,
  );
  const [, at] = server.sockets[0].getsockname();
  console.log(`Slow server running on ${host}:${at}`);
  await asyncio.asyncWith(closedBy(signal, server), () => server.serveForever());
}

/** Runs the server until the signal aborts. */
export async function main(
  host: string,
  port: number,
  delay: number,
  signal: AbortSignal,
  name: SelectorName = "deno",
): Promise<void> {
  await asyncio.run(() => runServer(host, port, delay, signal), on(name));
}

if (import.meta.main) {
  const { host, port: at, delay, selector: name } = options({
    host: text("localhost"),
    port: port(8000),
    delay: seconds(5),
    selector: selector(),
  });
  await program(`serve on ${host}:${at}`, () => main(host, at, delay, stopSignal(), name));
}
