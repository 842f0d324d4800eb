// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield require-await

import {
  Context,
  ContextVar,
  copyContext,
  newEventLoop,
  RuntimeError,
  sleep,
  type Task,
  Token,
} from "@asyncio/asyncio/coroutines";
import { asyncWith } from "@asyncio/asyncio";
import { KeyError, ValueError } from "@asyncio/asyncio/selectors";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertMatch,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { virtualLoop } from "./_loop.ts";
import { runBriefly, runTest, testForms } from "../_run_test.ts";

/** Registers a test that runs in a context of its own. CPython: test_context.py, isolated_context */
function testIsolated(name: string, fn: () => void): void {
  Deno.test(name, () => new Context().run(fn));
}

// CPython: test_context.py, ContextTest.test_context_var_new_1
Deno.test("ContextVar has a name", () => {
  assertEquals(new ContextVar("aaa").name, "aaa");
  // deno-lint-ignore no-explicit-any
  assertThrows(() => new ContextVar(1 as any), TypeError, "must be a str");
});

// CPython: test_context.py, ContextTest.test_context_var_repr_1
testIsolated("ContextVar and Token can be shown", () => {
  assertEquals(String(new ContextVar("a")), "<ContextVar name='a'>");
  const list: unknown[] = [];
  const variable = new ContextVar<unknown>("a", { default: list });
  list.push(variable);
  assertEquals(String(variable), "<ContextVar name='a' default=[...]>");
  const other = new ContextVar<number>("b", { default: 123 });
  assertEquals(Deno.inspect(other), "<ContextVar name='b' default=123>");
  const token = other.set(1);
  assertEquals(String(token), "<Token var=<ContextVar name='b' default=123>>");
  other.reset(token);
  assertEquals(String(token), "<Token used var=<ContextVar name='b' default=123>>");
});

// CPython: test_context.py, ContextTest.test_context_getset_1
testIsolated("ContextVar.get(), set() and reset() follow one another", () => {
  const c = new ContextVar<unknown>("c");
  assertThrows(() => c.get(), KeyError, "<ContextVar name='c'>");
  assertEquals(c.get(null), null);
  assertEquals(c.get(undefined), undefined);
  const t0 = c.set(42);
  assertEquals([c.get(), c.get(null)], [42, 42]);
  assertStrictEquals(t0.oldValue, Token.MISSING);
  assertStrictEquals(t0.var, c);
  const t = c.set("spam");
  assertEquals(c.get(null), "spam");
  assertEquals(t.oldValue, 42);
  c.reset(t);
  assertEquals(c.get(), 42);
  c.set("spam2");
  assertThrows(() => c.reset(t), RuntimeError, "has already been used");
  assertEquals(c.get(), "spam2");
  const ctx1 = copyContext();
  assert(ctx1.has(c));
  c.reset(t0);
  assertThrows(() => c.reset(t0), RuntimeError, "has already been used");
  assertEquals(c.get(null), null);
  assertEquals([ctx1.get(c), ctx1.get(c, "aa"), ctx1.size], ["spam2", "spam2", 1]);
  assertEquals([...ctx1], [[c, "spam2"]]);
  const ctx2 = copyContext();
  assertFalse(ctx2.has(c));
  assertEquals([ctx2.get(c), ctx2.get(c, "aa"), ctx2.size], [undefined, "aa", 0]);
});

testIsolated("ContextVar takes undefined for a value and a default", () => {
  const plain = new ContextVar<number | undefined>("plain");
  plain.set(undefined);
  assertEquals(plain.get(1), undefined);
  assertEquals(copyContext().get(plain, 1), undefined);
  assert(copyContext().has(plain));
  assertEquals(new ContextVar("a", { default: undefined }).get(), undefined);
});

// CPython: test_context.py, ContextTest.test_context_getset_2
testIsolated("ContextVar.reset() refuses another variable's token", () => {
  const [v1, v2] = [new ContextVar("v1"), new ContextVar("v2")];
  const token = v1.set(42);
  assertThrows(() => v2.reset(token), ValueError, "was created by a different ContextVar");
  v1.reset(token);
});

// CPython: test_context.py, ContextTest.test_context_getset_4
testIsolated("ContextVar.reset() refuses another context's token", () => {
  const c = new ContextVar("c", { default: 42 });
  const token = new Context().run(() => c.set(1));
  assertThrows(() => c.reset(token), ValueError, "was created in a different Context");
});

// CPython: test_context.py, ContextTest.test_context_getset_3
testIsolated("A context does not know of defaults", () => {
  const c = new ContextVar("c", { default: 42 });
  const ctx = new Context();
  ctx.run(() => {
    assertEquals(c.get(), 42);
    assertEquals([ctx.get(c), ctx.get(c, 1), ctx.has(c)], [undefined, 1, false]);
    const token = c.set(1);
    assertEquals([...ctx], [[c, 1]]);
    assertEquals(ctx.get(c), 1);
    c.reset(token);
    assertEquals([...ctx], []);
  });
});

// CPython: test_context.py, ContextTest.test_context_run_2, test_context_run_3
testIsolated("Context.run() passes arguments, result and errors", () => {
  const ctx = new Context();
  assertEquals(ctx.run((...args: number[]) => [...args, "bar"], 1, 2), [1, 2, "bar"]);
  const error = new Error("boom");
  for (let i = 0; i < 2; i++) {
    assertStrictEquals(
      assertThrows(() =>
        ctx.run(() => {
          throw error;
        })
      ),
      error,
    );
  }
});

// CPython: test_context.py, ContextTest.test_context_run_4, test_context_run_5
testIsolated("Context.run() keeps what is set within", () => {
  const [ctx1, ctx2] = [new Context(), new Context()];
  const c = new ContextVar<string | null>("var");
  ctx1.run(() => {
    assertEquals(c.get(null), null);
    c.set("spam");
    ctx2.run(() => assertEquals(c.get(null), null));
    assertEquals(c.get(null), "spam");
    assertEquals([...copyContext()], [[c, "spam"]]);
  });
  assertEquals(ctx1.get(c), "spam");
  assertThrows(() =>
    ctx2.run(() => {
      c.set("lost");
      throw new Error();
    })
  );
  assertEquals(c.get(null), null);
  assertEquals(ctx2.get(c), "lost");
});

// CPython: test_context.py, ContextTest.test_context_run_7
testIsolated("Context.run() cannot be nested in itself", () => {
  const ctx = new Context();
  ctx.run(() => {
    assertThrows(() => ctx.run(() => {}), RuntimeError, "is already entered");
    new Context().run(() => {
      assertThrows(() => ctx.run(() => {}), RuntimeError, "is already entered");
    });
  });
  ctx.run(() => {});
});

// CPython: test_context.py, ContextTest.test_context_copy_1
testIsolated("Context.copy() parts from its original", () => {
  const ctx1 = new Context();
  const c = new ContextVar("c", { default: 42 });
  ctx1.run(() => {
    c.set(10);
    const ctx2 = ctx1.copy();
    assertEquals(ctx2.get(c), 10);
    c.set(20);
    assertEquals([ctx1.get(c), ctx2.get(c)], [20, 10]);
    ctx2.run(() => {
      assertEquals(c.get(), 10);
      c.set(30);
    });
    assertEquals([ctx1.get(c), ctx2.get(c)], [20, 30]);
  });
});

Deno.test("ContextVar set in plain code is seen by the tasks made there", () =>
  new Context().run(() => {
    const c = new ContextVar<string>("c", { default: "none" });
    c.set("outer");
    return runTest(function* () {
      // The loop starts in a turn of its own, the task in the context of its making.
      assertEquals(c.get(), "outer");
    });
  }));

// CPython: test_tasks.py, BaseTaskTests.test_context_1
testForms("A task has a copy of its maker's context", function* ({ spawn, wait }) {
  const c = new ContextVar<string>("c", { default: "nope" });
  assertEquals(c.get(), "nope");
  const sub = spawn(function* () {
    yield* wait(sleep(0.01));
    assertEquals(c.get(), "nope");
    c.set("something else");
  });
  c.set("yes");
  const later = spawn(function* () {
    return c.get();
  });
  yield* wait(sub);
  assertEquals(c.get(), "yes");
  assertEquals(yield* wait(later), "yes");
});

// CPython: test_tasks.py, BaseTaskTests.test_context_2
testForms("What a done callback sets stays with it", function* ({ loop, wait }) {
  const c = new ContextVar<string>("c", { default: "nope" });
  for (let j = 0; j < 2; j++) {
    const f = loop.createFuture<void>();
    f.addDoneCallback(() => c.set("something else"));
    c.set(`yes${j}`);
    loop.callSoon(() => f.setResult());
    yield* wait(f);
    assertEquals(c.get(), `yes${j}`);
    for (let i = 0; i < 3; i++) {
      c.set(`yes${i}-${j}`);
      yield* wait(sleep(0.001));
      assertEquals(c.get(), `yes${i}-${j}`);
    }
  }
});

// CPython: test_tasks.py, BaseTaskTests.test_context_3
testForms("A hundred tasks do not see one another's values", function* ({ spawn, wait }) {
  const c = new ContextVar<number>("c", { default: -1 });
  const tasks = Array.from({ length: 100 }, (_, n) =>
    spawn(function* () {
      for (let i = 0; i < 10; i++) {
        c.set(n + i);
        yield* wait(sleep(0.001 * ((n * 7 + i * 13) % 50)));
        assertEquals(c.get(), n + i);
      }
    }));
  for (const task of tasks) yield* wait(task);
  assertEquals(c.get(), -1);
});

// CPython: test_tasks.py, BaseTaskTests.test_context_4, test_context_5 and test_context_6
testForms("A task can be given a context, which it shares", function* ({ spawn, wait }) {
  const c = new ContextVar<number>("c");
  const context = copyContext();
  const seen = [context.get(c)];
  for (const value of [1, 2]) {
    const task = spawn(function* () {
      yield* wait(sleep(0));
      c.set(value);
    }, { context });
    assertStrictEquals(task.getContext(), context);
    yield* wait(task);
    seen.push(context.get(c));
  }
  assertEquals(seen, [undefined, 1, 2]);
});

testForms("The context of a running task is entered", function* ({ spawn, wait }) {
  const context = new Context();
  const task = spawn(function* () {
    assertThrows(() => context.run(() => {}), RuntimeError, "is already entered");
    yield* wait(sleep(0));
    assertThrows(() => context.run(() => {}), RuntimeError, "is already entered");
  }, { context });
  context.run(() => {});
  yield* wait(task);
});

// CPython: test_tasks.py, BaseTaskTests.test_get_context
testForms(
  "Task.getContext() gives its context, which is there from the beginning",
  function* ({ spawn, wait }) {
    const c = new ContextVar<number>("c");
    const contexts: Context[] = [];
    const task: Task<void> = spawn(function* () {
      contexts.push(task.getContext());
      yield* wait(sleep(0));
      c.set(1);
      contexts.push(task.getContext());
      yield* wait(sleep(0));
    });
    contexts.push(task.getContext());
    yield* wait(task);
    contexts.push(task.getContext());
    assertInstanceOf(contexts[0], Context);
    for (const context of contexts) assertStrictEquals(context, contexts[0]);
    assertEquals(contexts[0]!.get(c), 1);
  },
);

testForms(
  "Task.getContext() asked for by the task itself is the one that it sets",
  function* ({ spawn, wait }) {
    const c = new ContextVar<number>("c");
    const task: Task<void> = spawn(function* () {
      const context = task.getContext();
      c.set(1);
      assertEquals(context.get(c), 1);
      yield* wait(sleep(0));
      c.set(2);
      assertEquals(context.get(c), 2);
    });
    yield* wait(task);
    assertEquals(task.getContext().get(c), 2);
  },
);

Deno.test("Handle.getContext() gives its context, which is there from the beginning", async () => {
  using loop = newEventLoop();
  const c = new ContextVar<number>("c");
  const handle = loop.callSoon(() => void c.set(1));
  const context = handle.getContext();
  assertInstanceOf(context, Context);
  await runBriefly(loop);
  assertStrictEquals(handle.getContext(), context);
  assertEquals(context.get(c), 1);
});

// CPython: test_eager_task_factory.py, EagerTaskFactoryLoopTests.test_context_vars
testForms(
  "A task that starts eagerly has a context of its own, too",
  function* ({ spawn, wait, turns }) {
    const c = new ContextVar<number>("c", { default: 0 });
    c.set(1);
    const task = spawn(function* () {
      assertEquals(c.get(), 1);
      c.set(2);
      yield* turns(1);
      assertEquals(c.get(), 2);
    }, { eagerStart: true });
    assertEquals(c.get(), 1);
    yield* wait(task);
    assertEquals(c.get(), 1);
  },
);

testForms("Context.run() in a task leaves the task's context alone", function* ({ wait, spawn }) {
  const c = new ContextVar<string>("c", { default: "none" });
  c.set("task");
  const context = new Context();
  const task = context.run(() => {
    c.set("context");
    return spawn(function* () {
      yield* wait(sleep(0));
      return c.get();
    });
  });
  assertEquals(c.get(), "task");
  assertEquals(yield* wait(task), "context");
  assertNotStrictEquals(task.getContext(), context);
});

// CPython: test_futures2.py, FutureTests.test_handle_exc_handler_correct_context
testForms(
  "An exception handler runs in the context of the callback that failed",
  function* ({ loop, turns }) {
    const c = new ContextVar<string>("c", { default: "foo" });
    const seen: string[] = [];
    loop.setExceptionHandler(() => seen.push(c.get()));
    loop.callSoon(() => {
      c.set("bar");
      throw new Error("boom");
    });
    yield* turns(1);
    assertEquals(seen, ["bar"]);
    assertEquals(c.get(), "foo");
  },
);

testForms(
  "An exception handler runs in the context of the task, future or handle that it hears of",
  function* ({ loop, spawn, wait }) {
    const c = new ContextVar<string>("c", { default: "foo" });
    const seen: string[] = [];
    loop.setExceptionHandler(() => seen.push(c.get()));
    const task = spawn(function* () {
      c.set("bar");
      yield* wait(sleep(0));
    });
    yield* wait(task);
    loop.callExceptionHandler({ message: "of the task", task });
    loop.callExceptionHandler({ message: "of nobody" });
    loop.callExceptionHandler({ message: "of a future", future: loop.createFuture() });
    assertEquals(seen, ["bar", "foo", "foo"]);
  },
);

Deno.test("Context shows how much it holds", () => {
  assertMatch(String(new Context()), /^<Context of 0 variables>$/);
});

Deno.test("Plain code has a context of its own, which callbacks scheduled there copy", async () => {
  const c = new ContextVar<string>("c", { default: "none" });
  const token = c.set("plain");
  using loop = newEventLoop();
  const seen: string[] = [];
  loop.callSoon(() => {
    seen.push(c.get());
    c.set("callback");
  });
  await runBriefly(loop);
  assertEquals([c.get(), ...seen], ["plain", "plain"]);
  c.reset(token);
  assertEquals(c.get(), "none");
});

Deno.test("callSoon() takes a last argument for a context only if it is nothing else", async () => {
  using loop = newEventLoop();
  const context = new Context();
  const seen: unknown[] = [];
  const lasts = [{ context: 1 }, { context, more: 1 }, { context: null }, [context], context];
  const put = (...args: unknown[]) => seen.push(args.length);
  for (const last of lasts) loop.callSoon(put, 1, last);
  loop.callSoon(put, 1, { context });
  await runBriefly(loop);
  assertEquals(seen, [2, 2, 2, 2, 2, 1]);
});

Deno.test("A variable set after an await of an async callback stays with that callback", async () => {
  const c = new ContextVar<string>("c", { default: "none" });
  using loop = virtualLoop();
  const seen: string[] = [];
  const callback = (name: string) => async () => {
    seen.push(`${name} begins with ${c.get()}`);
    await sleep(0);
    c.set(name);
    await sleep(1);
    seen.push(`${name} ends with ${c.get()}`);
  };
  await loop.runUntilComplete(async () => {
    loop.callSoon(callback("a"));
    await sleep(0.5);
    loop.callSoon(callback("b"));
    loop.callLater(0.1, callback("c"));
    await sleep(5);
    seen.push(`main has ${c.get()}`);
  });
  await loop.runUntilComplete(async () => void seen.push(`later ${c.get()}`));
  assertEquals(seen, [
    "a begins with none",
    "b begins with none",
    "c begins with none",
    "a ends with a",
    "b ends with b",
    "c ends with c",
    "main has none",
    "later none",
  ]);
});

Deno.test("An async callback goes on in the context that it was given", async () => {
  const c = new ContextVar<string>("c", { default: "none" });
  using loop = virtualLoop();
  const context = new Context();
  context.run(() => c.set("given"));
  const seen: string[] = [];
  await loop.runUntilComplete(async () => {
    loop.callSoon(async () => {
      seen.push(c.get());
      await sleep(0);
      seen.push(c.get());
      c.set("changed");
    }, { context });
    await sleep(1);
  });
  assertEquals([...seen, context.get(c)], ["given", "given", "changed"]);
});

// CPython (3.14): test_context.py, ContextTest.test_token_contextmanager_with_default and kin
testForms("Token resets its variable at the end of a scope", function* ({ fn, wait }) {
  const c = new ContextVar<number>("c", { default: 42 });
  function scope() {
    using token = c.set(36);
    assertEquals([c.get(), token.oldValue], [36, Token.MISSING]);
    {
      using inner = c.set(1);
      assertEquals([c.get(), inner.oldValue], [1, 36]);
    }
    assertEquals(c.get(), 36);
  }
  scope();
  assertEquals(c.get(), 42);
  assertThrows(
    () => {
      using _ = c.set(36);
      throw new Error("boom");
    },
    Error,
    "boom",
  );
  assertEquals(c.get(), 42);
  const body = fn(function* () {
    yield* wait(sleep(0));
    assertEquals(c.get(), 7);
  });
  yield* wait(asyncWith(c.set(7), body));
  assertEquals(c.get(), 42);
});

// CPython (3.14): test_context.py, ContextTest.test_token_contextmanager_reset_twice
testIsolated("Token refuses to reset its variable twice", () => {
  const c = new ContextVar<number>("c", { default: 42 });
  assertThrows(
    () => {
      using token = c.set(36);
      c.reset(token);
    },
    RuntimeError,
    "has already been used once",
  );
});

// CPython: test_context.py, ContextTest.test_context_getset_2 and test_context_copy_1
testIsolated("Context.keys(), values() and items() go through what is set", () => {
  const a = new ContextVar<number>("a");
  const b = new ContextVar<string>("b", { default: "default" });
  const context = new Context();
  assertEquals([...context.keys(), ...context.values(), ...context.items()], []);
  context.run(() => {
    a.set(1);
    b.set("two");
    a.set(3);
  });
  assertEquals([...context.keys()], [a, b]);
  assertEquals([...context.values()], [3, "two"]);
  assertEquals([...context.items()], [[a, 3], [b, "two"]]);
  assertEquals([...context], [...context.items()]);
});
