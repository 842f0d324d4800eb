// Copyright 2026 the asyncio authors. MIT license.

/**
 * A pizza server with non-blocking sockets, polled in a loop: one thread serves everybody, and is
 * busy all the time, mostly with asking sockets that have nothing to say.
 *
 * From the concurrency course, part VI, chapter 10 ("non-blocking I/O").
 *
 *     deno run --allow-net=127.0.0.1 examples/10_blocking/pizza_busy_wait.ts
 *
 * Options: `--host`, `--port`. Order with `nc localhost 8000`, or with pizza_client.ts. At its end
 * (Ctrl-C) it says how often it asked in vain.
 *
 * Where it differs from Python: the loop lets Deno have its turn every round (`setImmediate`), since
 * Deno receives nothing for a program that never returns to it.
 *
 * @module
 */

import { BlockingIOError, ConnectionError, Socket } from "@asyncio/asyncio/selectors";
import { options, port, program, stopSignal, text } from "../_options.ts";

class PizzaServer {
  readonly #clients = new Set<Socket>();
  readonly #serverSocket = new Socket();
  /** How often a socket had nothing to say. */
  askedInVain = 0;

  constructor(host: string, port: number) {
    this.#serverSocket.bind([host, port]);
    this.#serverSocket.listen();
    this.#serverSocket.setblocking(false);
    console.log(`Pizza server running on ${host}:${this.#serverSocket.getsockname()[1]}`);
  }

  /** Accepts a connection, if there is one. */
  accept(): void {
    try {
      const [client, addr] = this.#serverSocket.accept(); // Returns at once
      console.log("Connection from", addr);
      client.setblocking(false);
      this.#clients.add(client);
    } catch (error) {
      if (!(error instanceof BlockingIOError)) throw error;
      this.askedInVain++; // Nobody yet
    }
  }

  /** Serves a client, if it has said something. */
  serve(client: Socket): void {
    try {
      const data = client.recv(1024); // Returns at once
      if (data.length > 0) {
        console.log(`Order received: ${new TextDecoder().decode(data)}`);
        client.send("Here's your pizza!");
      }
      this.#leave(client);
    } catch (error) {
      if (error instanceof BlockingIOError) this.askedInVain++; // No data yet
      else if (error instanceof ConnectionError) this.#leave(client);
      else throw error;
    }
  }

  /** Asks everybody, over and over. */
  async start(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.accept();
      for (const client of [...this.#clients]) this.serve(client);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): void {
    for (const client of [...this.#clients]) this.#leave(client);
    this.#serverSocket.close();
  }

  #leave(client: Socket): void {
    this.#clients.delete(client);
    client.close();
  }
}

/** Runs the server until the signal aborts. */
export async function main(host: string, port: number, signal: AbortSignal): Promise<void> {
  const server = new PizzaServer(host, port);
  try {
    await server.start(signal);
  } finally {
    server.close();
  }
  console.log(`Asked ${server.askedInVain} times in vain`);
}

if (import.meta.main) {
  const { host, port: at } = options({ host: text("localhost"), port: port(8000) });
  await program(`serve on ${host}:${at}`, () => main(host, at, stopSignal()));
}
