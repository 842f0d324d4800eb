// Copyright 2026 the asyncio authors. MIT license.

import * as asyncio from "@asyncio/asyncio";
import { assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";

const {
  BrokenBarrierError,
  EOFError,
  IncompleteReadError,
  LimitOverrunError,
  RuntimeError,
  SendfileNotAvailableError,
} = asyncio;

// CPython: test_streams.py, StreamTests.test_IncompleteReadError_pickleable and its message
Deno.test("IncompleteReadError tells what was read and what was expected", () => {
  const error = new IncompleteReadError(new TextEncoder().encode("abc"), 10);
  assertInstanceOf(error, EOFError);
  assertEquals(error.message, "3 bytes read on a total of 10 expected bytes");
  assertEquals(error.partial.length, 3);
  assertEquals(error.expected, 10);
  const unknown = new IncompleteReadError(new Uint8Array(), null);
  assertEquals(unknown.message, "0 bytes read on a total of undefined expected bytes");
  assertEquals(unknown.expected, null);
});

// CPython: test_streams.py, StreamTests.test_LimitOverrunError_pickleable
Deno.test("LimitOverrunError tells how much can be read", () => {
  const error = new LimitOverrunError("message", 10);
  assertEquals([error.message, error.consumed], ["message", 10]);
});

Deno.test("Errors that are runtime errors", () => {
  assertInstanceOf(new BrokenBarrierError(), RuntimeError);
  assertInstanceOf(new SendfileNotAvailableError(), RuntimeError);
});

Deno.test("Every error class has its own name, in its stack, too", () => {
  const classes = Object.entries(asyncio).filter(([, value]) =>
    typeof value === "function" && value.prototype instanceof Error
  );
  assertEquals(classes.length >= 18, true);
  for (const [name, value] of classes) {
    const ErrorClass = value as unknown as new (...args: unknown[]) => Error;
    const error = name === "IncompleteReadError"
      ? new ErrorClass(new Uint8Array(), 1)
      : new ErrorClass("message", [new Error()]);
    assertEquals(error.name, name);
    assertStringIncludes(error.stack!, `${name}: `);
  }
});
