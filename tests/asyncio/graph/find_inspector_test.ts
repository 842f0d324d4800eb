// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import { inspectorAddress } from "../../../asyncio/graph/_find_inspector.ts";

Deno.test("inspectorAddress() reads where the inspector of a program listens", () => {
  const addressOf = (...flags: string[]) => inspectorAddress(["deno", "run", ...flags, "main.ts"]);
  assertEquals(addressOf("--inspect"), "127.0.0.1:9229");
  assertEquals(addressOf("-A", "--inspect=127.0.0.1:9333"), "127.0.0.1:9333");
  assertEquals(addressOf("--inspect-brk=0.0.0.0:1"), "127.0.0.1:1");
  assertEquals(addressOf("--inspect-wait=9230"), "127.0.0.1:9230");
  assertEquals(addressOf("--inspect=:9230"), "127.0.0.1:9230");
  assertEquals(addressOf("--inspect=[::1]:9230"), "[::1]:9230");
  assertEquals(addressOf("--inspect=localhost"), "localhost:9229");
  assertEquals(addressOf("--inspector"), null);
  assertEquals(addressOf(), null);
});
