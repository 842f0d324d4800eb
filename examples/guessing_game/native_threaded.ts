// Copyright 2026 the asyncio authors. MIT license.

/**
 * The guessing game of threaded.ts, truly blocking: the client is the program's own thread, and each
 * thread stands still in its own system calls.
 *
 * From "Effective Python", 2nd edition, item 62, first half.
 *
 *     deno run --allow-ffi --allow-read=examples,selectors examples/guessing_game/native_threaded.ts
 *
 * Options: `--host`, `--port`, and `--seed`, with which the server guesses the same every time. Ctrl-C
 * ends it at once.
 *
 * Where it differs from Python: a thread is a Worker, which is handed the descriptor of its socket. The
 * client waits for the end of the connection, so that the server's last word comes in time.
 *
 * @module
 */

import { type NativeSocket, SHUT_WR } from "@asyncio/asyncio/selectors";
import {
  createConnection,
  createServer,
  requireThreads,
  sleep,
  startThread,
} from "../_native_threads.ts";
import { options, port, program, seed, text } from "../_options.ts";
import { Client, playGames, report } from "./threaded.ts";

const GAME = new URL("threaded.ts", import.meta.url).href;

/** Runs the server, in a thread of its own. */
export function runServer(listening: NativeSocket, seed: number | null): never {
  using listener = listening;
  while (true) {
    const [connection] = listener.accept();
    startThread(GAME, "handleConnection", connection, seed);
  }
}

/** Starts the server, and plays with it. */
export function main(host: string, port: number, seed: number | null): void {
  requireThreads();
  const listener = createServer([host, port]);
  const address = listener.getsockname() as [string, number];
  startThread(import.meta.url, "runServer", listener, seed);

  using connection = createConnection(address);
  const results = playGames(new Client(connection), sleep);
  connection.shutdown(SHUT_WR); // "I have said all", and then the server closes
  connection.recv(1);
  report(results);
  Deno.exit(); // The server is a daemon.
}

if (import.meta.main) {
  const { host, port: at, seed: from } = options({
    host: text("127.0.0.1"),
    port: port(1234),
    seed: seed(),
  });
  // deno-lint-ignore require-await
  await program(`play on ${host}:${at}`, async () => main(host, at, from));
}
