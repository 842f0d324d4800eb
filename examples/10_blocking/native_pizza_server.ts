// Copyright 2026 the asyncio authors. MIT license.

/**
 * The pizza server of pizza_server.ts, truly blocking: its one thread is the program's own, and stands
 * still in the system call, as Python's does.
 *
 * From the concurrency course, part VI, chapter 10.
 *
 *     deno run --allow-ffi examples/10_blocking/native_pizza_server.ts
 *
 * Options: `--host`, `--port`, and `--delay`, the seconds that a pizza takes. Order with
 * `nc localhost 8000`, or three at once with pizza_client.ts. Ctrl-C ends it at once.
 *
 * Where it differs from Python: nowhere.
 *
 * @module
 */

import type { NativeSocket } from "@asyncio/asyncio/selectors";
import { createServer, sleep } from "../_native_threads.ts";
import { options, port, program, seconds, text } from "../_options.ts";

/** Serves one client, from the order to the pizza. */
export function serve(client: NativeSocket, delay: number): void {
  using conn = client;
  const data = conn.recv(1024); // <- blocks here
  console.log(`Order received: ${new TextDecoder().decode(data)}`);
  sleep(delay); // <- and here
  conn.sendall("Here's your pizza!");
}

/** Runs the server. */
export function runServer(host: string, port: number, delay: number): never {
  using server = createServer([host, port]);
  console.log(`Pizza server running on ${host}:${server.getsockname()[1]}`);

  while (true) {
    const [client, addr] = server.accept(); // <- and here
    console.log("Connection from", addr);
    try {
      serve(client, delay);
    } catch (error) {
      if (!isConnectionError(error)) throw error;
      console.log(`Connection lost: ${error.message}`);
    }
  }
}

/** Python's `ConnectionError`: the other end has broken the connection. */
function isConnectionError(error: unknown): error is Error {
  const { BrokenPipe, ConnectionAborted, ConnectionReset } = Deno.errors;
  return [BrokenPipe, ConnectionAborted, ConnectionReset].some((kind) => error instanceof kind);
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
