// Copyright 2026 the asyncio authors. MIT license.

import { NATIVE } from "../../selectors/native/_open.ts";
import {
  createTask,
  fromPromise,
  gather,
  getRunningLoop,
  nativeEventLoop,
  newEventLoop,
  run,
  runSync,
  sleep,
  Tracer,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";

interface ChromeEvent {
  readonly ph: string;
  readonly name: string;
  readonly cat?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly tid: number;
  readonly id?: number;
  readonly args?: { readonly name?: string; readonly where?: string };
}

/** What Chrome is told, with the tracks by their names. */
function eventsOf(tracer: Tracer) {
  const { traceEvents } = JSON.parse(tracer.toChromeTrace()) as { traceEvents: ChromeEvent[] };
  const names = new Map(
    traceEvents.filter(({ name }) => name === "thread_name").map(({ tid, args }) => [
      tid,
      args!.name!,
    ]),
  );
  const rest = traceEvents.filter(({ ph }) => ph !== "M");
  return rest.map((event) => ({ ...event, track: names.get(event.tid)! }));
}

for (const style of ["generators", "async functions"]) {
  Deno.test(`Tracer writes down steps, waits, wake-ups and ends of ${style}`, async () => {
    const trace = new Tracer();
    const isAsync = style === "async functions";
    const child = isAsync ? async () => await sleep(0.002) : function* () {
      yield* sleep(0.002);
    };
    await run(function* () {
      const task = createTask(child, { name: "child" });
      yield* createTask(
        isAsync ? async () => await task : function* () {
          yield* task;
        },
        { name: "parent" },
      );
    }, { trace, debug: true });
    const events = eventsOf(trace);
    const of = (track: string, cat: string) =>
      events.filter((event) => event.track === track && event.cat === cat && event.ph !== "f");
    assertEquals(of("child", "step").length, 2);
    assertEquals(of("parent", "step").length, 2);
    const [wait] = of("child", "wait");
    assertEquals(wait!.name, "waits for sleep()");
    assert(wait!.dur! > 0);
    assertMatch(wait!.args!.where!, /^(?:child|<lambda>) .*tracer_test\.ts:\d+$/);
    assertEquals(of("parent", "wait").map(({ name }) => name), ["waits for task child"]);
    assertEquals(of("child", "instant").map(({ name }) => name), ["returned"]);
    // The child, in its last step, wakes the parent.
    const [first, second] = of("child", "step");
    const woken = events.filter(({ ph, track }) => ph === "f" && track === "parent").map(({ id }) =>
      id
    );
    const wakes = of("child", "wake").filter(({ id }) => woken.includes(id));
    assertEquals(wakes.length, 1);
    assert(wakes[0]!.ts! >= second!.ts! && wakes[0]!.ts! <= second!.ts! + second!.dur!);
    assert(first!.ts! + first!.dur! <= wait!.ts! + 1e-3);
    assert(wait!.ts! + wait!.dur! <= second!.ts!);
  });
}

function hasIdled(trace: Tracer): boolean {
  return eventsOf(trace).some(({ track, name }) => track === "host" && name === "nothing to do");
}

Deno.test("Tracer tells timers, cancellations, errors and what the host had", async () => {
  const trace = new Tracer();
  await run(function* () {
    const cancelled = createTask(sleep(3600), { name: "cancelled" });
    const failed = createTask(
      // deno-lint-ignore require-yield -- it fails at once
      function* () {
        throw new RangeError("too far");
      },
      { name: "failed" },
    );
    getRunningLoop().callLater(0.001, function callback() {});
    yield* sleep(0.002);
    // On a busy machine the host's timer may be due before the loop has nothing to do.
    while (!hasIdled(trace)) {
      yield* fromPromise(new Promise((resolve) => setTimeout(resolve, 1)));
    }
    cancelled.cancel("enough");
    yield* gather(cancelled, failed, { returnExceptions: true });
  }, { trace });
  const events = eventsOf(trace);
  const instants = (of: string) =>
    events.filter(({ track, cat }) => track === of && cat === "instant").map(({ name }) => name);
  assertEquals(instants("cancelled"), ["is cancelled: enough", "cancelled"]);
  assertEquals(instants("failed"), ["raised RangeError('too far')"]);
  assert(instants("timers").includes("<TimerHandle callback()> is due"));
  assert(instants("timers").includes("sleep() is withdrawn"));
  assert(hasIdled(trace));
  assert(events.some(({ track, name }) => track === "loop" && /callback\(\)/.test(name)));
});

Deno.test("Tracer shows who still waits, for so long", async () => {
  const trace = new Tracer();
  const loop = newEventLoop({ trace });
  const task = loop.createTask(sleep(3600), { name: "waits" });
  await loop.runUntilComplete(sleep(0.001));
  const waits = () =>
    eventsOf(trace).filter(({ track, cat }) => track === "waits" && cat === "wait").length;
  assertEquals(waits(), 1);
  task.cancel();
  await loop.runUntilComplete(gather(task, { returnExceptions: true }));
  loop.close();
});

Deno.test("Tracer keeps no more events than its limit, and counts the others", async () => {
  const trace = new Tracer({ limit: 10 });
  await run(async () => {
    for (let i = 0; i < 10; i++) await sleep(0);
  }, { trace });
  assertEquals(trace.size, 10);
  assert(trace.dropped > 0);
  assertStringIncludes(trace.toHtml(), `"dropped":${trace.dropped}`);
});

Deno.test("Tracer.toHtml() asks for nothing from anywhere, and no name breaks it", async () => {
  const trace = new Tracer();
  await run(sleep(0), { trace });
  await run(function* () {
    yield* createTask(sleep(0), { name: "</script><script>alert(1)//" });
  }, { trace });
  const html = trace.toHtml();
  assertEquals(html.match(/<script/g)?.length, 2);
  assert(!/(?:src|href)=|https?:|@import|url\(/.test(html));
  assertStringIncludes(html, "\\u003c/script>");
});

Deno.test({
  name: "Tracer writes down a run that blocks",
  ignore: !NATIVE,
  fn() {
    const trace = new Tracer();
    runSync(
      function* () {
        yield* createTask(sleep(0.002), { name: "child" });
      },
      { loopFactory: () => nativeEventLoop({ trace }) },
    );
    const events = eventsOf(trace);
    assert(events.some(({ track, name }) => track === "child" && name === "waits for sleep()"));
    assert(events.some(({ track, name }) => track === "host" && name === "nothing to do"));
  },
});
