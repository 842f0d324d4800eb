// Copyright 2026 the asyncio authors. MIT license.

import {
  type Coroutine,
  getRunningLoop,
  openConnection,
  openUnixConnection,
  Protocol,
  type Server,
  SSLObject,
  startServer,
  startUnixServer,
  type StreamReader,
  type StreamWriter,
  TimeoutError,
  type TlsOptions,
  type Transport,
  ValueError,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { suite } from "../../_suite.ts";
import { authorityIdentity, localhost, makeIdentity } from "../_certificates.ts";
import { closed } from "../_connections.ts";
import { bytes, text } from "../_text.ts";

const { kind, testFormsInRealTime } = suite();

const SERVER: TlsOptions = { cert: localhost.cert, key: localhost.key };
const TRUST: TlsOptions = { caCerts: [authorityIdentity.cert] };
const MUCH = 3_000_000;

type Serve = (reader: StreamReader, writer: StreamWriter) => unknown;

/** Sends back what comes, to the end. */
function* echo(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  for (let data; (data = yield* reader.read(50_000)).length > 0;) {
    writer.write(data);
    yield* writer.drain();
  }
  writer.close();
  yield* closed(writer);
}

function serve(callback: Serve, ssl: TlsOptions = SERVER, options = {}) {
  return startServer(callback, "127.0.0.1", 0, { ssl, ...options });
}

function connectTo(server: Server, ssl: TlsOptions = TRUST, options = {}) {
  const [host, port] = server.sockets[0].getsockname();
  return openConnection(host, port, { ssl, serverHostname: "localhost", ...options });
}

function* endOne(writer: StreamWriter): Coroutine<void> {
  writer.close();
  yield* closed(writer);
}

function* end(server: Server, ...writers: StreamWriter[]): Coroutine<void> {
  for (const writer of writers) yield* endOne(writer);
  server.close();
  yield* server.waitClosed();
}

// CPython: test_ssl.py, TestSSL.test_create_server_ssl_1
// CPython: test_sslproto.py, BaseStartTLS.test_start_tls_client_1
// CPython: test_streams.py, StreamTests.test_open_connection_no_loop_ssl
testFormsInRealTime("a stream over TLS carries what a plain one does", function* ({ wait }) {
  const server = yield* wait(serve(echo));
  const [reader, writer] = yield* wait(connectTo(server));
  writer.write("hello");
  assertEquals(text(yield* wait(reader.readexactly(5))), "hello");
  const much = new Uint8Array(MUCH).map((_, i) => i % 251);
  writer.write(much);
  assertEquals(yield* wait(reader.readexactly(MUCH)), much);
  assert(!writer.canWriteEof());
  yield* end(server, writer);
});

testFormsInRealTime("a write over TLS may be changed afterwards", function* ({ wait }) {
  const server = yield* wait(serve(echo));
  const [reader, writer] = yield* wait(connectTo(server));
  // One that is encrypted at once, one that is so in part, and some that have to wait.
  const sizes = [3, 49_153, 1, 4096, 100_000, 49_152, 2, 200_000];
  const kept = sizes.map((size, i) => new Uint8Array(size).fill(i + 1));
  for (const bytes of kept) {
    const data = bytes.slice();
    writer.write(data);
    data.fill(0);
  }
  for (const bytes of kept) {
    assertEquals(yield* wait(reader.readexactly(bytes.length)), bytes);
  }
  yield* end(server, writer);
});

// CPython: test_ssl.py, TestSSL.test_create_server_ssl_1, by the sizes of its writes
testFormsInRealTime("small writes over TLS go out together, in their order", function* (test) {
  const { wait } = test;
  const server = yield* wait(serve(echo));
  const [reader, writer] = yield* wait(connectTo(server));
  let expected = "";
  for (let i = 0; i < 20_000; i++) {
    writer.write(`${i}\n`);
    expected += `${i}\n`;
  }
  assertEquals(text(yield* wait(reader.readexactly(expected.length))), expected);
  yield* end(server, writer);
});

// CPython: test_events.py, EventLoopTestsMixin.test_create_ssl_connection and test_create_server_ssl
// CPython: test_ssl.py, TestSSL.test_create_connection_ssl_1
testFormsInRealTime(
  "getExtraInfo() tells how a connection is encrypted",
  function* ({ loop, wait }) {
    const seen = loop.createFuture<StreamWriter>();
    const ssl = { ...SERVER, alpnProtocols: ["h2", "http/1.1"] };
    const server = yield* wait(serve((_, writer) => seen.setResult(writer), ssl));
    const client = { ...TRUST, alpnProtocols: ["http/1.1"] };
    const [, writer] = yield* wait(connectTo(server, client));
    const served = yield* wait(seen);

    const tls = writer.getExtraInfo("ssl_object");
    assertInstanceOf(tls, SSLObject);
    assertEquals([tls.version(), tls.selectedAlpnProtocol()], ["TLSv1.3", "http/1.1"]);
    assertEquals([tls.serverSide, tls.serverHostname], [false, "localhost"]);
    assertEquals(writer.getExtraInfo("cipher"), tls.cipher() ?? undefined);
    assertEquals(tls.cipher()!.slice(1), ["TLSv1.3", 256]);
    const certificate = writer.getExtraInfo("peercert")!;
    assertEquals(certificate.subject, [[["commonName", "localhost"]]]);
    assertEquals(certificate.issuer, [[["commonName", "Test Authority"]]]);
    assertEquals(certificate.subjectAltName, [["DNS", "localhost"], ["IP Address", "127.0.0.1"]]);
    assertEquals(pem(tls.getpeercert(true)!), localhost.cert);
    assertStrictEquals(writer.getExtraInfo("sslcontext"), client);
    assertEquals(writer.getExtraInfo("peername"), server.sockets[0].getsockname());

    const other = served.getExtraInfo("ssl_object")!;
    assertEquals([other.serverSide, other.serverHostname], [true, "localhost"]);
    assertEquals(other.selectedAlpnProtocol(), "http/1.1");
    assertEquals(served.getExtraInfo("peercert"), undefined);
    // One waits for the other to say that it has done.
    served.close();
    yield* end(server, writer);
  },
);

function pem(bytes: Uint8Array): string {
  const lines = bytes.toBase64().replace(/.{64}/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

// CPython: test_ssl.py, TestSSL.test_create_connection_ssl_failed_certificate
// CPython: test_events.py, EventLoopTestsMixin.test_create_server_ssl_verify_failed
// CPython: test_events.py, EventLoopTestsMixin.test_create_server_ssl_match_failed
const expired = await makeIdentity("localhost", {
  issuer: authorityIdentity,
  dnsNames: ["localhost"],
  days: -1,
});
const unknown = await makeIdentity("localhost", { dnsNames: ["localhost"] });
for (
  const [what, identity, options, message] of [
    ["is expired", expired, {}, "certificate has expired"],
    ["is signed by nobody known", unknown, {}, "self-signed certificate"],
    ["is for another name", localhost, { serverHostname: "example.com" }, "altnames"],
    ["is for another address", localhost, { serverHostname: "127.0.0.2" }, "127.0.0.2"],
  ] as const
) {
  testFormsInRealTime(
    `a server whose certificate ${what} is refused, and told why`,
    function* (test) {
      const server = yield* test.wait(serve(echo, { cert: identity.cert, key: identity.key }));
      yield* test.raises(connectTo(server, TRUST, options), Error, message);
      // The server has forgotten the connection, too.
      yield* end(server);
    },
  );
}

testFormsInRealTime(
  "a client may do without verifying, as a whole or the name",
  function* ({ wait }) {
    const server = yield* wait(serve(echo, { cert: unknown.cert, key: unknown.key }));
    const [, writer] = yield* wait(connectTo(server, { verifyMode: "none" }));
    // Who was not verified is not believed.
    assertEquals(writer.getExtraInfo("peercert"), {});
    const trust = { caCerts: [unknown.cert] };
    const [, other] = yield* wait(connectTo(server, trust, { serverHostname: "" }));
    const unchecked = { ...trust, checkHostname: false };
    const [, third] = yield* wait(connectTo(server, unchecked, { serverHostname: "example.com" }));
    yield* end(server, writer, other, third);
  },
);

testFormsInRealTime("an address may be the name of a certificate", function* ({ wait }) {
  const server = yield* wait(serve(echo));
  const [host, port] = server.sockets[0].getsockname();
  const [, writer] = yield* wait(openConnection(host, port, { ssl: TRUST }));
  yield* end(server, writer);
});

const alice = await makeIdentity("alice", { issuer: authorityIdentity });

/** The first byte, or what is there instead of it. */
const firstByte = (reader: StreamReader) => reader.readexactly(1);

for (const verifyMode of ["required", "optional"] as const) {
  testFormsInRealTime(
    `a server to which certificates are ${verifyMode} verifies clients`,
    function* (test) {
      const { raises, wait } = test;
      const server = yield* wait(serve(function* (reader, writer) {
        const subject = writer.getExtraInfo("peercert")?.subject;
        writer.write(`${subject?.[0]?.[0]?.[1] ?? "nobody"}\n`);
        yield* echo(reader, writer);
      }, { ...SERVER, ...TRUST, verifyMode }));

      const known = { ...TRUST, cert: alice.cert, key: alice.key };
      const [reader, writer] = yield* wait(connectTo(server, known));
      assertEquals(text(yield* wait(reader.readline())), "alice\n");
      yield* endOne(writer);

      const [reader2, writer2] = yield* wait(connectTo(server));
      if (verifyMode === "optional") {
        assertEquals(text(yield* wait(reader2.readline())), "nobody\n");
      } else {
        yield* raises(firstByte(reader2), Error);
      }
      yield* endOne(writer2);

      const bad = { ...TRUST, cert: unknown.cert, key: unknown.key };
      const [reader3, writer3] = yield* wait(connectTo(server, bad));
      yield* raises(firstByte(reader3), Error);
      yield* end(server, writer3);
    },
  );
}

// CPython: test_ssl.py, TestSSL.test_create_connection_ssl_1, by its SNI
testFormsInRealTime(
  "a server has other certificates for other names",
  function* ({ raises, wait }) {
    const asked: string[] = [];
    const sniCallback = (name: string): TlsOptions | undefined => {
      asked.push(name);
      return name === "localhost" ? SERVER : undefined;
    };
    const ssl = { cert: unknown.cert, key: unknown.key, sniCallback };
    const server = yield* wait(serve(echo, ssl));
    const [, writer] = yield* wait(connectTo(server));
    yield* raises(connectTo(server, TRUST, { serverHostname: "example.com" }), Error);
    assertEquals(asked, ["localhost", "example.com"]);
    yield* end(server, writer);
  },
);

testFormsInRealTime(
  "a version that one end does not want is refused",
  function* ({ raises, wait }) {
    const server = yield* wait(serve(echo, { ...SERVER, minVersion: "TLSv1.3" }));
    yield* raises(connectTo(server, { ...TRUST, maxVersion: "TLSv1.2" }), Error);
    yield* end(server);
  },
);

testFormsInRealTime(
  "application protocols that do not meet are refused",
  function* ({ raises, wait }) {
    const server = yield* wait(serve(echo, { ...SERVER, alpnProtocols: ["h2"] }));
    yield* raises(connectTo(server, { ...TRUST, alpnProtocols: ["http/1.1"] }), Error);
    yield* end(server);
  },
);

// Handshakes that are none.

// CPython: test_ssl.py, TestSSL.test_create_server_ssl_over_ssl, the errors of it
testFormsInRealTime("a plain client of a TLS server is disconnected", function* ({ loop, wait }) {
  const server = yield* wait(serve(echo));
  const [host, port] = server.sockets[0].getsockname();
  const [reader, writer] = yield* wait(openConnection(host, port));
  writer.write("GET / HTTP/1.1\r\n\r\n");
  const ended = loop.createFuture<void>();
  loop.createTask(function* () {
    try {
      yield* reader.read();
    } catch {
      // Reset: as good as ended.
    }
    ended.setResult();
  });
  yield* wait(ended);
  yield* end(server, writer);
});

testFormsInRealTime(
  "a TLS client of a plain server is told what is wrong",
  function* ({ raises, wait }) {
    const server = yield* wait(startServer(
      function* (_, writer) {
        writer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
        writer.close();
      },
      "127.0.0.1",
      0,
    ));
    yield* raises(connectTo(server), Error, "wrong version number");
    yield* end(server);
  },
);

// CPython: test_sslproto.py, SslProtoHandshakeTests.test_eof_received_waiter and test_connection_lost
testFormsInRealTime(
  "a server that hangs up in the handshake is a lost connection",
  function* (test) {
    const server = yield* test.wait(startServer((_, writer) => writer.close(), "127.0.0.1", 0));
    yield* test.raises(connectTo(server), Error);
    yield* end(server);
  },
);

// CPython: test_ssl.py, TestSSL.test_create_connection_ssl_slow_handshake, test_ssl_handshake_timeout
// and test_handshake_timeout_handler_leak (of which runTest() finds the timer)
// CPython: test_sslproto.py, BaseStartTLS.test_handshake_timeout
testFormsInRealTime("a handshake that takes too long is ended", function* ({ raises, wait }) {
  const server = yield* wait(startServer(
    function* (reader, writer) {
      yield* reader.read();
      writer.close();
    },
    "127.0.0.1",
    0,
  ));
  const patience = { sslHandshakeTimeout: 0.05 };
  const { ConnectionAborted } = Deno.errors;
  const message = "SSL handshake is taking longer than 0.05 seconds: aborting the connection";
  yield* raises(connectTo(server, TRUST, patience), ConnectionAborted, message);
  yield* end(server);
});

// CPython: test_sslproto.py, BaseStartTLS.test_create_server_ssl_over_ssl, its timeouts
testFormsInRealTime(
  "a client that never begins its handshake is dropped by the server",
  function* (test) {
    const { loop, wait } = test;
    const server = yield* wait(serve(echo, SERVER, { sslHandshakeTimeout: 0.05 }));
    const [host, port] = server.sockets[0].getsockname();
    const start = loop.time(); // The server may accept before the client knows of it.
    const [reader, writer] = yield* wait(openConnection(host, port));
    try {
      yield* wait(reader.read());
    } catch (error) {
      assertInstanceOf(error, Deno.errors.ConnectionReset);
    }
    assert(loop.time() - start >= 0.05);
    yield* end(server, writer);
  },
);

testFormsInRealTime(
  "a failed handshake is reported by the server in debug mode only",
  function* (test) {
    const { loop, reported, wait } = test;
    for (const debug of [false, true]) {
      loop.setDebug(debug);
      const server = yield* wait(serve(echo));
      // A client that does not trust it may have said that the handshake is through before it leaves.
      const [host, port] = server.sockets[0].getsockname();
      const [reader, writer] = yield* wait(openConnection(host, port));
      writer.write("this is no TLS at all\r\n\r\n");
      try {
        yield* wait(reader.read());
      } catch (error) {
        assertInstanceOf(error, Deno.errors.ConnectionReset);
      }
      yield* end(server, writer);
      const messages = reported.splice(0).map(({ message }) => message);
      const message = "Error on transport creation for incoming connection";
      assertEquals(messages, debug ? [message] : []);
    }
  },
);

// Ends.

testFormsInRealTime(
  "both ends may close, one after the other or together",
  function* ({ loop, wait }) {
    for (const who of ["client", "server", "both"]) {
      const accepted = loop.createFuture<StreamWriter>();
      const server = yield* wait(serve((_, writer) => accepted.setResult(writer)));
      const [reader, writer] = yield* wait(connectTo(server));
      const served = yield* wait(accepted);
      if (who !== "server") writer.close();
      if (who !== "client") served.close();
      if (who === "server") assertEquals(yield* wait(reader.read()), bytes(""));
      for (const one of [writer, served]) yield* wait(one.waitClosed());
      yield* end(server);
    }
  },
);

testFormsInRealTime("what is written before close() arrives", function* ({ wait }) {
  const much = new Uint8Array(MUCH).fill(7);
  const server = yield* wait(serve(function* (_, writer) {
    writer.write(much);
    writer.close();
    yield* closed(writer);
  }));
  const [reader, writer] = yield* wait(connectTo(server));
  assertEquals((yield* wait(reader.read())).length, MUCH);
  yield* end(server, writer);
});

// CPython: test_ssl.py, TestSSL.test_shutdown_timeout_handler_not_set and
// test_shutdown_timeout_handler_leak (of which runTest() finds the timer)
// CPython: test_ssl.py, TestSSL.test_remote_shutdown_receives_trailing_data
testFormsInRealTime(
  "an end that the other does not answer is made alone, in time",
  function* (test) {
    const { loop, raises, wait } = test;
    // Bytes to the other end that it does not look at: so it hears of no end either.
    const server = yield* wait(serve(function* (_, writer) {
      writer.transport.pauseReading();
      yield* stop;
      writer.transport.abort();
    }));
    const stop = loop.createFuture<void>();
    const [, writer] = yield* wait(connectTo(server, TRUST, { sslShutdownTimeout: 0.05 }));
    const start = loop.time();
    writer.close();
    yield* raises(writer.waitClosed(), TimeoutError, "SSL shutdown timed out");
    assert(loop.time() - start >= 0.05);
    stop.setResult();
    yield* end(server);
  },
);

testFormsInRealTime("abort() ends at once, for both", function* ({ loop, raises, wait }) {
  const accepted = loop.createFuture<[StreamReader, StreamWriter]>();
  const server = yield* wait(serve((...stream) => accepted.setResult(stream)));
  const [reader, writer] = yield* wait(connectTo(server));
  const [servedReader, served] = yield* wait(accepted);
  writer.transport.abort();
  yield* wait(writer.waitClosed());
  assertEquals(yield* wait(reader.read()), bytes(""));
  // The other end finds the end of the stream, or a reset one.
  try {
    assertEquals(yield* wait(servedReader.read()), bytes(""));
  } catch (error) {
    assertInstanceOf(error, Deno.errors.ConnectionReset);
  }
  yield* closed(served);
  // Lost, or broken when it said that it has done.
  yield* raises(served.drain(), Error);
  yield* end(server);
});

for (const method of ["closeClients", "abortClients"] as const) {
  testFormsInRealTime(`Server.${method}() ends connections over TLS`, function* ({ wait }) {
    const server = yield* wait(serve(echo));
    const [reader, writer] = yield* wait(connectTo(server));
    writer.write("x");
    yield* wait(reader.readexactly(1));
    server[method]();
    try {
      assertEquals(yield* wait(reader.read()), bytes(""));
    } catch (error) {
      assertInstanceOf(error, Deno.errors.ConnectionReset);
    }
    yield* end(server, writer);
  });
}

// Flow.

testFormsInRealTime("a peer that does not read holds who writes", function* ({ loop, wait }) {
  const go = loop.createFuture<void>();
  let received = 0;
  const server = yield* wait(serve(function* (reader, writer) {
    yield* go;
    for (let data; (data = yield* reader.read(1e6)).length > 0;) received += data.length;
    writer.close();
  }));
  const [, writer] = yield* wait(connectTo(server));
  let sent = 0;
  const chunk = new Uint8Array(100_000);
  const sender = loop.createTask(function* () {
    for (; sent < 50e6; sent += chunk.length) {
      writer.write(chunk);
      yield* writer.drain();
    }
  });
  loop.callLater(0.1, () => go.setResult());
  yield* wait(go);
  assert(sent < 50e6, `${sent} bytes sent`);
  assert(writer.transport.getWriteBufferSize() < 2e6);
  yield* wait(sender);
  yield* endOne(writer);
  yield* end(server);
  assertEquals(received, 50e6);
});

testFormsInRealTime(
  "pauseReading() holds what arrives, and resumeReading() hands it on",
  function* (test) {
    const { loop, wait } = test;
    const ended = loop.createFuture<void>();
    const got: string[] = [];
    class Client extends Protocol {
      transport!: Transport;
      override connectionMade(transport: Transport): void {
        this.transport = transport;
        transport.pauseReading();
      }
      override dataReceived(data: Uint8Array): void {
        got.push(text(data));
        if (got.length === 1) this.transport.pauseReading();
      }
      override connectionLost(): void {
        ended.setResult();
      }
    }
    const server = yield* wait(serve(function* (_, writer) {
      writer.write("one");
      yield* goOn;
      writer.write("two");
      writer.close();
    }));
    const goOn = loop.createFuture<void>();
    const [host, port] = server.sockets[0].getsockname();
    const options = { ssl: TRUST, serverHostname: "localhost" };
    const [transport] = yield* wait(loop.createConnection(() => new Client(), host, port, options));
    assert(!transport.isReading());
    yield* test.turns(50);
    assertEquals(got, []);
    transport.resumeReading();
    while (got.length === 0) yield* test.turns(1);
    goOn.setResult();
    yield* test.turns(50);
    assertEquals([got, ended.done()], [["one"], false]);
    transport.resumeReading();
    yield* wait(ended);
    assertEquals(got, ["one", "two"]);
    yield* end(server);
  },
);

// Encrypting what is there.

// CPython: test_streams.py, StreamTests.test_start_tls
// CPython: test_sslproto.py, BaseStartTLS.test_start_tls_server_1
testFormsInRealTime(
  "StreamWriter.startTls() encrypts a stream, at both ends",
  function* ({ wait }) {
    const server = yield* wait(startServer(
      function* (reader, writer) {
        const line = yield* reader.readline();
        writer.write(line);
        yield* writer.drain();
        yield* writer.startTls(SERVER);
        assertEquals(writer.getExtraInfo("ssl_object")?.serverSide, true);
        yield* echo(reader, writer);
      },
      "127.0.0.1",
      0,
    ));
    const [host, port] = server.sockets[0].getsockname();
    const [reader, writer] = yield* wait(openConnection(host, port));
    writer.write("STARTTLS\n");
    assertEquals(text(yield* wait(reader.readline())), "STARTTLS\n");
    assertEquals(writer.getExtraInfo("ssl_object"), undefined);
    yield* wait(writer.startTls(TRUST, { serverHostname: "localhost" }));
    assertEquals(writer.getExtraInfo("peercert")?.subject, [[["commonName", "localhost"]]]);
    writer.write("secret\n");
    assertEquals(text(yield* wait(reader.readline())), "secret\n");
    yield* end(server, writer);
  },
);

testFormsInRealTime(
  "StreamWriter.startTls() that fails closes the stream",
  function* ({ raises, wait }) {
    const server = yield* wait(startServer(
      function* (reader, writer) {
        yield* reader.read();
        writer.close();
      },
      "127.0.0.1",
      0,
    ));
    const [host, port] = server.sockets[0].getsockname();
    const [, writer] = yield* wait(openConnection(host, port));
    yield* raises(
      writer.startTls(TRUST, { sslHandshakeTimeout: 0.05 }),
      Deno.errors.ConnectionAborted,
    );
    yield* raises(writer.waitClosed(), Deno.errors.ConnectionAborted);
    yield* end(server);
  },
);

// CPython: test_ssl.py, TestSSL.test_create_server_ssl_over_ssl, and test_sslproto.py,
// SslProtoHandshakeTests.test_close_during_ssl_over_ssl
testFormsInRealTime("TLS goes over TLS", function* ({ loop, wait }) {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (message: string) => warnings.push(message);
  const server = yield* wait(serve(function* (reader, writer) {
    writer.write("go\n");
    yield* writer.startTls(SERVER);
    yield* echo(reader, writer);
  }));
  const [reader, writer] = yield* wait(connectTo(server));
  yield* wait(reader.readline());
  yield* wait(writer.startTls(TRUST, { serverHostname: "localhost" }));
  assert(/TlsTransport over <TlsTransport/.test(String(writer.transport)));
  writer.write("twice");
  assertEquals(text(yield* wait(reader.readexactly(5))), "twice");
  yield* end(server, writer);
  console.warn = warn;
  assertEquals(warnings, []);
  assert(loop.isRunning());
});

// CPython: test_streams.py, StreamTests.test_open_unix_connection_no_loop_ssl
testFormsInRealTime("TLS goes over Unix sockets", function* ({ wait }) {
  const path = `${Deno.makeTempDirSync()}/socket`;
  const server = yield* wait(startUnixServer(
    function* (reader, writer) {
      writer.write(yield* reader.readline());
      writer.close();
    },
    path,
    { ssl: SERVER },
  ));
  const options = { ssl: TRUST, serverHostname: "localhost" };
  const [reader, writer] = yield* wait(openUnixConnection(path, options));
  writer.write("hello\n");
  assertEquals(text(yield* wait(reader.read())), "hello\n");
  writer.close();
  yield* wait(writer.waitClosed());
  server.close();
  yield* wait(server.waitClosed());
});

// CPython: test_sslproto.py, BaseStartTLS.test_start_tls_client_reg_proto_1, and test_ssl.py, its like
testFormsInRealTime(
  "the protocol of a connection may go on when it is encrypted",
  function* (test) {
    const { loop, wait } = test;
    const calls: string[] = [];
    const data = loop.createFuture<void>();
    const ended = loop.createFuture<void>();
    class Same extends Protocol {
      override connectionMade(): void {
        calls.push("made");
      }
      override dataReceived(bytes: Uint8Array): void {
        calls.push(text(bytes));
        data.setResult();
      }
      override eofReceived(): void {
        calls.push("eof");
        ended.setResult();
      }
    }
    const server = yield* wait(startServer(
      function* (reader, writer) {
        calls.push(text(yield* reader.readexactly(5)));
        writer.write("go"); // Plain: nothing of the client's is encrypted before it has this.
        yield* writer.startTls(SERVER);
        writer.write("O");
        calls.push(text(yield* reader.readexactly(5)));
        writer.close();
        yield* closed(writer);
      },
      "127.0.0.1",
      0,
    ));
    const [host, port] = server.sockets[0].getsockname();
    const protocol = new Same();
    const [plain] = yield* wait(loop.createConnection(() => protocol, host, port));
    const go = loop.createFuture<void>();
    class Waiting extends Protocol {
      override dataReceived(): void {
        go.setResult();
      }
    }
    plain.setProtocol(new Waiting());
    plain.write("hello");
    yield* wait(go);
    plain.setProtocol(protocol);
    const hostname = { serverHostname: "localhost" };
    const encrypted: Transport = yield* wait(loop.startTls(plain, protocol, TRUST, hostname));
    yield* wait(data);
    encrypted.write("hello");
    yield* wait(ended);
    encrypted.close();
    assertEquals(calls, ["made", "hello", "O", "hello", "eof"]);
    yield* end(server);
  },
);

// CPython: test_events.py, EventLoopTestsMixin.test_ssl_connect_accepted_socket and
// test_connect_accepted_socket_ssl_timeout_for_plain_socket; test_ssl.py,
// TestSSL.test_ssl_connect_accepted_socket
testFormsInRealTime("who was accepted elsewhere may be served over TLS", function* (test) {
  const { loop, raises, wait } = test;
  using listener = kind.newSocket();
  listener.bind(["127.0.0.1", 0]);
  listener.listen();
  const [host, port] = listener.getsockname() as [string, number];
  const connecting = test.spawn(() =>
    wait(openConnection(host, port, { ssl: TRUST, serverHostname: "localhost" }))
  );
  const [sock] = yield* wait(loop.sockAccept(listener));
  class Greeter extends Protocol {
    override connectionMade(transport: Transport): void {
      transport.write("hello");
      transport.close();
    }
  }
  const factory = () => new Greeter();
  const timeout = { sslHandshakeTimeout: 10 };
  const only = "sslHandshakeTimeout is only meaningful with ssl";
  yield* raises(loop.connectAcceptedSocket(factory, sock, timeout), ValueError, only);
  const made = { ssl: SERVER, ...timeout };
  yield* wait(loop.connectAcceptedSocket(factory, sock, made));
  const [reader, writer] = yield* wait(connecting);
  assertEquals(text(yield* wait(reader.read())), "hello");
  yield* endOne(writer);
});

// CPython: test_ssl.py, TestSSL.test_shutdown_cleanly
testFormsInRealTime("many connections over TLS end cleanly at once", function* ({ spawn, wait }) {
  const much = new Uint8Array(100_000).fill(65);
  const server = yield* wait(serve(function* (reader, writer) {
    assertEquals(yield* reader.readexactly(much.length), much);
    writer.write("OK");
    writer.close();
    yield* closed(writer);
  }));
  const clients = Array.from({ length: 25 }, () =>
    spawn(function* () {
      const [reader, writer] = yield* wait(connectTo(server));
      writer.write(much);
      const answer = text(yield* wait(reader.readexactly(2)));
      assertEquals((yield* wait(reader.read())).length, 0);
      writer.close();
      yield* wait(writer.waitClosed());
      return answer;
    }));
  for (const client of clients) assertEquals(yield* wait(client), "OK");
  yield* end(server);
});

// What makes no sense.

// CPython: test_base_events.py, BaseEventLoopWithSelectorTests.test_create_connection_no_host_ssl
// CPython: test_sslproto.py, BaseStartTLS.test_start_tls_wrong_args, and
// SslProtoHandshakeTests.test_handshake_timeout_zero and test_handshake_timeout_negative
testFormsInRealTime("options of TLS that make no sense are refused", function* ({ loop, raises }) {
  const only = "is only meaningful with ssl";
  for (const name of ["serverHostname", "sslHandshakeTimeout", "sslShutdownTimeout"]) {
    yield* raises(openConnection("127.0.0.1", 1, { [name]: 1 }), ValueError, `${name} ${only}`);
  }
  const factory = () => new Protocol();
  yield* raises(startServer(echo, "127.0.0.1", 0, { sslHandshakeTimeout: 0.05 }), ValueError, only);
  yield* raises(startServer(echo, "127.0.0.1", 0, { ssl: true }), TypeError, "ssl argument");
  yield* raises(serve(echo, {}), ValueError, "needs a certificate");
  yield* raises(serve(echo, { ...SERVER, cert: "no" }), ValueError, "Cannot read 'cert'");
  yield* raises(serve(echo, { ...SERVER, key: "no" }), ValueError, "Cannot read 'key'");
  yield* raises(serve(echo, { ...SERVER, key: alice.key }), ValueError, "is not the key of");
  const noRoot = { ssl: { caCerts: ["no"] } };
  yield* raises(openConnection("127.0.0.1", 1, noRoot), ValueError, "Cannot read 'caCerts'");
  yield* raises(serve(echo, SERVER, { sslHandshakeTimeout: 0 }), ValueError, "positive number");
  yield* raises(serve(echo, SERVER, { sslShutdownTimeout: -1 }), ValueError, "positive number");
  const noHost = "You must set serverHostname when using ssl without a host";
  const sock = loop.createSocket();
  yield* raises(openConnection(null, null, { sock, ssl: true }), ValueError, noHost);
  sock.close();
  yield* raises(
    loop.createUnixConnection(factory, "/no/such/path", { ssl: true }),
    ValueError,
    "you have to pass serverHostname when using ssl",
  );
  yield* raises(
    loop.startTls(new Object() as Transport, factory(), TRUST),
    TypeError,
    "is not supported by startTls()",
  );
  const notTls = 5 as unknown as TlsOptions;
  yield* raises(loop.startTls({} as Transport, factory(), notTls), TypeError, "TLS options");
  assertStrictEquals(getRunningLoop(), loop);
});
