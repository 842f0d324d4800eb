// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/test/test_selectors.py: what only the operating system's descriptors can be put to.

import {
  EVENT_READ,
  EVENT_WRITE,
  KeyError,
  type NativeSelector,
  RuntimeError,
  type SelectorKey,
  ValueError,
} from "@asyncio/asyncio/selectors";
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { closeDescriptor, dup2, openFile } from "./_calls.ts";
import { countingDescriptors, NativePair, Selectors } from "./_native.ts";

/** Registers the tests that every native selector must pass. */
export function testNativeConformance(Selector: new () => NativeSelector): void {
  const selectors = new Selectors(() => new Selector());
  const { name } = Selector;
  const create = () => selectors.create();
  const test = (text: string, fn: () => Promise<void> | void) => {
    Deno.test(`${name}${text}`, () =>
      countingDescriptors(async () => {
        await fn();
        await selectors.settle();
      }));
  };

  // CPython: test_unregister_after_fd_close_and_reuse
  test(".unregister() finds a descriptor that stands for another file by now", () => {
    using s = create();
    using pair = new NativePair();
    using other = new NativePair();
    const [r, w] = [pair.left.detach(), pair.right.detach()];
    s.register(r, EVENT_READ);
    s.register(w, EVENT_WRITE);
    dup2(other.left.fileno(), r);
    dup2(other.right.fileno(), w);
    s.unregister(r);
    s.unregister(w);
    assertEquals([s.active, s.selectSync(0)], [false, []]);
    closeDescriptor(r);
    closeDescriptor(w);
  });

  // CPython: test_fileno
  test(".fileno() is a descriptor, where there is one", () => {
    const s = create() as NativeSelector & { fileno?: () => number };
    const has = typeof s.fileno === "function";
    assertEquals(has, ["EpollSelector", "KqueueSelector", "DevpollSelector"].includes(name));
    assert(!has || Number.isInteger(s.fileno!()) && s.fileno!() >= 0);
    s.close();
    if (has) assertThrows(() => s.fileno!(), ValueError, "I/O operation on closed");
  });

  // CPython: test_select, test_select_read_write
  test(".selectSync() tells what is ready, both events at once", () => {
    using s = create();
    using pair = new NativePair();
    s.register(pair.left, EVENT_READ);
    const key = s.register(pair.right, EVENT_WRITE);
    assertEquals(s.selectSync(), [[key, EVENT_WRITE]]);
    pair.left.send("foo");
    const both = s.modify(pair.right, EVENT_READ | EVENT_WRITE);
    assertEquals(s.selectSync(), [[both, EVENT_READ | EVENT_WRITE]]);
  });

  // CPython: test_empty_select, test_empty_select_timeout
  test(".selectSync() with nothing registered waits for the timeout", () => {
    using s = create();
    assertEquals([s.selectSync(0), s.selectSync(-1)], [[], []]);
    const start = performance.now();
    assertEquals(s.selectSync(0.0201), []);
    assert(performance.now() - start >= 20.1, "timeouts round up");
  });

  // CPython: test_timeout
  test(".selectSync() with a timeout gives up in time, and not before", () => {
    using s = create();
    using pair = new NativePair();
    s.register(pair.left, EVENT_READ);
    for (const timeout of [0.0003, 0.0107]) {
      const start = performance.now();
      assertEquals(s.selectSync(timeout), []);
      assert(performance.now() - start >= timeout * 1000);
    }
    pair.right.send("x");
    assertEquals(s.selectSync(3600).length, 1);
    assertThrows(() => s.selectSync(NaN), ValueError);
    assertThrows(() => s.selectSync("1" as never), TypeError);
  });

  // CPython: test_close
  test(".selectSync() of a closed selector is an error", () => {
    const s = create();
    s.close();
    assertThrows(() => s.selectSync(0), RuntimeError, "Selector is closed");
  });

  test(".selectSync() during a select() is an error", async () => {
    using s = create();
    using pair = new NativePair();
    s.register(pair.left, EVENT_READ);
    const pending = s.select();
    assertThrows(() => s.selectSync(0), RuntimeError, "being waited on already");
    pair.right.send("x");
    assertEquals((await pending).length, 1);
  });

  test(".selectSync() right after a wait on the pool was interrupted still blocks", () => {
    using s = create();
    using pair = new NativePair();
    s.register(pair.left, EVENT_READ);
    s.prepare(Infinity);
    s.interrupt();
    const cpu = cpuSeconds();
    assertEquals(s.selectSync(0.2), []);
    assert(cpuSeconds() - cpu < 0.1, "it does not spin");
  });

  test(".select() after an interrupted wait does not spin", async () => {
    using s = create();
    using pair = new NativePair();
    s.register(pair.left, EVENT_READ);
    s.prepare(Infinity);
    s.interrupt();
    const cpu = cpuSeconds();
    assertEquals(await s.select(0.2), []);
    assert(cpuSeconds() - cpu < 0.1);
  });

  test(" reports a peer that has gone as readable and writable", () => {
    using s = create();
    using pair = new NativePair();
    const key = s.register(pair.left, EVENT_READ | EVENT_WRITE);
    pair.right.close();
    assertEquals(s.selectSync(), [[key, EVENT_READ | EVENT_WRITE]]);
    assertEquals(pair.left.recv(10).length, 0);
    assertEquals(s.selectSync(), [[key, EVENT_READ | EVENT_WRITE]], "and goes on doing so");
    const reading = s.modify(pair.left, EVENT_READ);
    assertEquals(s.selectSync(), [[reading, EVENT_READ]]);
  });

  test(" forgets at once what was unregistered or is wanted no more", async () => {
    using s = create();
    using pair = new NativePair();
    pair.right.send("x");
    s.register(pair.left, EVENT_READ);
    assertEquals((await s.select(0)).length, 1);
    s.unregister(pair.left);
    assertEquals([await s.select(0), s.selectSync(0), s.selectSync(0.002)], [[], [], []]);
    s.register(pair.left, EVENT_READ | EVENT_WRITE);
    const writing = s.modify(pair.left, EVENT_WRITE);
    assertEquals(s.selectSync(), [[writing, EVENT_WRITE]]);
    const reading = s.modify(pair.left, EVENT_READ);
    assertEquals(s.selectSync(), [[reading, EVENT_READ]]);
    pair.left.recv(1);
    assertEquals(s.selectSync(0), []);
    assertEquals(await s.select(0.002), []);
  });

  test(" watches a socket again that was unregistered meanwhile", async () => {
    using s = create();
    using pair = new NativePair();
    for (let i = 0; i < 3; i++) {
      const key = s.register(pair.left, EVENT_READ);
      assertEquals(await s.select(0), []);
      const pending = s.select();
      pair.right.send("x");
      assertEquals(await pending, [[key, EVENT_READ]]);
      pair.left.recv(1);
      s.unregister(pair.left);
      // Even what arrives while nobody watches is there afterwards.
      pair.right.send("y");
      assertEquals(s.selectSync(0.001), []);
      s.register(pair.left, EVENT_READ);
      assertEquals(s.selectSync().length, 1);
      pair.left.recv(1);
      s.unregister(pair.left);
    }
  });

  test(" takes no socket for another that had its descriptor", async () => {
    using s = create();
    const old = new NativePair();
    const fd = old.left.fileno();
    s.register(old.left, EVENT_READ);
    s.unregister(old.left);
    old[Symbol.dispose]();
    using fresh = new NativePair();
    assert(
      [fresh.left.fileno(), fresh.right.fileno()].includes(fd),
      "the descriptor is used again",
    );
    const [same, peer] = fresh.left.fileno() === fd
      ? [fresh.left, fresh.right]
      : [fresh.right, fresh.left];
    const key = s.register(same, EVENT_READ);
    assertEquals(await s.select(0), []);
    peer.send("x");
    assertEquals(await s.select(), [[key, EVENT_READ]]);
  });

  test(" does not report a copy of a socket that was unregistered and closed", async () => {
    using s = create();
    using pair = new NativePair();
    s.register(pair.left, EVENT_READ);
    using copy = pair.left.dup();
    s.unregister(pair.left);
    pair.left.close();
    pair.right.send("x");
    const cpu = cpuSeconds();
    assertEquals(await s.select(0.2), []);
    assert(cpuSeconds() - cpu < 0.1, "nor spins because of it");
    assertEquals(copy.recv(1).length, 1);
  });

  test(" watches a descriptor that was given away", async () => {
    using s = create();
    using pair = new NativePair();
    s.register(pair.left, EVENT_READ);
    s.unregister(pair.left);
    const fd = pair.left.detach();
    const key = s.register(fd, EVENT_READ);
    pair.right.send("x");
    assertEquals(await s.select(), [[key, EVENT_READ]]);
    s.unregister(fd);
    closeDescriptor(fd);
  });

  test(" watches pipes and other files that can be waited for", async () => {
    using s = create();
    const child = new Deno.Command("cat", { stdin: "piped", stdout: "piped" }).spawn();
    const fifo = openFile(`/proc/${child.pid}/fd/1`);
    const key = s.register(fifo, EVENT_READ);
    assertEquals(await s.select(0), []);
    const pending = s.select();
    const writer = child.stdin.getWriter();
    await writer.write(new Uint8Array([65]));
    assertEquals(await pending, [[key, EVENT_READ]]);
    await writer.close();
    s.unregister(fifo);
    closeDescriptor(fifo);
    await child.stdout.cancel();
    await child.status;
  });

  test(".select() is woken by what is registered in the middle, however often", async () => {
    using s = create();
    using stack = new DisposableStack();
    const quiet = stack.use(new NativePair());
    s.register(quiet.left, EVENT_READ);
    for (let i = 0; i < 200; i++) {
      const pair = stack.use(new NativePair());
      const pending = s.select();
      if (i % 2 === 0) await Promise.resolve();
      const key = s.register(pair.left, EVENT_WRITE);
      assertEquals(await pending, [[key, EVENT_WRITE]]);
      s.unregister(pair.left);
    }
  });

  test(" calls onReady when the time is over, and not before", async () => {
    using s = create();
    using pair = new NativePair();
    s.register(pair.left, EVENT_READ);
    assertEquals(s.keepsTime, true);
    for (const timeout of [0.0002, 0.003, 0.011]) {
      const start = performance.now();
      await onReady(s, timeout);
      assert(performance.now() - start >= timeout * 1000 - 0.001);
      assertEquals(s.poll(), []);
    }
  });

  test(".prepare() with an earlier time ends a wait under way; with a later one it does not", async () => {
    using s = create();
    using pair = new NativePair();
    s.register(pair.left, EVENT_READ);
    s.prepare(Infinity);
    await onReady(s, 0.002);
    s.prepare(0.002);
    const start = performance.now();
    await onReady(s, 0.02);
    assert(performance.now() - start >= 20, "the earlier end is not told");
    s.prepare(3600);
    const woken = new Promise<void>((resolve) => s.onReady = resolve);
    s.prepare(3600);
    pair.right.send("x");
    await woken;
    s.onReady = null;
    assertEquals(s.poll().length, 1);
  });

  test(".interrupt() ends the wait, and nobody is told", async () => {
    using s = create();
    using pair = new NativePair();
    s.register(pair.left, EVENT_READ);
    s.onReady = () => assert(false, "nobody waits");
    s.prepare(Infinity);
    s.interrupt();
    s.interrupt();
    pair.right.send("x");
    await settle();
    s.onReady = null;
    assertEquals(s.poll().length, 1);
    s.interrupt();
  });

  test(" misses no event between thousands of interrupts and new waits", async () => {
    using s = create();
    using pair = new NativePair();
    const key = s.register(pair.left, EVENT_READ);
    let random = 12345;
    const chance = (n: number) => (random = (random * 1103515245 + 12345) % 2 ** 31) % n === 0;
    for (let i = 0; i < 3000; i++) {
      const woken = new Promise<void>((resolve) => s.onReady = resolve);
      assertEquals(s.prepare(chance(3) ? 3600 : Infinity), false);
      while (chance(2)) {
        s.interrupt();
        if (chance(2)) await Promise.resolve();
        if (chance(8)) await settle(1);
        assertEquals(s.prepare(Infinity), false);
      }
      if (chance(4)) await settle(1);
      pair.right.send("x");
      await woken;
      assertEquals(s.poll(), [[key, EVENT_READ]], `after ${i} rounds`);
      pair.left.recv(1);
    }
    s.onReady = null;
    s.interrupt();
  });

  test(".close() in the middle of a wait lets go of everything when it has returned", async () => {
    await countingDescriptors(async () => {
      const s = create();
      const pair = new NativePair();
      s.register(pair.left, EVENT_READ);
      s.prepare(Infinity);
      s.close();
      s.close();
      pair[Symbol.dispose]();
      assert(s.closed instanceof Promise);
      await s.closed;
    });
    await countingDescriptors(() => {
      const s = create();
      s.close();
      assertStrictEquals(s.closed, null, "there was nothing to wait for");
    });
  });

  test(".close() leaves sockets alone, also those that it has seen unregistered", () => {
    using pair = new NativePair();
    const s = create();
    s.register(pair.left, EVENT_READ);
    s.unregister(pair.left);
    s.register(pair.right, EVENT_READ);
    s.close();
    assertEquals(pair.right.send("x"), 1);
    assertEquals(pair.left.recv(1).length, 1);
  });

  test(" works beside more waits than the pool has threads", async () => {
    using stack = new DisposableStack();
    const rows: [NativeSelector, NativePair, SelectorKey][] = [];
    for (let i = 0; i < 60; i++) {
      const s = stack.use(create());
      const pair = stack.use(new NativePair());
      rows.push([s, pair, s.register(pair.left, EVENT_READ)]);
    }
    const pending = rows.map(([s]) => s.select());
    // Files are read on the pool: it is not used up.
    assert((await Deno.readTextFile(new URL(import.meta.url))).length > 0);
    for (const [, pair] of rows.toReversed()) pair.right.send("x");
    assertEquals(await Promise.all(pending), rows.map(([, , key]) => [[key, EVENT_READ]]));
    await Promise.all(rows.map(async ([s, pair]) => {
      pair.left.recv(1);
      assertEquals(await s.select(0.001), []);
      const last = s.select();
      s.close();
      assertEquals(await last, []);
    }));
  });

  test(".select() does not keep Deno's own timers and reads from going on", async () => {
    using s = create();
    using pair = new NativePair();
    s.register(pair.left, EVENT_READ);
    const pending = s.select();
    const log: string[] = [];
    await new Promise<void>((resolve) => setTimeout(resolve, 1)).then(() => log.push("timer"));
    await Deno.readTextFile(new URL(import.meta.url)).then(() => log.push("file"));
    pair.right.send("x");
    await pending;
    assertEquals(log, ["timer", "file"]);
  });

  test(".createSocket() gives sockets that do not block", () => {
    using s = create();
    const sock = s.createSocket();
    assertEquals(sock.getblocking(), false);
    s.register(sock, EVENT_WRITE);
    s.unregister(sock);
    sock.close();
  });

  test(".modify() of a descriptor that was closed behind its back", () => {
    using s = create();
    using pair = new NativePair();
    const fd = pair.left.detach();
    s.register(fd, EVENT_READ);
    closeDescriptor(fd);
    // CPython: whether the system notices is its own affair, but a row that it refuses is gone.
    try {
      s.modify(fd, EVENT_WRITE);
      s.unregister(fd);
    } catch (error) {
      assert(error instanceof Deno.errors.BadResource || error instanceof Deno.errors.NotFound);
    }
    assertThrows(() => s.getKey(fd), KeyError);
  });

  test(" rejects what is no descriptor", async () => {
    using s = create();
    assertThrows(
      () => s.register("socket" as never, EVENT_READ),
      ValueError,
      "Invalid file object",
    );
    await assertRejects(() => s.select(NaN), ValueError);
  });
}

/** Waits until a selector calls `onReady`. */
async function onReady(s: NativeSelector, timeout: number): Promise<void> {
  await new Promise<void>((resolve) => {
    s.onReady = resolve;
    assertEquals(s.prepare(timeout), false);
  });
  s.onReady = null;
}

/** Lets the host take some turns. */
async function settle(turns = 20): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
