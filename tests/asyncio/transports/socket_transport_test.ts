// Copyright 2026 the asyncio authors. MIT license.

import {
  BufferedProtocol,
  KeyboardInterrupt,
  newEventLoop,
  RuntimeError,
  ValueError,
} from "@asyncio/asyncio";
import { IPPROTO_TCP, SHUT_WR, TCP_NODELAY } from "@asyncio/asyncio/selectors";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  SocketTransport,
  type SocketTransportOptions,
} from "../../../asyncio/transports/_socket_transport.ts";
import { TransportSocket } from "../../../asyncio/transports/transport_socket.ts";
import { wanted } from "../../../asyncio/transports/_wanted.ts";
import { FakeLoop, FakeProtocol, FakeSocket } from "./_fake_transport_parts.ts";
import { bytes, text } from "../_text.ts";

interface Parts {
  readonly loop: FakeLoop;
  readonly sock: FakeSocket;
  readonly protocol: FakeProtocol;
  readonly transport: SocketTransport;
}

/** A transport, and what it is made of. */
function make(options?: SocketTransportOptions): Parts {
  const loop = new FakeLoop();
  const sock = new FakeSocket();
  const protocol = new FakeProtocol();
  const transport = new SocketTransport(loop.asHost, sock.asSocket, protocol, options);
  return { loop, sock, protocol, transport };
}

/** A transport whose protocol knows it, and what it is made of. */
function connected(): Parts {
  const parts = make();
  parts.loop.turn();
  parts.loop.turn();
  parts.protocol.calls.length = 0;
  parts.sock.calls.length = 0;
  return parts;
}

/** A transport that has something to send and cannot. */
function blocked(data = "data"): Parts {
  const parts = connected();
  parts.sock.room = 0;
  parts.transport.write(bytes(data));
  return parts;
}

const osError = (): Error => new Deno.errors.ConnectionReset("Connection reset (os error 104)");

/** Calls a function, and gives what it has told `console.warn`. */
function warningsOf(fn: () => void): string[] {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (message: string) => warnings.push(message);
  try {
    fn();
  } finally {
    console.warn = warn;
  }
  return warnings;
}

// Beginning.

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_ctor
Deno.test("SocketTransport tells of the connection, then begins to receive", () => {
  const { loop, protocol, sock } = make();
  assertEquals(protocol.calls, []);
  assertEquals(sock.calls, [`setsockopt(${IPPROTO_TCP}, ${TCP_NODELAY}, 1)`]);
  protocol.on.connectionMade = () => assertEquals(loop.reader, null);
  loop.turn();
  assertEquals(protocol.calls, [["connectionMade"]]);
  loop.turn();
  assert(loop.reader !== null);
});

Deno.test("SocketTransport that is closed in the first step of a task has not begun to receive", () => {
  const { loop, protocol, transport } = make();
  protocol.on.connectionMade = () => loop.callSoon(() => transport.close());
  loop.turn();
  loop.addReader = () => assert(false);
  loop.turn();
  loop.turn();
  assertEquals(protocol.calls, [["connectionMade"], ["connectionLost", null]]);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_ctor_with_waiter
Deno.test("SocketTransport wakes its waiter after the protocol, unless it was cancelled", () => {
  using owner = newEventLoop();
  for (const cancelled of [false, true]) {
    const waiter = owner.createFuture<void>();
    const { loop, protocol } = make({ waiter });
    protocol.on.connectionMade = () => assert(!waiter.done());
    if (cancelled) {
      protocol.on = {};
      waiter.cancel();
    }
    loop.turn();
    assertEquals([waiter.done(), waiter.cancelled()], [true, cancelled]);
    assertEquals(loop.reported, []);
  }
});

Deno.test("SocketTransport reports a connectionMade() that throws, and receives", () => {
  const { loop, protocol } = make();
  protocol.on.connectionMade = () => {
    throw new TypeError("no");
  };
  loop.turn();
  assertEquals(loop.reported.length, 1);
  loop.turn();
  assert(loop.reader !== null);
});

Deno.test("SocketTransport closed before it began has begun and ended", () => {
  const { loop, protocol, sock, transport } = make();
  transport.close();
  loop.turn();
  assertEquals(protocol.calls, [["connectionMade"], ["connectionLost", null]]);
  assertEquals(loop.reader, null);
  assertEquals(sock.calls.at(-1), "close()");
});

Deno.test("SocketTransport.getExtraInfo() knows both addresses and the socket", () => {
  const { loop, sock, transport } = make();
  assertEquals(transport.getExtraInfo("peername"), ["127.0.0.1", 50000]);
  assertEquals(transport.getExtraInfo("sockname"), ["127.0.0.1", 8000]);
  assertInstanceOf(transport.getExtraInfo("socket"), TransportSocket);
  assertEquals(transport.getExtraInfo("socket").fileno(), 7);
  assertEquals(transport.getExtraInfo("sslcontext"), undefined);
  assertEquals(transport.getExtraInfo("sslcontext", null), null);
  transport.close();
  loop.turn();
  // Who logs a connection does so at its end.
  assertEquals(sock.fileno(), -1);
  assertEquals(transport.getExtraInfo("peername"), ["127.0.0.1", 50000]);
  assertEquals(transport.getExtraInfo("sockname"), ["127.0.0.1", 8000]);
});

Deno.test("SocketTransport.getExtraInfo() gives the address of who was accepted", () => {
  const { transport } = make({ peername: ["10.0.0.1", 1] });
  assertEquals(transport.getExtraInfo("peername"), ["10.0.0.1", 1]);
});

// Receiving.

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_pause_resume_reading
Deno.test("SocketTransport.pauseReading() and resumeReading(), as often as you like", () => {
  const { loop, transport } = connected();
  assert(transport.isReading());
  const { reader } = loop;
  transport.pauseReading();
  transport.pauseReading();
  assert(!transport.isReading());
  assertEquals(loop.reader, null);
  transport.resumeReading();
  transport.resumeReading();
  assert(transport.isReading());
  assertStrictEquals(loop.reader, reader);
  transport.close();
  assert(!transport.isReading());
  assertEquals(loop.reader, null);
  transport.pauseReading();
  transport.resumeReading();
  assertEquals(loop.reader, null);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_pause_reading_connection_made
Deno.test("SocketTransport paused by connectionMade() does not begin to receive", () => {
  const { loop, protocol, transport } = make();
  protocol.on.connectionMade = () => transport.pauseReading();
  loop.turn();
  assert(!transport.isReading());
  assertEquals(loop.reader, null);
  transport.resumeReading();
  assert(transport.isReading());
  assert(loop.reader !== null);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_read_ready
// CPython: test_selector_events.py, SelectorSocketTransportTests.test_read_ready_tryagain and
// test_read_ready_tryagain_interrupted
Deno.test("SocketTransport hands on what it receives, and waits for more", () => {
  const { loop, protocol, sock } = connected();
  sock.incoming.push(bytes("one"), bytes("two"));
  loop.reader!();
  assertEquals(protocol.calls, [["dataReceived", "one"]]);
  loop.reader!();
  loop.reader!();
  assertEquals(protocol.calls, [["dataReceived", "one"], ["dataReceived", "two"]]);
  assertEquals(loop.reported, []);
});

Deno.test("SocketTransport receives no more at once than its protocol says that it waits for", () => {
  const { loop, sock, transport } = connected();
  let wants = 20_000;
  class Wanting extends FakeProtocol {
    get [wanted](): number {
      return wants;
    }
  }
  loop.reader!();
  transport.setProtocol(new Wanting());
  loop.reader!();
  wants = 0;
  loop.reader!();
  const [most] = sock.asked;
  assertEquals(sock.asked, [most, 20_000, most]);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_read_ready_eof
Deno.test("SocketTransport closes at the end of the stream", () => {
  const { loop, protocol, sock, transport } = connected();
  sock.incoming.push(bytes(""));
  loop.reader!();
  assertEquals(protocol.calls, [["eofReceived"]]);
  assert(transport.isClosing());
  loop.turn();
  assertEquals(protocol.calls, [["eofReceived"], ["connectionLost", null]]);
  assertEquals(sock.calls, ["close()"]);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_read_ready_eof_keep_open
Deno.test("SocketTransport stays open for sending if the protocol says so", () => {
  const { loop, protocol, sock, transport } = connected();
  protocol.keepOpen = true;
  sock.incoming.push(bytes(""));
  loop.reader!();
  assert(!transport.isClosing());
  assertEquals(loop.reader, null);
  transport.write(bytes("data"));
  assertEquals(sock.takeSent(), ["data"]);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_read_ready_conn_reset
// CPython: test_selector_events.py, SelectorTransportTests.test_fatal_error
Deno.test("SocketTransport ends with an error of the operating system, and reports none", () => {
  const { loop, protocol, sock, transport } = connected();
  const error = osError();
  sock.incoming.push(error);
  loop.reader!();
  assert(transport.isClosing());
  assertEquals(loop.reader, null);
  loop.turn();
  assertEquals(protocol.calls, [["connectionLost", error]]);
  assertEquals(sock.calls, ["abort()"]);
  assertEquals(loop.reported, []);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_read_ready_err
// CPython: test_selector_events.py, SelectorTransportTests.test_fatal_error_custom_exception
Deno.test("SocketTransport reports any other error", () => {
  const { loop, protocol, sock, transport } = connected();
  const exception = new TypeError("what?");
  sock.incoming.push(exception);
  loop.reader!();
  assertEquals(loop.reported, [{
    message: "Fatal read error on socket transport",
    exception,
    transport,
    protocol,
  }]);
  loop.turn();
  assertEquals(protocol.calls, [["connectionLost", exception]]);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_data_received_error
// CPython: test_selector_events.py, SelectorSocketTransportTests.test_read_eof_received_error
Deno.test("SocketTransport ends with an error of its protocol, and reports it", () => {
  for (const [data, method] of [["data", "dataReceived"], ["", "eofReceived"]] as const) {
    const { loop, protocol, sock } = connected();
    const exception = new TypeError("what?");
    protocol.on[method] = () => {
      throw exception;
    };
    sock.incoming.push(bytes(data));
    loop.reader!();
    assertEquals(loop.reported.map(({ message }) => message), [
      `Fatal error: protocol.${method}() call failed.`,
    ]);
    loop.turn();
    assertEquals(protocol.calls.at(-1), ["connectionLost", exception]);
    assertEquals(sock.calls, ["abort()"]);
  }
});

Deno.test("SocketTransport lets an interrupt through", () => {
  const { loop, protocol, sock } = connected();
  protocol.on.dataReceived = () => {
    throw new KeyboardInterrupt();
  };
  sock.incoming.push(bytes("data"));
  assertThrows(() => loop.reader!(), KeyboardInterrupt);
});

Deno.test("SocketTransport closed by dataReceived() receives no more", () => {
  const { loop, protocol, sock, transport } = connected();
  protocol.on.dataReceived = () => transport.close();
  sock.incoming.push(bytes("one"), bytes("two"));
  const reader = loop.reader!;
  reader();
  // The loop has it in its batch already.
  reader();
  loop.turn();
  assertEquals(protocol.calls, [["dataReceived", "one"], ["connectionLost", null]]);
});

// Sending.

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_write, test_write_bytearray and
// test_write_memoryview
Deno.test("SocketTransport.write() sends at once, bytes or a string", () => {
  const { loop, sock, transport } = connected();
  transport.write(bytes("data"));
  transport.write("é");
  transport.write(bytes("--data--").subarray(2, 6));
  assertEquals(sock.takeSent(), ["data", "é", "data"]);
  assertEquals(loop.writer, null);
  assertEquals(transport.getWriteBufferSize(), 0);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_write_str
Deno.test("SocketTransport.write() refuses what is neither bytes nor a string", () => {
  const { sock, transport } = connected();
  for (const data of [5, null, undefined, [1], new ArrayBuffer(2)]) {
    assertThrows(() => transport.write(data as unknown as string), TypeError, "data argument");
  }
  assertEquals(sock.takeSent(), []);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_write_no_data
Deno.test("SocketTransport.write() of nothing sends nothing", () => {
  const { sock, transport } = blocked();
  transport.write("");
  transport.write(new Uint8Array());
  assertEquals(transport.getWriteBufferSize(), 4);
  assertEquals(sock.takeSent(), []);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_write_buffer
// CPython: test_selector_events.py, SelectorSocketTransportTests.test_write_tryagain
Deno.test("SocketTransport.write() keeps what it cannot send, in its order", () => {
  const { loop, sock, transport } = blocked("data1");
  assert(loop.writer !== null);
  sock.room = 100;
  transport.write(bytes("data2"));
  assertEquals(sock.takeSent(), []);
  assertEquals(transport.getWriteBufferSize(), 10);
  loop.writer!();
  assertEquals(sock.takeSent().join(""), "data1data2");
  assertEquals(transport.getWriteBufferSize(), 0);
  assertEquals(loop.writer, null);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_write_partial
// CPython: test_selector_events.py, SelectorSocketTransportTests.test_write_ready_partial,
// test_write_partial_none, test_write_ready, test_write_ready_no_data, test_write_ready_partial_none,
// test_write_ready_tryagain and test_transport_close_remove_writer
Deno.test("SocketTransport.write() sends the rest when there is room", () => {
  const { loop, sock, transport } = connected();
  sock.room = 2;
  transport.write(bytes("data"));
  assertEquals([sock.takeSent(), transport.getWriteBufferSize()], [["da"], 2]);
  sock.room = 1;
  loop.writer!();
  assertEquals([sock.takeSent(), transport.getWriteBufferSize()], [["t"], 1]);
  // Woken without need.
  loop.writer!();
  assertEquals([sock.takeSent(), transport.getWriteBufferSize()], [[], 1]);
  sock.room = 1;
  loop.writer!();
  assertEquals([sock.takeSent(), transport.getWriteBufferSize()], [["a"], 0]);
  assertEquals(loop.writer, null);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_write_partial_bytearray and
// test_write_partial_memoryview
Deno.test("SocketTransport.write() keeps a copy", () => {
  const { loop, sock, transport } = connected();
  const data = bytes("data");
  sock.room = 2;
  transport.write(data);
  assertEquals(data, bytes("data"));
  data.fill(0);
  sock.room = 2;
  loop.writer!();
  assertEquals(sock.takeSent(), ["da", "ta"]);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_writelines_send_full
// CPython: test_selector_events.py, SelectorSocketTransportTests.test_writelines_send_partial
Deno.test("SocketTransport.writelines() sends several pieces at one go, or keeps them", () => {
  const { loop, sock, transport } = connected();
  const piece = bytes("one");
  transport.writelines([piece, "two"]);
  assertEquals(sock.takeSent(), ["onetwo"]);
  sock.room = 4;
  transport.writelines(new Set(["three", piece]));
  piece.fill(0);
  assertEquals(sock.takeSent(), ["thre"]);
  sock.room = 100;
  loop.writer!();
  assertEquals(sock.takeSent().join(""), "eone");
  transport.writelines([]);
  transport.writelines([""]);
  assertEquals(sock.takeSent(), []);
  const wrong = [bytes("one"), 2 as unknown as string];
  assertThrows(() => transport.writelines(wrong), TypeError, "data argument");
  assertEquals(sock.takeSent(), []);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_write_exception
Deno.test("SocketTransport.write() to a lost connection is in vain, and warns at last", () => {
  const { loop, protocol, sock, transport } = connected();
  const error = sock.sendError = osError();
  transport.write(bytes("data"));
  assert(transport.isClosing());
  loop.turn();
  assertEquals(protocol.calls, [["connectionLost", error]]);
  assertEquals(loop.reported, []);
  sock.sendError = null;
  const writes = (count: number) => () => {
    for (let i = 0; i < count; i++) transport.write("data");
  };
  assertEquals(warningsOf(writes(4)), []);
  assertEquals(warningsOf(writes(1)), ["socket.send() raised exception."]);
  assertEquals(sock.takeSent(), []);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_write_ready_exception
Deno.test("SocketTransport ends with an error of sending what it kept", () => {
  const { loop, protocol, sock, transport } = blocked();
  const error = sock.sendError = osError();
  loop.writer!();
  assertEquals(loop.writer, null);
  assertEquals(transport.getWriteBufferSize(), 0);
  loop.turn();
  assertEquals(protocol.calls, [["connectionLost", error]]);
});

Deno.test("SocketTransport reports an error of sending that is no operating system's", () => {
  const { loop, sock, transport } = connected();
  sock.sendError = new TypeError("what?");
  transport.write("data");
  assertEquals(loop.reported.map(({ message }) => message), [
    "Fatal write error on socket transport",
  ]);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_write_closing
Deno.test("SocketTransport.write() after close() sends nothing", () => {
  const { loop, sock, transport } = connected();
  transport.close();
  transport.write("data");
  loop.turn();
  transport.write("data");
  assertEquals(sock.takeSent(), []);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_write_eof
Deno.test("SocketTransport.writeEof() ends sending, once", () => {
  const { sock, transport } = connected();
  assert(transport.canWriteEof());
  transport.writeEof();
  transport.writeEof();
  assertEquals(sock.calls, [`shutdown(${SHUT_WR})`]);
  const text = "Cannot call write() after writeEof()";
  assertThrows(() => transport.write("x"), RuntimeError, text);
  assertThrows(() => transport.write(""), RuntimeError, text);
  const lines = "Cannot call writelines() after writeEof()";
  assertThrows(() => transport.writelines([]), RuntimeError, lines);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_write_eof_buffer
Deno.test("SocketTransport.writeEof() sends first what waits", () => {
  const { loop, sock, transport } = blocked();
  transport.writeEof();
  assertEquals(sock.calls, []);
  sock.room = 100;
  loop.writer!();
  assertEquals(sock.takeSent(), ["data"]);
  assertEquals(sock.calls, [`shutdown(${SHUT_WR})`]);
});

// CPython: test_selector_events.py, SelectorSocketTransportTests.test_write_eof_after_close
Deno.test("SocketTransport.writeEof() after close() does nothing", () => {
  const { loop, sock, transport } = connected();
  transport.close();
  transport.writeEof();
  loop.turn();
  transport.writeEof();
  assertEquals(sock.calls, ["close()"]);
});

// Flow control.

// CPython: test_transports.py, TransportTests.test_flowcontrol_mixin_set_write_limits
Deno.test("SocketTransport.setWriteBufferLimits() as the Python documentation has it", () => {
  const { transport } = connected();
  assertEquals(transport.getWriteBufferLimits(), [16 * 1024, 64 * 1024]);
  const cases: [number | null | undefined, number | null | undefined, [number, number]][] = [
    [1024, 128, [128, 1024]],
    [128, 128, [128, 128]],
    [0, undefined, [0, 0]],
    [0, 0, [0, 0]],
    [1000, null, [250, 1000]],
    [null, 1000, [1000, 4000]],
    [undefined, undefined, [16 * 1024, 64 * 1024]],
  ];
  for (const [high, low, limits] of cases) {
    transport.setWriteBufferLimits(high, low);
    assertEquals(transport.getWriteBufferLimits(), limits);
  }
  for (const [high, low] of [[128, 256], [256, -1], [-1, null], [NaN, null]] as const) {
    assertThrows(() => transport.setWriteBufferLimits(high, low), ValueError, "must be >= 0");
  }
  assertEquals(transport.getWriteBufferLimits(), [16 * 1024, 64 * 1024]);
});

Deno.test("SocketTransport pauses its protocol above the high mark, resumes it at the low", () => {
  const { loop, protocol, sock, transport } = connected();
  transport.setWriteBufferLimits(4, 2);
  sock.room = 0;
  transport.write("1234");
  assertEquals(protocol.calls, []);
  transport.write("5");
  transport.write("6");
  assertEquals(protocol.calls, [["pauseWriting"]]);
  sock.room = 3;
  loop.writer!();
  assertEquals(protocol.calls, [["pauseWriting"]]);
  sock.room = 1;
  loop.writer!();
  assertEquals(protocol.calls, [["pauseWriting"], ["resumeWriting"]]);
  sock.room = 2;
  loop.writer!();
  assertEquals(protocol.calls, [["pauseWriting"], ["resumeWriting"]]);
});

Deno.test("SocketTransport.setWriteBufferLimits() pauses who is above them already", () => {
  const { protocol, transport } = blocked();
  transport.setWriteBufferLimits(0);
  assertEquals(protocol.calls, [["pauseWriting"]]);
});

Deno.test("SocketTransport goes on when pauseWriting() or resumeWriting() throws", () => {
  const { loop, protocol, sock, transport } = connected();
  transport.setWriteBufferLimits(0);
  protocol.on.pauseWriting = protocol.on.resumeWriting = () => {
    throw new TypeError("what?");
  };
  sock.room = 0;
  transport.write("data");
  sock.room = 4;
  loop.writer!();
  assertEquals(loop.reported.map(({ message }) => message), [
    "protocol.pauseWriting() failed",
    "protocol.resumeWriting() failed",
  ]);
  assertEquals(sock.takeSent(), ["data"]);
  assert(!transport.isClosing());
});

Deno.test("SocketTransport sends what resumeWriting() writes", () => {
  const { loop, protocol, sock, transport } = connected();
  transport.setWriteBufferLimits(0);
  sock.room = 0;
  transport.write("one");
  protocol.on.resumeWriting = () => {
    sock.room = 1;
    transport.write("two");
  };
  sock.room = 3;
  loop.writer!();
  assertEquals(sock.takeSent(), ["one", "t"]);
  assert(loop.writer !== null);
  protocol.on = {};
  sock.room = 2;
  loop.writer!();
  assertEquals(sock.takeSent(), ["wo"]);
  assertEquals(loop.writer, null);
});

// What the socket has taken and the system has not.

Deno.test("SocketTransport counts what the socket keeps, and pauses its protocol for it", () => {
  const { loop, protocol, sock, transport } = connected();
  sock.behind = true;
  transport.setWriteBufferLimits(10, 4);
  transport.write(bytes("12345678"));
  assertEquals([transport.getWriteBufferSize(), protocol.calls], [8, []]);
  transport.write(bytes("123"));
  assertEquals([transport.getWriteBufferSize(), protocol.calls], [11, [["pauseWriting"]]]);
  sock.room = 0;
  transport.write(bytes("456"));
  assertEquals(transport.getWriteBufferSize(), 14);
  sock.settle();
  loop.turn();
  assertEquals(protocol.calls, [["pauseWriting"], ["resumeWriting"]]);
  assertEquals(transport.getWriteBufferSize(), 3);
});

Deno.test("SocketTransport resumes its protocol when no more than the low mark is unsent", () => {
  const { loop, protocol, sock, transport } = connected();
  sock.behind = true;
  transport.setWriteBufferLimits(10, 4);
  transport.write(bytes("12345678901"));
  assertEquals(protocol.calls.splice(0), [["pauseWriting"]]);
  sock.settle(null, 5);
  loop.turn();
  assertEquals(protocol.calls, []);
  sock.settle(null, 4);
  loop.turn();
  assertEquals([transport.getWriteBufferSize(), protocol.calls], [4, [["resumeWriting"]]]);
  sock.settle();
  loop.turn();
  assertEquals(protocol.calls.length, 1);
});

Deno.test("SocketTransport.close() waits for the rest as well after the low mark", () => {
  const { loop, protocol, sock, transport } = connected();
  sock.behind = true;
  transport.setWriteBufferLimits(10, 4);
  transport.write(bytes("12345678901"));
  transport.close();
  protocol.calls.length = 0;
  sock.settle(null, 3);
  loop.turn();
  assertEquals([protocol.calls, sock.calls], [[["resumeWriting"]], []]);
  sock.settle();
  loop.turn();
  assertEquals(protocol.calls, [["resumeWriting"], ["connectionLost", null]]);
  assertEquals(sock.calls, ["close()"]);
});

Deno.test("SocketTransport tells of an error that comes after the low mark", () => {
  const { loop, protocol, sock, transport } = connected();
  sock.behind = true;
  transport.pauseReading();
  transport.setWriteBufferLimits(10, 4);
  transport.write(bytes("12345678901"));
  sock.settle(null, 4);
  loop.turn();
  const error = osError();
  sock.settle(error);
  loop.turn();
  loop.turn();
  assertEquals(protocol.calls, [["pauseWriting"], ["resumeWriting"], ["connectionLost", error]]);
});

Deno.test("SocketTransport.close() waits until the system has what the socket took", () => {
  const { loop, protocol, sock, transport } = connected();
  sock.behind = true;
  transport.write("data");
  transport.close();
  loop.turn();
  assertEquals([protocol.calls, sock.calls], [[], []]);
  sock.settle();
  loop.turn();
  assertEquals(protocol.calls, [["connectionLost", null]]);
  assertEquals(sock.calls, ["close()"]);
  assertEquals(loop.open.size, 0);
});

Deno.test("SocketTransport.abort() does not wait for a close() that waits", () => {
  const { loop, protocol, sock, transport } = connected();
  sock.behind = true;
  transport.write("data");
  transport.close();
  transport.abort();
  loop.turn();
  assertEquals(protocol.calls, [["connectionLost", null]]);
  assertEquals(sock.calls, ["abort()"]);
  sock.settle(osError());
  loop.turn();
  assertEquals(protocol.calls.length, 1);
});

for (const nobodyReads of ["closing", "paused", "paused before", "ended"] as const) {
  Deno.test(`SocketTransport tells of an error that comes late, when it is ${nobodyReads}`, () => {
    const { loop, protocol, sock, transport } = connected();
    sock.behind = true;
    if (nobodyReads === "paused before") transport.pauseReading();
    transport.write("data");
    if (nobodyReads === "closing") transport.close();
    if (nobodyReads === "paused") transport.pauseReading();
    if (nobodyReads === "ended") {
      protocol.keepOpen = true;
      sock.incoming.push(bytes(""));
      loop.reader!();
    }
    const error = osError();
    sock.settle(error);
    loop.turn();
    loop.turn();
    assertEquals(protocol.calls.at(-1), ["connectionLost", error]);
    assertEquals(sock.calls, ["abort()"]);
  });
}

Deno.test("SocketTransport hears of what the socket sent when its loop is closed already", () => {
  const { loop, protocol, sock, transport } = connected();
  sock.behind = true;
  transport.write("data");
  transport.close();
  loop.closed = true;
  sock.settle();
  loop.turn();
  assertEquals(protocol.calls, []);
});

// Protocols.

// CPython: test_selector_events.py, SelectorSocketTransportBufferedProtoTests.test_proto_type_switch
Deno.test("SocketTransport.setProtocol() has bytes go where the new protocol wants them", () => {
  const { loop, protocol, sock, transport } = connected();
  const got: string[] = [];
  class Buffered extends BufferedProtocol {
    readonly buffer = new Uint8Array(10);
    override getBuffer(sizehint: number): Uint8Array {
      assertEquals(sizehint, -1);
      return this.buffer;
    }
    override bufferUpdated(size: number): void {
      got.push(text(this.buffer.subarray(0, size)));
    }
    override eofReceived(): boolean {
      got.push("end");
      return true;
    }
  }
  const buffered = new Buffered();
  transport.setProtocol(buffered);
  assertStrictEquals(transport.getProtocol(), buffered);
  sock.incoming.push(bytes("one"), bytes("two"), bytes(""));
  loop.reader!();
  transport.setProtocol(protocol);
  loop.reader!();
  transport.setProtocol(buffered);
  loop.reader!();
  assertEquals(got, ["one", "end"]);
  assertEquals(protocol.calls, [["dataReceived", "two"]]);
  assert(!transport.isClosing());
});

// CPython: test_selector_events.py, SelectorSocketTransportBufferedProtoTests.test_get_buffer_error
// CPython: test_selector_events.py, SelectorSocketTransportBufferedProtoTests.test_get_buffer_zerosized
// CPython: test_selector_events.py, SelectorSocketTransportBufferedProtoTests.test_buffer_updated_error
Deno.test("SocketTransport ends with an error of a protocol that has buffers, and reports it", () => {
  const failing: [BufferedProtocol, string][] = [
    [new BufferedProtocol(), "getBuffer"],
    [
      Object.assign(new BufferedProtocol(), {
        getBuffer: () => {
          throw new TypeError("no");
        },
      }),
      "getBuffer",
    ],
    [
      Object.assign(new BufferedProtocol(), {
        getBuffer: () => new Uint8Array(9),
        bufferUpdated: () => {
          throw new TypeError("no");
        },
      }),
      "bufferUpdated",
    ],
  ];
  for (const [protocol, method] of failing) {
    const { loop, sock, transport } = connected();
    transport.setProtocol(protocol);
    sock.incoming.push(bytes("data"));
    loop.reader!();
    assert(transport.isClosing());
    assertEquals(loop.reported.map(({ message }) => message), [
      `Fatal error: protocol.${method}() call failed.`,
    ]);
  }
});

// What JavaScript can throw besides errors must not pass for the end of the connection.
for (const thrown of [null, undefined, 0, "text"]) {
  Deno.test(`SocketTransport ends with an error when its protocol throws ${thrown}`, () => {
    const { loop, protocol, sock } = connected();
    protocol.on.dataReceived = () => {
      throw thrown;
    };
    sock.incoming.push(bytes("data"));
    loop.reader!();
    loop.turn();
    const [method, error] = protocol.calls.at(-1)!;
    assertEquals(method, "connectionLost");
    assert(error !== null && error !== undefined);
    assertEquals(loop.reported.length, 1);
    assertEquals(sock.calls, ["abort()"]);
  });
}

// Closing.

// CPython: test_selector_events.py, SelectorTransportTests.test_close
Deno.test("SocketTransport.close() tells the protocol in the next turn, once", () => {
  const { loop, protocol, sock, transport } = connected();
  transport.close();
  transport.close();
  assert(transport.isClosing());
  assertEquals([protocol.calls, sock.calls, loop.reader], [[], [], null]);
  loop.turn();
  assertEquals(protocol.calls, [["connectionLost", null]]);
  assertEquals(sock.calls, ["close()"]);
  transport.close();
  transport.abort();
  loop.turn();
  assertEquals(protocol.calls, [["connectionLost", null]]);
});

// CPython: test_selector_events.py, SelectorTransportTests.test_close_write_buffer
// CPython: test_selector_events.py, SelectorSocketTransportTests.test_write_ready_closing
Deno.test("SocketTransport.close() sends first what waits", () => {
  const { loop, protocol, sock, transport } = blocked();
  transport.close();
  assertEquals(loop.reader, null);
  loop.turn();
  assertEquals(protocol.calls, []);
  sock.room = 100;
  loop.writer!();
  assertEquals(sock.takeSent(), ["data"]);
  assertEquals(protocol.calls, [["connectionLost", null]]);
  assertEquals([sock.calls, loop.writer], [["close()"], null]);
});

// CPython: test_selector_events.py, SelectorTransportTests.test_force_close
Deno.test("SocketTransport.abort() drops what waits", () => {
  const { loop, protocol, sock, transport } = blocked();
  transport.abort();
  transport.abort();
  assert(transport.isClosing());
  assertEquals(transport.getWriteBufferSize(), 0);
  assertEquals([loop.reader, loop.writer], [null, null]);
  loop.turn();
  assertEquals(protocol.calls, [["connectionLost", null]]);
  assertEquals(sock.calls, ["abort()"]);
  assertEquals(sock.takeSent(), []);
});

Deno.test("SocketTransport.abort() ends a close() that waits for what is unsent", () => {
  const { loop, protocol, sock, transport } = blocked();
  transport.close();
  transport.abort();
  loop.turn();
  assertEquals(protocol.calls, [["connectionLost", null]]);
  assertEquals(sock.calls, ["abort()"]);
});

Deno.test("SocketTransport closed or aborted by resumeWriting() is lost once", () => {
  for (const [method, ending] of [["close", "close()"], ["abort", "abort()"]] as const) {
    for (const closing of [false, true]) {
      const { loop, protocol, sock, transport } = connected();
      transport.setWriteBufferLimits(0);
      sock.room = 0;
      transport.write("data");
      if (closing) transport.close();
      protocol.on.resumeWriting = () => transport[method]();
      protocol.calls.length = 0;
      sock.room = 4;
      loop.writer!();
      loop.turn();
      assertEquals(protocol.calls, [["resumeWriting"], ["connectionLost", null]]);
      assertEquals(sock.calls, [ending]);
      assertEquals(loop.reported, []);
    }
  }
});

Deno.test("SocketTransport closes its socket though connectionLost() throws", () => {
  const { loop, protocol, sock, transport } = connected();
  protocol.on.connectionLost = () => {
    throw new TypeError("what?");
  };
  transport.close();
  loop.turn();
  assertEquals(loop.reported.length, 1);
  assertEquals(sock.calls, ["close()"]);
});

Deno.test("SocketTransport is among the connections of its server until it is lost", () => {
  const attached = new Set<SocketTransport>();
  const server = {
    attach: (transport: SocketTransport) => attached.add(transport),
    detach: (transport: SocketTransport) => attached.delete(transport),
  };
  const { loop, transport } = make({ server });
  assert(attached.has(transport));
  transport.close();
  assert(attached.has(transport));
  loop.turn();
  assertEquals(attached.size, 0);
});

Deno.test("SocketTransport shows its state", () => {
  const { loop, sock, transport } = connected();
  assertEquals(
    String(transport),
    "<SocketTransport fd=7 read=polling write=<idle, bufsize=0>>",
  );
  assertEquals(Deno.inspect(transport), String(transport));
  sock.room = 0;
  transport.write("data");
  transport.pauseReading();
  assertEquals(
    String(transport),
    "<SocketTransport fd=7 read=idle write=<polling, bufsize=4>>",
  );
  transport.abort();
  assertEquals(
    String(transport),
    "<SocketTransport closing fd=7 read=idle write=<idle, bufsize=0>>",
  );
  loop.turn();
  assertEquals(
    String(transport),
    "<SocketTransport closed fd=7 read=idle write=<idle, bufsize=0>>",
  );
});
