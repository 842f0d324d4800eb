// Copyright 2026 the asyncio authors. MIT license.

import {
  getRunningLoop,
  openUnixConnection,
  Protocol,
  startServer,
  startUnixServer,
  type StreamReader,
  type StreamWriter,
  ValueError,
} from "@asyncio/asyncio";
import { AF_UNIX, SOCK_DGRAM } from "@asyncio/asyncio/selectors";
import { assert, assertEquals } from "@std/assert";
import { suite } from "../../_suite.ts";
import { text } from "../_text.ts";

const { kind, testForms } = suite();

/** A path in a directory of its own. */
function newPath(): string {
  return `${Deno.makeTempDirSync()}/socket`;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function* greet(_: StreamReader, writer: StreamWriter<string>) {
  writer.write("hello");
  writer.close();
  yield* writer.waitClosed();
}

// CPython: test_streams.py, StreamTests.test_open_unix_connection and test_start_unix_server;
// test_events.py, EventLoopTestsMixin.test_create_unix_connection and test_create_unix_server;
// test_server.py, SelectorStartServerTests.test_start_unix_server_1
testForms("streams go over Unix sockets, and their addresses are paths", function* ({ wait }) {
  const path = newPath();
  const server = yield* wait(startUnixServer(greet, path));
  const where: string = server.sockets[0].getsockname();
  assertEquals(where, path);
  const [reader, writer] = yield* wait(openUnixConnection(path));
  const peer: string = writer.getExtraInfo("peername");
  assertEquals(peer, path);
  assertEquals(text(yield* wait(reader.read())), "hello");
  writer.close();
  yield* wait(writer.waitClosed());
  server.close();
  yield* wait(server.waitClosed());
});

// CPython: test_server.py, UnixServerCleanupTests.test_unix_server_addr_cleanup and
// test_unix_server_sock_cleanup
testForms("a server removes its socket's file when it is closed", function* ({ wait }) {
  const path = newPath();
  const server = yield* wait(startUnixServer(greet, path));
  assert(exists(path));
  server.close();
  yield* wait(server.waitClosed());
  assert(!exists(path));
});

// CPython: test_server.py, UnixServerCleanupTests.test_unix_server_cleanup_gone
testForms("a server whose file is gone already is closed all the same", function* ({ wait }) {
  const path = newPath();
  const server = yield* wait(startUnixServer(greet, path));
  Deno.removeSync(path);
  server.close();
  yield* wait(server.waitClosed());
});

// CPython: test_server.py, UnixServerCleanupTests.test_unix_server_cleanup_replaced
testForms("a server leaves the file of another that has taken its place", function* ({ wait }) {
  const path = newPath();
  const first = yield* wait(startUnixServer(() => {}, path));
  const second = yield* wait(startUnixServer(greet, path));
  first.close();
  yield* wait(first.waitClosed());
  assert(exists(path));
  const [reader, writer] = yield* wait(openUnixConnection(path));
  assertEquals(text(yield* wait(reader.read())), "hello");
  writer.close();
  second.close();
  yield* wait(second.waitClosed());
  assert(!exists(path));
  assertEquals([...Deno.readDirSync(path.replace("/socket", ""))], []);
});

// CPython: test_server.py, UnixServerCleanupTests.test_unix_server_cleanup_prevented, and
// test_unix_events.py, SelectorEventLoopUnixSocketTests.test_create_unix_server_existing_path_sock
testForms("a server leaves its file if it is told so", function* ({ raises, wait }) {
  const path = newPath();
  const server = yield* wait(startUnixServer(greet, path, { cleanupSocket: false }));
  server.close();
  yield* wait(server.waitClosed());
  assert(exists(path));
  yield* raises(openUnixConnection(path), Deno.errors.ConnectionRefused);
  // Who comes next takes the place of what was left.
  const next = yield* wait(startUnixServer(greet, path));
  const [reader, writer] = yield* wait(openUnixConnection(path));
  assertEquals(text(yield* wait(reader.read())), "hello");
  writer.close();
  next.close();
  yield* wait(next.waitClosed());
  assert(!exists(path));
});

// CPython: test_unix_events.py, SelectorEventLoopUnixSocketTests.test_create_unix_server_existing_path_nonsock;
// test_streams.py, StreamTests.test_open_unix_connection_error
testForms("a file that is no socket is not replaced", function* ({ raises, wait }) {
  const path = newPath();
  Deno.writeTextFileSync(path, "precious");
  const message = `Address '${path}' is already in use`;
  yield* raises(startUnixServer(greet, path), Deno.errors.AddrInUse, message);
  assertEquals(Deno.readTextFileSync(path), "precious");
  yield* raises(openUnixConnection(`${path}/no`), Error);
  assert(yield* wait(getRunningLoop().getnameinfo(["127.0.0.1", 1], 3)));
});

// CPython: test_unix_events.py, SelectorEventLoopUnixSocketTests.test_create_unix_server_ssl_bool,
// test_create_unix_server_nopath_nosock, test_create_unix_server_path_dgram, test_create_unix_server_path_inetsock,
// test_create_unix_server_ssl_timeout_with_plain_sock, test_create_unix_connection_path_sock,
// test_create_unix_connection_nopath_nosock, test_create_unix_connection_nossl_serverhost,
// test_create_unix_connection_ssl_noserverhost and
// test_create_unix_connection_ssl_timeout_with_plain_sock; test_events.py,
// EventLoopTestsMixin.test_create_unix_server_path_socket_error
testForms("loop.createUnixServer() and createUnixConnection() refuse", function* (test) {
  const { loop, raises } = test;
  const factory = () => new Protocol();
  const inet = kind.newSocket();
  const unix = kind.newSocket(AF_UNIX);
  const both = "path and sock can not be specified at the same time";
  const expected = "A UNIX Domain Stream Socket was expected";
  yield* raises(loop.createUnixServer(factory, "/x", { sock: unix }), ValueError, both);
  yield* raises(loop.createUnixServer(factory), ValueError, "path was not specified, and no sock");
  yield* raises(loop.createUnixServer(factory, null, { sock: inet }), ValueError, expected);
  const ssl = { ssl: true } as const;
  yield* raises(loop.createUnixServer(factory, "/x", ssl), TypeError, "ssl argument must be");
  yield* raises(loop.createUnixConnection(factory, "/x", { sock: unix }), ValueError, both);
  yield* raises(loop.createUnixConnection(factory), ValueError, "no path and sock were specified");
  yield* raises(loop.createUnixConnection(factory, null, { sock: inet }), ValueError, expected);
  const name = { serverHostname: "x" };
  const only = "serverHostname is only meaningful with ssl";
  yield* raises(loop.createUnixConnection(factory, "/x", name), ValueError, only);
  yield* raises(
    startUnixServer(null as unknown as typeof greet, "/x"),
    TypeError,
    "a callable object was expected",
  );
  inet.close();
  unix.close();
  if (kind.isNative) {
    const datagrams = kind.newSocket(AF_UNIX, SOCK_DGRAM);
    yield* raises(loop.createUnixServer(factory, null, { sock: datagrams }), ValueError, expected);
    datagrams.close();
  }
  const timeout = { sslHandshakeTimeout: 1 };
  const meaningful = "sslHandshakeTimeout is only meaningful with ssl";
  yield* raises(loop.createUnixServer(factory, "/x", timeout), ValueError, meaningful);
  yield* raises(loop.createUnixConnection(factory, "/x", timeout), ValueError, meaningful);
  const noName = "you have to pass serverHostname when using ssl";
  yield* raises(loop.createUnixConnection(factory, "/x", ssl), ValueError, noName);
});

// CPython: test_unix_events.py, SelectorEventLoopUnixSocketTests.test_create_unix_server_bind_error
testForms("a Unix socket that cannot be bound leaves nothing open", function* ({ raises }) {
  const path = newPath();
  yield* raises(startUnixServer(greet, `${path}/no/where`), Error);
  assert(!exists(path));
});

// CPython: test_unix_events.py, SelectorEventLoopUnixSocketTests.test_create_unix_connection_path_inetsock
// and, on native loops, test_create_unix_server_path_stream_bittype
testForms("a Unix socket that is bound already can serve", function* ({ wait }) {
  const path = newPath();
  const sock = kind.newSocket(AF_UNIX);
  sock.bind(path);
  const server = yield* wait(startUnixServer(greet, null, { sock }));
  const [reader, writer] = yield* wait(openUnixConnection(path));
  assertEquals(text(yield* wait(reader.read())), "hello");
  writer.close();
  server.close();
  yield* wait(server.waitClosed());
  assert(!exists(path));
});

testForms("an address of TCP needs no cast, nor does one of a Unix socket", function* ({ wait }) {
  const tcp = yield* wait(startServer(() => {}, "127.0.0.1", 0));
  const [host, port] = tcp.sockets[0].getsockname();
  const shown: string = `${host}:${port}`;
  assert(shown.startsWith("127.0.0.1:"));
  const path = newPath();
  const unix = yield* wait(startUnixServer(() => {}, path));
  const where: string = unix.sockets[0].getsockname();
  assertEquals(where, path);
  for (const server of [tcp, unix]) {
    server.close();
    yield* wait(server.waitClosed());
  }
});
