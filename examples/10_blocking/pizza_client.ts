// Copyright 2026 the asyncio authors. MIT license.

/**
 * Hungry clients, who all order at once and look at their watches: shows what each way to write a
 * pizza server is worth. Works with every pizza server of these chapters.
 *
 * For the concurrency course, parts VI and VII.
 *
 *     deno run --allow-net=127.0.0.1 examples/10_blocking/pizza_client.ts
 *
 * Options: `--host`, `--port`, `--clients`, how many they are, and `--selector`. Start a server first.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import { count, options, port, program, text } from "../_options.ts";
import { on, selector } from "../_selector.ts";

/** Orders a pizza, eats it, and says how long it took, in seconds. */
async function orderPizza(host: string, port: number, client: number): Promise<number> {
  const start = performance.now();
  const [reader, writer] = await asyncio.openConnection(host, port);
  writer.write(`Pizza for client ${client}`);
  await writer.drain();
  const data = await reader.read(); // Until the server closes
  const time = (performance.now() - start) / 1000;
  console.log(`Client ${client}: ${new TextDecoder().decode(data)} (${time.toFixed(1)} s)`);
  writer.close();
  await writer.waitClosed();
  return time;
}

/** Sends all clients at once. */
export async function main(host: string, port: number, clients: number): Promise<void> {
  const orders = Array.from({ length: clients }, (_, i) => () => orderPizza(host, port, i + 1));
  const times = await asyncio.gather(...orders);
  const longest = Math.max(...times);
  const total = times.reduce((sum, time) => sum + time, 0);
  console.log(
    `${clients} pizzas in ${longest.toFixed(1)} s, ` +
      `after a wait of ${(total / clients).toFixed(1)} s on average`,
  );
}

if (import.meta.main) {
  const { host, port: at, clients, selector: name } = options({
    host: text("localhost"),
    port: port(8000),
    clients: count(3),
    selector: selector(),
  });
  await program(
    `order from ${host}:${at}`,
    () => asyncio.run(() => main(host, at, clients), on(name)),
  );
}
