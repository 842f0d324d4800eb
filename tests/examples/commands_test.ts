// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import { outputOf } from "./_program.ts";

const PATH = "commands.ts";

Deno.test(`${PATH} runs other programs`, async () => {
  assertEquals(
    await outputOf(PATH),
    `[echo one] exited with 0
  stdout: one
[sleep 0.1; echo two] exited with 0
  stdout: two
[cat /does/not/exist] exited with 1
  stderr: cat: /does/not/exist: No such file or directory
Time began on a Thursday, 01.01.1970
Sorted: apple, fig, pear
sleep took too long, and ended with -9
`,
  );
});
