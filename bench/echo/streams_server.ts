// Copyright 2026 the asyncio authors. MIT license.

/**
 * Echo server on our streams, its coroutines written as the command line says. Prints its port.
 *
 *     deno run --allow-net bench/echo/streams_server.ts generators|asyncFunctions
 *
 * @module
 */

import {
  type Coroutine,
  run,
  startServer,
  type StreamReader,
  type StreamWriter,
} from "@asyncio/asyncio";

function* echo(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  try {
    for (let data; (data = yield* reader.read(4096)).length > 0;) {
      writer.write(data);
      yield* writer.drain();
    }
  } catch (error) {
    ignoreReset(error);
  }
  writer.close();
}

async function asyncEcho(reader: StreamReader, writer: StreamWriter): Promise<void> {
  try {
    for (let data; (data = await reader.read(4096)).length > 0;) {
      writer.write(data);
      await writer.drain();
    }
  } catch (error) {
    ignoreReset(error);
  }
  writer.close();
}

/** The client ends by leaving. */
function ignoreReset(error: unknown): void {
  const { BrokenPipe, ConnectionReset } = Deno.errors;
  if (!(error instanceof BrokenPipe || error instanceof ConnectionReset)) throw error;
}

function* main(): Coroutine<void> {
  const handler = Deno.args[0] === "asyncFunctions" ? asyncEcho : echo;
  const server = yield* startServer(handler, "127.0.0.1", 0, { backlog: 4096 });
  console.log(server.sockets[0]!.getsockname()[1]);
  yield* server.serveForever();
}

await run(main());
