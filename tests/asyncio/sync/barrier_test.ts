// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import {
  asyncWith,
  Barrier,
  BrokenBarrierError,
  CancelledError,
  type Coroutine,
  createTask,
  gather,
  RuntimeError,
  type Task,
  ValueError,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { type FormTest, generatorForm, testForms } from "../../_run_test.ts";
import { caught } from "../_caught.ts";

const N = 5;

/** Whether the repr of a barrier says that it is in a state. */
function isIn(barrier: Barrier, state: "filling" | "draining" | "resetting" | "broken"): boolean {
  return String(barrier).startsWith(`<Barrier [${state}`);
}

/** Starts `count` tasks, each of its own run of `body`. */
function tasksOf<T>(count: number, { spawn }: FormTest, body: () => Coroutine<T>): Task<T>[] {
  return Array.from({ length: count }, () => spawn(body));
}

/** Runs `body` in `count` tasks to their ends. */
function* runIn<T>(count: number, test: FormTest, body: () => Coroutine<T>): Coroutine<T[]> {
  return yield* test.wait(gather(...tasksOf(count, test, body)));
}

// CPython: test_locks.py, BarrierTests.test_barrier
testForms("Barrier cannot be awaited", function* ({ loop }) {
  const barrier = new Barrier(N);
  assertThrows(() => loop.createTask(barrier as unknown as Coroutine<void>), TypeError);
  assert(isIn(barrier, "filling"));
});

// CPython: test_locks.py, BarrierTests.test_repr
testForms("Barrier shows its state and how many wait", function* (test) {
  const { wait } = test;
  const barrier = new Barrier(N);
  assertEquals(String(barrier), "<Barrier [filling, waiters:0/5]>");
  assertEquals(Deno.inspect(barrier), "<Barrier [filling, waiters:0/5]>");
  const waiters = tasksOf(2, test, () => wait(barrier.wait()));
  yield* test.turns(1);
  assertEquals(String(barrier), "<Barrier [filling, waiters:2/5]>");

  waiters.push(...tasksOf(barrier.parties - barrier.nWaiting, test, () => wait(barrier.wait())));
  yield* test.turns(1);
  assertEquals(String(barrier), "<Barrier [draining, waiters:0/5]>");
  waiters.push(...tasksOf(2, test, () => wait(barrier.wait())));
  yield* test.turns(1);
  yield* wait(barrier.reset());
  assertEquals(String(barrier), "<Barrier [resetting, waiters:0/5]>");
  waiters.push(...tasksOf(2, test, () => wait(barrier.wait())));
  yield* test.turns(1);
  yield* wait(barrier.abort());
  assertEquals(String(barrier), "<Barrier [broken]>");
  assert(barrier.broken);
  yield* wait(gather(...waiters, { returnExceptions: true }));
}, [generatorForm]);

// CPython: test_locks.py, BarrierTests.test_barrier_parties
Deno.test("Barrier() throws when there are no parties", () => {
  for (const parties of [0, -4, NaN]) {
    assertThrows(() => new Barrier(parties), ValueError, "parties must be >= 1");
  }
  // @ts-expect-error: not a number
  assertThrows(() => new Barrier("2"), TypeError, "parties must be a number, got '2'");
  assertEquals(new Barrier(N).parties, N);
});

// CPython: test_locks.py, BarrierTests.test_context_manager
testForms("asyncWith() passes a barrier and gives the body its number", function* (test) {
  const { fn, wait } = test;
  const barrier = new Barrier(3);
  const results: number[] = [];
  const body = fn(function* (i: number) {
    results.push(i);
  });
  yield* runIn(3, test, () => wait(asyncWith(barrier, body)));
  assertEquals(results.sort(), [0, 1, 2]);
  assertEquals(barrier.nWaiting, 0);
  assertFalse(barrier.broken);
});

// CPython: test_locks.py, BarrierTests.test_filling_one_task
testForms("Barrier(1) lets everybody pass", function* ({ fn, wait }) {
  const barrier = new Barrier(1);
  const body = fn(function* () {
    return true;
  });
  assert(yield* wait(asyncWith(barrier, body)));
  assertEquals(barrier.nWaiting, 0);
  assertFalse(barrier.broken);
});

// CPython: test_locks.py, BarrierTests.test_filling_one_task_twice
testForms("Barrier(1) can be passed again", function* ({ turns, wait }) {
  const barrier = new Barrier(1);
  const t1 = createTask(barrier.wait());
  yield* turns(1);
  assertEquals(barrier.nWaiting, 0);
  const t2 = createTask(barrier.wait());
  yield* turns(1);
  assertEquals(yield* wait(t1), yield* wait(t2));
  assertEquals(barrier.nWaiting, 0);
});

// CPython: test_locks.py, BarrierTests.test_filling_task_by_task
testForms("Barrier.wait() counts task by task", function* ({ turns, wait }) {
  const barrier = new Barrier(3);
  const tasks: Task<number>[] = [];
  for (const count of [1, 2]) {
    tasks.push(createTask(barrier.wait()));
    yield* turns(1);
    assertEquals(barrier.nWaiting, count);
    assert(isIn(barrier, "filling"));
  }
  tasks.push(createTask(barrier.wait()));
  assertEquals(yield* wait(gather(...tasks)), [0, 1, 2]);
  assertEquals(barrier.nWaiting, 0);
  assertFalse(barrier.broken);
});

// CPython: test_locks.py, BarrierTests.test_filling_tasks_wait_twice
testForms("Barrier can be passed inside itself", function* (test) {
  const { fn, wait } = test;
  const barrier = new Barrier(N);
  const results: boolean[] = [];
  const inner = fn(function* () {
    results.push(false);
  });
  const outer = fn(function* () {
    results.push(true);
    yield* wait(asyncWith(barrier, inner));
  });
  yield* runIn(N, test, () => wait(asyncWith(barrier, outer)));
  assertEquals(results.length, 2 * N);
  assertEquals(results.filter(Boolean).length, N);
  assertEquals(barrier.nWaiting, 0);
  assertFalse(barrier.broken);
});

// CPython: test_locks.py, BarrierTests.test_filling_tasks_check_return_value
testForms("Barrier.wait() gives each task another number", function* (test) {
  const { fn, wait } = test;
  const barrier = new Barrier(N);
  let passed = 0;
  const inner = fn(function* (i: number) {
    return i;
  });
  const outer = fn(function* () {
    passed++;
    return yield* wait(asyncWith(barrier, inner));
  });
  const numbers = yield* runIn(N, test, () => wait(asyncWith(barrier, outer)));
  assertEquals(passed, N);
  assertEquals(numbers.sort(), [0, 1, 2, 3, 4]);
});

// CPython: test_locks.py, BarrierTests.test_draining_state
testForms("Barrier is draining until the last task has passed", function* (test) {
  const { fn, wait } = test;
  const barrier = new Barrier(N);
  const results: boolean[] = [];
  const body = fn(function* () {
    results.push(isIn(barrier, "draining"));
  });
  yield* runIn(N, test, () => wait(asyncWith(barrier, body)));
  assertEquals(results.length, N);
  assertEquals(results, [true, true, true, true, false]);
  assertEquals(barrier.nWaiting, 0);
  assertFalse(barrier.broken);
}, [generatorForm]);

// CPython: test_locks.py, BarrierTests.test_blocking_tasks_while_draining
testForms("Barrier.wait() of a draining barrier waits for the next round", function* (test) {
  const { wait } = test;
  const rewait = 2;
  const barrier = new Barrier(N);
  const others = new Barrier(N - rewait);
  let rewaiting = rewait;
  yield* runIn(N, test, function* () {
    yield* wait(barrier.wait());
    if (rewaiting-- <= 0) yield* wait(others.wait());
    yield* wait(barrier.wait());
  });
  assertEquals(barrier.nWaiting, 0);
});

// CPython: test_locks.py, BarrierTests.test_filling_tasks_cancel_one
testForms("Barrier.wait() cancelled is no longer counted", function* (test) {
  const { wait, spawn } = test;
  const barrier = new Barrier(3);
  let passed = 0;
  const pass = () =>
    spawn(function* () {
      yield* wait(barrier.wait());
      passed++;
    });
  const t1 = pass();
  yield* test.turns(1);
  assertEquals(barrier.nWaiting, 1);
  const t2 = pass();
  yield* test.turns(1);
  assertEquals(barrier.nWaiting, 2);

  t1.cancel();
  yield* test.turns(1);
  assertEquals(barrier.nWaiting, 1);
  yield* caught(CancelledError, wait(t1));

  const t3 = pass();
  yield* test.turns(1);
  assertEquals(barrier.nWaiting, 2);
  yield* wait(gather(t2, t3, pass()));
  assertEquals(passed, 3);
  assertEquals(barrier.nWaiting, 0);
  assertFalse(barrier.broken);
});

// CPython: test_locks.py, BarrierTests.test_reset_barrier, test_abort_barrier
testForms("Barrier.reset() and abort() need nobody to wait", function* ({ wait }) {
  const barrier = new Barrier(1);
  yield* wait(createTask(barrier.reset()));
  assertEquals(barrier.nWaiting, 0);
  assertFalse(barrier.broken);
  yield* wait(createTask(barrier.abort()));
  assertEquals(barrier.nWaiting, 0);
  assert(barrier.broken);
  yield* wait(barrier.reset());
  assertEquals(yield* wait(barrier.wait()), 0);
});

// CPython: test_locks.py, BarrierTests.test_reset_barrier_while_tasks_waiting
testForms("Barrier.reset() sends those who wait away", function* (test) {
  const { wait, turns } = test;
  const barrier = new Barrier(N);
  const tasks = tasksOf(N - 1, test, () => caught(BrokenBarrierError, wait(barrier.wait())));
  yield* turns(1);
  createTask(barrier.reset());
  for (const error of yield* wait(gather(...tasks))) {
    assertEquals(error.message, "Abort or reset of barrier");
  }
  assertEquals(String(barrier), "<Barrier [filling, waiters:0/5]>");
});

// CPython: test_locks.py, BarrierTests.test_reset_barrier_when_tasks_half_draining
testForms("Barrier.reset() of a draining barrier sends the rest away", function* (test) {
  const { wait } = test;
  const barrier = new Barrier(N);
  let left = 0;
  let sentAway = 0;
  yield* runIn(N, test, function* () {
    try {
      yield* wait(barrier.wait());
    } catch (error) {
      if (!(error instanceof BrokenBarrierError)) throw error;
      sentAway++;
      return;
    }
    if (++left === N - Math.floor(N / 2)) yield* wait(barrier.reset());
  });
  assertEquals(sentAway, Math.floor(N / 2));
  assertEquals(String(barrier), "<Barrier [filling, waiters:0/5]>");
}, [generatorForm]);

// CPython: test_locks.py, BarrierTests.test_reset_barrier_when_tasks_half_draining_half_blocking
testForms("Barrier.reset() of a draining barrier keeps those who came again", function* (test) {
  const { wait } = test;
  const barrier = new Barrier(N);
  const half = Math.floor(N / 2);
  let sentAway = 0;
  let sentAwayAgain = 0;
  let count = 0;
  yield* runIn(N, test, function* () {
    try {
      yield* wait(barrier.wait());
    } catch (error) {
      if (!(error instanceof BrokenBarrierError)) throw error;
      sentAway++;
      yield* wait(barrier.wait());
      return;
    }
    if (++count > half) {
      yield* wait(barrier.reset());
      yield* wait(barrier.wait());
      return;
    }
    try {
      yield* wait(barrier.wait());
    } catch (error) {
      if (!(error instanceof BrokenBarrierError)) throw error;
      sentAwayAgain++;
    }
  });
  assertEquals(sentAway, half);
  assertEquals(sentAwayAgain, 0);
  assertEquals(String(barrier), "<Barrier [filling, waiters:0/5]>");
}, [generatorForm]);

// CPython: test_locks.py, BarrierTests.test_reset_barrier_while_tasks_waiting_and_waiting_again
testForms("Barrier can be waited at again after a reset", function* (test) {
  const { fn, wait, turns, spawn } = test;
  const barrier = new Barrier(N);
  let sentAway = 0;
  let passed = 0;
  const tasks = tasksOf(N - 1, test, function* () {
    try {
      yield* caught(BrokenBarrierError, wait(barrier.wait()));
      sentAway++;
    } finally {
      yield* wait(barrier.wait());
      passed++;
    }
  });
  createTask(barrier.reset());
  yield* turns(1);
  const last = fn(function* () {
    passed++;
  });
  tasks.push(spawn(() => wait(asyncWith(barrier, last))));
  yield* wait(gather(...tasks));
  assertFalse(barrier.broken);
  assertEquals(sentAway, N - 1);
  assertEquals(passed, N);
  assertEquals(barrier.nWaiting, 0);
}, [generatorForm]);

// CPython: test_locks.py, BarrierTests.test_reset_barrier_while_tasks_draining
testForms("Barrier.reset() after the last has passed sends nobody away", function* (test) {
  const { wait } = test;
  const barrier = new Barrier(N);
  let count = 0;
  let passedTwice = 0;
  let passedThrice = 0;
  yield* runIn(N, test, function* () {
    yield* wait(barrier.wait());
    const isLast = ++count === N;
    if (isLast) yield* wait(barrier.reset());
    yield* wait(barrier.wait());
    if (!isLast) passedTwice++;
    yield* wait(barrier.wait());
    passedThrice++;
  });
  assertFalse(barrier.broken);
  assertEquals(passedTwice, N - 1);
  assertEquals(passedThrice, N);
  assertEquals(barrier.nWaiting, 0);
}, [generatorForm]);

// CPython: test_locks.py, BarrierTests.test_abort_barrier_when_tasks_half_draining_half_blocking
testForms("Barrier.abort() sends away those who leave and those who came again", function* (test) {
  const { wait } = test;
  const barrier = new Barrier(N);
  const half = Math.floor(N / 2);
  const messages: string[] = [];
  let count = 0;
  yield* runIn(N, test, function* () {
    try {
      yield* wait(barrier.wait());
      if (++count > half) yield* wait(barrier.abort());
      else yield* wait(barrier.wait());
    } catch (error) {
      if (!(error instanceof BrokenBarrierError)) throw error;
      messages.push(error.message);
    }
  });
  assert(barrier.broken);
  const sentAway = Array(half).fill("Abort or reset of barrier");
  const refused = Array(N - half - 1).fill("Barrier aborted");
  assertEquals(messages.sort(), [...sentAway, ...refused].sort());
  assertEquals(barrier.nWaiting, 0);
}, [generatorForm]);

testForms("Barrier.wait() of a broken barrier throws", function* ({ wait }) {
  const barrier = new Barrier(2);
  yield* wait(barrier.abort());
  const error = yield* caught(BrokenBarrierError, wait(barrier.wait()));
  assertEquals(error.message, "Barrier aborted");
  assertEquals(error.name, "BrokenBarrierError");
  assert(error instanceof RuntimeError);
});

/** Passes a barrier; one of the tasks fails then, and breaks the barrier for the others. */
function* failAndAbort(barrier: Barrier, outcomes: string[], { wait }: FormTest): Coroutine<void> {
  try {
    const i = yield* wait(barrier.wait());
    if (i === Math.floor(N / 2)) throw new RuntimeError();
    yield* wait(barrier.wait());
    outcomes.push("passed");
  } catch (error) {
    if (error instanceof BrokenBarrierError) outcomes.push("broken");
    else if (error instanceof RuntimeError) yield* wait(barrier.abort());
    else throw error;
  }
}

// CPython: test_locks.py, BarrierTests.test_abort_barrier_when_exception
testForms("Barrier.abort() by a task that failed frees the others", function* (test) {
  const barrier = new Barrier(N);
  const outcomes: string[] = [];
  yield* runIn(N, test, () => failAndAbort(barrier, outcomes, test));
  assert(barrier.broken);
  assertEquals(outcomes, Array(N - 1).fill("broken"));
  assertEquals(barrier.nWaiting, 0);
});

// CPython: test_locks.py, BarrierTests.test_abort_barrier_when_exception_then_resetting
testForms("Barrier.reset() mends a broken barrier", function* (test) {
  const { wait } = test;
  const [first, second] = [new Barrier(N), new Barrier(N)];
  const outcomes: string[] = [];
  let passed = 0;
  yield* runIn(N, test, function* () {
    yield* failAndAbort(first, outcomes, test);
    // First meet, so that everybody has left it, then reset, and meet before anybody comes again.
    const i = yield* wait(second.wait());
    if (i === Math.floor(N / 2)) yield* wait(first.reset());
    yield* wait(second.wait());
    yield* wait(first.wait());
    passed++;
  });
  assertFalse(first.broken);
  assertEquals(outcomes, Array(N - 1).fill("broken"));
  assertEquals(passed, N);
  assertEquals([first.nWaiting, second.nWaiting], [0, 0]);
});
