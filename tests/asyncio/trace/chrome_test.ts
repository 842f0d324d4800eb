// Copyright 2026 the asyncio authors. MIT license.

/**
 * `toChromeTrace()` against the format as it is documented, and against what Perfetto's importer asks
 * for besides: it takes times as whole nanoseconds, keeps a stack of slices for each thread, begins an
 * arrow in the topmost, and counts as an error whatever does not fit.
 *
 * @see {@link https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU}
 */

import {
  asyncWith,
  type Coroutine,
  createTask,
  gather,
  getRunningLoop,
  Lock,
  Queue,
  run,
  sleep,
  TaskGroup,
  timeout,
  Tracer,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertMatch } from "@std/assert";

interface Event {
  readonly ph: string;
  readonly pid: number;
  readonly tid?: number;
  readonly name: string;
  readonly cat?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly id?: number;
  readonly s?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** What a viewer makes of a trace. */
interface Imported {
  readonly threads: Map<number, string>;
  readonly slices: { readonly tid: number; readonly name: string; readonly depth: number }[];
  readonly flows: { readonly from: string; readonly to: string }[];
  readonly instants: number;
  readonly asyncSlices: number;
}

const PHASES: Readonly<Record<string, readonly string[]>> = {
  M: ["args"],
  X: ["tid", "ts", "dur", "cat"],
  i: ["tid", "ts", "s", "cat"],
  s: ["tid", "ts", "id", "cat"],
  f: ["tid", "ts", "id", "cat"],
  b: ["tid", "ts", "id", "cat"],
  e: ["tid", "ts", "id", "cat"],
};

/** Reads a trace as strictly as the importer, or more; throws at what it would count as an error. */
function importTrace(json: string): Imported {
  const { traceEvents } = JSON.parse(json) as { traceEvents: Event[] };
  const threads = new Map<number, string>();
  const all = traceEvents.filter((event) => {
    const fields = PHASES[event.ph];
    assert(fields !== undefined, `no such phase: ${JSON.stringify(event)}`);
    for (const field of ["pid", "name", ...fields]) {
      assert(field in event, `no ${field}: ${JSON.stringify(event)}`);
    }
    if (event.name === "thread_name") threads.set(event.tid!, String(event.args!.name));
    return event.ph !== "M";
  });
  const importer = new Importer(threads);
  // The importer sorts by time, and leaves those of one time as they are.
  all.map((event) => ({ ...event, at: Math.trunc(event.ts! * 1000) }))
    .sort((a, b) => a.at - b.at)
    .forEach((event) => importer.take(event));
  return importer.imported();
}

interface Open {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

class Importer {
  readonly #threads: Map<number, string>;
  readonly #stacks = new Map<number, Open[]>();
  readonly #slices: Imported["slices"] = [];
  readonly #flows: Imported["flows"] = [];
  /** Arrows by id: the slices that they begin in, and those that are to end at a thread's next slice. */
  readonly #begun = new Map<number, string>();
  readonly #ending = new Map<number, number[]>();
  readonly #async = new Map<number, string>();
  #asyncSlices = 0;
  #instants = 0;

  constructor(threads: Map<number, string>) {
    this.#threads = threads;
  }

  take(event: Event & { readonly at: number }): void {
    const { ph, at, dur = 0, name, id, cat } = event;
    const tid = event.tid!;
    assert(this.#threads.has(tid) && tid > 0, `a thread without a name: ${tid}`);
    assert(Number.isFinite(at) && at >= 0 && dur >= 0, JSON.stringify(event));
    const stack = this.#stackOf(tid, at);
    if (ph === "i") this.#instants++;
    if (ph === "b") this.#async.set(id!, name + cat);
    if (ph === "e") {
      assertEquals(this.#async.get(id!), name + cat);
      this.#async.delete(id!);
      this.#asyncSlices++;
    }
    if (ph === "s") {
      assert(stack.length > 0, `flow_no_enclosing_slice: ${JSON.stringify(event)}`);
      this.#begun.set(id!, stack.at(-1)!.name);
    }
    if (ph === "f") {
      assert(this.#begun.has(id!), `flow_end_without_start: ${JSON.stringify(event)}`);
      this.#ending.set(tid, [...this.#ending.get(tid) ?? [], id!]);
    }
    if (ph === "X") this.#begin(tid, stack, { name, start: at, end: at + Math.trunc(dur * 1000) });
  }

  #begin(tid: number, stack: Open[], slice: Open): void {
    const outer = stack.at(-1);
    assert(
      outer === undefined || slice.end <= outer.end,
      `slices that overlap on ${this.#threads.get(tid)}: ${JSON.stringify([outer, slice])}`,
    );
    this.#slices.push({ tid, name: slice.name, depth: stack.length });
    stack.push(slice);
    for (const id of this.#ending.get(tid) ?? []) {
      this.#flows.push({ from: this.#begun.get(id)!, to: this.#threads.get(tid)! });
    }
    this.#ending.delete(tid);
  }

  /** The slices of a thread that are open at a time. */
  #stackOf(tid: number, at: number): Open[] {
    const stack = this.#stacks.get(tid) ?? [];
    this.#stacks.set(tid, stack);
    while (stack.length > 0 && stack.at(-1)!.end < at) stack.pop();
    return stack;
  }

  imported(): Imported {
    assertEquals(this.#async.size, 0, "asynchronous slices without an end");
    return {
      threads: this.#threads,
      slices: this.#slices,
      flows: this.#flows,
      instants: this.#instants,
      asyncSlices: this.#asyncSlices,
    };
  }
}

Deno.test("toChromeTrace() gives slices, threads and arrows as Perfetto's importer takes them", async () => {
  const trace = new Tracer();
  await run(async function main() {
    const child = createTask(sleep(0.001), { name: 'a "name"\n</script>' });
    await child;
  }, { trace, debug: true });
  const { threads, slices, flows, instants } = importTrace(trace.toChromeTrace());
  const names = [...threads.values()];
  assertEquals(names.slice(0, 4), ["loop", "host", "timers", "selector"]);
  assert(names.includes('a "name"\n</script>'));
  assert(slices.some(({ name }) => name === "waits for sleep()"));
  assert(slices.some(({ name }) => name === 'waits for task a "name"\n</script>'));
  assert(flows.some(({ to }) => to === 'a "name"\n</script>'));
  assert(instants > 0);
  assertMatch(trace.toChromeTrace(), /"where":"[^"]*chrome_test\.ts:\d+"/);
});

Deno.test("toChromeTrace() of a program that does everything at once has no fault", async () => {
  const trace = new Tracer();
  const queue = new Queue<number>(2);
  const lock = new Lock();
  function* produce(): Coroutine<void> {
    for (let i = 0; i < 50; i++) yield* queue.put(i);
  }
  async function consume() {
    for (let i = 0; i < 25; i++) {
      await queue.get();
      await asyncWith(lock, async () => await sleep(0));
    }
  }
  await run(async function main() {
    const loop = getRunningLoop();
    for (let i = 0; i < 20; i++) loop.callSoon(() => loop.callSoon(() => {}));
    loop.callLater(0.001, () => {});
    await asyncWith(new TaskGroup(), async (group) => {
      group.createTask(produce());
      group.createTask(consume);
      group.createTask(consume);
      group.createTask(async () => await new Promise((resolve) => setTimeout(resolve, 1)));
      group.createTask(sleep(0), { eagerStart: true });
      await Promise.all([sleep(0.001), sleep(0.002), sleep(0)]);
    });
    await asyncWith(timeout(0.001), async () => await sleep(60)).then(() => {}, () => {});
    await gather(sleep(0), createTask(sleep(0.001)), () => Promise.resolve(), {
      returnExceptions: true,
    });
    const cancelled = createTask(sleep(60));
    await sleep(0);
    cancelled.cancel();
    createTask(sleep(0.001));
  }, { trace });
  const { slices, flows, asyncSlices } = importTrace(trace.toChromeTrace());
  assert(slices.length > 500);
  assert(flows.length > 100);
  assert(asyncSlices > 20);
});

Deno.test("toChromeTrace() of nothing is a trace", () => {
  assertEquals(importTrace(new Tracer().toChromeTrace()).slices, []);
});
