// Copyright 2026 the asyncio authors. MIT license.

import { asyncWith, run, timeout, TimeoutError } from "@asyncio/asyncio";
import { section } from "@asyncio/asyncio/coroutines";
import { assertEquals, assertInstanceOf } from "@std/assert";

for (const when of ["before exit()", "after exit()"]) {
  Deno.test(`Section.left() waits for a function that was left behind, ${when}`, async () => {
    const log: string[] = [];
    await run(function* () {
      const { promise, resolve } = Promise.withResolvers<void>();
      const within = section();
      within.enter();
      try {
        yield* asyncWith(timeout(0), async () => {
          await promise;
          log.push("function ends");
        });
      } catch (error) {
        assertInstanceOf(error, TimeoutError);
      }
      assertEquals(within.leftBehind, 1);
      setTimeout(resolve, 1);
      if (when === "after exit()") within.exit();
      yield* within.left();
      log.push("section is left");
      within.exit();
    });
    assertEquals(log, ["function ends", "section is left"]);
  });
}
