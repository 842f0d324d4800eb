// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-await

import {
  allTasks,
  CancelledError,
  type Coroutine,
  currentTask,
  type EventLoop,
  Future,
  getRunningLoop,
  newEventLoop,
  run,
  runCoroutineThreadsafe,
  RuntimeError,
  sleep,
  type Task,
} from "@asyncio/asyncio";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";

/** Runs a loop beside `body`, as another thread would. */
async function beside(body: (loop: EventLoop) => Promise<void>): Promise<void> {
  using loop = newEventLoop();
  const running = loop.runForever();
  try {
    await body(loop);
    assertEquals(allTasks(loop).size, 0);
  } finally {
    loop.stop();
    await running;
  }
}

function* add(a: number, b: number, { fail = false, cancel = false } = {}): Coroutine<number> {
  yield* sleep(0);
  if (fail) throw new RuntimeError("Fail!");
  if (cancel) {
    currentTask()!.cancel();
    yield* sleep(0);
  }
  return a + b;
}

// CPython: test_tasks.py, RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe
Deno.test("runCoroutineThreadsafe() gives the result", async () => {
  await beside(async (loop) => {
    const future = runCoroutineThreadsafe(add(1, 2), loop);
    assertFalse(future.done());
    assertEquals(await future, 3);
    assert(future.done());
    assertFalse(future.cancelled());
    assertFalse(future.cancel());
    assertEquals(await future.result(), 3);
    assertEquals(await runCoroutineThreadsafe(async () => await sleep(0, 7), loop), 7);
  });
});

// CPython: test_tasks.py, RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_with_exception
Deno.test("runCoroutineThreadsafe() gives the exception", async () => {
  await beside(async (loop) => {
    const future = runCoroutineThreadsafe(add(1, 2, { fail: true }), loop);
    await assertRejects(() => future.result(), RuntimeError, "Fail!");
  });
});

// CPython: test_tasks.py, RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_task_cancelled
Deno.test("runCoroutineThreadsafe() is cancelled when its task is cancelled", async () => {
  await beside(async (loop) => {
    const future = runCoroutineThreadsafe(add(1, 2, { cancel: true }), loop);
    await assertRejects(() => future.result(), CancelledError);
    assert(future.cancelled());
  });
});

// CPython: test_tasks.py, RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_with_timeout
Deno.test("runCoroutineThreadsafe() that is cancelled cancels its task", async () => {
  await beside(async (loop) => {
    let cancelled = false;
    const started = Promise.withResolvers<void>();
    const future = runCoroutineThreadsafe(function* () {
      try {
        started.resolve();
        yield* new Future<void>();
      } catch (error) {
        cancelled = error instanceof CancelledError;
        throw error;
      }
    }, loop);
    await started.promise;
    assert(future.cancel());
    assert(future.cancelled());
    assert(future.cancel());
    await assertRejects(() => future.result(), CancelledError);
    await runCoroutineThreadsafe(sleep(0), loop);
    assert(cancelled);
  });
});

Deno.test("runCoroutineThreadsafe() that is cancelled at once cancels its task all the same", async () => {
  await beside(async (loop) => {
    let task: Task<unknown> | null = null;
    const future = runCoroutineThreadsafe(function* () {
      task = currentTask();
      yield* new Future<void>();
    }, loop);
    assert(future.cancel());
    await runCoroutineThreadsafe(sleep(0), loop);
    await runCoroutineThreadsafe(sleep(0), loop);
    assert(task!.cancelled());
  });
});

// CPython: test_tasks.py,
// RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_task_factory_exception
Deno.test("runCoroutineThreadsafe() gives and reports the exception of a task factory", async () => {
  await beside(async (loop) => {
    const reported: unknown[] = [];
    loop.setExceptionHandler((_, { exception }) => reported.push(exception));
    loop.setTaskFactory(() => {
      throw new ReferenceError("no task");
    });
    const future = runCoroutineThreadsafe(add(1, 2), loop);
    await assertRejects(() => future.result(), ReferenceError, "no task");
    assertEquals(reported.length, 1);
    assertInstanceOf(reported[0], ReferenceError);
  });
});

Deno.test("runCoroutineThreadsafe() can be awaited on another loop", async () => {
  await beside(async (loop) => {
    const seen = await run(async () => {
      const theirs = await runCoroutineThreadsafe(async () => ({ loop: getRunningLoop() }), loop);
      return [theirs.loop === loop, getRunningLoop() === loop];
    });
    assertEquals(seen, [true, false]);
  });
});

Deno.test("runCoroutineThreadsafe() refuses what is no coroutine, and a closed loop", () => {
  const loop = newEventLoop();
  for (const value of [1, null, Promise.resolve(), loop.createFuture()]) {
    assertThrows(
      () => runCoroutineThreadsafe(value as never, loop),
      TypeError,
      "A coroutine object is required",
    );
  }
  loop.close();
  assertThrows(() => runCoroutineThreadsafe(sleep(0), loop), RuntimeError, "Event loop is closed");
});
