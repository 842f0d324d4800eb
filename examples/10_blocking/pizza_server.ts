// Copyright 2026 the asyncio authors. MIT license.

/**
 * A pizza server with blocking sockets, one client at a time: whoever comes while a pizza is in the
 * oven waits until it is out, and longer for everybody who came before.
 *
 * From the concurrency course, part VI, chapter 10.
 *
 *     deno run --allow-net=127.0.0.1 --allow-read=examples examples/10_blocking/pizza_server.ts
 *
 * Options: `--host`, `--port`, and `--delay`, the seconds that a pizza takes. Order with
 * `nc localhost 8000`, or three at once with pizza_client.ts.
 *
 * Where it differs from Python: Deno's sockets do not block, so the server runs in a thread of
 * `../_threads.ts`, where they do.
 *
 * @module
 */

import {
  type BlockingSocket,
  ConnectionError,
  createServer,
  runThread,
  sleep,
} from "../_threads.ts";
import { options, port, program, seconds, stopSignal, text } from "../_options.ts";

/** Serves one client, from the order to the pizza. */
export function serve(client: BlockingSocket, delay: number): void {
  using conn = client;
  const data = conn.recv(1024); // <- blocks here
  console.log(`Order received: ${new TextDecoder().decode(data)}`);
  sleep(delay); // <- and here
  conn.send("Here's your pizza!");
}

/** Runs the server. */
export function runServer(host: string, port: number, delay: number): void {
  using server = createServer([host, port]);
  console.log(`Pizza server running on ${host}:${server.getsockname()[1]}`);

  while (true) {
    const [client, addr] = server.accept(); // <- and here
    console.log("Connection from", addr);
    try {
      serve(client, delay);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      console.log(`Connection lost: ${error.message}`);
    }
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
