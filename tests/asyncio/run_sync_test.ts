// Copyright 2026 the asyncio authors. MIT license.

/** Runs that block, and what they refuse. */

import { elsewhere } from "../../selectors/native/_resolver.ts";
import { LINUX, NATIVE } from "../selectors/native/_open.ts";
import {
  allTasks,
  asyncWith,
  CancelledError,
  type Coroutine,
  createSubprocessExec,
  createTask,
  currentTask,
  Event,
  fromPromise,
  fromSignal,
  Future,
  gather,
  getRunningLoop,
  KeyboardInterrupt,
  newEventLoop,
  openConnection,
  openUnixConnection,
  Protocol,
  Queue,
  run,
  runSync,
  RuntimeError,
  sleep,
  startServer,
  startUnixServer,
  type StreamReader,
  type StreamWriter,
  TaskGroup,
  ThreadPoolExecutor,
  TimeoutError,
  toThread,
  waitFor,
} from "@asyncio/asyncio";
import {
  AF_INET,
  AF_INET6,
  KqueueSelector,
  type NativeSelector,
  NativeSocket,
  OSError,
  PollSelector,
  SelectSelector,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  socketpair,
} from "@asyncio/asyncio/selectors";
import {
  assert,
  assertEquals,
  assertMatch,
  assertStrictEquals,
  assertThrows,
  equal,
} from "@std/assert";
import { openSockets } from "../_open_sockets.ts";
import { text } from "./_text.ts";

/** A test that leaves no socket behind. */
function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({
    name,
    ignore: !NATIVE,
    async fn() {
      const before = LINUX ? openSockets() : new Set();
      await fn();
      if (LINUX) assertEquals(openSockets().difference(before), new Set(), "open sockets");
    },
  });
}

function* echo(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  writer.write(yield* reader.read(100));
  yield* writer.drain();
  writer.close();
}

// CPython: test_runners.py, RunTests.test_asyncio_run_return
test("runSync() gives the result, or throws", () => {
  assertEquals(
    runSync(function* () {
      yield;
      return 42;
    }),
    42,
  );
  assertEquals(runSync(sleep(0.001, "done")), "done");
  assertEquals(runSync(() => sleep(0, "done")), "done");
  const failing = function* (): Coroutine<void> {
    yield* sleep(0);
    throw new RangeError("wrong");
  };
  assertThrows(() => runSync(failing), RangeError, "wrong");
});

test("runSync() blocks: nothing of the host goes on meanwhile", async () => {
  const order: string[] = [];
  const timer = setTimeout(() => order.push("timer"), 0);
  const promise = Promise.resolve().then(() => order.push("promise"));
  runSync(function* () {
    for (let i = 0; i < 5; i++) yield* sleep(0.001);
    order.push("main");
  });
  assertEquals(order, ["main"]);
  clearTimeout(timer);
  await promise;
});

test("runSync() runs callbacks, timers and tasks in their order", () => {
  const order: string[] = [];
  runSync(function* () {
    const loop = getRunningLoop();
    loop.callLater(0.003, () => order.push("third"));
    loop.callLater(0.001, () => order.push("second"));
    loop.callSoon(() => order.push("first"));
    // deno-lint-ignore require-yield
    const worker = createTask(function* () {
      order.push(`in ${currentTask()!.getName()}`);
    }, { name: "worker" });
    yield* sleep(0.005);
    assert(worker.done());
  });
  assertEquals(order, ["first", "in worker", "second", "third"]);
});

test("runSync() has streams over TCP and Unix sockets", () => {
  const path = Deno.makeTempDirSync() + "/socket";
  runSync(function* () {
    const tcp = yield* startServer(echo, "127.0.0.1", 0);
    const unix = yield* startUnixServer(echo, path);
    const [, port] = tcp.sockets[0].getsockname();
    function* talk(
      [reader, writer]: [StreamReader, StreamWriter] | [StreamReader, StreamWriter<string>],
      word: string,
    ): Coroutine<string> {
      writer.write(word);
      const answer = text(yield* reader.read());
      writer.close();
      return answer;
    }
    const words = ["one", "two", "three"];
    const answers = yield* gather(...words.map(function* (word) {
      return yield* talk(yield* openConnection("localhost", port), word);
    }));
    assertEquals(answers, words);
    assertEquals(yield* talk(yield* openUnixConnection(path), "unix"), "unix");
    for (const server of [tcp, unix]) {
      server.close();
      yield* server.waitClosed();
    }
  });
});

test("runSync() moves more than the system has room for, both ways", () => {
  const data = new Uint8Array(5_000_000).map((_, i) => i % 251);
  runSync(function* () {
    const server = yield* startServer(
      function* (reader, writer) {
        writer.write(yield* reader.read());
        writer.close();
      },
      "127.0.0.1",
      0,
    );
    const [host, port] = server.sockets[0].getsockname();
    const [reader, writer] = yield* openConnection(host, port);
    writer.write(data);
    writer.writeEof();
    const received = yield* reader.read();
    assertEquals(received.length, data.length);
    assert(received.every((byte, i) => byte === data[i]));
    writer.close();
    server.close();
    yield* server.waitClosed();
  });
});

test("runSync() has locks, queues, groups and timeouts", () => {
  runSync(function* () {
    const queue = new Queue<number>(1);
    const seen: number[] = [];
    yield* asyncWith(new TaskGroup(), function* (group) {
      group.createTask(function* () {
        for (let i = 0; i < 3; i++) yield* queue.put(i);
      });
      for (let i = 0; i < 3; i++) seen.push(yield* queue.get());
    });
    assertEquals(seen, [0, 1, 2]);
    try {
      yield* waitFor(new Event().wait(), 0.002);
      throw new Error("not reached");
    } catch (error) {
      assert(error instanceof TimeoutError);
    }
  });
});

// CPython: test_runners.py, RunTests.test_asyncio_run_cancels_hanging_tasks
test("runSync() cancels the tasks that are left, and reports their errors", () => {
  const ended: string[] = [];
  const reported: unknown[] = [];
  const tasks = runSync(function* () {
    getRunningLoop().setExceptionHandler((_, { exception }) => reported.push(exception));
    createTask(function* () {
      try {
        yield* sleep(1000);
      } catch (error) {
        assert(error instanceof CancelledError);
        yield* sleep(0.001);
        ended.push("cancelled");
        throw new RangeError("in cleaning up");
      }
    });
    yield* sleep(0);
    return allTasks();
  });
  assertEquals(ended, ["cancelled"]);
  assertEquals(reported.map(String), ["RangeError: in cleaning up"]);
  for (const task of tasks) assert(task.done());
});

test("runSync() is followed by other runs, of either kind", async () => {
  for (let i = 0; i < 3; i++) {
    assertEquals(runSync(sleep(0, i)), i);
    assertEquals(await run(async () => await sleep(0, i)), i);
  }
});

test("runSync() can run within no run", async () => {
  // deno-lint-ignore require-yield
  const inner = function* (): Coroutine<void> {
    runSync(sleep(0));
  };
  const message = "asyncio.runSync() cannot be called from a running event loop";
  assertThrows(() => runSync(inner), RuntimeError, message);
  let refused: unknown;
  await run(async () => {
    await sleep(0);
    try {
      runSync(sleep(0));
    } catch (error) {
      refused = error;
    }
  });
  assertMatch(String(refused), /cannot be called from a running event loop/);
});

test("runSync() in debug mode names slow steps", () => {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (message: string) => warnings.push(message);
  try {
    runSync(function* () {
      assertEquals(getRunningLoop().getDebug(), true);
      getRunningLoop().slowCallbackDuration = 0;
      yield* sleep(0);
    }, { debug: true });
  } finally {
    console.warn = warn;
  }
  assertMatch(warnings.join(), /Executing <Task .* took/);
});

for (const Selector of [SelectSelector, PollSelector]) {
  test(`runSync() runs on a ${Selector.name}`, () => {
    const loopFactory = () => newEventLoop({ selector: new Selector() as NativeSelector });
    runSync(function* () {
      const server = yield* startServer(echo, "127.0.0.1", 0);
      const [host, port] = server.sockets[0].getsockname();
      const [reader, writer] = yield* openConnection(host, port);
      writer.write("hello");
      assertEquals(text(yield* reader.read()), "hello");
      writer.close();
      server.close();
      yield* server.waitClosed();
    }, { loopFactory });
  });
}

// What cannot work.

const REFUSED: Record<string, () => unknown> = {
  "an async function": async () => await sleep(0),
  "a function that gives a promise": () => new Promise(() => {}),
  "a task of an async function": function* () {
    yield* createTask(async () => await sleep(0));
  },
  "a callback that is an async function": function* () {
    getRunningLoop().callSoon(async () => await null);
    yield* sleep(1000);
  },
  "a promise": function* () {
    yield* fromPromise(new Promise(() => {}));
  },
  "a promise beside other work": function* () {
    yield* gather(sleep(1000), fromPromise(Promise.resolve()));
  },
  "a signal": function* () {
    yield* fromSignal(new AbortController().signal);
  },
  "toThread()": function* () {
    yield* toThread(() => 42);
  },
  "the name of an address": function* () {
    yield* getRunningLoop().getnameinfo(["127.0.0.1", 80]);
  },
  "TLS of a client": function* () {
    yield* openConnection("127.0.0.1", 80, { ssl: true });
  },
  "a pipe": function* () {
    yield* getRunningLoop().connectReadPipe(() => new Protocol(), new ReadableStream());
  },
  "a subprocess": function* () {
    yield* createSubprocessExec("true");
  },
  // deno-lint-ignore require-yield
  "a signal handler": function* () {
    getRunningLoop().addSignalHandler("SIGUSR2", () => {});
  },
};

for (const [what, main] of Object.entries(REFUSED)) {
  test(`runSync() refuses at once: ${what}`, () => {
    const error = assertThrows(() => runSync(main as () => Coroutine<unknown>), RuntimeError);
    assertMatch(error.message, /cannot work in runSync\(\)/);
  });
}

test("runSync() refuses a promise, and says what to pass", () => {
  const promise = Promise.resolve() as unknown as Coroutine<void>;
  assertThrows(() => runSync(promise), TypeError);
});

test("runSync() refuses the future of an executor, which stays usable", async () => {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const future = pool.submit(() => 42);
  const main = function* (): Coroutine<number> {
    return yield* future;
  };
  assertThrows(() => runSync(main), RuntimeError, "An executor cannot work in runSync()");
  assertEquals(await future, 42);
  await pool.shutdown();
});

test("runSync() says so when all wait for one another", () => {
  const main = function* (): Coroutine<void> {
    yield* createTask(sleepForEver(), { name: "sleeper" });
  };
  function* sleepForEver(): Coroutine<void> {
    yield* new Future<void>();
  }
  assertThrows(() => runSync(main), RuntimeError, "deadlock: nothing is ready");
});

test("runSync() needs a selector that can wait in this thread", () => {
  const main = () => runSync(sleep(0.001), { loopFactory: newEventLoop });
  assertThrows(main, Deno.errors.NotSupported, "DenoSelector");
});

test("runSync() passes on what ends a program", () => {
  const interrupt = new KeyboardInterrupt();
  // deno-lint-ignore require-yield
  const main = function* (): Coroutine<void> {
    throw interrupt;
  };
  const error = assertThrows(() => runSync(main), KeyboardInterrupt);
  assertStrictEquals(error, interrupt);
});

// Names: a non-blocking socket asks a resolver elsewhere, which tells of the answer by the host.

test("runSync() connects a socket to a name, and asks for it in this thread only", async () => {
  using server = new NativeSocket();
  server.bind(["127.0.0.1", 0]);
  server.listen();
  const [, port] = server.getsockname();
  runSync(function* () {
    const sock = new NativeSocket(undefined, SOCK_STREAM | SOCK_NONBLOCK);
    yield* getRunningLoop().sockConnect(sock, ["LOCALHOST", port as number]);
    assertEquals(sock.getpeername(), server.getsockname());
    sock.close();
  });
  // Nor does it ask later, when the thread is the host's again.
  for (let i = 0; i < 3; i++) {
    assertEquals(elsewhere.count, 0);
    await Promise.resolve();
  }
});

test("runSync() looks names up, each address once, of the family asked for", () => {
  runSync(function* () {
    const loop = getRunningLoop();
    const all = yield* loop.getaddrinfo("LOCALHOST", 80, { type: SOCK_STREAM });
    const addresses = all.map(([family, , , , address]) => [family, address]);
    const known = [[AF_INET, ["127.0.0.1", 80]], [AF_INET6, ["::1", 80, 0, 0]]];
    assert(addresses.length > 0);
    for (const address of addresses) {
      assertEquals(known.filter((one) => equal(one, address)).length, 1, String(address));
    }
    assertEquals(new Set(addresses.map(String)).size, addresses.length);
    const four = yield* loop.getaddrinfo("LOCALHOST", 80, { family: AF_INET, type: SOCK_STREAM });
    assertEquals(four, [[AF_INET, SOCK_STREAM, 6, "", ["127.0.0.1", 80]]]);
  });
});

test("runSync() opens connections to names, and says which is none", () => {
  const main = function* (): Coroutine<string> {
    const server = yield* startServer(echo, "LOCALHOST", 0, { family: AF_INET });
    const [, port] = server.sockets[0].getsockname();
    const [reader, writer] = yield* openConnection("LOCALHOST", port);
    writer.write("by name");
    const answer = text(yield* reader.read());
    writer.close();
    server.close();
    yield* server.waitClosed();
    yield* openConnection("host.invalid", 80);
    return answer;
  };
  const error = assertThrows(() => runSync(main), Error, "failed to lookup address information");
  assert(error instanceof OSError);
});

test("loop.runForeverSync() runs until stop()", () => {
  const loop = newEventLoop({ selector: new PollSelector() });
  const [left, right] = socketpair();
  const seen: string[] = [];
  loop.addReader(left, () => {
    seen.push(text(left.recv(10)));
    loop.stop();
  });
  loop.callLater(0.001, () => right.send("x"));
  loop.runForeverSync();
  assertEquals(seen, ["x"]);
  assertEquals(loop.isRunning(), false);
  // Stopped before it runs, it turns once.
  loop.callSoon(() => seen.push("once"));
  loop.stop();
  loop.runForeverSync();
  assertEquals(seen, ["x", "once"]);
  loop.close();
  assertThrows(() => loop.runForeverSync(), RuntimeError, "Event loop is closed");
  left.close();
  right.close();
});

Deno.test("a selector that is not of this system says so, and runSync() with it", () => {
  if (Deno.build.os === "darwin") return;
  const loopFactory = () => newEventLoop({ selector: new KqueueSelector() });
  assertThrows(() => runSync(sleep(0), { loopFactory }), Deno.errors.NotSupported);
});
