// Copyright 2026 the asyncio authors. MIT license.

import {
  CancelledError,
  coroutine,
  currentTask,
  fromPromise,
  MonotonicClock,
  newEventLoop,
  RuntimeError,
  sleep,
  VirtualClock,
} from "@asyncio/asyncio/coroutines";
import { Socket, ValueError } from "@asyncio/asyncio/selectors";
import {
  assert,
  assertEquals,
  assertFalse,
  assertLess,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { forms, runBriefly } from "../../_run_test.ts";

function autojumping(start?: number) {
  const clock = new VirtualClock({ autojump: true, start });
  return { clock, loop: newEventLoop({ clock }) };
}

Deno.test("MonotonicClock never goes back", () => {
  const clock = new MonotonicClock();
  let last = clock.time();
  for (let i = 0; i < 1000; i++) {
    const now = clock.time();
    assert(now >= last);
    last = now;
  }
});

Deno.test("VirtualClock stands still until it is told to move", () => {
  const clock = new VirtualClock({ start: 5 });
  assertEquals(clock.time(), 5);
  assertFalse(clock.autojump);
  clock.advance(2.5);
  clock.advance(0);
  assertEquals(clock.time(), 7.5);
  // deno-lint-ignore no-explicit-any
  for (const bad of [-1, NaN, "x" as any]) {
    assertThrows(() => clock.advance(bad), ValueError, "Cannot advance the clock");
  }
  assertEquals(clock.time(), 7.5);
});

Deno.test("VirtualClock.advance() runs the timers that fall due, and no others", async () => {
  const clock = new VirtualClock();
  using loop = newEventLoop({ clock });
  const seen: string[] = [];
  for (const delay of [1, 2, 3]) {
    loop.callLater(delay, () => seen.push(`${delay} at ${clock.time()}`));
  }
  const running = loop.runForever();
  const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 1));
  await settle();
  assertEquals(seen, []);
  clock.advance(1);
  await settle();
  assertEquals(seen, ["1 at 1"]);
  clock.advance(0.5);
  await settle();
  assertEquals(seen, ["1 at 1"]);
  clock.advance(5);
  await settle();
  assertEquals(seen, ["1 at 1", "2 at 6.5", "3 at 6.5"]);
  loop.stop();
  await running;
});

Deno.test("VirtualClock.advance() from within the loop makes timers due in the next turn", async () => {
  const clock = new VirtualClock();
  using loop = newEventLoop({ clock });
  const seen: string[] = [];
  await loop.runUntilComplete(function* () {
    loop.callLater(10, () => seen.push("timer"));
    clock.advance(10);
    yield;
    seen.push("task");
    yield;
  });
  assertEquals(seen, ["task", "timer"]);
});

Deno.test("VirtualClock moves the timers of every loop that uses it", async () => {
  const clock = new VirtualClock();
  const loops = [newEventLoop({ clock }), newEventLoop({ clock })];
  const running = loops.map((loop) => loop.runUntilComplete(sleep(10, "done")));
  await new Promise((resolve) => setTimeout(resolve, 1));
  clock.advance(10);
  assertEquals(await Promise.all(running), ["done", "done"]);
  for (const loop of loops) loop.close();
});

Deno.test("An autojumping clock jumps to the next timer, and no further", async () => {
  const { clock, loop } = autojumping(100);
  const seen: number[] = [];
  await loop.runUntilComplete(async () => {
    for (const delay of [3600, 1800, 86400]) loop.callLater(delay, () => seen.push(loop.time()));
    await sleep(4000);
    seen.push(clock.time());
  });
  assertEquals(seen, [1900, 3700, 4100]);
  loop.close();
});

Deno.test("An autojumping clock does not move while something is ready", async () => {
  const { clock, loop } = autojumping();
  await loop.runUntilComplete(function* () {
    const sleeper = loop.createTask(sleep(1));
    for (let i = 0; i < 1000; i++) yield;
    assertEquals(clock.time(), 0);
    yield* sleeper;
    assertEquals(clock.time(), 1);
  });
  loop.close();
});

Deno.test("An autojumping clock runs zero timers without moving", async () => {
  const { clock, loop } = autojumping();
  const seen: string[] = [];
  await loop.runUntilComplete(function* () {
    const f = loop.createFuture<void>();
    loop.callLater(0, () => seen.push("zero"));
    loop.callLater(-1, () => seen.push("negative"));
    loop.callAt(0, () => f.setResult());
    yield* f;
  });
  assertEquals(seen, ["negative", "zero"]);
  assertEquals(clock.time(), 0);
  loop.close();
});

for (const start of [0, 1e6, 1e9, 1e12]) {
  Deno.test(`An autojumping clock comes to its timers from ${start}`, async () => {
    const { clock, loop } = autojumping(start);
    for (const delay of [0.1, 0.3, 1 / 3, 1000, 1e6]) {
      const when = clock.time() + delay;
      await loop.runUntilComplete(sleep(delay));
      assert(Math.abs(clock.time() - when) <= Number.EPSILON * 2 * when);
    }
    loop.close();
  });
}

Deno.test("An autojumping clock says that nothing can ever happen, and who waits", async () => {
  const { loop } = autojumping();
  const f = loop.createFuture();
  loop.createTask(function* () {
    yield* f;
  }, { name: "waiter-1" });
  loop.createTask(async () => {
    await f;
  }, { name: "waiter-2" });
  const error = await assertRejects(() =>
    loop.runUntilComplete(function* () {
      currentTask()!.setName("main");
      yield* loop.createFuture();
    }), RuntimeError);
  assertMatch(error.message, /^deadlock: .*: waiter-1 coro.*, waiter-2 coro.*, main coro=.*$/);
  assertFalse(loop.isRunning());
  f.setResult(undefined);
  await runBriefly(loop);
  loop.close();
});

Deno.test("An autojumping clock says that nobody waits", async () => {
  const { loop } = autojumping();
  await assertRejects(() => loop.runForever(), RuntimeError, "waiting: nobody");
  loop.close();
});

Deno.test("A loop can run again after a deadlock", async () => {
  const { loop } = autojumping();
  const task = loop.createTask(function* () {
    yield* loop.createFuture();
  });
  await assertRejects(() => loop.runUntilComplete(task), RuntimeError, "deadlock");
  task.cancel();
  await runBriefly(loop);
  assert(task.cancelled());
  loop.close();
});

Deno.test("A clock that is not autojumping waits for ever without a deadlock", async () => {
  using loop = newEventLoop({ clock: new VirtualClock() });
  const f = loop.createFuture<string>();
  setTimeout(() => f.setResult("from outside"), 5);
  assertEquals(await loop.runUntilComplete(f), "from outside");
});

Deno.test("An autojumping clock gives a foreign promise its turn before it jumps", async () => {
  const { clock, loop } = autojumping();
  const immediate = () => new Promise<void>((resolve) => setImmediate(resolve));
  const order: string[] = [];
  await loop.runUntilComplete(async () => {
    const sleeper = loop.createTask(async () => {
      await sleep(10);
      order.push("slept");
    });
    const native = loop.createTask(async () => {
      for (let i = 0; i < 3; i++) await immediate();
      order.push(`native at ${clock.time()}`);
    });
    const wrapped = loop.createTask(function* () {
      yield* fromPromise((async () => {
        for (let i = 0; i < 3; i++) await immediate();
      })());
      order.push(`wrapped at ${clock.time()}`);
    });
    await Promise.all([sleeper, native, wrapped]);
  });
  assertEquals(order, ["native at 0", "wrapped at 0", "slept"]);
  loop.close();
});

Deno.test("An autojumping clock jumps though a foreign promise is never settled", async () => {
  const { clock, loop } = autojumping();
  const task = loop.createTask(async () => {
    await new Promise(() => {});
  });
  await loop.runUntilComplete(sleep(3600));
  assertEquals(clock.time(), 3600);
  task.cancel();
  await runBriefly(loop);
  loop.close();
});

Deno.test("An autojumping clock waits for a socket that has data on its way", async () => {
  const { clock, loop } = autojumping();
  await loop.runUntilComplete(async () => {
    using server = new Socket();
    server.bind(["127.0.0.1", 0]);
    server.listen();
    using client = new Socket();
    await loop.sockConnect(client, server.getsockname());
    const [peer] = await loop.sockAccept(server);
    using _ = peer;
    const timeout = loop.callLater(3600, () => {
      throw new Error("the clock jumped over the data");
    });
    await loop.sockSendall(client, "data");
    const data = await loop.sockRecv(peer, 10);
    assertEquals(new TextDecoder().decode(data), "data");
    timeout.cancel();
  });
  assertEquals(clock.time(), 0);
  loop.close();
});

Deno.test("An autojumping clock jumps though a socket waits for what never comes", async () => {
  const { clock, loop } = autojumping();
  await loop.runUntilComplete(async () => {
    using server = new Socket();
    server.bind(["127.0.0.1", 0]);
    server.listen();
    const task = loop.createTask(loop.sockAccept(server));
    await sleep(3600);
    task.cancel();
    await sleep(0);
  });
  assertEquals(clock.time(), 3600);
  loop.close();
});

Deno.test("A loop waits with a socket and no timer, whatever its clock", async () => {
  const { loop } = autojumping();
  using server = new Socket();
  server.bind(["127.0.0.1", 0]);
  server.listen();
  const accept = coroutine(async function accept() {
    const [peer] = await loop.sockAccept(server);
    peer.close();
    return "accepted";
  });
  const accepting = loop.runUntilComplete(accept());
  await new Promise((resolve) => setTimeout(resolve, 20));
  const [hostname, port] = server.getsockname() as [string, number];
  const conn = await Deno.connect({ hostname, port });
  assertEquals(await accepting, "accepted");
  conn.close();
  loop.close();
});

for (const { name, fn, wait } of forms) {
  Deno.test(`VirtualClock passes a sleep that is smaller than it can tell (${name})`, async () => {
    const { loop, clock } = autojumping();
    const main = fn(function* () {
      for (const seconds of [1e-300, 1e-17, 1e-12, Number.MIN_VALUE]) yield* wait(sleep(seconds));
      yield* wait(sleep(1e9));
      const before = clock.time();
      for (let i = 0; i < 3; i++) yield* wait(sleep(1e-9));
      assert(clock.time() > before);
      assertLess(clock.time(), before + 1e-3);
    });
    await loop.runUntilComplete(main);
    let called = 0;
    loop.callLater(1e-12, () => called++);
    await loop.runUntilComplete(fn(function* () {
      yield* wait(sleep(1e-12));
    }));
    assertEquals(called, 1);
    loop.close();
  });
}

Deno.test("A deadlock names the functions that wait", async () => {
  const { loop } = autojumping();
  for (const { fn, wait } of forms) {
    const main = loop.createTask(
      fn(function* main() {
        yield* wait(loop.createFuture());
      }),
      { name: "T" },
    );
    await assertRejects(
      () => loop.runUntilComplete(main),
      RuntimeError,
      "waiting: T coro=<main()>",
    );
    main.cancel();
    await assertRejects(() => loop.runUntilComplete(main), CancelledError);
  }
  loop.close();
});
