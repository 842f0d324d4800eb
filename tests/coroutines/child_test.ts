// Copyright 2026 the asyncio authors. MIT license.

/** What shows only in a process of its own: garbage collection, use of the processor, exit. */

import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { runProgram } from "./_child.ts";

// CPython: test_futures.py, BaseFutureTests.test_tb_logger_exception_unretrieved and those about it,
// test_future_exception_never_retrieved; test_futures2.py, test_task_exc_handler_correct_context;
// test_base_events.py, test_default_exc_handler_coro and test_run_forever_keyboard_interrupt
Deno.test("An exception that is never retrieved is reported when its future is collected", async () => {
  const { code, stdout, stderr } = await runProgram("unretrieved");
  assertEquals(stderr, "");
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout), [
    "Future exception was never retrieved: Error: of a future (outside)",
    "Mine exception was never retrieved: Error: of a subclass (outside)",
    "Task exception was never retrieved: AggregateError: of many (outside)",
    "Task exception was never retrieved: Error: of a task (in the task)",
    "Task exception was never retrieved: TypeError: of an async function (outside)",
  ]);
});

Deno.test("A coroutine that is never awaited is warned of, in debug mode", async () => {
  const debug = await runProgram("never_awaited", "debug");
  const lines = debug.stderr.trim().split("\n").toSorted();
  const place = "\\(made at .*/never_awaited\\.ts:\\d+\\)$";
  assertMatch(lines[0]!, new RegExp("^coroutine 'asyncWork' was never awaited " + place));
  assertMatch(lines[1]!, new RegExp("^coroutine 'work' was never awaited " + place));
  assertEquals(lines.length, 2);
  assertEquals(debug.code, 0);
  const plain = await runProgram("never_awaited");
  assertEquals(plain, { code: 0, stdout: "", stderr: "" });
});

for (const kind of ["timer", "socket"]) {
  Deno.test(`A loop that waits for a ${kind} does not compute`, async () => {
    const { code, stdout, stderr } = await runProgram("idle", kind);
    assertEquals(stderr, "");
    assertEquals(code, 0);
    assertLess(Number(stdout), 0.1);
    assert(Number(stdout) >= 0);
  });
}
