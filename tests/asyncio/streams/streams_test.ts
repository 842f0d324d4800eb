// Copyright 2026 the asyncio authors. MIT license.

/** Streams over real connections on this machine, ours at one end at least. */

import {
  CancelledError,
  type Coroutine,
  coroutine,
  currentTask,
  fromPromise,
  gather,
  openConnection,
  type Server,
  sleep,
  startServer,
  type StreamReader,
  type StreamWriter,
  TimeoutError,
  ValueError,
  waitFor,
} from "@asyncio/asyncio";
import { connect } from "node:net";
import { AF_INET6 } from "@asyncio/asyncio/selectors";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import type { FormTest } from "../../_run_test.ts";
import { suite } from "../../_suite.ts";
import { closed, connectedPair, connectTo, hasIPv6, portOf, serve } from "../_connections.ts";
import { bytes, text } from "../_text.ts";

const { kind, runTest, test, testForms, testOnce } = suite();

const MiB = 1024 * 1024;

/** `size` bytes of a stream, from `offset` on, that tell their place: a lost or swapped one shows. */
function pattern(offset: number, size: number): Uint8Array {
  const data = new Uint8Array(size);
  for (let i = 0, at = offset; i < size; i++, at++) data[i] = (at * 31 + (at >> 8)) & 0xff;
  return data;
}

/** Sends a pattern of `size` bytes. */
function* sendPattern(writer: StreamWriter, size: number): Coroutine<void> {
  for (let sent = 0; sent < size;) {
    const piece = pattern(sent, Math.min(100_000, size - sent));
    writer.write(piece);
    yield* writer.drain();
    sent += piece.length;
  }
}

/** Receives to the end of the stream, checks that it is a pattern, and gives its size. */
function* receivePattern(reader: StreamReader): Coroutine<number> {
  let received = 0;
  for (;;) {
    const data = yield* reader.read(1 << 20);
    if (data.length === 0) return received;
    const expected = pattern(received, data.length);
    // The comparison of assertEquals() would take longer than all the rest.
    if (data.some((byte, i) => byte !== expected[i])) assertEquals(data, expected);
    received += data.length;
  }
}

const testIPv6: typeof testForms = hasIPv6 ? testForms : () => {};

/** A server that is none of ours, and answers every request with the same few lines. */
function httpServer(): { readonly port: number } & AsyncDisposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  async function answer(conn: Deno.Conn): Promise<void> {
    using _ = conn;
    await conn.read(new Uint8Array(1024));
    await conn.write(bytes("HTTP/1.0 200 OK\r\nServer: test\r\n\r\nTest message"));
    // To close with something unread would reset the connection.
    await conn.closeWrite();
    while (await conn.read(new Uint8Array(1024)) !== null);
  }
  async function serveAll(): Promise<void> {
    const answers: Promise<void>[] = [];
    for await (const conn of listener) answers.push(answer(conn).catch(() => {}));
    await Promise.all(answers);
  }
  const served = serveAll();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await served;
    },
  };
}

/** Receives a pattern in pieces of many sizes, in every way that there is to read. */
function* receivePieces(reader: StreamReader, total: number): Coroutine<number> {
  let received = 0;
  for (let i = 0; received < total; i++) {
    const size = Math.min([65_536, 20_001, 16_384, 300_000, 7][i % 5]!, total - received);
    const data = i % 3 === 0 ? yield* reader.read(size) : yield* reader.readexactly(size);
    const expected = pattern(received, data.length);
    if (data.some((byte, i) => byte !== expected[i])) assertEquals(data, expected);
    assertEquals(data.buffer.byteLength, data.length);
    received += data.length;
  }
  return received;
}

// Clients.

/** Registers a test of a client of an HTTP server, in both forms. */
function testClient(
  name: string,
  body: (test: FormTest, reader: StreamReader, writer: StreamWriter) => Coroutine<void>,
): void {
  testForms(name, function* (test) {
    const server = httpServer();
    const [reader, writer] = yield* test.wait(openConnection("127.0.0.1", server.port));
    try {
      yield* body(test, reader, writer);
    } finally {
      writer.close();
      yield* test.wait(closed(writer));
      yield* test.wait(fromPromise(server[Symbol.asyncDispose]()));
    }
  });
}

// CPython: test_streams.py, StreamTests.test_open_connection
// CPython: test_streams.py, StreamTests.test_async_writer_api
// CPython: test_streams.py, StreamTests.test_wait_closed_on_close
testClient("openConnection() gives both ends of a stream", function* ({ wait }, reader, writer) {
  writer.write("GET / HTTP/1.0\r\n\r\n");
  assertEquals(text(yield* wait(reader.readline())), "HTTP/1.0 200 OK\r\n");
  assert(text(yield* wait(reader.read())).endsWith("\r\n\r\nTest message"));
  assert(!writer.isClosing());
  writer.close();
  assert(writer.isClosing());
  yield* wait(writer.waitClosed());
});

// CPython: test_streams.py, StreamTests.test_wait_closed_on_close_with_unread_data
testClient("StreamWriter.waitClosed() with bytes unread", function* ({ wait }, reader, writer) {
  writer.write("GET / HTTP/1.0\r\n\r\n");
  assertEquals(text(yield* wait(reader.readline())), "HTTP/1.0 200 OK\r\n");
  writer.close();
  yield* wait(writer.waitClosed());
});

// CPython: test_streams.py, StreamTests.test_async_writer_api_exception_after_close
testClient("StreamWriter.write() and drain() after close()", function* (test, reader, writer) {
  writer.write("GET / HTTP/1.0\r\n\r\n");
  yield* test.wait(reader.read());
  writer.close();
  writer.write("data");
  yield* test.raises(writer.drain(), Deno.errors.ConnectionReset, "Connection lost");
});

// CPython: test_streams.py, StreamTests.test_eof_feed_when_closing_writer
testClient("StreamReader ends when its writer is closed", function* ({ wait }, reader, writer) {
  writer.close();
  yield* wait(writer.waitClosed());
  assert(reader.atEof());
  assertEquals(yield* wait(reader.read()), bytes(""));
});

testClient("StreamWriter.getExtraInfo() knows both addresses", function* (test, _, writer) {
  const own = writer.getExtraInfo("sockname");
  const peer = writer.getExtraInfo("peername");
  assertEquals([own[0], peer[0]], ["127.0.0.1", "127.0.0.1"]);
  assertNotEquals(own, peer);
  assertEquals(writer.getExtraInfo("socket").getsockname(), own);
  writer.close();
  yield* test.wait(writer.waitClosed());
  assertEquals(writer.getExtraInfo("sockname"), own);
});

// CPython: test_streams.py, StreamTests.test_drain_raises
testForms("StreamWriter.drain() in a loop hears that the other end has gone", function* (test) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.accept().then((conn) => conn.close());
  const [, writer] = yield* test.wait(openConnection("127.0.0.1", listener.addr.port));
  const write = function* () {
    for (;;) {
      writer.write("foo\n");
      yield* test.wait(writer.drain());
      yield* test.turns(1);
    }
  };
  const error = yield* test.raises(test.spawn(write), Error);
  assertMatch(error.name, /^(ConnectionReset|ConnectionAborted|BrokenPipe)$/);
  listener.close();
});

// CPython: test_sock_lowlevel.py, BaseSockTestsMixin.test_create_connection_sock
testForms("openConnection() takes a socket that is connected", function* ({ loop, wait }) {
  const server = yield* wait(serve((_, writer) => writer.write("hello\n")));
  const sock = kind.newSocket();
  yield* wait(loop.sockConnect(sock, ["127.0.0.1", portOf(server)]));
  const [reader, writer] = yield* wait(openConnection(null, null, { sock }));
  assertEquals(text(yield* wait(reader.readline())), "hello\n");
  assertEquals(writer.getExtraInfo("sockname"), sock.getsockname());
  server.close();
  server.closeClients();
  writer.close();
  yield* wait(server.waitClosed());
});

testIPv6("openConnection() connects to IPv6", function* ({ wait }) {
  const server = yield* wait(startServer((_, writer) => writer.close(), "::1", 0));
  for (const [host, options] of [["::1", {}], ["localhost", { family: AF_INET6 }]] as const) {
    const [reader, writer] = yield* wait(openConnection(host, portOf(server), options));
    assertEquals(writer.getExtraInfo("peername")[0], "::1");
    assertEquals(yield* wait(reader.read()), bytes(""));
    writer.close();
  }
  server.close();
  yield* wait(server.waitClosed());
});

testIPv6("openConnection() finds a server on either address of localhost", function* ({ wait }) {
  for (const address of ["127.0.0.1", "::1"]) {
    const server = yield* wait(startServer((_, writer) => writer.close(), address, 0));
    const [reader, writer] = yield* wait(openConnection("localhost", portOf(server)));
    assertEquals(writer.getExtraInfo("peername")[0], address);
    assertEquals(yield* wait(reader.read()), bytes(""));
    writer.close();
    server.close();
    yield* wait(server.waitClosed());
  }
});

testForms("openConnection() refuses what names no server", function* ({ raises }) {
  using sock = kind.newSocket();
  const both = "host/port and sock can not be specified at the same time";
  yield* raises(openConnection("127.0.0.1", null, { sock }), ValueError, both);
  yield* raises(openConnection(null, 80, { sock }), ValueError, both);
  const none = "host and port was not specified and no sock specified";
  yield* raises(openConnection(), ValueError, none);
  yield* raises(openConnection("127.0.0.1"), ValueError, none);
  yield* raises(openConnection("127.0.0.1", 80, { limit: 0 }), ValueError, "Limit cannot be <= 0");
  yield* raises(openConnection("127.0.0.1", 65_536), ValueError, "port must be 0-65535");
  yield* raises(openConnection("127.0.0.1", NaN), TypeError, "port must be an integer");
});

// CPython: test_streams.py, StreamTests.test_open_connection_error
testForms("openConnection() tells why there is no connection", function* ({ raises, wait }) {
  const server = yield* wait(serve(() => {}));
  const port = portOf(server);
  server.close();
  yield* wait(server.waitClosed());
  yield* raises(openConnection("127.0.0.1", port), Deno.errors.ConnectionRefused);
  yield* raises(openConnection("localhost", port), Deno.errors.ConnectionRefused);
  yield* raises(openConnection("host.invalid", port), Error, "ENOTFOUND");
});

testOnce(
  "openConnection() and startServer() without permission throw what Deno does",
  () =>
    runTest(async () => {
      const { NotCapable } = Deno.errors;
      await assertRejects(async () => await openConnection("127.0.0.1", 1), NotCapable);
      await assertRejects(async () => await startServer(() => {}, "127.0.0.1", 0), NotCapable);
    }),
  { permissions: { net: false } },
);

testForms(
  "openConnection() may be cancelled at any time, and leaves nothing open",
  function* (test) {
    const { loop, turns, wait } = test;
    const server = yield* wait(serve(function* (reader, writer) {
      yield* reader.read();
      writer.close();
    }));
    for (let patience = 0; patience < 30; patience++) {
      const task = loop.createTask(connectTo(server));
      yield* turns(patience);
      task.cancel();
      try {
        const [, writer] = yield* wait(task);
        writer.close();
        yield* wait(writer.waitClosed());
      } catch (error) {
        assertInstanceOf(error, CancelledError);
      }
    }
    const [, writer] = yield* wait(connectTo(server));
    writer.close();
    server.close();
    yield* wait(server.waitClosed());
  },
);

// Lines and bytes over a connection.

testForms("streams carry lines both ways", function* ({ spawn, wait }) {
  const { client, server, close } = yield* wait(connectedPair());
  const echo = spawn(function* () {
    const [reader, writer] = server;
    for (let line = yield* wait(reader.readline()); line.length > 0;) {
      writer.writelines([line, "again: ", line]);
      yield* wait(writer.drain());
      line = yield* wait(reader.readline());
    }
    writer.writeEof();
  });
  const [reader, writer] = client;
  for (const line of ["one\n", "two\n", "three\n"]) {
    writer.write(line);
    assertEquals(text(yield* wait(reader.readline())), line);
    assertEquals(text(yield* wait(reader.readline())), `again: ${line}`);
  }
  writer.writeEof();
  assertEquals(yield* wait(reader.read()), bytes(""));
  yield* wait(echo);
  yield* wait(close());
});

testForms("a client knows the server's address, and the server the client's", function* (test) {
  const { client: [, client], server: [, server], close } = yield* test.wait(connectedPair());
  assertEquals(client.getExtraInfo("sockname"), server.getExtraInfo("peername"));
  assertEquals(client.getExtraInfo("peername"), server.getExtraInfo("sockname"));
  yield* test.wait(close());
});

testForms("a line beyond the limit is an error, and the next is read", function* (test) {
  const { raises, wait } = test;
  const { client, server, close } = yield* wait(connectedPair({ server: { limit: 1000 } }));
  client[1].write("x".repeat(1001) + "\nshort\n");
  yield* raises(server[0].readline(), ValueError, "limit");
  assertEquals(text(yield* wait(server[0].readline())), "short\n");
  yield* wait(close());
});

testForms("a line without end is an error, and takes no more memory than it may", function* (test) {
  const { raises, spawn, wait } = test;
  const { client, server, close } = yield* wait(connectedPair({ server: { limit: 1000 } }));
  const flood = spawn(function* () {
    for (;;) {
      client[1].write(new Uint8Array(64 * 1024));
      yield* wait(client[1].drain());
    }
  });
  for (let i = 0; i < 20; i++) {
    yield* raises(server[0].readline(), ValueError, "limit");
    assertEquals(sizeOf(server[0]), 0);
  }
  flood.cancel();
  yield* raises(flood, CancelledError);
  client[1].transport.abort();
  yield* wait(close());
});

/** How much a reader has buffered, by its repr. */
function sizeOf(reader: StreamReader): number {
  return Number(/(\d+) bytes/.exec(String(reader))?.[1] ?? 0);
}

test("a connection is iterated line by line", async () => {
  await runTest(async () => {
    await using server = await serve(async (reader, writer) => {
      await using closing = writer;
      for await (const line of reader) closing.write(`< ${text(line)}`);
    });
    const [reader, writer] = await connectTo(server);
    await using _ = writer;
    writer.write("one\ntwo\nthree");
    writer.writeEof();
    const lines: string[] = [];
    for await (const line of reader) lines.push(text(line));
    assertEquals(lines, ["< one\n", "< two\n", "< three"]);
  });
});

testForms("readers cancelled at any time lose no byte of a connection", function* (test) {
  const { loop, spawn, wait } = test;
  const { client, server, close } = yield* wait(connectedPair());
  const size = 300_000;
  const sender = spawn(function* () {
    yield* wait(loop.createTask(sendPattern(client[1], size)));
    client[1].writeEof();
  });
  let seed = 1;
  const random = (below: number) => (seed = (seed * 48271) % 0x7fffffff) % below;
  const [reader] = server;
  let received = 0;
  let cancelled = 0;
  while (!reader.atEof()) {
    const reads = [
      () => reader.read(random(3000) + 1),
      () => reader.readexactly(Math.min(random(3000) + 1, size - received)),
      () => reader.readline(),
    ];
    const read = reads[random(reads.length)]!;
    let data = new Uint8Array();
    const task = spawn(function* () {
      data = (yield* wait(read())) as Uint8Array<ArrayBuffer>;
    });
    yield* test.turns(random(3));
    if (random(2) === 0) task.cancel();
    try {
      yield* wait(task);
    } catch (error) {
      assertInstanceOf(error, CancelledError);
      cancelled++;
    }
    assertEquals(data, pattern(received, data.length));
    received += data.length;
  }
  assertEquals(received, size);
  assert(cancelled > 10, "the test cancels nothing");
  yield* wait(sender);
  yield* wait(close());
});

// The end of a stream, and of a connection.

testForms("a client that sends no more is still answered", function* ({ wait }) {
  const { client, server, close } = yield* wait(connectedPair());
  client[1].write("question");
  client[1].writeEof();
  assertEquals(text(yield* wait(server[0].read())), "question");
  assert(server[0].atEof());
  assert(!server[1].isClosing());
  server[1].write("answer");
  server[1].close();
  assertEquals(text(yield* wait(client[0].read())), "answer");
  yield* wait(close());
});

testForms("a server that sends no more still hears its client", function* ({ wait }) {
  const { client, server, close } = yield* wait(connectedPair());
  server[1].writeEof();
  assertEquals(text(yield* wait(client[0].read())), "");
  client[1].write("still here\n");
  assertEquals(text(yield* wait(server[0].readline())), "still here\n");
  client[1].close();
  assertEquals(text(yield* wait(server[0].read())), "");
  yield* wait(close());
});

/** Bytes that no system's buffers hold all at once. */
const MUCH = 40 * MiB;

testForms("StreamWriter.close() delivers what is unsent", function* ({ loop, turns, wait }) {
  const { client, server, close } = yield* wait(connectedPair());
  for (let sent = 0; sent < MUCH; sent += MiB) client[1].write(pattern(sent, MiB));
  assert(client[1].transport.getWriteBufferSize() > MUCH / 4);
  client[1].close();
  const ended = loop.createTask(client[1].waitClosed());
  yield* turns(20);
  assert(!ended.done());
  assertEquals(yield* wait(loop.createTask(receivePattern(server[0]))), MUCH);
  yield* wait(ended);
  yield* wait(close());
});

testForms("StreamWriter.writeEof() ends the stream after what is unsent", function* (test) {
  const { loop, wait } = test;
  const { client, server, close } = yield* wait(connectedPair());
  for (let sent = 0; sent < MUCH; sent += MiB) client[1].write(pattern(sent, MiB));
  client[1].writeEof();
  assertEquals(yield* wait(loop.createTask(receivePattern(server[0]))), MUCH);
  server[1].write("got it");
  server[1].close();
  assertEquals(text(yield* wait(client[0].read())), "got it");
  yield* wait(close());
});

testForms("transport.abort() drops what is unsent", function* ({ loop, wait }) {
  const { client, server, close } = yield* wait(connectedPair());
  for (let sent = 0; sent < MUCH; sent += MiB) client[1].write(pattern(sent, MiB));
  client[1].transport.abort();
  yield* wait(client[1].waitClosed());
  let received = 0;
  try {
    received = yield* wait(loop.createTask(receivePattern(server[0])));
  } catch (error) {
    assertInstanceOf(error, Deno.errors.ConnectionReset);
  }
  assert(received < MUCH);
  yield* wait(close());
});

/** A client that resets its connection as soon as it has received something. */
function resettingClient(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(portOf(server), "127.0.0.1");
    socket.once("data", () => socket.resetAndDestroy());
    socket.once("close", () => resolve());
  });
}

for (const operation of ["reading", "writing", "neither"] as const) {
  test(`a client that resets the connection, of a server that is ${operation}`, async () => {
    await runTest(async ({ loop, reported }) => {
      const outcome = loop.createFuture<unknown>();
      await using server = await serve(async (reader, writer) => {
        writer.write("x".repeat(1000));
        try {
          if (operation === "reading") await reader.read();
          while (operation === "writing") {
            writer.write("x".repeat(1000));
            await writer.drain();
            await sleep(0);
          }
          await writer.waitClosed();
          outcome.setResult(null);
        } catch (error) {
          outcome.setResult(error);
        }
      });
      await resettingClient(server);
      const { ConnectionReset, BrokenPipe } = Deno.errors;
      const error = await outcome;
      assert(error instanceof ConnectionReset || error instanceof BrokenPipe, String(error));
      assertEquals(reported, []);
    });
  });
}

test("a callback that fails by a client's reset is reported, and the server goes on", async () => {
  await runTest(async ({ reported }) => {
    await using server = await serve(async (reader, writer) => {
      writer.write("hello\n");
      await reader.read();
      writer.close();
    });
    await resettingClient(server);
    while (reported.length === 0) await sleep(0);
    const [{ message, exception }] = reported.splice(0) as [typeof reported[0]];
    assertEquals(message, "Unhandled exception in client_connected_cb");
    assertInstanceOf(exception, Deno.errors.ConnectionReset);
    const [reader, writer] = await connectTo(server);
    assertEquals(text(await reader.readline()), "hello\n");
    writer.close();
  });
});

// Flow control.

testForms("StreamWriter.drain() holds who sends to a peer that does not read", function* (test) {
  const { loop, raises, wait } = test;
  const { client, server, close } = yield* wait(connectedPair());
  let sent = 0;
  function* fill(): Coroutine<void> {
    for (; sent < MUCH; sent += 100_000) {
      client[1].write(pattern(sent, 100_000));
      yield* client[1].drain();
    }
  }
  // The system's buffers are full some time; from then on nothing moves.
  yield* raises(waitFor(fill(), 5), TimeoutError);
  assert(sent < MUCH, `${sent} bytes sent`);
  const { transport } = client[1];
  const [, high] = transport.getWriteBufferLimits();
  // What waits below the transport is told of when all of it is sent: it may be less than the low mark.
  assert(transport.getWriteBufferSize() > 0);
  assert(transport.getWriteBufferSize() <= high + 100_000);
  assert(sizeOf(server[0]) <= 4 * 64 * 1024, `${sizeOf(server[0])} bytes received`);
  sent += 100_000;

  // When it reads, all goes on where it stopped.
  const receiver = loop.createTask(receivePattern(server[0]));
  yield* wait(fill());
  client[1].close();
  assertEquals(yield* wait(receiver), sent);
  yield* wait(close());
});

/** The most that sockets receive at once. */
const PIECE = kind.isNative ? 256 * 1024 : 64 * 1024;

testForms("a reader that is not read from buffers twice its limit, and a piece", function* (test) {
  const { spawn, turns, wait } = test;
  const { client, server, close } = yield* wait(connectedPair({ server: { limit: 10_000 } }));
  const sender = spawn(function* () {
    for (let sent = 0; sent < MUCH; sent += MiB) {
      client[1].write(pattern(sent, MiB));
      yield* wait(client[1].drain());
    }
    client[1].writeEof();
  });
  while (server[1].transport.isReading()) yield* turns(1);
  yield* wait(sleep(5));
  assert(sizeOf(server[0]) > 20_000 && sizeOf(server[0]) <= 20_000 + PIECE);
  assert(!sender.done());
  // It resumes when half of that has been read, and not before.
  yield* wait(server[0].readexactly(sizeOf(server[0]) - 10_001));
  assert(!server[1].transport.isReading());
  yield* wait(server[0].readexactly(1));
  assert(server[1].transport.isReading());
  let rest = 0;
  for (let data; (data = yield* wait(server[0].read(1 << 20))).length > 0;) rest += data.length;
  yield* wait(sender);
  assert(rest > MUCH - 2 * (20_000 + PIECE));
  yield* wait(close());
});

testForms("50 MB pass both ways at once, and not a byte is lost", function* ({ loop, wait }) {
  const { client, server, close } = yield* wait(connectedPair());
  const size = 50_000_000;
  function* sendAll([, writer]: [unknown, StreamWriter]): Coroutine<void> {
    yield* sendPattern(writer, size);
    writer.writeEof();
  }
  const [, , there, back] = yield* wait(gather(
    sendAll(client),
    sendAll(server),
    receivePattern(server[0]),
    receivePattern(client[0]),
  ));
  assertEquals([there, back], [size, size]);
  assertEquals(loop.getDebug(), false);
  yield* wait(close());
});

testForms("50 MB written at once arrive, and are read at once", function* ({ wait }) {
  const { client, server, close } = yield* wait(connectedPair());
  const data = pattern(0, 50_000_000);
  client[1].write(data);
  client[1].writeEof();
  const received = yield* wait(server[0].read());
  assertEquals(received.length, data.length);
  assert(received.every((byte, i) => byte === data[i]));
  yield* wait(close());
});

// What a read gives is the caller's own.

/** The ways to read, and what is sent for each. */
const reads: Record<string, (reader: StreamReader) => Coroutine<Uint8Array>> = {
  *"read(n)"(reader) {
    return yield* reader.read(4);
  },
  *"readexactly(n)"(reader) {
    return yield* reader.readexactly(4);
  },
  *"readline()"(reader) {
    return yield* reader.readline();
  },
  *"readuntil()"(reader) {
    return yield* reader.readuntil("\n");
  },
};

for (const [name, read] of Object.entries(reads)) {
  testForms(`${name} gives bytes that may be transferred, on any connection`, function* (test) {
    const { wait, fn } = test;
    const pairs = [yield* wait(connectedPair()), yield* wait(connectedPair())] as const;
    const kept: Uint8Array[] = [];
    for (let i = 0; i < 20; i++) {
      for (const [who, { client, server }] of pairs.entries()) {
        client[1].write(`${who}${String(i).padStart(2, "0")}\n`);
        const data = yield* wait(coroutine(fn(() => read(server[0])))());
        assertEquals([text(data), data.byteOffset], [`${who}${String(i).padStart(2, "0")}\n`, 0]);
        assertEquals(data.buffer.byteLength, 4);
        if (i % 2 === 0) structuredClone(data, { transfer: [data.buffer as ArrayBuffer] });
        else kept.push(data.fill(i));
      }
    }
    assert(kept.every((data, at) => data.every((byte) => byte === 2 * (at >> 1) + 1)));
    for (const { close } of pairs) yield* wait(close());
  });
}

testForms("what was read is kept by the bytes that it has", function* ({ wait }) {
  const { client, server, close } = yield* wait(connectedPair());
  client[1].write(pattern(0, 3 * MiB));
  client[1].writeEof();
  for (let at = 0; at < 3 * MiB;) {
    const data = yield* wait(server[0].read(at % 2 === 0 ? 100_001 : 7));
    assertEquals(data.buffer.byteLength, data.length);
    assert(data.every((byte, i) => byte === (((at + i) * 31 + ((at + i) >> 8)) & 0xff)));
    at += data.length;
  }
  yield* wait(close());
});

// Many connections.

testForms("bytes read in pieces of any size come in order, each once", function* ({ loop, wait }) {
  const { server, client, close } = yield* wait(connectedPair());
  const size = 3 * MiB + 17;
  const receiver = loop.createTask(receivePieces(server[0], size));
  yield* wait(loop.createTask(sendPattern(client[1], size)));
  assertEquals(yield* wait(receiver), size);
  yield* wait(close());
});

test("fifty clients at once, each with its own task and bytes", async () => {
  await runTest(async () => {
    const tasks = new Set<unknown>();
    await using server = await serve(function* (reader, writer) {
      tasks.add(currentTask());
      for (let i = 0; i < 20; i++) writer.write(yield* reader.readexactly(1000));
      yield* writer.drain();
      writer.close();
    });
    async function client(number: number): Promise<void> {
      const [reader, writer] = await connectTo(server);
      for (let i = 0; i < 20; i++) {
        const data = pattern(number * 1000 + i, 1000);
        writer.write(data);
        assertEquals(await reader.readexactly(1000), data);
      }
      assertEquals(await reader.read(), bytes(""));
      writer.close();
      await writer.waitClosed();
    }
    await gather(...Array.from({ length: 50 }, (_, number) => () => client(number)));
    assertEquals(tasks.size, 50);
  });
});
