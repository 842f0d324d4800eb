// Copyright 2026 the asyncio authors. MIT license.

/**
 * A pizza server by the Reactor pattern: one selector watches every socket and calls the handler
 * registered with it; no thread, no task, no callback nested in another.
 *
 * From the concurrency course, part VI, chapter 11.
 *
 *     deno run --allow-net=127.0.0.1 examples/11_event_loop/pizza_reactor.ts
 *
 * Options: `--host`, `--port`, `--selector`. Then order with `nc localhost 8000`.
 *
 * @module
 */

import * as selectors from "@asyncio/asyncio/selectors";
import { ConnectionError, SO_REUSEADDR, SOL_SOCKET } from "@asyncio/asyncio/selectors";
import { options, port, program, text } from "../_options.ts";
import * as option from "../_selector.ts";
import type { AnySocket, SelectorName } from "../_selector.ts";

type Handler = (sock: AnySocket) => void;

let selector: selectors.BaseSelector<Handler, AnySocket>;
const orders: AnySocket[] = [];

/** Accepts a new connection. */
function acceptOrder(serverSocket: AnySocket): void {
  const [client, addr] = serverSocket.accept();
  console.log("Connection from", addr);
  client.setblocking(false);
  selector.register(client, selectors.EVENT_READ, readOrder);
}

/** Reads the order. */
function readOrder(client: AnySocket): void {
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
function sendPizza(client: AnySocket): void {
  if (orders.length > 0) {
    orders.shift();
    client.send("Here's your pizza!");
    selector.unregister(client);
    client.close();
  }
}

/** Runs the server until a signal ends it. */
export async function runServer(
  host = "localhost",
  port = 8000,
  name: SelectorName = "deno",
): Promise<void> {
  const made = option.select<Handler>(name);
  selector = made.selector;
  const server = made.socket;
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
function dispatch(callback: Handler, sock: AnySocket): void {
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

if (import.meta.main) {
  const { host, port: at, selector: name } = options({
    host: text("localhost"),
    port: port(8000),
    selector: option.selector(),
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop);
  await program(`serve on ${host}:${at}`, () => runServer(host, at, name));
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(signal, stop);
}
