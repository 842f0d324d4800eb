// Copyright 2026 the asyncio authors. MIT license.

import {
  BlockingIOError,
  DefaultSelector,
  DenoSelector,
  EVENT_READ,
  EVENT_WRITE,
  KeyError,
  SHUT_WR,
  Socket,
  ValueError,
} from "@asyncio/asyncio/selectors";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  connPair,
  listen,
  pattern,
  readable,
  readyFor,
  receive,
  settle,
  socketPair,
  writable,
} from "../_sockets.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Begins a read on a socket, as a selector that waits does, and ends the wait. */
async function startRead(sock: Socket): Promise<DenoSelector> {
  const selector = new DenoSelector();
  selector.register(sock, EVENT_READ);
  assertEquals(await selector.select(0), []);
  return selector;
}

Deno.test("DefaultSelector is DenoSelector", () => {
  assertStrictEquals(DefaultSelector, DenoSelector);
});

Deno.test("DenoSelector watches bare listeners and connections", async () => {
  using s = new DenoSelector();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const key = s.register(listener, EVENT_READ);
  assertStrictEquals(key.fileobj, listener);
  using client = await Deno.connect({ port: (listener.addr as Deno.NetAddr).port });
  assertEquals(await s.select(), [[key, EVENT_READ]]);
  assertEquals(s.getMap()!.has(listener), true);
  assertStrictEquals(s.unregister(listener), key);
  const [conn] = Socket.from(listener).accept();
  conn.close();

  const peer = s.register(client, EVENT_WRITE);
  assertEquals(await s.select(), [[peer, EVENT_WRITE]]);
  s.unregister(Socket.from(client).fileno());
  Socket.from(listener).close();
  await settle();
});

Deno.test("DenoSelector watches any object whose fileno() is that of a Socket", async () => {
  using s = new DenoSelector();
  using pair = await socketPair();
  const wrapper = { fileno: () => pair.left.fileno() };
  const key = s.register(wrapper, EVENT_WRITE);
  assertStrictEquals(key.fileobj, wrapper);
  assertEquals(await s.select(), [[key, EVENT_WRITE]]);
});

Deno.test("DenoSelector.register() refuses what Deno does not know", () => {
  using s = new DenoSelector();
  assertThrows(() => s.register(5, EVENT_READ), Deno.errors.BadResource, "5 is no socket");
  assertThrows(() => s.register({ fileno: () => "5" }, EVENT_READ), ValueError);
  assertThrows(() => s.register({ fileno: 5 }, EVENT_READ), ValueError);
  const closed = new Socket();
  closed.close();
  assertThrows(() => s.register(closed, EVENT_READ), ValueError, "Invalid file descriptor: -1");
  assertEquals([s.active, s.getMap()!.size], [false, 0]);
});

// CPython: test_register_file, test_register_bad_fd
Deno.test("DenoSelector.register() refuses files and closed descriptors, and keeps no key", async () => {
  using s = new DenoSelector();
  using file = await Deno.open(new URL(import.meta.url));
  assertThrows(() => s.register(file, EVENT_READ), ValueError, "Invalid file object");
  assertThrows(() => s.getKey(file), ValueError);
  const sock = new Socket();
  const fd = sock.fileno();
  sock.close();
  assertThrows(() => s.register(fd, EVENT_READ), Deno.errors.BadResource, "Bad file descriptor");
  assertThrows(() => s.getKey(fd), KeyError);
});

// CPython: test_unregister_after_fd_close_and_reuse
Deno.test("DenoSelector.unregister() by number finds what was closed, others were opened since", async () => {
  using s = new DenoSelector();
  const old = await socketPair();
  const [r, w] = [old.left.fileno(), old.right.fileno()];
  s.register(r, EVENT_READ);
  s.register(w, EVENT_WRITE);
  old[Symbol.dispose]();
  using _fresh = await socketPair();
  s.unregister(r);
  s.unregister(w);
  assertEquals(s.active, false);
});

// CPython: test_above_fd_setsize
Deno.test("DenoSelector watches more than 1,024 sockets", async () => {
  using s = new DenoSelector();
  using stack = new DisposableStack();
  for (let i = 0; i < 600; i++) {
    const { left, right } = stack.use(await socketPair());
    s.register(left, EVENT_READ);
    s.register(right, EVENT_WRITE);
  }
  assertEquals((await s.select()).length, 600);
});

Deno.test("DenoSelector.unregister() with a read in flight loses nothing", async () => {
  using pair = await socketPair();
  const first = await startRead(pair.left);
  first.unregister(pair.left);
  pair.right.send("parked");
  await settle();
  assertEquals(first.poll(), []);
  using second = new DenoSelector();
  const key = second.register(pair.left, EVENT_READ);
  assertEquals(await second.select(), [[key, EVENT_READ]]);
  assertEquals(text(pair.left.recv(100)), "parked");
});

Deno.test("DenoSelector.register() again finds the read in flight, and starts no other", async () => {
  using pair = await socketPair();
  const s = await startRead(pair.left);
  for (let i = 0; i < 3; i++) {
    s.unregister(pair.left);
    s.register(pair.left, EVENT_READ);
    assertEquals(await s.select(0), []);
  }
  pair.right.send("once");
  await s.select();
  assertEquals(text(pair.left.recv(100)), "once");
  assertEquals(await s.select(0), []);
});

Deno.test("DenoSelector.modify() with a read in flight loses nothing", async () => {
  using pair = await socketPair();
  const s = await startRead(pair.left);
  const writing = s.modify(pair.left, EVENT_WRITE);
  pair.right.send("meanwhile");
  await settle();
  assertEquals(await s.select(), [[writing, EVENT_WRITE]], "reading is of no interest now");
  const reading = s.modify(pair.left, EVENT_READ, "data");
  assertEquals(await s.select(), [[reading, EVENT_READ]]);
  assertEquals(text(pair.left.recv(100)), "meanwhile");
});

Deno.test("DenoSelector.close() with a read in flight loses nothing", async () => {
  using pair = await socketPair();
  (await startRead(pair.left)).close();
  pair.right.send("after");
  await readable(pair.left);
  assertEquals(text(pair.left.recv(100)), "after");
});

Deno.test("two DenoSelectors may watch one socket", async () => {
  using pair = await socketPair();
  using a = await startRead(pair.left);
  using b = await startRead(pair.left);
  using c = await startRead(pair.left);
  b.unregister(pair.left);
  const both = Promise.all([a.select(), c.select()]);
  pair.right.send("for all");
  assertEquals((await both).map((ready) => readyFor(ready, EVENT_READ)), [[pair.left], [
    pair.left,
  ]]);
  pair.left.recv(100);
  assertEquals([await a.select(0), await b.select(0), await c.select(0)], [[], [], []]);
});

Deno.test("DenoSelector follows a socket that is bound and listens after it was registered", async () => {
  using s = new DenoSelector();
  using server = new Socket();
  const key = s.register(server, EVENT_READ);
  assertEquals(await s.select(0), []);
  server.bind(["127.0.0.1", 0]);
  assertEquals(await s.select(0), []);
  server.listen();
  using _client = await Deno.connect({ port: Number(server.getsockname()[1]) });
  assertEquals(readyFor(await s.select(), EVENT_READ), [key.fileobj]);
  server.accept()[0].close();
});

Deno.test("DenoSelector follows a socket that is bound during a pending select()", async () => {
  using s = new DenoSelector();
  using server = new Socket();
  const key = s.register(server, EVENT_READ);
  const pending = s.select();
  server.bind(["127.0.0.1", 0]);
  server.listen();
  using _client = await Deno.connect({ port: Number(server.getsockname()[1]) });
  // A report may be spurious, and the socket's change is one.
  const ready = [...await pending, ...await s.select()];
  assertEquals(readyFor(ready, EVENT_READ).at(-1), key.fileobj);
  server.accept()[0].close();
});

Deno.test("DenoSelector tells what a peer says first, of a socket that was connecting", async () => {
  using server = listen();
  for (const register of ["before connecting", "while connecting"]) {
    using s = new DenoSelector();
    using client = new Socket();
    if (register === "before connecting") s.register(client, EVENT_READ);
    client.connectEx(server.getsockname());
    if (register === "while connecting") s.register(client, EVENT_READ);
    await readable(server);
    const [conn] = server.accept();
    conn.send("greeting");
    let ready: unknown[] = [];
    while (ready.length === 0) ready = await s.select();
    assertEquals(text(client.recv(100)), "greeting", register);
    conn.close();
  }
});

Deno.test("DenoSelector follows a socket that is connected after it was registered", async () => {
  using s = new DenoSelector();
  using server = listen();
  using client = new Socket();
  const key = s.register(client, EVENT_WRITE);
  assertEquals(await s.select(0), []);
  client.connectEx(server.getsockname());
  assertEquals(await s.select(), [[key, EVENT_WRITE]]);
});

Deno.test("Socket.close() with a read in flight rejects nobody", async () => {
  using pair = await socketPair();
  using s = await startRead(pair.left);
  pair.left.close();
  await settle();
  assertEquals(await s.select(0), []);
  s.unregister(pair.left);
});

Deno.test("Socket.close() with an accept in flight rejects nobody", async () => {
  const server = listen();
  using s = await startRead(server);
  server.close();
  await settle();
  assertEquals(await s.select(0), []);
  s.unregister(server);
});

Deno.test("Socket.close() closes a connection that was accepted ahead", async () => {
  const server = listen();
  using client = new Socket();
  client.connectEx(server.getsockname());
  await readable(server);
  server.close();
  await readable(client);
  // A client that said nothing finds the end of the stream.
  assertEquals(client.recv(1).length, 0);
});

Deno.test("Socket.close() while connecting rejects nobody", async () => {
  using server = listen();
  const client = new Socket();
  client.connectEx(server.getsockname());
  client.close();
  await settle();
  const other = new Socket();
  other.connectEx(["127.0.0.1", 1]);
  other.close();
  await settle();
});

Deno.test({
  name: "Socket.close() while connecting leaks no descriptor, at whatever moment",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const descriptors = () => [...Deno.readDirSync("/proc/self/fd")].length;
    using server = new Socket();
    server.bind(["127.0.0.1", 0]);
    server.listen(4096);
    using s = new DenoSelector();
    s.register(server, EVENT_READ);
    const acceptAll = async () => {
      await s.select(0.001);
      for (let one; (one = server.tryAccept()) !== null;) one[0].close();
    };
    const connectAndClose = async (count: number) => {
      const closed: Promise<void>[] = [];
      for (let i = 0; i < count; i++) {
        const client = new Socket();
        client.connectEx(server.getsockname());
        const delay = Math.random() * 3;
        closed.push(
          new Promise((resolve) =>
            setTimeout(() => {
              client.close();
              resolve();
            }, delay)
          ),
        );
        if (i % 20 === 0) await acceptAll();
      }
      await Promise.all(closed);
    };
    // What the host itself opens, it opens now.
    await connectAndClose(100);
    for (let i = 0; i < 20; i++) await acceptAll();
    const before = descriptors();
    await connectAndClose(2000);
    for (let i = 0; i < 500 && descriptors() > before; i++) await acceptAll();
    assertEquals(descriptors(), before);
  },
});

Deno.test("Socket.close() with a write in flight writes everything first", async () => {
  using pair = await socketPair();
  const size = await jam(pair.right);
  pair.right.close();
  assertEquals((await receive(pair.left, size + 1)).length, size);
});

Deno.test("Socket.shutdown(SHUT_WR) with a write in flight writes everything first", async () => {
  using pair = await socketPair();
  const size = await jam(pair.right);
  pair.right.shutdown(SHUT_WR);
  assertEquals((await receive(pair.left, size + 1)).length, size);
  pair.left.send("bye");
  assertEquals(text(await receive(pair.right, 3)), "bye");
});

Deno.test("Socket.abort() does not wait for a write in flight", async () => {
  using pair = await socketPair();
  const size = await jam(pair.right);
  pair.right.abort();
  await settle();
  assert((await receive(pair.left, size)).length < size);
});

Deno.test("Socket.abort() ends what a closed socket still sends", async () => {
  using pair = await socketPair();
  const size = await jam(pair.right);
  pair.right.close();
  await settle();
  pair.right.abort();
  assertEquals(pair.right.unsent, 0);
  assert((await receive(pair.left, size)).length < size);
});

/** Sends until not even the system has room left, and gives the number of bytes. */
async function jam(sock: Socket): Promise<number> {
  using selector = new DenoSelector();
  selector.register(sock, EVENT_WRITE);
  const chunk = new Uint8Array(50_000);
  let total = 0;
  do {
    for (let sent = sock.trySend(chunk); sent !== null; sent = sock.trySend(chunk)) total += sent;
  } while ((await selector.select(0.01)).length > 0);
  return total;
}

Deno.test("a peer that does not read makes a socket unwritable until it does", async () => {
  using pair = await socketPair();
  const { left, right } = pair;
  const total = await jam(right);
  using s = new DenoSelector();
  const key = s.register(right, EVENT_WRITE);
  assertEquals(await s.select(0), []);
  assertThrows(() => right.send("x"), BlockingIOError);
  assertThrows(() => right.sendall("x"), BlockingIOError);
  assertEquals([right.trySend("x"), right.trySend("")], [null, 0]);

  const reading = receive(left, total);
  assertEquals(await s.select(), [[key, EVENT_WRITE]]);
  right.sendall("x");
  assertEquals((await reading).length, total);
  assertEquals(text(await receive(left, 1)), "x");
});

Deno.test("a peer that resets a connection with a write in flight makes sending fail", async () => {
  using pair = await socketPair();
  await jam(pair.right);
  pair.left.close();
  await writable(pair.right);
  assertThrows(() => pair.right.send("x"), Error);
  await settle();
});

Deno.test("bytes sent both ways at once arrive whole and in order", async () => {
  using pair = await socketPair();
  const data = pattern(3_000_000);
  const [forth, back] = await Promise.all([
    receive(pair.left, data.length),
    receive(pair.right, data.length),
    sendAll(pair.left, data, 100_000),
    sendAll(pair.right, data, 777),
  ]);
  assert(equal(forth, data) && equal(back, data));
});

Deno.test("a stream of any pieces arrives whole and in order", async () => {
  using pair = await socketPair();
  const data = pattern(400_000);
  const sending = sendAll(pair.right, data, 1500);
  const pieces: Uint8Array[] = [];
  for (let got = 0, size = 1; got < data.length; size = size * 7 % 70_001) {
    await readable(pair.left);
    const piece = pair.left.recv(size);
    pieces.push(piece);
    got += piece.length;
  }
  await sending;
  // Compared at the end: none of the pieces may have been overwritten since.
  let at = 0;
  for (const piece of pieces) {
    assert(equal(piece, data.subarray(at, at + piece.length)), `at ${at}`);
    at += piece.length;
  }
});

async function sendAll(sock: Socket, data: Uint8Array, piece: number): Promise<void> {
  for (let sent = 0; sent < data.length;) {
    const count = sock.trySend(data.subarray(sent, sent + piece));
    if (count === null) await writable(sock);
    else sent += count;
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

Deno.test("a select() loop starves no timer and no other connection", async () => {
  using pair = await socketPair();
  using s = new DenoSelector();
  s.register(pair.left, EVENT_WRITE);
  let fired = false;
  setTimeout(() => fired = true, 0);
  const [left, right] = await connPair();
  const reading = left.read(new Uint8Array(10)).then((size) => size);
  await right.write(new Uint8Array(5));
  let size: number | null = null;
  reading.then((value) => size = value);
  let turns = 0;
  for (; !fired || size === null; turns++) assertEquals((await s.select()).length, 1);
  assertEquals(size, 5);
  left.close();
  right.close();
});
