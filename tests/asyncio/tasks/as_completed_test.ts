// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import {
  anext,
  type AsCompleted,
  asCompleted,
  CancelledError,
  type Coroutine,
  type CoroutineObject,
  createTask,
  ensureFuture,
  Future,
  gather,
  RuntimeError,
  sleep,
  StopAsyncIteration,
  type Task,
  TimeoutError,
  ValueError,
  wait as waitForAll,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertFalse, assertRejects, assertThrows } from "@std/assert";
import { type FormTest, runTest, testForms } from "../../_run_test.ts";
import { caught } from "../_caught.ts";
import { watchTimers } from "../_timers.ts";

/** A way to go through what `asCompleted()` gives, and to put the results into an array. */
interface Way {
  readonly name: string;
  /** Takes at most `count` results. */
  collect<T>(
    test: FormTest,
    iterator: AsCompleted<PromiseLike<T>>,
    into: T[],
    count?: number,
  ): Coroutine<void>;
}

const WAYS: readonly Way[] = [
  {
    name: "for",
    *collect({ wait }, iterator, into, count = Infinity) {
      if (count === 0) return;
      for (const next of iterator) {
        into.push(yield* wait(next));
        if (--count === 0) break;
      }
    },
  },
  {
    name: "anext",
    *collect({ wait }, iterator, into, count = Infinity) {
      // Inside a generator, in both forms: an async function's await would unwrap the future.
      const next = function* () {
        return { future: yield* anext(iterator) };
      };
      for (; count > 0; count--) {
        try {
          const { future } = yield* wait(createTask(next()));
          into.push(future.result());
        } catch (error) {
          if (error instanceof StopAsyncIteration) return;
          throw error;
        }
      }
    },
  },
];

for (const { name, collect } of WAYS) {
  // CPython: test_tasks.py, BaseTaskTests.test_as_completed
  testForms(`asCompleted() by ${name} gives what is done first`, function* (test) {
    const results: string[] = [];
    const aws = [sleep(0.01, "b"), sleep(0.15, "c"), sleep(0.01, "a")];
    yield* collect(test, asCompleted(aws), results);
    assertEquals(results, ["b", "a", "c"]);
    assertEquals(test.clock.time(), 0.15);
  });

  // CPython: test_tasks.py, BaseTaskTests.test_as_completed_with_timeout
  testForms(`asCompleted() by ${name} throws a TimeoutError when the time is up`, function* (test) {
    const a = createTask(sleep(0.1, "a"));
    const b = createTask(sleep(0.15, "b"));
    const results: string[] = [];
    const completed = asCompleted([a, b], { timeout: 0.12 });
    yield* caught(TimeoutError, collect(test, completed, results));
    assertEquals(results, ["a"]);
    assertEquals(test.clock.time(), 0.12);
    assertFalse(b.done());
    yield* test.wait(b);
  });

  // CPython: test_tasks.py, BaseTaskTests.test_as_completed_with_unused_timeout
  testForms(`asCompleted() by ${name} is not held up by a timeout`, function* (test) {
    const results: string[] = [];
    yield* collect(test, asCompleted([sleep(0.01, "a")], { timeout: 1 }), results);
    assertEquals(results, ["a"]);
    assertEquals(test.clock.time(), 0.01);
  });

  testForms(`asCompleted() by ${name} cancels its timer`, function* (test) {
    const timers = watchTimers(test.loop);
    yield* collect(test, asCompleted([sleep(0.01, "a")], { timeout: 1 }), []);
    assertEquals(timers.map((timer) => timer.cancelled()), [true]);
  });

  // CPython: test_tasks.py, BaseTaskTests.test_as_completed_resume_iterator
  testForms(`asCompleted() by ${name} can be left and resumed`, function* (test) {
    const results: number[] = [];
    const iterator = asCompleted([0, 1, 2, 3].map((i) => sleep(i, i)));
    yield* collect(test, iterator, results, 2);
    assertEquals(results, [0, 1]);
    yield* collect(test, iterator, results);
    assertEquals(results, [0, 1, 2, 3]);
    yield* collect(test, iterator, results);
    assertEquals(results, [0, 1, 2, 3]);
  });

  // CPython: test_tasks.py, BaseTaskTests.test_as_completed_duplicate_coroutines
  testForms(`asCompleted() by ${name} gives what is passed twice once`, function* (test) {
    const results: string[] = [];
    const coro = sleep(0, "ham");
    yield* collect(test, asCompleted([coro, coro, sleep(0, "spam")]), results);
    assertEquals(results, ["ham", "spam"]);
  });
}

// CPython: test_tasks.py, BaseTaskTests.test_as_completed, with async for
Deno.test("asCompleted() by for await gives what is done first", async () => {
  await runTest(async ({ clock }) => {
    const results: string[] = [];
    for await (const task of asCompleted([sleep(2, "b"), sleep(3, "c"), sleep(1, "a")])) {
      assert(task.done());
      results.push(await task);
    }
    assertEquals(results, ["a", "b", "c"]);
    assertEquals(clock.time(), 3);
  });
});

// CPython: test_tasks.py, BaseTaskTests.test_as_completed_same_tasks_in_as_out
Deno.test("asCompleted() by for await gives the very tasks that were passed", async () => {
  await runTest(async () => {
    const coro = sleep(1, "a");
    const tasks = [createTask(sleep(2, "b")), createTask(sleep(3, "d"))];
    const future = ensureFuture(Promise.resolve("e"));
    const out = new Set<unknown>();
    for await (const one of asCompleted([coro, ...tasks, future])) out.add(one);
    assertEquals(out.size, 4);
    assertFalse(out.has(coro));
    assert(tasks.every((task) => out.has(task)) && out.has(future));
    const typed: Task<string>[] = [];
    for await (const one of asCompleted(tasks)) typed.push(one);
    assertEquals(typed, tasks);
  });
});

Deno.test("asCompleted() by for await throws a TimeoutError, and can be left and resumed", async () => {
  await runTest(async () => {
    const tasks = [1, 2, 3].map((i) => createTask(sleep(i, i)));
    const iterator = asCompleted(tasks, { timeout: 2.5 });
    const results: number[] = [];
    for await (const task of iterator) {
      results.push(task.result());
      break;
    }
    await assertRejects(async () => {
      for await (const task of iterator) results.push(task.result());
    }, TimeoutError);
    assertEquals(results, [1, 2]);
    for await (const _ of iterator) throw new Error("all have been given");
    await gather(...tasks);
  });
});

// CPython: test_tasks.py, BaseTaskTests.test_as_completed_reverse_wait
testForms("asCompleted() gives the first result to whoever waits first", function* (test) {
  const { wait, clock } = test;
  const [first, second] = [...asCompleted([sleep(0.05, "a"), sleep(0.1, "b")])];
  assertEquals(yield* wait(second!), "a");
  assertEquals(clock.time(), 0.05);
  assertEquals(yield* wait(first!), "b");
  assertEquals(clock.time(), 0.1);
});

// CPython: test_tasks.py, BaseTaskTests.test_as_completed_concurrent
testForms("asCompleted() gives coroutines that can be awaited side by side", function* ({ wait }) {
  const all = [...asCompleted([sleep(0.05, "a"), sleep(0.05, "b")])];
  const [done] = yield* wait(waitForAll(all.map((coro) => ensureFuture(coro))));
  assertEquals([...done].map((task) => task.result()), ["a", "b"]);
});

// CPython: test_tasks.py, BaseTaskTests.test_as_completed_coroutine_without_loop
Deno.test("asCompleted() throws where there is no loop", () => {
  assertThrows(() => asCompleted([sleep(0)]), RuntimeError, "no current event loop");
});

// CPython: test_tasks.py, BaseTaskTests.test_as_completed_coroutine_use_running_loop
testForms("asCompleted() makes tasks of the running loop", function* ({ wait }) {
  const [one, ...rest] = [...asCompleted([sleep(0, 42)])];
  assertEquals(rest, []);
  assertEquals(yield* wait(one!), 42);
});

// CPython: test_tasks.py, BaseTaskTests.test_as_completed_invalid_args
Deno.test("asCompleted() refuses a single awaitable", async () => {
  await runTest(function* (): Coroutine<void> {
    const generator = (function* () {})();
    for (const given of [new Future(), sleep(0), generator, Promise.resolve()]) {
      assertThrows(
        () => asCompleted(given as never),
        TypeError,
        "expects an iterable of awaitables, not ",
      );
    }
    assertThrows(() => asCompleted([42 as never]), TypeError, "is required");
  });
});

testForms("asCompleted() of nothing gives nothing", function* () {
  assertEquals([...asCompleted([], { timeout: 1 })], []);
});

testForms("asCompleted() passes on errors and cancellations", function* ({ wait, fn, loop }) {
  const failing = fn(function* (): Coroutine<string> {
    yield* wait(sleep(1));
    throw new ValueError("x");
  });
  const cancelled = createTask(sleep(10, "never"));
  loop.callLater(2, () => cancelled.cancel());
  const [first, second] = [...asCompleted([failing, cancelled])] as CoroutineObject<string>[];
  yield* caught(ValueError, wait(first!));
  yield* caught(CancelledError, wait(second!));
});

testForms("asCompleted() loses nothing when one who waits is cancelled", function* (test) {
  const { wait, spawn, turns } = test;
  const futures = [new Future<number>(), new Future<number>()];
  const [first, second] = [...asCompleted(futures)];
  const impatient = spawn(() => wait(first!));
  const patient = spawn(() => wait(second!));
  yield* turns(2);
  futures[0]!.setResult(1);
  // Now it is woken, and has not run yet.
  yield* turns(1);
  impatient.cancel();
  assertEquals(yield* wait(patient), 1);
  assert(impatient.cancelled());
});

testForms("asCompleted() calls a function as often as it is given", function* (test) {
  const { wait, fn } = test;
  let calls = 0;
  const count = fn(function* () {
    yield* wait(sleep(0));
    return ++calls;
  });
  const results: number[] = [];
  for (const next of asCompleted([count, count])) results.push(yield* wait(next));
  assertEquals(results, [1, 2]);
});

testForms(
  "asCompleted() has its results though the timeout comes in the same turn",
  function* (test) {
    const { wait, loop } = test;
    const futures = [new Future<number>(), new Future<number>()];
    loop.callLater(1, () => futures[0]!.setResult(1));
    const [first, second] = [...asCompleted(futures, { timeout: 1 })];
    // CPython: the future is done, but the timeout was faster than its callback.
    yield* caught(TimeoutError, wait(first!));
    yield* caught(TimeoutError, wait(second!));
  },
);
