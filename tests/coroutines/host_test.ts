// Copyright 2026 the asyncio authors. MIT license.

/**
 * The loop beside its host: whatever it does, plain timers, fetches and connections go on.
 *
 * Nothing here measures time: what counts is how far the loop gets while the host does something.
 * Deno polls its I/O at every 61st macrotask that wakes itself, so a loop that keeps the thread for
 * too long at a time shows by the number of steps that it takes meanwhile.
 */

import {
  type Coroutine,
  newEventLoop,
  type SelectorEventLoop,
  sleep,
} from "@asyncio/asyncio/coroutines";
import { assert, assertEquals, assertLess } from "@std/assert";

const ROUNDS = 5;

/** Keeps the thread busy for so many milliseconds. */
function compute(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** A task's body that spins until it is told to stop. */
type Spin = (stopped: () => boolean, count: () => void) => () => Coroutine<void> | Promise<void>;

const generator = (step: () => Coroutine<unknown>): Spin => (stopped, count) =>
  function* () {
    while (!stopped()) {
      count();
      yield* step();
    }
  };

const native = (step: () => PromiseLike<unknown>): Spin => (stopped, count) => async () => {
  while (!stopped()) {
    count();
    await step();
  }
};

interface BusyLoop {
  name: string;
  tasks: number;
  spin: Spin;
  /** More steps than this in one round mean that the host is starved; usual is a tenth. */
  limit: number;
}

const busyLoops: BusyLoop[] = [
  { name: "ten generators on sleep(0)", tasks: 10, spin: generator(() => sleep(0)), limit: 4e5 },
  { name: "one generator on sleep(0)", tasks: 1, spin: generator(() => sleep(0)), limit: 4e5 },
  { name: "ten async functions on sleep(0)", tasks: 10, spin: native(() => sleep(0)), limit: 15e4 },
  { name: "one async function on sleep(0)", tasks: 1, spin: native(() => sleep(0)), limit: 15e4 },
  {
    name: "long steps",
    tasks: 10,
    spin: generator(() => {
      compute(0.2);
      return sleep(0);
    }),
    limit: 400,
  },
  {
    name: "long async steps",
    tasks: 3,
    spin: native(() => {
      compute(0.2);
      return sleep(0);
    }),
    limit: 400,
  },
  { name: "short timers", tasks: 1, spin: generator(() => sleep(0.001)), limit: 25 },
  { name: "short async timers", tasks: 1, spin: native(() => sleep(0.001)), limit: 25 },
];

/** What plain code does beside the loop. Gives how many rounds it took. */
const hostWork: Record<string, (rounds: number) => Promise<void>> = {
  async "plain timers"(rounds) {
    for (let i = 0; i < rounds; i++) await new Promise((resolve) => setTimeout(resolve, 1));
  },
  async "setImmediate"(rounds) {
    for (let i = 0; i < rounds; i++) await new Promise<void>((resolve) => setImmediate(resolve));
  },
  async "a fetch from Deno.serve in the same process"(rounds) {
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      () => new Response("hello"),
    );
    const url = `http://127.0.0.1:${server.addr.port}/`;
    for (let i = 0; i < rounds; i++) assertEquals(await (await fetch(url)).text(), "hello");
    await server.shutdown();
  },
  async "an echo over Deno.connect"(rounds) {
    using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const { port } = listener.addr as Deno.NetAddr;
    const serving = (async () => {
      using conn = await listener.accept();
      const buffer = new Uint8Array(100);
      for (;;) {
        const size = await conn.read(buffer);
        if (size === null) return;
        await conn.write(buffer.subarray(0, size));
      }
    })();
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    const buffer = new Uint8Array(100);
    for (let i = 0; i < rounds; i++) {
      await conn.write(new Uint8Array([i]));
      assertEquals(await conn.read(buffer), 1);
      assertEquals(buffer[0], i);
    }
    conn.close();
    await serving;
  },
};

for (const { name, tasks, spin, limit } of busyLoops) {
  for (const [what, work] of Object.entries(hostWork)) {
    Deno.test(`A loop busy with ${name} lets ${what} go on`, async () => {
      using loop = newEventLoop();
      let steps = 0;
      let stopped = false;
      const count = () => {
        if (++steps > 10 * ROUNDS * limit) throw new Error("the host is locked out");
      };
      const running = loop.runUntilComplete(function* () {
        const body = spin(() => stopped, count);
        const spinning = Array.from({ length: tasks }, () => loop.createTask(body));
        for (const task of spinning) yield* task;
      });
      // Not before the loop is hot, compiled and all.
      while (steps < 10 * tasks) await new Promise((resolve) => setTimeout(resolve, 1));
      const before = steps;
      await work(ROUNDS);
      const taken = (steps - before) / ROUNDS;
      stopped = true;
      await running;
      assertLess(taken, limit);
    });
  }
}

Deno.test("A loop that is woken by microtasks of plain code again and again lets timers fire", async () => {
  using loop = newEventLoop();
  let stopped = false;
  let rounds = 0;
  const running = loop.runForever();
  const ping = async () => {
    while (!stopped) {
      rounds++;
      const f = loop.createFuture<void>();
      loop.callSoon(() => f.setResult());
      await f;
    }
    loop.stop();
  };
  const pinging = ping();
  for (let i = 0; i < ROUNDS; i++) await new Promise((resolve) => setTimeout(resolve, 1));
  stopped = true;
  await pinging;
  await running;
  assert(rounds > ROUNDS);
});

Deno.test("Two loops that wake one another by microtasks let timers fire", async () => {
  const loops = [newEventLoop(), newEventLoop()] as [SelectorEventLoop, SelectorEventLoop];
  let stopped = false;
  let rounds = 0;
  const hit = (i: 0 | 1) => {
    rounds++;
    if (stopped) {
      for (const loop of loops) loop.stop();
      return;
    }
    loops[1 - i as 0 | 1].callSoon(hit, 1 - i as 0 | 1);
  };
  loops[0].callSoon(hit, 0 as const);
  const running = loops.map((loop) => loop.runForever());
  for (let i = 0; i < ROUNDS; i++) await new Promise((resolve) => setTimeout(resolve, 1));
  stopped = true;
  await Promise.all(running);
  assert(rounds > ROUNDS);
  for (const loop of loops) loop.close();
});

Deno.test("A loop takes turns with another that is as busy", async () => {
  const counts = [0, 0];
  let stopped = false;
  const run = async (i: number) => {
    using loop = newEventLoop();
    await loop.runUntilComplete(function* () {
      while (!stopped) {
        counts[i]!++;
        yield;
      }
    });
  };
  const running = [run(0), run(1)];
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 1));
  stopped = true;
  await Promise.all(running);
  const [a, b] = counts as [number, number];
  assert(Math.min(a, b) * 20 > Math.max(a, b), `${a} and ${b} steps`);
});

Deno.test("A busy loop gives its own timers their turn", async () => {
  using loop = newEventLoop();
  for (const step of [() => {}, () => compute(0.2)]) {
    let steps = 0;
    let done = false;
    await loop.runUntilComplete(function* () {
      const timer = loop.createTask(function* () {
        for (let i = 0; i < ROUNDS; i++) yield* sleep(0.001);
        done = true;
      });
      while (!done) {
        steps++;
        step();
        yield;
      }
      yield* timer;
    });
    assertLess(steps, 1e6);
  }
});
