// Copyright 2026 the asyncio authors. MIT license.

/**
 * A pizza server by the Reactor pattern: one selector watches every socket and calls the handler
 * registered with it; no thread, no task, no callback nested in another.
 *
 * From the concurrency course, part VI, chapter 11.
 *
 *     deno run --allow-net=127.0.0.1 examples/11_event_loop/pizza_reactor.ts [--host HOST] [--port PORT]
 *
 * Then order with `nc localhost 8000`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import * as selectors from "@asyncio/asyncio/selectors";
import {
  AF_INET,
  ConnectionError,
  SO_REUSEADDR,
  SOCK_STREAM,
  Socket,
  SOL_SOCKET,
} from "@asyncio/asyncio/selectors";

type Handler = (sock: Socket) => void;

const selector = new selectors.DefaultSelector<Handler, Socket>();
const orders: Socket[] = [];

/** Accepts a new connection. */
function acceptOrder(serverSocket: Socket): void {
  const [client, addr] = serverSocket.accept();
  console.log("Connection from", addr);
  client.setblocking(false);
  selector.register(client, selectors.EVENT_READ, readOrder);
}

/** Reads the order. */
function readOrder(client: Socket): void {
  const data = client.recv(1024);
  if (data.length > 0) {
    console.log(`Order received: ${new TextDecoder().decode(data)}`);
    orders.push(client);
    // To be told when the client can be written to
    selector.modify(client, selectors.EVENT_WRITE, sendPizza);
  } else {
    selector.unregister(client);
    client.close();
  }
}

/** Sends the pizza. */
function sendPizza(client: Socket): void {
  if (orders.length > 0) {
    orders.shift();
    client.send("Here's your pizza!");
    selector.unregister(client);
    client.close();
  }
}

/** Runs the server until a signal ends it. */
export async function runServer(host = "localhost", port = 8000): Promise<void> {
  const server = new Socket(AF_INET, SOCK_STREAM);
  server.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
  server.bind([host, port]);
  server.listen();
  server.setblocking(false);

  selector.register(server, selectors.EVENT_READ, acceptOrder);
  console.log(`Pizza server running on ${host}:${server.getsockname()[1]}`);

  // The event loop
  while (selector.getMap()) {
    const events = await selector.select(); // Waits for I/O events
    for (const [key] of events) {
      const callback = key.data;
      dispatch(callback, key.fileobj);
    }
  }
}

/** Calls a handler. A client that breaks its connection must not take the server with it. */
function dispatch(callback: Handler, sock: Socket): void {
  try {
    callback(sock);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    console.log(`Connection lost: ${error.message}`);
    selector.unregister(sock);
    sock.close();
  }
}

/** Closes every socket, and the selector, which ends the event loop. */
export function stop(): void {
  for (const key of selector.getMap()?.values() ?? []) key.fileobj.close();
  selector.close();
}

/** What the command line says, or the end of the program. */
function options(): { host: string; port: number } {
  try {
    const { values } = parseArgs({
      options: {
        host: { type: "string", default: "localhost" },
        port: { type: "string", default: "8000" },
      },
    });
    if (/^\d{1,5}$/.test(values.port) && Number(values.port) <= 65535) {
      return { host: values.host, port: Number(values.port) };
    }
    console.error(`--port must be a number from 0 to 65535, not ${JSON.stringify(values.port)}`);
  } catch (error) {
    console.error((error as Error).message);
  }
  Deno.exit(2);
}

if (import.meta.main) {
  Deno.addSignalListener("SIGINT", stop);
  Deno.addSignalListener("SIGTERM", stop);
  const { host, port } = options();
  try {
    await runServer(host, port);
  } catch (error) {
    console.error(`Cannot serve on ${host}:${port}: ${(error as Error).message}`);
    Deno.exit(1);
  }
  Deno.removeSignalListener("SIGINT", stop);
  Deno.removeSignalListener("SIGTERM", stop);
}
