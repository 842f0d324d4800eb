// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield

import {
  CancelledError,
  type Coroutine,
  coroutine,
  type CoroutineObject,
  currentTask,
  iscoroutine,
  iscoroutinefunction,
  newEventLoop,
  RuntimeError,
  sleep,
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
import { runTest, testForms } from "../../_run_test.ts";

const AWAITED = "coroutine is being awaited already";
const REUSED = "cannot reuse already awaited coroutine";

/** The three kinds of coroutine objects there are, each waiting once and giving its argument. */
const kinds: Record<string, (text: string) => CoroutineObject<string>> = {
  generator: coroutine(function* work(text: string): Coroutine<string> {
    yield* sleep(1);
    return text;
  }),
  async: coroutine(async function work(text: string): Promise<string> {
    await sleep(1);
    return text;
  }),
  sleep: (text) => sleep(1, text),
  "sleep(0)": (text) => sleep(0, text),
};

// CPython: test_pep492.py, CoroutineTests.test_iscoroutine
Deno.test("iscoroutine() tells coroutines from everything else", () => {
  for (const make of Object.values(kinds)) assert(iscoroutine(make("")));
  assert(iscoroutine(function* () {}()));
  assert(iscoroutine({ next() {}, throw() {}, return() {}, [Symbol.iterator]() {} }));
  const others = [
    null,
    undefined,
    1,
    "text",
    [],
    [].values(),
    new Map().entries(),
    Promise.resolve(),
    function* () {},
    async function* () {}(),
    { next() {}, throw() {}, return() {} },
  ];
  for (const other of others) assertFalse(iscoroutine(other), Deno.inspect(other));
});

// CPython: test_pep492.py, CoroutineTests.test_iscoroutinefunction
// and test_tasks.py, BaseTaskTests.test_iscoroutinefunction
Deno.test("iscoroutinefunction() tells coroutine functions from everything else", () => {
  assert(iscoroutinefunction(async () => {}));
  assert(iscoroutinefunction(async function () {}));
  assert(iscoroutinefunction(function* () {}));
  assert(iscoroutinefunction(kinds.generator));
  assert(iscoroutinefunction(kinds.async));
  for (const other of [() => {}, sleep, async function* () {}, null, 1, kinds.generator!("")]) {
    assertFalse(iscoroutinefunction(other));
  }
});

Deno.test("coroutine() keeps the name, the length and the receiver of its function", () =>
  runTest(async () => {
    class Counter {
      count = 1;
      add = coroutine(function* add(this: Counter, n: number): Coroutine<number> {
        yield* sleep(0);
        return this.count += n;
      });
      addAsync = coroutine(async function addAsync(this: Counter, n: number) {
        await sleep(0);
        return this.count += n;
      });
    }
    const counter = new Counter();
    assertEquals([counter.add.name, counter.add.length], ["add", 1]);
    assertEquals([counter.addAsync.name, counter.addAsync.length], ["addAsync", 1]);
    assertEquals(await counter.add(2), 3);
    assertEquals(await counter.addAsync(3), 6);
  }));

Deno.test("coroutine() takes functions only", () => {
  // deno-lint-ignore no-explicit-any
  assertThrows(() => coroutine(42 as any), TypeError, "a coroutine function was expected, got 42");
});

Deno.test("coroutine() of the same generator function twice gives two working functions", () =>
  runTest(function* () {
    function* work(): Coroutine<number> {
      yield* sleep(0);
      return 1;
    }
    const [a, b] = [coroutine(work), coroutine(work)];
    assertEquals((yield* a()) + (yield* b()) + (yield* work()), 3);
  }));

testForms("coroutine() of an arrow that gives a coroutine or a promise", function* ({ wait }) {
  const forward = coroutine((text: string) => kinds.generator!(text));
  const promising = coroutine((text: string) => Promise.resolve(text));
  assertEquals(yield* wait(forward("a")), "a");
  assertEquals(yield* wait(promising("b")), "b");
});

testForms(
  "A function that throws before it gives a coroutine fails its caller",
  function* ({ raises, loop }) {
    const error = new TypeError("early");
    const early = coroutine((): Promise<void> => {
      throw error;
    });
    assertStrictEquals(yield* raises(early(), TypeError), error);
    assertStrictEquals(yield* raises(loop.createTask(() => early()), TypeError), error);
  },
);

Deno.test("A coroutine object shows its name", () => {
  assertEquals(String(kinds.generator!("")), "<coroutine object work>");
  assertEquals(String(kinds.async!("")), "<coroutine object work>");
  assertEquals(String(sleep(1)), "<coroutine object sleep>");
  assertEquals(Deno.inspect(kinds.async!("")), "<coroutine object work>");
  assertEquals(Deno.inspect(sleep(1)), "<coroutine object sleep>");
  assertEquals(Deno.inspect(kinds.generator!("")), "<coroutine object work>");
  assertEquals(String(coroutine(function* () {})()), "<coroutine object <lambda>>");
});

for (const [kind, make] of Object.entries(kinds)) {
  testForms(`A coroutine object of ${kind} is lazy`, function* ({ loop, clock, wait }) {
    const coro = make("x");
    yield* wait(sleep(10));
    assertEquals(clock.time(), 10);
    assertEquals(yield* wait(coro), "x");
    assertEquals(clock.time(), kind === "sleep(0)" ? 10 : 11);
    assertEquals(yield* wait(loop.createTask(make("y"))), "y");
    assertEquals(yield* wait(loop.createTask(() => make("z"))), "z");
  });

  testForms(
    `A coroutine object of ${kind} runs in the task that waits for it`,
    function* ({ wait, spawn }) {
      const me = currentTask();
      yield* wait(make(""));
      assertStrictEquals(currentTask(), me);
      const task = spawn(() => wait(make("in a task")));
      assertEquals(yield* wait(task), "in a task");
    },
  );

  // CPython: test_pep492.py, CoroutineTests.test_double_await
  testForms(
    `A coroutine object of ${kind} has one awaiter`,
    function* ({ loop, wait, spawn, turns, raises }) {
      const coro = make("first");
      const first = spawn(() => wait(coro));
      // The first takes one turn only where it sleeps for none; then it may be over by now.
      const message = kind === "sleep(0)" ? "" : AWAITED;
      yield* turns(1);
      yield* raises(coro, RuntimeError, message);
      yield* raises(loop.createTask(coro), RuntimeError, message);
      yield* raises(spawn(() => wait(coro)), RuntimeError, message);
      assertEquals(yield* wait(first), "first");
      yield* raises(coro, RuntimeError, REUSED);
    },
  );

  testForms(
    `A coroutine object of ${kind} that is a task's has no other awaiter`,
    function* ({ loop, wait, turns, raises }) {
      const coro = make("first");
      const first = loop.createTask(coro);
      yield* raises(coro, RuntimeError, AWAITED);
      const second = loop.createTask(coro);
      yield* turns(1);
      yield* raises(second, RuntimeError, AWAITED);
      assertEquals(yield* wait(first), "first");
      yield* raises(loop.createTask(coro), RuntimeError, REUSED);
    },
  );

  testForms(
    `A coroutine object of ${kind} cannot be awaited again`,
    function* ({ loop, wait, raises }) {
      const coro = make("once");
      assertEquals(yield* wait(coro), "once");
      yield* raises(coro, RuntimeError, REUSED);
      // A generator does not tell whether it is finished, as long as its owner is not.
      yield* raises(loop.createTask(coro), RuntimeError);
      yield* raises(coro, RuntimeError, REUSED);
    },
  );

  testForms(
    `A coroutine object of ${kind} that was cancelled cannot be awaited again`,
    function* ({ spawn, wait, turns, raises }) {
      const coro = make("once");
      const task = spawn(() => wait(coro));
      yield* turns(1);
      task.cancel();
      yield* raises(task, CancelledError);
      yield* raises(coro, RuntimeError, REUSED);
    },
  );

  Deno.test(`A coroutine object of ${kind} that is closed cannot be awaited`, () =>
    runTest(function* () {
      const coro = make("closed");
      assertEquals(coro.return("returned"), { done: true, value: "returned" });
      let value: string | undefined;
      try {
        value = yield* coro;
      } catch (error) {
        assertInstanceOf(error, RuntimeError);
      }
      assertEquals(value, undefined);
    }));

  Deno.test(`A coroutine object of ${kind} throws what is thrown into it before its start`, () => {
    const coro = make("");
    const error = new Error("in");
    assertStrictEquals(assertThrows(() => coro.throw(error)), error);
  });
}

Deno.test("A coroutine object awaited twice by Promise.all fails the second time", () =>
  runTest(async () => {
    for (const make of Object.values(kinds)) {
      const coro = make("once");
      const [first, second] = await Promise.allSettled([coro, coro]);
      assertEquals(first, { status: "fulfilled", value: "once" });
      assertEquals(second!.status, "rejected");
      assertInstanceOf((second as PromiseRejectedResult).reason, RuntimeError);
    }
  }));

Deno.test("A coroutine object can be driven by hand", () =>
  runTest(function* ({ loop }) {
    const f = loop.createFuture<number>();
    const work = coroutine(function* (): Coroutine<number> {
      yield;
      return 1 + (yield* f);
    });
    const coro = work();
    assertEquals(coro.next(), { done: false, value: undefined });
    const { done, value } = coro.next();
    assertFalse(done);
    assertStrictEquals(value, f);
    f.setResult(41);
    assertEquals(coro.next(), { done: true, value: 42 });
  }));

Deno.test("A coroutine of an async function needs a task", () => {
  assertThrows(() => kinds.async!("").next(), RuntimeError, "no running event loop");
});

Deno.test("A coroutine object awaited where no loop runs is refused", async () => {
  for (const make of Object.values(kinds)) {
    await assertRejects(async () => await make(""), RuntimeError, "no running event loop");
  }
});

Deno.test("A coroutine object awaited by an async callback runs as a task of its own", () =>
  runTest(async ({ loop }) => {
    for (const make of Object.values(kinds)) {
      const done = loop.createFuture<string>();
      loop.callSoon(async () => done.setResult(await make("from a callback")));
      assertEquals(await done, "from a callback");
    }
  }));

// CPython: test_base_events.py, BaseEventLoopTests.test_create_task_error_closes_coro
Deno.test("A coroutine refused by a closed loop is closed", () => {
  const loop = newEventLoop();
  loop.close();
  let closed = false;
  const work = coroutine(function* (): Coroutine<void> {
    try {
      yield;
    } finally {
      closed = true;
    }
  });
  const coro = work();
  coro.next();
  assertThrows(() => loop.createTask(coro), RuntimeError, "Event loop is closed");
  assert(closed);
});

Deno.test("A coroutine refused by runUntilComplete() is closed", async () => {
  const loop = newEventLoop();
  const coroutines: Coroutine<unknown>[] = [];
  const refuse = async () => {
    let closed = false;
    const coro = coroutine(function* (): Coroutine<void> {
      try {
        yield;
      } finally {
        closed = true;
      }
    })();
    coro.next();
    coroutines.push(coro);
    await assertRejects(() => loop.runUntilComplete(coro), RuntimeError);
    assert(closed);
  };
  await loop.runUntilComplete(refuse);
  loop.close();
  await refuse();
});

Deno.test("then() of a coroutine object behaves as that of a promise", () =>
  runTest(async () => {
    for (const make of Object.values(kinds)) {
      const chained = make("a").then((text) => `${text}b`);
      assertEquals(await chained, "ab");
      assertEquals(await chained, "ab");
      assertEquals(await make("a").then((text) => make(`${text}c`)), "ac");
      assertEquals(await make("a").then(() => {}).then(() => "second"), "second");
      assertEquals(await make("a").then(), "a");
      assertEquals(await make("a").then(null, () => "no"), "a");
      const error = new Error("boom");
      const failing = make("a").then(() => {
        throw error;
      });
      assertStrictEquals(await assertRejects(() => Promise.resolve(failing)), error);
      assertEquals(await Promise.all([make("x"), make("y").then((text) => text)]), ["x", "y"]);
      const settled = make("z").then((text) => text);
      await sleep(2);
      assertEquals(await settled, "z");
      assertEquals(await settled.then((text) => text + text), "zz");
    }
  }));

Deno.test("then() of a coroutine object whose error nobody handles tells the host", async () => {
  const unhandled: unknown[] = [];
  const listen = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", listen);
  try {
    for (const make of Object.values(kinds)) {
      const error = new Error("boom");
      await runTest(async () => {
        make("a").then(() => {
          throw error;
        });
        await sleep(5);
      });
      await new Promise((resolve) => setTimeout(resolve, 1));
      assertEquals(unhandled.splice(0), [error]);
    }
  } finally {
    globalThis.removeEventListener("unhandledrejection", listen);
  }
});

Deno.test("A coroutine object names itself for Object.prototype.toString()", () => {
  for (const make of Object.values(kinds)) {
    assertEquals(Object.prototype.toString.call(make("")), "[object Coroutine]");
  }
});

Deno.test("A coroutine object that is driven by hand is closed and thrown into like a generator", () =>
  runTest(function* () {
    for (const make of Object.values(kinds)) {
      if (make === kinds.async) continue;
      const error = new Error("in");
      const thrown = make("");
      thrown.next();
      assertStrictEquals(assertThrows(() => thrown.throw(error)), error);
      const closed = make("");
      closed.next();
      assertEquals(closed.return("value"), { done: true, value: "value" });
    }
    const early = sleep(1);
    early.next();
    assertThrows(() => early.next(), RuntimeError, "await wasn't used with future");
    yield* sleep(2);
  }));
