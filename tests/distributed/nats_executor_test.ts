// Copyright 2026 the asyncio authors. MIT license.

import {
  asCompleted,
  BrokenExecutor,
  getRunningLoop,
  run,
  RuntimeError,
  ValueError,
} from "@asyncio/asyncio";
import { NatsExecutor, type NatsFuture, type NatsOptions } from "@asyncio/asyncio/distributed";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { Latch, until } from "../asyncio/executors/_pools.ts";
import { type NatsServer, QueuedCalls, testNats, WorkerProcess } from "./_server.ts";
import * as work from "./_work.ts";

function connect(server: NatsServer, options: NatsOptions = {}): NatsExecutor {
  return new NatsExecutor({ servers: server.url, ...options });
}

/** How often each value has come to a latch. */
function visits({ path }: Latch): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { name } of Deno.readDirSync(path)) {
    if (name === "open") continue;
    const value = parseInt(name);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

testNats("NatsExecutor.submit() has a worker run a function of a module", async (server) => {
  await using _ = await WorkerProcess.start(server);
  await using executor = connect(server);
  assertEquals(await executor.submit(work.double, 21), 42);
  const results = executor.map(work.double, [1, 2, 3]);
  assertEquals(await Array.fromAsync(results), [2, 4, 6]);
});

testNats("NatsExecutor carries errors back, with class, cause and stack", async (server) => {
  await using _ = await WorkerProcess.start(server);
  await using executor = connect(server);
  const error = await executor.submit(work.fail, "no").exception() as Error;
  assertInstanceOf(error, ValueError);
  assertEquals(error.message, "no");
  assertMatch(error.stack!, /at failNow \(.*_work\.ts/);
  assertInstanceOf(error.cause, RangeError);
  assertMatch(
    String(await executor.submit(work.missing).exception()),
    /TypeError: Cannot run isNotExported\(\) in a worker: .*_work\.ts exports no function/,
  );
  assertMatch(
    String(await executor.submit(work.opaque).exception()),
    /DataCloneError: The result of opaqueNow\(\) cannot be sent back: .*could not be cloned/,
  );
});

Deno.test("NatsExecutor.submit() refuses what is no function of a module", async () => {
  const executor = new NatsExecutor();
  assertThrows(() => executor.submit(() => 1), TypeError, "moduleFunction(import.meta, fn)");
  assertThrows(() => executor.submit(Math.max, 1), TypeError);
  assertThrows(() => executor.submitAs("a.b", work.double, 1), ValueError, "Invalid id");
  const error = await executor.submit(work.waitAt, (() => 1) as never, 1).exception() as Error;
  assertMatch(error.message, /^Argument 1 of waitAtNow\(\) cannot be sent to a worker/);
  await executor.shutdown();
  assertThrows(() => executor.submit(work.double, 1), RuntimeError, "after shutdown");
});

Deno.test("NatsExecutor.submit() fails where no server is", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using executor = new NatsExecutor({
    servers: `127.0.0.1:${port}`,
    connection: { maxReconnectAttempts: 0 },
  });
  await assertRejects(() => executor.submit(work.double, 1).result());
});

testNats("NatsExecutor works for loop.runInExecutor() and asCompleted()", async (server) => {
  await using _ = await WorkerProcess.start(server);
  await using executor = connect(server, { storage: "memory" });
  await run(async () => {
    const loop = getRunningLoop();
    assertEquals(await loop.runInExecutor(executor, work.double, 4), 8);
    const futures = [1, 2, 3].map((n) => executor.submit(work.double, n));
    const seen = new Set<unknown>();
    for await (const future of asCompleted(futures)) seen.add(await future);
    assertEquals(seen, new Set([2, 4, 6]));
  });
});

testNats("NatsExecutor carries progress back, and says that a call has begun", async (server) => {
  await using _ = await WorkerProcess.start(server, "--concurrency", "1");
  await using executor = connect(server);
  const future = executor.submit(work.spin, 20);
  const waiting = executor.submit(work.spin, 1);
  const steps: number[] = [];
  future.addProgressCallback((progress) => steps.push((progress as { step: number }).step));
  await until(() => steps.length > 0);
  assert(future.running() && !future.cancel());
  assert(waiting.cancel());
  assertEquals(await future, "spun");
  assert(steps.length > 1 && steps.every((step, i) => i === 0 || step > steps[i - 1]!), `${steps}`);
});

testNats(
  "NatsExecutor takes calls back that are cancelled before a worker has them",
  async (server) => {
    using latch = new Latch();
    await using executor = connect(server);
    const futures = Array.from({ length: 10 }, (_, i) => executor.submit(work.note, latch.path, i));
    const marker = executor.submit(work.note, latch.path, 100);
    for (const future of futures.slice(0, 5)) assert(future.cancel());
    {
      await using _ = await WorkerProcess.start(server, "--concurrency", "1");
      assertEquals(await marker, 100);
      assertEquals(await Promise.all(futures.slice(5)), [5, 6, 7, 8, 9]);
    }
    assertEquals([...visits(latch).keys()].sort((a, b) => a - b), [5, 6, 7, 8, 9, 100]);
  },
);

testNats("NatsExecutor takes a call back that waits in a worker", async (server) => {
  using latch = new Latch();
  await using _ = await WorkerProcess.start(server, "--concurrency", "1");
  await using executor = connect(server);
  // Short calls first, so that the worker takes several at once.
  await Promise.all(
    Array.from({ length: 300 }, (_, i) => executor.submit(work.double, i).result()),
  );
  const busy = executor.submit(work.spin, 60);
  let steps = 0;
  busy.addProgressCallback(() => steps++);
  const others = Array.from(
    { length: 8 },
    (_, i) => executor.submit(work.note, latch.path, 10 + i),
  );
  await until(() => steps > 0);
  for (const future of others.slice(0, 4)) assert(future.cancel());
  assertEquals(await busy, "spun");
  assertEquals(await Promise.all(others.slice(4)), [14, 15, 16, 17]);
  assertEquals([...visits(latch).keys()].sort((a, b) => a - b), [14, 15, 16, 17]);
});

testNats("a call whose worker is killed is done by another, and counted once", async (server) => {
  using latch = new Latch();
  await using executor = connect(server, { redeliverAfter: 0.5 });
  const first = await WorkerProcess.start(server, "--concurrency", "2", "--redeliver-after", "0.5");
  const futures = Array.from({ length: 6 }, (_, i) => executor.submit(work.waitAt, latch.path, i));
  let ended = 0;
  for (const future of futures) future.addDoneCallback(() => ended++);
  await latch.reached(2);
  await first.end("SIGKILL");
  await using _ = await WorkerProcess.start(
    server,
    "--concurrency",
    "2",
    "--redeliver-after",
    "0.5",
  );
  latch.open();
  assertEquals(await Promise.all(futures), [0, 1, 2, 3, 4, 5]);
  assertEquals(ended, 6);
  assert([...visits(latch).values()].filter((count) => count === 2).length >= 1);
});

testNats("a call that takes longer than a worker may be silent is done once", async (server) => {
  using latch = new Latch();
  await using _ = await WorkerProcess.start(server, "--redeliver-after", "0.3");
  await using another = await WorkerProcess.start(server, "--redeliver-after", "0.3");
  await using executor = connect(server);
  const spun = executor.submit(work.noteAndSpin, latch.path, 2, 60);
  const noted = executor.submit(work.note, latch.path, 1);
  assertEquals(await Promise.all([spun, noted]), ["spun", 1]);
  assertEquals(visits(latch), new Map([[2, 1], [1, 1]]));
  assert(another);
});

testNats(
  "a worker that is asked to end finishes its calls and gives the others back",
  async (server) => {
    using latch = new Latch();
    const first = await WorkerProcess.start(server, "--concurrency", "1");
    await using executor = connect(server);
    const futures = Array.from(
      { length: 4 },
      (_, i) => executor.submit(work.waitAt, latch.path, i),
    );
    await latch.reached(1);
    const end = first.end("SIGTERM");
    await using _ = await WorkerProcess.start(server, "--concurrency", "1");
    await latch.reached(2);
    latch.open();
    assertEquals(await end, 0);
    assertEquals(await Promise.all(futures), [0, 1, 2, 3]);
    assertEquals([...visits(latch).values()], [1, 1, 1, 1]);
  },
);

testNats("a worker with an idle thread takes calls, however many it has", async (server) => {
  using latch = new Latch();
  await using _ = await WorkerProcess.start(server, "--concurrency", "4");
  await using executor = connect(server);
  const futures: NatsFuture<number>[] = [];
  // One after the other, so that three are there when the fourth comes.
  for (let i = 0; i < 4; i++) {
    futures.push(executor.submit(work.waitAt, latch.path, i));
    await latch.reached(i + 1);
  }
  latch.open();
  assertEquals(await Promise.all(futures), [0, 1, 2, 3]);
});

testNats("calls that wait behind a long one are done by another worker", async (server) => {
  using latch = new Latch();
  await using first = await WorkerProcess.start(server, "--concurrency", "1");
  await using executor = connect(server);
  // Short calls first, so that the worker takes several at once.
  await Promise.all(
    Array.from({ length: 300 }, (_, i) => executor.submit(work.double, i).result()),
  );
  const long = executor.submit(work.waitAt, latch.path, 100);
  const others = Array.from({ length: 30 }, (_, i) => executor.submit(work.double, i));
  await latch.reached(1);
  await using _second = await WorkerProcess.start(server, "--concurrency", "1");
  assertEquals(await Promise.all(others), Array.from({ length: 30 }, (_, i) => 2 * i));
  assert(!long.done() && first);
  latch.open();
  assertEquals(await long, 100);
});

testNats("a call that ends its worker's thread is given up after some tries", async (server) => {
  using latch = new Latch();
  await using _ = await WorkerProcess.start(server, "--tries", "2", "--concurrency", "1");
  await using executor = connect(server);
  const error = await executor.submit(work.noteAndExit, latch.path, 1).exception();
  assertInstanceOf(error, BrokenExecutor);
  assertMatch(error.message, /was tried 2 times/);
  assertEquals(visits(latch), new Map([[1, 2]]));
  assertEquals(await executor.submit(work.double, 2), 4);
});

testNats("a call that ends its worker's thread takes no other with it", async (server) => {
  using latch = new Latch();
  await using executor = connect(server);
  const calls = Array.from(
    { length: 40 },
    (_, i) =>
      i % 10 === 5
        ? executor.submit(work.noteAndExit, latch.path, i)
        : executor.submit(work.note, latch.path, i),
  );
  await using _one = await WorkerProcess.start(server, "--concurrency", "2");
  await using _two = await WorkerProcess.start(server, "--concurrency", "2");
  const ended = await Promise.allSettled(calls);
  for (const [i, one] of ended.entries()) {
    if (i % 10 !== 5) assertEquals(one, { status: "fulfilled", value: i });
    else assertInstanceOf((one as PromiseRejectedResult).reason, BrokenExecutor);
  }
  // Three, or one less where an answer to a worker's request for calls got lost on the way: what the
  // server has given out, and no worker has left word of, counts as tried.
  for (const i of [5, 15, 25, 35]) {
    const tries = visits(latch).get(i)!;
    assert(tries === 2 || tries === 3, `${i} was tried ${tries} times`);
  }
});

testNats("a call that a worker had and had not begun is not counted as tried", async (server) => {
  using latch = new Latch();
  await using executor = connect(server);
  const flags = ["--concurrency", "1", "--tries", "1"];
  const worker = await WorkerProcess.start(server, ...flags);
  // Short calls first, so that the worker takes several at once.
  await Promise.all(
    Array.from({ length: 100 }, (_, i) => executor.submit(work.double, i).result()),
  );
  const blocker = executor.submit(work.noteAndSpin, latch.path, 100, 10);
  const others = Array.from({ length: 8 }, (_, i) => executor.submit(work.note, latch.path, i));
  await latch.reached(1);
  assertEquals(await worker.end("SIGTERM"), 0);
  assertEquals(await blocker, "spun");
  await using _ = await WorkerProcess.start(server, ...flags);
  assertEquals(await Promise.all(others), [0, 1, 2, 3, 4, 5, 6, 7]);
});

testNats("a worker that is asked to end does so while the server is away", async (server) => {
  const worker = await WorkerProcess.start(server);
  await server.stop();
  assertEquals(await worker.end("SIGTERM"), 0);
});

testNats("a call whose workers are killed is given up after some tries", async (server) => {
  using latch = new Latch();
  // Longer than the dead worker's request for calls lasts, which a server (2.9) counts as one that was
  // answered, and the call as given out for the first time once more.
  const flags = ["--concurrency", "1", "--tries", "2", "--redeliver-after", "1.5"];
  await using executor = connect(server, { redeliverAfter: 1.5 });
  const deadly = executor.submit(work.waitAt, latch.path, 1);
  for (let tries = 1; tries <= 2; tries++) {
    const worker = await WorkerProcess.start(server, ...flags);
    await latch.reached(tries);
    await worker.end("SIGKILL");
  }
  await using _ = await WorkerProcess.start(server, ...flags);
  const error = await deadly.exception();
  assertInstanceOf(error, BrokenExecutor);
  assertMatch(error.message, /was tried 2 times/);
});

testNats("a worker lives on when what a call has left behind ends its threads", async (server) => {
  await using _ = await WorkerProcess.start(server, "--concurrency", "1");
  await using executor = connect(server);
  for (let i = 0; i < 3; i++) {
    assertEquals(await executor.submit(work.exitLater), "soon");
    await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals(await executor.submit(work.double, i), 2 * i);
  }
});

testNats("calls and results outlive the server", async (server) => {
  using latch = new Latch();
  await using executor = connect(server, { redeliverAfter: 1 });
  const early = Array.from({ length: 5 }, (_, i) => executor.submit(work.waitAt, latch.path, i));
  await using _ = await WorkerProcess.start(server, "--concurrency", "2");
  await latch.reached(2);
  await server.restart();
  const late = Array.from({ length: 5 }, (_, i) => executor.submit(work.note, latch.path, 10 + i));
  latch.open();
  assertEquals(await Promise.all([...early, ...late]), [0, 1, 2, 3, 4, 10, 11, 12, 13, 14]);
});

testNats("results are found by their ids when the submitter starts again", async (server) => {
  using latch = new Latch();
  const first = connect(server);
  const done = first.submitAs("done", work.note, latch.path, 1);
  const unnamed = first.submit(work.note, latch.path, 2);
  const waiting = first.submitAs("waiting", work.waitAt, latch.path, 3);
  {
    await using _ = await WorkerProcess.start(server);
    assertEquals(await done, 1);
    await latch.reached(3);
    assertEquals(await unnamed, 2);
    await first.shutdown({ wait: false });
    await using second = connect(server);
    assertEquals(await second.submitAs("done", work.note, latch.path, 1), 1);
    assertEquals(await second.resultOf("done"), 1);
    const again = second.submitAs("waiting", work.waitAt, latch.path, 3);
    const found = second.resultOf("waiting");
    latch.open();
    assertEquals([await again, await found, await waiting], [3, 3, 3]);
  }
  assertEquals(visits(latch), new Map([[1, 1], [2, 1], [3, 1]]));
  await first.shutdown();
});

testNats("results are found by their ids when the server has started again", async (server) => {
  using latch = new Latch();
  await using executor = connect(server);
  {
    await using _ = await WorkerProcess.start(server);
    assertEquals(await executor.submitAs("done", work.note, latch.path, 1), 1);
  }
  await server.stop();
  const found = executor.resultOf("done");
  const late = executor.submitAs("late", work.note, latch.path, 2);
  await server.restart();
  await using _ = await WorkerProcess.start(server);
  assertEquals([await found, await late], [1, 2]);
  // A server that was killed may have forgotten that the call was acknowledged, not what came of it.
  assertEquals(await executor.submitAs("done", work.note, latch.path, 3), 1);
});

testNats("a call that was cancelled may be submitted again under its id", async (server) => {
  using latch = new Latch();
  await using executor = connect(server);
  const first = executor.submitAs("again", work.note, latch.path, 1);
  const other = executor.submitAs("other", work.note, latch.path, 2);
  assert(first.cancel());
  await using _ = await WorkerProcess.start(server);
  assertEquals(await other, 2);
  assertEquals(await executor.submitAs("again", work.note, latch.path, 3), 3);
  assertEquals(visits(latch), new Map([[2, 1], [3, 1]]));
});

testNats("two programs that submit under one id have one call", async (server) => {
  using latch = new Latch();
  await using one = connect(server);
  await using two = connect(server);
  // At once, so that neither finds the call of the other when it looks.
  const first = one.submitAs("shared", work.note, latch.path, 1);
  const second = two.submitAs("shared", work.note, latch.path, 1);
  await using _ = await WorkerProcess.start(server);
  assertEquals([await first, await second], [1, 1]);
  // When it is done and nobody is there to do it again, its result is.
  assertEquals(await two.submitAs("shared", work.note, latch.path, 3), 1);
  assertEquals(visits(latch), new Map([[1, 1]]));
});

testNats("a call of two programs that one cancels is cancelled for both", async (server) => {
  {
    await using _ = await WorkerProcess.start(server); // The streams are there from now on.
  }
  await using one = connect(server);
  await using two = connect(server);
  const calls = await QueuedCalls.of(server);
  const markers: NatsFuture<number>[] = [];
  for (let round = 0;; round++) {
    const id = `shared-${round}`;
    const first = one.submitAs(id, work.double, 1);
    const sequence = await calls.sequence(id);
    const second = two.submitAs(id, work.double, 1);
    markers.push(two.submitAs(`marker-${round}`, work.double, 2));
    await calls.sequence(`marker-${round}`);
    assert(first.cancel());
    // The marker was taken after the second program has asked for the call, but not always after it has
    // found it: then it has a call of its own now, and all is tried again.
    const another = calls.sequence(id, (one) => one !== sequence).then(() => "another");
    if (await Promise.race([another, second.exception().catch(() => "cancelled")]) === "another") {
      assert(second.cancel());
      continue;
    }
    assert(second.cancelled());
    await using _ = await WorkerProcess.start(server);
    assertEquals(await one.submitAs(id, work.double, 3), 6);
    await Promise.all(markers);
    break;
  }
  await calls.close();
});

testNats("calls wait where they are when the server has as many as it may", async (server) => {
  using latch = new Latch();
  await using executor = connect(server, { maxPending: 4, storage: "memory" });
  const futures = Array.from({ length: 60 }, (_, i) => executor.submit(work.note, latch.path, i));
  await using _ = await WorkerProcess.start(server);
  assertEquals(await Promise.all(futures), Array.from({ length: 60 }, (_, i) => i));
  assertEquals([...visits(latch).values()], Array(60).fill(1));
});

testNats("two workers share the calls, and every result comes once", async (server) => {
  await using _one = await WorkerProcess.start(server, "--storage", "memory");
  await using _two = await WorkerProcess.start(server, "--storage", "memory");
  await using executor = connect(server, { storage: "memory" });
  const results = await Array.fromAsync(executor.map(work.double, Array(3000).keys()));
  assertEquals(results, Array.from({ length: 3000 }, (_, n) => 2 * n));
});

testNats("NatsExecutor.shutdown() cancels what has not begun if it is told to", async (server) => {
  using latch = new Latch();
  await using _ = await WorkerProcess.start(server, "--concurrency", "1");
  const executor = connect(server);
  const futures = Array.from({ length: 5 }, (_, i) => executor.submit(work.waitAt, latch.path, i));
  await until(() => futures[0]!.running());
  const shutdown = executor.shutdown({ cancelFutures: true });
  latch.open();
  await shutdown;
  assertEquals(futures.map((future) => future.cancelled()), [false, true, true, true, true]);
  assertEquals(await futures[0], 0);
});
