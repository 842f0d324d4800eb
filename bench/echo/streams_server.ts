// Copyright 2026 the asyncio authors. MIT license.

/**
 * A server on our streams, its coroutines written as the command line says. Prints its port.
 *
 *     deno run --allow-net --allow-ffi bench/echo/streams_server.ts generators|asyncFunctions
 *       echo|accept|receive|send|lines|busy|receiveTls|sendTls SIZE [deno|native|sync]
 *
 * @module
 */

import {
  type Coroutine,
  createTask,
  IncompleteReadError,
  sleep,
  startServer,
  type StreamReader,
  type StreamWriter,
} from "@asyncio/asyncio";
import { type LoopName, runOn } from "./on_loop.ts";
import { BUSY_STEP, BUSY_TASKS } from "./busy.ts";
import { certificate } from "./certificate.ts";
import { TRANSFER } from "./transfer.ts";

type Handlers = Record<string, (reader: StreamReader, writer: StreamWriter) => unknown>;

const size = Number(Deno.args[2]);
const chunk = new Uint8Array(size).fill(65);

const generators: Handlers = {
  *echo(reader, writer): Coroutine<void> {
    try {
      for (let data; (data = yield* reader.read(size)).length > 0;) {
        writer.write(data);
        yield* writer.drain();
      }
    } catch (error) {
      ignoreEnd(error);
    }
    writer.close();
  },

  // deno-lint-ignore require-yield
  *accept(_reader, writer): Coroutine<void> {
    writer.close();
  },

  *receive(reader, writer): Coroutine<void> {
    try {
      for (;;) yield* reader.readexactly(size);
    } catch (error) {
      ignoreEnd(error);
    }
    writer.close();
  },

  *send(_reader, writer): Coroutine<void> {
    for (let left = TRANSFER; left > 0; left -= size) {
      writer.write(chunk);
      yield* writer.drain();
    }
    writer.close();
  },

  *lines(reader, writer): Coroutine<void> {
    while ((yield* reader.readline()).length > 0);
    writer.close();
  },
};

const asyncFunctions: Handlers = {
  async echo(reader, writer): Promise<void> {
    try {
      for (let data; (data = await reader.read(size)).length > 0;) {
        writer.write(data);
        await writer.drain();
      }
    } catch (error) {
      ignoreEnd(error);
    }
    writer.close();
  },

  async accept(_reader, writer): Promise<void> {
    await null;
    writer.close();
  },

  async receive(reader, writer): Promise<void> {
    try {
      for (;;) await reader.readexactly(size);
    } catch (error) {
      ignoreEnd(error);
    }
    writer.close();
  },

  async send(_reader, writer): Promise<void> {
    for (let left = TRANSFER; left > 0; left -= size) {
      writer.write(chunk);
      await writer.drain();
    }
    writer.close();
  },

  async lines(reader, writer): Promise<void> {
    while ((await reader.readline()).length > 0);
    writer.close();
  },
};

for (const handlers of [generators, asyncFunctions]) {
  handlers.busy = handlers.echo!;
  handlers.receiveTls = handlers.receive!;
  handlers.sendTls = handlers.send!;
}

const busy = {
  *generators(): Coroutine<void> {
    for (;;) {
      spin();
      yield* sleep(0);
    }
  },

  async asyncFunctions(): Promise<void> {
    for (;;) {
      spin();
      await sleep(0);
    }
  },
};

/** Works for so long at a time. */
function spin(): void {
  for (const end = performance.now() + BUSY_STEP; performance.now() < end;);
}

/** The client ends by leaving. */
function ignoreEnd(error: unknown): void {
  const { BrokenPipe, ConnectionReset } = Deno.errors;
  const ends = [BrokenPipe, ConnectionReset, IncompleteReadError];
  if (!ends.some((end) => error instanceof end)) throw error;
}

function* main(): Coroutine<void> {
  const [style, mode] = Deno.args as ["generators" | "asyncFunctions", string];
  const handler = { generators, asyncFunctions }[style][mode]!;
  const options = { backlog: 4096, ...mode.endsWith("Tls") ? { ssl: certificate() } : {} };
  const server = yield* startServer(handler, "127.0.0.1", 0, options);
  const work = () => style === "generators" ? busy.generators() : busy.asyncFunctions;
  const tasks: unknown[] = [];
  for (let i = 0; mode === "busy" && i < BUSY_TASKS; i++) tasks.push(createTask(work()));
  console.log(server.sockets[0].getsockname()[1]);
  yield* server.serveForever();
}

await runOn(Deno.args[3] as LoopName ?? "deno", main);
