// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield no-explicit-any

import {
  BaseEventLoop,
  type Coroutine,
  coroutine,
  type CreateTaskOptions,
  currentTask,
  ensureFuture,
  type ExceptionContext,
  getRunningLoop,
  KeyboardInterrupt,
  newEventLoop,
  RuntimeError,
  sleep,
  Task,
} from "@asyncio/asyncio/coroutines";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { captured, virtualLoop } from "../_loop.ts";
import { runBriefly, runTest, testForms } from "../../_run_test.ts";

class MyTask<T> extends Task<T> {}

// CPython: test_base_events.py, BaseEventLoopTests.test_set_task_factory_invalid
Deno.test("BaseEventLoop.setTaskFactory() takes functions and null", () => {
  using loop = newEventLoop();
  assertThrows(
    () => loop.setTaskFactory(1 as any),
    TypeError,
    "task factory must be a callable or None",
  );
  assertEquals(loop.getTaskFactory(), null);
});

// CPython: test_base_events.py, BaseEventLoopTests.test_set_task_factory
// and test_create_named_task_with_custom_factory
testForms("BaseEventLoop.setTaskFactory() makes the tasks", function* ({ loop, spawn, wait }) {
  const seen: CreateTaskOptions[] = [];
  const factory = <T>(home: BaseEventLoop, coro: Coroutine<T>, options: CreateTaskOptions) => {
    assertStrictEquals<BaseEventLoop>(home, loop);
    assert(typeof coro.next === "function");
    seen.push(options);
    return new MyTask(coro, { ...options, loop: home });
  };
  assertEquals(loop.getTaskFactory(), null);
  loop.setTaskFactory(factory);
  assertStrictEquals(loop.getTaskFactory(), factory);
  const body = function* () {
    return 1;
  };
  const task = spawn(body, { name: "named" });
  assertInstanceOf(task, MyTask);
  assertEquals(task.getName(), "named");
  assertInstanceOf(ensureFuture(sleep(0)), MyTask);
  assertEquals(yield* wait(task), 1);
  assertEquals(seen, [{ name: "named" }, {}]);
  loop.setTaskFactory(null);
  assertEquals(loop.getTaskFactory(), null);
  const plain = spawn(body);
  assertFalse(plain instanceof MyTask);
  yield* wait(plain);
});

// CPython: test_base_events.py, BaseEventLoopTests.test_create_task
Deno.test("ensureFuture() asks the loop's own createTask()", () => {
  class Loop extends BaseEventLoop {
    override createTask<T>(coro: Coroutine<T>): Task<T> {
      return new MyTask(coro, { loop: this });
    }
  }
  const loop = new Loop();
  assertInstanceOf(ensureFuture(sleep(0), { loop }), MyTask);
  loop.close();
});

Deno.test("BaseEventLoop.createTask() refuses what a closed loop cannot run, and closes it", () => {
  const loop = newEventLoop();
  loop.close();
  let closed = false;
  const coro = function* () {
    try {
      yield;
    } finally {
      closed = true;
    }
  }();
  coro.next();
  assertThrows(() => ensureFuture(coro, { loop }), RuntimeError, "Event loop is closed");
  assert(closed);
});

// Errors.

// CPython: test_base_events.py, BaseEventLoopTests.test_default_exc_handler_callback
Deno.test("BaseEventLoop writes errors of callbacks to console.error", async () => {
  using loop = virtualLoop();
  const failing = function failing() {
    loop.stop();
    throw new RangeError("boom");
  };
  for (const schedule of [() => loop.callSoon(failing), () => loop.callLater(1, failing)]) {
    const lines = await captured("error", async () => {
      schedule();
      await loop.runForever();
    });
    assertEquals(lines.length, 1);
    assertMatch(lines[0]!, /^Exception in callback failing\(\)\nhandle: <(Timer)?Handle .*failing/);
    assertMatch(lines[0]!, /\nRangeError: boom\n +at .*base_event_loop_errors_test/);
  }
});

Deno.test("BaseEventLoop.defaultExceptionHandler() shows all that it is told", async () => {
  using loop = newEventLoop();
  const f = loop.createFuture();
  const [text] = await captured(
    "error",
    () => loop.callExceptionHandler({ message: "Something", zebra: 1, future: f, animal: "cat" }),
  );
  assertEquals(text, "Something\nanimal: 'cat'\nfuture: <Future pending>\nzebra: 1");
  const [bare] = await captured(
    "error",
    () => loop.callExceptionHandler({ message: "", exception: "thrown text" }),
  );
  assertEquals(bare, "Unhandled exception in event loop\n'thrown text'");
});

// CPython: test_base_events.py, BaseEventLoopTests.test_set_exc_handler_invalid
Deno.test("BaseEventLoop.setExceptionHandler() takes functions and null", () => {
  using loop = newEventLoop();
  assertThrows(
    () => loop.setExceptionHandler("spam" as any),
    TypeError,
    "A callable object or None is expected, got 'spam'",
  );
  assertEquals(loop.getExceptionHandler(), null);
});

// CPython: test_base_events.py, BaseEventLoopTests.test_set_exc_handler_custom
Deno.test("BaseEventLoop.setExceptionHandler() gets the loop and the context", async () => {
  using loop = newEventLoop();
  const error = new Error("boom");
  const seen: unknown[][] = [];
  const handler = (...args: unknown[]) => seen.push(args);
  const fail = async () => {
    const handle = loop.callSoon(function failing() {
      throw error;
    });
    await runBriefly(loop);
    return handle;
  };
  loop.setExceptionHandler(handler);
  assertStrictEquals(loop.getExceptionHandler(), handler);
  const handle = await fail();
  assertEquals(seen.length, 1);
  assertStrictEquals(seen[0]![0], loop);
  assertEquals(seen[0]![1], {
    message: "Exception in callback failing()",
    exception: error,
    handle,
  });
  loop.setExceptionHandler(null);
  assertEquals(loop.getExceptionHandler(), null);
  assertEquals((await captured("error", fail)).length, 1);
  assertEquals(seen.length, 1);
});

// CPython: test_base_events.py, BaseEventLoopTests.test_set_exc_handler_broken
Deno.test("BaseEventLoop survives an exception handler that fails", async () => {
  using loop = newEventLoop();
  loop.setExceptionHandler(() => {
    throw new TypeError("spam");
  });
  let went = false;
  const [text] = await captured("error", async () => {
    loop.callSoon(() => {
      throw new Error("boom");
    });
    loop.callSoon(() => went = true);
    await runBriefly(loop);
  });
  assertStringIncludes(text!, "Unhandled error in exception handler");
  assertStringIncludes(text!, "TypeError: spam");
  assertStringIncludes(text!, "'message': 'Exception in callback <lambda>()'");
  assert(went);
});

// CPython: test_base_events.py, BaseEventLoopTests.test_default_exc_handler_broken
Deno.test("BaseEventLoop survives a default exception handler that fails", async () => {
  const contexts: ExceptionContext[] = [];
  class Loop extends BaseEventLoop {
    override defaultExceptionHandler(context: ExceptionContext): void {
      contexts.push(context);
      throw new TypeError("spam");
    }
  }
  using loop = new Loop();
  const error = new Error("boom");
  const fail = async () => {
    loop.callSoon(() => {
      throw error;
    });
    await loop.runUntilComplete(function* () {});
  };
  const lines = await captured("error", fail);
  assertEquals(lines, ["Exception in default exception handler TypeError: spam"]);
  assertStrictEquals(contexts.pop()!.exception, error);
  loop.setExceptionHandler(() => {
    throw new TypeError("ham");
  });
  const [text] = await captured("error", fail);
  assertMatch(
    text!,
    /^Exception in default exception handler while handling .* in custom exception handler TypeError: spam$/,
  );
  assertStrictEquals((contexts.pop()!.context as ExceptionContext).exception, error);
});

Deno.test("BaseEventLoop lets a KeyboardInterrupt of an exception handler through", async () => {
  using loop = newEventLoop();
  const interrupt = new KeyboardInterrupt();
  loop.setExceptionHandler(() => {
    throw interrupt;
  });
  loop.callSoon(() => {
    throw new Error("boom");
  });
  assertStrictEquals(await assertRejects(() => loop.runForever()), interrupt);
});

// CPython: test_futures2.py, FutureTests.test_handle_exc_handler_correct_context is in
// context_test.ts

// Debug mode.

// CPython: test_base_events.py, BaseEventLoopTests.test_set_debug
Deno.test("BaseEventLoop.setDebug() turns debug mode on and off", () => {
  using loop = newEventLoop();
  assertFalse(loop.getDebug());
  loop.setDebug(true);
  assert(loop.getDebug());
  loop.setDebug(false);
  assertFalse(loop.getDebug());
  using debugged = newEventLoop({ debug: true });
  assert(debugged.getDebug());
});

// CPython: test_base_events.py, BaseEventLoopWithSelectorTests.test_log_slow_callbacks
Deno.test("BaseEventLoop warns of a slow step of an async function after an await", async () => {
  using loop = newEventLoop({ debug: true });
  loop.slowCallbackDuration = 0.02;
  const warnings = await captured("warn", () =>
    loop.runUntilComplete(async () => {
      await sleep(0);
      for (const start = performance.now(); performance.now() < start + 30;);
      await sleep(0);
    }));
  assertEquals(warnings.length, 1);
  assertMatch(warnings[0]!, /^Executing <Task pending .* took \d+\.\d{3} seconds$/);
});

Deno.test("BaseEventLoop warns of slow callbacks and steps in debug mode", async () => {
  using loop = newEventLoop({ debug: true });
  assertEquals(loop.slowCallbackDuration, 0.1);
  assertEquals(await captured("warn", () => runBriefly(loop)), []);
  loop.slowCallbackDuration = 0;
  const stopLoop = function stopLoop() {
    loop.stop();
  };
  const callback = await captured("warn", async () => {
    loop.callSoon(stopLoop);
    await loop.runForever();
  });
  assertEquals(callback.length, 1);
  assertMatch(callback[0]!, /^Executing <Handle stopLoop\(\)> took \d+\.\d{3} seconds$/);

  const work = coroutine(function* work() {});
  const step = await captured("warn", () => loop.runUntilComplete(work()));
  assertMatch(step[0]!, /^Executing <Task finished .*coro=<work\(\)>.*> took .* seconds$/);

  const native = await captured("warn", () =>
    loop.runUntilComplete(async () => {
      await work();
      await sleep(0);
    }));
  for (const line of native) assertMatch(line, /^Executing <(Task|Handle) .* took .* seconds$/);
  const timer = await captured("warn", () => loop.runUntilComplete(sleep(0.001)));
  for (const line of timer) assertMatch(line, /^Executing <\w+ .*> took .* seconds$/);

  loop.setDebug(false);
  assertEquals(await captured("warn", () => runBriefly(loop)), []);
});

Deno.test("getRunningLoop() is the loop in callbacks, timers and exception handlers", () =>
  runTest(function* ({ loop, reported }) {
    const seen: unknown[] = [];
    const note = () => seen.push(getRunningLoop(), currentTask());
    loop.callSoon(note);
    loop.callLater(1, note);
    loop.createFuture<void>().addDoneCallback(note);
    loop.setExceptionHandler(note);
    loop.callSoon(() => {
      throw new Error("boom");
    });
    yield* sleep(2);
    assertEquals(seen, [loop, null, loop, null, loop, null]);
    assertEquals(reported, []);
  }));
