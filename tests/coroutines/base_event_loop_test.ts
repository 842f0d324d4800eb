// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield require-await no-explicit-any

import {
  allTasks,
  BaseEventLoop,
  type Coroutine,
  coroutine,
  type CreateTaskOptions,
  currentTask,
  ensureFuture,
  type ExceptionContext,
  getRunningLoop,
  Handle,
  KeyboardInterrupt,
  newEventLoop,
  RuntimeError,
  type SelectorEventLoop,
  sleep,
  Task,
  TimerHandle,
  VirtualClock,
} from "@asyncio/asyncio/coroutines";
import { ValueError } from "@asyncio/asyncio/selectors";
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
import { runBriefly, runTest, testForms } from "../_run_test.ts";

function virtualLoop(): SelectorEventLoop {
  return newEventLoop({ clock: new VirtualClock({ autojump: true }) });
}

/** Runs `fn` with `console[method]` replaced, and gives what it was called with. */
async function captured(
  method: "error" | "warn",
  fn: () => Promise<unknown> | unknown,
): Promise<string[]> {
  const lines: string[] = [];
  const original = console[method];
  console[method] = (...args: unknown[]) => void lines.push(args.map(String).join(" "));
  try {
    await fn();
  } finally {
    console[method] = original;
  }
  return lines;
}

// Running and closing.

// CPython: test_base_events.py, BaseEventLoopTests.test_close; test_events.py, test_close
Deno.test("BaseEventLoop.close() may be called again, and ends everything", async () => {
  const loop = newEventLoop();
  const f = loop.createFuture();
  const coro = sleep(0);
  assertFalse(loop.isClosed());
  loop.callSoon(() => {
    throw new Error("a closed loop runs nothing");
  });
  for (let i = 0; i < 3; i++) loop.close();
  assert(loop.isClosed());
  const refused: (() => unknown)[] = [
    () => loop.callSoon(() => {}),
    () => loop.callSoonThreadsafe(() => {}),
    () => loop.callLater(1, () => {}),
    () => loop.callAt(loop.time() + 1, () => {}),
    () => loop.createTask(coro),
  ];
  for (const call of refused) assertThrows(call, RuntimeError, "Event loop is closed");
  await assertRejects(() => loop.runForever(), RuntimeError, "Event loop is closed");
  await assertRejects(() => loop.runUntilComplete(f), RuntimeError, "Event loop is closed");
});

Deno.test("BaseEventLoop is closed at the end of a using scope", () => {
  let outside: SelectorEventLoop;
  {
    using loop = newEventLoop();
    outside = loop;
  }
  assert(outside.isClosed());
});

// CPython: test_events.py, EventLoopTestsMixin.test_close_running_event_loop
testForms("BaseEventLoop.close() of a running loop throws", function* ({ loop }) {
  assertThrows(() => loop.close(), RuntimeError, "Cannot close a running event loop");
  assertFalse(loop.isClosed());
});

// CPython: test_events.py, EventLoopTestsMixin.test_run_until_complete_nesting
// and test_base_events.py, RunningLoopTests.test_running_loop_within_a_loop
testForms("BaseEventLoop refuses to run within a loop", function* ({ loop, raises }) {
  using other = newEventLoop();
  assert(loop.isRunning());
  const cases: [SelectorEventLoop, string][] = [
    [loop, "This event loop is already running"],
    [other, "Cannot run the event loop while another loop is running"],
  ];
  for (const [one, message] of cases) {
    const attempts = [
      () => one.runForever(),
      () => one.runUntilComplete(sleep(0)),
      () => one.runUntilComplete(one.createFuture()),
    ];
    for (const attempt of attempts) {
      yield* raises(ensureFuture(attempt() as Promise<unknown>), RuntimeError, message);
    }
  }
  assertEquals(allTasks(other), new Set());
});

// CPython: test_events.py, EventLoopTestsMixin.test_run_until_complete
Deno.test("BaseEventLoop.runUntilComplete() runs whatever can be awaited", async () => {
  using loop = virtualLoop();
  const t0 = loop.time();
  assertEquals(await loop.runUntilComplete(sleep(10, "done")), "done");
  assertEquals(loop.time() - t0, 10);
  const f = loop.createFuture<number>();
  f.setResult(1);
  assertEquals(await loop.runUntilComplete(f), 1);
  assertEquals(await loop.runUntilComplete(loop.createTask(sleep(1, 2))), 2);
  assertEquals(await loop.runUntilComplete(async () => 3), 3);
  assertEquals(await loop.runUntilComplete(() => sleep(1, 4)), 4);
  assertEquals(await loop.runUntilComplete(Promise.resolve(5)), 5);
  assertEquals(
    await loop.runUntilComplete(function* () {
      return 6;
    }),
    6,
  );
  assertFalse(loop.isRunning());
});

// CPython: test_events.py, EventLoopTestsMixin.test_run_until_complete_stopped
Deno.test("BaseEventLoop.runUntilComplete() rejects when the loop is stopped before", async () => {
  using loop = virtualLoop();
  const error = await assertRejects(
    () =>
      loop.runUntilComplete(async () => {
        loop.stop();
        await sleep(0.1);
      }),
    RuntimeError,
  );
  assertEquals(error.message, "Event loop stopped before Future completed.");
  await loop.runUntilComplete(sleep(1));
  assertEquals(allTasks(loop), new Set());
});

// CPython: test_base_events.py, BaseEventLoopTests.test_run_until_complete_type_error
Deno.test("BaseEventLoop.runUntilComplete() takes nothing else", async () => {
  using loop = newEventLoop();
  for (const bad of ["blah", null, 1, {}]) {
    await assertRejects(() => loop.runUntilComplete(bad as any), TypeError, "is required");
  }
});

// CPython: test_base_events.py, BaseEventLoopTests.test_run_until_complete_loop
Deno.test("BaseEventLoop.runUntilComplete() refuses another loop's future", async () => {
  using loop = newEventLoop();
  using other = newEventLoop();
  const f = loop.createFuture();
  await assertRejects(() => other.runUntilComplete(f), ValueError, "different loop");
});

Deno.test("BaseEventLoop.runUntilComplete() rejects with the error of its future", async () => {
  using loop = newEventLoop();
  const error = new TypeError("boom");
  assertStrictEquals(
    await assertRejects(() =>
      loop.runUntilComplete(async () => {
        await sleep(0);
        throw error;
      })
    ),
    error,
  );
});

// CPython: test_base_events.py,
// BaseEventLoopTests.test_run_until_complete_loop_orphan_future_close_loop
Deno.test("BaseEventLoop.runUntilComplete() leaves nothing behind when it is interrupted", async () => {
  using loop = virtualLoop();
  loop.callSoon(() => {
    throw new KeyboardInterrupt();
  });
  await assertRejects(() => loop.runUntilComplete(sleep(0.1)), KeyboardInterrupt);
  await loop.runUntilComplete(sleep(0.2));
});

// CPython: test_base_events.py, BaseEventLoopTests.test_run_until_complete_baseexception
Deno.test("BaseEventLoop.runUntilComplete() does not stop the run after an interrupted one", async () => {
  using loop = newEventLoop();
  const interrupt = new KeyboardInterrupt();
  const raised = await assertRejects(() =>
    loop.runUntilComplete(function* () {
      throw interrupt;
    })
  );
  assertStrictEquals(raised, interrupt);
  let called = false;
  loop.callSoon(() =>
    loop.callSoon(() => {
      loop.stop();
      called = true;
    })
  );
  await loop.runForever();
  assert(called);
});

// CPython: test_base_events.py, BaseEventLoopTests.test_run_once
Deno.test("BaseEventLoop.stop() ends the run after the batch under way", async () => {
  using loop = newEventLoop();
  const seen: string[] = [];
  loop.callSoon(() => {
    seen.push("first");
    loop.stop();
    loop.callSoon(() => seen.push("next batch"));
  });
  loop.callSoon(() => seen.push("same batch"));
  await loop.runForever();
  assertEquals(seen, ["first", "same batch"]);
  await runBriefly(loop);
  assertEquals(seen, ["first", "same batch", "next batch"]);
});

// CPython: test_base_events.py, BaseEventLoopTests.test_run_forever_pre_stopped
Deno.test("BaseEventLoop.stop() before the run lets it turn once", async () => {
  using loop = newEventLoop();
  const seen: string[] = [];
  loop.callSoon(() => {
    seen.push("ready");
    loop.callSoon(() => seen.push("not yet"));
  });
  loop.stop();
  await loop.runForever();
  assertEquals(seen, ["ready"]);
  loop.stop();
  loop.stop();
  await loop.runForever();
  assertEquals(seen, ["ready", "not yet"]);
});

Deno.test("BaseEventLoop.stop() from outside wakes a loop that waits", async () => {
  using loop = newEventLoop();
  const running = loop.runForever();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert(loop.isRunning());
  loop.stop();
  await running;
  assertFalse(loop.isRunning());
});

Deno.test("BaseEventLoop runs again and again", async () => {
  using loop = virtualLoop();
  const f = loop.createFuture<string>();
  const task = loop.createTask(function* () {
    return yield* f;
  });
  for (let i = 0; i < 5; i++) await runBriefly(loop);
  assertFalse(task.done());
  f.setResult("done");
  assertEquals(await loop.runUntilComplete(task), "done");
});

Deno.test("BaseEventLoop shows its state", async () => {
  const loop = newEventLoop();
  assertEquals(String(loop), "<SelectorEventLoop running=False closed=False debug=False>");
  await loop.runUntilComplete(async () => {
    loop.setDebug(true);
    assertEquals(String(loop), "<SelectorEventLoop running=True closed=False debug=True>");
    assertEquals(Deno.inspect(loop), String(loop));
  });
  loop.close();
  assertMatch(String(loop), /closed=True/);
});

// Callbacks and timers.

// CPython: test_base_events.py, BaseEventLoopTests.test_call_soon; test_events.py, test_call_soon
Deno.test("BaseEventLoop.callSoon() calls with its arguments, in order", async () => {
  using loop = newEventLoop();
  const seen: unknown[] = [];
  const handle = loop.callSoon((...args: unknown[]) => seen.push(args), "hello", { world: 1 });
  assertInstanceOf(handle, Handle);
  loop.callSoon(() => seen.push("second"));
  assertEquals(seen, []);
  await runBriefly(loop);
  assertEquals(seen, [["hello", { world: 1 }], "second"]);
});

// CPython: test_base_events.py, BaseEventLoopTests.test_call_soon_non_callable
// and BaseEventLoopWithSelectorTests.test_call_coroutine
Deno.test("BaseEventLoop.callSoon() and the like take functions only, in debug mode no coroutines", () => {
  using loop = newEventLoop();
  const methods: [string, (fn: () => unknown) => unknown][] = [
    ["callSoon", (fn) => loop.callSoon(fn)],
    ["callSoonThreadsafe", (fn) => loop.callSoonThreadsafe(fn)],
    ["callLater", (fn) => loop.callLater(60, fn)],
    ["callAt", (fn) => loop.callAt(loop.time() + 60, fn)],
  ];
  for (const [name, call] of methods) {
    for (const bad of [1, null, "text", {}] as any[]) {
      assertThrows(() => call(bad), TypeError, `a callable object was expected by ${name}()`);
    }
  }
  loop.setDebug(true);
  const coroutines: any[] = [
    async () => {},
    function* () {},
    coroutine(function* () {}),
    coroutine(async () => {}),
    sleep(0),
  ];
  for (const [name, call] of methods) {
    for (const bad of coroutines) {
      assertThrows(() => call(bad), TypeError, `coroutines cannot be used with ${name}()`);
    }
  }
});

// CPython: test_base_events.py, BaseEventLoopTests.test_call_later; test_events.py, test_call_later
Deno.test("BaseEventLoop.callLater() calls in its time", async () => {
  using loop = virtualLoop();
  const seen: unknown[] = [];
  const handle = loop.callLater(
    10,
    (...args: unknown[]) => {
      seen.push(args, loop.time());
      loop.stop();
    },
    "a",
    1,
  );
  assertInstanceOf(handle, TimerHandle);
  assertEquals(handle.when(), 10);
  await loop.runForever();
  assertEquals(seen, [["a", 1], 10]);
  for (const bad of [null, undefined, "1", {}] as any[]) {
    assertThrows(() => loop.callLater(bad, () => {}), TypeError, "delay must be a number");
    assertThrows(() => loop.callAt(bad, () => {}), TypeError, "when must be a number");
  }
  assertThrows(() => loop.callLater(NaN, () => {}), ValueError, "Invalid delay: NaN");
  assertThrows(() => loop.callAt(NaN, () => {}), ValueError, "Invalid when: NaN");
});

// CPython: test_base_events.py, BaseEventLoopTests.test_call_later_negative_delays
Deno.test("BaseEventLoop.callLater() orders negative delays by their times", async () => {
  using loop = virtualLoop();
  const seen: string[] = [];
  loop.callLater(-1, (name) => seen.push(name), "a");
  loop.callLater(-2, (name) => seen.push(name), "b");
  await runBriefly(loop);
  assertEquals(seen, ["b", "a"]);
});

// CPython: test_base_events.py, BaseEventLoopTests.test_time_and_call_at
Deno.test("BaseEventLoop.callAt() never calls before the time", async () => {
  using loop = newEventLoop();
  const when = loop.time() + 0.02;
  loop.callAt(when, () => loop.stop());
  await loop.runForever();
  assert(loop.time() >= when);
});

Deno.test("BaseEventLoop.callLater() of Infinity never calls", async () => {
  using loop = virtualLoop();
  loop.callLater(Infinity, () => {
    throw new Error("called");
  });
  await loop.runUntilComplete(sleep(1e9));
});

Deno.test("BaseEventLoop runs timers that are due before what they make ready, after what is", async () => {
  using loop = virtualLoop();
  const seen: string[] = [];
  loop.callLater(1, () => {
    seen.push("timer 1");
    loop.callSoon(() => seen.push("made ready"));
    loop.callLater(0, () => seen.push("zero timer"));
  });
  loop.callLater(1, () => seen.push("timer 2"));
  await loop.runUntilComplete(sleep(2));
  assertEquals(seen, ["timer 1", "timer 2", "made ready", "zero timer"]);
});

Deno.test("BaseEventLoop gives zero timers the next turn, behind what is ready", () =>
  runTest(function* ({ loop }) {
    const seen: string[] = [];
    loop.callLater(0, () => seen.push("zero timer"));
    loop.callSoon(() => seen.push("soon"));
    yield;
    seen.push("task");
    yield;
    assertEquals(seen, ["soon", "task", "zero timer"]);
  }));

// CPython: test_base_events.py, BaseEventLoopTests.test__run_once_schedule_handle
Deno.test("BaseEventLoop runs a batch, and what it makes ready in the next", async () => {
  using loop = newEventLoop();
  const seen: number[] = [];
  const chain = (n: number) => {
    seen.push(n);
    if (n < 3) loop.callSoon(chain, n + 1);
  };
  loop.callSoon(chain, 0);
  loop.callSoon(() => seen.push(100));
  await runBriefly(loop);
  assertEquals(seen, [0, 100, 1]);
  await runBriefly(loop);
  assertEquals(seen, [0, 100, 1, 2, 3]);
});

// CPython: test_events.py, EventLoopTestsMixin.test_call_soon_threadsafe
Deno.test("BaseEventLoop.callSoonThreadsafe() wakes the loop from plain code", async () => {
  using loop = newEventLoop();
  const f = loop.createFuture<string>();
  setTimeout(() => loop.callSoonThreadsafe((text: string) => f.setResult(text), "woken"), 5);
  assertEquals(await loop.runUntilComplete(f), "woken");
});

Deno.test("BaseEventLoop is woken by callSoon(), timers and futures from plain code, too", async () => {
  using loop = newEventLoop();
  const done = loop.createFuture<void>();
  const seen: string[] = [];
  const f = loop.createFuture<string>();
  const task = loop.createTask(function* () {
    seen.push(yield* f);
  });
  setTimeout(() => {
    loop.callSoon(() => seen.push("soon"));
    loop.callLater(0.001, () => {
      seen.push("later");
      done.setResult();
    });
    f.setResult("future");
  }, 5);
  await loop.runUntilComplete(done);
  assertEquals(seen, ["soon", "future", "later"]);
  assert(task.done());
});

// Tasks.

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
    assertMatch(lines[0]!, /\nRangeError: boom\n +at .*base_event_loop_test/);
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

for (const timerPrecision of ["auto", "fine", "coarse"] as const) {
  Deno.test(`BaseEventLoop with ${timerPrecision} timers never calls before the time`, async () => {
    using loop = newEventLoop({ timerPrecision });
    const early: number[] = [];
    await loop.runUntilComplete(async () => {
      for (const delay of [0, 0.0001, 0.0005, 0.001, 0.0025, 0.006]) {
        const when = loop.time() + delay;
        const fired = loop.createFuture<void>();
        loop.callAt(when, () => {
          if (loop.time() < when) early.push(delay);
          fired.setResult();
        });
        await fired;
      }
    });
    assertEquals(early, []);
  });
}
