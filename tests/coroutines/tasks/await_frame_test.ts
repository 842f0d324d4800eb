// Copyright 2026 the asyncio authors. MIT license.

import {
  asyncWith,
  CancelledError,
  ContextVar,
  type Coroutine,
  coroutine,
  currentTask,
  type Future,
  getRunningLoop,
  newEventLoop,
  RuntimeError,
  type SelectorEventLoop,
  sleep,
  type Task,
  VirtualClock,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertFalse, assertRejects, assertStrictEquals } from "@std/assert";
import { failure, turns, watch } from "../_native.ts";
import { NativeRecorder } from "../_recorder.ts";
import { runTest } from "../../_run_test.ts";

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

// Errors that belong to nobody.

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
        await asyncWith(new NativeRecorder(), () => sleep(10));
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
