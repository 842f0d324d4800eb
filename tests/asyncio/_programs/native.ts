// Copyright 2026 the asyncio authors. MIT license.

/** Programs on native loops: `native_event_loop_test.ts` runs each in a process of its own. */

import {
  type Coroutine,
  getRunningLoop,
  nativeEventLoop,
  newEventLoop,
  openConnection,
  Protocol,
  run,
  runSync,
  sleep,
  startServer,
} from "@asyncio/asyncio";
import { NativeSocket } from "@asyncio/asyncio/selectors";

const options = { loopFactory: nativeEventLoop };

/** A server that can accept nobody, as all descriptors are taken, and then can again. */
function* exhausted(): Coroutine<void> {
  const loop = getRunningLoop();
  const told = loop.createFuture<string>();
  loop.setExceptionHandler((_, { message, exception, socket }) => {
    console.log(message, (exception as { code?: string }).code, String(socket).slice(0, 16));
    if (!told.done()) told.setResult("");
  });
  const server = yield* startServer(
    function* (reader, writer) {
      writer.write(yield* reader.readline());
      writer.close();
    },
    "127.0.0.1",
    0,
  );
  const [host, port] = server.sockets[0].getsockname();
  const socks = Array.from({ length: 5 }, () => loop.createSocket());
  const held: NativeSocket[] = [];
  try {
    for (;;) held.push(new NativeSocket());
  } catch (error) {
    console.log((error as { code?: string }).code);
  }
  for (const sock of socks) yield* loop.sockConnect(sock, [host, port]);
  yield* told;
  const since = loop.time();
  for (const sock of held) sock.close();
  for (const sock of socks) {
    const [reader, writer] = yield* openConnection(null, null, { sock });
    writer.write("served\n");
    console.log(new TextDecoder().decode(yield* reader.readline()).trim());
    writer.close();
  }
  console.log(loop.time() - since > 0.9);
  server.close();
  yield* server.waitClosed();
}

const programs: Record<string, () => unknown> = {
  /** A server that is left open, and a client of it. */
  leftOpen: () =>
    run(async () => {
      const server = await startServer((_, writer) => writer.write("hello"), "127.0.0.1", 0);
      const [host, port] = server.sockets[0].getsockname();
      const [reader] = await openConnection(host, port);
      console.log((await reader.readexactly(5)).length);
    }, options),

  /** A loop by hand that is never closed. */
  unclosed: async () => {
    const loop = nativeEventLoop();
    await loop.runUntilComplete(sleep(0.01));
  },

  /** It copies its standard input to its standard output, by their descriptors. */
  filter: () =>
    run(async () => {
      const loop = getRunningLoop();
      const ended = loop.createFuture<void>();
      class Output extends Protocol {
        override connectionLost(): void {
          ended.setResult();
        }
      }
      const [output] = await loop.connectWritePipe(() => new Output(), 1);
      class Copy extends Protocol {
        override dataReceived(data: Uint8Array): void {
          output.write(data);
        }
        override connectionLost(): void {
          output.write("copied\n");
          output.close();
        }
      }
      await loop.connectReadPipe(() => new Copy(), 0);
      await ended;
    }, options),

  /** It waits for what will never come: nothing is left that could make it come. */
  forNothing: () => {
    const loop = nativeEventLoop();
    return loop.runUntilComplete(loop.createFuture());
  },

  /** Somebody's timer of the host's brings what it waits for. */
  forTheHost: () =>
    run(function* () {
      const future = getRunningLoop().createFuture<string>();
      setTimeout(() => future.setResult("timer"), 20);
      console.log(yield* future);
    }, options),

  /** A socket that is registered from outside while the loop waits for nothing. */
  fromOutside: async () => {
    const loop = nativeEventLoop();
    const future = loop.createFuture<void>();
    setTimeout(async () => {
      const { socketpair } = await import("@asyncio/asyncio/selectors");
      const [left, right] = socketpair();
      loop.addReader(left, () => {
        console.log(left.recv(10).length);
        loop.removeReader(left);
        future.setResult();
      });
      setTimeout(() => right.send("hello"), 20);
    }, 20);
    await loop.runUntilComplete(future);
    loop.close();
  },

  exhausted: () => run(exhausted, options),
  exhaustedSync: () => runSync(exhausted),

  /** To be interrupted. */
  interrupted: () =>
    run(function* () {
      const server = yield* startServer(() => {}, "127.0.0.1", 0);
      console.log("ready");
      yield* server.serveForever();
    }, options),

  /** Many loops, one after another, in one process. */
  many: async () => {
    for (let i = 0; i < 100; i++) await run(sleep(0), options);
    const loop = newEventLoop();
    await loop.runUntilComplete(sleep(0));
    loop.close();
  },
};

try {
  await programs[Deno.args[0]!]!();
} catch (error) {
  console.log((error as Error).name);
}
console.log("end");
