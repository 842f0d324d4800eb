// Copyright 2026 the asyncio authors. MIT license.

/**
 * Stage 4: ten requests at once on asyncio, by `async` and `await`. Stage 3 with sugar: the loop, the
 * tasks and the futures are in the library now, and what is left is what the program is about.
 *
 * From "The road to a million concurrent tasks", section 4.3, end, which names this step.
 *
 *     deno run --allow-net=127.0.0.1 examples/million/stage4_async.ts
 *
 * Options: `--host`, `--port`, `--selector`. Start slow_server.ts first: the ten answers of five seconds each are
 * here in five seconds, not in fifty.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import { options, port, program, text } from "../_options.ts";
import { on, selector, type SelectorName } from "../_selector.ts";

/** One request, from the connection to the response. */
async function makeTcpRequest(reqId: number, host: string, port: number): Promise<string> {
  const [reader, writer] = await asyncio.openConnection(host, port);
  console.log(`Connection established for request ${reqId}`);

  writer.write(`Request ${reqId}`);
  await writer.drain();

  const data = await reader.read(4096);
  const response = new TextDecoder().decode(data);
  console.log(`Response for Request ${reqId}: ${response}`);

  writer.close();
  await writer.waitClosed();
  return response;
}

async function consumeResponse(reqId: number, host: string, port: number): Promise<void> {
  const resp = await makeTcpRequest(reqId, host, port);
  console.log(`Consumed response: ${resp}`);
}

/** Sends ten requests, and says how long they took. */
export async function main(
  host: string,
  port: number,
  name: SelectorName = "deno",
): Promise<void> {
  const start = performance.now();
  const requests = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((reqId) => () =>
    consumeResponse(reqId, host, port)
  );
  await asyncio.run(() => asyncio.gather(...requests), on(name));
  console.log(`Ten requests in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

if (import.meta.main) {
  const { host, port: at, selector: name } = options({
    host: text("localhost"),
    port: port(8000),
    selector: selector(),
  });
  await program(`send requests to ${host}:${at}`, () => main(host, at, name));
}
