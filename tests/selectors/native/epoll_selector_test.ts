// Copyright 2026 the asyncio authors. MIT license.

import {
  EpollSelector,
  EVENT_READ,
  EVENT_WRITE,
  KeyError,
  NativeSocket,
} from "@asyncio/asyncio/selectors";
import { assertEquals, assertThrows } from "@std/assert";
import { closeDescriptor, openCopy, openFile } from "./_calls.ts";
import { NativePair } from "./_native.ts";
import { LINUX } from "./_open.ts";

/** What the system watches each descriptor for, as `/proc` tells it: EPOLLERR and EPOLLHUP always. */
function watched(s: EpollSelector): Map<number, number> {
  const info = Deno.readTextFileSync(`/proc/self/fdinfo/${s.fileno()}`);
  return new Map(
    info.matchAll(/^tfd:\s*(\d+) events:\s*([\da-f]+)/gm)
      .map(([, fd, events]) => [Number(fd), parseInt(events!, 16) & ~(ERR | HUP)]),
  );
}

const [IN, OUT, ERR, HUP] = [1, 4, 8, 16];

const test = (name: string, fn: () => Promise<void> | void) =>
  Deno.test({ name: `EpollSelector${name}`, ignore: !LINUX, fn });

// CPython: EpollSelectorTestCase.test_register_file
test(".register() refuses a regular file", () => {
  using s = new EpollSelector();
  const fd = openFile(new URL(import.meta.url).pathname);
  assertThrows(() => s.register(fd, EVENT_READ), Deno.errors.PermissionDenied, "(os error 1)");
  assertThrows(() => s.getKey(fd), KeyError);
  closeDescriptor(fd);
});

// CPython: KqueueSelectorTestCase.test_register_bad_fd
test(".register() refuses a descriptor that is closed", () => {
  using s = new EpollSelector();
  const fd = openFile("/dev/null");
  closeDescriptor(fd);
  assertThrows(() => s.register(fd, EVENT_READ), Deno.errors.BadResource);
  assertThrows(() => s.getKey(fd), KeyError);
});

test(".modify() of a closed descriptor forgets it", () => {
  using s = new EpollSelector();
  const fd = new NativeSocket().detach();
  s.register(fd, EVENT_READ);
  closeDescriptor(fd);
  assertThrows(() => s.modify(fd, EVENT_WRITE), Deno.errors.BadResource);
  assertThrows(() => s.getKey(fd), KeyError);
});

test(" has the system watch exactly what is registered by number", () => {
  using s = new EpollSelector();
  using pair = new NativePair();
  const fd = pair.left.detach();
  s.register(fd, EVENT_READ);
  assertEquals(watched(s), new Map([[fd, IN]]));
  s.modify(fd, EVENT_READ | EVENT_WRITE);
  assertEquals(watched(s), new Map([[fd, IN | OUT]]));
  s.modify(fd, EVENT_WRITE);
  assertEquals(watched(s), new Map([[fd, OUT]]));
  s.unregister(fd);
  assertEquals(watched(s), new Map());
  closeDescriptor(fd);
});

test(" lets the system go on watching a socket for reading, until that is reported", () => {
  using s = new EpollSelector();
  using pair = new NativePair();
  const fd = pair.left.fileno();
  s.register(pair.left, EVENT_READ);
  s.unregister(pair.left);
  assertEquals(s.selectSync(0), []);
  assertEquals(watched(s), new Map([[fd, IN]]), "nothing was said to the system");
  s.register(fd, EVENT_READ);
  assertEquals(watched(s), new Map([[fd, IN]]));
  s.unregister(pair.left);
  pair.right.send("x");
  assertEquals(s.selectSync(0), []);
  assertEquals(watched(s), new Map(), "somebody had to read, and nobody would");
  const key = s.register(pair.left, EVENT_READ);
  assertEquals(s.selectSync(), [[key, EVENT_READ]]);
});

test(" says that it is not to watch for writing when that is reported, and only then", () => {
  using s = new EpollSelector();
  using pair = new NativePair();
  const fd = pair.left.fileno();
  s.register(pair.left, EVENT_READ | EVENT_WRITE);
  s.modify(pair.left, EVENT_READ);
  assertEquals(watched(s), new Map([[fd, IN | OUT]]));
  s.modify(pair.left, EVENT_READ | EVENT_WRITE);
  assertEquals(s.selectSync(0).length, 1);
  s.modify(pair.left, EVENT_READ);
  assertEquals(s.selectSync(0), []);
  assertEquals(watched(s), new Map([[fd, IN]]));
  s.modify(pair.left, EVENT_WRITE);
  s.unregister(pair.left);
  assertEquals(watched(s), new Map([[fd, OUT]]));
  assertEquals(s.selectSync(0), []);
  assertEquals(watched(s), new Map());
});

test(" drops one event of a socket when it is reported", () => {
  using s = new EpollSelector();
  using pair = new NativePair();
  const fd = pair.left.fileno();
  const fill = new Uint8Array(1 << 16);
  while (pair.left.trySend(fill) !== null);
  s.register(pair.left, EVENT_READ | EVENT_WRITE);
  s.modify(pair.left, EVENT_WRITE);
  assertEquals(watched(s), new Map([[fd, IN | OUT]]));
  pair.right.send("x");
  assertEquals(s.selectSync(0), []);
  assertEquals(watched(s), new Map([[fd, OUT]]));
});

test(" gives a kept watch up before its socket is closed or given away", () => {
  using s = new EpollSelector();
  using pair = new NativePair();
  using copy = pair.left.dup();
  for (const sock of [pair.left, pair.right]) {
    s.register(sock, EVENT_READ);
    s.unregister(sock);
  }
  assertEquals(watched(s).size, 2);
  pair.left.close();
  assertEquals([...watched(s).keys()], [pair.right.fileno()]);
  closeDescriptor(pair.right.detach());
  assertEquals(watched(s).size, 0);
  assertEquals(copy.getblocking(), false);
});

test(" keeps a watch for the very socket, and not for another with its descriptor", () => {
  using s = new EpollSelector();
  using pair = new NativePair();
  s.register(pair.left, EVENT_READ);
  s.unregister(pair.left);
  // Somebody closes the descriptor behind the back of the socket, and another socket gets it.
  const fd = pair.left.fileno();
  closeDescriptor(fd);
  using other = new NativePair();
  const [reader, writer] = other.left.fileno() === fd
    ? [other.left, other.right]
    : [other.right, other.left];
  assertEquals(reader.fileno(), fd);
  const key = s.register(reader, EVENT_READ);
  writer.send("x");
  assertEquals(s.selectSync(), [[key, EVENT_READ]]);
  s.unregister(reader);
  // The first socket must not close what is not its own any more.
  pair.left.detach();
  assertEquals(reader.recv(1).length, 1);
});

test(" does not take what happens to an old file for news of a new one", () => {
  using s = new EpollSelector();
  using old = new NativePair();
  const fd = old.left.detach();
  s.register(fd, EVENT_READ);
  const copy = new NativeSocket(undefined, undefined, 0, openCopy(fd));
  // The system goes on watching the file, which lives on in its copy, under a number that is free.
  closeDescriptor(fd);
  s.unregister(fd);
  using fresh = new NativePair();
  const same = [fresh.left, fresh.right].find((sock) => sock.fileno() === fd)!;
  s.register(same, EVENT_READ);
  old.right.send("x");
  assertEquals(s.selectSync(0), []);
  copy.close();
});

test(" can be watched by another", async () => {
  using inner = new EpollSelector();
  using outer = new EpollSelector();
  using pair = new NativePair();
  inner.register(pair.left, EVENT_READ);
  const key = outer.register(inner, EVENT_READ);
  assertEquals(outer.selectSync(0), []);
  inner.prepare(Infinity);
  inner.interrupt();
  assertEquals(outer.selectSync(0), [], "waking the inner one up is no event of it");
  const pending = outer.select();
  pair.right.send("x");
  assertEquals(await pending, [[key, EVENT_READ]]);
  outer.close();
  await outer.closed;
  inner.close();
  await inner.closed;
});

test(".poll() tells a loop of 64 at once, and of the others next; select() tells of all", async () => {
  using stack = new DisposableStack();
  using s = new EpollSelector();
  for (let i = 0; i < 50; i++) {
    const { left, right } = stack.use(new NativePair());
    for (const sock of [left, right]) s.register(sock, EVENT_WRITE);
  }
  const told = new Set<number>();
  for (const count of [64, 64]) {
    const ready = s.poll();
    assertEquals(ready.length, count);
    for (const [{ fd }] of ready) told.add(fd);
  }
  assertEquals(told.size, 100);
  assertEquals(s.selectSync().length, 100);
  assertEquals((await s.select()).length, 100);
});
