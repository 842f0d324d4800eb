// Copyright 2026 the asyncio authors. MIT license.

import {
  BlockingIOError,
  EVENT_READ,
  EVENT_WRITE,
  type NonBlockingSocket,
  SHUT_WR,
  ValueError,
} from "@asyncio/asyncio/selectors";
import {
  createTask,
  newEventLoop,
  openConnection,
  startServer,
  type StreamReader,
  type StreamWriter,
  VirtualClock,
} from "@asyncio/asyncio";
import { assertEquals, assertThrows } from "@std/assert";
import { Network, SimulatedSelector, SimulatedSocket } from "../../watch/simulated/mod.ts";
import { testConformance } from "../selectors/_conformance.ts";

const network = new Network<SimulatedSocket>();

/** Two connected sockets of the network. */
function connect(): Disposable & { left: SimulatedSocket; right: SimulatedSocket } {
  const listener = new SimulatedSocket(network);
  listener.bind(["127.0.0.1", 0]);
  listener.listen();
  const left = new SimulatedSocket(network);
  left.connectEx(listener.getsockname());
  const [right] = listener.accept();
  listener.close();
  const close = () => [left, right].forEach((socket) => socket.close());
  return { left, right, [Symbol.dispose]: close };
}

testConformance({
  name: "SimulatedSelector",
  create: () => new SimulatedSelector(network),
  socketPair: () =>
    Promise.resolve<ReturnType<typeof connect>>(connect()) as Promise<
      Disposable & { left: NonBlockingSocket; right: NonBlockingSocket }
    >,
});

Deno.test("SimulatedSocket.recv() would block until something comes, and then an end", () => {
  using pair = connect();
  const { left, right } = pair;
  assertThrows(() => left.recv(10), BlockingIOError);
  assertEquals(left.tryRecv(10), null);
  assertEquals(right.send("hello"), 5);
  assertEquals([left.pending, left.readiness], [5, EVENT_READ | EVENT_WRITE]);
  assertEquals(new TextDecoder().decode(left.recv(2)), "he");
  right.shutdown(SHUT_WR);
  const buffer = new Uint8Array(10);
  assertEquals(left.recvInto(buffer), 3);
  assertEquals(left.recv(10).length, 0);
  assertThrows(() => right.send("more"), Error, "Broken pipe (os error 32)");
});

Deno.test("SimulatedSocket.send() takes what the other end has room for", () => {
  using pair = connect();
  const { left, right } = pair;
  const bytes = new Uint8Array(100_000);
  const sent = left.send(bytes);
  assertEquals(sent, 65_536);
  assertEquals([left.trySend("x"), left.readiness], [null, 0]);
  assertThrows(() => left.send("x"), BlockingIOError);
  assertEquals(right.recv(1000).length, 1000);
  assertEquals([left.send(bytes), left.readiness], [1000, 0]);
});

Deno.test("SimulatedSocket.connect() goes on in the background, and may be refused", () => {
  const nobody = new SimulatedSocket(network);
  assertThrows(() => nobody.connect(["127.0.0.1", 1]), BlockingIOError);
  assertEquals([nobody.readiness, nobody.getsockopt()], [EVENT_WRITE, 111]);
  assertEquals(nobody.error?.message, "Connection refused (os error 111)");
  nobody.close();
  assertEquals(nobody.fileno(), -1);
  assertThrows(() => nobody.recv(1), Error, "Bad file descriptor");
});

Deno.test("SimulatedSocket.listen() takes a port that is free", () => {
  const [one, other] = [new SimulatedSocket(network), new SimulatedSocket(network)];
  one.bind(["127.0.0.1", 7]);
  one.listen();
  other.bind(["127.0.0.1", 7]);
  assertThrows(() => other.listen(), Error, "Address already in use (os error 98)");
  assertThrows(() => one.accept(), BlockingIOError);
  one.close();
  other.listen();
  const waiting = new SimulatedSocket(network);
  waiting.connectEx(["127.0.0.1", 7]);
  other.close();
  assertEquals(waiting.recv(1).length, 0);
});

Deno.test("SimulatedSelector watches nothing of another network", () => {
  using selector = new SimulatedSelector();
  using pair = connect();
  assertThrows(() => selector.register(pair.left, EVENT_READ), ValueError, "Invalid file object");
});

Deno.test("SimulatedSelector bears transports and streams", async () => {
  const clock = new VirtualClock({ autojump: true });
  using loop = newEventLoop({ clock, selector: new SimulatedSelector() });
  const size = 300_000;
  const received = await loop.runUntilComplete(function* () {
    const server = yield* startServer(
      function* (reader: StreamReader, writer: StreamWriter) {
        writer.write(yield* reader.read());
        yield* writer.drain();
        writer.close();
      },
      "127.0.0.1",
      0,
    );
    const [host, port] = server.sockets[0].getsockname();
    const [reader, writer] = yield* openConnection(host, port);
    const sending = createTask(function* () {
      writer.write(new Uint8Array(size).fill(7));
      yield* writer.drain();
      writer.writeEof();
    });
    const bytes = yield* reader.read();
    yield* sending;
    writer.close();
    yield* writer.waitClosed();
    server.close();
    yield* server.waitClosed();
    return bytes;
  });
  assertEquals([received.length, received.every((byte) => byte === 7)], [size, true]);
});
