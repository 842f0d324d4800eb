// Copyright 2026 the asyncio authors. MIT license.

import {
  CancelledError,
  type Coroutine,
  fromPromise,
  openConnection,
  RuntimeError,
  type SendableFile,
  SendfileNotAvailableError,
  sleep,
  startServer,
  type StreamReader,
  type StreamWriter,
  type TlsOptions,
  ValueError,
  WriteTransport,
} from "@asyncio/asyncio";
import type { Socket } from "@asyncio/asyncio/selectors";
import { assert, assertEquals, assertFalse, assertInstanceOf, assertThrows } from "@std/assert";
import type { FormTest } from "../../_run_test.ts";
import { suite } from "../../_suite.ts";
import { authorityIdentity, localhost } from "../_certificates.ts";
import { closed } from "../_connections.ts";

const { kind, testFormsInRealTime } = suite();

const SIZE = 300_000;
const CONTENTS = new Uint8Array(SIZE).map((_, i) => i % 253);

/** A file with the contents. */
function open(contents: Uint8Array = CONTENTS): Deno.FsFile {
  const path = Deno.makeTempFileSync();
  Deno.writeFileSync(path, contents);
  return Deno.openSync(path);
}

interface Served {
  readonly writer: StreamWriter;
  readonly reader: StreamReader;
  /** What the server has received, when the writer is closed. */
  received(): Coroutine<Uint8Array>;
  /** Ends it, whatever has become of it. */
  stop(): Coroutine<void>;
}

/** A connection whose other end receives all there is. */
function* connect(
  { loop, wait }: FormTest,
  ssl: TlsOptions | null,
  greeting = "",
): Coroutine<Served> {
  const all = loop.createFuture<Uint8Array>();
  const server = yield* wait(startServer(
    function* (reader, writer) {
      writer.write(greeting);
      try {
        all.setResult(yield* reader.read());
      } catch (error) {
        assertInstanceOf(error, Deno.errors.ConnectionReset);
        all.setResult(new Uint8Array(0));
      }
      writer.close();
    },
    "127.0.0.1",
    0,
    { ssl },
  ));
  const [host, port] = server.sockets[0].getsockname();
  const trust = { ssl: { caCerts: [authorityIdentity.cert] }, serverHostname: "localhost" };
  const [reader, writer] = yield* wait(openConnection(host, port, ssl === null ? {} : trust));
  function* received(): Coroutine<Uint8Array> {
    writer.close();
    const data = yield* wait(all);
    yield* stop();
    return data;
  }
  function* stop(): Coroutine<void> {
    writer.close();
    yield* closed(writer);
    server.close();
    yield* wait(server.waitClosed());
  }
  return { reader, writer, received, stop };
}

for (const ssl of [null, { cert: localhost.cert, key: localhost.key }]) {
  const over = ssl === null ? "" : " over TLS";

  // CPython: test_sendfile.py, SendfileMixin.test_sendfile and test_sendfile_ssl
  testFormsInRealTime(`loop.sendfile() sends a file${over}`, function* (test) {
    const { loop, wait } = test;
    const { received, writer } = yield* connect(test, ssl);
    using file = open();
    assertEquals(yield* wait(loop.sendfile(writer.transport, file)), SIZE);
    assertEquals(file.seekSync(0, Deno.SeekMode.Current), SIZE);
    assertEquals(yield* received(), CONTENTS);
  });

  // CPython: test_sendfile.py, SendfileMixin.test_sendfile_partial and test_sendfile_ssl_partial
  testFormsInRealTime(`loop.sendfile() sends a part of a file${over}`, function* (test) {
    const { loop, wait } = test;
    const { received, writer } = yield* connect(test, ssl);
    using file = open();
    assertEquals(yield* wait(loop.sendfile(writer.transport, file, 1000, 100)), 100);
    assertEquals(file.seekSync(0, Deno.SeekMode.Current), 1100);
    assertEquals(yield* received(), CONTENTS.subarray(1000, 1100));
  });

  // CPython: test_sendfile.py, SendfileMixin.test_sendfile_pre_and_post_data and
  // test_sendfile_ssl_pre_and_post_data
  testFormsInRealTime(
    `loop.sendfile() keeps the order of what is written${over}`,
    function* (test) {
      const { loop, wait } = test;
      const { received, writer } = yield* connect(test, ssl);
      using file = open();
      const before = new Uint8Array(500_000).fill(1);
      writer.write(before);
      yield* wait(loop.sendfile(writer.transport, file));
      writer.write("after");
      const got = yield* received();
      assertEquals(got.length, before.length + SIZE + 5);
      assertEquals(got.subarray(before.length, before.length + SIZE), CONTENTS);
    },
  );

  // CPython: test_sendfile.py, SendfileMixin.test_sendfile_for_closing_transp
  testFormsInRealTime(`loop.sendfile() refuses a transport that closes${over}`, function* (test) {
    const { received, writer } = yield* connect(test, ssl);
    using file = open();
    writer.close();
    const sending = test.loop.sendfile(writer.transport, file);
    yield* test.raises(sending, RuntimeError, "Transport is closing");
    assertEquals(file.seekSync(0, Deno.SeekMode.Current), 0);
    yield* received();
  });

  // CPython: test_sendfile.py, SendfileMixin.test_sendfile_close_peer_in_the_middle_of_receiving
  testFormsInRealTime(`loop.sendfile() ends when the connection does${over}`, function* (test) {
    const { loop } = test;
    const { stop, writer } = yield* connect(test, ssl);
    const endless: SendableFile = {
      read: (buffer) => Promise.resolve(buffer.length),
      seek: (offset) => Promise.resolve(offset),
    };
    const sending = loop.createTask(loop.sendfile(writer.transport, endless));
    yield* test.turns(20);
    writer.transport.abort();
    yield* test.raises(sending, Deno.errors.ConnectionReset);
    yield* stop();
  });

  // CPython: test_sendfile.py, SendfileMixin.test_sendfile_fallback_close_peer_in_the_middle_of_receiving
  testFormsInRealTime(`loop.sendfile() ends when the other end does${over}`, function* (test) {
    const { loop, raises, wait } = test;
    const server = yield* wait(startServer(
      function* (reader, writer) {
        yield* reader.readexactly(1024);
        writer.transport.abort();
      },
      "127.0.0.1",
      0,
      { ssl },
    ));
    const [host, port] = server.sockets[0].getsockname();
    const trust = { ssl: { caCerts: [authorityIdentity.cert] }, serverHostname: "localhost" };
    const [, writer] = yield* wait(openConnection(host, port, ssl === null ? {} : trust));
    let read = 0;
    const endless: SendableFile = {
      read: (buffer) => Promise.resolve((read += buffer.length, buffer.length)),
      seek: (offset) => Promise.resolve(offset),
    };
    yield* raises(loop.sendfile(writer.transport, endless), Error);
    assert(read >= 1024);
    assert(writer.isClosing());
    yield* raises(writer.waitClosed(), Error);
    server.close();
    yield* wait(server.waitClosed());
  });

  // CPython: test_sendfile.py, SendfileMixin.test_sendfile_close_peer_after_receiving and
  // test_sendfile_ssl_close_peer_after_receiving
  testFormsInRealTime(
    `loop.sendfile() has sent all to a peer that closes when it has it${over}`,
    function* (test) {
      const { loop, wait } = test;
      const all = loop.createFuture<Uint8Array>();
      const server = yield* wait(startServer(
        function* (reader, writer) {
          all.setResult(yield* reader.readexactly(SIZE));
          writer.close();
        },
        "127.0.0.1",
        0,
        { ssl },
      ));
      const [host, port] = server.sockets[0].getsockname();
      const trust = { ssl: { caCerts: [authorityIdentity.cert] }, serverHostname: "localhost" };
      const [reader, writer] = yield* wait(openConnection(host, port, ssl === null ? {} : trust));
      using file = open();
      assertEquals(yield* wait(loop.sendfile(writer.transport, file)), SIZE);
      assertEquals(yield* wait(all), CONTENTS);
      assertEquals(file.seekSync(0, Deno.SeekMode.Current), SIZE);
      assertEquals((yield* wait(reader.read())).length, 0);
      writer.close();
      yield* closed(writer);
      server.close();
      yield* wait(server.waitClosed());
    },
  );

  // CPython: test_sendfile.py, SendfileMixin.test_sendfile_prevents_bare_write
  testFormsInRealTime(`nobody else writes while loop.sendfile() does${over}`, function* (test) {
    const { loop, raises, wait } = test;
    const { received, writer } = yield* connect(test, ssl);
    using file = open();
    const sending = loop.createTask(loop.sendfile(writer.transport, file));
    yield* test.turns(2);
    const message = "sendfile is in progress";
    assertThrows(() => writer.write("data"), RuntimeError, message);
    assertThrows(() => writer.writelines(["da", "ta"]), RuntimeError, message);
    yield* raises(loop.sendfile(writer.transport, file), RuntimeError, message);
    assertEquals(yield* wait(sending), SIZE);
    writer.write("data");
    assertEquals((yield* received()).length, SIZE + 4);
  });

  testFormsInRealTime(
    `a loop.sendfile() that is given up lets others write${over}`,
    function* (test) {
      const { loop, raises } = test;
      const { received, writer } = yield* connect(test, ssl);
      const { promise, resolve } = Promise.withResolvers<number | null>();
      const stuck: SendableFile = {
        read: () => promise,
        seek: (offset) => Promise.resolve(offset),
      };
      const sending = loop.createTask(loop.sendfile(writer.transport, stuck));
      yield* test.turns(5);
      sending.cancel();
      yield* raises(sending, CancelledError);
      resolve(null);
      writer.write("data");
      assertEquals((yield* received()).length, 4);
    },
  );

  testFormsInRealTime(`loop.sendfile() of an empty file sends nothing${over}`, function* (test) {
    const { loop, wait } = test;
    const { received, writer } = yield* connect(test, ssl);
    using file = open(new Uint8Array());
    assertEquals(yield* wait(loop.sendfile(writer.transport, file)), 0);
    assertEquals((yield* received()).length, 0);
  });
}

// CPython: test_sendfile.py, SendfileMixin.test_sendfile_no_fallback_for_fallback_transport
testFormsInRealTime("loop.sendfile() without fallback says what is missing", function* (test) {
  using file = open();
  const plain = yield* connect(test, null);
  const no = { fallback: false };
  const sending = test.loop.sendfile(plain.writer.transport, file, 0, null, no);
  yield* test.raises(sending, SendfileNotAvailableError, "sendfile syscall is not supported");
  yield* plain.received();
  const tls = yield* connect(test, { cert: localhost.cert, key: localhost.key });
  const message = "fallback is disabled and native sendfile is not supported";
  const encrypted = test.loop.sendfile(tls.writer.transport, file, 0, null, no);
  yield* test.raises(encrypted, RuntimeError, message);
  yield* tls.received();
});

// CPython: test_sendfile.py, SendfileMixin.test_sendfile_not_supported
testFormsInRealTime("loop.sendfile() is for connections", function* ({ loop, raises }) {
  using file = open();
  class Other extends WriteTransport {
    override isClosing(): boolean {
      return false;
    }
  }
  const message = "sendfile is not supported for transport";
  yield* raises(loop.sendfile(new Other(), file), RuntimeError, message);
});

// CPython: test_sendfile.py, SockSendfileMixin and test_base_events.py, BaseLoopSockSendfileTests
testFormsInRealTime("loop.sendfile() and sockSendfile() refuse what is no part", function* (test) {
  const { loop, raises } = test;
  using file = open();
  using sock = kind.newSocket();
  for (
    const [offset, count, ErrorClass] of [
      [-1, null, ValueError],
      [0.5, null, TypeError],
      [0, 0, ValueError],
      [0, -1, ValueError],
      [0, 1.5, TypeError],
    ] as const
  ) {
    yield* raises(loop.sockSendfile(sock, file, offset, count), ErrorClass, "integer (got");
  }
  const no = { fallback: false };
  yield* raises(loop.sockSendfile(sock, file, 0, null, no), SendfileNotAvailableError);
  const datagram = { type: 2, getblocking: () => false } as unknown as Socket;
  yield* raises(loop.sockSendfile(datagram, file), ValueError, "only SOCK_STREAM");
});

// CPython: test_sendfile.py, SockSendfileMixin.test_sock_sendfile_success,
// test_sock_sendfile_with_offset_and_count, test_sock_sendfile_zero_size and
// test_sock_sendfile_mix_with_regular_send
testFormsInRealTime("loop.sockSendfile() sends a file, or a part, by a socket", function* (test) {
  const { loop, wait } = test;
  using file = open();
  using empty = open(new Uint8Array());
  using listener = kind.newSocket();
  listener.bind(["127.0.0.1", 0]);
  listener.listen();
  using client = kind.newSocket();
  yield* wait(loop.sockConnect(client, listener.getsockname()));
  const [conn] = yield* wait(loop.sockAccept(listener));
  const receiving = loop.createTask(function* () {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for (let data; (data = yield* loop.sockRecv(conn, 1e5)).length > 0;) parts.push(data);
    return yield* fromPromise(new Blob(parts).bytes());
  });
  const around = new Uint8Array(65_536).fill(255);
  yield* wait(loop.sockSendall(client, around));
  assertEquals(yield* wait(loop.sockSendfile(client, file)), SIZE);
  yield* wait(loop.sockSendall(client, around));
  assertEquals(yield* wait(loop.sockSendfile(client, file, 10, 200_000)), 200_000);
  assertEquals(file.seekSync(0, Deno.SeekMode.Current), 200_010);
  assertEquals(yield* wait(loop.sockSendfile(client, empty)), 0);
  client.close();
  const received = yield* wait(receiving);
  const expected = [around, CONTENTS, around, CONTENTS.subarray(10, 200_010)];
  assertEquals(received, yield* fromPromise(new Blob(expected).bytes()));
  conn.close();
});

// CPython: test_unix_events.py, SelectorEventLoopUnixSockSendfileTests.test_sock_sendfile_cancel1,
// test_sock_sendfile_cancel2, test_sock_sendfile_os_error_next_call and test_sock_sendfile_exception
testFormsInRealTime(
  "a sockSendfile() that ends early leaves the socket and the file",
  function* (test) {
    const { loop, raises, spawn, wait } = test;
    using listener = kind.newSocket();
    listener.bind(["127.0.0.1", 0]);
    listener.listen();
    using client = kind.newSocket();
    yield* wait(loop.sockConnect(client, listener.getsockname()));
    const [conn] = yield* wait(loop.sockAccept(listener));
    let position = -1;
    const endless: SendableFile = {
      read: (buffer) => Promise.resolve(buffer.length),
      seek: (offset) => Promise.resolve(position = offset),
    };
    // Nobody receives: it fills what there is, and waits.
    const cancelled = spawn(() => wait(loop.sockSendfile(client, endless, 5)));
    yield* wait(sleep(0.05));
    cancelled.cancel();
    yield* raises(cancelled, CancelledError);
    assertFalse(loop.removeWriter(client));
    assert(position > 5);
    const broken = spawn(() => wait(loop.sockSendfile(client, endless, 5)));
    yield* wait(sleep(0.01));
    conn.abort();
    yield* raises(broken, Error);
    assertFalse(loop.removeWriter(client));
  },
);

// CPython: test_sendfile.py, SendfileMixin.test_sendfile_pre_and_post_data, by its protocol
testFormsInRealTime("loop.sendfile() gives the transport back, to be read from", function* (test) {
  const { loop, wait } = test;
  const { reader, received, writer } = yield* connect(test, null, "hello");
  using file = open();
  yield* wait(loop.sendfile(writer.transport, file));
  assertEquals((yield* wait(reader.readexactly(5))).length, 5);
  yield* received();
});
