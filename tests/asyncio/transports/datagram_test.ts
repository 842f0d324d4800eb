// Copyright 2026 the asyncio authors. MIT license.

import { DatagramProtocol, type DatagramTransport, sleep, ValueError } from "@asyncio/asyncio";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  SOCK_DGRAM,
  type SocketAddress,
} from "@asyncio/asyncio/selectors";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { SocketDatagramTransport } from "../../../asyncio/transports/_datagram_transport.ts";
import { suite } from "../../_suite.ts";
import { hasIPv6 } from "../_connections.ts";
import { bytes, text } from "../_text.ts";
import { FakeLoop } from "./_fake_transport_parts.ts";

const { kind, testForms, testOnce } = suite();

/** A protocol that notes what it is told. */
class Recorder extends DatagramProtocol {
  readonly calls: unknown[][] = [];
  transport!: DatagramTransport;
  #wake: (() => void) | null = null;

  #note(name: string, ...args: unknown[]): void {
    this.calls.push([name, ...args]);
    this.#wake?.();
  }
  override connectionMade(transport: DatagramTransport): void {
    this.transport = transport;
    this.#note("connectionMade");
  }
  override datagramReceived(data: Uint8Array, address: SocketAddress): void {
    this.#note("datagramReceived", text(data), address);
  }
  override errorReceived(error: unknown): void {
    this.#note("errorReceived", error);
  }
  override connectionLost(error: unknown): void {
    this.#note("connectionLost", error);
  }
  override pauseWriting(): void {
    this.#note("pauseWriting");
  }
  override resumeWriting(): void {
    this.#note("resumeWriting");
  }
  /** Settles when it has been told so many things. */
  told(count: number): PromiseLike<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        if (this.calls.length >= count) resolve();
      };
      this.#wake();
    });
  }
}

const ANY: SocketAddress = ["127.0.0.1", 0];

// Real datagrams.

for (const family of hasIPv6 ? [AF_INET, AF_INET6] : [AF_INET]) {
  const host = family === AF_INET ? "127.0.0.1" : "::1";

  // CPython: test_events.py, EventLoopTestsMixin.test_create_datagram_endpoint and
  // test_create_datagram_endpoint_ipv6
  testForms(`datagrams go to and fro on ${host}`, function* ({ loop, wait, until }) {
    const made = loop.createDatagramEndpoint(() => new Recorder(), [host, 0]);
    const [serverTransport, server] = yield* wait(made);
    const address = serverTransport.getExtraInfo("sockname");
    assertEquals(address[0], host);
    const connecting = loop.createDatagramEndpoint(() => new Recorder(), null, [host, address[1]]);
    const [clientTransport, client] = yield* wait(connecting);
    assertEquals(client.calls, [["connectionMade"]]);
    assertEquals(clientTransport.getExtraInfo("peername"), address);
    assertEquals(serverTransport.getExtraInfo("peername"), undefined);

    clientTransport.sendto("xxx");
    yield* until(server.told(2));
    const [, data, sender] = server.calls[1]!;
    assertEquals(data, "xxx");
    assertEquals(sender, clientTransport.getExtraInfo("sockname"));
    serverTransport.sendto("resp:xxx", sender as SocketAddress);
    yield* until(client.told(2));
    assertEquals(client.calls[1], ["datagramReceived", "resp:xxx", address]);

    for (const transport of [clientTransport, serverTransport]) transport.close();
    yield* until(Promise.all([client.told(3), server.told(3)]));
    assertEquals([client.calls.at(-1), server.calls.at(-1)], [
      ["connectionLost", null],
      ["connectionLost", null],
    ]);
  });
}

testForms("a burst of datagrams arrives whole and in order", function* ({ loop, wait, until }) {
  const [to, server] = yield* wait(loop.createDatagramEndpoint(() => new Recorder(), ANY));
  const [, port] = to.getExtraInfo("sockname");
  const remote: SocketAddress = ["127.0.0.1", port];
  const [from] = yield* wait(loop.createDatagramEndpoint(() => new Recorder(), null, remote));
  for (let i = 0; i < 50; i++) from.sendto(String(i));
  yield* until(server.told(51));
  assertEquals(
    server.calls.slice(1).map(([, data]) => data),
    Array.from({ length: 50 }, (_, i) => String(i)),
  );
  from.close();
  to.close();
});

// CPython: test_selector_events.py, SelectorDatagramTransportTests.test_sendto_no_data,
// test_sendto_buffer_nodata and test_sendto_ready_no_data
testForms("an empty datagram is one", function* ({ loop, wait, until }) {
  const [transport, protocol] = yield* wait(
    loop.createDatagramEndpoint(() => new Recorder(), ANY),
  );
  transport.sendto("", transport.getExtraInfo("sockname"));
  yield* until(protocol.told(2));
  assertEquals(protocol.calls[1]!.slice(0, 2), ["datagramReceived", ""]);
  transport.close();
});

// CPython: test_events.py, EventLoopTestsMixin.test_create_datagram_endpoint_sock
testForms("a socket of the caller's can be used for datagrams", function* ({ loop, wait, until }) {
  const sock = kind.newSocket(AF_INET, SOCK_DGRAM);
  sock.bind(ANY);
  const made = loop.createDatagramEndpoint(() => new Recorder(), null, null, { sock });
  const [transport, protocol] = yield* wait(made);
  transport.sendto("me", sock.getsockname());
  yield* until(protocol.told(2));
  assertEquals(protocol.calls[1], ["datagramReceived", "me", sock.getsockname()]);
  transport.close();
});

// CPython: test_events.py, EventLoopTestsMixin.test_datagram_send_to_non_listening_address
testForms("a datagram to where nobody listens does no harm", function* ({ loop, wait, until }) {
  const make = () => wait(loop.createDatagramEndpoint(() => new Recorder(), ANY));
  const [first, one] = yield* make();
  const [second, two] = yield* make();
  const [gone] = yield* make();
  const nowhere = gone.getExtraInfo("sockname");
  gone.abort();
  yield* wait(sleep(0));
  first.sendto("a", second.getExtraInfo("sockname"));
  yield* until(two.told(2));
  first.sendto("c", nowhere);
  yield* wait(sleep(0));
  second.sendto("d", first.getExtraInfo("sockname"));
  yield* until(one.told(2));
  assertEquals([one.calls[1]![1], two.calls[1]![1]], ["d", "a"]);
  assertEquals([one.calls.length, two.calls.length], [2, 2]);
  first.close();
  second.close();
});

// CPython: test_selector_events.py, SelectorDatagramTransportTests.test_sendto_error_received_connected
// and test_read_ready_oserr
testForms(
  "who is connected to where nobody listens is told, and may go on",
  function* ({ loop, wait, until }) {
    const [gone] = yield* wait(loop.createDatagramEndpoint(() => new Recorder(), ANY));
    const nowhere = gone.getExtraInfo("sockname");
    gone.abort();
    yield* wait(sleep(0));
    const connecting = loop.createDatagramEndpoint(() => new Recorder(), null, nowhere);
    const [transport, protocol] = yield* wait(connecting);
    transport.sendto("anybody?");
    if (kind.isNative) {
      yield* until(protocol.told(2));
      const [name, error] = protocol.calls[1]!;
      assertEquals(name, "errorReceived");
      assertInstanceOf(error, Deno.errors.ConnectionRefused);
      const back = loop.createDatagramEndpoint(
        () => new Recorder(),
        nowhere,
        transport.getExtraInfo("sockname"),
      );
      const [other, received] = yield* wait(back);
      transport.sendto("again");
      yield* until(received.told(2));
      assertEquals(received.calls[1]![1], "again");
      other.close();
    }
    assert(!transport.isClosing());
    transport.close();
  },
);

// CPython: test_base_events.py, BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_*
testForms("loop.createDatagramEndpoint() refuses what makes none", function* ({ loop, raises }) {
  const factory = () => new DatagramProtocol();
  const create = loop.createDatagramEndpoint.bind(loop, factory);
  yield* raises(create(), ValueError, "unexpected address family");
  const notPair = ["127.0.0.1"] as unknown as SocketAddress;
  yield* raises(create(notPair), TypeError, "2-tuple is expected");
  yield* raises(create("nothing"), TypeError, "2-tuple is expected");
  yield* raises(create(["127.0.0.1", 0], null, { family: AF_UNIX }), TypeError, "string is");
  const mixed = create(["127.0.0.1", 0], ["::1", 1]);
  yield* raises(mixed, ValueError, "can not get address information");
  const stream = kind.newSocket();
  yield* raises(create(null, null, { sock: stream }), ValueError, "A datagram socket was expected");
  stream.close();
  const sock = kind.newSocket(AF_INET, SOCK_DGRAM);
  const both = "socket modifier keyword arguments can not be used when sock is specified. ";
  yield* raises(create(["127.0.0.1", 0], null, { sock }), ValueError, both + "(localAddr=");
  yield* raises(create(null, null, { sock, family: 2 }), ValueError, both + "(family=2)");
  sock.close();
});

// CPython: test_base_events.py, BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_connect_err
testForms("datagrams on an address in use leave nothing open", function* (test) {
  const { loop, raises, wait } = test;
  const [transport] = yield* wait(loop.createDatagramEndpoint(() => new DatagramProtocol(), ANY));
  const [host, port] = transport.getExtraInfo("sockname");
  const again = loop.createDatagramEndpoint(() => new DatagramProtocol(), [host, port]);
  yield* raises(again, Deno.errors.AddrInUse);
  transport.close();
  yield* test.turns(2);
});

// CPython: test_sock_lowlevel.py, BaseSockTestsMixin.test_recvfrom, test_recvfrom_into and
// test_sendto_blocking
testForms("loop.sockSendto() and sockRecvfrom() wait for datagrams", function* ({ loop, wait }) {
  using server = kind.newSocket(AF_INET, SOCK_DGRAM);
  using client = kind.newSocket(AF_INET, SOCK_DGRAM);
  server.bind(ANY);
  client.bind(ANY);
  const receiving = loop.createTask(loop.sockRecvfrom(server, 100));
  assertEquals(yield* wait(loop.sockSendto(client, "hello", server.getsockname())), 5);
  const [data, sender] = yield* wait(receiving);
  assertEquals([text(data), sender], ["hello", client.getsockname()]);

  const buffer = new Uint8Array(10);
  const filling = loop.createTask(loop.sockRecvfromInto(client, buffer));
  yield* wait(loop.sockSendto(server, "back", sender!));
  assertEquals(yield* wait(filling), [4, server.getsockname()]);
  assertEquals(text(buffer.subarray(0, 4)), "back");
});

testForms("loop.sockRecvfromInto() refuses more than fits", function* ({ loop, raises }) {
  using sock = kind.newSocket(AF_INET, SOCK_DGRAM);
  const receiving = loop.sockRecvfromInto(sock, new Uint8Array(1), 2);
  yield* raises(receiving, ValueError, "greater than the length of the buffer");
});

// A socket that does what a test tells it.

class FakeDatagramSocket {
  readonly incoming: ([Uint8Array, SocketAddress] | Error)[] = [];
  sent: unknown[][] = [];
  room = Infinity;
  sendError: Error | null = null;
  unsent = 0;
  open = true;
  peer: SocketAddress | null = null;

  tryRecvfrom(): [Uint8Array, SocketAddress] | null {
    const next = this.incoming.shift() ?? null;
    if (next instanceof Error) throw next;
    return next;
  }
  trySendto(data: Uint8Array, address: SocketAddress): number | null {
    return this.#send(data, address);
  }
  trySend(data: Uint8Array): number | null {
    return this.#send(data);
  }
  #send(data: Uint8Array, ...address: SocketAddress[]): number | null {
    if (this.sendError !== null) throw this.sendError;
    if (this.room === 0) return null;
    this.room--;
    this.sent.push([text(data), ...address]);
    return data.length;
  }
  waiting: { callback: (error: Error | null) => void; atMost: number }[] = [];
  whenSent(callback: (error: Error | null) => void, atMost = 0): void {
    if (this.unsent <= atMost) callback(null);
    else this.waiting.push({ callback, atMost });
  }
  /** The system has taken so much that this is left. */
  left(unsent: number): void {
    this.unsent = unsent;
    for (const { callback, atMost } of this.waiting.splice(0)) this.whenSent(callback, atMost);
  }
  fileno(): number {
    return this.open ? 7 : -1;
  }
  getsockname(): SocketAddress {
    return ["127.0.0.1", 1];
  }
  getpeername(): SocketAddress {
    if (this.peer === null) throw new Deno.errors.NotConnected("no");
    return this.peer;
  }
  close(): void {
    this.open = false;
  }
  abort(): void {
    this.open = false;
  }
}

function make(address: SocketAddress | null = null) {
  const loop = new FakeLoop();
  const sock = new FakeDatagramSocket();
  sock.peer = address;
  const protocol = new Recorder();
  const transport = new SocketDatagramTransport(loop.asHost, sock as never, protocol, { address });
  loop.turn();
  protocol.calls.length = 0;
  return { loop, sock, protocol, transport };
}

const osError = () => new Deno.errors.ConnectionRefused("Connection refused (os error 111)");
const THERE: SocketAddress = ["127.0.0.1", 9];

// CPython: test_selector_events.py, SelectorDatagramTransportTests.test_read_ready, _tryagain, _err
// and _oserr
testOnce("SocketDatagramTransport hands on what it receives, and tells of errors", () => {
  const { loop, protocol, sock, transport } = make();
  const error = osError();
  sock.incoming.push([bytes("a"), THERE], [bytes("b"), ["::ffff:10.0.0.1", 5, 0, 0]], error);
  loop.reader!();
  assertEquals(protocol.calls, [
    ["datagramReceived", "a", THERE],
    ["datagramReceived", "b", ["10.0.0.1", 5]],
    ["errorReceived", error],
  ]);
  assert(!transport.isClosing());
  const bug = new TypeError("what?");
  sock.incoming.push(bug);
  loop.reader!();
  assertEquals(loop.reported.map(({ message }) => message), [
    "Fatal read error on datagram transport",
  ]);
  loop.turn();
  assertEquals(protocol.calls.at(-1), ["connectionLost", bug]);
  assert(!sock.open);
});

// CPython: test_selector_events.py, SelectorDatagramTransportTests.test_sendto, test_sendto_bytearray,
// test_sendto_memoryview, test_sendto_str, test_sendto_buffer, test_sendto_buffer_bytearray,
// test_sendto_buffer_memoryview, test_sendto_tryagain and test_sendto_ready_tryagain; _buffer
// and _tryagain, test_sendto_ready
testOnce("SocketDatagramTransport.sendto() sends at once, or keeps its order", () => {
  const { loop, protocol, sock, transport } = make();
  transport.sendto("data", THERE);
  assertEquals(sock.sent, [["data", THERE]]);
  sock.room = 0;
  const data = bytes("later");
  transport.sendto(data, THERE);
  data.fill(0);
  transport.sendto("last", THERE);
  assertEquals(transport.getWriteBufferSize(), 9 + 16);
  sock.room = 1;
  loop.writer!();
  assertEquals(sock.sent.at(-1), ["later", THERE]);
  assertEquals(transport.getWriteBufferSize(), 4 + 8);
  sock.room = 1;
  loop.writer!();
  assertEquals([sock.sent.at(-1), loop.writer], [["last", THERE], null]);
  assertEquals(transport.getWriteBufferSize(), 0);
  assertEquals(protocol.calls, []);
});

// CPython: test_selector_events.py, SelectorDatagramTransportTests.test_sendto_buffer, flow control
testOnce("SocketDatagramTransport pauses its protocol while too much waits", () => {
  const { loop, protocol, sock, transport } = make();
  transport.setWriteBufferLimits(20, 0);
  assertEquals(transport.getWriteBufferLimits(), [0, 20]);
  sock.room = 0;
  transport.sendto("12345", THERE);
  transport.sendto("12345", THERE);
  assertEquals(protocol.calls, [["pauseWriting"]]);
  sock.room = 2;
  loop.writer!();
  assertEquals(protocol.calls, [["pauseWriting"], ["resumeWriting"]]);
});

testOnce("SocketDatagramTransport counts what the system has not taken", () => {
  const { loop, protocol, sock, transport } = make();
  transport.setWriteBufferLimits(20, 10);
  sock.unsent = 5;
  transport.sendto("12345", THERE);
  assertEquals(sock.waiting, []); // Nobody waits for it.
  sock.unsent = 30;
  transport.sendto("12345", THERE);
  assertEquals(protocol.calls, [["pauseWriting"]]);
  sock.left(11);
  loop.turn();
  assertEquals(protocol.calls.length, 1);
  sock.left(10);
  loop.turn();
  assertEquals(protocol.calls, [["pauseWriting"], ["resumeWriting"]]);
  transport.close();
  loop.turn();
  assertEquals(protocol.calls.length, 2);
  sock.left(0);
  loop.turn();
  assertEquals(protocol.calls.at(-1), ["connectionLost", null]);
});

// CPython: test_selector_events.py, SelectorDatagramTransportTests.test_sendto_connected_addr,
// _connected_no_addr, _no_addr and test_sendto_addr
testOnce("SocketDatagramTransport.sendto() of who is connected needs no address", () => {
  const { sock, transport } = make(THERE);
  transport.sendto("a");
  transport.sendto("b", ["127.0.0.1", 9]);
  assertEquals(sock.sent, [["a"], ["b"]]);
  const elsewhere = () => transport.sendto("c", ["127.0.0.1", 10]);
  assertThrows(elsewhere, ValueError, "Invalid address: must be None or");
  assertThrows(() => transport.sendto(5 as never), TypeError, "data argument must be");
});

// CPython: test_selector_events.py, SelectorDatagramTransportTests.test_sendto_error_received,
// test_sendto_exception, test_sendto_ready_error_received, test_sendto_ready_exception,
// test_sendto_ready_error_received_connection, test_fatal_error_connected and
// test_fatal_error_connected_custom_error
testOnce("SocketDatagramTransport tells of a datagram that could not be sent, and goes on", () => {
  const { loop, protocol, sock, transport } = make(THERE);
  const error = sock.sendError = osError();
  transport.sendto("lost");
  assertEquals([protocol.calls, transport.isClosing()], [[["errorReceived", error]], false]);
  sock.sendError = null;
  transport.sendto("found");
  assertEquals(sock.sent, [["found"]]);
  const bug = sock.sendError = new TypeError("what?");
  transport.sendto("bug");
  loop.turn();
  assertEquals(protocol.calls.at(-1), ["connectionLost", bug]);
  assertEquals(loop.reported.length, 1);
  transport.sendto("in vain");
  assertEquals(sock.sent.length, 1);
});

// CPython: test_selector_events.py, SelectorDatagramTransportTests.test_sendto_closing and
// test_sendto_ready_closing
testOnce("SocketDatagramTransport.close() sends first what waits, abort() does not", () => {
  for (const method of ["close", "abort"] as const) {
    const { loop, protocol, sock, transport } = make();
    sock.room = 0;
    transport.sendto("waits", THERE);
    transport[method]();
    transport[method]();
    assert(transport.isClosing());
    loop.turn();
    assertEquals(protocol.calls.length, method === "abort" ? 1 : 0);
    sock.room = 1;
    loop.writer?.();
    assertEquals(sock.sent.length, method === "abort" ? 0 : 1);
    assertEquals(protocol.calls, [["connectionLost", null]]);
    assertEquals([sock.open, loop.reader, loop.writer], [false, null, null]);
    assertEquals(loop.open.size, 0);
  }
});

testOnce("SocketDatagramTransport.setProtocol() has another one told", () => {
  const { loop, protocol, sock, transport } = make();
  const other = new Recorder();
  transport.setProtocol(other);
  assertStrictEquals(transport.getProtocol(), other);
  sock.incoming.push([bytes("x"), THERE]);
  loop.reader!();
  assertEquals([protocol.calls.length, other.calls.length], [0, 1]);
});
