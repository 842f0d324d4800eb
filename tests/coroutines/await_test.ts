// Copyright 2026 the asyncio authors. MIT license.

import {
  abortable,
  asyncWith,
  CancelledError,
  ContextVar,
  type Coroutine,
  coroutine,
  currentTask,
  type ExceptionContext,
  fromPromise,
  type Future,
  getRunningLoop,
  newEventLoop,
  RuntimeError,
  type SelectorEventLoop,
  sleep,
  type Task,
  VirtualClock,
} from "@asyncio/asyncio/coroutines";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { runTest } from "../_run_test.ts";

/** Lets the loop turn so many times. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await sleep(0);
}

/** Lets the host turn a few times, so that all that it can finish by itself is finished. */
async function host(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Waits for a promise to be rejected. Unlike `assertRejects` it takes no microtask of its own. */
async function failure(promise: PromiseLike<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    assertInstanceOf(error, Error);
    return error;
  }
  throw new Error("it did not fail");
}

// Cancellation finds its way.

Deno.test("A cancellation reaches the innermost await of nested async functions", () =>
  runTest(async ({ loop }) => {
    const order: number[] = [];
    async function nested(depth: number): Promise<void> {
      try {
        if (depth === 0) await sleep(10);
        else await nested(depth - 1);
      } finally {
        order.push(depth);
      }
    }
    const task = loop.createTask(() => nested(10));
    await turns(2);
    task.cancel("enough");
    assertEquals((await assertRejects(() => task.then(), CancelledError)).message, "enough");
    assertEquals(order, Array.from({ length: 11 }, (_, i) => i));
  }));

Deno.test("A cancellation interrupts every branch of a Promise.all", () =>
  runTest(async ({ loop, clock }) => {
    const order: string[] = [];
    const branch = async (name: string, seconds: number) => {
      try {
        await sleep(seconds);
      } catch (error) {
        order.push(`${name} ${(error as Error).name}`);
        throw error;
      }
    };
    const task = loop.createTask(async () => {
      await Promise.all([branch("a", 1), branch("b", 2), sleep(3), loop.createFuture()]);
    });
    await turns(2);
    task.cancel();
    await assertRejects(() => task.then(), CancelledError);
    await host();
    assertEquals(order, ["a CancelledError", "b CancelledError"]);
    assertEquals(clock.time(), 0);
  }));

Deno.test("A cancellation reaches what is left of a Promise.all", () =>
  runTest(async ({ loop, clock }) => {
    const task = loop.createTask(async () => {
      await Promise.all([sleep(1), sleep(100)]);
    });
    await sleep(2);
    task.cancel();
    await assertRejects(() => task.then(), CancelledError);
    assertEquals(clock.time(), 2);
  }));

Deno.test("A cancellation interrupts a Promise.race, allSettled and any", () =>
  runTest(async ({ loop }) => {
    const start = (combine: (sleeps: PromiseLike<unknown>[]) => Promise<unknown>) =>
      loop.createTask(async () => await combine([sleep(1), sleep(2)]));
    const race = start((sleeps) => Promise.race(sleeps));
    const any = start((sleeps) => Promise.any(sleeps));
    const settled = start((sleeps) => Promise.allSettled(sleeps));
    await turns(2);
    for (const task of [race, any, settled]) task.cancel();
    assertInstanceOf(await failure(race), CancelledError);
    assertInstanceOf(await failure(any), AggregateError);
    assertEquals(JSON.stringify(await settled).match(/rejected/g)!.length, 2);
  }));

Deno.test("A cancellation after a Promise.race reaches the next await", () =>
  runTest(async ({ loop }) => {
    const task = loop.createTask(async () => {
      await Promise.race([sleep(1), sleep(100)]);
      await sleep(50);
    });
    await sleep(10);
    task.cancel();
    await assertRejects(() => task.then(), CancelledError);
  }));

Deno.test("A cancellation interrupts a for await loop", () =>
  runTest(async ({ loop }) => {
    const order: string[] = [];
    async function* numbers() {
      try {
        for (let i = 0;; i++) {
          await sleep(1);
          yield i;
        }
      } finally {
        await sleep(0);
        order.push("iterator closed");
      }
    }
    const task = loop.createTask(async () => {
      for await (const i of numbers()) order.push(String(i));
    });
    await sleep(2.5);
    task.cancel();
    await assertRejects(() => task.then(), CancelledError);
    assertEquals(order, ["0", "1", "iterator closed"]);
  }));

Deno.test("A cancellation in the body of a for await loop closes the iterator", () =>
  runTest(async ({ loop }) => {
    const order: string[] = [];
    async function* numbers() {
      try {
        yield 1;
      } finally {
        await sleep(1);
        order.push("iterator closed");
      }
    }
    const task = loop.createTask(async () => {
      for await (const i of numbers()) {
        order.push(String(i));
        await sleep(100);
      }
    });
    await sleep(2);
    task.cancel();
    await assertRejects(() => task.then(), CancelledError);
    assertEquals(order, ["1", "iterator closed"]);
  }));

Deno.test("A cancellation reaches through generators in async functions in generators", () =>
  runTest(async ({ loop }) => {
    const order: string[] = [];
    const guarded = (name: string) => ({
      [Symbol.dispose]: () => void order.push(`${name} ${currentTask()?.getName()}`),
    });
    const inner = coroutine(function* inner(): Coroutine<void> {
      using _ = guarded("inner generator");
      yield* sleep(10);
    });
    const middle = coroutine(async function middle() {
      using _ = guarded("async function");
      await inner();
    });
    const task = loop.createTask(function* () {
      using _ = guarded("outer generator");
      yield* middle();
    }, { name: "T" });
    await turns(2);
    task.cancel();
    await assertRejects(() => task.then(), CancelledError);
    assertEquals(order, ["inner generator T", "async function T", "outer generator T"]);
  }));

Deno.test("A cancellation goes through sub-tasks that async functions wait for", () =>
  runTest(async ({ loop }) => {
    const f = loop.createFuture();
    const sub = loop.createTask(async () => await f);
    const task = loop.createTask(async () => {
      await sub;
    });
    await turns(3);
    task.cancel();
    await assertRejects(() => task.then(), CancelledError);
    assert(sub.cancelled());
    assert(f.cancelled());
  }));

Deno.test("A cancellation that is swallowed lets the async function go on", () =>
  runTest(async ({ loop, clock }) => {
    const task = loop.createTask(async () => {
      const seen: string[] = [];
      for (let i = 0; i < 3; i++) {
        try {
          await sleep(10);
          seen.push("slept");
        } catch (error) {
          seen.push((error as Error).name);
        }
      }
      return seen;
    });
    await sleep(1);
    task.cancel();
    assertEquals(await task, ["CancelledError", "slept", "slept"]);
    assertEquals(clock.time(), 21);
    assertFalse(task.cancelled());
  }));

Deno.test("A cancellation between wake-up and continuation is heard at the next await", () =>
  runTest(async ({ loop }) => {
    const f = loop.createFuture<number>();
    const seen: unknown[] = [];
    const task = loop.createTask(async () => {
      seen.push(await f);
      await sleep(10);
      seen.push("slept");
    });
    await turns(1);
    f.addDoneCallback(() => {
      // The task's own listener comes first: its await is over, and its function about to go on.
      task.cancel();
    });
    f.setResult(1);
    await assertRejects(() => task.then(), CancelledError);
    assertEquals(seen, [1]);
  }));

Deno.test("A cancellation before the loop has woken the function takes the place of the value", () =>
  runTest(async ({ loop }) => {
    const f = loop.createFuture<number>();
    let reached = false;
    const task = loop.createTask(async () => {
      await f;
      reached = true;
    });
    await turns(1);
    f.setResult(1);
    task.cancel();
    await assertRejects(() => task.then(), CancelledError);
    assertFalse(reached);
  }));

Deno.test("A cancellation by oneself, after an await, interrupts the next", () =>
  runTest(async ({ loop, clock }) => {
    const seen: string[] = [];
    const task = loop.createTask(async () => {
      await sleep(1);
      currentTask()!.cancel("self");
      seen.push("still running");
      await sleep(10);
    });
    assertEquals((await failure(task)).message, "self");
    assertEquals(seen, ["still running"]);
    assertEquals(clock.time(), 1);
  }));

Deno.test("A cancellation by oneself, in a coroutine that the function awaits", () =>
  runTest(async ({ loop }) => {
    const seen: string[] = [];
    const suicidal = coroutine(function* (): Coroutine<string> {
      yield* sleep(0);
      currentTask()!.cancel("self");
      seen.push("coroutine ends");
      return "value";
    });
    const task = loop.createTask(async () => {
      seen.push(await suicidal());
      await sleep(1);
    });
    assertEquals((await failure(task)).message, "self");
    assertEquals(seen, ["coroutine ends", "value"]);
  }));

// Foreign promises.

Deno.test("A cancellation ends a task at once that awaits a foreign promise", () =>
  runTest(async ({ loop, clock }) => {
    const seen: string[] = [];
    const foreign = Promise.withResolvers<void>();
    const task = loop.createTask(async () => {
      seen.push(String(currentTask()!.signal.aborted));
      await foreign.promise;
      seen.push("foreign is over");
      try {
        await sleep(1);
      } catch (error) {
        seen.push((error as Error).name, (error as Error).message);
        throw error;
      }
    });
    await turns(2);
    task.cancel("late");
    assert(task.signal.aborted);
    assertEquals((await failure(task)).message, "late");
    assert(task.cancelled());
    foreign.resolve();
    await host();
    assertEquals(seen, ["false", "foreign is over", "CancelledError", "late"]);
    assertEquals(clock.time(), 0);
  }));

Deno.test("A function that nobody waits for any more is interrupted once only", () =>
  runTest(async ({ loop }) => {
    const seen: string[] = [];
    const foreign = Promise.withResolvers<void>();
    const task = loop.createTask(async () => {
      try {
        await foreign.promise;
        await sleep(1);
      } finally {
        await sleep(1);
        seen.push("cleaned up", String(currentTask() === task));
      }
    });
    await turns(2);
    task.cancel();
    await failure(task);
    foreign.resolve();
    await host();
    await sleep(5);
    assertEquals(seen, ["cleaned up", "true"]);
  }));

Deno.test("A foreign promise that follows the task's signal ends with it", () =>
  runTest(async ({ loop }) => {
    const seen: string[] = [];
    const foreign = (signal: AbortSignal) =>
      new Promise<void>((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
    const task = loop.createTask(async () => {
      try {
        await foreign(currentTask()!.signal);
      } finally {
        seen.push("interrupted");
      }
    });
    await turns(2);
    task.cancel("signal");
    assertEquals((await failure(task)).message, "signal");
    assertEquals(seen, ["interrupted"]);
  }));

Deno.test("abortable() interrupts a foreign promise, and lets the function clean up", () =>
  runTest(async ({ loop, clock }) => {
    const seen: string[] = [];
    const foreign = (signal: AbortSignal) =>
      new Promise<void>((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
    const task = loop.createTask(async () => {
      try {
        await abortable(foreign);
      } finally {
        await sleep(1);
        seen.push("cleaned up");
      }
    });
    await turns(2);
    task.cancel("signal");
    assertEquals((await failure(task)).message, "signal");
    assertEquals(seen, ["cleaned up"]);
    assertEquals(clock.time(), 1);
  }));

Deno.test("A function that swallows a foreign abort still hears of the cancellation", () =>
  runTest(async ({ loop }) => {
    const task = loop.createTask(async () => {
      const { signal } = currentTask()!;
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      await sleep(10);
    });
    await turns(2);
    task.cancel();
    assertInstanceOf(await failure(task), CancelledError);
  }));

Deno.test("An error of a function that nobody waits for any more is reported", () =>
  runTest(async ({ loop, reported }) => {
    const foreign = Promise.withResolvers<void>();
    const task = loop.createTask(() => foreign.promise);
    await turns(2);
    task.cancel();
    await failure(task);
    const error = new Error("too late");
    foreign.reject(error);
    await host();
    const [context] = reported.splice(0);
    assertStrictEquals(context?.exception, error);
    assertStrictEquals(context?.task, task);
  }));

Deno.test("A cancellation while a foreign promise is being resolved is not lost", () =>
  runTest(async ({ loop }) => {
    const foreign = Promise.withResolvers<void>();
    let reached = false;
    const task = loop.createTask(async () => {
      await foreign.promise;
      await sleep(10);
      reached = true;
    });
    await turns(2);
    foreign.resolve();
    task.cancel();
    assertInstanceOf(await failure(task), CancelledError);
    assertFalse(reached);
  }));

Deno.test("A cancellation is not lost when the function returns after a foreign promise", () =>
  runTest(async ({ loop }) => {
    const foreign = Promise.withResolvers<number>();
    const task = loop.createTask(async () => await foreign.promise);
    await turns(2);
    foreign.resolve(1);
    task.cancel();
    assertInstanceOf(await failure(task), CancelledError);
    assert(task.cancelled());
  }));

Deno.test("A cancellation left over by an await reaches a function that goes on with a foreign promise", () =>
  runTest(async ({ loop }) => {
    const last = coroutine(function* (): Coroutine<void> {
      yield* sleep(0);
      currentTask()!.cancel("left over");
    });
    const task = loop.createTask(async () => {
      await last();
      await new Promise(() => {});
    });
    assertEquals((await failure(task)).message, "left over");
  }));

Deno.test("Task.uncancel() takes back a cancellation that a foreign promise keeps waiting", () =>
  runTest(async ({ loop }) => {
    const foreign = Promise.withResolvers<void>();
    const task = loop.createTask(async () => {
      await foreign.promise;
      await sleep(1);
      return "went on";
    });
    await turns(2);
    task.cancel();
    task.uncancel();
    foreign.resolve();
    assertEquals(await task, "went on");
  }));

Deno.test("A generator task waits for a foreign promise by fromPromise(), and is cancelled at once", () =>
  runTest(async ({ loop }) => {
    async function foreign() {
      await new Promise(() => {});
    }
    const task = loop.createTask(function* () {
      yield* fromPromise(foreign());
    });
    await turns(2);
    task.cancel();
    assertInstanceOf(await failure(task), CancelledError);
  }));

Deno.test("A function that goes on after its loop is closed hears of its cancellation all the same", async () => {
  const seen: unknown[] = [];
  const { reported, unhandled } = await watch(async (loop) => {
    const kinds = [() => sleep(1), () => loop.createFuture()];
    const foreign = Promise.withResolvers<void>();
    for (const kind of kinds) {
      const task = loop.createTask(async () => {
        await foreign.promise;
        try {
          await kind();
        } catch (error) {
          seen.push((error as Error).message);
          throw error;
        }
      });
      await turns(2);
      task.cancel("ended long ago");
      await failure(task);
    }
    setTimeout(foreign.resolve, 1);
  }, 5);
  assertEquals(seen, ["ended long ago", "ended long ago"]);
  assertEquals([reported, unhandled], [[], []]);
});

// Who am I.

Deno.test("currentTask() and getRunningLoop() hold across every kind of await", () =>
  runTest(async ({ loop }) => {
    const check = (task: unknown) => {
      assertStrictEquals(currentTask(), task as Task<unknown>);
      assertStrictEquals(getRunningLoop(), loop);
    };
    const task: Task<void> = loop.createTask(async () => {
      const steps: (() => unknown)[] = [
        () => undefined,
        () => Promise.resolve(),
        () => new Promise((resolve) => setTimeout(resolve, 1)),
        () => new Promise<void>((resolve) => setImmediate(resolve)),
        () => sleep(0),
        () => sleep(1),
        () => Promise.all([sleep(1), sleep(2)]),
        () => loop.createTask(sleep(1)),
        () =>
          loop.createTask(async () => {
            assertFalse(currentTask() === task);
            await sleep(1);
            assertFalse(currentTask() === task);
          }),
        () =>
          (async () => {
            check(task);
            await sleep(1);
            check(task);
          })(),
        () =>
          failure((async () => {
            await sleep(1);
            throw new Error();
          })()),
      ];
      check(task);
      for (const step of steps) {
        await step();
        check(task);
      }
      queueMicrotask(() => check(task));
      await turns(1);
    });
    await task;
  }));

Deno.test("currentTask() is right in coroutines that async functions await, and back", () =>
  runTest(async ({ loop }) => {
    const names = (): string => currentTask()!.getName();
    const generator = coroutine(function* (): Coroutine<string[]> {
      const first = names();
      yield* sleep(0);
      return [first, names(), ...(yield* native())];
    });
    const native = coroutine(async () => {
      const first = names();
      await sleep(0);
      return [first, names()];
    });
    const tasks = ["A", "B"].map((name) =>
      loop.createTask(async () => [...(await generator()), names()], { name })
    );
    assertEquals(await Promise.all(tasks), [Array(5).fill("A"), Array(5).fill("B")]);
  }));

Deno.test("ContextVars are one for a task, across generators and async functions", () =>
  runTest(async ({ loop }) => {
    const variable = new ContextVar<string>("variable", { default: "none" });
    const generator = coroutine(function* (text: string): Coroutine<string> {
      const before = variable.get();
      variable.set(text);
      yield* sleep(0);
      return before;
    });
    const worker = (name: string) =>
      loop.createTask(async () => {
        const seen = [variable.get()];
        variable.set(`${name}1`);
        await sleep(1);
        seen.push(variable.get());
        seen.push(await generator(`${name}2`));
        seen.push(variable.get());
        await Promise.all([
          (async () => {
            await sleep(1);
            variable.set(`${name}3`);
          })(),
        ]);
        seen.push(variable.get());
        await loop.createTask(async () => {
          variable.set("of the sub-task");
          await sleep(1);
        });
        seen.push(variable.get());
        return seen;
      });
    variable.set("main");
    const expected = (name: string) =>
      ["main", "1", "1", "2", "3", "3"].map((text) => text === "main" ? text : name + text);
    assertEquals(await Promise.all([worker("a"), worker("b")]), [expected("a"), expected("b")]);
    assertEquals(variable.get(), "main");
  }));

Deno.test("Two loops run in one process, each with tasks of its own", async () => {
  const variable = new ContextVar<string>("variable", { default: "none" });
  async function program(name: string): Promise<string[]> {
    using loop = newEventLoop({ clock: new VirtualClock({ autojump: true }) });
    return await loop.runUntilComplete(async () => {
      variable.set(name);
      const seen: string[] = [];
      const note = () => {
        assertStrictEquals(getRunningLoop(), loop as SelectorEventLoop);
        seen.push(`${variable.get()} ${currentTask()!.getName()}`);
      };
      const sub = loop.createTask(function* () {
        for (let i = 0; i < 3; i++) {
          note();
          yield* sleep(1);
        }
      }, { name: `${name} sub` });
      for (let i = 0; i < 3; i++) {
        currentTask()!.setName(`${name} main`);
        note();
        await Promise.resolve();
        note();
        await sleep(1);
        note();
      }
      await sub;
      return seen.toSorted();
    });
  }
  const names = ["a", "b", "c"];
  const expected = names.map((name) => [
    ...Array(9).fill(`${name} ${name} main`),
    ...Array(3).fill(`${name} ${name} sub`),
  ]);
  assertEquals(await Promise.all(names.map(program)), expected);
  assertEquals(variable.get(), "none");
});

Deno.test("Handlers of Deno.serve each have a loop of their own", async () => {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    using loop = newEventLoop();
    const n = Number(new URL(request.url).searchParams.get("n"));
    const sum = await loop.runUntilComplete(async () => {
      const parts = [1, 2, 3].map((part) =>
        loop.createTask(function* () {
          yield* sleep(0.001 * ((n + part) % 3));
          assertStrictEquals(getRunningLoop(), loop as SelectorEventLoop);
          return n * part;
        })
      );
      return (await Promise.all(parts)).reduce((a, b) => a + b);
    });
    return new Response(String(sum));
  });
  const { port } = server.addr;
  const ask = async (n: number) =>
    Number(await (await fetch(`http://127.0.0.1:${port}/?n=${n}`)).text());
  const numbers = Array.from({ length: 8 }, (_, n) => n);
  assertEquals(await Promise.all(numbers.map(ask)), numbers.map((n) => 6 * n));
  await server.shutdown();
});

Deno.test("A loop refuses to run inside another, and so does its coroutine", () =>
  runTest(async ({ loop }) => {
    using other = newEventLoop();
    for (const one of [loop, other]) {
      await assertRejects(() => one.runForever(), RuntimeError);
      await assertRejects(() => one.runUntilComplete(sleep(0)), RuntimeError);
    }
  }));

// Context managers with async bodies.

class Recorder {
  readonly order: string[] = [];
  readonly swallow: boolean;

  constructor(swallow = false) {
    this.swallow = swallow;
  }

  async aenter(): Promise<string> {
    await sleep(1);
    this.order.push(`enter ${currentTask()!.getName()}`);
    return "value";
  }

  async aexit(error?: unknown): Promise<boolean> {
    await sleep(1);
    this.order.push(`exit ${(error as Error | undefined)?.name}`);
    return this.swallow;
  }
}

Deno.test("asyncWith() enters, runs an async body and exits, in the same task", () =>
  runTest(async ({ loop }) => {
    const recorder = new Recorder();
    const task = loop.createTask(async () =>
      await asyncWith(recorder, async (value) => {
        await sleep(1);
        return `${value} ${currentTask()!.getName()}`;
      }), { name: "T" });
    assertEquals(await task, "value T");
    assertEquals(recorder.order, ["enter T", "exit undefined"]);
  }));

Deno.test("asyncWith() exits with the error of its body, which it may swallow", () =>
  runTest(async () => {
    for (const swallow of [false, true]) {
      const recorder = new Recorder(swallow);
      const error = new TypeError("boom");
      const body = asyncWith(recorder, async () => {
        await sleep(1);
        throw error;
      });
      if (swallow) assertEquals(await body, undefined);
      else assertStrictEquals(await failure(body), error);
      assertEquals(recorder.order.at(-1), "exit TypeError");
    }
  }));

Deno.test("asyncWith() exits when its async body is cancelled", () =>
  runTest(async ({ loop, clock }) => {
    const recorder = new Recorder();
    const task = loop.createTask(async () => {
      await asyncWith(recorder, async () => {
        await sleep(100);
      });
    });
    await sleep(10);
    task.cancel("body");
    assertEquals((await failure(task)).message, "body");
    assertEquals(recorder.order.at(-1), "exit CancelledError");
    assertEquals(clock.time(), 11);
  }));

Deno.test("asyncWith() is not left before it was entered", () =>
  runTest(async ({ loop }) => {
    const recorder = new Recorder();
    const task = loop.createTask(asyncWith(recorder, async () => {}));
    await sleep(0.5);
    task.cancel();
    await failure(task);
    assertEquals(recorder.order, []);
  }));

// Order.

Deno.test("An async function comes to its next wait before the next batch, however deep", () =>
  runTest(async ({ loop }) => {
    const order: string[] = [];
    async function nested(depth: number): Promise<void> {
      if (depth === 0) await sleep(0);
      else await nested(depth - 1);
    }
    const deep = loop.createTask(async () => {
      for (let i = 0; i < 3; i++) {
        await nested(5);
        order.push("deep");
      }
    });
    const flat = loop.createTask(function* () {
      for (let i = 0; i < 3; i++) {
        yield;
        order.push("flat");
      }
    });
    await Promise.all([deep, flat]);
    // Each goes on to its next wait before the other gets its turn, as generators do.
    assertEquals(order, ["deep", "flat", "deep", "flat", "deep", "flat"]);
  }));

Deno.test("An async function that has just been started comes to its first wait in the same turn", () =>
  runTest(async ({ loop }) => {
    const f = loop.createFuture<string>();
    let turned = 0;
    loop.createTask(async () => {
      await f;
    }).cancel();
    const task = loop.createTask(async () => {
      await Promise.resolve();
      const before = turned;
      await sleep(0);
      return turned - before;
    });
    const counter = loop.createTask(function* () {
      for (; turned < 5; turned++) yield;
    });
    // It came to sleep(0) before the counter began, and so goes on before the counter counts.
    assertEquals(await task, 0);
    await counter;
  }));

// Errors that belong to nobody.

/** Runs `fn` and gives what went to the exception handler and to the host as unhandled. */
async function watch(
  fn: (loop: SelectorEventLoop) => Promise<void>,
  milliseconds = 0,
): Promise<{ reported: ExceptionContext[]; unhandled: unknown[] }> {
  const unhandled: unknown[] = [];
  const onUnhandled = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", onUnhandled);
  const loop = newEventLoop({ clock: new VirtualClock({ autojump: true }) });
  const reported: ExceptionContext[] = [];
  loop.setExceptionHandler((_, context) => reported.push(context));
  try {
    await loop.runUntilComplete(() => fn(loop));
    loop.close();
    await host();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  } finally {
    globalThis.removeEventListener("unhandledrejection", onUnhandled);
  }
  return { reported, unhandled };
}

Deno.test("No cancellation ends as an unhandled rejection", async () => {
  const { reported, unhandled } = await watch(async (loop) => {
    const bodies: (() => Promise<unknown>)[] = [
      async () => await sleep(10),
      () => Promise.all([sleep(10), sleep(20), loop.createFuture()]),
      () => Promise.race([sleep(10), new Promise(() => {})]),
      async () => {
        await new Promise(() => {});
      },
      async () => {
        const later = (async () => await sleep(10))();
        await sleep(5);
        await later;
      },
      async () => {
        await asyncWith(new Recorder(), () => sleep(10));
      },
      async () => {
        await loop.createTask(async () => await sleep(10));
      },
    ];
    for (const body of bodies) {
      for (const pause of [0, 1, 2]) {
        const task = loop.createTask(body);
        await turns(pause);
        task.cancel();
        await failure(task);
      }
    }
  });
  assertEquals(reported, []);
  // The promise that a body makes and has not awaited yet when it is cancelled is its own affair.
  assert(unhandled.every((error) => error instanceof CancelledError));
  assert(unhandled.length <= 2, `${unhandled}`);
});

Deno.test("An async callback that fails is reported", async () => {
  const error = new Error("boom");
  const { reported, unhandled } = await watch(async (loop) => {
    loop.callSoon(async function failing() {
      await sleep(1);
      throw error;
    });
    await sleep(5);
  });
  assertEquals(unhandled, []);
  assertEquals(reported.length, 1);
  assertStrictEquals(reported[0]!.exception, error);
  assert(String(reported[0]!.handle).includes("failing()"), reported[0]!.message);
});

Deno.test("An async callback belongs to the loop and to no task", () =>
  runTest(async ({ loop }) => {
    const done: Future<unknown[]> = loop.createFuture();
    loop.callSoon(async () => {
      const before = [currentTask(), getRunningLoop() === loop];
      await sleep(1);
      await Promise.resolve();
      done.setResult([...before, currentTask(), getRunningLoop() === loop]);
    });
    assertEquals(await done, [null, true, null, true]);
  }));
