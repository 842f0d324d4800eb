// Copyright 2026 the asyncio authors. MIT license.

import {
  asCompleted,
  CancelledError,
  ConcurrentFuture,
  gather,
  InvalidStateError,
  run,
  RuntimeError,
  shield,
  sleep,
  TimeoutError,
  wait,
  waitFor,
  wrapFuture,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { testForms } from "../../_run_test.ts";

type State = "pending" | "running" | "cancelled" | "notified" | "failed" | "succeeded";

const failure = new RangeError("it failed");

/** A future in a state. CPython: test_concurrent_futures/util.py, create_future. */
function make(state: State): ConcurrentFuture<number> {
  const future = new ConcurrentFuture<number>();
  if (state === "cancelled" || state === "notified") future.cancel();
  if (state === "notified") future.setRunningOrNotifyCancel();
  if (state === "running" || state === "failed" || state === "succeeded") {
    future.setRunningOrNotifyCancel();
  }
  if (state === "failed") future.setException(failure);
  if (state === "succeeded") future.setResult(42);
  return future;
}

const STATES: State[] = ["pending", "running", "cancelled", "notified", "failed", "succeeded"];

/** What a method answers in each state. */
function inEachState(ask: (future: ConcurrentFuture<number>) => unknown): unknown[] {
  return STATES.map((state) => ask(make(state)));
}

// CPython: test_future.py, test_cancel, test_cancelled, test_done, test_running
Deno.test("ConcurrentFuture tells its state", () => {
  assertEquals(inEachState((f) => f.cancel()), [true, false, true, true, false, false]);
  assertEquals(inEachState((f) => f.cancelled()), [false, false, true, true, false, false]);
  assertEquals(inEachState((f) => f.done()), [false, false, true, true, true, true]);
  assertEquals(inEachState((f) => f.running()), [false, true, false, false, false, false]);
});

// CPython: test_future.py, test_repr
Deno.test("ConcurrentFuture shows its state", () => {
  assertEquals(inEachState(String), [
    "<ConcurrentFuture state=pending>",
    "<ConcurrentFuture state=running>",
    "<ConcurrentFuture state=cancelled>",
    "<ConcurrentFuture state=cancelled>",
    "<ConcurrentFuture state=finished raised RangeError>",
    "<ConcurrentFuture state=finished returned number>",
  ]);
  assertEquals(Deno.inspect(make("pending")), "<ConcurrentFuture state=pending>");
});

// CPython: test_future.py, test_result_with_timeout, test_exception_with_timeout
Deno.test("ConcurrentFuture.result() and exception() wait at most as long as they are told", async () => {
  for (const state of ["pending", "running"] as const) {
    await assertRejects(() => make(state).result(0), TimeoutError);
    await assertRejects(() => make(state).exception(0.001), TimeoutError);
  }
  for (const state of ["cancelled", "notified"] as const) {
    await assertRejects(() => make(state).result(0), CancelledError);
    await assertRejects(() => make(state).exception(0), CancelledError);
  }
  await assertRejects(() => make("failed").result(0), RangeError, "it failed");
  assertEquals(await make("failed").exception(0), failure);
  assertEquals(await make("succeeded").result(0), 42);
  assertEquals(await make("succeeded").exception(0), null);
  await assertRejects(() => make("pending").result(NaN), RangeError);
});

// CPython: test_future.py, test_result_with_success, test_result_with_cancel, test_exception_with_success
Deno.test("ConcurrentFuture.result() and exception() wait for the end", async () => {
  const future = make("running");
  const both = Promise.all([
    future.result(60),
    future.exception(),
    future,
    future.then((n) => n! + 1),
  ]);
  future.setResult(5);
  assertEquals(await both, [5, null, 5, 6]);
  const cancelled = make("pending");
  const result = assertRejects(() => cancelled.result(), CancelledError);
  cancelled.cancel();
  await result;
  const failed = make("running");
  const exception = failed.exception();
  failed.setException(failure);
  assertEquals(await exception, failure);
  assertEquals(await failed.catch((error) => error), failure);
});

// CPython: test_future.py, test_multiple_set_result, test_multiple_set_exception
Deno.test("ConcurrentFuture is done once", () => {
  const done = make("succeeded");
  const message = "FINISHED: <ConcurrentFuture state=finished returned number>";
  assertThrows(() => done.setResult(1), InvalidStateError, message);
  assertThrows(() => done.setException(failure), InvalidStateError, message);
  assertThrows(() => make("cancelled").setResult(1), InvalidStateError, "CANCELLED: ");
  assertThrows(() => make("notified").setResult(1), InvalidStateError, "CANCELLED_AND_NOTIFIED: ");
});

Deno.test("ConcurrentFuture.setRunningOrNotifyCancel() is called once", () => {
  assert(make("pending").setRunningOrNotifyCancel());
  assert(!make("cancelled").setRunningOrNotifyCancel());
  for (const state of ["running", "notified", "failed", "succeeded"] as const) {
    assertThrows(
      () => make(state).setRunningOrNotifyCancel(),
      RuntimeError,
      "Future in unexpected state",
    );
  }
});

// CPython: test_future.py, test_done_callback_with_result, _with_exception, _with_cancel,
// test_done_callback_already_successful, _already_failed, _already_cancelled
Deno.test("ConcurrentFuture.addDoneCallback() calls back at once when it is done, in order", () => {
  const calls: unknown[] = [];
  const future = make("pending");
  future.addDoneCallback((f) => calls.push(["first", f === future]));
  future.addDoneCallback((f) => calls.push(["second", f.done()]));
  future.setResult(1);
  assertEquals(calls, [["first", true], ["second", true]]);
  const cancelled = make("pending");
  cancelled.addDoneCallback((f) => calls.push(f.cancelled()));
  cancelled.cancel();
  assertEquals(calls.at(-1), true);
  for (const state of ["cancelled", "failed", "succeeded"] as const) {
    make(state).addDoneCallback(() => calls.push(state));
    assertEquals(calls.at(-1), state);
  }
});

// CPython: test_future.py, test_done_callback_raises, test_done_callback_raises_already_succeeded
Deno.test("ConcurrentFuture goes on after a callback that throws", () => {
  const { error } = console;
  const told: unknown[][] = [];
  const calls: string[] = [];
  console.error = (...args) => void told.push(args);
  try {
    const future = make("running");
    future.addDoneCallback(() => {
      throw failure;
    });
    future.addDoneCallback(() => calls.push("next"));
    future.setResult(5);
    future.addDoneCallback(() => {
      throw failure;
    });
  } finally {
    console.error = error;
  }
  assertEquals(calls, ["next"]);
  assertEquals(told.length, 2);
  assertMatch(
    String(told[0]![0]),
    /^exception calling callback for <ConcurrentFuture state=finished/,
  );
  assertEquals(told[0]![1], failure);
});

// CPython: test_asyncio/test_futures.py, test_wrap_future
testForms("wrapFuture() follows a concurrent future", function* ({ wait, raises, loop }) {
  const good = make("running");
  const bad = make("running");
  const futures = [wrapFuture(good), wrapFuture(bad)];
  loop.callLater(1, () => {
    good.setResult(1);
    bad.setException(failure);
  });
  assertEquals(yield* wait(futures[0]!), 1);
  yield* raises(futures[1]!, RangeError, "it failed");
});

// CPython: test_futures.py, test_wrap_future_future, test_wrap_future_use_global_loop
testForms("wrapFuture() gives a future back as it is", function* ({ loop, turns }) {
  const future = loop.createFuture<number>();
  assertEquals(wrapFuture(future), future);
  assertEquals(wrapFuture(make("succeeded")).getLoop(), loop);
  future.cancel();
  yield* turns(1);
});

// CPython: test_futures.py, test_wrap_future_cancel, test_wrap_future_cancel2
testForms("wrapFuture() cancels both ways", function* ({ turns, raises }) {
  const source = make("pending");
  const wrapped = wrapFuture(source);
  wrapped.cancel();
  yield* turns(2);
  assert(source.cancelled());
  const other = make("pending");
  const wrappedOther = wrapFuture(other);
  other.cancel();
  yield* raises(wrappedOther, CancelledError);
  const begun = make("running");
  const wrappedBegun = wrapFuture(begun);
  wrappedBegun.cancel();
  yield* turns(2);
  assert(wrappedBegun.cancelled() && !begun.cancelled());
  begun.setResult(1);
  yield* turns(2);
});

testForms(
  "awaiting a ConcurrentFuture in a task passes cancellation on",
  function* ({ spawn, wait, turns, raises }) {
    for (const state of ["pending", "running"] as const) {
      const future = make(state);
      const task = spawn(() => wait(future as never));
      yield* turns(3);
      task.cancel();
      yield* raises(task, CancelledError);
      assertEquals(future.cancelled(), state === "pending");
    }
  },
);

testForms(
  "gather(), waitFor(), shield() and asCompleted() know concurrent futures",
  function* ({ wait, raises, turns }) {
    const [a, b, c, d] = [make("pending"), make("pending"), make("pending"), make("pending")];
    const gathered = gather(a, sleep(0, "x"));
    gathered.cancel();
    yield* raises(gathered, CancelledError);
    yield* turns(2);
    assert(a.cancelled());
    yield* raises(waitFor(b as PromiseLike<number>, 1), TimeoutError);
    assert(b.cancelled());
    const shielded = shield(c);
    shielded.cancel();
    yield* turns(2);
    assert(!c.cancelled());
    d.setResult(4);
    c.setResult(3);
    const done = new Set<unknown>();
    for (const one of asCompleted([c, d])) done.add(yield* wait(one));
    assertEquals(done, new Set([3, 4]));
  },
);

// CPython: test_concurrent_futures/test_as_completed.py, test_no_timeout, test_duplicate_futures
Deno.test("asCompleted() gives the very concurrent futures, as they are done", async () => {
  const futures = [make("running"), make("pending"), make("running")];
  await run(async () => {
    const seen: unknown[] = [];
    const completed = asCompleted([...futures, futures[0]!]);
    futures[2]!.setResult(2);
    futures[0]!.setException(failure);
    for await (const future of completed) {
      seen.push(futures.indexOf(future));
      if (seen.length === 2) futures[1]!.cancel();
    }
    assertEquals(seen, [2, 0, 1]);
  });
});

// CPython: test_as_completed.py, test_future_times_out
testForms("asCompleted() of concurrent futures throws when the time is up", function* ({ raises }) {
  const future = make("running");
  for (const one of asCompleted([future], { timeout: 1 })) yield* raises(one, TimeoutError);
  future.setResult(1);
});

// CPython: test_wait.py, test_all_completed, test_20369, test_timeout
testForms(
  "wait() takes what wrapFuture() makes of concurrent futures",
  function* ({ wait: waitFor }) {
    const futures = [make("succeeded"), make("running"), make("failed")];
    const wrapped = futures.map((future) => wrapFuture(future));
    const [done, pending] = yield* waitFor(wait(wrapped, { timeout: 1 }));
    assertEquals([done.size, pending.size], [2, 1]);
    futures[1]!.setResult(1);
    assertEquals((yield* waitFor(wait(wrapped)))[0].size, 3);
  },
);

Deno.test("a ConcurrentFuture that is yielded outside of loops is an error", () => {
  assertThrows(() => make("succeeded")[Symbol.iterator](), RuntimeError, "no running event loop");
});
