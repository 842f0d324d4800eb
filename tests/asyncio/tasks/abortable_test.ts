// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import {
  abortable,
  anext,
  CancelledError,
  fromSignal,
  newEventLoop,
  RuntimeError,
  sleep,
  StopAsyncIteration,
  toPromise,
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
import { runTest, testForms } from "../../_run_test.ts";

/** Work of the host's that ends, a little later, when its signal is aborted. */
function untilAborted(signal: AbortSignal, order: string[] = []): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () =>
      setTimeout(() => {
        order.push("work has ended");
        reject(signal.reason);
      }, 1));
  });
}

testForms("abortable() gives the result of the work", function* ({ wait, raises }) {
  const error = new TypeError("boom");
  assertEquals(
    yield* wait(abortable((signal) => Promise.resolve(signal.aborted ? "aborted" : "done"))),
    "done",
  );
  assertStrictEquals(yield* raises(abortable(() => Promise.reject(error)), TypeError), error);
  yield* raises(
    abortable(() => {
      throw error;
    }),
    TypeError,
  );
});

testForms(
  "abortable() aborts the work when cancelled, and waits for its end",
  function* ({ spawn, wait, turns, raises }) {
    const order: string[] = [];
    const task = spawn(function* () {
      try {
        yield* wait(abortable((signal) => untilAborted(signal, order)));
      } finally {
        order.push("coroutine goes on");
      }
    });
    yield* turns(3);
    task.cancel("stop");
    assertEquals((yield* raises(task, CancelledError)).message, "stop");
    assertEquals(order, ["work has ended", "coroutine goes on"]);
  },
);

testForms(
  "abortable() is cancelled though the work ends well all the same",
  function* ({ spawn, wait, turns, raises }) {
    const task = spawn(() =>
      wait(
        abortable((signal) =>
          new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()))
        ),
      )
    );
    yield* turns(3);
    task.cancel();
    yield* raises(task, CancelledError);
  },
);

testForms("abortable() interrupts a fetch", function* ({ spawn, wait, raises }) {
  using server = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = server.addr as Deno.NetAddr;
  const reached = Promise.withResolvers<void>();
  const ended = (async () => {
    using conn = await server.accept();
    const buffer = new Uint8Array(10_000);
    await conn.read(buffer);
    reached.resolve();
    return await conn.read(buffer).catch(() => null);
  })();
  const url = `http://127.0.0.1:${port}/`;
  const task = spawn(() => wait(abortable((signal) => fetch(url, { signal }))));
  yield* wait(abortable(() => reached.promise));
  task.cancel();
  yield* raises(task, CancelledError);
  assertEquals(yield* wait(abortable(() => ended)), null);
});

testForms("fromSignal() fails with the reason of the signal", function* ({ loop, raises, turns }) {
  const controller = new AbortController();
  const future = fromSignal(controller.signal);
  yield* turns(2);
  assertFalse(future.done());
  const reason = new RangeError("shutting down");
  loop.callSoon(() => controller.abort(reason));
  assertStrictEquals(yield* raises(future, RangeError), reason);
  assertStrictEquals(yield* raises(fromSignal(controller.signal), RangeError), reason);
});

testForms("fromSignal() that is cancelled hears nothing more", function* ({ turns }) {
  const controller = new AbortController();
  const future = fromSignal(controller.signal);
  future.cancel();
  yield* turns(2);
  controller.abort();
  assert(future.cancelled());
});

Deno.test("fromSignal() and toPromise() of a coroutine need a loop", () => {
  assertThrows(() => fromSignal(AbortSignal.abort()), RuntimeError, "no current event loop");
  assertThrows(() => toPromise(sleep(0)), RuntimeError, "no current event loop");
});

Deno.test("toPromise() gives a native promise of whatever can be awaited", () =>
  runTest(async ({ loop }) => {
    const f = loop.createFuture<number>();
    const promises = [
      toPromise(sleep(1, 1)),
      toPromise(loop.createTask(sleep(1, 1))),
      toPromise(f),
      toPromise(Promise.resolve(1)),
    ];
    f.setResult(1);
    for (const promise of promises) {
      assertInstanceOf(promise, Promise);
      assertEquals(await promise, 1);
    }
    const native = Promise.resolve();
    assertStrictEquals(toPromise(native), native);
  }));

Deno.test("toPromise() of a future works outside its loop", async () => {
  using loop = newEventLoop();
  const f = loop.createFuture<number>();
  const promise = toPromise(f);
  await loop.runUntilComplete(function* () {
    f.setResult(1);
    yield;
  });
  assertEquals(await promise, 1);
});

// anext().

async function* numbers(count: number) {
  for (let i = 0; i < count; i++) {
    await sleep(1);
    yield i;
  }
}

testForms(
  "anext() gives the next value, and throws at the end",
  function* ({ clock, wait, raises }) {
    const it = numbers(2);
    assertEquals(yield* wait(anext(it)), 0);
    assertEquals(yield* wait(anext(it)), 1);
    yield* raises(anext(it), StopAsyncIteration);
    assertEquals(clock.time(), 2);
    assertEquals(yield* wait(anext({ [Symbol.asyncIterator]: () => numbers(1) })), 0);
  },
);

testForms("anext() refuses what is no asynchronous iterator", function* ({ raises }) {
  for (const bad of [{}, [], new Map()]) {
    // deno-lint-ignore no-explicit-any
    yield* raises(anext(bad as any), TypeError, "asynchronous iterator");
  }
});

testForms("anext() passes on what the iterator throws", function* ({ raises }) {
  const error = new RangeError("boom");
  const it = async function* () {
    await sleep(1);
    throw error;
  }();
  assertStrictEquals(yield* raises(anext(it), RangeError), error);
});

testForms(
  "anext() can be cancelled inside the iterator",
  function* ({ spawn, wait, turns, raises }) {
    const seen: string[] = [];
    const it = async function* () {
      try {
        await sleep(100);
        yield 1;
      } finally {
        seen.push("iterator closed");
      }
    }();
    const task = spawn(() => wait(anext(it)));
    yield* turns(3);
    task.cancel();
    yield* raises(task, CancelledError);
    assertEquals(seen, ["iterator closed"]);
  },
);

Deno.test("anext() rejects in plain code where no loop runs", async () => {
  await assertRejects(async () => await anext(numbers(1)), RuntimeError, "no running event loop");
});
