// Copyright 2026 the asyncio authors. MIT license.

import {
  AbstractServer,
  asyncWith,
  CancelledError,
  type Coroutine,
  createTask,
  currentTask,
  NotImplementedError,
  openConnection,
  RuntimeError,
  type Server,
  sleep,
  startServer,
  type StreamReader,
  type StreamWriter,
  type Task,
  TimeoutError,
  ValueError,
  waitFor,
} from "@asyncio/asyncio";
import { AF_INET6, SO_REUSEPORT, Socket, SOL_SOCKET } from "@asyncio/asyncio/selectors";
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { suite } from "../../_suite.ts";
import { closed, connectTo, hasIPv6, portOf, serve, type Stream } from "../_connections.ts";
import { bytes, text } from "../_text.ts";

const { kind, runTest, test, testForms } = suite();

const nobody = () => {};

/** Serves a client until it sends no more. */
function* untilEof(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  try {
    yield* reader.read();
  } finally {
    writer.close();
    yield* writer.waitClosed();
  }
}

/** Whether somebody listens on a port. */
async function isListening(port: number): Promise<boolean> {
  try {
    using _ = await Deno.connect({ hostname: "127.0.0.1", port });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
}

// Serving.

// CPython: test_server.py, BaseStartServer.test_start_server_1
testForms("Server.serveForever() ends with its task, and closes the server", function* (test) {
  const { raises, spawn, wait } = test;
  const server: Server = yield* wait(serve(
    function* (reader, writer) {
      assertEquals((yield* reader.readline()).length, 5 * 1024 + 1);
      main.cancel();
      writer.write("1");
      writer.close();
      yield* writer.waitClosed();
    },
    { startServing: false },
  ));
  assert(!server.isServing());
  const main: Task<void> = spawn(function* () {
    yield* wait(asyncWith(server, () => server.serveForever()));
  });
  yield* test.turns(3);
  assert(server.isServing());
  const [reader, writer] = yield* wait(connectTo(server));
  writer.write("1".repeat(5 * 1024) + "\n");
  assertEquals(text(yield* wait(reader.read())), "1");
  writer.close();
  yield* raises(main, CancelledError);
  assertEquals(server.sockets.length, 0);
  assert(!server.isServing());
  yield* raises(server.serveForever(), RuntimeError, "is closed");
  yield* raises(server.startServing(), RuntimeError, "is closed");
  yield* wait(server.waitClosed());
});

testForms("Server.serveForever() ends when the server is closed", function* ({ loop, raises }) {
  const server = yield* serve(nobody);
  loop.callLater(1, () => server.close());
  yield* raises(server.serveForever(), CancelledError);
});

testForms("Server.serveForever() is for one", function* ({ loop, raises, turns }) {
  const server = yield* serve(nobody);
  const first = loop.createTask(server.serveForever());
  yield* turns(1);
  const text = "is already being awaited on serveForever()";
  yield* raises(server.serveForever(), RuntimeError, text);
  assert(server.isServing());
  first.cancel();
  yield* raises(first, CancelledError);
  assert(!server.isServing());
});

testForms("Server.serveForever() waits for its clients when it ends", function* (test) {
  const { loop, raises, turns, wait } = test;
  const server = yield* wait(serve(untilEof));
  const forever = loop.createTask(server.serveForever());
  const [reader, writer] = yield* wait(connectTo(server));
  writer.write("x");
  yield* turns(2);
  forever.cancel();
  yield* turns(5);
  assert(!forever.done());
  assertEquals(server.sockets.length, 0);
  writer.writeEof();
  assertEquals(yield* wait(reader.read()), bytes(""));
  yield* raises(forever, CancelledError);
  writer.close();
});

testForms("Server.startServing() begins to accept, as often as you like", function* (test) {
  const { loop, raises, wait } = test;
  const served = loop.createFuture<void>();
  const server = yield* wait(serve(
    function* (reader, writer) {
      yield* untilEof(reader, writer);
      served.setResult();
    },
    { startServing: false },
  ));
  assert(!server.isServing());
  if (kind.isNative) {
    yield* raises(connectTo(server), Deno.errors.ConnectionRefused);
  } else {
    // A socket of Deno's that is bound listens: the system takes the connection, nobody serves it yet.
    (yield* wait(connectTo(server)))[1].close();
  }
  for (let i = 0; i < 2; i++) {
    yield* wait(server.startServing());
    assert(server.isServing());
  }
  if (kind.isNative) (yield* wait(connectTo(server)))[1].close();
  yield* wait(served);
  server.close();
  yield* wait(server.waitClosed());
});

// Closing.

// CPython: test_server.py, TestServer2.test_wait_closed_basic
testForms("Server.waitClosed() waits for the server and for its clients", function* (test) {
  const { loop, turns, wait } = test;
  const server = yield* wait(serve(untilEof));
  const tasks: Task<void>[] = [];
  function* waitOnce(): Coroutine<void> {
    tasks.push(loop.createTask(server.waitClosed()));
    yield* turns(1);
    for (const task of tasks) assert(!task.done());
  }
  // No client, not closed.
  yield* waitOnce();
  // A client, not closed.
  const [reader, writer] = yield* wait(connectTo(server));
  yield* waitOnce();
  writer.write("x");
  server.close();
  yield* turns(1);
  // A client, closed.
  yield* waitOnce();
  writer.close();
  yield* wait(writer.waitClosed());
  // No client, closed.
  for (const task of tasks) yield* wait(task);
  yield* wait(server.waitClosed());
  assertEquals(yield* wait(reader.read()), bytes(""));
});

// CPython: test_server.py, TestServer2.test_wait_closed_race
testForms("Server.waitClosed() when server and client close at once", function* (test) {
  const { loop, turns, wait } = test;
  const server = yield* wait(serve(untilEof));
  const task = loop.createTask(server.waitClosed());
  yield* turns(1);
  assert(!task.done());
  const [, writer] = yield* wait(connectTo(server));
  loop.callSoon(() => server.close());
  loop.callSoon(() => writer.close());
  yield* wait(server.waitClosed());
  yield* wait(task);
});

testForms("Server.waitClosed() cancelled does not cancel the others", function* (test) {
  const { loop, raises, wait } = test;
  const server = yield* wait(serve(nobody));
  const other = loop.createTask(server.waitClosed());
  yield* raises(waitFor(server.waitClosed(), 1), TimeoutError);
  server.close();
  yield* wait(other);
});

// CPython: test_server.py, TestServer2.test_close_clients
testForms("Server.closeClients() ends their connections", function* (test) {
  const { loop, turns, wait } = test;
  const connected = loop.createFuture<void>();
  const server = yield* wait(serve(function* (reader, writer) {
    connected.setResult();
    yield* untilEof(reader, writer);
  }));
  const [reader, writer] = yield* wait(connectTo(server));
  yield* wait(connected);
  const task = loop.createTask(server.waitClosed());
  yield* turns(1);
  assert(!task.done());
  server.close();
  server.closeClients();
  yield* wait(task);
  assertEquals(yield* wait(reader.read()), bytes(""));
  writer.close();
  yield* closed(writer);
});

testForms("Server.closeClients() leaves the server open to others", function* ({ wait }) {
  const server = yield* wait(serve((_, writer) => writer.write("hello\n")));
  for (let i = 0; i < 2; i++) {
    const [reader, writer] = yield* wait(connectTo(server));
    assertEquals(text(yield* wait(reader.readline())), "hello\n");
    server.closeClients();
    assertEquals(yield* wait(reader.read()), bytes(""));
    writer.close();
    yield* closed(writer);
  }
  assert(server.isServing());
  server.close();
  yield* wait(server.waitClosed());
});

// CPython: test_server.py, TestServer2.test_abort_clients
testForms("Server.abortClients() does not wait for clients that do not read", function* (test) {
  const { loop, turns, wait } = test;
  const accepted = loop.createFuture<Stream>();
  const server = yield* wait(serve(function* (...stream) {
    accepted.setResult(stream);
    yield* stream[1].waitClosed();
  }));
  const [, clientWriter] = yield* wait(connectTo(server, { limit: 4096 }));
  const [, writer] = yield* wait(accepted);

  // The reader pauses at twice its limit; then the system's buffers fill, then ours, with more than
  // those of the system may still grow by.
  writer.write("a".repeat(3 * 4096));
  while (clientWriter.transport.isReading()) yield* turns(1);
  const block = new Uint8Array(1024 * 1024);
  while (writer.transport.getWriteBufferSize() < 16 * block.length) {
    writer.write(block);
    yield* turns(1);
  }

  const task = loop.createTask(server.waitClosed());
  server.close();
  server.closeClients();
  yield* turns(5);
  assert(!task.done());
  server.abortClients();
  yield* wait(task);
  assertEquals(writer.transport.getWriteBufferSize(), 0);

  clientWriter.close();
  yield* closed(clientWriter);
});

testForms("Server.close() stops listening, and leaves its clients alone", function* (test) {
  const { wait } = test;
  const server = yield* wait(serve(function* (reader, writer) {
    writer.write(yield* reader.readline());
    writer.close();
  }));
  const port = portOf(server);
  const [reader, writer] = yield* wait(connectTo(server));
  writer.write("hel");
  yield* test.turns(1);
  server.close();
  server.close();
  assert(!server.isServing());
  writer.write("lo\n");
  assertEquals(text(yield* wait(reader.read())), "hello\n");
  writer.close();
  yield* wait(server.waitClosed());
  yield* test.raises(openConnection("127.0.0.1", port), Deno.errors.ConnectionRefused);
});

testForms("Server.waitClosed() waits until the port is free again", function* ({ wait }) {
  let port = 0;
  for (let i = 0; i < 3; i++) {
    const server = yield* wait(startServer(nobody, "127.0.0.1", port));
    port = portOf(server);
    const [reader, writer] = yield* wait(connectTo(server));
    server.close();
    server.closeClients();
    yield* wait(server.waitClosed());
    assertEquals(yield* wait(reader.read()), bytes(""));
    writer.close();
  }
});

test("Server closes at the end of asyncWith() and of an await using scope", async () => {
  await runTest(async () => {
    let port: number;
    const result = await asyncWith(await serve(untilEof), async (server) => {
      port = portOf(server);
      const [, writer] = await connectTo(server);
      writer.close();
      return await Promise.resolve("done");
    });
    assertEquals([result, await isListening(port!)], ["done", false]);
    {
      await using server = await serve(untilEof);
      port = portOf(server);
      const [, writer] = await connectTo(server);
      writer.close();
    }
    assertEquals(await isListening(port), false);
  });
});

// Who serves.

test("Server serves with generator, async and plain functions", async () => {
  await runTest(async () => {
    const generator = function* (reader: StreamReader, writer: StreamWriter) {
      writer.write(yield* reader.readline());
      writer.close();
    };
    const asynchronous = async (reader: StreamReader, writer: StreamWriter) => {
      writer.write(await reader.readline());
      writer.close();
    };
    const plain = (reader: StreamReader, writer: StreamWriter) => {
      createTask(generator(reader, writer));
    };
    for (const callback of [generator, asynchronous, plain]) {
      await using server = await serve(callback);
      const [reader, writer] = await connectTo(server);
      writer.write("hello world!\n");
      assertEquals(text(await reader.readline()), "hello world!\n");
      writer.close();
      await writer.waitClosed();
    }
  });
});

test("Server serves each client in a task of its own", async () => {
  await runTest(async () => {
    await using server = await serve(async (reader, writer) => {
      for await (const line of reader) writer.write(line);
      writer.close();
    });
    const clients = await Promise.all([1, 2, 3].map(() => connectTo(server)));
    // All are served at once: the last first.
    for (const [i, [reader, writer]] of clients.entries().toArray().reverse()) {
      writer.write(`client ${i}\n`);
      assertEquals(text(await reader.readline()), `client ${i}\n`);
    }
    for (const [, writer] of clients) writer.close();
  });
});

// CPython: test_streams.py, StreamTests.test_unhandled_exception
test("Server reports a callback that throws, and closes the connection", async () => {
  await runTest(async ({ reported }) => {
    const exception = new ValueError("test");
    await using server = await serve(async () => {
      await Promise.resolve();
      throw exception;
    });
    const [reader, writer] = await connectTo(server);
    writer.write("test msg");
    assertEquals(await reader.read().then(text, () => ""), "");
    writer.close();
    await closed(writer);
    assertEquals(reported.map(({ message, exception }) => [message, exception]), [
      ["Unhandled exception in client_connected_cb", exception],
    ]);
    reported.length = 0;
  });
});

// CPython: test_streams.py, StreamTests.test_unhandled_cancel
test("Server does not report a callback that is cancelled", async () => {
  await runTest(async () => {
    await using server = await serve(async (_, writer) => {
      writer.close();
      currentTask()!.cancel();
      await sleep(1);
    });
    const [reader, writer] = await connectTo(server);
    assertEquals(await reader.read(), bytes(""));
    writer.close();
    await writer.waitClosed();
  });
});

// Where it listens.

// CPython: test_events.py, TestServer.test_get_loop
test("Server.sockets tells where it listens", async () => {
  await runTest(async ({ loop }) => {
    await using server = await serve(nobody);
    const [host, port] = server.sockets[0].getsockname();
    assertEquals(host, "127.0.0.1");
    assertNotEquals(port, 0);
    assertStrictEquals(server.getLoop(), loop);
    assertMatch(
      String(server),
      /^<Server sockets=\[<TransportSocket fd=\d+, family=2, type=1.*>\]>$/,
    );
    assertEquals(Deno.inspect(server), String(server));
    server.close();
    assertEquals(String(server), "<Server sockets=[]>");
  });
});

// CPython: test_events.py, EventLoopTestsMixin.test_create_server_multiple_hosts_ipv4 and
// test_create_server_multiple_hosts_ipv6
test("startServer() listens on several hosts, on each once", async () => {
  await runTest(async () => {
    await using several = await startServer(nobody, ["127.0.0.1", "127.0.0.2", "127.0.0.1"], 0);
    assertEquals(several.sockets.map((sock) => sock.getsockname()[0]), ["127.0.0.1", "127.0.0.2"]);
    const { sockets: [first, second] } = several;
    assertNotEquals(first!.fileno(), second!.fileno());
  });
});

for (const host of ["", null, "localhost"]) {
  // CPython: test_events.py, EventLoopTestsMixin.test_create_server_dual_stack
  test(
    `startServer() on ${JSON.stringify(host)} listens on both families`,
    () =>
      runTest(async () => {
        const peers: string[] = [];
        const serve = (_: unknown, writer: StreamWriter) => {
          peers.push(writer.getExtraInfo("peername")[0]);
          writer.close();
        };
        const { sockets, port } = await onOnePort(serve, host);
        for (const hostname of ["127.0.0.1", "::1"]) {
          const [reader, writer] = await openConnection(hostname, port);
          assertEquals((await reader.read(1)).length, 0);
          writer.close();
        }
        assertEquals(peers, ["127.0.0.1", "::1"]);
        sockets.close();
        await sockets.waitClosed();
      }),
    { ignore: !hasIPv6 },
  );
}

/** A server whose addresses all have the same port. */
async function onOnePort(
  serve: (reader: StreamReader, writer: StreamWriter) => unknown,
  host: string | null,
): Promise<{ sockets: Server; port: number }> {
  for (;;) {
    using free = Deno.listen({ hostname: "::", port: 0 });
    const { port } = free.addr;
    free.close();
    try {
      return { sockets: await startServer(serve, host, port), port };
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

test(
  "startServer() listens on IPv6",
  () =>
    runTest(async () => {
      const greet = (_: unknown, writer: StreamWriter) => writer.close();
      for (const [host, options] of [["::1", {}], ["localhost", { family: AF_INET6 }]] as const) {
        await using server = await startServer(greet, host, 0, options);
        const [address, port] = server.sockets[0].getsockname();
        assertEquals(address, "::1");
        using _ = await Deno.connect({ hostname: "::1", port });
      }
    }),
  { ignore: !hasIPv6 },
);

// CPython: test_streams.py, StreamTests.test_start_server, and test_events.py,
// EventLoopTestsMixin.test_create_server_sock
test("startServer() takes a socket that is bound", async () => {
  await runTest(async () => {
    const sock = kind.newSocket();
    sock.bind(["127.0.0.1", 0]);
    const address = sock.getsockname();
    await using server = await startServer((_, writer) => writer.close(), null, null, { sock });
    assertEquals(server.sockets[0].getsockname(), address);
    const [reader, writer] = await connectTo(server);
    assertEquals(await reader.read(), bytes(""));
    writer.close();
  });
});

// CPython: test_events.py, EventLoopTestsMixin.test_create_server_reuse_port
testForms("servers share a port with reusePort, where sockets can", function* (test) {
  const { raises, wait } = test;
  const first = startServer(nobody, "127.0.0.1", 0, { reusePort: true });
  if (!kind.isNative && !("listenDatagram" in Deno)) {
    return yield* raises(first, Deno.errors.NotSupported, "SO_REUSEPORT");
  }
  const one = yield* wait(first);
  const [host, port] = one.sockets[0].getsockname();
  const two = yield* wait(startServer(nobody, host, port, { reusePort: true }));
  for (const server of [one, two]) {
    assertNotEquals(server.sockets[0].getsockopt(SOL_SOCKET, SO_REUSEPORT), 0);
    server.close();
    yield* wait(server.waitClosed());
  }
  const alone = yield* wait(startServer(nobody, "127.0.0.1", 0));
  assertEquals(alone.sockets[0].getsockopt(SOL_SOCKET, SO_REUSEPORT), 0);
  alone.close();
  yield* wait(alone.waitClosed());
});

// Errors of use, and of the system.

testForms("startServer() refuses what makes no server", function* ({ raises }) {
  using sock = kind.newSocket();
  const both = "host/port and sock can not be specified at the same time";
  yield* raises(startServer(nobody, "127.0.0.1", null, { sock }), ValueError, both);
  yield* raises(startServer(nobody, null, 0, { sock }), ValueError, both);
  const none = "Neither host/port nor sock were specified";
  yield* raises(startServer(nobody), ValueError, none);
  yield* raises(serve(nobody, { limit: 0 }), ValueError, "Limit cannot be <= 0");
  const noCallback = null as unknown as typeof nobody;
  yield* raises(serve(noCallback), TypeError, "a callable object was expected");
  for (const port of [-1, 65_536]) {
    yield* raises(startServer(nobody, "127.0.0.1", port), ValueError, "port must be 0-65535");
  }
  for (const port of [NaN, 0.5, "http" as unknown as number]) {
    yield* raises(startServer(nobody, "127.0.0.1", port), TypeError, "port must be an integer");
  }
});

// CPython: test_events.py, EventLoopTestsMixin.test_create_server_addr_in_use
testForms("startServer() on a port in use throws, and leaves nothing open", function* (test) {
  using taken = Deno.listen({ hostname: "127.0.0.2", port: 0 });
  const { port } = taken.addr;
  // The first of the hosts has it free: it is given back.
  const hosts = ["127.0.0.1", "127.0.0.2"];
  yield* test.raises(startServer(nobody, hosts, port), Deno.errors.AddrInUse);
  const server = yield* test.wait(startServer(nobody, "127.0.0.1", port));
  server.close();
});

testForms("startServer() on a host that does not resolve throws", function* ({ raises }) {
  yield* raises(startServer(nobody, "host.invalid", 0), Error, "ENOTFOUND");
});

testForms("startServer() cancelled leaves nothing open", function* (test) {
  const { loop, raises, turns, wait } = test;
  using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  const task = loop.createTask(startServer(nobody, "127.0.0.1", port));
  yield* turns(1);
  task.cancel();
  yield* raises(task, CancelledError);
  const server = yield* wait(startServer(nobody, "127.0.0.1", port));
  server.close();
});

/** A listener of Deno's that accepts what it is told to. It is for Deno's sockets only. */
class FakeListener {
  readonly addr = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;
  readonly accepts: PromiseWithResolvers<Deno.Conn>[] = [];
  closed = false;

  accept(): Promise<Deno.Conn> {
    const accept = Promise.withResolvers<Deno.Conn>();
    this.accepts.push(accept);
    return accept.promise;
  }

  close(): void {
    this.closed = true;
    this.accepts.at(-1)?.reject(new Deno.errors.BadResource());
  }

  ref(): void {}
  unref(): void {}

  get socket(): Socket {
    return Socket.from(this as unknown as Deno.Listener);
  }
}

for (
  const [what, exception, message] of kind.isNative ? [] : [
    [
      "out of descriptors",
      new Error("Too many open files (os error 24)"),
      "socket.accept() out of system resource",
    ],
    [
      "failing otherwise",
      new Deno.errors.BadResource("Bad resource ID"),
      "socket.accept() failed",
    ],
  ] as const
) {
  testForms(`Server ${what} says so, and accepts again a second later`, function* (test) {
    const { loop, reported, turns, wait } = test;
    const listener = new FakeListener();
    const served = loop.createFuture<Stream>();
    const callback = (...stream: Stream) => served.setResult(stream);
    const server = yield* wait(startServer(callback, null, null, { sock: listener.socket }));
    yield* turns(3);
    listener.accepts[0]!.reject(exception);
    while (reported.length === 0) yield* turns(1);
    const { socket, ...context } = reported.pop()!;
    assertEquals(context, { message, exception });
    assertEquals(String(socket), String(server.sockets[0]));
    yield* turns(10);
    assertEquals(listener.accepts.length, 1);

    const since = loop.time();
    while (listener.accepts.length === 1) yield* wait(sleep(0.1));
    assert(loop.time() - since > 0.9 && loop.time() - since < 1.1);
    server.close();
    yield* wait(server.waitClosed());
  });
}

// CPython: test_events.py, TestAbstractServer.test_close, test_wait_closed and test_get_loop
testForms("AbstractServer leaves everything to who extends it", function* ({ wait }) {
  const abstract = new AbstractServer();
  for (
    const name of [
      "close",
      "closeClients",
      "abortClients",
      "getLoop",
      "isServing",
      "startServing",
      "serveForever",
      "waitClosed",
    ] as const
  ) {
    assertThrows(() => abstract[name](), NotImplementedError);
  }
  const calls: string[] = [];
  class Own extends AbstractServer {
    override close() {
      calls.push("close");
    }
    override waitClosed() {
      calls.push("waitClosed");
      return sleep(0);
    }
  }
  const own = new Own();
  const given = yield* wait(asyncWith(own, function* (it) {
    yield* sleep(0);
    return it;
  }));
  assertStrictEquals(given, own);
  assertEquals(calls, ["close", "waitClosed"]);
});
