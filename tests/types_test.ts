// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file asyncio/no-unawaited-guard asyncio/no-called-main -- the compiler is to find it, too

/**
 * What must compile, and what must not. The compiler is the test: `typed<T>()(value)` compiles only
 * where the type of the value is T and no other, and a line below `@ts-expect-error` only where it has
 * an error. Nothing here casts a type or asserts that a value is there.
 *
 * What can be seen at run time as well is.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import type {
  Awaitable,
  Coroutine,
  CoroutineObject,
  Future,
  InetAddress,
  SocketAddress,
  Task,
} from "@asyncio/asyncio";
import {
  type BlockingIOError,
  DefaultSelector,
  EpollSelector,
  EVENT_READ,
  type NativeSocket,
  Socket,
} from "@asyncio/asyncio/selectors";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";

/** Whether two types are one. */
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true
  : false;

/** Takes values of type T, and of no type above or below it. */
function typed<T>(): <V>(value: V, ..._not: Same<V, T> extends true ? [] : [never]) => void {
  return () => {};
}

/** Takes what is to be compiled, and not to be run. */
function compiled(_code: () => unknown): void {}

function* soon<T>(value: T): Coroutine<T> {
  yield* asyncio.sleep(0);
  return value;
}

async function later<T>(value: T): Promise<T> {
  await asyncio.sleep(0);
  return value;
}

Deno.test("typed() tells types apart, any and unknown among them", () => {
  compiled(() => {
    typed<number>()(Math.PI);
    // @ts-expect-error: narrower
    typed<number | string>()(1);
    const anything = JSON.parse("1");
    // @ts-expect-error: any
    typed<number>()(anything);
  });
});

Deno.test("the type of a result is carried through, in both kinds of coroutine", async () => {
  function* generator() {
    typed<number>()(yield* soon(Math.PI));
    typed<string>()(yield* asyncio.sleep(0, String("")));
    typed<string>()(yield* asyncio.createTask(soon(String(""))));
    typed<number>()(yield* asyncio.shield(soon(Math.PI)));
    typed<number>()(yield* asyncio.waitFor(() => later(Math.PI), 1));
    typed<number>()(yield* asyncio.fromPromise(later(Math.PI)));
    return yield* soon(true);
  }
  typed<boolean>()(await asyncio.run(generator));
  typed<boolean>()(await asyncio.run(generator()));

  await asyncio.run(async () => {
    typed<number>()(await asyncio.createTask(() => later(Math.PI)));
    typed<string>()(await asyncio.sleep(0, String("")));
    typed<Task<string>>()(asyncio.createTask(() => later(String(""))));
    const double = asyncio.coroutine(async (n: number) => 2 * await later(n));
    typed<(n: number) => CoroutineObject<number>>()((n: number) => double(n));
    typed<number>()(await double(2));
  });
});

Deno.test("gather() gives a tuple, with errors in it where they were asked for", async () => {
  await asyncio.run(async () => {
    const [n, text, flag] = await asyncio.gather(soon(Math.PI), () => later(""), soon(true));
    typed<number>()(n);
    typed<string>()(text);
    typed<boolean>()(flag);
    const options = { returnExceptions: true } as const;
    const [m, word] = await asyncio.gather(soon(Math.PI), () => later(""), options);
    typed<number | Error>()(m);
    typed<string | Error>()(word);
    typed<number[]>()(await asyncio.gather(...[1, 2].map((i) => soon(i))));
    assertEquals([m, word], [Math.PI, ""]);
    // @ts-expect-error: there is no third
    compiled(async () => (await asyncio.gather(soon(1), soon(2)))[2]);
    // @ts-expect-error: nothing to wait for
    compiled(() => asyncio.gather(1));
  });
});

Deno.test("wait() and asCompleted() give the very futures, with their types", async () => {
  await asyncio.run(async () => {
    const tasks = [asyncio.createTask(soon(1)), asyncio.createTask(soon(2))];
    const [done, pending] = await asyncio.wait(tasks);
    typed<Set<Task<number>>>()(done);
    typed<Set<Task<number>>>()(pending);
    for await (const future of asyncio.asCompleted([soon(1)])) typed<number>()(await future);
    for await (const task of asyncio.asCompleted(tasks)) typed<Task<number>>()(task);
  });
  // @ts-expect-error: wait() takes tasks and futures only, as in Python
  compiled(() => asyncio.wait([soon(1)]));
});

Deno.test("queues, futures and context variables hold what they were made for", async () => {
  await asyncio.run(async () => {
    const queue = new asyncio.Queue<string>(1);
    await queue.put("a");
    typed<string>()(await queue.get());
    const jobs = new asyncio.PriorityQueue<[priority: number, job: string]>();
    jobs.putNowait([1, "a"]);
    typed<[priority: number, job: string]>()(jobs.getNowait());

    const future = asyncio.getRunningLoop().createFuture<number>();
    future.setResult(1);
    typed<number>()(await future);
    typed<number>()(future.result());

    const user = new asyncio.ContextVar<string>("user");
    const token = user.set("alice");
    typed<string>()(user.get());
    typed<string | typeof asyncio.Token.MISSING>()(token.oldValue);
    compiled(() => {
      // @ts-expect-error: strings only
      queue.putNowait(1);
      // @ts-expect-error: numbers only
      future.setResult("1");
      // @ts-expect-error: strings only
      user.set(1);
    });
  });
});

Deno.test("a callback of a task receives the task, and one of a future the future", async () => {
  await asyncio.run(async () => {
    const background = new Set<Task<number>>();
    const task = asyncio.createTask(soon(Math.PI));
    background.add(task);
    task.addDoneCallback((t) => background.delete(t));
    task.addDoneCallback((t) => typed<Task<number>>()(t));
    const note = (f: Future<number>) => f.result();
    task.addDoneCallback(note);
    assertEquals(task.removeDoneCallback(note), 1);
    await task;
    await asyncio.sleep(0);
    assertEquals(background.size, 0);

    const future = asyncio.getRunningLoop().createFuture<number>();
    future.addDoneCallback((f) => typed<Future<number>>()(f));
    // @ts-expect-error: a future need not be a task
    compiled(() => future.addDoneCallback((t: Task<number>) => t.getName()));
    future.setResult(1);
    await asyncio.sleep(0);
  });
});

Deno.test("what another loop runs can be waited for, with its type", async () => {
  await asyncio.run(async () => {
    const loop = asyncio.getRunningLoop();
    const outcome = asyncio.runCoroutineThreadsafe(soon(String("done")), loop);
    typed<asyncio.ConcurrentFuture<string>>()(outcome);
    typed<string>()(await asyncio.waitFor(outcome, 60));
    outcome.addDoneCallback((future) => typed<asyncio.ConcurrentFuture<string>>()(future));
    typed<string>()(await outcome);
    typed<string>()(await outcome.result(1));
    typed<unknown>()(await outcome.exception(1));
    typed<string>()(await asyncio.wrapFuture(outcome));
    assertEquals(await asyncio.gather(outcome), ["done"]);
  });
});

Deno.test("a manager that may swallow errors makes the result optional, no other does", async () => {
  const lock = new asyncio.Lock();
  const swallowing = {
    *aenter(): Coroutine<string> {
      return yield* soon("entered");
    },
    async aexit(error?: unknown): Promise<boolean> {
      return await later(error !== undefined);
    },
  };
  const disposable = { name: "file", [Symbol.dispose]() {} };
  await asyncio.run(async () => {
    typed<number>()(await asyncio.asyncWith(lock, () => later(Math.PI)));
    typed<number>()(await asyncio.asyncWith(asyncio.timeout(1), () => later(Math.PI)));
    typed<number>()(
      await asyncio.asyncWith(new asyncio.TaskGroup(), async (group) => {
        typed<Task<number>>()(group.createTask(soon(Math.PI)));
        return await later(Math.PI);
      }),
    );
    const result = await asyncio.asyncWith(swallowing, async (value): Promise<number> => {
      typed<string>()(value);
      throw await later(new Error("swallowed"));
    });
    typed<number | undefined>()(result);
    assertEquals(result, undefined);
    typed<string>()(await asyncio.asyncWith(disposable, (file) => later(file.name)));
  });
  // @ts-expect-error: nothing to enter
  compiled(() => asyncio.asyncWith({}, () => later(1)));
});

Deno.test("a guard that was never awaited is nothing to dispose of", async () => {
  await asyncio.run(async () => {
    const lock = new asyncio.Lock();
    assertThrows(() => {
      // @ts-expect-error: await is missing
      using _ = lock.guard();
    });
    await assertRejects(async () => {
      // @ts-expect-error: so it is here: what is awaited is the end of the scope
      await using _ = lock.guard();
    });
    {
      using _ = await lock.guard();
      assert(lock.locked());
    }
    assert(!lock.locked());
  });
  compiled(function* () {
    const semaphore = new asyncio.Semaphore();
    using _ = yield* semaphore.guard();
    // @ts-expect-error: yield* is missing
    using _missing = semaphore.guard();
    // @ts-expect-error: the same of every coroutine
    using _sleep = asyncio.sleep(1);
    // @ts-expect-error: and of a generator function that says what it is
    using _soon = soon(1);
  });
});

Deno.test("every generator object and every coroutine of the library is a Coroutine", () => {
  compiled(function* () {
    const plain = function* () {
      yield* asyncio.sleep(0);
      return 1;
    };
    const coro: Coroutine<number> = plain();
    const sleeping: Coroutine<void> = asyncio.sleep(1);
    const object: CoroutineObject<true> = new asyncio.Lock().acquire();
    const awaitables: Awaitable<unknown>[] = [coro, sleeping, object, later(1)];
    awaitables.push(asyncio.createTask(plain));
    typed<number>()(yield* coro);
    typed<IteratorResult<unknown, number>>()(coro.next());
    if (asyncio.iscoroutine(awaitables[0])) typed<unknown>()(yield* awaitables[0]);
    // @ts-expect-error: not everything that can be gone through is one
    const list: Coroutine<number> = [1][Symbol.iterator]();
    return list;
  });
});

Deno.test("a promise is no coroutine, and no main program", () => {
  // @ts-expect-error: pass the function
  compiled(() => asyncio.run(later(1)));
  // @ts-expect-error: pass the function
  compiled(() => asyncio.createTask(later(1)));
  // @ts-expect-error: seconds are a number
  compiled(() => asyncio.waitFor(soon(1), { timeout: 1 }));
  // @ts-expect-error: seconds are a number
  compiled(() => asyncio.sleep("1"));
});

Deno.test("addresses have the type of their transport", async () => {
  const path = `${await Deno.makeTempDir()}/socket`;
  await asyncio.run(async () => {
    const server = await asyncio.startServer(
      (_, writer) => {
        const [host, port] = writer.getExtraInfo("peername");
        typed<string>()(host);
        typed<number>()(port);
        writer.close();
      },
      "127.0.0.1",
      0,
    );
    const [host, port] = server.sockets[0].getsockname();
    typed<string>()(host);
    typed<number>()(port);
    const [reader, writer] = await asyncio.openConnection(host, port);
    typed<InetAddress>()(writer.getExtraInfo("sockname"));
    typed<Uint8Array<ArrayBuffer>>()(await reader.read());
    typed<InetAddress>()(writer.transport.getExtraInfo("socket").getpeername());
    typed<unknown>()(writer.getExtraInfo("weather"));
    assertEquals(writer.getExtraInfo("peername"), [host, port]);
    writer.close();
    server.close();
    await server.waitClosed();

    const unix = await asyncio.startUnixServer((_, writer) => {
      typed<string>()(writer.getExtraInfo("sockname"));
      writer.close();
    }, path);
    typed<string>()(unix.sockets[0].getsockname());
    const [, client] = await asyncio.openUnixConnection(path);
    typed<string>()(client.getExtraInfo("peername"));
    assertEquals(client.getExtraInfo("peername"), path);
    client.close();
    unix.close();
    await unix.waitClosed();
  });
  compiled(() => {
    const addresses: SocketAddress[] = [["::1", 80], ["::1", 80, 0, 0], "/run/socket"];
    return addresses;
  });
});

Deno.test("a protocol knows the type of its transport", () => {
  compiled(async () => {
    class Greeting extends asyncio.Protocol {
      override connectionMade(transport: asyncio.Transport): void {
        transport.write("hello");
        typed<InetAddress>()(transport.getExtraInfo("peername"));
      }
    }
    const loop = asyncio.getRunningLoop();
    const [transport, protocol] = await loop.createConnection(() => new Greeting(), "::1", 80);
    typed<Greeting>()(protocol);
    typed<asyncio.Transport<InetAddress>>()(transport);
  });
});

Deno.test("a selector's keys have the types of its data and its file objects", async () => {
  using selector = new DefaultSelector<(sock: Socket) => void, Socket>();
  using server = new Socket();
  server.bind(["127.0.0.1", 0]);
  server.listen();
  const accepted: Socket[] = [];
  selector.register(server, EVENT_READ, (sock) => accepted.push(sock.accept()[0]));
  using _client = await Deno.connect({ port: Number(server.getsockname()[1]) });
  for (const [key] of await selector.select()) {
    const { fileobj, fd, events, data } = key;
    typed<Socket>()(fileobj);
    typed<number>()(fd);
    typed<number>()(events);
    data(fileobj);
  }
  assertEquals(accepted.length, 1);
  for (const key of selector.getMap()?.values() ?? []) key.fileobj.close();
  for (const sock of accepted) sock.close();
  compiled(() => {
    // @ts-expect-error: sockets only
    selector.register(5, EVENT_READ);
    const native = new EpollSelector<(sock: NativeSocket) => void, NativeSocket>();
    for (const [key] of native.selectSync(0)) key.data(key.fileobj);
    const any = new DefaultSelector();
    any.register(5, EVENT_READ);
    any.register(server, EVENT_READ, "anything");
    typed<unknown>()(any.getKey(5).data);
  });
});

Deno.test("executors know what the functions give that they are given", () => {
  compiled(async () => {
    const pool = new asyncio.ThreadPoolExecutor();
    typed<number>()(await asyncio.toThread(Math.hypot, 3, 4));
    typed<number>()(await pool.submit((a: number, b: number) => a ** b, 2, 3));
    for await (const root of pool.map(Math.sqrt, [1, 2])) typed<number>()(root);
    const loop = asyncio.getRunningLoop();
    typed<string>()(await loop.runInExecutor(pool, async (n: number) => await later(`${n}`), 1));
    // @ts-expect-error: an argument of another type
    pool.submit((n: number) => n, "1");
  });
});

Deno.test("instanceof narrows, by OSError as by its subclasses", () => {
  compiled(() => {
    const error: unknown = new Error();
    if (error instanceof asyncio.BlockingIOError) typed<BlockingIOError>()(error);
    if (error instanceof asyncio.OSError) typed<string>()(error.message);
    if (error instanceof asyncio.ConnectionError) typed<string>()(error.message);
    if (error instanceof asyncio.ExceptionGroup) typed<string>()(error.message);
  });
});

Deno.test("a token ends with its scope, and a context can be gone through", async () => {
  const user = new asyncio.ContextVar<string>("user", { default: "nobody" });
  {
    using token = user.set("alice");
    typed<asyncio.Token<string>>()(token);
    assertEquals(user.get(), "alice");
  }
  assertEquals(user.get(), "nobody");
  await asyncio.run(async () => {
    typed<string>()(await asyncio.asyncWith(user.set("bob"), () => later(user.get())));
    assertEquals(await asyncio.asyncWith(user.set("bob"), () => later(user.get())), "bob");
    assertEquals(user.get(), "nobody");
  });
  await asyncio.run(function* () {
    yield* asyncio.asyncWith(user.set("carol"), function* () {
      assertEquals(user.get(), "carol");
      yield* asyncio.sleep(0);
    });
    assertEquals(user.get(), "nobody");
  });
  const context = asyncio.copyContext();
  context.run(() => user.set("dave"));
  assertEquals([...context.keys()], [user]);
  assertEquals([...context.values()], ["dave"]);
  for (const [variable, value] of context.items()) {
    typed<asyncio.ContextVar<unknown>>()(variable);
    typed<unknown>()(value);
  }
});
