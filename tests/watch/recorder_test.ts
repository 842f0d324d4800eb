// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { TEXTS } from "../../watch/chapters/texts.ts";
import type { Snapshot, Step } from "../../watch/timeline/timeline.ts";
import { programOf, stepsOf, timelineOf } from "./_programs.ts";

const IMPORT =
  `import { asyncWith, createTask, gather, getRunningLoop, Lock, openConnection, run, sleep,
  startServer, TaskGroup } from "@asyncio/asyncio";\n`;

/** Everything there is at a step, as text. */
function pictureOf(now: Snapshot): string {
  const sorted = (rows: ReadonlyMap<string, unknown>) =>
    [...rows].sort(([one], [other]) => Number(one) - Number(other));
  return JSON.stringify([
    now.loop,
    now.ready,
    now.log,
    sorted(now.tasks),
    sorted(now.entries),
    sorted(now.timers),
    [...now.rows].sort(),
    [...now.frames].sort(),
  ]);
}

/** The main task has a number for a name, which counts the tasks of other tests, too. */
function mainOr(name: string): string {
  return name.replace(/^Task-\d+$/, "main");
}

/** The labels of what is ready. */
function readyAt(now: Snapshot): string[] {
  return now.ready.map((id) => mainOr(now.entries.get(id)!.label));
}

function taskNamed(now: Snapshot, name: string) {
  return now.tasks.values().find((task) => mainOr(task.name) === name)!;
}

/** The timeline at the first step at which a line is about to run. */
function atLine(steps: Step[], line: number): Snapshot {
  const timeline = timelineOf(steps);
  timeline.seek(steps.findIndex((step) => step.what === "line" && step.line === line));
  return timeline.now;
}

/** The steps of a program whose lines are counted from 3, after the import. */
async function run(...lines: string[]): Promise<Step[]> {
  return await stepsOf(IMPORT + lines.join("\n"));
}

for (const { id } of TEXTS) {
  Deno.test(`Recorder writes down steps of ${id} that can be taken back`, async () => {
    const steps = await stepsOf(await programOf(id));
    const timeline = timelineOf([]);
    timeline.add(steps);
    // Of ten thousand tasks, not each picture.
    const stride = steps.length > 250 ? 25 : 1;
    const pictures = new Map<number, string>();
    for (let i = 0; i < steps.length; i += stride) {
      timeline.seek(i);
      pictures.set(i, pictureOf(timeline.now));
    }
    const end = pictureOf(timelineOf(steps).now);
    for (const i of [...pictures.keys()].reverse()) {
      timeline.seek(i);
      assert(pictureOf(timeline.now) === pictures.get(i), `step ${i} is not what it was`);
    }
    timeline.seek(Infinity);
    assert(pictureOf(timeline.now) === end);
    const { now } = timeline;
    assertEquals([now.ready, now.timers.size, now.rows.size, now.frames.size], [[], 0, 0, 0]);
    assertEquals(
      now.tasks.values().filter(({ state }) => /^[rw].*ing$|ready/.test(state)).toArray(),
      [],
    );
    assertEquals(steps.at(-1)!.what, "over");
  });
}

Deno.test("Recorder tells the ready queue, the batch under way and the turn", async () => {
  const steps = await run(
    "await run(function* () {",
    "  const loop = getRunningLoop();",
    "  loop.callSoon(function one() { loop.callSoon(function three() {}); });",
    "  loop.callSoon(function two() {});",
    "  yield;",
    "});",
  );
  const timeline = timelineOf(steps);
  const began = steps.flatMap(({ what, who }, i) => {
    if (what !== "begin") return [];
    timeline.seek(i);
    const { now } = timeline;
    return [[mainOr(now.entries.get(who)!.label), readyAt(now), now.loop.batch, now.loop.turn]];
  });
  assertEquals(began.slice(0, 5), [
    ["main", [], 0, 1],
    ["one", ["two", "main"], 2, 2],
    ["two", ["main", "three"], 1, 2],
    ["main", ["three"], 0, 2],
    ["three", ["stop"], 1, 3],
  ]);
});

Deno.test("Recorder tells the timers, and when the clock jumps", async () => {
  const steps = await run(
    "await run(function* () {",
    "  const loop = getRunningLoop();",
    "  loop.callLater(2, function late() {}).cancel();",
    "  yield* sleep(3600);",
    "  console.log('awake');",
    "});",
  );
  const asleep = steps.findIndex(({ what }) => what === "jump");
  const timeline = timelineOf(steps);
  timeline.seek(asleep - 1);
  // A timer that is cancelled stays in the heap until the loop looks for the next.
  const heap = [...timeline.now.timers.values()].sort((a, b) => a.place - b.place);
  assertEquals(heap, [
    { when: 2, place: 0, isCancelled: true },
    { when: 3600, place: 1, isCancelled: false },
  ]);
  assertEquals(timeline.now.loop.now, 0);
  timeline.seek(asleep);
  assertEquals(timeline.now.loop.now, 3600);
  assertEquals([...timeline.now.timers.values()], [{ when: 3600, place: 0, isCancelled: false }]);
  assertEquals(atLine(steps, 7).timers.size, 0);
  assertEquals(timelineOf(steps).now.log, [{ level: "log", text: "awake", time: 3600 }]);
});

Deno.test("Recorder tells what each task waits for, and where it stands", async () => {
  const steps = await run(
    "const lock = new Lock();",
    "function* child(n) {",
    "  yield* asyncWith(lock, function* () {",
    "    yield* sleep(n);",
    "  });",
    "}",
    "await run(function* main() {",
    "  yield* gather(createTask(child(1), { name: 'a' }), createTask(child(2), { name: 'b' }));",
    "});",
  );
  const timeline = timelineOf(steps);
  timeline.seek(steps.findIndex(({ what }) => what === "jump") - 1);
  const { now } = timeline;
  const [main, a, b] = ["main", "a", "b"].map((name) => taskNamed(now, name));
  const idOf = (name: string) => [...now.tasks].find(([, task]) => mainOr(task.name) === name)![0];
  assertEquals(main!.waits!.kind, "future");
  assertEquals(main!.waits!.parts, [idOf("a"), idOf("b")]);
  assertEquals([a!.waits!.kind, now.timers.has(a!.waits!.id)], ["timer", true]);
  assertEquals([b!.state, b!.waits!.kind, b!.waits!.parts], ["waiting", "call", []]);
  assertEquals(b!.waits!.text, "Lock.acquire()");
  assertEquals(now.frames.get(idOf("main")), [{ name: "main", line: 10 }]);
  assertEquals(now.frames.get(idOf("a"))!.map(({ line }) => line), [5, 6]);
  assertEquals(now.frames.get(idOf("b"))!.map(({ line }) => line), [5]);
});

Deno.test("Recorder tells how tasks end, and cancellations on their way", async () => {
  const steps = await run(
    "await run(function* main() {",
    "  const slow = createTask(sleep(5), { name: 'slow' });",
    "  const bad = createTask(function* () { throw new Error('boom'); }, { name: 'bad' });",
    "  const good = createTask(function* () { return 42; }, { name: 'good' });",
    "  yield;",
    "  slow.cancel();",
    "  good.done();",
    "  yield;",
    "  bad.exception();",
    "});",
  );
  assertEquals(taskNamed(atLine(steps, 9), "slow").isCancelling, true);
  const { now } = timelineOf(steps);
  const ends = ["slow", "bad", "good"].map((name) => {
    const { state, outcome, isCancelling } = taskNamed(now, name);
    return [state, outcome, isCancelling];
  });
  assertEquals(ends, [["cancelled", "", false], ["raised", "Error: boom", false], [
    "returned",
    "42",
    false,
  ]]);
});

Deno.test("Recorder tells the rows of selectors", async () => {
  const steps = await run(
    "await run(function* main() {",
    "  const server = yield* startServer(function* () {}, '127.0.0.1', 0);",
    "  const [, port] = server.sockets[0].getsockname();",
    "  const [reader, writer] = yield* openConnection('127.0.0.1', port);",
    "  writer.close();",
    "  server.close();",
    "});",
  );
  const timeline = timelineOf(steps);
  timeline.seek(steps.findIndex(({ what }) => what === "select"));
  const [listening] = timeline.now.rows.values();
  assertEquals([listening!.events, listening!.ready, listening!.pending], [1, 1, 1]);
  assertMatch(listening!.label, /listens at 127\.0\.0\.1:\d+/);
  assertEquals(timelineOf(steps).now.rows.size, 0);
});

Deno.test("Recorder stops a program that goes on for ever", async () => {
  for (
    const lines of [
      ["for (;;);"],
      ["const f = () => { for (;;) f; };", "f();"],
      ["const f = () => f();", "try { f(); } catch {}", "do 1; while (true);"],
      ["await run(function* () {", "  for (;;) yield;", "});"],
      ["await run(async () => {", "  for (;;) await sleep(1);", "});"],
      [
        "await run(function* () {",
        "  const loop = getRunningLoop();",
        "  const again = () => loop.callSoon(again);",
        "  again();",
        "  yield* sleep(1);",
        "});",
      ],
    ]
  ) {
    const steps = await run(...lines);
    assertEquals(steps.at(-1)!.what, "halted", lines.join("\n"));
    assertEquals(steps.length, Number(steps.at(-1)!.text) + 1);
    assert(steps.length < 20_010, `${steps.length} steps of ${lines.join("\n")}`);
  }
});
