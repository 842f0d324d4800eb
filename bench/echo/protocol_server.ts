// Copyright 2026 the asyncio authors. MIT license.

/**
 * A server on a protocol of ours. Prints its port.
 *
 *     deno run --allow-net --allow-ffi bench/echo/protocol_server.ts echo|buffered|accept SIZE
 *       [deno|native|sync]
 *
 * @module
 */

import {
  BufferedProtocol,
  type Coroutine,
  getRunningLoop,
  Protocol,
  type Transport,
} from "@asyncio/asyncio";
import { type LoopName, runOn } from "./on_loop.ts";

class Echo extends Protocol {
  #transport!: Transport;

  override connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  override dataReceived(data: Uint8Array): void {
    this.#transport.write(data);
  }
}

const buffer = new Uint8Array(Number(Deno.args[1]));

/** Receives into a buffer that all connections share: what is sent is sent before the next is received. */
class BufferedEcho extends BufferedProtocol {
  #transport!: Transport;

  override connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  override getBuffer(): Uint8Array {
    return buffer;
  }

  override bufferUpdated(size: number): void {
    this.#transport.write(buffer.subarray(0, size));
  }
}

/** Closes a connection as soon as it is there. */
class Close extends Protocol {
  override connectionMade(transport: Transport): void {
    transport.close();
  }
}

function* main(): Coroutine<void> {
  const protocol = { accept: Close, buffered: BufferedEcho, echo: Echo }[Deno.args[0]!]!;
  const options = { backlog: 4096 };
  const server = yield* getRunningLoop().createServer(
    () => new protocol(),
    "127.0.0.1",
    0,
    options,
  );
  console.log(server.sockets[0].getsockname()[1]);
  yield* server.serveForever();
}

await runOn(Deno.args[2] as LoopName ?? "deno", main);
