// Copyright 2026 the asyncio authors. MIT license.

import { CancelledError, ExceptionGroup, KeyError, ValueError } from "@asyncio/asyncio";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";

const value = new ValueError("v");
const key = new KeyError("k");
const type = new TypeError("t");

// CPython: test_exception_group.py, BadConstructorArgs
Deno.test("ExceptionGroup() checks its arguments", () => {
  const make = (...args: unknown[]) => new ExceptionGroup(...args as [string, Error[]]);
  assertThrows(() => make(1, [value]), TypeError, "argument 1 must be a string");
  assertThrows(() => make("x"), TypeError, "second argument (exceptions) must be a sequence");
  assertThrows(() => make("x", value), TypeError, "must be a sequence");
  assertThrows(() => make("x", []), ValueError, "must be a non-empty sequence");
});

// CPython: test_exception_group.py, InstanceCreation and StrAndReprTests
Deno.test("ExceptionGroup has a message and exceptions, and shows their number", () => {
  const one = new ExceptionGroup("one", [value]);
  assertInstanceOf(one, AggregateError);
  assertEquals(one.name, "ExceptionGroup");
  assertEquals(one.message, "one");
  assertEquals(one.exceptions, [value]);
  assertStrictEquals(one.exceptions, one.errors);
  assertEquals(String(one), "ExceptionGroup: one (1 sub-exception)");
  const two = new ExceptionGroup("two", [one, key]);
  assertEquals(String(two), "ExceptionGroup: two (2 sub-exceptions)");
  assertStringIncludes(two.stack!, "ExceptionGroup: two (2 sub-exceptions)\n");
  assertStringIncludes(Deno.inspect(two), "two (2 sub-exceptions)");
});

Deno.test("ExceptionGroup takes a cause, and whatever was thrown", () => {
  const group = new ExceptionGroup("x", ["thrown", new CancelledError()], { cause: value });
  assertStrictEquals(group.cause, value);
  assertEquals(group.exceptions[0], "thrown");
});

// CPython: test_exception_group.py, ExceptionGroupSubgroupTests and ExceptionGroupSplitTests
Deno.test("ExceptionGroup.split() by class, by classes and by test", () => {
  const group = new ExceptionGroup("x", [value, key, type]);
  const split = (condition: Parameters<ExceptionGroup["split"]>[0]) =>
    group.split(condition).map((part) => part?.exceptions ?? null);
  assertEquals(split(ValueError), [[value], [key, type]]);
  assertEquals(split([ValueError, TypeError]), [[value, type], [key]]);
  assertEquals(split((error) => error === key), [[key], [value, type]]);
  assertEquals(split(SyntaxError), [null, [value, key, type]]);
  assertEquals(split(() => false), [null, [value, key, type]]);
  // RangeError is above ValueError.
  assertEquals(split(RangeError), [[value], [key, type]]);
});

Deno.test("ExceptionGroup.split() asks about the group itself first", () => {
  const group = new ExceptionGroup("x", [value, key]);
  for (const condition of [ExceptionGroup, AggregateError, Error, () => true]) {
    const [match, rest] = group.split(condition);
    assertStrictEquals(match, group);
    assertEquals(rest, null);
  }
  const parts = group.split([ValueError, KeyError]);
  assert(parts[0] !== group);
  assertEquals(parts[0]?.exceptions, [value, key]);
  assertEquals(parts[1], null);
});

Deno.test("ExceptionGroup.split() keeps the nesting, message, cause and stack", () => {
  const inner = new ExceptionGroup("inner", [value, key]);
  const outer = new ExceptionGroup("outer", [type, inner, value], { cause: "why" });
  const [match, rest] = outer.split(ValueError);
  assertEquals(match?.message, "outer");
  assertEquals(match?.cause, "why");
  assertEquals(match?.stack, outer.stack);
  const [innerMatch, last] = match!.exceptions as [ExceptionGroup, Error];
  assertEquals(innerMatch.message, "inner");
  assertEquals(innerMatch.exceptions, [value]);
  assertStrictEquals(last, value);
  assertStrictEquals(rest?.exceptions[0], type);
  assertEquals((rest?.exceptions[1] as ExceptionGroup).exceptions, [key]);
  assertEquals(rest?.exceptions.length, 2);
});

Deno.test("ExceptionGroup.subgroup() gives what is accepted, or null", () => {
  const group = new ExceptionGroup("x", [value, new ExceptionGroup("y", [key])]);
  assertEquals(group.subgroup(ValueError)?.exceptions, [value]);
  assertEquals(group.subgroup(SyntaxError), null);
  assertStrictEquals(group.subgroup(Error), group);
});

// CPython: test_exception_group.py, NestedExceptionGroupSubclassSplitTest
Deno.test("ExceptionGroup.derive() makes the parts", () => {
  class MyGroup extends ExceptionGroup {
    constructor(message: string, exceptions: readonly unknown[], readonly code: number) {
      super(message, exceptions);
    }
    override derive(exceptions: readonly unknown[]): MyGroup {
      return new MyGroup(this.message, exceptions, this.code);
    }
  }
  const [match, rest] = new MyGroup("x", [value, key], 42).split(KeyError);
  assertInstanceOf(match, MyGroup);
  assertEquals([match.code, match.message, match.exceptions], [42, "x", [key]]);
  assertInstanceOf(rest, MyGroup);
  const plain = new ExceptionGroup("x", [value, key]).split(KeyError)[0];
  assertStrictEquals(plain?.constructor, ExceptionGroup);
});

// CPython: test_exception_group.py, ExceptionGroupSubgroupTests.test_basics_subgroup_split__bad_arg_type
Deno.test("ExceptionGroup.split() refuses other conditions", () => {
  const group = new ExceptionGroup("x", [value]);
  for (const condition of ["bad arg", value, 42, [ValueError, 42], null]) {
    assertThrows(() => group.split(condition as never), TypeError, "expected an exception type");
    assertThrows(() => group.subgroup(condition as never), TypeError, "expected an exception type");
  }
});
