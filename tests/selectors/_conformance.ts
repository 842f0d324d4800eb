// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/test/test_selectors.py, BaseSelectorTestCase

import {
  type BaseSelector,
  EVENT_READ,
  EVENT_WRITE,
  KeyError,
  type NonBlockingSocket,
  RuntimeError,
  SelectorKey,
  ValueError,
} from "@asyncio/asyncio/selectors";
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";

/** What a selector must supply to be put to the test. */
export interface Subject {
  /** The name of the class. */
  readonly name: string;
  /** A new selector. */
  create(): BaseSelector;
  /** Two connected sockets that it can watch. */
  socketPair(): Promise<Disposable & { left: NonBlockingSocket; right: NonBlockingSocket }>;
  /** Called after each test, whose selectors are closed: checks that nothing is left of them. */
  settle?(): Promise<void>;
}

const MESSAGE = new TextEncoder().encode(" This is a test.");

/** Registers the tests that every selector must pass, those of CPython's own suite. */
export function testConformance({ name, create, socketPair, settle }: Subject): void {
  const test = (text: string, fn: () => Promise<void> | void) => {
    Deno.test(`${name}${text}`, async () => {
      await fn();
      await settle?.();
    });
  };

  // CPython: test_register
  test(".register() gives a key and checks its arguments", async () => {
    using s = create();
    using pair = await socketPair();
    const { left } = pair;
    const key = s.register(left, EVENT_READ, "data");
    assert(key instanceof SelectorKey);
    assertStrictEquals(key.fileobj, left);
    assertEquals([key.fd, key.events, key.data], [left.fileno(), EVENT_READ, "data"]);
    assertThrows(() => s.register(0, 999999), ValueError, "Invalid events: 999999");
    assertThrows(() => s.register(0, 0), ValueError, "Invalid events: 0");
    assertThrows(() => s.register(-10, EVENT_READ), ValueError, "Invalid file descriptor: -10");
    assertThrows(() => s.register({}, EVENT_READ), ValueError, "Invalid file object: ");
    assertThrows(() => s.register(left, EVENT_READ), KeyError, "is already registered");
    assertThrows(() => s.register(left.fileno(), EVENT_READ), KeyError, "is already registered");
  });

  // CPython: test_unregister
  test(".unregister() forgets a file object once", async () => {
    using s = create();
    using pair = await socketPair();
    const key = s.register(pair.left, EVENT_READ);
    assertStrictEquals(s.unregister(pair.left), key);
    assertThrows(() => s.unregister(999999), KeyError, "999999 is not registered");
    assertThrows(() => s.unregister(pair.left), KeyError, "is not registered");
    assertThrows(() => s.unregister({}), ValueError, "Invalid file object: ");
  });

  // CPython: test_unregister_after_fd_close
  test(".unregister() finds a descriptor that is closed by now", async () => {
    using s = create();
    using pair = await socketPair();
    const [r, w] = [pair.left.fileno(), pair.right.fileno()];
    s.register(r, EVENT_READ);
    s.register(w, EVENT_WRITE);
    pair.left.close();
    pair.right.close();
    s.unregister(r);
    s.unregister(w);
    assertEquals(s.active, false);
  });

  // CPython: test_unregister_after_socket_close
  test(".unregister() finds a socket that is closed by now", async () => {
    using s = create();
    using pair = await socketPair();
    s.register(pair.left, EVENT_READ);
    s.register(pair.right, EVENT_WRITE);
    pair.left.close();
    pair.right.close();
    s.unregister(pair.left);
    s.unregister(pair.right);
    assertEquals(s.active, false);
  });

  // CPython: test_modify
  test(".modify() changes events and data", async () => {
    using s = create();
    using pair = await socketPair();
    const { left } = pair;
    const key = s.register(left, EVENT_READ);
    const changed = s.modify(left, EVENT_WRITE);
    assertNotEquals(key.events, changed.events);
    assertStrictEquals(s.getKey(left), changed);
    assertEquals(key.events, EVENT_READ, "a key never changes");
    assertThrows(() => s.modify(left, 0), ValueError, "Invalid events: 0");
    assertThrows(() => s.modify(999999, EVENT_READ), KeyError, "999999 is not registered");
    assertThrows(() => s.modify({}, EVENT_READ), ValueError, "Invalid file object: ");
    s.unregister(left);

    const [d1, d2, d3] = [{}, {}, {}];
    const first = s.register(left, EVENT_READ, d1);
    const second = s.modify(left, EVENT_READ, d2);
    assertEquals(first.events, second.events);
    assert(first.data !== second.data);
    assertStrictEquals(s.getKey(left), second);
    assertStrictEquals(second.data, d2);
    assertStrictEquals(s.modify(left, EVENT_READ, d2), second, "nothing to change");

    // A change of the data alone takes a short cut.
    s.register = s.unregister = () => assert(false) as never;
    assertStrictEquals(s.modify(left, EVENT_READ, d3).data, d3);
  });

  // CPython: test_close
  test(".close() forgets everything", async () => {
    using s = create();
    using pair = await socketPair();
    const map = s.getMap()!;
    s.register(pair.left, EVENT_READ);
    s.register(pair.right, EVENT_WRITE);
    s.close();
    s.close();
    assertEquals(s.getMap(), undefined);
    assertEquals(s.active, false);
    assertEquals(s.poll(), []);
    assertThrows(() => s.getKey(pair.left), RuntimeError, "Selector is closed");
    assertThrows(() => s.register(pair.left, EVENT_READ), RuntimeError, "Selector is closed");
    assertThrows(() => s.unregister(pair.left), KeyError);
    await assertRejects(() => s.select(0), RuntimeError, "Selector is closed");
    assertEquals([map.size, map.get(pair.left), map.has(pair.right)], [0, undefined, false]);
    assertEquals(pair.left.send("still open"), 10);
  });

  // CPython: test_get_key
  test(".getKey() finds a key", async () => {
    using s = create();
    using pair = await socketPair();
    const key = s.register(pair.left, EVENT_READ, "data");
    assertStrictEquals(s.getKey(pair.left), key);
    assertStrictEquals(s.getKey(pair.left.fileno()), key);
    assertThrows(() => s.getKey(999999), KeyError, "999999 is not registered");
    assertThrows(() => s.getKey({}), ValueError, "Invalid file object: ");
  });

  // CPython: test_get_map
  test(".getMap() is a live view", async () => {
    using s = create();
    using pair = await socketPair();
    const { left } = pair;
    const keys = s.getMap()!;
    assertEquals([keys.size, [...keys], keys.get(left)], [0, [], undefined]);
    const key = s.register(left, EVENT_READ, "data");
    assertStrictEquals(s.getMap(), keys);
    assert(keys.has(left) && keys.has(left.fileno()));
    assertStrictEquals(keys.get(left), key);
    assertStrictEquals(keys.get(left.fileno()), key);
    assertEquals([keys.size, [...keys.keys()]], [1, [left.fileno()]]);
    assertEquals([[...keys.values()], [...keys]], [[key], [[left.fileno(), key]]]);
    keys.forEach((value, fd) => assertEquals([value, fd], [key, left.fileno()]));
    assertEquals([keys.get(999999), keys.has({})], [undefined, false]);
    assert(!("set" in keys) && !("delete" in keys), "read only");
  });

  // CPython: test_select
  test(".select() tells what is ready", async () => {
    using s = create();
    using pair = await socketPair();
    s.register(pair.left, EVENT_READ);
    const key = s.register(pair.right, EVENT_WRITE);
    assertEquals(await s.select(), [[key, EVENT_WRITE]]);
  });

  // CPython: test_select_read_write
  test(".select() tells both events of one file object at once", async () => {
    using s = create();
    using pair = await socketPair();
    pair.right.send("foo");
    const key = s.register(pair.left, EVENT_READ | EVENT_WRITE);
    assertEquals(await s.select(), [[key, EVENT_READ | EVENT_WRITE]]);
  });

  // CPython: test_context_manager
  test(" is closed by using", async () => {
    using pair = await socketPair();
    const s = create();
    {
      using scoped = s;
      scoped.register(pair.left, EVENT_READ);
    }
    assertThrows(() => s.getKey(pair.left), RuntimeError);
    assertEquals(s.getMap(), undefined);
  });

  // CPython: test_selector
  test(" carries messages over twelve connections", async () => {
    using s = create();
    using stack = new DisposableStack();
    const readers = new Map<NonBlockingSocket, NonBlockingSocket>();
    for (let i = 0; i < 12; i++) {
      const { left: reader, right: writer } = stack.use(await socketPair());
      s.register(reader, EVENT_READ);
      s.register(writer, EVENT_WRITE);
      readers.set(writer, reader);
    }
    while (readers.size > 0) {
      const writers = (await s.select()).filter(([, events]) => events & EVENT_WRITE);
      const writer = writers[writers.length >> 1]![0].fileobj as NonBlockingSocket;
      assertEquals(writer.send(MESSAGE), MESSAGE.length);
      const reader = readers.get(writer)!;
      assertStrictEquals(await firstReader(s), reader);
      assertEquals(reader.recv(MESSAGE.length), MESSAGE);
      s.unregister(writer);
      s.unregister(reader);
      readers.delete(writer);
    }
    assertEquals(s.active, false);
  });

  // CPython: test_empty_select
  test(".select(0) with nothing registered gives nothing", async () => {
    using s = create();
    assertEquals(await s.select(0), []);
  });

  // CPython: test_empty_select_timeout
  test(".select() with nothing registered waits for its time", async () => {
    using s = create();
    const start = performance.now();
    assertEquals(await s.select(0.0101), []);
    assert(performance.now() - start >= 10.1);
  });

  // CPython: test_select_interrupt_noraise
  Deno.test({
    name: `${name}.select() goes on when a signal comes`,
    ignore: Deno.build.os === "windows",
    async fn() {
      using s = create();
      using pair = await socketPair();
      s.register(pair.left, EVENT_READ);
      const handled = Promise.withResolvers<void>();
      const handler = () => handled.resolve();
      Deno.addSignalListener("SIGUSR1", handler);
      const start = performance.now();
      const pending = s.select(0.1);
      Deno.kill(Deno.pid, "SIGUSR1");
      await handled.promise;
      Deno.removeSignalListener("SIGUSR1", handler);
      assertEquals(await pending, []);
      assert(performance.now() - start >= 100, "with its whole timeout");
    },
  });

  // CPython: test_timeout
  test(".select() with a timeout gives up in time", async () => {
    using s = create();
    using pair = await socketPair();
    const { left, right } = pair;
    s.register(right, EVENT_WRITE);
    assertEquals((await s.select(0)).length, 1);
    assertEquals((await s.select(-1)).length, 1);
    s.unregister(right);
    s.register(left, EVENT_READ);
    assertEquals(await s.select(0), []);
    assertEquals(await s.select(-1), []);
    const start = performance.now();
    assertEquals(await s.select(0.0201), []);
    assert(performance.now() - start >= 20.1, "timeouts round up");
    await assertRejects(() => s.select(NaN), ValueError);
    await assertRejects(() => s.select("1" as never), TypeError);
  });

  // CPython: test_unregister_after_fd_close_and_reuse, as far as descriptors are reused. DenoSelector's
  // never are: there the old one is unregistered by its number.
  test(" watches a new socket after an old one was closed unregistered", async () => {
    using s = create();
    using old = await socketPair();
    s.register(old.left, EVENT_READ);
    old.left.close();
    using fresh = await socketPair();
    if (s.getMap()!.has(fresh.left)) s.unregister(fresh.left);
    const key = s.register(fresh.left, EVENT_READ);
    fresh.right.send("x");
    assertEquals(await s.select(), [[key, EVENT_READ]]);
  });

  test(".select() tells the same again until it is drained", async () => {
    using s = create();
    using pair = await socketPair();
    const key = s.register(pair.left, EVENT_READ);
    pair.right.send("ab");
    assertEquals(await s.select(), [[key, EVENT_READ]]);
    assertEquals(await s.select(), [[key, EVENT_READ]]);
    assertEquals(pair.left.recv(1).length, 1);
    assertEquals(await s.select(), [[key, EVENT_READ]]);
    assertEquals(pair.left.recv(1).length, 1);
    assertEquals(await s.select(0), []);
  });

  test(".select(0) sees what has arrived already", async () => {
    using s = create();
    using pair = await socketPair();
    const key = s.register(pair.left, EVENT_READ);
    pair.right.send("x");
    assertEquals(await s.select(0), [[key, EVENT_READ]]);
  });

  test(".select() twice at a time is an error", async () => {
    using s = create();
    using pair = await socketPair();
    s.register(pair.left, EVENT_READ);
    const first = s.select();
    await assertRejects(() => s.select(), RuntimeError, "being waited on already");
    pair.right.send("x");
    assertEquals((await first).length, 1);
  });

  test(".close() ends a pending select()", async () => {
    using s = create();
    using pair = await socketPair();
    s.register(pair.left, EVENT_READ);
    const pending = s.select();
    s.close();
    assertEquals(await pending, []);
  });

  test(".unregister() during a pending select() keeps the others", async () => {
    using s = create();
    using pair = await socketPair();
    using other = await socketPair();
    s.register(pair.left, EVENT_READ);
    const key = s.register(other.left, EVENT_READ);
    const pending = s.select();
    s.unregister(pair.left);
    pair.right.send("x");
    other.right.send("x");
    assertEquals(await pending, [[key, EVENT_READ]]);
  });

  test(".register() during a pending select() takes part in it", async () => {
    using s = create();
    using pair = await socketPair();
    s.register(pair.left, EVENT_READ);
    const pending = s.select();
    const key = s.register(pair.right, EVENT_WRITE);
    assertEquals(await pending, [[key, EVENT_WRITE]]);
  });

  test(".poll(), .prepare() and .onReady serve a loop", async () => {
    using s = create();
    using pair = await socketPair();
    assertEquals(s.active, false);
    const key = s.register(pair.left, EVENT_READ);
    assertEquals(s.active, true);
    assertEquals(s.poll(), []);
    assertStrictEquals(s.poll(), s.poll(), "one empty array for all");
    assertEquals(s.prepare(Infinity), false);
    const woken = new Promise<void>((resolve) => s.onReady = resolve);
    pair.right.send("x");
    await woken;
    assertEquals(s.poll(), [[key, EVENT_READ]]);
    assertEquals(s.poll(), [[key, EVENT_READ]], "not drained");
    assertEquals(s.prepare(Infinity), true, "nothing to wait for");
    pair.left.recv(10);
    assertEquals(s.poll(), []);
    s.onReady = null;
  });

  test(".modify() before .poll() is heeded", async () => {
    using s = create();
    using pair = await socketPair();
    s.register(pair.left, EVENT_READ, "old");
    pair.right.send("x");
    while (!s.prepare(Infinity)) await new Promise<void>((resolve) => s.onReady = resolve);
    const key = s.modify(pair.left, EVENT_READ, "new");
    assertEquals(s.poll(), [[key, EVENT_READ]]);
    assertEquals(s.prepare(Infinity), true);
    s.unregister(pair.left);
    assertEquals(s.poll(), []);
    s.onReady = null;
  });

  test(".onReady is called once for a whole turn", async () => {
    using s = create();
    using stack = new DisposableStack();
    const pairs = [];
    for (let i = 0; i < 5; i++) pairs.push(stack.use(await socketPair()));
    for (const { left } of pairs) s.register(left, EVENT_READ);
    s.prepare(Infinity);
    let calls = 0;
    const woken = new Promise<void>((resolve) =>
      s.onReady = () => {
        calls++;
        resolve();
      }
    );
    for (const { right } of pairs) right.send("x");
    await woken;
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    assertEquals(calls, 1, "the loop has not prepared to wait again");
    s.onReady = null;
  });
}

/** Selects until some reader is ready. */
async function firstReader(s: BaseSelector): Promise<unknown> {
  while (true) {
    const reader = (await s.select()).find(([, events]) => events & EVENT_READ);
    if (reader !== undefined) return reader[0].fileobj;
  }
}
