// Copyright 2026 the asyncio authors. MIT license.

import {
  EVENT_READ,
  EVENT_WRITE,
  KeyError,
  PollSelector,
  SelectSelector,
  Socket,
  ValueError,
} from "@asyncio/asyncio/selectors";
import { assertEquals, assertThrows } from "@std/assert";
import { closeDescriptor, dup2, openFile } from "./_calls.ts";
import { NativePair } from "./_native.ts";
import { NATIVE } from "./_open.ts";

const test = (name: string, fn: () => Promise<void> | void) =>
  Deno.test({ name, ignore: !NATIVE, fn });

// CPython: Modules/selectmodule.c, seq2set
test("SelectSelector.register() refuses descriptors that select() has no place for", () => {
  using s = new SelectSelector();
  using pair = new NativePair();
  dup2(pair.left.fileno(), 1023);
  dup2(pair.right.fileno(), 1024);
  const message = "filedescriptor out of range in select()";
  assertThrows(() => s.register(1024, EVENT_READ), ValueError, message);
  assertThrows(() => s.register(2 ** 30, EVENT_READ), ValueError, message);
  assertThrows(() => s.getKey(1024), KeyError);
  const key = s.register(1023, EVENT_READ);
  pair.right.send("x");
  assertEquals(s.selectSync(), [[key, EVENT_READ]]);
  s.unregister(1023);
  closeDescriptor(1023);
  closeDescriptor(1024);
});

// CPython: select.select() raises OSError for a descriptor that is closed.
test("SelectSelector.select() throws what is wrong with a registered descriptor", async () => {
  using s = new SelectSelector();
  const fd = openFile("/dev/null");
  s.register(fd, EVENT_READ);
  closeDescriptor(fd);
  assertThrows(() => s.selectSync(0), Deno.errors.BadResource);
  let failure: unknown;
  await s.select().catch((error) => failure = error);
  assertEquals(failure instanceof Deno.errors.BadResource, true);
  assertEquals(s.prepare(Infinity), true, "poll has something to say");
  assertThrows(() => s.poll(), Deno.errors.BadResource);
  s.unregister(fd);
  assertEquals(s.selectSync(0), []);
});

// CPython: POLLNVAL is neither of the events asked for, and so both.
test("PollSelector.select() reports a closed descriptor as ready", async () => {
  using s = new PollSelector();
  const fd = openFile("/dev/null");
  const key = s.register(fd, EVENT_READ | EVENT_WRITE);
  closeDescriptor(fd);
  assertEquals(s.selectSync(), [[key, EVENT_READ | EVENT_WRITE]]);
  assertEquals(await s.select(), [[key, EVENT_READ | EVENT_WRITE]]);
});

test("PollSelector.register() refuses a Socket of Deno's", () => {
  using s = new PollSelector();
  using sock = new Socket();
  assertThrows(() => s.register(sock, EVENT_READ), Deno.errors.BadResource);
  assertEquals(s.active, false);
});

test("PollSelector reports in the order of registration, whoever has left", () => {
  using s = new PollSelector();
  using stack = new DisposableStack();
  const pairs = Array.from({ length: 40 }, () => stack.use(new NativePair()));
  for (const { left } of pairs) s.register(left, EVENT_WRITE);
  const order = pairs.map(({ left }) => left);
  for (let i = 0; order.length > 3; i++) {
    const [gone] = order.splice((i * 7) % order.length, 1);
    s.unregister(gone!);
    assertEquals(s.selectSync().map(([key]) => key.fileobj), order);
    if (i % 5 !== 0) continue;
    s.register(gone!, EVENT_WRITE);
    order.push(gone!);
    s.unregister(order.shift()!);
    assertEquals(s.selectSync().map(([key]) => key.fileobj), order);
  }
});
