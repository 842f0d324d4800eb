// Copyright 2026 the asyncio authors. MIT license.

/** What real connections do too seldom to be tested with: each operation settles when told to. */

import {
  DenoSelector,
  EVENT_READ,
  EVENT_WRITE,
  IPPROTO_TCP,
  SO_ERROR,
  SO_KEEPALIVE,
  Socket,
  SOL_SOCKET,
  TCP_NODELAY,
} from "@asyncio/asyncio/selectors";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";

/** One operation that waits to be settled. */
interface Operation<T> extends PromiseWithResolvers<T> {
  bytes: Uint8Array;
}

/** A connection of Deno's that does nothing by itself. */
class FakeConn {
  readonly localAddr = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;
  readonly remoteAddr = { transport: "tcp", hostname: "127.0.0.1", port: 2 } as const;
  readonly reads: Operation<number | null>[] = [];
  readonly writes: Operation<number>[] = [];
  readonly log: string[] = [];

  read(bytes: Uint8Array): Promise<number | null> {
    const operation = { bytes, ...Promise.withResolvers<number | null>() };
    this.reads.push(operation);
    return operation.promise;
  }

  write(bytes: Uint8Array): Promise<number> {
    const operation = { bytes, ...Promise.withResolvers<number>() };
    this.writes.push(operation);
    return operation.promise;
  }

  close = () => this.log.push("close");
  ref = () => this.log.push("ref");
  unref = () => this.log.push("unref");
  setNoDelay = (on: boolean) => this.log.push(`noDelay ${on}`);
  setKeepAlive = (on: boolean) => this.log.push(`keepAlive ${on}`);
  closeWrite = () => {
    this.log.push("closeWrite");
    return Promise.reject(new Deno.errors.NotConnected());
  };

  get sent(): string[] {
    return this.writes.map(({ bytes }) => new TextDecoder().decode(bytes));
  }

  socket(): Socket {
    return Socket.from(this as unknown as Deno.Conn);
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
const reset = () => new Deno.errors.ConnectionReset("Connection reset by peer");

Deno.test("Socket has one read in flight, and none before anybody asks", async () => {
  const conn = new FakeConn();
  using sock = conn.socket();
  assertEquals(conn.reads.length, 0);
  assertEquals([sock.tryRecv(1), sock.tryRecv(1), sock.tryRecvInto(new Uint8Array(1))], [
    null,
    null,
    null,
  ]);
  assertEquals(conn.reads.length, 1);
  conn.reads[0]!.bytes.set([1, 2]);
  conn.reads[0]!.resolve(2);
  await turn();
  assertEquals([sock.tryRecv(1), sock.tryRecv(1)], [Uint8Array.of(1), Uint8Array.of(2)]);
  assertEquals(conn.reads.length, 1, "drained, but nobody waits");
  assertEquals(sock.tryRecv(1), null);
  assertEquals(conn.reads.length, 2);
});

Deno.test("Socket does not keep the process alive but while it is registered", async () => {
  const conn = new FakeConn();
  using sock = conn.socket();
  using s = new DenoSelector();
  sock.tryRecv(1);
  assertEquals(conn.log.splice(0), ["unref"]);
  s.register(sock, EVENT_READ);
  assertEquals(conn.log.splice(0), ["ref"]);
  s.modify(sock, EVENT_WRITE);
  assertEquals(conn.log.splice(0), []);
  s.unregister(sock);
  assertEquals(conn.log.splice(0), ["unref"]);
  conn.reads[0]!.resolve(1);
  await turn();
  s.register(sock, EVENT_READ);
  assertEquals(conn.log.splice(0), [], "nothing is in flight");
  sock.recv(1);
  await s.select(0);
  assertEquals([conn.log.splice(0), conn.reads.length], [["ref"], 2]);
});

Deno.test("Socket reads into larger buffers while they come back full", async () => {
  const conn = new FakeConn();
  using sock = conn.socket();
  const sizes: number[] = [];
  async function read(share: number) {
    sock.tryRecv(1);
    const { bytes, resolve } = conn.reads.at(-1)!;
    sizes.push(bytes.length);
    resolve(Math.max(1, Math.floor(bytes.length * share)));
    await turn();
    sock.recv(1e6);
  }
  for (const share of [0.5, 1, 0.5, 1, 0.5, 1, 1, 0.1, 0.5, 0.1, 0.1, 0, 0, 0, 0, 0]) {
    await read(share);
  }
  const [k1, k4, k16, k64, k256] = [1024, 4096, 16_384, 65_536, 262_144];
  assertEquals(sizes, [
    ...[k1, k1, k16, k16, k64, k64, k256, k256],
    ...[k256, k256, k256, k64, k64, k16, k16, k4],
  ]);
});

Deno.test("Socket never reads into bytes that it gave away", async () => {
  const conn = new FakeConn();
  using sock = conn.socket();
  const given: Uint8Array[] = [];
  for (let i = 1; i <= 12; i++) {
    sock.tryRecv(1);
    const { bytes, resolve } = conn.reads.at(-1)!;
    for (const old of given) assert(old.buffer !== bytes.buffer, `read ${i}`);
    bytes.fill(i);
    resolve(bytes.length);
    await turn();
    for (let part; (part = sock.tryRecv(i % 2 ? 1e6 : 9000)) !== null;) given.push(part);
  }
});

Deno.test("Socket.recv() gives an array whose buffer holds nothing else", async () => {
  const conn = new FakeConn();
  using sock = conn.socket();
  for (const size of [1, 64, 1000, 20_000, 65_536]) {
    sock.tryRecv(1);
    const { bytes, resolve } = conn.reads.at(-1)!;
    resolve(Math.min(size, bytes.length));
    await turn();
    for (let part; (part = sock.tryRecv(60_000)) !== null;) {
      assertEquals([part.byteOffset, part.buffer.byteLength], [0, part.length]);
    }
  }
});

Deno.test("Socket.setsockopt() touches no option but the one that is set", () => {
  const conn = new FakeConn();
  using sock = conn.socket();
  sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
  assertEquals(conn.log.splice(0), ["noDelay true"]);
  sock.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 0);
  assertEquals(conn.log.splice(0), ["keepAlive false"]);
});

Deno.test("Socket writes what is queued in one go, in order", async () => {
  const conn = new FakeConn();
  using sock = conn.socket();
  for (const piece of ["a", "b", "c"]) assertEquals(sock.send(piece), 1);
  assertEquals(conn.sent, ["a"]);
  conn.writes[0]!.resolve(1);
  await turn();
  assertEquals(conn.sent, ["a", "bc"]);
  sock.send("d");
  conn.writes[1]!.resolve(1);
  await turn();
  assertEquals(conn.sent, ["a", "bc", "c"], "the rest of a write comes first");
  conn.writes[2]!.resolve(1);
  await turn();
  assertEquals(conn.sent, ["a", "bc", "c", "d"]);
  conn.writes[3]!.resolve(1);
  await turn();
  sock.send("e");
  assertEquals(conn.sent.at(-1), "e");
  sock.abort();
});

Deno.test("Socket queues 256 KB behind a write, and is writable up to a quarter of it", async () => {
  const conn = new FakeConn();
  using sock = conn.socket();
  using s = new DenoSelector();
  s.register(sock, EVENT_WRITE);
  const isWritable = () => s.poll().length === 1;
  const [quarter, all] = [65536, 262144];
  assertEquals(sock.send(new Uint8Array(300_000)), all, "at once");
  assertEquals(isWritable(), true);
  assertEquals(sock.send(new Uint8Array(quarter)), quarter);
  assertEquals(isWritable(), true);
  assertEquals(sock.send("x"), 1);
  assertEquals(isWritable(), false);
  assertEquals(sock.send(new Uint8Array(300_000)), all - quarter - 1);
  assertEquals([sock.trySend("x"), sock.unsent], [null, 2 * all]);
  conn.writes[0]!.resolve(all);
  await turn();
  assertEquals([isWritable(), sock.unsent], [true, all]);
  assertEquals(conn.writes[1]!.bytes.length, all);
  sock.abort();
});

Deno.test("Socket passes a failed write to whoever sends next, and for good", async () => {
  const conn = new FakeConn();
  using sock = conn.socket();
  using s = new DenoSelector();
  sock.send("a");
  sock.send(new Uint8Array(65537));
  const key = s.register(sock, EVENT_WRITE);
  assertEquals(s.poll(), []);
  const error = reset();
  conn.writes[0]!.reject(error);
  await turn();
  assertEquals(s.poll(), [[key, EVENT_WRITE]]);
  for (let i = 0; i < 2; i++) {
    assertStrictEquals(assertThrows(() => sock.send("x")), error);
  }
  assertEquals(conn.writes.length, 1);
});

Deno.test("Socket passes a failed read to whoever receives, and to whoever sends", async () => {
  const conn = new FakeConn();
  using sock = conn.socket();
  sock.tryRecv(1);
  sock.send("in flight");
  const error = reset();
  conn.reads[0]!.reject(error);
  await turn();
  assertStrictEquals(assertThrows(() => sock.recv(1)), error);
  assertStrictEquals(assertThrows(() => sock.send("x")), error);
  assertEquals(conn.sent, ["in flight"]);
  conn.writes[0]!.resolve(9);
  await turn();
  assertStrictEquals(assertThrows(() => sock.send("x")), error);
});

Deno.test("Socket.close() closes the connection after the last byte", async () => {
  const conn = new FakeConn();
  const sock = conn.socket();
  sock.tryRecv(1);
  sock.send("a");
  sock.send("b");
  sock.close();
  conn.reads[0]!.resolve(5);
  conn.writes[0]!.resolve(1);
  await turn();
  assertEquals(conn.log, ["unref"]);
  conn.writes[1]!.resolve(1);
  await turn();
  assertEquals(conn.log, ["unref", "close"]);
});

Deno.test("Socket.close() closes the connection when the last bytes cannot be written", async () => {
  const conn = new FakeConn();
  const sock = conn.socket();
  sock.send("a");
  sock.shutdown(1);
  sock.close();
  conn.writes[0]!.reject(reset());
  await turn();
  assertEquals(conn.log, ["close"]);
});

Deno.test("Socket.unsent counts what the system has not taken, whenSent() tells the end", async () => {
  const conn = new FakeConn();
  using sock = conn.socket();
  const ends: unknown[] = [];
  assertEquals(sock.unsent, 0);
  sock.whenSent((error) => ends.push(["at once", error]));
  assertEquals(ends.splice(0), [["at once", null]]);
  sock.send("abc");
  sock.send("de");
  sock.whenSent((error) => ends.push(["later", error]));
  sock.whenSent((error) => ends.push(["too", error]));
  assertEquals(sock.unsent, 5);
  conn.writes[0]!.resolve(1);
  await turn();
  assertEquals(sock.unsent, 4);
  conn.writes[1]!.resolve(2);
  await turn();
  assertEquals([sock.unsent, ends], [2, []]);
  conn.writes[2]!.resolve(2);
  await turn();
  assertEquals([sock.unsent, ends], [0, [["later", null], ["too", null]]]);
});

Deno.test("Socket.whenSent() tells when no more than so many bytes are unsent", async () => {
  const conn = new FakeConn();
  using sock = conn.socket();
  const ends: unknown[] = [];
  const wait = (atMost: number) => sock.whenSent((error) => ends.push([atMost, error]), atMost);
  sock.send("abcde");
  sock.send("fgh");
  wait(8);
  assertEquals(ends.splice(0), [[8, null]], "at once");
  for (const atMost of [0, 7, 3, 2]) wait(atMost);
  conn.writes[0]!.resolve(1);
  await turn();
  assertEquals([sock.unsent, ends.splice(0)], [7, [[7, null]]]);
  conn.writes[1]!.resolve(4);
  await turn();
  assertEquals([sock.unsent, ends.splice(0)], [3, [[3, null]]]);
  const error = reset();
  conn.writes[2]!.reject(error);
  await turn();
  assertEquals(ends, [[0, error], [2, error]]);
});

Deno.test("Socket.whenSent() tells of a failure, also one of long ago", async () => {
  const conn = new FakeConn();
  using sock = conn.socket();
  const ends: unknown[] = [];
  sock.send("abc");
  sock.whenSent((error) => ends.push(error));
  const error = reset();
  conn.writes[0]!.reject(error);
  await turn();
  sock.whenSent((error) => ends.push(error));
  assertEquals(sock.unsent, 0);
  assertStrictEquals(ends[0], error);
  assertStrictEquals(ends[1], error);
});

Deno.test("Socket.whenSent() works on a closed socket, and abort() ends it", async () => {
  const conn = new FakeConn();
  const sock = conn.socket();
  const ends: unknown[] = [];
  sock.send("abc");
  sock.close();
  sock.whenSent((error) => ends.push(error));
  assertEquals([sock.unsent, ends, conn.log], [3, [], []]);
  sock.abort();
  assertEquals([sock.unsent, conn.log], [0, ["close"]]);
  assert(ends[0] instanceof Deno.errors.ConnectionAborted);
  conn.writes[0]!.reject(new Deno.errors.Interrupted());
  await turn();
  sock.abort();
  assertEquals([ends.length, conn.log], [1, ["close"]]);
});

Deno.test("Socket.close() gives up a peer that takes nothing for a minute", async () => {
  using time = new FakeTime();
  const conn = new FakeConn();
  const sock = conn.socket();
  const ends: unknown[] = [];
  sock.send("abc");
  sock.close();
  sock.whenSent((error) => ends.push(error));
  time.tick(59_999);
  conn.writes[0]!.resolve(1);
  for (let i = 0; i < 5; i++) await null;
  time.tick(1);
  assertEquals([conn.log, sock.unsent], [[], 2], "it has taken some");
  time.tick(59_999);
  assertEquals([conn.log, ends], [[], []]);
  time.tick(1);
  assertEquals([conn.log, sock.unsent], [["close"], 0]);
  assert(ends[0] instanceof Deno.errors.ConnectionAborted);
  conn.writes[1]!.reject(new Deno.errors.Interrupted());
  for (let i = 0; i < 5; i++) await null;
});

Deno.test("Socket.close() waits for nobody when all has been sent", async () => {
  using time = new FakeTime();
  const conn = new FakeConn();
  const sock = conn.socket();
  sock.send("abc");
  sock.close();
  conn.writes[0]!.resolve(3);
  for (let i = 0; i < 5; i++) await null;
  assertEquals(conn.log, ["close"]);
  time.tick(120_000);
  assertEquals(conn.log, ["close"]);
});

Deno.test("Socket.abort() closes the connection at once", async () => {
  const conn = new FakeConn();
  const sock = conn.socket();
  sock.tryRecv(1);
  sock.send("a");
  sock.abort();
  assertEquals(conn.log, ["unref", "close"]);
  conn.reads[0]!.reject(new Deno.errors.Interrupted());
  conn.writes[0]!.reject(new Deno.errors.Interrupted());
  await turn();
});

Deno.test("Socket.shutdown() shuts the write side down after the last byte, once", async () => {
  const conn = new FakeConn();
  using sock = conn.socket();
  sock.send("a");
  sock.shutdown(1);
  sock.shutdown(1);
  assertEquals(conn.log, []);
  conn.writes[0]!.resolve(1);
  await turn();
  assertEquals(conn.log, ["closeWrite"]);
});

Deno.test("DenoSelector makes one microtask of a whole turn's completions", async () => {
  const conns = Array.from({ length: 5 }, () => new FakeConn());
  using s = new DenoSelector();
  for (const conn of conns) s.register(conn as unknown as Deno.Conn, EVENT_READ);
  assertEquals(s.prepare(Infinity), false);
  const batches: number[] = [];
  s.onReady = () => batches.push(s.poll().length);
  for (const conn of conns) conn.reads[0]!.resolve(1);
  await turn();
  assertEquals(batches, [5]);
  s.onReady = null;
});

Deno.test("a Socket that Deno itself closed tells so", async () => {
  const conn = new FakeConn();
  using sock = conn.socket();
  sock.tryRecv(1);
  conn.reads[0]!.reject(new Deno.errors.BadResource("Bad resource ID"));
  await turn();
  assertThrows(() => sock.recv(1), Deno.errors.BadResource);
  assertEquals(sock.getsockopt(SOL_SOCKET, SO_ERROR), 0);
});

/** A listener of Deno's that does nothing by itself. */
class FakeListener {
  readonly addr = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;
  readonly accepts: PromiseWithResolvers<FakeConn>[] = [];
  readonly log: string[] = [];

  accept(): Promise<FakeConn> {
    const operation = Promise.withResolvers<FakeConn>();
    this.accepts.push(operation);
    return operation.promise;
  }

  close = () => this.log.push("close");
  ref = () => this.log.push("ref");
  unref = () => this.log.push("unref");

  socket(): Socket {
    const server = Socket.from(this as unknown as Deno.Listener);
    server.listen();
    return server;
  }
}

Deno.test("Socket.accept() has one accept in flight, and none before anybody asks", async () => {
  const listener = new FakeListener();
  using server = listener.socket();
  assertEquals(listener.accepts.length, 0);
  assertEquals([server.tryAccept(), server.tryAccept()], [null, null]);
  assertEquals(listener.log, ["unref"]);
  listener.accepts[0]!.resolve(new FakeConn());
  await turn();
  assertEquals(server.accept()[1], ["127.0.0.1", 2]);
  assertEquals(listener.accepts.length, 1);
});

Deno.test("Socket.accept() accepts ahead while it is watched, 64 at most", async () => {
  const listener = new FakeListener();
  using server = listener.socket();
  using s = new DenoSelector();
  const key = s.register(server, EVENT_READ);
  s.poll();
  for (let i = 0; i < 64; i++) {
    assertEquals(listener.accepts.length, i + 1);
    listener.accepts[i]!.resolve(new FakeConn());
    await turn();
  }
  assertEquals([s.poll(), listener.accepts.length], [[[key, EVENT_READ]], 64]);
  for (let i = 0; i < 64; i++) server.accept()[0].close();
  assertEquals([server.tryAccept(), s.poll(), listener.accepts.length], [null, [], 65]);
  listener.accepts[64]!.resolve(new FakeConn());
  await turn();
  server.accept()[0].close();
  s.unregister(server);
  listener.accepts[65]!.resolve(new FakeConn());
  await turn();
  assertEquals(listener.accepts.length, 66, "nobody watches");
  server.accept()[0].close();
});

Deno.test("Socket.accept() leaves the next connection to a selector that waits", async () => {
  const listener = new FakeListener();
  using server = listener.socket();
  using s = new DenoSelector();
  s.register(server, EVENT_READ);
  assertEquals(s.prepare(Infinity), false);
  listener.accepts[0]!.resolve(new FakeConn());
  await turn();
  assertEquals(listener.accepts.length, 1, "it comes at once");
  server.accept()[0].close();
  assertEquals([s.prepare(Infinity), listener.accepts.length], [false, 2]);
  s.interrupt();
  listener.accepts[1]!.resolve(new FakeConn());
  await turn();
  assertEquals(listener.accepts.length, 3, "it is busy");
  server.accept()[0].close();
});

Deno.test("Socket.accept() tells a failure after the connections that came before it", async () => {
  const listener = new FakeListener();
  using server = listener.socket();
  using s = new DenoSelector();
  s.register(server, EVENT_READ);
  s.poll();
  listener.accepts[0]!.resolve(new FakeConn());
  await turn();
  listener.accepts[1]!.reject(new Error("Too many open files (os error 24)"));
  await turn();
  server.accept()[0].close();
  assertEquals(s.poll().length, 1);
  assertThrows(() => server.accept(), Error, "os error 24");
  assertEquals(listener.accepts.length, 2, "nothing is begun that would fail again");
  assertEquals([s.poll(), listener.accepts.length], [[], 3]);
});

Deno.test("Socket.close() closes what was accepted ahead", async () => {
  const listener = new FakeListener();
  const server = listener.socket();
  using s = new DenoSelector();
  s.register(server, EVENT_READ);
  s.poll();
  const conns = [new FakeConn(), new FakeConn()];
  for (const [i, conn] of conns.entries()) {
    listener.accepts[i]!.resolve(conn);
    await turn();
  }
  server.close();
  s.unregister(server);
  assertEquals(conns.map(({ log }) => log), [["close"], ["close"]]);
  listener.accepts[2]!.reject(new Deno.errors.BadResource());
  await server.released;
});

Deno.test("Socket.accept() tells a failure once, and goes on", async () => {
  const listener = new FakeListener();
  using server = listener.socket();
  using s = new DenoSelector();
  const key = s.register(server, EVENT_READ);
  s.poll();
  const error = new Error("Too many open files (os error 24)");
  listener.accepts[0]!.reject(error);
  await turn();
  assertEquals(s.poll(), [[key, EVENT_READ]]);
  assertStrictEquals(assertThrows(() => server.accept()), error);
  assertEquals(s.poll(), []);
  listener.accepts[1]!.resolve(new FakeConn());
  await turn();
  server.accept()[0].close();
});

Deno.test("Socket.accept() passes over clients that have gone", async () => {
  const listener = new FakeListener();
  using server = listener.socket();
  assertEquals(server.tryAccept(), null);
  listener.accepts[0]!.reject(new Deno.errors.NotConnected());
  await turn();
  listener.accepts[1]!.reject(new Deno.errors.ConnectionAborted());
  await turn();
  assertEquals([server.tryAccept(), listener.accepts.length], [null, 3]);
});

Deno.test("Socket.close() with an accept in flight closes what it still brings", async () => {
  const listener = new FakeListener();
  const server = listener.socket();
  server.tryAccept();
  assertEquals(server.released, null);
  server.close();
  const { released } = server;
  assert(released !== null);
  const conn = new FakeConn();
  listener.accepts[0]!.resolve(conn);
  await released;
  assertEquals([listener.log, conn.log], [["unref", "ref", "close"], ["close"]]);
});
