// Copyright 2026 the asyncio authors. MIT license.

/**
 * An echo server as a protocol of ours. Prints its port.
 *
 *     deno run --allow-net bench/echo/protocol_server.ts
 *
 * @module
 */

import { type Coroutine, getRunningLoop, Protocol, run, type Transport } from "@asyncio/asyncio";

class Echo extends Protocol {
  #transport!: Transport;

  override connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  override dataReceived(data: Uint8Array): void {
    this.#transport.write(data);
  }
}

function* main(): Coroutine<void> {
  const options = { backlog: 4096 };
  const server = yield* getRunningLoop().createServer(() => new Echo(), "127.0.0.1", 0, options);
  console.log(server.sockets[0].getsockname()[1]);
  yield* server.serveForever();
}

await run(main());
