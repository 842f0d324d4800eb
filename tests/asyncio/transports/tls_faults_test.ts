// Copyright 2026 the asyncio authors. MIT license.

/** TLS that goes wrong, or is given up, at every stage. */

import {
  BufferedProtocol,
  CancelledError,
  type Coroutine,
  getRunningLoop,
  openConnection,
  Protocol,
  sleep,
  startServer,
  startUnixServer,
  type StreamReader,
  type StreamWriter,
  TimeoutError,
  type TlsOptions,
  type Transport,
  waitFor,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { suite } from "../../_suite.ts";
import { authorityIdentity, localhost } from "../_certificates.ts";
import { portOf, serve } from "../_connections.ts";
import { text } from "../_text.ts";

const { testFormsInRealTime } = suite();

const SERVER: TlsOptions = { cert: localhost.cert, key: localhost.key };
const TRUST: TlsOptions = { caCerts: [authorityIdentity.cert] };
const CLIENT = { ssl: TRUST, serverHostname: "localhost" };

/** A protocol that notes which of its methods are called. */
class Recorder extends Protocol {
  readonly calls: string[] = [];
  readonly lost = getRunningLoop().createFuture<unknown>();

  override connectionMade(): void {
    this.calls.push("connectionMade");
  }

  override dataReceived(data: Uint8Array): void {
    this.calls.push(text(data));
  }

  override connectionLost(error: unknown): void {
    this.calls.push("connectionLost");
    this.lost.setResult(error);
  }
}

function* ignore(coroutine: Coroutine<unknown>): Coroutine<void> {
  try {
    yield* coroutine;
  } catch (error) {
    if (error instanceof CancelledError) throw error;
  }
}

// CPython: test_ssl.py, TestSSL.test_ssl_handshake_connection_lost
testFormsInRealTime("a protocol hears nothing of a handshake that fails", function* (test) {
  const { loop, raises, wait } = test;
  const server = yield* wait(serve(function* (reader, writer) {
    yield* reader.read(100);
    writer.close();
  }));
  const protocols: Recorder[] = [];
  const factory = () => {
    protocols.push(new Recorder());
    return protocols.at(-1)!;
  };
  yield* raises(
    loop.createConnection(factory, "127.0.0.1", portOf(server), CLIENT),
    Deno.errors.ConnectionReset,
  );
  assertEquals(protocols.map(({ calls }) => calls), [[]]);
  server.close();
  yield* wait(server.waitClosed());
});

// CPython: test_ssl.py, TestSSL.test_start_tls_client_corrupted_ssl
testFormsInRealTime("bytes that are no TLS break a reader", function* ({ loop, raises, wait }) {
  // A relay between both, which adds what neither has said.
  const server = yield* wait(startServer(
    function* (reader, writer) {
      writer.write("A\n");
      yield* ignore(reader.read());
      writer.close();
    },
    "127.0.0.1",
    0,
    { ssl: SERVER },
  ));
  let corrupt = () => {};
  function* copy(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
    for (let data; (data = yield* reader.read(4096)).length > 0;) writer.write(data);
  }
  const relay = yield* wait(serve(function* (reader, writer) {
    const [behind, to] = yield* openConnection("127.0.0.1", portOf(server));
    corrupt = () => writer.write("please corrupt the SSL connection");
    const back = loop.createTask(ignore(copy(behind, writer)));
    yield* ignore(copy(reader, to));
    to.close();
    yield* back;
    writer.close();
  }));
  const [reader, writer] = yield* wait(openConnection("127.0.0.1", portOf(relay), CLIENT));
  assertEquals(text(yield* wait(reader.readline())), "A\n");
  corrupt();
  yield* raises(reader.readline(), Error, "SSL routines");
  writer.close();
  yield* raises(writer.waitClosed(), Error, "SSL routines");
  for (const one of [relay, server]) {
    one.close();
    yield* wait(one.waitClosed());
  }
});

// CPython: test_sslproto.py, SslProtoHandshakeTests.test_close_during_handshake and
// BaseStartTLS.test_start_tls_slow_client_cancel
testFormsInRealTime("a handshake may be given up at any time", function* (test) {
  const { raises, spawn, wait } = test;
  const ended: unknown[] = [];
  const server = yield* wait(serve(function* (reader, writer) {
    yield* ignore(reader.read());
    ended.push(true);
    writer.close();
  }));
  for (let turns = 0; turns < 12; turns++) {
    const task = spawn(() => wait(openConnection("127.0.0.1", portOf(server), CLIENT)));
    for (let i = 0; i < turns; i++) yield* wait(sleep(0.001));
    task.cancel();
    yield* raises(task, CancelledError);
  }
  server.close();
  yield* wait(server.waitClosed());
});

// CPython: test_sslproto.py, BaseStartTLS.test_start_tls_slow_client_cancel
testFormsInRealTime("a startTls() that is given up closes the stream", function* (test) {
  const { raises, spawn, wait } = test;
  const end = test.loop.createFuture<number>();
  const server = yield* wait(serve(function* (reader, writer) {
    writer.write("go");
    let size = 0;
    try {
      for (let data; (data = yield* reader.read(4096)).length > 0;) size += data.length;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
    }
    end.setResult(size);
    writer.close();
  }));
  const [reader, writer] = yield* wait(openConnection("127.0.0.1", portOf(server)));
  yield* wait(reader.readexactly(2));
  const task = spawn(() => wait(writer.startTls(TRUST, { serverHostname: "localhost" })));
  yield* wait(sleep(0.02));
  task.cancel();
  yield* raises(task, CancelledError);
  assert((yield* wait(end)) > 0);
  assert(writer.isClosing());
  server.close();
  yield* wait(server.waitClosed());
});

// CPython: test_sslproto.py, SslProtoHandshakeTests.test_write_after_closing,
// test_data_received_after_closing, test_set_new_app_protocol and
// test_get_extra_info_on_closed_connection
testFormsInRealTime(
  "a transport of TLS that is closing takes nothing, and tells nothing",
  function* (test) {
    const { loop, wait } = test;
    const server = yield* wait(startServer(
      function* (reader, writer) {
        yield* reader.readexactly(5);
        writer.write("too late");
        yield* ignore(reader.read());
        writer.close();
      },
      "127.0.0.1",
      0,
      { ssl: SERVER },
    ));
    const connecting = loop.createConnection(
      () => new Recorder(),
      "127.0.0.1",
      portOf(server),
      CLIENT,
    );
    const [transport, first] = yield* wait(connecting);
    const protocol = new Recorder();
    transport.setProtocol(protocol);
    assertStrictEquals(transport.getProtocol(), protocol);
    const missing = {};
    assertStrictEquals(transport.getExtraInfo("no such thing", missing), missing);
    transport.write("hello");
    transport.close();
    transport.write("in vain");
    transport.close();
    assertEquals(yield* wait(protocol.lost), null);
    transport.write("in vain");
    assertEquals([first.calls, protocol.calls], [["connectionMade"], ["connectionLost"]]);
    assert(transport.isClosing());
    assertStrictEquals(transport.getExtraInfo("no such thing", missing), missing);
    server.close();
    yield* wait(server.waitClosed());
  },
);

// CPython: test_sslproto.py, BaseStartTLS.test_start_tls_client_buf_proto_1 and test_buf_feed_data
testFormsInRealTime(
  "a BufferedProtocol is filled with what was encrypted",
  function* ({ loop, wait }) {
    class Filled extends BufferedProtocol {
      readonly done = loop.createFuture<void>();
      readonly buffer = new Uint8Array(7);
      received = "";
      override getBuffer(): Uint8Array {
        return this.buffer;
      }
      override bufferUpdated(size: number): void {
        this.received += text(this.buffer.subarray(0, size));
        if (this.received.endsWith("!")) this.done.setResult();
      }
    }
    const server = yield* wait(serve(function* (reader, writer) {
      yield* reader.readexactly(3);
      writer.write("plain"); // What the client sends before it has this is not encrypted.
      yield* writer.startTls(SERVER);
      writer.write(`${"encrypted ".repeat(10)}!`);
      yield* ignore(reader.read());
      writer.close();
    }));
    const factory = () => new Recorder();
    const [plain, before] = yield* wait(
      loop.createConnection(factory, "127.0.0.1", portOf(server)),
    );
    plain.write("TLS");
    while (before.calls.length < 2) yield* wait(sleep(0));
    const protocol = new Filled();
    const starting = loop.startTls(plain, protocol, TRUST, { serverHostname: "localhost" });
    const transport: Transport = yield* wait(starting);
    yield* wait(protocol.done);
    assertEquals([before.calls, protocol.received], [
      ["connectionMade", "plain"],
      `${"encrypted ".repeat(10)}!`,
    ]);
    transport.close();
    server.close();
    yield* wait(server.waitClosed());
  },
);

// CPython: test_ssl.py, TestSSL.test_connect_timeout_warning
testFormsInRealTime("a connection over TLS may be given no more than some time", function* (test) {
  const { raises, wait } = test;
  const server = yield* wait(serve(function* (reader, writer) {
    yield* ignore(reader.read());
    writer.close();
  }));
  const connecting = openConnection("127.0.0.1", portOf(server), CLIENT);
  yield* raises(waitFor(connecting, 0.05), TimeoutError);
  server.close();
  yield* wait(server.waitClosed());
});

// CPython: test_ssl.py, TestSSL.test_flush_before_shutdown
testFormsInRealTime(
  "what a slow peer has not read yet arrives after close()",
  function* ({ wait }) {
    const size = 32 * 128 * 1024;
    const received: number[] = [];
    const server = yield* wait(startServer(
      function* (reader, writer) {
        writer.write("pong");
        yield* sleep(0.05); // The buffers of the system are full by then.
        received.push((yield* reader.read()).length);
        writer.close();
      },
      "127.0.0.1",
      0,
      { ssl: SERVER },
    ));
    const [reader, writer] = yield* wait(openConnection("127.0.0.1", portOf(server), CLIENT));
    yield* wait(reader.readexactly(4));
    for (let i = 0; i < 32; i++) writer.write(new Uint8Array(128 * 1024));
    writer.close();
    yield* wait(writer.waitClosed());
    server.close();
    yield* wait(server.waitClosed());
    assertEquals(received, [size]);
  },
);

// CPython: test_events.py, EventLoopTestsMixin.test_create_unix_server_ssl_verify_failed and
// test_create_unix_server_ssl_verified, test_create_server_ssl_verified, test_create_unix_server_ssl
// and test_create_ssl_unix_connection
testFormsInRealTime(
  "a server at a path has to show a certificate that is trusted",
  function* (test) {
    const { loop, raises, wait } = test;
    const path = `${Deno.makeTempDirSync()}/socket`;
    const server = yield* wait(
      startUnixServer((_, writer) => writer.close(), path, { ssl: SERVER }),
    );
    const connect = (ssl: TlsOptions | true, serverHostname: string) =>
      loop.createUnixConnection(() => new Recorder(), path, { ssl, serverHostname });
    yield* raises(connect(true, "localhost"), Error, "certificate verify failed");
    yield* raises(connect(TRUST, "elsewhere"), Error, "elsewhere");
    const [transport, protocol] = yield* wait(connect(TRUST, "localhost"));
    assertEquals(yield* wait(protocol.lost), null);
    assert(transport.isClosing());
    server.close();
    yield* wait(server.waitClosed());
  },
);
