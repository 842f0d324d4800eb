// Copyright 2026 the asyncio authors. MIT license.

import {
  AF_INET,
  AF_INET6,
  BlockingIOError,
  EVENT_READ,
  IPPROTO_TCP,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_STREAM,
  Socket,
  SOL_SOCKET,
  TCP_NODELAY,
  ValueError,
} from "@asyncio/asyncio/selectors";
import { connect } from "node:net";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { connPair, listen, readable, settle, socketPair, writable } from "../_sockets.ts";

const { AddrInUse, BadResource, BrokenPipe, NotConnected, NotSupported } = Deno.errors;

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("Socket() is an IPv4 stream socket unless told otherwise", () => {
  using sock = new Socket();
  assertEquals([sock.family, sock.type, sock.proto], [AF_INET, SOCK_STREAM, 0]);
  assertEquals(sock.getsockname(), ["0.0.0.0", 0]);
  using sock6 = new Socket(AF_INET6);
  assertEquals(sock6.getsockname(), ["::", 0, 0, 0]);
  assert(sock.fileno() >= 0 && sock6.fileno() > sock.fileno());
});

Deno.test("Socket() says what Deno has no sockets for", () => {
  assertThrows(() => new Socket(AF_INET, 3), NotSupported, "NativeSocket");
  assertThrows(() => new Socket(17), NotSupported, "NativeSocket");
  assertThrows(() => new Socket(AF_INET, SOCK_STREAM, 0, 5), BadResource, "Bad file descriptor");
});

Deno.test("Socket.bind() knows the port before listen()", () => {
  using sock = new Socket();
  sock.bind(["127.0.0.1", 0]);
  const [host, port] = sock.getsockname() as [string, number];
  assertEquals(host, "127.0.0.1");
  assert(port > 0);
  assertThrows(() => sock.accept(), Error, "Invalid argument");
  assertThrows(() => sock.bind(["127.0.0.1", 0]), Error, "Invalid argument");
  sock.listen();
  assertThrows(() => sock.accept(), BlockingIOError);
});

Deno.test("Socket.listen() keeps the address that bind() has told", () => {
  for (const backlog of [undefined, 0, 1, 100, 4096, -5]) {
    using sock = new Socket();
    sock.bind(["127.0.0.1", 0]);
    const address = sock.getsockname();
    sock.listen(backlog);
    assertEquals(sock.getsockname(), address);
    sock.listen(7);
    assertThrows(() => sock.accept(), BlockingIOError);
  }
  using sock = new Socket();
  assertThrows(() => sock.listen(1.5), TypeError, "an integer is required");
  assertThrows(() => sock.listen("5" as never), TypeError, "an integer is required");
});

Deno.test({
  name: "Socket.listen() has as many connections wait as it is told",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const waiting = async (backlog: number) => {
      using server = new Socket();
      server.bind(["127.0.0.1", 0]);
      server.listen(backlog);
      using stack = new DisposableStack();
      const clients = Array.from({ length: 20 }, () => stack.use(new Socket()));
      for (const client of clients) client.connectEx(server.getsockname());
      await writable(clients[0]!);
      await settle();
      return clients.filter((client) => client.connectEx(["127.0.0.1", 1]) === 106).length;
    };
    // Linux lets one more wait than it was told.
    assertEquals(await waiting(3), 4);
    assertEquals(await waiting(50), 20);
    await settle();
  },
});

Deno.test("Socket.listen() says that somebody has taken the address meanwhile", () => {
  using sock = new Socket();
  sock.bind(["127.0.0.1", 0]);
  const { listen } = Deno;
  Deno.listen = (() => {
    throw new AddrInUse("Address already in use (os error 98)");
  }) as never;
  try {
    assertThrows(() => sock.listen(5), AddrInUse);
    assertThrows(() => sock.accept(), Error, "Invalid argument");
  } finally {
    Deno.listen = listen;
  }
  sock.listen(5);
  assertThrows(() => sock.accept(), BlockingIOError);
});

Deno.test("Socket.bind() checks the address", () => {
  using sock = new Socket();
  assertThrows(() => sock.bind("localhost" as never), TypeError, "address must be array");
  assertThrows(() => sock.bind(["localhost"] as never), TypeError, "[host, port]");
  assertThrows(() => sock.bind(["localhost", "80"] as never), TypeError, "[host, port]");
  assertThrows(() => sock.bind(["localhost", 1.5]), TypeError, "[host, port]");
  assertThrows(() => sock.bind(["localhost", 65536]), ValueError, "port must be 0-65535.");
  assertThrows(() => sock.bind(["localhost", -1]), ValueError, "port must be 0-65535.");
  assertThrows(() => sock.bind(["::1", 0]), ValueError, "Address family");
  assertThrows(() => sock.bind(["host.invalid", 0]), Error);
  using taken = listen();
  assertThrows(() => sock.bind(taken.getsockname()), AddrInUse);
  sock.bind(["", 0]);
  assertEquals(sock.getsockname()[0], "0.0.0.0");
});

Deno.test("Socket.listen() takes a free port where bind() took none", () => {
  using sock = new Socket();
  sock.listen(5);
  assert(Number(sock.getsockname()[1]) > 0);
});

Deno.test("Socket.accept() gives a socket and the address of the client", async () => {
  using server = listen();
  using client = new Socket();
  client.connectEx(server.getsockname());
  await readable(server);
  const [conn, address] = server.accept();
  assertEquals(address, client.getsockname());
  assertEquals(conn.getpeername(), client.getsockname());
  assertEquals(conn.getsockname(), client.getpeername());
  assertEquals(server.tryAccept(), null);
  conn.close();
  await settle();
});

Deno.test("Socket.accept() works without a selector, tried again and again", async () => {
  using server = listen();
  assertEquals(server.tryAccept(), null);
  using _client = await Deno.connect({ port: Number(server.getsockname()[1]) });
  let accepted = server.tryAccept();
  while (accepted === null) {
    await settle();
    accepted = server.tryAccept();
  }
  accepted[0].close();
});

Deno.test("Socket.accept() passes over a client that has gone before", async () => {
  using server = listen();
  const port = Number(server.getsockname()[1]);
  for (let i = 0; i < 20; i++) {
    using gone = await Deno.connect({ port });
    await gone.write(new Uint8Array(1));
  }
  using client = new Socket();
  client.connectEx(server.getsockname());
  await writable(client);
  let peer = null;
  while (JSON.stringify(peer) !== JSON.stringify(client.getsockname())) {
    await readable(server);
    const accepted = server.tryAccept();
    accepted?.[0].close();
    peer = accepted?.[1] ?? peer;
  }
});

Deno.test("Socket over IPv6 has addresses of four parts", async () => {
  using server = new Socket(AF_INET6);
  server.bind(["localhost", 0]);
  server.listen();
  assertEquals(server.getsockname().slice(2), [0, 0]);
  using client = new Socket(AF_INET6);
  client.connectEx(server.getsockname());
  await readable(server);
  const [conn, address] = server.accept();
  assertEquals(address, client.getsockname());
  conn.close();
});

Deno.test("Socket.connect() throws, and the socket is writable when connected", async () => {
  using server = listen();
  using client = new Socket();
  const begun = assertThrows(() => client.connect(server.getsockname()), BlockingIOError);
  assertEquals([begun.errno, begun.message], [115, "[Errno 115] Operation now in progress"]);
  const again = assertThrows(() => client.connect(server.getsockname()), BlockingIOError);
  assertEquals([again.errno, again.message], [114, "[Errno 114] Operation already in progress"]);
  assertEquals([client.tryRecv(1), client.trySend("x")], [null, null]);
  await writable(client);
  assertEquals([client.getsockopt(SOL_SOCKET, SO_ERROR), client.error], [0, null]);
  assertEquals(client.connectEx(server.getsockname()), 106);
  assertThrows(() => client.connect(server.getsockname()), Error, "already connected");
});

Deno.test("Socket.connect() tells a refusal by SO_ERROR, once, and by error", async () => {
  const free = listen();
  const address = free.getsockname();
  free.close();
  using client = new Socket();
  client.connectEx(address);
  await writable(client);
  assertEquals(client.getsockopt(SOL_SOCKET, SO_ERROR), 111);
  assertEquals(client.getsockopt(SOL_SOCKET, SO_ERROR), 0);
  assert(client.error instanceof Deno.errors.ConnectionRefused);
  assertThrows(() => client.send("x"), Deno.errors.ConnectionRefused);

  using server = listen();
  assertEquals(client.connectEx(server.getsockname()), 115, "another attempt");
  assertEquals(client.error, null);
  await writable(client);
  assertEquals(client.getsockopt(SOL_SOCKET, SO_ERROR), 0);
  assertEquals(client.send("x"), 1);
});

Deno.test("Socket.connect() tells a name that does not resolve", async () => {
  using client = new Socket();
  client.connectEx(["host.invalid", 80]);
  await writable(client);
  assertEquals(client.getsockopt(SOL_SOCKET, SO_ERROR), 113);
  assert(client.error instanceof Error);
  assertThrows(() => client.connect(["localhost"] as never), TypeError);
  assertThrows(() => client.connect(["localhost", 1e9]), ValueError);
});

Deno.test("Socket.connect() of a bound socket is not supported", () => {
  using sock = new Socket();
  sock.bind(["127.0.0.1", 0]);
  assertThrows(() => sock.connect(["127.0.0.1", 1]), NotSupported, "NativeSocket");
});

Deno.test("Socket throws NotConnected before, BadResource after", async () => {
  const sock = new Socket();
  assertThrows(() => sock.recv(1), NotConnected);
  assertThrows(() => sock.recvInto(new Uint8Array(1)), NotConnected);
  assertThrows(() => sock.send("x"), NotConnected);
  assertThrows(() => sock.shutdown(SHUT_RDWR), NotConnected);
  assertThrows(() => sock.getpeername(), NotConnected);
  using server = listen();
  assertThrows(() => server.recv(1), NotConnected);
  sock.close();
  sock.close();
  assertEquals(sock.fileno(), -1);
  for (
    const call of [
      () => sock.recv(1),
      () => sock.send("x"),
      () => sock.bind(["", 0]),
      () => sock.listen(),
      () => sock.accept(),
      () => sock.connect(["localhost", 1]),
      () => sock.getsockname(),
      () => sock.getpeername(),
      () => sock.getsockopt(SOL_SOCKET, SO_ERROR),
      () => sock.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1),
      () => sock.shutdown(SHUT_RD),
      () => sock.setblocking(false),
    ]
  ) assertThrows(call, BadResource, "[Errno 9] Bad file descriptor");
  await settle();
});

Deno.test("Socket.recv() takes what is asked for and keeps the rest", async () => {
  using pair = await socketPair();
  const { left, right } = pair;
  const refused = assertThrows(() => left.recv(10), BlockingIOError);
  assertEquals(refused.errno, 11);
  assertEquals(refused.message, "[Errno 11] Resource temporarily unavailable");
  right.send("Hello, world");
  await readable(left);
  assertEquals(text(left.recv(5)), "Hello");
  assertEquals(left.recv(0).length, 0);
  assertEquals(left.recvfrom(2).map((part) => part && text(part as Uint8Array)), [", ", null]);
  const buffer = new Uint8Array(8);
  assertEquals(left.recvInto(buffer, 2), 2);
  assertEquals(left.recvInto(buffer.subarray(2)), 3);
  assertEquals(text(buffer.subarray(0, 5)), "world");
  assertEquals([left.tryRecv(1), left.tryRecvInto(buffer)], [null, null]);
  assertThrows(() => left.recvInto(buffer), BlockingIOError);
  assertThrows(() => left.recv(-1), ValueError, "negative buffersize in recv");
  assertThrows(() => left.recv(NaN), ValueError);
  assertThrows(() => left.recvInto(buffer, 9), ValueError, "buffer too small");
  assertThrows(() => left.recvInto("x" as never), TypeError, "a bytes-like object is required");
});

Deno.test("Socket.recv() works without a selector, tried again and again", async () => {
  using pair = await socketPair();
  assertEquals(pair.left.tryRecv(10), null);
  pair.right.send("later");
  let data = pair.left.tryRecv(10);
  while (data === null) {
    await settle();
    data = pair.left.tryRecv(10);
  }
  assertEquals(text(data), "later");
});

Deno.test("Socket.recv() gives bytes that later ones do not change", async () => {
  using pair = await socketPair();
  const received: Uint8Array[] = [];
  for (const size of [10, 3000, 20_000, 60_000, 60_000, 10]) {
    pair.right.send(new Uint8Array(size).fill(received.length + 1));
    await settle();
    await readable(pair.left);
    received.push(pair.left.recv(65536));
    received.at(-1)!.byteLength;
  }
  for (const [i, bytes] of received.entries()) {
    assert(bytes.length > 0 && new Set(bytes).size <= 2 && bytes[0]! <= i + 1);
  }
});

Deno.test("Socket.recv() gives bytes that can be transferred and looked through", async () => {
  using one = await socketPair();
  using two = await socketPair();
  for (const size of [5, 3000]) {
    one.right.send(new Uint8Array(size).fill(1));
    two.right.send(new Uint8Array(size).fill(2));
    await readable(one.left);
    await readable(two.left);
    const bytes = one.left.recv(size);
    assertEquals(bytes.buffer.byteLength, bytes.length);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    assertEquals(bytes.length, 0);
    assertEquals(new Set(two.left.recv(size)), new Set([2]));
    assertEquals(two.left.send("works"), 5);
    assertEquals(one.left.send("works"), 5);
    await settle();
    one.left.tryRecv(1e6);
    two.left.tryRecv(1e6);
  }
});

Deno.test("Socket.send() copies what it takes", async () => {
  using pair = await socketPair();
  for (const size of [5, 9000]) {
    const data = new Uint8Array(size).fill(7);
    assertEquals(pair.right.send(data), size);
    data.fill(0);
    let left = size;
    while (left > 0) {
      await readable(pair.left);
      const bytes = pair.left.recv(left);
      assertEquals(new Set(bytes), new Set([7]));
      left -= bytes.length;
    }
  }
  assertEquals([pair.right.send(""), pair.right.send(new Uint8Array(0))], [0, 0]);
  assertThrows(() => pair.right.send(1 as never), TypeError, "a bytes-like object is required");
  assertEquals(pair.right.sendto("x", ["127.0.0.1", 1]), 1, "a stream ignores the address");
});

Deno.test("Socket.send() sends a string as UTF-8", async () => {
  using pair = await socketPair();
  assertEquals(pair.right.send("ピザ"), 6);
  await readable(pair.left);
  assertEquals(text(pair.left.recv(100)), "ピザ");
});

Deno.test("Socket.shutdown(SHUT_WR) ends one direction only", async () => {
  using pair = await socketPair();
  const { left, right } = pair;
  right.send("last words");
  right.shutdown(SHUT_WR);
  assertThrows(() => right.send("more"), BrokenPipe);
  await readable(left);
  assertEquals(text(left.recv(100)), "last words");
  await readable(left);
  assertEquals(left.recv(100).length, 0);
  assertEquals(left.recv(100).length, 0, "the end of a stream stays");
  assertEquals(left.recvInto(new Uint8Array(1)), 0);
  await readable(left);
  left.send("answer");
  await readable(right);
  assertEquals(text(right.recv(100)), "answer");
});

Deno.test("Socket.shutdown(SHUT_RD) ends receiving after what is here", async () => {
  using pair = await socketPair();
  pair.right.send("here");
  await readable(pair.left);
  pair.left.shutdown(SHUT_RD);
  assertEquals(text(pair.left.recv(100)), "here");
  assertEquals(pair.left.recv(100).length, 0);
  assertEquals(pair.left.send("still"), 5);
  pair.right.shutdown(SHUT_RDWR);
  assertEquals(pair.right.recv(100).length, 0);
  assertThrows(() => pair.right.shutdown(3), Error, "Invalid argument");
});

Deno.test("Socket tells a connection that was reset, after what came before", async () => {
  using server = listen();
  const client = connect(Number(server.getsockname()[1]), "127.0.0.1");
  client.write("last words");
  await readable(server);
  const [conn] = server.accept();
  await readable(conn);
  client.resetAndDestroy();
  await settle();
  assertEquals(text(conn.recv(100)), "last words");
  await readable(conn);
  assertThrows(() => conn.recv(1), Deno.errors.ConnectionReset);
  assertThrows(() => conn.recvInto(new Uint8Array(1)), Deno.errors.ConnectionReset);
  assertThrows(() => conn.send("x"), Deno.errors.ConnectionReset);
  assertEquals(await readable(conn), EVENT_READ, "whoever reads is to be told");
  conn.close();
});

Deno.test("Socket.send() tells, later, that the other end has gone", async () => {
  using pair = await socketPair();
  pair.right.close();
  await settle();
  let error: unknown = null;
  for (let i = 0; i < 10 && error === null; i++) {
    try {
      pair.left.send("x");
    } catch (caught) {
      error = caught;
    }
    await settle();
  }
  assert(error instanceof BrokenPipe || error instanceof Deno.errors.ConnectionReset);
});

Deno.test("Socket.detach() gives the descriptor away", async () => {
  using pair = await socketPair();
  const fd = pair.left.detach();
  assertEquals(pair.left.fileno(), -1);
  using heir = new Socket(AF_INET, SOCK_STREAM, 0, fd);
  assertEquals(heir.fileno(), fd);
  pair.right.send("to the heir");
  await readable(fd);
  assertEquals(text(heir.recv(100)), "to the heir");
});

Deno.test("Socket.from() gives the same socket each time", async () => {
  const [left, right] = await connPair();
  const sock = Socket.from(left);
  assertStrictEquals(Socket.from(left), sock);
  assert(Socket.from(right) !== sock);
  assertEquals(sock.getpeername(), Socket.from(right).getsockname());
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const server = Socket.from(listener);
  assertStrictEquals(Socket.from(listener), server);
  assertEquals(server.getsockname(), ["127.0.0.1", (listener.addr as Deno.NetAddr).port]);
  for (const one of [sock, Socket.from(right), server]) one.close();
  await settle();
});

Deno.test("Socket is non-blocking and cannot be otherwise", () => {
  using sock = new Socket();
  sock.setblocking(false);
  assertEquals(sock.getblocking(), false);
  assertThrows(() => sock.setblocking(true), NotSupported, "NativeSocket");
});

Deno.test("Socket.setsockopt() sets what Deno can set", async () => {
  using server = listen();
  using sock = new Socket();
  assertEquals(sock.getsockopt(IPPROTO_TCP, TCP_NODELAY), 0);
  sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, true);
  sock.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
  sock.setsockopt(SOL_SOCKET, SO_REUSEPORT, 0);
  sock.connectEx(server.getsockname());
  await writable(sock);
  sock.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1);
  assertEquals(sock.getsockopt(IPPROTO_TCP, TCP_NODELAY), 1);
  assertEquals(sock.getsockopt(SOL_SOCKET, SO_KEEPALIVE), 1);
  assertEquals(sock.getsockopt(SOL_SOCKET, SO_REUSEADDR), 1);
  assertEquals(sock.getsockopt(SOL_SOCKET, SO_REUSEPORT), 0);
  assertThrows(() => sock.setsockopt(SOL_SOCKET, SO_REUSEADDR, 0), NotSupported);
  assertThrows(() => sock.setsockopt(SOL_SOCKET, 99, 1), NotSupported, "NativeSocket");
  assertThrows(() => sock.getsockopt(99, 1), NotSupported, "NativeSocket");
});

Deno.test("Socket.setsockopt(SO_REUSEPORT) needs Deno's unstable flag", () => {
  using sock = new Socket();
  const set = () => sock.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1);
  if (!("listenDatagram" in Deno)) assertThrows(set, NotSupported, "--unstable-net");
});

Deno.test("Socket has Python's repr", async () => {
  using pair = await socketPair();
  const [, port] = pair.left.getsockname();
  const [, peer] = pair.left.getpeername();
  const repr = `<Socket fd=${pair.left.fileno()}, family=2, type=1, proto=0, ` +
    `laddr=['127.0.0.1', ${port}], raddr=['127.0.0.1', ${peer}]>`;
  assertEquals([String(pair.left), Deno.inspect(pair.left)], [repr, repr]);
  pair.left.close();
  assertEquals(String(pair.left), "<Socket [closed] fd=-1, family=2, type=1, proto=0>");
  await settle();
});
