// Copyright 2026 the asyncio authors. MIT license.

import {
  BaseProtocol,
  BaseTransport,
  BufferedProtocol,
  CancelledError,
  type Coroutine,
  coroutine,
  DatagramProtocol,
  DatagramTransport,
  ExceptionGroup,
  getRunningLoop,
  type InetAddress,
  newEventLoop,
  NotImplementedError,
  Protocol,
  ReadTransport,
  run,
  RuntimeError,
  sleep,
  SubprocessProtocol,
  SubprocessTransport,
  Transport,
  TransportSocket,
  ValueError,
  WriteTransport,
} from "@asyncio/asyncio";
import { newEventLoop as newCoreLoop } from "@asyncio/asyncio/coroutines";
import { startServer } from "@asyncio/asyncio";
import {
  AF_INET,
  AF_INET6,
  IPPROTO_TCP,
  type NonBlockingSocket,
  SOCK_DGRAM,
  SOCK_STREAM,
  TCP_NODELAY,
} from "@asyncio/asyncio/selectors";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { suite } from "../../_suite.ts";
import { hasIPv6 } from "../_connections.ts";
import { bytes, text } from "../_text.ts";

const { kind, newSelector, runTest, test, testForms, testOnce } = suite();

/** A protocol that notes what it is told. */
class Recorder extends Protocol {
  readonly calls: unknown[][] = [];
  transport!: Transport;
  keepOpen = false;
  onLost: (() => void) | null = null;

  override connectionMade(transport: Transport): void {
    this.transport = transport;
    this.calls.push(["connectionMade"]);
  }

  override dataReceived(data: Uint8Array): void {
    this.calls.push(["dataReceived", text(data)]);
  }

  override eofReceived(): boolean {
    this.calls.push(["eofReceived"]);
    return this.keepOpen;
  }

  override connectionLost(error: unknown): void {
    this.calls.push(["connectionLost", error]);
    this.onLost?.();
  }
}

/** Sends back what comes. */
class Echo extends Protocol {
  #transport!: Transport;
  override connectionMade(transport: Transport): void {
    this.#transport = transport;
  }
  override dataReceived(data: Uint8Array): void {
    this.#transport.write(data);
  }
}

// CPython: test_protocols.py, ProtocolsAbsTests.test_base_protocol, test_protocol,
// test_buffered_protocol, test_datagram_protocol and test_subprocess_protocol
testOnce("protocols do nothing until they are told otherwise", () => {
  const transport = new Transport();
  const protocol = new Protocol();
  protocol.connectionMade(transport);
  protocol.dataReceived(bytes("f"));
  protocol.pauseWriting();
  protocol.resumeWriting();
  assertEquals(protocol.eofReceived(), undefined);
  protocol.connectionLost(new Error("x"));

  const buffered = new BufferedProtocol();
  assertEquals(buffered.getBuffer(100).length, 0);
  buffered.bufferUpdated(150);
  assertEquals(buffered.eofReceived(), undefined);

  const datagrams = new DatagramProtocol();
  datagrams.connectionMade(transport);
  datagrams.errorReceived(new Error("x"));
  datagrams.datagramReceived(bytes("f"), ["127.0.0.1", 1]);

  const subprocess = new SubprocessProtocol();
  subprocess.pipeDataReceived(1, bytes("f"));
  subprocess.pipeConnectionLost(1, null);
  subprocess.processExited();
  for (const one of [protocol, buffered, datagrams, subprocess]) {
    assertInstanceOf(one, BaseProtocol);
  }
});

// CPython: test_transports.py, TransportTests.test_ctor_extra_is_none and test_get_extra_info
testOnce("BaseTransport knows what it was given", () => {
  assertEquals(new Transport().getExtraInfo("peername"), undefined);
  const transport = new BaseTransport({ extra: "info" });
  assertEquals(transport.getExtraInfo("extra"), "info");
  assertEquals(transport.getExtraInfo("unknown"), undefined);
  assertEquals(transport.getExtraInfo("unknown", "default"), "default");
});

// CPython: test_transports.py, TransportTests.test_writelines
testOnce("WriteTransport.writelines() writes all pieces at one go", () => {
  class Memory extends WriteTransport {
    readonly written: unknown[] = [];
    override write(data: Uint8Array | string): void {
      this.written.push(data);
    }
  }
  const memory = new Memory();
  memory.writelines([bytes("line1"), "line2", bytes("line3")]);
  assertEquals(memory.written, [bytes("line1line2line3")]);
});

// CPython: test_transports.py, TransportTests.test_not_implemented, test_dgram_not_implemented and
// test_subprocess_transport_not_implemented
testOnce("transports leave to subclasses what they do", () => {
  const transport = new Transport();
  const methods: (() => unknown)[] = [
    () => transport.setWriteBufferLimits(),
    () => transport.getWriteBufferLimits(),
    () => transport.getWriteBufferSize(),
    () => transport.write("data"),
    () => transport.writeEof(),
    () => transport.canWriteEof(),
    () => transport.isReading(),
    () => transport.pauseReading(),
    () => transport.resumeReading(),
    () => transport.isClosing(),
    () => transport.setProtocol(new Protocol()),
    () => transport.getProtocol(),
    () => transport.close(),
    () => transport.abort(),
    () => new DatagramTransport().sendto("data"),
    () => new DatagramTransport().abort(),
  ];
  const child = new SubprocessTransport();
  methods.push(
    () => child.getPid(),
    () => child.getReturncode(),
    () => child.getPipeTransport(1),
    () => child.sendSignal("SIGTERM"),
    () => child.terminate(),
    () => child.kill(),
  );
  for (const method of methods) assertThrows(method, NotImplementedError);
});

testOnce("a Transport is both, a transport that reads and one that writes", () => {
  const transport = new Transport();
  assert(transport instanceof ReadTransport);
  assert(transport instanceof WriteTransport);
  assert(!(new WriteTransport() instanceof ReadTransport));
  assert(!(new ReadTransport() instanceof WriteTransport));
  class Pipe extends ReadTransport {}
  assert(!(transport instanceof Pipe));
  assert(new Pipe() instanceof ReadTransport);
});

// Connections and servers.

// CPython: test_events.py, EventLoopTestsMixin.test_create_server
// CPython: test_events.py, EventLoopTestsMixin.test_create_connection
testForms("loop.createServer() and createConnection() call protocols in order", function* (test) {
  const { loop, wait } = test;
  const served = new Recorder();
  const server = yield* wait(loop.createServer(() => served, "127.0.0.1", 0));
  const [host, port] = server.sockets[0].getsockname();
  const client = new Recorder();
  const [transport, protocol] = yield* wait(loop.createConnection(() => client, host, port));
  assert(protocol === client && client.transport === transport);
  assertEquals(client.calls, [["connectionMade"]]);
  assertEquals(transport.getExtraInfo("peername"), [host, port]);
  assertEquals(transport.getExtraInfo("sockname")[0], "127.0.0.1");
  const lost = loop.createFuture<void>();
  client.onLost = () => lost.setResult();
  transport.write("hello");
  transport.writeEof();
  yield* wait(lost);
  assertEquals(served.calls, [
    ["connectionMade"],
    ["dataReceived", "hello"],
    ["eofReceived"],
    ["connectionLost", null],
  ]);
  assertEquals(client.calls, [["connectionMade"], ["eofReceived"], ["connectionLost", null]]);
  server.close();
  yield* wait(server.waitClosed());
});

for (const host of ["127.0.0.1", "0.0.0.0"]) {
  testForms(`what is accepted at ${host} sends at once, and knows where it was`, function* (test) {
    const { loop, wait } = test;
    const served = new Recorder();
    const server = yield* wait(loop.createServer(() => served, host, 0));
    const [, port] = server.sockets[0].getsockname();
    const create = loop.createConnection(() => new Recorder(), "127.0.0.1", port);
    const [transport] = yield* wait(create);
    while (served.calls.length === 0) yield* wait(sleep(0.001));
    const accepted = served.transport;
    const sock = accepted.getExtraInfo("socket");
    assert(sock.getsockopt(IPPROTO_TCP, TCP_NODELAY) !== 0);
    const lost = loop.createFuture<void>();
    served.onLost = () => lost.setResult();
    transport.close();
    yield* wait(lost);
    yield* wait(sleep(0));
    assertEquals(accepted.getExtraInfo("sockname"), ["127.0.0.1", port]);
    server.close();
    yield* wait(server.waitClosed());
  });
}

// CPython: test_buffered_proto.py, BaseTestBufferedProtocol.test_buffered_proto_create_connection
testForms("a BufferedProtocol is filled where it wants to be", function* ({ loop, wait }) {
  const noise = "x".repeat(5 * 1024 * 1024) + "x";
  const done = loop.createFuture<string>();
  class Client extends BufferedProtocol {
    readonly #buffer = new Uint8Array(100);
    #text = "";
    override getBuffer(sizehint: number): Uint8Array {
      assertEquals(sizehint, -1);
      return this.#buffer;
    }
    override bufferUpdated(size: number): void {
      assert(size > 0 && size <= 100);
      this.#text += text(this.#buffer.subarray(0, size));
    }
    override connectionLost(error: unknown): void {
      assertEquals(error, null);
      done.setResult(this.#text);
    }
  }
  const server = yield* wait(startServer(
    (_, writer) => {
      writer.write(noise);
      writer.close();
    },
    "127.0.0.1",
    0,
  ));
  const [host, port] = server.sockets[0].getsockname();
  yield* wait(loop.createConnection(() => new Client(), host, port));
  const got = yield* wait(done);
  assertEquals(got.length, noise.length);
  server.close();
  yield* wait(server.waitClosed());
});

// CPython: test_base_events.py, BaseEventLoopWithSelectorTests.test_create_connection_no_host_port_sock
// CPython: test_base_events.py, BaseEventLoopWithSelectorTests.test_create_connection_wrong_sock
testForms("loop.createConnection() refuses what names no server", function* ({ loop, raises }) {
  const factory = () => new Protocol();
  const sock = loop.createSocket();
  const both = "host/port and sock can not be specified at the same time";
  yield* raises(loop.createConnection(factory, "127.0.0.1", 1, { sock }), ValueError, both);
  yield* raises(loop.createConnection(factory), ValueError, "was not specified and no sock");
  yield* raises(loop.createServer(factory), ValueError, "Neither host/port nor sock");
  yield* raises(loop.createServer(factory, "127.0.0.1", 0, { sock }), ValueError, both);
  const datagrams = { type: SOCK_DGRAM, family: AF_INET } as unknown as NonBlockingSocket;
  const stream = "A Stream Socket was expected";
  const wrong = { sock: datagrams };
  yield* raises(loop.createConnection(factory, null, null, wrong), ValueError, stream);
  yield* raises(loop.createServer(factory, null, null, wrong), ValueError, stream);
  yield* raises(loop.connectAcceptedSocket(factory, datagrams), ValueError, stream);
  sock.close();
});

testForms(
  "a factory that throws leaves nothing open",
  function* ({ loop, raises, reported, wait }) {
    const fail = () => {
      throw new RuntimeError("no protocol");
    };
    const server = yield* wait(loop.createServer(fail, "127.0.0.1", 0));
    const [host, port] = server.sockets[0].getsockname();
    yield* raises(loop.createConnection(fail, host, port), RuntimeError, "no protocol");
    while (reported.length === 0) yield* wait(sleep(0.001));
    assertEquals(reported.splice(0).map(({ message }) => message), [
      "Error on transport creation for incoming connection",
    ]);
    server.close();
    yield* wait(server.waitClosed());
  },
);

// CPython: test_events.py, EventLoopTestsMixin.test_connect_accepted_socket
testForms("loop.connectAcceptedSocket() serves who was accepted elsewhere", function* (test) {
  const { loop, wait } = test;
  const listener = kind.newSocket();
  listener.bind(["127.0.0.1", 0]);
  listener.listen();
  const client = new Recorder();
  const address = listener.getsockname() as [string, number];
  const connecting = loop.createTask(loop.createConnection(() => client, ...address));
  const [sock] = yield* wait(loop.sockAccept(listener));
  const [transport] = yield* wait(loop.connectAcceptedSocket(() => new Echo(), sock));
  const [clientTransport] = yield* wait(connecting);
  clientTransport.write("hello");
  while (client.calls.length < 2) yield* test.turns(1);
  assertEquals(client.calls[1], ["dataReceived", "hello"]);
  transport.close();
  clientTransport.close();
  yield* test.turns(3);
  listener.close();
});

// Addresses.

/** A loop that resolves as a test wants it, and connects to what a test lets it. */
function resolving(addresses: readonly [number, string][]) {
  const loop = newEventLoop({ selector: newSelector() });
  loop.getaddrinfo = ((_: unknown, port: number) =>
    // deno-lint-ignore require-yield
    (function* () {
      return addresses.map(([family, host]) => [family, SOCK_STREAM, 6, "", [host, port]]);
    })()) as unknown as typeof loop.getaddrinfo;
  return loop;
}

// CPython: test_base_events.py, BaseEventLoopWithSelectorTests.test_create_connection_multiple
test("loop.createConnection() goes from address to address until one answers", async () => {
  using loop = resolving([[AF_INET, "127.0.0.2"], [AF_INET, "127.0.0.3"], [AF_INET, "127.0.0.1"]]);
  await loop.runUntilComplete(async () => {
    const server = await loop.createServer(() => new Echo(), "127.0.0.1", 0);
    const [, port] = server.sockets[0].getsockname();
    for (const delay of [null, 0.25]) {
      const client = new Recorder();
      const options = { happyEyeballsDelay: delay };
      const [transport] = await loop.createConnection(() => client, "anything", port, options);
      assertEquals(transport.getExtraInfo("peername"), ["127.0.0.1", port]);
      transport.close();
      await sleep(0);
    }
    server.close();
    await server.waitClosed();
  });
});

// CPython: test_base_events.py, BaseEventLoopWithSelectorTests.test_create_connection_multiple_errors
test("loop.createConnection() tells all errors, or one for all", async () => {
  using loop = resolving([[AF_INET, "127.0.0.2"], [AF_INET, "127.0.0.3"]]);
  await loop.runUntilComplete(async () => {
    const factory = () => new Protocol();
    for (const happyEyeballsDelay of [null, 0.001]) {
      const error = await assertRejects(
        async () => void await loop.createConnection(factory, "x", 1, { happyEyeballsDelay }),
        Deno.errors.ConnectionRefused,
      );
      assert(!error.message.includes("Multiple"));
      const options = { happyEyeballsDelay, allErrors: true };
      const group = await assertRejects(
        async () => void await loop.createConnection(factory, "x", 1, options),
        ExceptionGroup,
      );
      assertEquals(group.exceptions.length, 2);
    }
  });
});

test("loop.createConnection() tells different errors in one", async () => {
  using loop = resolving([[AF_INET, "127.0.0.2"], [AF_INET, "255.255.255.255"]]);
  await loop.runUntilComplete(async () => {
    const error = await assertRejects(
      async () => void await loop.createConnection(() => new Protocol(), "x", 1),
      Error,
    );
    assert(error.message.startsWith("Multiple exceptions: "), error.message);
    assertInstanceOf(error.cause, AggregateError);
    assertEquals(error.cause.errors.length, 2);
  });
});

// CPython: test_base_events.py, BaseEventLoopWithSelectorTests.test_create_connection_happy_eyeballs
// CPython: test_base_events.py, BaseEventLoopWithSelectorTests.test_create_connection_happy_eyeballs_ipv4_only
test("happy eyeballs try the next address beside one that does not answer", async () => {
  using loop = resolving([[AF_INET, "10.255.255.1"], [AF_INET, "127.0.0.1"]]);
  const connect = loop.sockConnect.bind(loop);
  const cancelled: string[] = [];
  loop.sockConnect = coroutine(function* (...[sock, address]: Parameters<typeof connect>) {
    if (address[0] === "127.0.0.1") return yield* connect(sock, address);
    try {
      yield* loop.createFuture<void>();
    } finally {
      cancelled.push(String(address[0]));
    }
  });
  await loop.runUntilComplete(async () => {
    const server = await loop.createServer(() => new Echo(), "127.0.0.1", 0);
    const [, port] = server.sockets[0].getsockname();
    const options = { happyEyeballsDelay: 0.001 };
    const [transport] = await loop.createConnection(() => new Protocol(), "x", port, options);
    assertEquals(cancelled, ["10.255.255.1"]);
    transport.close();
    server.close();
    await server.waitClosed();
  });
});

test("happy eyeballs that are cancelled leave no attempt behind", async () => {
  using loop = resolving([[AF_INET, "10.255.255.1"], [AF_INET, "10.255.255.2"]]);
  const pending = new Set<unknown>();
  loop.sockConnect = (function* (sock: unknown) {
    pending.add(sock);
    try {
      yield* loop.createFuture<void>();
    } finally {
      pending.delete(sock);
    }
  }) as unknown as typeof loop.sockConnect;
  await loop.runUntilComplete(async () => {
    const options = { happyEyeballsDelay: 0.001 };
    const task = loop.createTask(loop.createConnection(() => new Protocol(), "x", 1, options));
    while (pending.size < 2) await sleep(0.001);
    task.cancel();
    await assertRejects(() => task.then(), CancelledError);
    assertEquals(pending.size, 0);
  });
});

// CPython: test_base_events.py, BaseEventLoopTests.test_interleave_addrinfos
testOnce("addresses of the families take turns, if so wished", async () => {
  const { interleaved } = await import("../../../asyncio/transports/create_connection.ts");
  const infos = (text: string) =>
    [...text].map((char, i) =>
      [char === "6" ? AF_INET6 : AF_INET, SOCK_STREAM, 6, "", [`${char}${i}`, 80]] as const
    );
  const order = (text: string, count: number) =>
    interleaved(infos(text), count).map(([, , , , [host]]) => host[0]).join("");
  assertEquals(order("6664464", 0), "6664464");
  assertEquals(order("6664464", 1), "6464646");
  assertEquals(order("6664464", 2), "6646464");
  assertEquals(order("6664464", 3), "6664644");
  assertEquals(order("444", 1), "444");
  assertEquals(order("", 1), "");
});

// CPython: test_base_events.py, BaseEventLoopWithSelectorTests.test_create_connection_local_addr
testForms(
  "localAddr is where a connection comes from, or refused by sockets that cannot",
  function* ({ loop, raises, wait }) {
    const server = yield* wait(loop.createServer(() => new Echo(), "127.0.0.1", 0));
    const [host, port] = server.sockets[0].getsockname();
    const options = { localAddr: ["127.0.0.2", 0] as const };
    const connecting = loop.createConnection(() => new Protocol(), host, port, options);
    if (kind.isNative) {
      const [transport] = yield* wait(connecting);
      assertEquals(transport.getExtraInfo("sockname")[0], "127.0.0.2");
      transport.close();
    } else {
      yield* raises(connecting, Deno.errors.NotSupported, "NativeSocket");
    }
    server.close();
    yield* wait(server.waitClosed());
  },
);

// CPython: test_events.py, EventLoopTestsMixin.test_create_connection_local_addr_in_use,
// test_create_connection_local_addr_nomatch_family and
// test_create_connection_local_addr_skip_different_family
if (kind.isNative) {
  testForms("a localAddr that cannot be used is told of", function* ({ loop, raises, wait }) {
    const server = yield* wait(loop.createServer(() => new Echo(), "127.0.0.1", 0));
    const [host, port] = server.sockets[0].getsockname();
    const from = (localAddr: InetAddress) =>
      loop.createConnection(() => new Protocol(), host, port, { localAddr });
    yield* raises(from([host, port]), Deno.errors.AddrInUse, `["127.0.0.1",${port}]`);
    const noFamily = `no matching local address with family=${AF_INET} found`;
    yield* raises(from(["::1", 0]), Error, noFamily);
    // Of the addresses of a name, those of the other family are passed over.
    const [transport] = yield* wait(from(["localhost", 0]));
    assertEquals(transport.getExtraInfo("sockname")[0], "127.0.0.1");
    transport.close();
    server.close();
    yield* wait(server.waitClosed());
  });
}

// CPython: test_events.py, EventLoopTestsMixin.test_server_close
testForms("a server that is closed refuses who comes", function* ({ loop, raises, wait }) {
  const server = yield* wait(loop.createServer(() => new Echo(), "0.0.0.0", 0));
  const [, port] = server.sockets[0].getsockname();
  const connect = () => loop.createConnection(() => new Protocol(), "127.0.0.1", port);
  const [transport] = yield* wait(connect());
  transport.write("xxx");
  transport.close();
  server.close();
  yield* wait(server.waitClosed());
  yield* raises(connect(), Deno.errors.ConnectionRefused);
});

// CPython: test_events.py, EventLoopTestsMixin.test_create_server_trsock
testForms("a server's socket can be asked, not made to block", function* ({ loop, wait }) {
  const server = yield* wait(loop.createServer(() => new Echo(), "0.0.0.0", 0));
  assertEquals(server.sockets.length, 1);
  const [sock] = server.sockets;
  assertInstanceOf(sock, TransportSocket);
  assertEquals(sock.getsockname()[0], "0.0.0.0");
  assertThrows(() => sock.setblocking(true), ValueError);
  assertThrows(() => sock.settimeout(1), ValueError);
  sock.setblocking(false);
  sock.settimeout(0);
  assertEquals(sock.gettimeout(), 0);
  server.close();
  yield* wait(server.waitClosed());
});

// CPython: test_base_events.py, BaseEventLoopTests.test_ipaddr_info
testForms("loop.getaddrinfo() asks nobody for addresses and localhost", function* (test) {
  const { loop, raises, wait } = test;
  const v4 = [AF_INET, SOCK_STREAM, 6, "", ["127.0.0.1", 80]] as const;
  const v6 = [AF_INET6, SOCK_STREAM, 6, "", ["::1", 80, 0, 0]] as const;
  const stream = { type: SOCK_STREAM };
  assertEquals(yield* wait(loop.getaddrinfo("127.0.0.1", 80, stream)), [v4]);
  assertEquals(yield* wait(loop.getaddrinfo("127.0.0.1", "80", stream)), [v4]);
  assertEquals(yield* wait(loop.getaddrinfo("::1", 80, stream)), [v6]);
  assertEquals(yield* wait(loop.getaddrinfo("localhost", 80, stream)), [v4, v6]);
  assertEquals(yield* wait(loop.getaddrinfo(null, 80, stream)), [v4, v6]);
  assertEquals(yield* wait(loop.getaddrinfo("localhost", 80, { ...stream, family: AF_INET6 })), [
    v6,
  ]);
  const both = yield* wait(loop.getaddrinfo("127.0.0.1", null));
  assertEquals(both.map(([, type, proto]) => [type, proto]), [[SOCK_STREAM, 6], [SOCK_DGRAM, 17]]);
  const any = yield* wait(loop.getaddrinfo(null, 0, { ...stream, flags: 1 }));
  assertEquals(any.map(([, , , , [host]]) => host), ["0.0.0.0", "::"]);
  yield* raises(loop.getaddrinfo("127.0.0.1", 80, { family: AF_INET6 }), ValueError, "family");
  yield* raises(loop.getaddrinfo("127.0.0.1", 65_536), ValueError, "0-65535");
  yield* raises(loop.getaddrinfo("host.invalid", 80), Error, "ENOTFOUND");
});

testForms("loop.getnameinfo() gives names, or numbers", function* ({ loop, raises, wait }) {
  assertEquals(yield* wait(loop.getnameinfo(["127.0.0.1", 80], 3)), ["127.0.0.1", "80"]);
  assertEquals((yield* wait(loop.getnameinfo(["127.0.0.1", 80], 2)))[1], "80");
  assertEquals((yield* wait(loop.getnameinfo(["127.0.0.1", 80], 1)))[0], "127.0.0.1");
  yield* raises(loop.getnameinfo(["localhost", 80]), ValueError, "not an address");
});

// Who owns a descriptor.

// CPython: test_unix_events.py, TestFunctional.test_add_reader_or_writer_transport_fd, and
// test_selector_events.py, BaseSelectorEventLoopTests.test_transport_fd_guard, the guard
// that add_reader and its like have
testForms("a loop does not let others watch the socket of a transport", function* (test) {
  const { loop, wait } = test;
  const server = yield* wait(loop.createServer(() => new Echo(), "127.0.0.1", 0));
  const [host, port] = server.sockets[0].getsockname();
  const [transport] = yield* wait(loop.createConnection(() => new Protocol(), host, port));
  const fd = transport.getExtraInfo("socket").fileno();
  const used = `File descriptor ${fd} is used by transport <SocketTransport`;
  for (const method of ["addReader", "addWriter", "removeReader", "removeWriter"] as const) {
    assertThrows(() => loop[method](fd, () => {}), RuntimeError, used);
  }
  transport.close();
  server.close();
  yield* wait(server.waitClosed());
  assertEquals(loop.removeReader(fd), false);
});

// The end of a loop.

/** Runs something, and gives what it has told `console.warn`. */
async function warningsOf(fn: () => Promise<unknown>): Promise<string[]> {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (message: string) => warnings.push(message);
  try {
    await fn();
  } finally {
    console.warn = warn;
  }
  return warnings;
}

test("loop.close() closes what was left open, and names the servers", async () => {
  let port = 0;
  let served: Recorder | null = null;
  const client = new Recorder();
  const warnings = await warningsOf(() =>
    run(async () => {
      const loop = getRunningLoop();
      const server = await loop.createServer(() => served = new Recorder(), "127.0.0.1", 0);
      [, port] = server.sockets[0].getsockname();
      await loop.createConnection(() => client, "127.0.0.1", port);
      while (served === null) await sleep(0.001);
    }, { loopFactory: () => newEventLoop({ selector: newSelector() }) })
  );
  assertEquals(warnings.length, 1);
  assert(warnings[0]!.startsWith("unclosed server <Server sockets=["), warnings[0]);
  // Nobody is told: there is no loop to do it in. But nobody can connect any more.
  assertEquals(client.calls, [["connectionMade"]]);
  const { ConnectionRefused } = Deno.errors;
  for (let refused = false; !refused;) {
    try {
      (await Deno.connect({ port })).close();
    } catch (error) {
      // Reset, if the system lets go of the port only now.
      refused = error instanceof ConnectionRefused;
    }
  }
});

testOnce("streams say what they need when a core loop runs them", async () => {
  using loop = newCoreLoop();
  const starting = () => loop.runUntilComplete(() => startServer(() => {}, "127.0.0.1", 0));
  await assertRejects(starting, RuntimeError, "make the loop by asyncio's newEventLoop()");
});

test(
  "a server on IPv6 tells the address as IPv6 has it",
  () =>
    runTest(function* (): Coroutine<void> {
      const server = yield* startServer(() => {}, "::1", 0);
      const [host, , flowinfo, scopeId] = server.sockets[0].getsockname();
      assertEquals([host, flowinfo, scopeId], ["::1", 0, 0]);
      server.close();
      yield* server.waitClosed();
    }),
  { ignore: !hasIPv6 },
);
