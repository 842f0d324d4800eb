// Copyright 2026 the asyncio authors. MIT license.

import {
  AF_INET,
  AF_INET6,
  BlockingIOError,
  DenoSelector,
  EVENT_READ,
  EVENT_WRITE,
  SHUT_RD,
  SO_BROADCAST,
  SO_REUSEPORT,
  SOCK_DGRAM,
  Socket,
  SOL_SOCKET,
  ValueError,
} from "@asyncio/asyncio/selectors";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { readable, settle } from "../_sockets.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function bound(family = AF_INET): Socket {
  const sock = new Socket(family, SOCK_DGRAM);
  sock.bind(["localhost", 0]);
  return sock;
}

/** Registers the tests that must pass whoever carries out the datagrams. */
export function testDatagrams(name: string): void {
  const test = (text: string, fn: () => Promise<void> | void) => Deno.test(`${name}: ${text}`, fn);

  test("Socket.sendto() and recvfrom() exchange datagrams", async () => {
    using left = bound();
    using right = bound();
    assertEquals([left.type, left.getsockname()[0]], [SOCK_DGRAM, "127.0.0.1"]);
    assertEquals(left.sendto("one", right.getsockname()), 3);
    assertEquals(left.sendto(new TextEncoder().encode("two"), right.getsockname()), 3);
    const seen = [];
    for (let i = 0; i < 2; i++) {
      assertEquals(await readable(right), EVENT_READ);
      const [bytes, from] = right.recvfrom(100);
      assertEquals([from, bytes.byteOffset], [left.getsockname(), 0]);
      assertEquals(bytes.buffer.byteLength, bytes.length);
      seen.push(text(bytes));
    }
    assertEquals(seen, ["one", "two"]);
    assertThrows(() => right.recvfrom(100), BlockingIOError);
    assertEquals([right.tryRecvfrom(100), right.tryRecv(1)], [null, null]);
  });

  test("Socket.recv() cuts a datagram and loses the rest", async () => {
    using left = bound();
    using right = bound();
    for (let i = 0; i < 4; i++) left.sendto("datagram", right.getsockname());
    left.sendto("", right.getsockname());
    const pieces = [];
    for (let i = 0; i < 5; i++) {
      await readable(right);
      const buffer = new Uint8Array(6);
      if (i === 0) pieces.push(text(right.recv(4)));
      if (i === 1) pieces.push(text(right.recvfrom(2)[0]));
      if (i === 2) pieces.push(right.recvInto(buffer), text(buffer));
      if (i === 3) pieces.push(right.recvInto(buffer, 1), text(buffer.subarray(0, 1)));
      if (i === 4) pieces.push(right.recv(10).length);
    }
    assertEquals(pieces, ["data", "da", 6, "datagr", 1, "d", 0]);
  });

  test("Socket.connect() fixes the other end", async () => {
    using left = bound();
    using right = bound();
    using stranger = bound();
    assertThrows(() => left.send("x"), Error, "Destination address required");
    assertThrows(() => left.getpeername(), Deno.errors.NotConnected);
    left.connect(right.getsockname());
    assertEquals(left.connectEx(right.getsockname()), 0);
    assertEquals(left.getpeername(), right.getsockname());
    stranger.sendto("from a stranger", left.getsockname());
    await settle();
    assertEquals(left.send("ping"), 4);
    await readable(right);
    const [ping, from] = right.recvfrom(100);
    right.sendto("pong", from!);
    await readable(left);
    assertEquals([text(ping), text(left.recv(100))], ["ping", "pong"]);
    assertEquals(left.tryRecv(100), null);
    assertThrows(() => left.connect(["host.invalid", 1]), ValueError, "must be numeric");
  });

  test("Socket.sendto() takes an address for a socket that has none", async () => {
    using left = new Socket(AF_INET, SOCK_DGRAM);
    using right = bound();
    assertEquals(left.getsockname(), ["0.0.0.0", 0]);
    assertEquals(left.tryRecvfrom(1), null);
    left.sendto("x", right.getsockname());
    assert(Number(left.getsockname()[1]) > 0);
    await readable(right);
    right.sendto("answer", right.recvfrom(1)[1]!);
    await readable(left);
    assertEquals(text(left.recv(100)), "answer");
  });

  test("Socket over IPv6 sends datagrams, too", async () => {
    using left = bound(AF_INET6);
    using right = bound(AF_INET6);
    left.connect(right.getsockname());
    right.connect(["0:0:0:0:0:0:0:1", Number(left.getsockname()[1])]);
    right.send("six");
    await readable(left);
    assertEquals(text(left.recv(10)), "six");
    assertEquals(right.send(new Uint8Array(65_527)), 65_527);
    await readable(left);
    assertEquals(left.recv(1e6).length, 65_527);
    assertThrows(() => right.send(new Uint8Array(65_528)), Error, "Message too long");
  });

  test("DenoSelector watches datagrams, also of a socket bound after it was registered", async () => {
    using s = new DenoSelector();
    using left = bound();
    using right = new Socket(AF_INET, SOCK_DGRAM);
    const key = s.register(right, EVENT_READ);
    assertEquals(await s.select(0), []);
    right.bind(["127.0.0.1", 0]);
    left.sendto("x", right.getsockname());
    let ready: unknown[] = [];
    while (ready.length === 0) ready = await s.select();
    assertEquals(ready, [[key, EVENT_READ]]);
    right.recv(10);
    assertEquals(await s.select(0), []);
    assertEquals(s.modify(right, EVENT_READ | EVENT_WRITE).events, 3);
    assertEquals(await s.select(), [[s.getKey(right), EVENT_WRITE]]);
  });

  test("Socket.unsent counts datagrams, whenSent() tells that they have gone", async () => {
    using left = bound();
    using right = bound();
    left.sendto(new Uint8Array(1000), right.getsockname());
    left.sendto(new Uint8Array(500), right.getsockname());
    assertEquals(left.unsent, 1500);
    assertEquals(await new Promise((resolve) => left.whenSent(resolve)), null);
    assertEquals(left.unsent, 0);
    left.whenSent((error) => assertEquals(error, null));
  });

  test("Socket.whenSent() tells when no more than so many bytes of datagrams are unsent", async () => {
    using left = bound();
    using right = bound();
    for (let i = 0; i < 4; i++) left.sendto(new Uint8Array(1000), right.getsockname());
    left.sendto("", right.getsockname());
    const told: [atMost: number, unsent: number][] = [];
    const ends = [0, 2500, 1000, 4000].map((atMost) =>
      new Promise<void>((resolve) =>
        left.whenSent((error) => {
          assertEquals(error, null);
          told.push([atMost, left.unsent]);
          resolve();
        }, atMost)
      )
    );
    await Promise.all(ends);
    assertEquals(told, [[4000, 4000], [2500, 2000], [1000, 1000], [0, 0]]);
  });

  test("Socket.close() sends what was taken", async () => {
    using right = bound();
    const left = bound();
    left.sendto("last words", right.getsockname());
    left.close();
    await readable(right);
    assertEquals(text(right.recv(100)), "last words");
    await settle();
  });

  test("Socket.abort() drops what was taken", async () => {
    using right = bound();
    const left = bound();
    for (let i = 0; i < 3; i++) left.sendto("x", right.getsockname());
    left.close();
    const end = new Promise((resolve) => left.whenSent(resolve));
    left.abort();
    left.abort();
    assert(await end instanceof Deno.errors.ConnectionAborted);
    assertEquals(left.unsent, 0);
    await settle();
  });

  test("Socket.sendto() has room for so many datagrams, however short", async () => {
    using left = bound();
    using right = bound();
    let sent = 0;
    while (left.trySendto("", right.getsockname()) !== null) sent++;
    assertEquals(sent, 1000);
    assertEquals(await new Promise((resolve) => left.whenSent(resolve)), null);
    assertEquals(left.trySendto("", right.getsockname()), 0);
    await settle();
  });

  test("Socket.sendto() has room for so many bytes only", async () => {
    using left = bound();
    using right = bound();
    const datagram = new Uint8Array(60_000);
    let sent = 0;
    while (left.trySendto(datagram, right.getsockname()) !== null) sent++;
    assertEquals(sent, 4);
    using s = new DenoSelector();
    s.register(left, EVENT_WRITE);
    assertThrows(() => left.sendto("x", right.getsockname()), BlockingIOError);
    assertEquals((await s.select()).length, 1);
    assertEquals(left.sendto("x", right.getsockname()), 1);
    await settle();
  });

  test("Socket says what datagrams cannot do", async () => {
    using sock = bound();
    assertThrows(
      () => sock.sendto(new Uint8Array(65_508), sock.getsockname()),
      Error,
      "Message too long",
    );
    assertThrows(() => sock.listen(), Error, "Operation not supported");
    assertThrows(() => sock.accept(), Error, "Operation not supported");
    assertThrows(() => sock.bind(["127.0.0.1", 0]), Error, "Invalid argument");
    assertThrows(() => sock.shutdown(SHUT_RD), Deno.errors.NotConnected);
    assertThrows(() => sock.sendto("x", "path" as never), TypeError, "sendto(): AF_INET address");
    using other = new Socket(AF_INET, SOCK_DGRAM);
    assertThrows(() => other.bind(sock.getsockname()), Deno.errors.AddrInUse);
    sock.connect(sock.getsockname());
    sock.shutdown(SHUT_RD);
    sock.send("nobody reads");
    await settle();
    assertEquals(sock.tryRecv(100), null);
  });

  test("Socket.setsockopt() knows the options of datagrams", async () => {
    using sock = new Socket(AF_INET, SOCK_DGRAM);
    sock.setsockopt(SOL_SOCKET, SO_BROADCAST, 1);
    assertEquals(sock.getsockopt(SOL_SOCKET, SO_BROADCAST), 1);
    sock.setsockopt(SOL_SOCKET, SO_REUSEPORT, 0);
    sock.bind(["127.0.0.1", 0]);
    using right = bound();
    sock.sendto("x", right.getsockname());
    await readable(right);
    assertEquals(text(right.recv(9)), "x");
  });
}
