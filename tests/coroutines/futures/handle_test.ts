// Copyright 2026 the asyncio authors. MIT license.

import {
  ContextVar,
  copyContext,
  Handle,
  KeyboardInterrupt,
  newEventLoop,
  sleep,
  TimerHandle,
} from "@asyncio/asyncio/coroutines";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { runBriefly, runTest } from "../../_run_test.ts";

function noop(..._args: unknown[]) {}

// CPython: test_events.py, HandleTests.test_handle
Deno.test("Handle can be cancelled, more than once", () => {
  using loop = newEventLoop();
  const handle = new Handle(noop, [], loop);
  assertFalse(handle.cancelled());
  handle.cancel();
  assert(handle.cancelled());
  handle.cancel();
  assert(handle.cancelled());
});

Deno.test("Handle that is cancelled is not called", async () => {
  using loop = newEventLoop();
  const seen: string[] = [];
  const handle = loop.callSoon(() => seen.push("first"));
  loop.callSoon(() => seen.push("second"));
  handle.cancel();
  await runBriefly(loop);
  assertEquals(seen, ["second"]);
});

Deno.test("Handle can be cancelled by a callback of the same batch", async () => {
  using loop = newEventLoop();
  const seen: string[] = [];
  loop.callSoon(() => later.cancel());
  const later = loop.callSoon(() => seen.push("called"));
  await runBriefly(loop);
  assertEquals(seen, []);
});

Deno.test("Handle can cancel itself while it runs", async () => {
  using loop = newEventLoop();
  const seen: unknown[][] = [];
  const handle: Handle = loop.callSoon(
    (...args: number[]) => {
      handle.cancel();
      seen.push(args);
    },
    1,
    2,
  );
  await runBriefly(loop);
  assertEquals(seen, [[1, 2]]);
  assert(handle.cancelled());
});

// CPython: test_events.py, HandleTests.test_callback_with_exception
Deno.test("Handle reports what its callback throws", () =>
  runTest(function* ({ loop, reported }) {
    const error = new Error("boom");
    const handle = loop.callSoon(function failing(_n: number) {
      throw error;
    }, 1);
    yield* sleep(0);
    const [context, ...more] = reported.splice(0);
    assertEquals(context, { message: "Exception in callback failing()", exception: error, handle });
    assertStrictEquals(context!.handle, handle);
    assertEquals(more, []);
  }));

Deno.test("Handle reports the rejection of a promise that its callback returns", () =>
  runTest(function* ({ loop, reported }) {
    const error = new Error("boom");
    loop.callSoon(() => Promise.reject(error));
    yield* sleep(1);
    assertStrictEquals(reported.splice(0)[0]?.exception, error);
  }));

Deno.test("Handle reports what is thrown whatever it is", () =>
  runTest(function* ({ loop, reported }) {
    const thrown = [undefined, null, "text", 0];
    for (const value of thrown) {
      loop.callSoon(() => {
        throw value;
      });
    }
    yield* sleep(0);
    assertEquals(reported.splice(0).map((context) => context.exception), thrown);
  }));

Deno.test("Handle lets a KeyboardInterrupt through, and the rest of the batch stays", async () => {
  using loop = newEventLoop();
  const seen: string[] = [];
  loop.callSoon(() => {
    throw new KeyboardInterrupt();
  });
  loop.callSoon(() => seen.push("later"));
  await assertRejects(() => loop.runForever(), KeyboardInterrupt);
  assertEquals(seen, []);
  assertFalse(loop.isRunning());
  await runBriefly(loop);
  assertEquals(seen, ["later"]);
});

// CPython: test_events.py, HandleTests.test_handle_repr
Deno.test("Handle shows its callback", () => {
  using loop = newEventLoop();
  const handle = loop.callSoon(noop, 1, 2);
  assertEquals(String(handle), "<Handle noop()>");
  assertEquals(Deno.inspect(handle), "<Handle noop()>");
  assertEquals(String(loop.callSoon(() => {})), "<Handle <lambda>()>");
  handle.cancel();
  assertEquals(String(handle), "<Handle cancelled>");
});

// CPython: test_events.py, HandleTests.test_handle_repr_debug
Deno.test("Handle shows its arguments in debug mode", () => {
  using loop = newEventLoop({ debug: true });
  assertEquals(String(loop.callSoon(noop, 1, "two")), "<Handle noop(1, 'two')>");
});

// CPython: test_events.py, TimerTests.test_timer, test_when and test_timer_repr
Deno.test("TimerHandle knows its time, can be cancelled and be shown", () => {
  using loop = newEventLoop();
  const handle = loop.callAt(123, noop, 1);
  assertInstanceOf(handle, TimerHandle);
  assertInstanceOf(handle, Handle);
  assertEquals(handle.when(), 123);
  assertEquals(String(handle), "<TimerHandle when=123 noop()>");
  assertFalse(handle.cancelled());
  handle.cancel();
  handle.cancel();
  assert(handle.cancelled());
  assertEquals(handle.when(), 123);
  assertEquals(String(handle), "<TimerHandle cancelled when=123>");
});

Deno.test("TimerHandle can be cancelled once it is ready, by a callback of the same batch", () =>
  runTest(function* ({ loop }) {
    const seen: string[] = [];
    loop.callLater(1, () => second.cancel());
    const second = loop.callLater(1, () => seen.push("called"));
    yield* sleep(2);
    assertEquals(seen, []);
  }));

Deno.test("Handle runs in a copy of the context of its making, or in the one given", async () => {
  using loop = newEventLoop();
  const variable = new ContextVar<number>("variable", { default: 0 });
  const context = copyContext();
  context.run(() => variable.set(1));
  const seen: number[] = [];
  const add = () => {
    seen.push(variable.get());
    variable.set(variable.get() + 10);
  };
  loop.callSoon(add);
  loop.callSoon(add);
  const handle = loop.callSoon(add, { context });
  loop.callSoon(add, { context });
  context.run(() => loop.callSoon(add));
  assertStrictEquals(handle.getContext(), context);
  await runBriefly(loop);
  assertEquals(seen, [0, 0, 1, 11, 1]);
  assertEquals(context.get(variable), 21);
  assertEquals(variable.get(), 0);
});
