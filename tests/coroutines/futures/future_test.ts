// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import {
  AbstractEventLoop,
  type AddDoneCallbackOptions,
  CancelledError,
  ContextVar,
  copyContext,
  type Coroutine,
  type DoneCallback,
  Future,
  InvalidStateError,
  isfuture,
  newEventLoop,
  RuntimeError,
  setEventLoop,
} from "@asyncio/asyncio/coroutines";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { runBriefly, runTest, testForms } from "../../_run_test.ts";

/** A callback that puts a thing into a bag. */
function putting<T>(bag: T[], thing: T): () => void {
  return () => void bag.push(thing);
}

// CPython: test_futures.py, BaseFutureTests.test_isfuture
Deno.test("isfuture() tells futures from everything else", () => {
  using loop = newEventLoop();
  assert(isfuture(loop.createFuture()));
  assertFalse(isfuture(Future));
  assertFalse(isfuture(1));
  assertFalse(isfuture(null));
  assertFalse(isfuture(Promise.resolve()));
});

// CPython: test_futures.py, BaseFutureTests.test_initial_state
Deno.test("Future is pending at first, and done once it is cancelled", () => {
  using loop = newEventLoop();
  const f = loop.createFuture();
  assertFalse(f.cancelled());
  assertFalse(f.done());
  f.cancel();
  assert(f.cancelled());
});

// CPython: test_futures.py, BaseFutureTests.test_constructor_without_loop
Deno.test("Future() throws where there is no loop", () => {
  assertThrows(() => new Future(), RuntimeError, "no current event loop");
});

// CPython: test_futures.py, BaseFutureTests.test_constructor_use_running_loop
testForms("Future() belongs to the running loop", function* ({ loop }) {
  assertStrictEquals(new Future().getLoop(), loop);
});

// CPython: test_futures.py, BaseFutureTests.test_constructor_use_global_loop
Deno.test("Future() belongs to the loop of setEventLoop() where none runs", () => {
  using loop = newEventLoop();
  setEventLoop(loop);
  try {
    assertStrictEquals(new Future().getLoop(), loop);
  } finally {
    setEventLoop(null);
  }
});

// CPython: test_futures.py, BaseFutureTests.test_cancel
Deno.test("Future.cancel() ends it once", () => {
  using loop = newEventLoop();
  const f = loop.createFuture<number>();
  assert(f.cancel());
  assert(f.cancelled());
  assert(f.done());
  assertThrows(() => f.result(), CancelledError);
  assertThrows(() => f.exception(), CancelledError);
  assertThrows(() => f.setResult(1), InvalidStateError, "CANCELLED: <Future cancelled>");
  assertThrows(() => f.setException(new Error()), InvalidStateError);
  assertFalse(f.cancel());
});

// CPython: test_futures.py, BaseFutureTests.test_future_cancel_message_getter
Deno.test("Future.cancel() takes the message of the CancelledError", async () => {
  using loop = newEventLoop();
  const f = loop.createFuture();
  f.cancel("my message");
  for (const ask of [() => f.result(), () => f.exception()]) {
    assertEquals(assertThrows(ask, CancelledError).message, "my message");
  }
  const error = await assertRejects(() => loop.runUntilComplete(f), CancelledError);
  assertEquals(error.message, "my message");
  const plain = loop.createFuture();
  plain.cancel();
  assertEquals(assertThrows(() => plain.result(), CancelledError).message, "");
});

// CPython: test_futures.py, BaseFutureTests.test_result
Deno.test("Future.setResult() gives it its result once", () => {
  using loop = newEventLoop();
  const f = loop.createFuture<number>();
  assertThrows(() => f.result(), InvalidStateError, "Result is not set.");
  f.setResult(42);
  assertFalse(f.cancelled());
  assert(f.done());
  assertEquals(f.result(), 42);
  assertEquals(f.exception(), null);
  assertThrows(() => f.setResult(1), InvalidStateError, "FINISHED: <Future finished result=42>");
  assertThrows(() => f.setException(new Error()), InvalidStateError);
  assertFalse(f.cancel());
  assertEquals(f.result(), 42);
});

// CPython: test_futures.py, BaseFutureTests.test_exception
Deno.test("Future.setException() gives it its exception once", () => {
  using loop = newEventLoop();
  const error = new RuntimeError("boom");
  const f = loop.createFuture<number>();
  assertThrows(() => f.exception(), InvalidStateError, "Exception is not set.");
  f.setException(error);
  assertFalse(f.cancelled());
  assert(f.done());
  assertStrictEquals(assertThrows(() => f.result()), error);
  assertStrictEquals(f.exception(), error);
  assertThrows(() => f.setResult(1), InvalidStateError);
  assertThrows(() => f.setException(error), InvalidStateError);
  assertFalse(f.cancel());
});

// CPython: test_futures.py, BaseFutureTests.test_exception_class
Deno.test("Future.setException() makes an error of a class of errors", () => {
  using loop = newEventLoop();
  for (const ErrorClass of [RuntimeError, Error, TypeError]) {
    const f = loop.createFuture();
    f.setException(ErrorClass);
    assertInstanceOf(f.exception(), ErrorClass);
  }
});

Deno.test("Future.setException() takes whatever JavaScript can throw", () => {
  using loop = newEventLoop();
  for (const thrown of ["text", 0, undefined, null, class {}]) {
    const f = loop.createFuture();
    f.setException(thrown);
    assertStrictEquals(f.exception(), thrown);
    let caught: unknown = "nothing";
    try {
      f.result();
    } catch (error) {
      caught = error;
    }
    assertStrictEquals(caught, thrown);
  }
});

// CPython: test_futures.py, BaseFutureTests.test_yield_from_twice
Deno.test("yield* future hands it out once, and goes through one that is done", () => {
  using loop = newEventLoop();
  const f = loop.createFuture<number>();
  function* fixture(): Coroutine<void> {
    yield "A";
    const x = yield* f;
    yield ["B", x];
    const y = yield* f;
    yield ["C", y];
  }
  const g = fixture();
  assertEquals(g.next().value, "A");
  assertStrictEquals(g.next().value, f);
  f.setResult(42);
  assertEquals(g.next().value, ["B", 42]);
  assertEquals(g.next().value, ["C", 42]);
});

// CPython: test_futures.py, BaseFutureTests.test_iter
Deno.test("yield* future refuses to be resumed by hand before it is done", () => {
  using loop = newEventLoop();
  const f = loop.createFuture<number>();
  function* coro(): Coroutine<number> {
    return yield* f;
  }
  assertThrows(() => [...coro()], RuntimeError, "await wasn't used with future");
  const stepped = coro();
  stepped.next();
  assertThrows(() => stepped.next(), RuntimeError, "await wasn't used with future");
});

// CPython: test_futures.py, BaseFutureTests.test_future_stop_iteration_args
Deno.test("yield* future gives its result when driven by hand", () => {
  using loop = newEventLoop();
  const f = loop.createFuture<[number, number]>();
  f.setResult([1, 2]);
  assertEquals(f[Symbol.iterator]().next(), { done: true, value: [1, 2] });
});

// CPython: test_futures.py, BaseFutureTests.test_future_iter_throw
Deno.test("yield* future throws what is thrown into it", () => {
  using loop = newEventLoop();
  const error = new Error("zebra");
  const iterator = loop.createFuture()[Symbol.iterator]();
  assertStrictEquals(assertThrows(() => iterator.throw(error)), error);
  assertEquals(loop.createFuture<number>()[Symbol.iterator]().return(3), { done: true, value: 3 });
});

// CPython: test_futures.py, BaseFutureTests.test_future_repr
Deno.test("Future shows its state, its outcome and its callbacks", () => {
  using loop = newEventLoop();
  const future = (end?: (f: Future<unknown>) => void) => {
    const f = loop.createFuture<unknown>();
    end?.(f);
    return String(f);
  };
  function fake() {}
  function first() {}
  function last() {}
  assertEquals(future(), "<Future pending>");
  assertEquals(future((f) => f.cancel()), "<Future cancelled>");
  assertEquals(future((f) => f.setResult(4)), "<Future finished result=4>");
  assertEquals(future((f) => f.setResult("a'b")), `<Future finished result="a'b">`);
  assertEquals(future((f) => f.setResult(undefined)), "<Future finished result=None>");
  assertEquals(future((f) => f.addDoneCallback(fake)), "<Future pending cb=[fake()]>");
  assertEquals(future((f) => f.addDoneCallback(() => {})), "<Future pending cb=[<lambda>()]>");
  assertEquals(
    future((f) => {
      f.addDoneCallback(first);
      f.addDoneCallback(last);
    }),
    "<Future pending cb=[first(), last()]>",
  );
  assertEquals(
    future((f) => {
      f.addDoneCallback(first);
      for (let i = 0; i < 8; i++) f.addDoneCallback(fake);
      f.addDoneCallback(last);
    }),
    "<Future pending cb=[first(), <8 more>, last()]>",
  );
  assertEquals(
    future((f) => {
      f.addDoneCallback(first);
      f.cancel();
    }),
    "<Future cancelled>",
  );
  const failed = loop.createFuture();
  failed.setException(new RuntimeError());
  assertEquals(String(failed), "<Future finished exception=RuntimeError()>");
  failed.exception();
  assertEquals(String(failed), "<Future finished exception=RuntimeError()>");
  assertEquals(Deno.inspect(failed), String(failed));
  assertEquals(Deno.inspect([failed]), `[ ${failed} ]`);
});

Deno.test("Future shows the name of its own class", () => {
  using loop = newEventLoop();
  class Promised extends Future<number> {}
  assertEquals(String(new Promised({ loop })), "<Promised pending>");
});

// CPython: test_futures2.py, FutureReprTests.test_recursive_repr_for_pending_tasks
Deno.test("Future that leads back to itself can be shown", () => {
  using loop = newEventLoop();
  const f = loop.createFuture<unknown>();
  f.setResult({ toString: () => `holder of ${f}` });
  assertEquals(String(f), "<Future finished result=holder of ...>");
  const direct = loop.createFuture<unknown>();
  direct.setResult([direct]);
  assertEquals(String(direct), "<Future finished result=[...]>");
});

// CPython: test_futures.py, BaseFutureDoneCallbackTests.test_callbacks_remove_first_callback
// and so on
for (
  const [removed, left] of [[[0], [17, 100]], [[0, 1], [100]], [[2], [42, 17]], [[0, 1, 2], []]]
) {
  Deno.test(`Future.removeDoneCallback() of callbacks ${removed} leaves the others`, async () => {
    using loop = newEventLoop();
    const bag: number[] = [];
    const callbacks = [42, 17, 100].map((thing) => putting(bag, thing));
    const f = loop.createFuture<string>();
    for (const callback of callbacks) f.addDoneCallback(callback);
    for (const i of [...removed!, removed![0]!]) f.removeDoneCallback(callbacks[i]!);
    f.setResult("foo");
    assertEquals(bag, []);
    await runBriefly(loop);
    assertEquals(bag, left!);
    assertEquals(f.result(), "foo");
  });
}

// CPython: test_futures.py, BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_result
// and test_callbacks_invoked_on_set_exception
Deno.test("Future calls its callbacks in order, through the loop, however it ends", async () => {
  using loop = newEventLoop();
  const ends: ((f: Future<string>) => void)[] = [
    (f) => f.setResult("foo"),
    (f) => f.setException(new RuntimeError()),
    (f) => f.cancel(),
  ];
  for (const end of ends) {
    const bag: number[] = [];
    const f = loop.createFuture<string>();
    for (const thing of [42, 17, 42]) f.addDoneCallback(putting(bag, thing));
    end(f);
    assertEquals(bag, []);
    await runBriefly(loop);
    assertEquals(bag, [42, 17, 42]);
    f.cancelled() || f.exception();
  }
});

Deno.test("Future.addDoneCallback() hands over the future, and calls at once through the loop", async () => {
  using loop = newEventLoop();
  const seen: unknown[] = [];
  const f = loop.createFuture<number>();
  f.setResult(1);
  f.addDoneCallback((done) => seen.push(done === f, done.result()));
  assertEquals(seen, []);
  await runBriefly(loop);
  assertEquals(seen, [true, 1]);
});

// CPython: test_futures.py, BaseFutureDoneCallbackTests.test_remove_done_callback
Deno.test("Future.removeDoneCallback() counts what it removes", async () => {
  using loop = newEventLoop();
  const bag: number[] = [];
  const [cb1, cb2, cb3] = [1, 2, 3].map((thing) => putting(bag, thing)) as [
    () => void,
    () => void,
    () => void,
  ];
  const f = loop.createFuture<string>();
  f.addDoneCallback(cb1);
  f.addDoneCallback(cb2);
  assertEquals(f.removeDoneCallback(cb2), 1);
  assertEquals(f.removeDoneCallback(cb3), 0);
  f.addDoneCallback(cb2);
  for (let i = 0; i < 5; i++) f.addDoneCallback(cb1);
  assertEquals(f.removeDoneCallback(cb1), 6);
  f.setResult("foo");
  await runBriefly(loop);
  assertEquals(bag, [2]);
  assertEquals(f.removeDoneCallback(cb2), 0);
});

// CPython: test_futures.py, BaseFutureDoneCallbackTests.test_schedule_callbacks_list_mutation_1
Deno.test("Future.removeDoneCallback() from a callback comes too late for its neighbours", async () => {
  using loop = newEventLoop();
  const bag: number[] = [];
  const second = putting(bag, 2);
  const f = loop.createFuture<number>();
  f.addDoneCallback((done) => assertEquals(done.removeDoneCallback(second), 0));
  f.addDoneCallback(second);
  f.addDoneCallback(second);
  f.setResult(1);
  await runBriefly(loop);
  assertEquals(bag, [2, 2]);
});

Deno.test("Future.addDoneCallback() takes functions only", () => {
  using loop = newEventLoop();
  const f = loop.createFuture();
  // @ts-expect-error: no function
  assertThrows(() => f.addDoneCallback(42), TypeError, "callable");
});

testForms(
  "Future.addDoneCallback() calls in a copy of the current context, or in the one given",
  function* ({ loop, turns }) {
    const variable = new ContextVar<string>("variable", { default: "none" });
    const seen: string[] = [];
    const f = loop.createFuture<void>();
    variable.set("adder");
    const context = copyContext();
    f.addDoneCallback(() => seen.push(variable.get()));
    context.run(() => variable.set("given"));
    f.addDoneCallback(() => {
      seen.push(variable.get());
      variable.set("changed");
    }, { context });
    f.addDoneCallback(() => seen.push(variable.get()));
    variable.set("later");
    f.setResult();
    yield* turns(2);
    assertEquals(seen, ["adder", "given", "adder"]);
    assertEquals(context.get(variable), "changed");
    assertEquals(variable.get(), "later");
  },
);

testForms(
  "Future wakes its waiters in their order, mixed with its callbacks",
  function* ({ loop, wait, spawn, turns }) {
    const order: string[] = [];
    const f = loop.createFuture<number>();
    const waiter = (name: string) =>
      spawn(function* () {
        order.push(`${name} ${yield* wait(f)}`);
      });
    const tasks = [waiter("first")];
    yield* turns(2);
    f.addDoneCallback(() => order.push("callback"));
    tasks.push(waiter("second"), waiter("third"));
    yield* turns(2);
    f.setResult(7);
    assertEquals(order, []);
    for (const task of tasks) yield* wait(task);
    assertEquals(order, ["first 7", "callback", "second 7", "third 7"]);
  },
);

testForms(
  "Future that is done is gone through without a turn of the loop",
  function* ({ loop, wait }) {
    const f = loop.createFuture<number>();
    f.setResult(5);
    let turned = false;
    loop.callSoon(() => turned = true);
    assertEquals(yield* wait(f), 5);
    assertFalse(turned);
  },
);

testForms("Future gives the same error to each waiter", function* ({ loop, wait, spawn }) {
  const f = loop.createFuture<number>();
  const error = new Error("boom");
  const waiter = () =>
    spawn(function* () {
      try {
        yield* wait(f);
      } catch (caught) {
        return caught;
      }
    });
  const tasks = [waiter(), waiter()];
  loop.callSoon(() => f.setException(error));
  for (const task of tasks) assertStrictEquals(yield* wait(task), error);
});

// CPython: test_futures2.py, FutureTests.test_future_traceback
testForms("Future gives its exception as often as it is asked", function* ({ wait, spawn }) {
  const error = new TypeError("42");
  const task = spawn(function* () {
    throw error;
  });
  for (let i = 0; i < 5; i++) {
    let caught: unknown;
    try {
      yield* wait(task);
    } catch (thrown) {
      caught = thrown;
    }
    assertStrictEquals(caught, error);
  }
});

/** A future that answers for itself, as a wrapper of something foreign does. */
class OwnCallbacks extends Future<string> {
  readonly added: string[] = [];

  override addDoneCallback(fn: DoneCallback<string>, options?: AddDoneCallbackOptions): void {
    this.added.push(fn.name);
    super.addDoneCallback(fn, options);
  }
}

// CPython: test_tasks.py, GenericTaskTests.test_future_subclass
testForms(
  "A task waits for a Future subclass by its addDoneCallback()",
  function* ({ loop, wait }) {
    const f = new OwnCallbacks({ loop });
    loop.callSoon(() => f.setResult("done"));
    assertEquals(yield* wait(f), "done");
    assertEquals(f.added.length, 1);
  },
);

Deno.test("A Future subclass with a done() of its own wakes those who wait all the same", () =>
  runTest(function* ({ loop }) {
    /** Pretends to be pending until somebody has waited. */
    class Shy extends Future<string> {
      waited = false;
      override done(): boolean {
        return this.waited && super.done();
      }
      override [Symbol.iterator](): Generator<unknown, string, unknown> {
        const iterator = super[Symbol.iterator]();
        queueMicrotask(() => this.waited = true);
        return iterator;
      }
    }
    const f = new Shy({ loop });
    f.setResult("done");
    assertEquals(yield* f, "done");
  }));

testForms(
  "A task that waits for a Future subclass can be cancelled",
  function* ({ loop, wait, spawn, turns }) {
    const f = new OwnCallbacks({ loop });
    const task = spawn(() => wait(f));
    yield* turns(2);
    task.cancel();
    yield* turns(3);
    assert(f.cancelled());
    assert(task.cancelled());
  },
);

Deno.test("Future.then(), catch() and finally() give native promises", () =>
  runTest(async ({ loop }) => {
    const f = loop.createFuture<number>();
    const promises = [
      f.then((value) => value + 1),
      f.then(),
      f.catch(() => 0),
      f.finally(() => {}),
    ];
    for (const promise of promises) assertInstanceOf(promise, Promise);
    f.setResult(1);
    assertEquals(await Promise.all(promises), [2, 1, 1, 1]);
    assertEquals(await f.then((value) => value * 10), 10);

    const failed = loop.createFuture<number>();
    const error = new Error("boom");
    loop.callSoon(() => failed.setException(error));
    assertStrictEquals(await failed.catch((caught) => caught), error);
    assertStrictEquals(await failed.then(null, (caught) => caught), error);
    assertStrictEquals(await assertRejects(() => failed.finally(() => {})), error);
  }));

Deno.test("Future.then() turns what its callback throws into a rejection", () =>
  runTest(async ({ loop }) => {
    const f = loop.createFuture<number>();
    const error = new Error("boom");
    const promise = f.then(() => {
      throw error;
    });
    f.setResult(1);
    assertStrictEquals(await assertRejects(() => promise), error);
  }));

Deno.test("Future can be awaited outside its loop while that runs", async () => {
  using loop = newEventLoop();
  const f = loop.createFuture<string>();
  loop.callLater(0.001, () => f.setResult("done"));
  const running = loop.runUntilComplete(f);
  assertEquals(await f, "done");
  assertEquals(await running, "done");
  assertEquals(await f, "done");
});

Deno.test("Future() refuses a loop that is none of the library's, saying so", () => {
  const mine = Object.create(AbstractEventLoop.prototype);
  for (const loop of [mine, {}, { createFuture() {} }] as never[]) {
    assertThrows(
      () => new Future({ loop }),
      TypeError,
      "a loop of this library was expected, got ",
    );
  }
});
