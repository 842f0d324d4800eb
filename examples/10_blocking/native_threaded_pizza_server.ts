// Copyright 2026 the asyncio authors. MIT license.

/**
 * The pizza server of threaded_pizza_server.ts, truly blocking: every client has a thread of its own,
 * which stands still in the system call and nowhere else.
 *
 * From the concurrency course, part VI, chapter 10 ("thread per connection").
 *
 *     deno run --allow-ffi --allow-read=examples,selectors examples/10_blocking/native_threaded_pizza_server.ts
 *
 * Options: `--host`, `--port`, and `--delay`, the seconds that a pizza takes. Order with
 * `nc localhost 8000`, or three at once with pizza_client.ts. Ctrl-C ends it at once.
 *
 * Where it differs from Python: a thread is a Worker, which is handed the descriptor of its client.
 *
 * @module
 */

import type { NativeSocket } from "@asyncio/asyncio/selectors";
import { createServer, requireThreads, sleep, startThread } from "../_native_threads.ts";
import { options, port, program, seconds, text } from "../_options.ts";

/** Serves one client, in a thread of its own. */
export function serve(client: NativeSocket, delay: number): void {
  using conn = client;
  const data = conn.recv(1024); // <- blocks this thread only
  console.log(`Order received: ${new TextDecoder().decode(data)}`);
  sleep(delay);
  conn.sendall("Here's your pizza!");
}

/** Runs the server. */
export function runServer(host: string, port: number, delay: number): never {
  requireThreads();
  using server = createServer([host, port]);
  console.log(`Pizza server running on ${host}:${server.getsockname()[1]}`);

  while (true) {
    const [client, addr] = server.accept();
    console.log("Connection from", addr);
    startThread(import.meta.url, "serve", client, delay);
  }
}

if (import.meta.main) {
  const { host, port: at, delay } = options({
    host: text("localhost"),
    port: port(8000),
    delay: seconds(2),
  });
  // deno-lint-ignore require-await
  await program(`serve on ${host}:${at}`, async () => runServer(host, at, delay));
}
