// Copyright 2026 the asyncio authors. MIT license.

import { EVENT_READ, SelectorKey } from "@asyncio/asyncio/selectors";
import { assert, assertEquals, assertThrows } from "@std/assert";

Deno.test("SelectorKey is frozen", () => {
  const key = new SelectorKey(5, 5, EVENT_READ, "data");
  assert(Object.isFrozen(key));
  assertThrows(() => (key as { data: string }).data = "other", TypeError);
  assertEquals({ ...key }, { fileobj: 5, fd: 5, events: 1, data: "data" });
});

Deno.test("SelectorKey has Python's repr", () => {
  class Named {}
  class Shown {
    toString = () => "<shown>";
  }
  const repr = (data: unknown) => String(new SelectorKey(5, 5, EVENT_READ, data));
  const shown = (data: string) => `SelectorKey(fileobj=5, fd=5, events=1, data=${data})`;
  assertEquals(repr("text"), shown("'text'"));
  assertEquals(repr([1, "a", null]), shown("[1, 'a', None]"));
  assertEquals(repr(undefined), shown("None"));
  assertEquals(repr(new Named()), shown("<Named object>"));
  assertEquals(repr(new Shown()), shown("<shown>"));
  assertEquals(repr(Object.create(null)), shown("{}"));
  assertEquals(repr(function handler() {}), shown("<function handler>"));
  assertEquals(repr((() => () => {})()), shown("<function <lambda>>"));
  assertEquals(Deno.inspect(new SelectorKey(5, 5, EVENT_READ, null)), shown("None"));
});
