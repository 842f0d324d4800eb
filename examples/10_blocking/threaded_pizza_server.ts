// Copyright 2026 the asyncio authors. MIT license.

/**
 * A pizza server with a thread for each connection: every client has a baker of its own, so that
 * nobody waits for somebody else's pizza. Each baker costs as much as thread_cost.ts says.
 *
 * From the concurrency course, part VI, chapter 10 ("thread per connection").
 *
 *     deno run --allow-net=127.0.0.1 --allow-read=examples examples/10_blocking/threaded_pizza_server.ts
 *
 * Options: `--host`, `--port`, and `--delay`, the seconds that a pizza takes. Order with
 * `nc localhost 8000`, or three at once with pizza_client.ts.
 *
 * Where it differs from Python: a thread is a Worker, and its blocking sockets are those of
 * `../_threads.ts`, since Deno's do not block and cannot be handed to a Worker.
 *
 * @module
 */

import { type BlockingSocket, createServer, runThread, sleep, startThread } from "../_threads.ts";
import { options, port, program, seconds, stopSignal, text } from "../_options.ts";

/** Serves one client, in a thread of its own. */
export function serve(client: BlockingSocket, delay: number): void {
  using conn = client;
  const data = conn.recv(1024); // <- blocks this thread only
  console.log(`Order received: ${new TextDecoder().decode(data)}`);
  sleep(delay);
  conn.send("Here's your pizza!");
}

/** Runs the server. */
export function runServer(host: string, port: number, delay: number): void {
  using server = createServer([host, port]);
  console.log(`Pizza server running on ${host}:${server.getsockname()[1]}`);

  while (true) {
    const [client, addr] = server.accept();
    console.log("Connection from", addr);
    startThread(import.meta.url, "serve", client, delay);
  }
}

/** Runs the server in a thread, until the signal aborts. */
export async function main(args: [string, number, number], signal: AbortSignal): Promise<void> {
  await runThread({ module: import.meta.url, target: "runServer", args }, signal);
}

if (import.meta.main) {
  const { host, port: at, delay } = options({
    host: text("localhost"),
    port: port(8000),
    delay: seconds(2),
  });
  await program(`serve on ${host}:${at}`, () => main([host, at, delay], stopSignal()));
}
