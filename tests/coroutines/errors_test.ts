// Copyright 2026 the asyncio authors. MIT license.

import * as coroutines from "@asyncio/asyncio/coroutines";
import * as selectors from "@asyncio/asyncio/selectors";
import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";

const classes = [
  coroutines.CancelledError,
  coroutines.InvalidStateError,
  coroutines.KeyboardInterrupt,
  coroutines.NotImplementedError,
  coroutines.RuntimeError,
  coroutines.StopAsyncIteration,
  coroutines.TimeoutError,
];

for (const ErrorClass of classes) {
  Deno.test(`${ErrorClass.name} is an error that carries its own name`, () => {
    const cause = new Error("cause");
    const error = new ErrorClass("text", { cause });
    assertInstanceOf(error, Error);
    assertEquals(error.name, ErrorClass.name);
    assertEquals(String(error), `${ErrorClass.name}: text`);
    assertStrictEquals(error.cause, cause);
    assertEquals(Object.keys(error), []);
    assert(error.stack!.startsWith(`${ErrorClass.name}: text`), error.stack);
    assert(Deno.inspect(error).startsWith(`${ErrorClass.name}: text`));
    assertEquals(new ErrorClass().message, "");
    assertEquals(new (class Mine extends ErrorClass {})().name, ErrorClass.name);
  });
}

Deno.test("Errors are of one identity, whichever entry point they come from", () => {
  assertStrictEquals(coroutines.RuntimeError, selectors.RuntimeError);
  assertInstanceOf(new coroutines.NotImplementedError(), coroutines.RuntimeError);
});
