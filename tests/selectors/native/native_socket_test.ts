// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/test/test_socket.py

import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  BlockingIOError,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  NativeSocket,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SO_BROADCAST,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_SNDBUF,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  type SocketAddress,
  socketpair,
  SOL_SOCKET,
  TCP_NODELAY,
  ValueError,
} from "@asyncio/asyncio/selectors";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotStrictEquals,
  assertThrows,
} from "@std/assert";
import { pattern } from "../_sockets.ts";
import { closeDescriptor, openFile } from "./_calls.ts";
import { countingDescriptors, NativePair } from "./_native.ts";
import { LINUX, NATIVE } from "./_open.ts";

const test = (name: string, fn: () => Promise<void> | void) =>
  Deno.test({
    name: `NativeSocket${name}`,
    ignore: !NATIVE,
    fn: LINUX ? () => countingDescriptors(fn) : fn,
  });

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const LOOPBACK: Readonly<Record<number, SocketAddress>> = {
  [AF_INET]: ["127.0.0.1", 0],
  [AF_INET6]: ["::1", 0],
};

/** A listening socket on a free port. */
function listen(family: number = AF_INET): NativeSocket {
  const server = new NativeSocket(family);
  server.bind(LOOPBACK[family]!);
  server.listen();
  return server;
}

/** A connection over TCP: both its ends. */
function connect(stack: DisposableStack, family: number = AF_INET): [NativeSocket, NativeSocket] {
  using server = listen(family);
  const client = stack.use(new NativeSocket(family));
  client.connect(server.getsockname());
  const [conn, address] = server.accept();
  assertEquals(address, client.getsockname());
  return [client, stack.use(conn)];
}

for (const family of [AF_INET, AF_INET6]) {
  // CPython: BasicTCPTest
  test(` exchanges bytes over TCP, family ${family}`, () => {
    using stack = new DisposableStack();
    const [client, conn] = connect(stack, family);
    assertEquals(client.getpeername(), conn.getsockname());
    assertEquals(client.getsockname().length, family === AF_INET ? 2 : 4);
    assertEquals(client.send("Hello"), 5);
    assertEquals(text(conn.recv(2)), "He");
    assertEquals(text(conn.recv(100)), "llo");
    conn.sendall(new Uint8Array([1, 2, 3]));
    const buffer = new Uint8Array(10);
    assertEquals(client.recvInto(buffer.subarray(4)), 3);
    assertEquals([...buffer], [0, 0, 0, 0, 1, 2, 3, 0, 0, 0]);
    assertEquals(conn.send(""), 0);
    conn.shutdown(SHUT_WR);
    assertEquals(client.recv(10).length, 0);
    assertEquals(client.recvInto(buffer), 0);
    assertEquals(client.recvfrom(10), [new Uint8Array(), null]);
    client.send("back");
    assertEquals(text(conn.recv(10)), "back");
  });

  // CPython: BasicUDPTest
  test(` exchanges datagrams over UDP, family ${family}`, () => {
    using left = new NativeSocket(family, SOCK_DGRAM);
    using right = new NativeSocket(family, SOCK_DGRAM);
    left.bind(LOOPBACK[family]!);
    right.bind(LOOPBACK[family]!);
    assertEquals(left.sendto("Hello", right.getsockname()), 5);
    assertEquals(left.sendto(new Uint8Array(), right.getsockname()), 0);
    assertEquals(left.sendto("World", right.getsockname()), 5);
    const [bytes, sender] = right.recvfrom(100);
    assertEquals([text(bytes), sender], ["Hello", left.getsockname()]);
    assertEquals(right.recvfrom(100)[0].length, 0);
    const buffer = new Uint8Array(3);
    assertEquals(right.recvfromInto(buffer), [3, left.getsockname()], "the rest is lost");
    assertEquals(text(buffer), "Wor");
    right.connect(left.getsockname());
    right.send("!");
    assertEquals(text(left.recv(10)), "!");
    assertThrows(() => left.send("x"), Error, "Destination address required");
  });
}

// CPython: BasicSocketPairTest, TestUnixDomain
test(" exchanges bytes over a Unix socket", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/soçket`;
  using server = new NativeSocket(AF_UNIX);
  assertEquals(server.getsockname(), "");
  server.bind(path);
  server.listen();
  assertEquals(server.getsockname(), path);
  using client = new NativeSocket(AF_UNIX);
  client.connect(path);
  assertEquals(client.getpeername(), path);
  const [conn, address] = server.accept();
  assertEquals(address, "");
  client.sendall("Hello");
  assertEquals(text(conn.recv(10)), "Hello");
  conn.close();
  await Deno.remove(folder, { recursive: true });
});

// CPython: TestLinuxAbstractNamespace, TestUnixDomain.testUnixDomain
test(" takes and checks the paths of Unix sockets", () => {
  using sock = new NativeSocket(AF_UNIX);
  assertThrows(() => sock.bind("x".repeat(108)), Error, "AF_UNIX path too long");
  assertThrows(() => sock.bind("a\0b"), ValueError, "embedded null byte");
  assertThrows(() => sock.bind(["127.0.0.1", 0]), TypeError, "AF_UNIX address must be string");
  assertThrows(() => sock.bind("/no/such/folder/x"), Deno.errors.NotFound);
  assertThrows(() => sock.connect("/no/such/folder/x"), Deno.errors.NotFound);
  if (!LINUX) return;
  sock.bind("\0abstract\0name");
  assertEquals(sock.getsockname(), "\0abstract\0name");
  using unnamed = new NativeSocket(AF_UNIX);
  unnamed.bind("");
  assertMatch(String(unnamed.getsockname()), /^\0[\da-f]{5}$/);
});

test(" exchanges datagrams over a Unix socket pair, and tells no sender that has no name", () => {
  using pair = new NativePair(SOCK_DGRAM);
  pair.left.send("one");
  pair.left.send("two");
  assertEquals(text(pair.right.recv(100)), "one");
  const [bytes, sender] = pair.right.recvfrom(100);
  assertEquals([text(bytes), sender], ["two", null]);
});

test(".recv() gives bytes that are the caller's own", () => {
  using pair = new NativePair();
  const sizes = [1, 64, 65, 5000, 70_000];
  const received = sizes.map((size) => {
    pair.left.sendall(pattern(size));
    const bytes = pair.right.recv(100_000);
    assertEquals([bytes.length, bytes.byteOffset, bytes.buffer.byteLength], [size, 0, size]);
    return bytes;
  });
  received.forEach((bytes, i) => assertEquals(bytes, pattern(sizes[i]!)));
  structuredClone(received[1], { transfer: [received[1]!.buffer] });
  pair.left.send("next");
  assertEquals(text(pair.right.recv(10)), "next");
  assertEquals([pair.right.recv(0).length, pair.right.recvInto(new Uint8Array())], [0, 0]);
  assertThrows(() => pair.right.recv(-1), ValueError, "negative buffersize in recv");
  assertThrows(() => pair.right.recv(NaN), ValueError, "negative buffersize in recv");
});

// CPython: BufferIOTest
test(".recvInto() writes to just the buffer, and to what is asked for of it", () => {
  using pair = new NativePair();
  pair.left.sendall("abcdefgh");
  const buffer = new Uint8Array(10).fill(46);
  assertEquals(pair.right.recvInto(buffer.subarray(2, 5)), 3);
  assertEquals(text(buffer), "..abc.....");
  assertEquals(pair.right.recvInto(buffer, 2), 2);
  assertEquals(text(buffer), "deabc.....");
  assertThrows(() => pair.right.recvInto(buffer, 11), ValueError, "buffer too small");
  assertThrows(() => pair.right.recvInto(buffer, -1), ValueError, "negative buffersize");
  assertThrows(() => pair.right.recvInto("buffer" as never), TypeError, "bytes-like");
  assertThrows(() => pair.right.send({} as never), TypeError, "bytes-like");
  const shared = new Uint8Array(new ArrayBuffer(16, { maxByteLength: 32 }));
  assertEquals(pair.right.recvInto(shared), 3);
  assertEquals(text(shared.slice(0, 3)), "fgh");
});

// CPython: NonBlockingTCPTests
test(" that is not blocking says so", () => {
  using server = listen();
  server.setblocking(false);
  assertEquals([server.getblocking(), server.gettimeout()], [false, 0]);
  assertThrows(() => server.accept(), BlockingIOError, "Resource temporarily unavailable");
  assertEquals(server.tryAccept(), null);
  using client = new NativeSocket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
  assertEquals([client.type, client.getblocking()], [SOCK_STREAM, false]);
  client.connectEx(server.getsockname());
  server.setblocking(true);
  const [conn] = server.accept();
  assertEquals(conn.getblocking(), true);
  conn.setblocking(false);
  const error = assertThrows(() => conn.recv(10), BlockingIOError) as BlockingIOError;
  assertEquals(error.errno, 11);
  assertThrows(() => conn.recvInto(new Uint8Array(1)), BlockingIOError);
  assertThrows(() => conn.recvfrom(10), BlockingIOError);
  assertThrows(() => conn.recvfromInto(new Uint8Array(1)), BlockingIOError);
  assertEquals([conn.tryRecv(1), conn.tryRecvInto(new Uint8Array(1))], [null, null]);
  assertEquals(conn.tryRecvfrom(1), null);
  const block = new Uint8Array(1 << 16);
  let sent = 0;
  for (let count; (count = conn.trySend(block)) !== null;) sent += count;
  assert(sent > 0);
  assertThrows(() => conn.send(block), BlockingIOError);
  assertThrows(() => conn.sendall(block), BlockingIOError);
  conn.close();
  client.setblocking(true);
  let received = 0;
  for (let count; (count = client.recv(1 << 20).length) > 0;) received += count;
  assertEquals(received, sent);
});

test(" accepted by one that is not blocking is not blocking", () => {
  using server = listen();
  server.setblocking(false);
  using client = new NativeSocket();
  client.connect(server.getsockname());
  const [conn] = server.accept();
  assertEquals(conn.getblocking(), false);
  assertEquals(conn.tryRecv(1), null);
  conn.close();
});

// CPython: TCPTimeoutTest, UDPTimeoutTest
test(" with a timeout gives up in time, whatever it waits for", () => {
  using server = listen();
  server.settimeout(0.015);
  assertEquals([server.getblocking(), server.gettimeout()], [true, 0.015]);
  timesOut(0.015, () => server.accept());
  using pair = new NativePair();
  pair.left.settimeout(0.01);
  timesOut(0.01, () => pair.left.recv(1));
  timesOut(0.01, () => pair.left.recvInto(new Uint8Array(1)));
  timesOut(0.01, () => pair.left.recvfrom(1));
  timesOut(0.01, () => pair.left.sendall(new Uint8Array(1 << 24)));
  pair.right.send("x");
  assertEquals(pair.left.recv(1).length, 1);
  assertThrows(() => pair.left.settimeout(-1), ValueError, "Timeout value out of range");
  assertThrows(() => pair.left.settimeout(NaN), ValueError, "Invalid value NaN");
});

function timesOut(timeout: number, fn: () => unknown): void {
  const start = performance.now();
  assertThrows(fn, Deno.errors.TimedOut, "timed out");
  assert(performance.now() - start >= timeout * 1000, "not before its time");
}

// CPython: testConnectRefused, NetworkConnectionNoServer
test(".connect() that is refused", () => {
  const server = listen();
  const address = server.getsockname();
  server.close();
  using sock = new NativeSocket();
  const error = assertThrows(() => sock.connect(address), Deno.errors.ConnectionRefused);
  assertEquals((error as { code?: string }).code, "ECONNREFUSED");
  assertEquals((sock.error as { code?: string }).code, "ECONNREFUSED");
  using other = new NativeSocket();
  assertEquals(other.connectEx(address), 111);
  using timed = new NativeSocket();
  timed.settimeout(5);
  assertThrows(() => timed.connect(address), Deno.errors.ConnectionRefused);
});

test(".connect() twice", () => {
  using server = listen();
  using sock = new NativeSocket();
  sock.connect(server.getsockname());
  assertEquals(sock.error, null);
  assertEquals(sock.connectEx(server.getsockname()), 106);
  assertThrows(() => sock.connect(server.getsockname()), Error, "already connected");
  assertEquals(sock.error, null, "the connection stands");
});

test(".connect() resolves names, and numbers in unusual spelling", () => {
  using server = listen();
  const [, port] = server.getsockname() as [string, number];
  for (const host of ["localhost", "127.1", "127.0.0.1"]) {
    using sock = new NativeSocket();
    sock.connect([host, port]);
    server.accept()[0].close();
  }
  using sock = new NativeSocket();
  assertThrows(
    () => sock.connect(["no-such-host.invalid", port]),
    Error,
    "failed to lookup address information: ",
  );
});

// CPython: testHostnameRes, getsockaddrarg
test(" checks addresses", () => {
  using sock = new NativeSocket(AF_INET, SOCK_DGRAM);
  const { sendto } = sock;
  const send = (address: unknown) => () => sendto.call(sock, "x", address as SocketAddress);
  assertThrows(send("x"), TypeError, "sendto(): AF_INET address must be array, not string");
  assertThrows(send(["127.0.0.1"]), TypeError, "must be a pair [host, port]");
  assertThrows(send(["127.0.0.1", "1"]), TypeError, "must be a pair [host, port]");
  assertThrows(send([1, 1]), TypeError, "must be a pair [host, port]");
  assertThrows(send(["127.0.0.1", 65536]), ValueError, "sendto(): port must be 0-65535.");
  assertThrows(send(["127.0.0.1", -1]), ValueError, "port must be 0-65535.");
  assertThrows(send(["::1", 1]), ValueError, "Address family for hostname not supported");
  assertThrows(send(["a\0b", 1]), ValueError, "embedded null character");
  using six = new NativeSocket(AF_INET6);
  assertThrows(
    () => six.bind(["127.0.0.1", 0]),
    ValueError,
    "Address family for hostname not supported",
  );
  assertThrows(() => six.bind(["::1", 0, 1 << 20, 0]), ValueError, "flowinfo must be 0-1048575.");
  using wildcard = new NativeSocket();
  wildcard.bind(["", 0]);
  assertEquals((wildcard.getsockname() as [string, number])[0], "0.0.0.0");
});

// CPython: GeneralModuleTests.testGetSockOpt, testSetSockOpt
test(" has options", () => {
  using sock = new NativeSocket();
  for (const option of [SO_REUSEADDR, SO_REUSEPORT, SO_KEEPALIVE, SO_BROADCAST]) {
    assertEquals(sock.getsockopt(SOL_SOCKET, option), 0);
    sock.setsockopt(SOL_SOCKET, option, true);
    assert(sock.getsockopt(SOL_SOCKET, option) !== 0);
  }
  sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
  assert(sock.getsockopt(IPPROTO_TCP, TCP_NODELAY) !== 0);
  assertEquals(sock.getsockopt(SOL_SOCKET, SO_TYPE), SOCK_STREAM);
  sock.setsockopt(SOL_SOCKET, SO_SNDBUF, 50_000);
  assert(sock.getsockopt(SOL_SOCKET, SO_SNDBUF) >= 50_000);
  const linger = new Uint8Array(new Int32Array([1, 7]).buffer);
  sock.setsockopt(SOL_SOCKET, SO_LINGER, linger);
  assertEquals(sock.getsockopt(SOL_SOCKET, SO_LINGER, 8), linger);
  assertEquals(sock.getsockopt(SOL_SOCKET, SO_LINGER, 4).length, 4);
  assertThrows(() => sock.getsockopt(SOL_SOCKET, 9999), Error, "Protocol not available");
  using six = new NativeSocket(AF_INET6);
  six.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 1);
  assertEquals(six.getsockopt(IPPROTO_IPV6, IPV6_V6ONLY), 1);
});

test(" reports a broken connection as an error, and not by a signal", () => {
  using stack = new DisposableStack();
  const [client, conn] = connect(stack);
  client.setsockopt(SOL_SOCKET, SO_LINGER, new Uint8Array(new Int32Array([1, 0]).buffer));
  client.close();
  assertThrows(() => conn.recv(10), Deno.errors.ConnectionReset);
  assertThrows(() => conn.send("x"), Deno.errors.BrokenPipe);
  using pair = new NativePair();
  pair.left.shutdown(SHUT_RDWR);
  assertThrows(() => pair.left.send("x"), Deno.errors.BrokenPipe);
  assertEquals(pair.left.recv(1).length, 0);
});

test(" that is not connected says so", () => {
  using sock = new NativeSocket();
  assertThrows(() => sock.getpeername(), Deno.errors.NotConnected);
  assertThrows(() => sock.recv(1), Deno.errors.NotConnected);
  assertThrows(() => sock.shutdown(SHUT_RD), Deno.errors.NotConnected);
  assertThrows(() => sock.send("x"), Deno.errors.BrokenPipe);
});

// CPython: GeneralModuleTests.testCloseException, test_csocket_repr
test(" that is closed is a bad descriptor", () => {
  const sock = new NativeSocket();
  sock.connectEx(["127.0.0.1", 1]);
  sock.close();
  sock.close();
  sock.abort();
  assertEquals([sock.fileno(), sock.detach(), sock.error], [-1, -1, null]);
  const calls: (() => unknown)[] = [
    () => sock.recv(1),
    () => sock.recvInto(new Uint8Array(1)),
    () => sock.recvfrom(1),
    () => sock.send("x"),
    () => sock.sendto("x", ["127.0.0.1", 1]),
    () => sock.accept(),
    () => sock.connect(["127.0.0.1", 1]),
    () => sock.connectEx(["localhost.invalid", 1]),
    () => sock.bind(["127.0.0.1", 0]),
    () => sock.listen(),
    () => sock.shutdown(SHUT_RD),
    () => sock.getsockname(),
    () => sock.getpeername(),
    () => sock.getsockopt(SOL_SOCKET, SO_TYPE),
    () => sock.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1),
    () => sock.setblocking(false),
    () => sock.dup(),
  ];
  for (const call of calls) {
    assertThrows(call, Deno.errors.BadResource, "[Errno 9] Bad file descriptor");
  }
  assertEquals(String(sock), "<NativeSocket [closed] fd=-1, family=2, type=1, proto=0>");
});

test(".toString() is Python's", () => {
  using stack = new DisposableStack();
  const [client] = connect(stack);
  const [, port] = client.getsockname() as [string, number];
  const [, peer] = client.getpeername() as [string, number];
  const description = `<NativeSocket fd=${client.fileno()}, family=2, type=1, proto=0, ` +
    `laddr=['127.0.0.1', ${port}], raddr=['127.0.0.1', ${peer}]>`;
  assertEquals([String(client), Deno.inspect(client)], [description, description]);
});

// CPython: GeneralModuleTests.test_socket_fileno
test(" can be made of a descriptor, and finds out what it is", () => {
  using stack = new DisposableStack();
  const [client, conn] = connect(stack, AF_INET6);
  const fd = client.detach();
  assertEquals(client.fileno(), -1);
  const again = stack.use(new NativeSocket(undefined, undefined, 0, fd));
  assertEquals([again.fileno(), again.family, again.type], [fd, AF_INET6, SOCK_STREAM]);
  again.send("still there");
  assertEquals(text(conn.recv(100)), "still there");
  using unix = new NativeSocket(undefined, undefined, 0, new NativeSocket(AF_UNIX, 2).detach());
  assertEquals([unix.family, unix.type], [AF_UNIX, SOCK_DGRAM]);
  const nonBlocking = new NativeSocket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK).detach();
  using adopted = new NativeSocket(AF_INET, SOCK_STREAM, 0, nonBlocking);
  assertEquals(adopted.getblocking(), false);
  const file = openFile("/dev/null");
  const create = (fileno: number) => () => new NativeSocket(undefined, undefined, 0, fileno);
  assertThrows(create(file), Error, "Socket operation on non-socket");
  closeDescriptor(file);
  assertThrows(create(file), Deno.errors.BadResource);
  assertThrows(create(-2), ValueError, "negative file descriptor");
});

test(".dup() is another socket for the same connection", () => {
  using pair = new NativePair();
  using copy = pair.left.dup();
  assertNotStrictEquals(copy.fileno(), pair.left.fileno());
  assertEquals(copy.getblocking(), false);
  pair.left.close();
  copy.send("x");
  assertEquals(text(pair.right.recv(1)), "x");
});

test(" of a kind that the system lacks is not supported", () => {
  assertThrows(() => new NativeSocket(9999), Deno.errors.NotSupported);
  assertThrows(() => socketpair(AF_INET), Deno.errors.NotSupported);
  assertThrows(() => new NativeSocket(AF_INET, SOCK_STREAM, 17), Deno.errors.NotSupported);
});

test(" that binds an address in use", () => {
  using server = listen();
  using other = new NativeSocket();
  assertThrows(() => other.bind(server.getsockname()), Deno.errors.AddrInUse);
  assertThrows(() => other.bind(["203.0.113.1", 0]), Deno.errors.AddrNotAvailable);
});

test(" accepts as many connections as its backlog lets wait", () => {
  using stack = new DisposableStack();
  const server = stack.use(new NativeSocket());
  server.bind(["127.0.0.1", 0]);
  server.listen(200);
  server.setblocking(false);
  for (let i = 0; i < 150; i++) stack.use(new NativeSocket()).connect(server.getsockname());
  let count = 0;
  for (let pair; (pair = server.tryAccept()) !== null; count++) pair[0].close();
  assertEquals(count, 150);
  server.listen(-5);
});

test(" has nothing unsent", () => {
  using pair = new NativePair();
  pair.left.send("x");
  const told: (Error | null)[] = [];
  pair.left.whenSent((error) => told.push(error));
  assertEquals([pair.left.unsent, pair.left.released, told], [0, null, [null]]);
});

test(" is closed by using", () => {
  const sock = new NativeSocket();
  {
    using scoped = sock;
    assertInstanceOf(scoped, NativeSocket);
    assert(scoped.fileno() >= 0);
  }
  assertEquals(sock.fileno(), -1);
});

test(" is not inherited by children", async () => {
  if (!LINUX) return;
  using pair = new NativePair();
  using server = listen();
  server.setblocking(false);
  using client = new NativeSocket();
  client.connect(server.getsockname());
  const [conn] = server.accept();
  using copy = conn.dup();
  const fds = [pair.left, pair.right, server, client, conn, copy].map((sock) => sock.fileno());
  const script = fds.map((fd) => `[ -e /proc/self/fd/${fd} ] && echo ${fd}`).join("; ");
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script] }).output();
  // The numbers may stand for files of the shell's own, but not for sockets.
  const links = await Promise.all(
    text(stdout).split("\n").filter((line) => line !== "").map((fd) =>
      new Deno.Command("sh", { args: ["-c", `readlink /proc/self/fd/${fd}`] }).output()
    ),
  );
  assertEquals(links.filter(({ stdout }) => text(stdout).startsWith("socket:")).length, 0);
  conn.close();
});

test(" moves nothing at all, and knows an empty datagram from none", () => {
  using pair = new NativePair();
  assertEquals(pair.left.send(""), 0);
  assertEquals(pair.right.recv(0).length, 0);
  assertEquals(pair.right.recvInto(new Uint8Array(0)), 0);
  assertEquals(pair.right.tryRecv(10), null);
  pair.left.sendall("");
  pair.left.send("x");
  assertEquals(pair.right.recv(0).length, 0);
  assertEquals(pair.right.recv(10).length, 1);

  using datagrams = new NativePair(SOCK_DGRAM);
  assertEquals(datagrams.left.send(new Uint8Array()), 0);
  assertEquals(datagrams.right.tryRecv(10)?.length, 0);
  assertEquals(datagrams.right.tryRecv(10), null);
});
