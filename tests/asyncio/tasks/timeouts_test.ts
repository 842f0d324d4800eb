// Copyright 2026 the asyncio authors. MIT license.

import {
  asyncWith,
  CancelledError,
  type Coroutine,
  currentTask,
  ExceptionGroup,
  Future,
  KeyError,
  RuntimeError,
  sleep,
  TaskGroup,
  type Timeout,
  timeout,
  timeoutAt,
  TimeoutError,
  ValueError,
} from "@asyncio/asyncio";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { type FormTest, runTest, testForms } from "../../_run_test.ts";
import { caught, namesIn } from "../_caught.ts";

/** `async with limit: body`. */
function* within<T>(
  { wait, fn }: FormTest,
  limit: Timeout,
  body: () => Coroutine<T>,
): Coroutine<T> {
  return yield* wait(asyncWith(limit, fn(body)));
}

/** `async with limit: await asyncio.sleep(seconds)`. */
function sleepWithin(test: FormTest, limit: Timeout, seconds: number): Coroutine<void> {
  return within(test, limit, function* () {
    yield* test.wait(sleep(seconds));
  });
}

// CPython: test_timeouts.py, TimeoutTests.test_timeout_basic
testForms("timeout() throws a TimeoutError when the time is up", function* (test) {
  const limit = timeout(0.01);
  const error = yield* caught(TimeoutError, sleepWithin(test, limit, 10));
  assertEquals(error.message, "");
  assert(limit.expired());
  assertEquals(test.clock.time(), 0.01);
});

// CPython: test_timeouts.py, TimeoutTests.test_timeout_at_basic
testForms("timeoutAt() throws a TimeoutError at a time of the loop's", function* (test) {
  const deadline = test.loop.time() + 0.01;
  const limit = timeoutAt(deadline);
  yield* caught(TimeoutError, sleepWithin(test, limit, 10));
  assert(limit.expired());
  assertEquals(limit.when(), deadline);
  assertEquals(test.clock.time(), deadline);
});

// CPython: test_timeouts.py, TimeoutTests.test_nested_timeouts
testForms(
  "Timeout leaves a cancellation to the timeout around it, if both expire",
  function* (test) {
    const deadline = test.loop.time() + 0.01;
    const outer = timeoutAt(deadline);
    const inner = timeoutAt(deadline);
    let cancelled = false;
    yield* caught(
      TimeoutError,
      within(test, outer, function* () {
        const error = yield* caught(CancelledError, sleepWithin(test, inner, 10));
        cancelled = true;
        throw error;
      }),
    );
    assert(cancelled);
    assert(outer.expired());
    assert(inner.expired());
  },
);

// CPython: test_timeouts.py, TimeoutTests.test_waiter_cancelled
testForms("timeout() cancels what waits inside it", function* (test) {
  let cancelled = false;
  yield* caught(
    TimeoutError,
    within(test, timeout(0.01), function* () {
      const error = yield* caught(CancelledError, test.wait(sleep(10)));
      cancelled = true;
      throw error;
    }),
  );
  assert(cancelled);
});

// CPython: test_timeouts.py, TimeoutTests.test_timeout_not_called
testForms("timeout() does nothing when the block ends in time", function* (test) {
  const limit = timeout(10);
  yield* sleepWithin(test, limit, 0.01);
  assertFalse(limit.expired());
  assertEquals(limit.when(), 10);
  assertEquals(test.clock.time(), 0.01);
});

// CPython: test_timeouts.py, TimeoutTests.test_timeout_disabled and test_timeout_at_disabled
testForms("timeout() and timeoutAt() of null set no limit", function* (test) {
  for (const limit of [timeout(null), timeoutAt(null)]) {
    yield* sleepWithin(test, limit, 0.01);
    assertFalse(limit.expired());
    assertEquals(limit.when(), null);
  }
});

// CPython: test_timeouts.py, TimeoutTests.test_timeout_zero, test_timeout_zero_sleep_zero and
// test_timeout_in_the_past_sleep_zero
testForms("timeout() of zero or less expires at the first wait", function* (test) {
  for (const [delay, seconds] of [[0, 10], [0, 0], [-11, 0]] as const) {
    const limit = timeout(delay);
    yield* caught(TimeoutError, sleepWithin(test, limit, seconds));
    assert(limit.expired());
    assertEquals(limit.when(), delay);
  }
  assertEquals(test.clock.time(), 0);
});

// CPython: test_timeouts.py, TimeoutTests.test_foreign_exception_passed
testForms("timeout() passes other errors on", function* (test) {
  const limit = timeout(0.01);
  yield* caught(
    KeyError,
    within(test, limit, function* () {
      throw new KeyError("x");
    }),
  );
  assertFalse(limit.expired());
});

// CPython: test_timeouts.py, TimeoutTests.test_timeout_exception_context
testForms("timeout() gives the CancelledError as the cause of its error", function* (test) {
  const error = yield* caught(TimeoutError, sleepWithin(test, timeout(0.01), 1));
  assertInstanceOf(error.cause, CancelledError);
  assertEquals(error.cause.cause, undefined);
});

// CPython: test_timeouts.py, TimeoutTests.test_foreign_exception_on_timeout and ..._2
testForms("timeout() passes on the error of a cleanup when it expires", function* (test) {
  const limit = timeout(0.01);
  const error = yield* caught(
    ValueError,
    within(test, limit, function* () {
      try {
        yield* test.wait(sleep(1));
      } finally {
        // deno-lint-ignore no-unsafe-finally
        throw new ValueError("x");
      }
    }),
  );
  assertEquals(error.cause, undefined);
  assert(limit.expired());
  assertEquals(currentTask()!.cancelling(), 0);
});

// CPython: test_timeouts.py, TimeoutTests.test_foreign_cancel_doesnt_timeout_if_not_expired
testForms("timeout() passes on a cancellation that is not its own", function* (test) {
  const limit = timeout(10);
  yield* caught(
    CancelledError,
    within(test, limit, function* () {
      currentTask()!.cancel();
      yield* test.wait(sleep(10));
    }),
  );
  assertFalse(limit.expired());
});

// CPython: test_timeouts.py, TimeoutTests.test_outer_task_is_not_cancelled
testForms("timeout() leaves its task as if it had never been cancelled", function* (test) {
  const task = test.spawn(function* () {
    yield* caught(TimeoutError, sleepWithin(test, timeout(0.001), 10));
  });
  yield* test.wait(task);
  assertFalse(task.cancelled());
  assertEquals(task.cancelling(), 0);
});

// CPython: test_timeouts.py, TimeoutTests.test_nested_timeouts_concurrent
testForms("timeout() that is up ends a longer one inside it", function* (test) {
  yield* caught(
    TimeoutError,
    within(test, timeout(0.002), function* () {
      yield* caught(
        TimeoutError,
        within(test, timeout(0.1), function* () {
          test.clock.advance(0.01);
          yield* test.wait(sleep(1));
        }),
      );
    }),
  );
  assertEquals(test.clock.time(), 0.01);
});

// CPython: test_timeouts.py, TimeoutTests.test_nested_timeouts_loop_busy
testForms("timeout() that is up together with a shorter one inside it ends both", function* (test) {
  yield* caught(
    TimeoutError,
    within(test, timeout(0.1), function* () {
      yield* caught(
        TimeoutError,
        within(test, timeout(0.01), function* () {
          test.clock.advance(0.1);
          yield* test.wait(sleep(1));
        }),
      );
      yield* test.wait(sleep(10));
    }),
  );
  assertEquals(test.clock.time(), 0.1);
});

// CPython: test_timeouts.py, TimeoutTests.test_reschedule
testForms("Timeout.reschedule() sets another time, or none", function* (test) {
  const { loop, spawn, wait } = test;
  const entered = new Future<void>();
  const limit = timeoutAt(loop.time() + 10);
  const task = spawn(() =>
    within(test, limit, function* () {
      entered.setResult();
      yield* wait(sleep(50));
    })
  );
  yield* wait(entered);
  assertEquals(limit.when(), 10);
  limit.reschedule(30);
  assertEquals(limit.when(), 30);
  yield* wait(sleep(20));
  assertFalse(limit.expired());
  limit.reschedule(null);
  assertEquals(limit.when(), null);
  yield* wait(sleep(20));
  task.cancel();
  yield* caught(CancelledError, wait(task));
  assertFalse(limit.expired());
});

testForms(
  "Timeout.reschedule() to a time that has passed expires in the next turn",
  function* (test) {
    const { loop, wait, clock } = test;
    const limit = timeout(10);
    yield* caught(
      TimeoutError,
      within(test, limit, function* () {
        yield* wait(sleep(1));
        limit.reschedule(loop.time());
        assertFalse(limit.expired());
        yield* wait(sleep(10));
      }),
    );
    assertEquals(clock.time(), 1);
  },
);

// CPython: test_timeouts.py, TimeoutTests.test_repr_*
testForms("Timeout shows its state", function* (test) {
  const expired = timeout(0.01);
  yield* caught(TimeoutError, sleepWithin(test, expired, 10));
  assertEquals(String(expired), "<Timeout [expired]>");
  const finished = timeout(10);
  assertEquals(String(finished), "<Timeout [created]>");
  yield* within(test, finished, function* () {
    assertEquals(String(finished), "<Timeout [active] when=10.01>");
    assertEquals(Deno.inspect(finished), String(finished));
  });
  assertEquals(String(finished), "<Timeout [finished]>");
  const disabled = timeout(null);
  yield* within(test, disabled, function* () {
    assertEquals(String(disabled), "<Timeout [active] when=None>");
  });
});

// CPython: test_timeouts.py, TimeoutTests.test_nested_timeout_in_finally
testForms("timeout() can be used in the cleanup that another has caused", function* (test) {
  const error = yield* caught(
    TimeoutError,
    within(test, timeout(0.01), function* () {
      try {
        yield* test.wait(sleep(1));
      } finally {
        const inner = yield* caught(TimeoutError, sleepWithin(test, timeout(0.01), 10));
        assertInstanceOf(inner.cause, CancelledError);
      }
    }),
  );
  assertInstanceOf(error.cause, CancelledError);
});

// CPython: test_timeouts.py, TimeoutTests.test_timeout_after_cancellation
testForms("timeout() works in a task that has been cancelled", function* (test) {
  currentTask()!.cancel();
  yield* caught(CancelledError, test.wait(sleep(1)));
  yield* caught(TimeoutError, sleepWithin(test, timeout(0), 1));
  assertEquals(currentTask()!.cancelling(), 1);
});

// CPython: test_timeouts.py, TimeoutTests.test_cancel_in_timeout_after_cancellation
testForms("timeout() passes on the second cancellation of a task", function* (test) {
  currentTask()!.cancel();
  yield* caught(CancelledError, test.wait(sleep(1)));
  yield* caught(
    CancelledError,
    within(test, timeout(1), function* () {
      currentTask()!.cancel();
      yield* test.wait(sleep(2));
    }),
  );
});

testForms("timeout() passes on a cancellation that comes with its own", function* (test) {
  const { loop } = test;
  const task = currentTask()!;
  const limit = timeout(1);
  loop.callLater(1, () => task.cancel());
  yield* caught(CancelledError, sleepWithin(test, limit, 10));
  assert(limit.expired());
  assertEquals(task.cancelling(), 1);
});

// CPython: test_timeouts.py, TimeoutTests.test_timeout_already_entered and test_timeout_double_enter
testForms("Timeout cannot be entered twice", function* (test) {
  const limit = timeout(0.01);
  yield* within(test, limit, function* () {
    const error = yield* caught(RuntimeError, sleepWithin(test, limit, 0));
    assertEquals(error.message, "Timeout has already been entered");
  });
  yield* caught(RuntimeError, sleepWithin(test, limit, 0));
});

// CPython: test_timeouts.py, TimeoutTests.test_timeout_finished, ..._expired, ..._expiring and
// ..._not_entered
testForms("Timeout.reschedule() throws unless the timeout is active", function* (test) {
  const rescheduling = (limit: Timeout, message: string) =>
    assertThrows(() => limit.reschedule(0.02), RuntimeError, message);
  const finished = timeout(0.01);
  rescheduling(finished, "Timeout has not been entered");
  yield* sleepWithin(test, finished, 0);
  rescheduling(finished, "Cannot change state of finished Timeout");
  const expired = timeout(0.01);
  yield* caught(TimeoutError, sleepWithin(test, expired, 1));
  rescheduling(expired, "Cannot change state of expired Timeout");
  const expiring = timeout(0.01);
  yield* within(test, expiring, function* () {
    yield* caught(CancelledError, test.wait(sleep(1)));
    assert(expiring.expired());
    rescheduling(expiring, "Cannot change state of expiring Timeout");
  });
});

// CPython: test_timeouts.py, TimeoutTests.test_timeout_without_task
Deno.test("Timeout cannot be entered outside a task", async () => {
  await runTest(async ({ loop }) => {
    const limit = timeout(0.01);
    const entered = new Future<unknown>();
    loop.callSoon(() => {
      try {
        limit.aenter().next();
      } catch (error) {
        entered.setResult(error);
      }
    });
    const error = await entered;
    assertInstanceOf(error, RuntimeError);
    assertEquals(error.message, "Timeout should be used inside a task");
    assertThrows(() => limit.reschedule(0.02), RuntimeError, "has not been entered");
  });
});

// CPython: test_timeouts.py, TimeoutTests.test_timeout_taskgroup
testForms("timeout() around a TaskGroup passes on its errors", function* (test) {
  const { wait, fn } = test;
  const group = yield* caught(
    ExceptionGroup,
    within(test, timeout(0.01), function* () {
      yield* wait(asyncWith(
        new TaskGroup(),
        fn(function* (group: TaskGroup) {
          group.createTask(fn(function* () {
            try {
              yield* wait(sleep(2));
            } finally {
              // deno-lint-ignore no-unsafe-finally
              throw new ValueError("x");
            }
          }));
          yield* wait(sleep(1));
        }),
      ));
    }),
  );
  assertEquals(namesIn(group), ["ValueError"]);
  assertEquals(group.exceptions.length, 1);
  assertEquals(currentTask()!.cancelling(), 0);
});

/** An error that wraps whatever a coroutine throws: Python does so by itself, as `__context__`. */
function* wrapping(coro: Coroutine<unknown>, message = "x"): Coroutine<void> {
  try {
    yield* coro;
  } catch (cause) {
    throw new ValueError(message, { cause });
  }
}

// CPython: test_timeouts.py, TimeoutTests.test_foreign_exception_on_timeout, its chain of errors
testForms(
  "timeout() puts a TimeoutError between an error and the cancellation behind it",
  function* (test) {
    const error = yield* caught(
      ValueError,
      within(test, timeout(0.01), () => wrapping(test.wait(sleep(1)))),
    );
    assertInstanceOf(error.cause, TimeoutError);
    assertInstanceOf(error.cause.cause, CancelledError);
    assertEquals(error.cause.cause.cause, undefined);
  },
);

// CPython: test_timeouts.py, TimeoutTests.test_foreign_exception_on_timeout_2
testForms("timeout() puts its TimeoutError as deep as the cancellation is", function* (test) {
  const error = yield* caught(
    ValueError,
    within(test, timeout(0.01), () => wrapping(wrapping(test.wait(sleep(1)), "inner"), "outer")),
  );
  assertEquals(error.message, "outer");
  assertInstanceOf(error.cause, ValueError);
  assertEquals(error.cause.message, "inner");
  assertInstanceOf(error.cause.cause, TimeoutError);
  assertInstanceOf(error.cause.cause.cause, CancelledError);
});

testForms("timeout() that is not up leaves the causes of an error alone", function* (test) {
  const error = yield* caught(
    ValueError,
    within(test, timeout(10), () =>
      wrapping((function* (): Coroutine<void> {
        currentTask()!.cancel();
        yield* test.wait(sleep(1));
      })())),
  );
  assertInstanceOf(error.cause, CancelledError);
});

testForms("timeout() takes errors whose causes go in circles, and other values", function* (test) {
  const error = yield* caught(
    Error,
    within(test, timeout(0.01), function* () {
      try {
        yield* test.wait(sleep(1));
      } finally {
        const one = new Error("one");
        one.cause = new Error("two", { cause: one });
        // deno-lint-ignore no-unsafe-finally
        throw one;
      }
    }),
  );
  assertEquals(error.message, "one");
  for (const thrown of [null, "text"]) {
    const swallowing = within(test, timeout(0.01), function* () {
      try {
        yield* test.wait(sleep(1));
      } finally {
        // deno-lint-ignore no-unsafe-finally
        throw thrown;
      }
    });
    try {
      yield* swallowing;
    } catch (error) {
      assertStrictEquals(error, thrown);
    }
  }
});

// CPython: test_timeouts.py, TimeoutTests.test_timeout_taskgroup, its chains of errors
testForms(
  "timeout() puts TimeoutErrors into the causes of a group and of its errors",
  function* (test) {
    const { wait, fn } = test;
    const error = yield* caught(
      ExceptionGroup,
      within(test, timeout(0.01), function* () {
        try {
          yield* wait(asyncWith(
            new TaskGroup(),
            fn(function* (group: TaskGroup) {
              group.createTask(fn(() => wrapping(wait(sleep(2)))));
              yield* wait(sleep(1));
            }),
          ));
        } catch (error) {
          (error as Error).cause = new CancelledError("of the body");
          throw error;
        }
      }),
    );
    assertInstanceOf(error.cause, TimeoutError);
    assertEquals((error.cause.cause as Error).message, "of the body");
    const [inner] = error.exceptions as [Error];
    assertInstanceOf(inner, ValueError);
    assertInstanceOf(inner.cause, TimeoutError);
    assertInstanceOf(inner.cause.cause, CancelledError);
  },
);

testForms("asyncWith() enters a Timeout and gives what its body returns", function* ({ wait, fn }) {
  const limit = timeout(1);
  const body = fn(function* (entered: Timeout) {
    return [entered, yield* wait(sleep(0.5, "result"))];
  });
  const [entered, result] = yield* wait(asyncWith(limit, body));
  assertStrictEquals(entered, limit);
  assertEquals(result, "result");
});

Deno.test("timeout() needs a running loop, timeoutAt() does not", () => {
  assertThrows(() => timeout(1), RuntimeError, "no running event loop");
  assertEquals(timeoutAt(1).when(), 1);
});

Deno.test("timeout() refuses a time that is no number", async () => {
  await runTest(function* () {
    const nothing = function* () {};
    yield* caught(ValueError, asyncWith(timeout(NaN), nothing));
    assertThrows(() => timeout("1" as never), TypeError, "delay must be a number, got '1'");
    assertThrows(() => timeoutAt("1" as never), TypeError, "when must be a number, got '1'");
  });
});

Deno.test("timeout() reaches an async function that waits for a foreign promise", async () => {
  let resolve = () => {};
  const foreign = new Promise<void>((done) => resolve = done);
  await runTest(async () => {
    const limit = asyncWith(timeout(0.01), async () => await foreign);
    await assertRejects(() => Promise.resolve(limit), TimeoutError);
  });
  resolve();
});
