// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import { ExceptionGroup, ValueError } from "@asyncio/asyncio";
import { describe, formatGeneral, str } from "../../tools/fuzz/python_format.ts";

Deno.test("formatGeneral() prints as Python's :g, ties to even", () => {
  // Printed by CPython: f"{x:g}".
  const printed: [number, string][] = [
    [0, "0"],
    [0.125, "0.125"],
    [1000, "1000"],
    [1000.125, "1000.12"],
    [1000.375, "1000.38"],
    [1000.625, "1000.62"],
    [123456, "123456"],
    [123456.5, "123456"],
    [123457.5, "123458"],
    [999999.5, "1e+06"],
    [1234567, "1.23457e+06"],
    [1e21, "1e+21"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [1 / 3, "0.333333"],
    [2 / 3, "0.666667"],
    [-1000.125, "-1000.12"],
  ];
  for (const [x, text] of printed) assertEquals(formatGeneral(x), text);
});

Deno.test("str() prints values as Python does", () => {
  assertEquals([undefined, null, true, false, 7].map(str), ["None", "None", "True", "False", "7"]);
});

Deno.test("describe() names an error, and the members of a group", () => {
  const group = new ExceptionGroup("x", [new ValueError("a"), new Error("b")]);
  assertEquals(describe(new ValueError("a")), "ValueError");
  assertEquals(describe(group), "ExceptionGroup[ValueError,Error]");
  assertEquals(describe(new TypeError("no")), "TypeError: no");
});
