// Copyright 2026 the asyncio authors. MIT license.

/**
 * Programs that must end, whatever is left open: `ends_test.ts` runs each in a process of its own. What
 * one does is its argument.
 */

import {
  type Coroutine,
  getRunningLoop,
  newEventLoop,
  openConnection,
  Protocol,
  run,
  sleep,
  startServer,
  type StreamWriter,
} from "@asyncio/asyncio";

const MUCH = new Uint8Array(10_000_000);

/** A peer that accepts, and never reads: it belongs to no loop, and keeps no process alive. */
function deafPeer(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.unref();
  (async () => {
    for await (const connection of listener) connection.unref();
  })();
  return listener.addr.port;
}

function* connect(): Coroutine<StreamWriter> {
  const [, writer] = yield* openConnection("127.0.0.1", deafPeer());
  return writer;
}

const programs: Record<string, () => unknown> = {
  /** run() returns while a peer does not read. */
  written: () =>
    run(function* () {
      (yield* connect()).write(MUCH);
    }),

  /** The same, the stream closed. */
  closed: () =>
    run(function* () {
      const writer = yield* connect();
      writer.write(MUCH);
      writer.close();
    }),

  /** The same, and somebody waits for it: to be interrupted. */
  interrupted: () =>
    run(function* () {
      const writer = yield* connect();
      writer.write(MUCH);
      console.log("ready");
      yield* writer.drain();
    }),

  /** A loop by hand. */
  byHand: async () => {
    const loop = newEventLoop();
    await loop.runUntilComplete(function* () {
      (yield* connect()).write(MUCH);
    });
    loop.close();
  },

  /** A server that nobody closes. */
  server: () => run(startServer(() => {}, "127.0.0.1", 0)),

  /** A connection that nobody closes. */
  connection: () => run(connect),

  /** What was written last arrives, though the loop is closed at once. */
  lastWords: async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const received = (async () => {
      const connection = await listener.accept();
      const buffer = new Uint8Array(100_000);
      let size = 0;
      for (let n; (n = await connection.read(buffer)) !== null;) size += n;
      connection.close();
      return size;
    })();
    const loop = newEventLoop();
    await loop.runUntilComplete(function* () {
      const factory = () => new Protocol();
      const { port } = listener.addr;
      const [transport] = yield* getRunningLoop().createConnection(factory, "127.0.0.1", port);
      transport.write(new Uint8Array(100_000));
    });
    loop.close();
    console.log(await received);
  },

  /** A server closes, the client has sent what must not be lost. */
  nothingLost: () =>
    run(function* () {
      let received = 0;
      const server = yield* startServer(
        function* (reader, writer) {
          for (let data; (data = yield* reader.read(10_000)).length > 0;) {
            received += data.length;
            if (received % 500_000 < 10_000) yield* sleep(0.001);
          }
          writer.close();
        },
        "127.0.0.1",
        0,
      );
      const [host, port] = server.sockets[0].getsockname();
      const [, writer] = yield* openConnection(host, port);
      writer.write(new Uint8Array(4_000_000));
      writer.close();
      yield* writer.waitClosed();
      server.close();
      yield* server.waitClosed();
      console.log(received);
    }),

  /** A loop that is dropped. */
  dropped: async () => {
    (() => void newEventLoop())();
    newEventLoop().close();
    const { gc } = globalThis as unknown as { gc(): void };
    for (let i = 0; i < 10; i++) {
      gc();
      await new Promise((resolve) => setTimeout(resolve));
    }
  },
};

try {
  await programs[Deno.args[0]!]!();
} catch (error) {
  console.log((error as Error).name);
}
console.log("end");
