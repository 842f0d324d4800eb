// Copyright 2026 the asyncio authors. MIT license.

/**
 * What the coroutine layer does in every host, Deno or not: prints one line of JSON. It is bundled,
 * and run by Node and in a context that has only what browsers have.
 */

import {
  CancelledError,
  ContextVar,
  currentTask,
  type Future,
  newEventLoop,
  RuntimeError,
  sleep,
  VirtualClock,
} from "../../../coroutines/mod.ts";

const globals = ["Deno", "process", "setImmediate", "SharedArrayBuffer"];
const results: Record<string, unknown> = {
  host: globals.filter((name) => name in globalThis),
};

async function generators(): Promise<void> {
  const loop = newEventLoop();
  const order: string[] = [];
  const worker = function* worker(name: string, delay: number) {
    try {
      yield* sleep(delay);
      order.push(name);
      return name;
    } finally {
      order.push(`${name} ends`);
    }
  };
  results.generators = await loop.runUntilComplete(function* () {
    const slow = loop.createTask(worker("slow", 3600));
    const fast = loop.createTask(worker("fast", 0.003));
    const turns = loop.createTask(function* () {
      for (let i = 0; i < 1000; i++) yield;
      return "turned";
    });
    order.push(yield* turns, yield* fast);
    slow.cancel("enough");
    try {
      yield* slow;
    } catch (error) {
      order.push(String(error), String(error instanceof CancelledError));
    }
    return order;
  });
  loop.close();
}

async function contextVariables(): Promise<void> {
  const loop = newEventLoop();
  const variable = new ContextVar<string>("variable", { default: "none" });
  results.contextVariables = await loop.runUntilComplete(function* () {
    variable.set("main");
    const seen: (string | undefined)[] = [];
    const task = loop.createTask(function* () {
      seen.push(variable.get());
      variable.set("task");
      yield* sleep(0);
      seen.push(variable.get(), currentTask()?.getName());
    }, { name: "T" });
    yield* task;
    return [...seen, variable.get()];
  });
  loop.close();
}

async function asyncFunctions(): Promise<void> {
  const loop = newEventLoop();
  results.asyncFunctions = await loop.runUntilComplete(async () => {
    const seen: unknown[] = [await sleep(0.001, "slept")];
    const future = loop.createFuture<string>();
    loop.callLater(0.001, () => future.setResult("future"));
    seen.push(await future);
    const nested = async (text: string) => {
      await sleep(0);
      return text;
    };
    seen.push(...await Promise.all([nested("a"), nested("b")]));
    seen.push(await loop.createTask(() => nested("task")));
    const stuck: Future<void> = loop.createFuture();
    const task = loop.createTask(async () => await stuck);
    await sleep(0.001);
    task.cancel();
    try {
      await task;
    } catch (error) {
      seen.push((error as Error).name, task.cancelled());
    }
    return seen;
  });
  loop.close();
}

async function virtualTime(): Promise<void> {
  const clock = new VirtualClock({ autojump: true });
  const loop = newEventLoop({ clock });
  await loop.runUntilComplete(sleep(3600));
  const deadlock: unknown = await loop.runUntilComplete(loop.createFuture()).catch((e) => e);
  results.virtualTime = [clock.time(), deadlock instanceof RuntimeError];
  loop.close();
}

async function errors(): Promise<void> {
  const loop = newEventLoop();
  const reported: string[] = [];
  loop.setExceptionHandler((_, { message }) => reported.push(message));
  loop.callSoon(function failing() {
    throw new Error("boom");
  });
  await loop.runUntilComplete(sleep(0.001));
  results.errors = reported;
  loop.close();
}

async function besideTheHost(): Promise<void> {
  const loop = newEventLoop();
  let stopped = false;
  let fired = 0;
  setTimeout(() => fired++, 1);
  setTimeout(() => stopped = true, 5);
  await loop.runUntilComplete(function* () {
    while (!stopped) yield;
  });
  results.besideTheHost = fired;
  loop.close();
}

const parts = [
  generators,
  contextVariables,
  asyncFunctions,
  virtualTime,
  errors,
  besideTheHost,
];
const done = (async () => {
  for (const part of parts) await part();
  console.log(JSON.stringify(results));
})();
Object.assign(globalThis, { done });
