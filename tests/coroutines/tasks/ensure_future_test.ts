// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import {
  CancelledError,
  coroutine,
  ensureFuture,
  fromPromise,
  Future,
  newEventLoop,
  RuntimeError,
  setEventLoop,
  sleep,
  Task,
  wrapFuture,
} from "@asyncio/asyncio/coroutines";
import { ValueError } from "@asyncio/asyncio/selectors";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { runTest, testForms } from "../../_run_test.ts";

// CPython: test_tasks.py, BaseTaskTests.test_ensure_future_coroutine
testForms("ensureFuture() makes a task of a coroutine", function* ({ loop, fn, wait }) {
  const made = [
    ensureFuture(sleep(1, "ok")),
    ensureFuture(sleep(1, "ok"), { loop }),
    ensureFuture(fn(function* () {
      yield* wait(sleep(1));
      return "ok";
    })),
    ensureFuture(function* () {
      return "ok";
    }()),
  ];
  for (const future of made) {
    assertInstanceOf(future, Task);
    assertStrictEquals(future.getLoop(), loop);
    assertEquals(yield* wait(future as Future<string>), "ok");
  }
});

Deno.test("ensureFuture() of a coroutine throws where there is no loop, and closes it", () => {
  const coro = sleep(0);
  assertThrows(() => ensureFuture(coro), RuntimeError, "no current event loop");
  assertThrows(() => ensureFuture(Promise.resolve()), RuntimeError, "no current event loop");
  let closed = false;
  const work = function* () {
    try {
      yield;
    } finally {
      closed = true;
    }
  }();
  work.next();
  assertThrows(() => ensureFuture(work), RuntimeError);
  assert(closed);
});

Deno.test("ensureFuture() takes the loop of setEventLoop() where none runs", async () => {
  using loop = newEventLoop();
  setEventLoop(loop);
  try {
    const task = ensureFuture(sleep(0, "ok"));
    assertStrictEquals(task.getLoop(), loop);
    assertEquals(await loop.runUntilComplete(task), "ok");
  } finally {
    setEventLoop(null);
  }
});

// CPython: test_tasks.py, BaseTaskTests.test_ensure_future_future, test_ensure_future_task
// and test_ensure_future_error_msg
testForms("ensureFuture() of a future is that", function* ({ loop, wait }) {
  using other = newEventLoop();
  const task = loop.createTask(sleep(0));
  for (const future of [loop.createFuture(), task]) {
    assertStrictEquals(ensureFuture(future), future);
    assertStrictEquals(ensureFuture(future, { loop }), future);
    assertThrows(
      () => ensureFuture(future, { loop: other }),
      ValueError,
      "The future belongs to a different loop than the one specified as the loop argument",
    );
  }
  yield* wait(task);
});

// CPython: test_tasks.py, BaseTaskTests.test_ensure_future_neither
testForms("ensureFuture() refuses the rest", function* () {
  for (const bad of ["ok", 1, null, undefined, {}, [1]]) {
    assertThrows(
      // deno-lint-ignore no-explicit-any
      () => ensureFuture(bad as any),
      TypeError,
      "An asyncio.Future, a coroutine or an awaitable is required",
    );
  }
});

// CPython: test_tasks.py, BaseTaskTests.test_ensure_future_awaitable
testForms("ensureFuture() wraps promises and other thenables", function* ({ wait }) {
  const thenable: PromiseLike<string> = {
    then: (resolve) => Promise.resolve("ok").then(resolve),
  };
  for (const awaitable of [Promise.resolve("ok"), thenable]) {
    const future = ensureFuture(awaitable);
    assertInstanceOf(future, Future);
    assertFalse(future instanceof Task);
    assertFalse(future.done());
    assertEquals(yield* wait(future), "ok");
  }
});

// CPython: test_futures.py, BaseFutureTests.test_wrap_future_future
testForms("wrapFuture() of a future is that, of a promise a future", function* ({ loop, wait }) {
  const f = loop.createFuture();
  assertStrictEquals(wrapFuture(f), f);
  const wrapped = wrapFuture(Promise.resolve(1));
  assertStrictEquals(wrapped.getLoop(), loop);
  assertEquals(yield* wait(wrapped), 1);
});

// fromPromise().

testForms("fromPromise() takes over value and error", function* ({ wait, raises }) {
  const error = new TypeError("boom");
  assertEquals(yield* wait(fromPromise(Promise.resolve(1))), 1);
  assertStrictEquals(yield* raises(fromPromise(Promise.reject(error)), TypeError), error);
});

testForms(
  "fromPromise() is cancelled by a promise that fails with a CancelledError",
  function* ({ raises }) {
    const future = fromPromise(Promise.reject(new CancelledError("why")));
    assertEquals((yield* raises(future, CancelledError)).message, "why");
    assert(future.cancelled());
  },
);

// CPython: test_futures.py, BaseFutureTests.test_wrap_future_cancel2
testForms("fromPromise() that is cancelled drops what the promise brings", function* ({ wait }) {
  for (const settle of ["resolve", "reject"] as const) {
    const source = Promise.withResolvers<number>();
    const future = fromPromise(source.promise);
    assert(future.cancel());
    source[settle](1);
    yield* wait(sleep(1));
    assert(future.cancelled());
  }
});

testForms("fromPromise() whose future is ended by somebody else keeps that", function* ({ wait }) {
  const source = Promise.withResolvers<number>();
  const future = fromPromise(source.promise);
  future.setResult(1);
  source.resolve(2);
  yield* wait(sleep(1));
  assertEquals(future.result(), 1);
});

Deno.test("fromPromise() runs its waiters in turns of the loop", () =>
  runTest(function* ({ loop }) {
    const order: string[] = [];
    const source = Promise.withResolvers<void>();
    const future = fromPromise(source.promise);
    future.addDoneCallback(() => order.push("callback"));
    const task = loop.createTask(coroutine(function* () {
      yield* future;
      order.push("task");
    }));
    yield* sleep(0);
    source.resolve();
    yield* task;
    assertEquals(order, ["callback", "task"]);
  }));
