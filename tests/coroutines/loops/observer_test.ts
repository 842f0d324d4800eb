// Copyright 2026 the asyncio authors. MIT license.

import {
  Future,
  Handle,
  type LoopObserver,
  newEventLoop,
  observe,
  type SelectorEventLoop,
  sleep,
  Task,
  VirtualClock,
} from "@asyncio/asyncio/coroutines";
import { Socket } from "@asyncio/asyncio/selectors";
import { assert, assertEquals } from "@std/assert";

function nameOf(entry: object | null): string {
  if (entry instanceof Task) return entry.getName();
  if (entry instanceof Handle) return "handle";
  if (entry instanceof Future) return "timer";
  return entry === null ? "-" : "step";
}

/** Writes down what it is told, a line each. */
class Log implements LoopObserver {
  readonly lines: string[] = [];
  readonly #note = (...words: unknown[]) => void this.lines.push(words.join(" "));

  runBegan = () => this.#note("run");
  runEnded = () => this.#note("stopped");
  ready = (entry: object, task: Task<unknown> | null, by: object | null) =>
    this.#note("ready", nameOf(task ?? entry), "by", nameOf(by));
  stepBegan = (entry: object, task: Task<unknown> | null) =>
    this.#note("begin", nameOf(task ?? entry));
  stepEnded = (entry: object, task: Task<unknown> | null) =>
    this.#note("end", nameOf(task ?? entry));
  timerSet = (entry: object, when: number, by: object | null) =>
    this.#note("set", nameOf(entry), when, "by", nameOf(by));
  timerFired = (entry: object) => this.#note("fires", nameOf(entry));
  timerCancelled = (entry: object) => this.#note("withdrawn", nameOf(entry));
  taskCreated = (task: Task<unknown>, by: object | null) =>
    this.#note("made", nameOf(task), "by", nameOf(by));
  taskWaits = (task: Task<unknown>, waiter: object) =>
    this.#note("waits", nameOf(task), waiter instanceof Future ? nameOf(waiter) : "function");
  taskCancelled = (task: Task<unknown>, message: string, by: object | null) =>
    this.#note("cancel", nameOf(task), message, "by", nameOf(by));
  taskDone = (task: Task<unknown>, outcome: string, value: unknown) =>
    this.#note(outcome, nameOf(task), value);
}

/** What is told of a program on a loop in virtual time: from its first step to its end. */
async function logOf(
  main: (loop: SelectorEventLoop) => Generator<unknown, unknown, unknown> | Promise<unknown>,
): Promise<string[]> {
  const trace = new Log();
  using loop = newEventLoop({ clock: new VirtualClock({ autojump: true }), trace });
  const task = loop.createTask(() => main(loop), { name: "main" });
  task.addDoneCallback(() => loop.stop());
  await loop.runForever();
  return trace.lines;
}

function lines(text: string): string[] {
  return text.trim().split("\n").map((line) => line.trim());
}

const ENDS = `
  begin handle
  end handle
  stopped`;

Deno.test("LoopObserver is told of each step of a generator, and of what it does", async () => {
  const log = await logOf(function* (loop) {
    const child = loop.createTask(sleep(5, 7), { name: "child" });
    return 1 + (yield* child);
  });
  assertEquals(
    log,
    lines(`
      made main by -
      ready main by -
      run
      begin main
      made child by main
      ready child by main
      waits main child
      end main
      begin child
      set timer 5 by child
      waits child timer
      end child
      fires timer
      ready timer by -
      begin timer
      ready child by timer
      end timer
      begin child
      ready main by child
      returned child 7
      end child
      begin main
      ready handle by main
      returned main 8
      end main
      ${ENDS.trim()}`),
  );
});

Deno.test("LoopObserver is told of async functions, up to their next waits", async () => {
  const log = await logOf(async (loop) => {
    const child = loop.createTask(sleep(5, 7), { name: "child" });
    return 1 + await child;
  });
  assertEquals(
    log.filter((line) => !/child (by|timer|7)|timer|(begin|end) child/.test(line)),
    lines(`
      made main by -
      ready main by -
      run
      begin main
      waits main function
      waits main child
      end main
      ready main by child
      begin main
      begin main
      ready handle by main
      returned main 8
      end main
      end main
      ${ENDS.trim()}`),
  );
});

Deno.test("LoopObserver is told of cancellations, eager starts and failures", async () => {
  const log = await logOf(function* (loop) {
    const child = loop.createTask(sleep(5), { name: "child" });
    yield;
    child.cancel("enough");
    yield* loop.createTask(
      function* () {
        yield;
      },
      { name: "eager", eagerStart: true },
    );
    const failing = loop.createTask(
      // deno-lint-ignore require-yield -- it fails at once
      function* () {
        throw "bad";
      },
      { name: "failing" },
    );
    try {
      yield* failing;
    } catch {
      // As it should.
    }
  });
  assertEquals(
    log.slice(log.indexOf("cancel child enough by main"), -3),
    lines(`
      cancel child enough by main
      ready child by main
      made eager by main
      begin eager
      ready eager by eager
      end eager
      waits main eager
      end main
      begin child
      withdrawn timer
      cancelled child CancelledError: enough
      end child
      begin eager
      ready main by eager
      returned eager 
      end eager
      begin main
      made failing by main
      ready failing by main
      waits main failing
      end main
      begin failing
      ready main by failing
      raised failing bad
      end failing
      begin main
      ready handle by main
      returned main 
      end main`).map((line) => /^returned \w+$/.test(line) ? line + " " : line),
  );
});

Deno.test("LoopObserver sees an async function that the host has woken at its next wait", async () => {
  const log: string[] = [];
  let wake = () => {};
  using loop = newEventLoop({
    trace: {
      // By then it is known that the function awaits a promise.
      hostBegan: (reason) => reason === "idle" && setTimeout(wake),
      taskWaits: () => log.push("waits"),
      stepEnded: () => log.push("end"),
      ready: (_entry, task, by) => log.push(`ready by ${by === task ? "itself" : by}`),
    },
  });
  await loop.runUntilComplete(async () => {
    log.length = 0;
    await new Promise<void>((resolve) => wake = resolve);
    await sleep(0);
  });
  assertEquals(log.slice(0, 3), ["waits", "end", "ready by itself"]);
});

Deno.test("LoopObserver is told when the host has the thread, and what the selector reports", async () => {
  const log: string[] = [];
  let whenIdle = () => {};
  using loop = newEventLoop({
    trace: {
      hostBegan(reason, until) {
        log.push(`${reason} ${Number.isFinite(until)}`);
        if (reason === "idle" && until === Infinity) setTimeout(whenIdle);
      },
      hostEnded: () => log.push("back"),
      selectorReported: (events) => log.push(`reported ${events.length}`),
      ready: (entry, _task, by) => entry instanceof Handle && log.push(`ready ${nameOf(by)}`),
    },
  });
  using server = new Socket();
  using client = new Socket();
  server.bind(["127.0.0.1", 0]);
  server.listen();
  await loop.runUntilComplete(function* () {
    for (let i = 0; i < 100 && !log.includes("idle true"); i++) yield* sleep(0.003);
    assert(log.splice(0).includes("idle true"));
    whenIdle = () => {
      whenIdle = () => {};
      loop.createTask(loop.sockConnect(client, server.getsockname()));
    };
    const [peer] = yield* loop.sockAccept(server);
    peer.close();
    assert(log.includes("idle false"));
    // It keeps the thread for longer than its share.
    for (let i = 0; i < 1_000_000 && !log.includes("share false"); i++) yield;
  });
  assert(log.includes("share false"));
  assert(/reported \d,ready -/.test(log.join()));
  const held = log.filter((line) => /idle|share|back/.test(line));
  held.forEach((line, i) => assertEquals(line === "back", i % 2 === 1, held.join()));
});

const EVENTS: readonly (keyof LoopObserver)[] = [
  "runBegan",
  "runEnded",
  "ready",
  "stepBegan",
  "stepEnded",
  "timerSet",
  "timerFired",
  "timerCancelled",
  "taskCreated",
  "taskWaits",
  "taskCancelled",
  "taskDone",
  "hostBegan",
  "hostEnded",
];

for (const event of EVENTS) {
  Deno.test(`LoopObserver that throws in ${event}() is reported, and the loop goes on`, async () => {
    using loop = newEventLoop({
      trace: {
        [event]() {
          throw new Error("bad");
        },
      },
    });
    const messages: string[] = [];
    loop.setExceptionHandler((_loop, { message, exception }) => {
      messages.push(`${message}: ${(exception as Error).message}`);
    });
    const sleeper = async () => {
      await sleep(60);
    };
    const main = async () => {
      const cancelled = loop.createTask(sleeper);
      const child = loop.createTask(function* () {
        yield* sleep(0.001);
        return one;
      });
      await sleep(0);
      cancelled.cancel();
      await new Promise((resolve) => setTimeout(resolve, 1));
      return await child;
    };
    const one = 1;
    assertEquals(await loop.runUntilComplete(main), 1);
    assert(messages.length > 0);
    for (const message of messages) {
      assertEquals(message, `Exception in ${event}() of the loop's observer: bad`);
    }
  });
}

Deno.test("observe() puts one observer in place of another, and null takes it away", async () => {
  const counts: [number, number] = [0, 0];
  const counting = (which: 0 | 1): LoopObserver => ({ stepBegan: () => void counts[which]!++ });
  using loop = newEventLoop({ trace: counting(0) });
  await loop.runUntilComplete(sleep(0));
  observe(loop, counting(1));
  await loop.runUntilComplete(sleep(0));
  observe(loop, null);
  await loop.runUntilComplete(sleep(0));
  assertEquals(counts, [3, 3]);
});

Deno.test("observe() leaves the times of slow steps to debug mode", async () => {
  const slow: string[] = [];
  const warn = console.warn;
  console.warn = (text: string) => slow.push(text);
  let steps = 0;
  using loop = newEventLoop({ debug: true, trace: { stepBegan: () => steps++ } });
  loop.slowCallbackDuration = 0;
  try {
    await loop.runUntilComplete(sleep(0));
    observe(loop, null);
    await loop.runUntilComplete(sleep(0));
  } finally {
    console.warn = warn;
  }
  assertEquals([steps, slow.length], [3, 6]);
});
