// Copyright 2026 the asyncio authors. MIT license.

import { CancelledError, inspectAsText, repr } from "@asyncio/asyncio/coroutines";
import { assertEquals } from "@std/assert";
import { reprCall, showOnce } from "../../coroutines/_repr.ts";

Deno.test("repr() writes values as Python does", () => {
  class Named {
    toString() {
      return "<Named 1>";
    }
  }
  class Plain {}
  class Broken {
    toString(): string {
      throw new Error("broken");
    }
  }
  const cases: [unknown, string][] = [
    [null, "None"],
    [undefined, "None"],
    [true, "True"],
    [false, "False"],
    [1.5, "1.5"],
    [10n, "10"],
    ["", "''"],
    ["text", "'text'"],
    ["it's", `"it's"`],
    [`"it's"`, `'"it\\'s"'`],
    ["a\nb\\", "'a\\nb\\\\'"],
    ["x".repeat(80), `'${"x".repeat(57)}...'`],
    [[1, "a", null], "[1, 'a', None]"],
    [[1, 2, 3, 4, 5, 6, 7], "[1, 2, 3, 4, 5, 6, ...]"],
    [[[[[]]]], "[[[[...]]]]"],
    [{}, "{}"],
    [{ a: 1, b: [2] }, "{'a': 1, 'b': [2]}"],
    [Object.create(null), "{}"],
    [{ toString: () => "mine" }, "mine"],
    [new Error("boom"), "Error('boom')"],
    [new CancelledError(), "CancelledError()"],
    [new Named(), "<Named 1>"],
    [new Plain(), "<Plain object>"],
    [new Broken(), "<Broken object>"],
    [Promise.resolve(), "<Promise object>"],
    [new Map(), "<Map object>"],
    [function work() {}, "<function work>"],
    [() => {}, "<function <lambda>>"],
    [Symbol("s"), "Symbol(s)"],
  ];
  for (const [value, text] of cases) assertEquals(repr(value), text);
});

Deno.test("repr() comes to an end on what holds itself", () => {
  const list: unknown[] = [];
  list.push(list);
  assertEquals(repr(list), "[[[[...]]]]");
  const record: Record<string, unknown> = {};
  record.self = record;
  assertEquals(repr(record), "{'self': {'self': {'self': {...}}}}");
});

Deno.test("showOnce() breaks circles, and recovers from errors", () => {
  const value = {};
  const show = (): string => showOnce(value, () => `<${show()}>`);
  assertEquals(show(), "<...>");
  let caught = "";
  try {
    showOnce(value, () => {
      throw new Error("broken");
    });
  } catch (error) {
    caught = String(error);
  }
  assertEquals(caught, "Error: broken");
  assertEquals(show(), "<...>");
});

Deno.test("reprCall() shows a call", () => {
  assertEquals(reprCall(function work() {}), "work()");
  assertEquals(reprCall(() => {}, [1, "a"]), "<lambda>(1, 'a')");
  assertEquals(reprCall(null), "<lambda>()");
});

Deno.test("inspectAsText() makes Deno.inspect() use toString()", () => {
  class Door {
    static {
      inspectAsText(this.prototype);
    }
    toString() {
      return "<Door>";
    }
  }
  class Gate extends Door {}
  assertEquals(Deno.inspect(new Door()), "<Door>");
  assertEquals(Deno.inspect({ gate: new Gate() }), "{ gate: <Door> }");
});
