// Copyright 2026 the asyncio authors. MIT license.

/**
 * The pizza server once more, on asyncio: one thread, no callback, no waiting for one another, and it
 * reads from top to bottom.
 *
 * From the concurrency course, part VII, chapter 12.
 *
 *     deno run --allow-net=127.0.0.1 examples/12_coroutines/pizza_server.ts
 *
 * Options: `--host`, `--port`, `--delay`, the seconds that a pizza takes, and `--selector`. Order with
 * `nc localhost 8000`, or three at once with ../10_blocking/pizza_client.ts.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import { closedBy, options, port, program, seconds, stopSignal, text } from "../_options.ts";
import { on, selector } from "../_selector.ts";

/** Serves a client. */
async function handleClient(
  reader: asyncio.StreamReader,
  writer: asyncio.StreamWriter,
  delay: number,
): Promise<void> {
  const addr = writer.getExtraInfo("peername");
  console.log("Connection from", addr);

  // Read the order
  const data = await reader.read(1024);
  const order = new TextDecoder().decode(data);
  console.log(`Order received: ${order}`);

  // Make the pizza, and let the others go on meanwhile
  await asyncio.sleep(delay);

  // Send the pizza
  writer.write("Here's your pizza!");
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

  const addr = server.sockets[0].getsockname();
  console.log("Pizza server running on", addr);

  await asyncio.asyncWith(closedBy(signal, server), () => server.serveForever());
}

if (import.meta.main) {
  const { host, port: at, delay, selector: name } = options({
    host: text("localhost"),
    port: port(8000),
    delay: seconds(2),
    selector: selector(),
  });
  await program(
    `serve on ${host}:${at}`,
    () => asyncio.run(() => runServer(host, at, delay, stopSignal()), on(name)),
  );
}
