// Copyright 2026 the asyncio authors. MIT license.

import {
  AF_INET,
  BlockingIOError,
  EpollSelector,
  EVENT_READ,
  EVENT_WRITE,
  type NativeSelector,
  NativeSocket,
  PollSelector,
  SelectSelector,
  SO_ERROR,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "@asyncio/asyncio/selectors";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { elsewhere } from "../../../selectors/native/_resolver.ts";
import { countingDescriptors, Selectors } from "./_native.ts";
import { LINUX } from "./_open.ts";

/** Names that a resolver must be asked for: one that every system knows, and one that none does. */
const [KNOWN, UNKNOWN] = ["LOCALHOST", "no-such-host.invalid"];

const create = () => new NativeSocket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);

function listen(): NativeSocket {
  const server = create();
  server.bind(["127.0.0.1", 0]);
  server.listen();
  return server;
}

for (const Selector of [SelectSelector, PollSelector, EpollSelector]) {
  const selectors = new Selectors<NativeSelector>(() => new Selector());
  const test = (text: string, fn: (s: NativeSelector) => Promise<void>) =>
    Deno.test({
      name: `NativeSocket.connect() ${text}, by ${Selector.name}`,
      ignore: !LINUX,
      fn: () =>
        countingDescriptors(async () => {
          const s = selectors.create();
          await fn(s);
          s.close();
          await selectors.settle();
          // Who was answered here is being looked for elsewhere all the same.
          while (elsewhere.count > 0) await new Promise((resolve) => setTimeout(resolve, 1));
        }),
    });

  // CPython: test_selector_events.py, test_sock_connect
  test("makes a socket writable", async (s) => {
    using server = listen();
    using client = create();
    const error = assertThrows(() => client.connect(server.getsockname()), BlockingIOError);
    assertEquals((error as BlockingIOError).errno, 115);
    const key = s.register(client, EVENT_WRITE);
    assertEquals(await s.select(), [[key, EVENT_WRITE]]);
    assertEquals([client.getsockopt(SOL_SOCKET, SO_ERROR), client.error], [0, null]);
    // Linux acknowledges the connection first.
    client.connectEx(server.getsockname());
    assertEquals(client.connectEx(server.getsockname()), 106);
    s.register(server, EVENT_READ);
    assertEquals((await s.select()).length, 2);
    server.accept()[0].close();
  });

  test("to a name goes on while selectSync() waits, who is not found here", async (s) => {
    await Promise.resolve();
    using server = listen();
    const [, port] = server.getsockname() as [string, number];
    using client = create();
    using lost = create();
    assertEquals(client.connectEx([KNOWN, port]), 115);
    assertEquals(lost.connectEx([UNKNOWN, port]), 115);
    const key = s.register(client, EVENT_WRITE);
    assertEquals(s.selectSync(), [[key, EVENT_WRITE]]);
    assertEquals(client.getsockopt(SOL_SOCKET, SO_ERROR), 0);
    assertEquals(client.getpeername(), server.getsockname());
    s.unregister(client);
    const lostKey = s.register(lost, EVENT_WRITE);
    assertEquals(s.selectSync(), [[lostKey, EVENT_WRITE]]);
    assert(lost.error !== null);
  });

  test("tells why it failed, the number once, the error as often as it is asked", async (s) => {
    const server = listen();
    const address = server.getsockname();
    server.close();
    using client = create();
    assertEquals(client.connectEx(address), 115);
    s.register(client, EVENT_READ | EVENT_WRITE);
    const [[, mask] = []] = await s.select();
    assert(mask! & EVENT_WRITE);
    const { error } = client;
    assert(error instanceof Deno.errors.ConnectionRefused);
    assertStrictEquals(client.error, error);
    assertEquals(client.getsockopt(SOL_SOCKET, SO_ERROR), 111);
    assertEquals(client.getsockopt(SOL_SOCKET, SO_ERROR), 0);
    assertStrictEquals(client.error, error);
  });

  test("asks for a name elsewhere, and is not writable before it has connected", async (s) => {
    using server = listen();
    const [, port] = server.getsockname() as [string, number];
    using client = create();
    const key = s.register(client, EVENT_READ | EVENT_WRITE);
    assertEquals(client.connectEx([KNOWN, port]), 115);
    assertEquals(client.connectEx([KNOWN, port]), 114);
    assertEquals([s.poll(), s.selectSync(0)], [[], []], "it is not watched yet");
    assertEquals([client.tryRecv(1), client.trySend("x")], [null, null]);
    assertEquals([client.error, client.getsockopt(SOL_SOCKET, SO_ERROR)], [null, 0]);
    assertEquals(await s.select(), [[key, EVENT_WRITE]]);
    assertEquals([client.error, client.getsockopt(SOL_SOCKET, SO_ERROR)], [null, 0]);
    assertEquals(client.send("Hello"), 5);
    s.unregister(client);
    s.register(server, EVENT_READ);
    await s.select();
    const [conn] = server.accept();
    s.register(conn, EVENT_READ);
    await s.select();
    assertEquals(new TextDecoder().decode(conn.recv(10)), "Hello");
    conn.close();
  });

  test("watches a socket that is registered while a name is looked for", async (s) => {
    using server = listen();
    const [, port] = server.getsockname() as [string, number];
    using client = create();
    client.connectEx([KNOWN, port]);
    const key = s.register(client.fileno(), EVENT_WRITE);
    s.modify(client.fileno(), EVENT_READ);
    const writing = s.modify(client.fileno(), EVENT_WRITE);
    assertEquals(await s.select(), [[writing, EVENT_WRITE]]);
    assertEquals(client.getpeername(), server.getsockname());
    assertEquals(key.fd, writing.fd);
  });

  test("reports a name that nobody knows as a failed connection", async (s) => {
    using client = create();
    const key = s.register(client, EVENT_READ | EVENT_WRITE);
    client.connectEx([UNKNOWN, 80]);
    const pending = s.select();
    assertEquals(await pending, [[key, EVENT_READ | EVENT_WRITE]]);
    assertEquals(await s.select(), [[key, EVENT_READ | EVENT_WRITE]], "until somebody looks");
    assertEquals(s.selectSync().length, 1);
    assertEquals(s.prepare(Infinity), true);
    assertEquals(s.poll().length, 1);
    const { error } = client;
    assert(error!.message.startsWith("failed to lookup address information: "));
    assertEquals(client.getsockopt(SOL_SOCKET, SO_ERROR), 113);
    assertEquals(client.getsockopt(SOL_SOCKET, SO_ERROR), 0);
    assertStrictEquals(client.error, error);
    using server = listen();
    s.modify(client, EVENT_WRITE);
    assertEquals(client.connectEx(server.getsockname()), 115, "it may try again");
    assertEquals((await s.select()).length, 1);
    assertEquals([client.error, client.getpeername()], [null, server.getsockname()]);
  });

  test("reports a failure that the system knows nothing of", async (s) => {
    using sock = new NativeSocket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK);
    const key = s.register(sock, EVENT_READ);
    assertEquals(sock.connectEx([UNKNOWN, 80]), 115);
    assertEquals(await s.select(), [[key, EVENT_READ]]);
    assertEquals(sock.connectEx(["127.0.0.1", 9]), 0);
    assertEquals([s.selectSync(0.001), sock.error], [[], null]);
  });

  test("tells every selector, also one that watches no more", async (s) => {
    const others = [selectors.create(), selectors.create(), selectors.create()];
    using client = create();
    const keys = [s, ...others].map((each) => each.register(client, EVENT_WRITE));
    others[1]!.unregister(client);
    client.connectEx([UNKNOWN, 80]);
    assertEquals(others[1]!.selectSync(0.002), []);
    assertEquals(await s.select(), [[keys[0]!, EVENT_WRITE]]);
    assertEquals(await others[0]!.select(), [[keys[1]!, EVENT_WRITE]]);
    assertEquals(await others[2]!.select(), [[keys[3]!, EVENT_WRITE]]);
    const pending = others[1]!.select();
    const key = others[1]!.register(client, EVENT_WRITE);
    assertEquals(await pending, [[key, EVENT_WRITE]]);
    for (const other of others) other.close();
  });

  test("forgets the name when it is closed or unregistered meanwhile", async (s) => {
    for (const close of [true, false]) {
      const client = create();
      s.register(client, EVENT_WRITE);
      client.connectEx([KNOWN, 1]);
      const pending = s.select(0.05);
      s.unregister(client);
      if (close) client.close();
      assertEquals(await pending, []);
      client.close();
      assertEquals(client.error, null);
    }
    // The answer that nobody wants is waited for, so that the test leaves nothing behind.
    await settle();
  });
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
