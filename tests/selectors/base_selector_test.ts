// Copyright 2026 the asyncio authors. MIT license.

import {
  BaseSelector,
  EVENT_READ,
  EVENT_WRITE,
  KeyError,
  Registration,
  type SelectorKey,
} from "@asyncio/asyncio/selectors";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";

/** The least that a selector must say of itself: here, what the test tells it. */
class ToldSelector extends BaseSelector {
  readonly log: string[] = [];
  ready: [SelectorKey, number][] = [];
  refuse = false;

  override poll(): readonly [SelectorKey, number][] {
    return this.ready;
  }

  override createSocket(): never {
    throw new Error("it has none");
  }

  override prepare(_timeout: number): boolean {
    this.log.push("prepare");
    return this.ready.length > 0;
  }

  protected override attach(key: SelectorKey): Registration {
    this.#record("attach", key);
    return new Registration(key);
  }

  protected override change({ key }: Registration): void {
    this.#record("change", key);
  }

  protected override detach({ key }: Registration): void {
    this.log.push(`detach ${key.fd}`);
  }

  #record(event: string, key: SelectorKey): void {
    if (this.refuse) throw new Deno.errors.NotSupported("refused");
    this.log.push(`${event} ${key.fd} ${key.events}`);
  }
}

Deno.test("BaseSelector tells its subclass of every change, and of no other", () => {
  const s = new ToldSelector();
  s.register(5, EVENT_READ);
  s.register({ fileno: () => 6 }, EVENT_WRITE);
  s.modify(5, EVENT_READ);
  s.modify(5, EVENT_READ, "data");
  s.modify(5, EVENT_WRITE);
  s.unregister(5);
  s.close();
  s.close();
  assertEquals(s.log, ["attach 5 1", "attach 6 2", "change 5 2", "detach 5", "detach 6"]);
});

// CPython: test_modify_unregister
Deno.test("BaseSelector.modify() unregisters what its subclass refuses", () => {
  const s = new ToldSelector();
  s.register(5, EVENT_READ);
  s.refuse = true;
  assertThrows(() => s.modify(5, EVENT_WRITE), Deno.errors.NotSupported);
  assertEquals([s.active, s.getMap()!.size], [false, 0]);
});

Deno.test("BaseSelector.register() registers nothing that its subclass refuses", () => {
  const s = new ToldSelector();
  s.refuse = true;
  assertThrows(() => s.register(5, EVENT_READ), Deno.errors.NotSupported);
  assertThrows(() => s.getKey(5), KeyError);
  assertEquals(s.active, false);
});

Deno.test("BaseSelector.select() gives what became ready during the wait", async () => {
  const s = new ToldSelector();
  const key = s.register(5, EVENT_READ);
  const pending = s.select();
  assertEquals(s.log.at(-1), "prepare");
  s.ready.push([key, EVENT_READ]);
  s.onReady!();
  const ready = await pending;
  assertEquals(ready, [[key, EVENT_READ]]);
  assertEquals(s.onReady, null);
  ready.pop();
  assertEquals(s.ready.length, 1, "the caller's own list");
});

Deno.test("BaseSelector.select() ends when woken for nothing", async () => {
  const s = new ToldSelector();
  s.register(5, EVENT_READ);
  const pending = s.select(3600);
  s.onReady!();
  assertEquals(await pending, []);
});

Deno.test("BaseSelector.unregister() finds an object whose descriptor has changed", () => {
  const s = new ToldSelector();
  let fd = 5;
  const fileobj = { fileno: () => fd };
  const key = s.register(fileobj, EVENT_READ);
  fd = -1;
  assertStrictEquals(s.getKey(fileobj), key);
  assertStrictEquals(s.unregister(fileobj), key);
});
