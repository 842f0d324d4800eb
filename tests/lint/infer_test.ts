// Copyright 2026 the asyncio authors. MIT license.

import { assertFinds, assertFindsInFile } from "./_lint.ts";

const RULE = "no-floating-coroutine";

Deno.test("what is dropped is known by the parts of a connection", () => {
  assertFinds(
    RULE,
    `
    async function asynchronous() {
      const [reader, writer] = await openConnection("localhost", 80);
      «reader.readline()»; «writer.drain()»; writer.close();
    }
    function* generator() {
      const streams = yield* asyncio.openConnection("localhost", 80);
      const [reader, ...rest] = streams;
      «reader.read()»; rest.drain();
      const server = yield* startServer(() => {}, "localhost", 0);
      «server.serveForever()»; «server.waitClosed()»; server.close();
    }
  `,
  );
});

Deno.test("what is dropped is known by the parameters of a server's callback", () => {
  assertFinds(
    RULE,
    `
    startServer(async (reader, writer) => { «reader.read()»; «writer.waitClosed()»; }, "localhost", 0)
      .then(function (server, writer) { server.waitClosed(); writer.drain(); });
    asyncio.startServer(function* (reader, writer = null) { «writer.drain()»; }, "localhost", 0).next();
    [].map((reader) => { reader.read(); });
  `.replace("«server.waitClosed()»", "server.waitClosed()"),
  );
});

Deno.test("what is dropped is known by what entering a context manager gives", () => {
  assertFinds(
    RULE,
    `
    run(asyncWith(new TaskGroup(), function* (tg) { tg.createTask(work()); «tg.aenter()»; }));
    run(asyncWith(new Lock(), async (nothing) => { nothing.acquire(); }));
    function* work() {
      yield* asyncWith(yield* startServer(() => {}, "localhost", 0), async (server) => {
        «server.waitClosed()»;
      });
      const server = yield* (yield* startServer(() => {})).aenter();
      «server.waitClosed()»;
    }
  `,
  );
});

Deno.test("what is dropped is known by annotations", () => {
  assertFinds(
    RULE,
    `
    type Jobs = Queue<() => void>;
    type Reader = StreamReader | null;
    interface Event { wait(): void }
    function serve(
      reader: Reader, writer: asyncio.StreamWriter, jobs: readonly [Jobs, lock: Lock], event: Event,
      sleep: () => Coroutine<void>, { queue }: { queue: Queue<number> },
    ) {
      «reader?.read()»; «writer.drain()»; event.wait(); «sleep()»; «queue.get()»;
      const [queues, lock] = jobs;
      «queues.get()»; «lock.acquire()»;
    }
    let later: asyncio.Queue<number> | undefined;
    «later!.get()»;
    const cast = JSON.parse("") as asyncio.Event;
    «cast.wait()»;
    «(JSON.parse("") satisfies unknown as Lock).acquire()»;
    const any = new Queue() as any, own: { get(): void } = new Queue();
    any.get(); own.get();
    class Pool { queue: { get(): void } = new Queue(); open() { this.queue.get(); } }
    declare function connect(): Promise<[StreamReader, StreamWriter]>;
    const [reader] = await connect();
    «reader.read()»;
    const either: Queue<number> | Lock = new Lock();
    either.acquire();
    const both: Queue<number> | Queue<string> = new Queue<number>();
    «both.join()»;
    type Endless = Endless2; type Endless2 = Endless;
    (null as Endless).acquire();
    type Tree = [Lock, Tree, Tree, Tree, Tree, Tree, Tree, Tree, Tree];
    (null as unknown as Tree).acquire();
  `,
  );
});

Deno.test("what is dropped is known by the fields and methods of a class", () => {
  assertFinds(
    RULE,
    `
    class Base {
      readonly jobs = new Queue<number>();
      *drain(): Coroutine<void> { «this.jobs.join()»; }
    }
    class Pool extends Base {
      #lock = new Lock();
      static #limit: Semaphore;
      "quoted": Event;
      constructor(plain: Queue<number>, readonly server: Server, private readonly group = new TaskGroup()) { super(); }
      accessor late = new Queue<number>();
      get event(): Event { return new Event(); }
      *#work(): Coroutine<void> { yield* sleep(1); }
      *open() {
        «this.#work()»; «this.#lock.acquire()»; «Pool.#limit.acquire()»; «this.quoted.wait()»;
        «this.server.waitClosed()»; «this.event.wait()»; «this.jobs.get()»; «this.drain()»;
        this.group.createTask(this.#work()); this.unknown(); this["jobs"].get(); this.plain.get(); other.#foreign.get();
        yield* asyncWith(this.#lock, function* (this: Pool) { «this.jobs.get()»; }, this);
        return { jobs: 1, size() { this.jobs.get(); } };
      }
    }
    const pool = new Pool(), pools: Pool[] = [];
    «pool.open()»; «pool.jobs.put(1)»; «new Pool().drain()»; pools[0].open();
    const Local = class { queue = new LifoQueue() };
    «new Local().queue.put(1)»;
  `,
  );
});

Deno.test("what is dropped is known by the members of interfaces and object types", () => {
  assertFinds(
    RULE,
    `
    interface Context {
      readonly queue: Queue<number>;
      lock?: Lock;
      open(name: string): Coroutine<void>;
      get server(): Server;
      unknown;
    }
    type Options = { context: Context, [key: string]: Context };
    function work(context: Context, { context: { queue } }: Options, all: Options) {
      «context.queue.get()»; «context.lock?.acquire()»; «context.open("a")»; «queue.get()»;
      «context.server.waitClosed()»; «all.context.queue.get()»;
      context.unknown.get(); all.other.queue.get(); context.missing();
    }
  `,
  );
});

Deno.test("what is dropped is known by a class of the library that is extended", () => {
  assertFinds(
    RULE,
    `
    class Jobs extends asyncio.PriorityQueue<number> {
      override put(item: number) { super.put(item); this.get(); return sleep(1); }
      override get(): number { return 0; }
    }
    const jobs = new Jobs();
    «jobs.join()»; jobs.get();
  `.replace("«super.put(item)»", "super.put(item)").replace("«this.get()»", "this.get()"),
  );
});

Deno.test("what is dropped is known by destructuring, defaults and dynamic imports", () => {
  assertFinds(
    RULE,
    `
    const { sleep: nap, Queue: Line, ["wait"]: computed } = asyncio;
    const { gather, ...rest } = asyncio;
    const { sleep: later } = await import("@asyncio/asyncio");
    const library = await import("jsr:@asyncio/asyncio@0.1");
    «nap(1)»; «new Line().get()»; «later(1)»; «library.sleep(1)»; computed([]); rest.sleep(1);
    «asyncio.coroutines.sleep(1)»; asyncio.selectors.sleep;
    function wait(event = new Event(), { lock = new Lock() } = {}) { «event.wait()»; «lock.acquire()»; }
    const loop = newEventLoop();
    «loop.sockRecv(null!, 1)»;
    «asyncio.getRunningLoop().sockSendall(null!, "")»;
  `,
  );
});

Deno.test("what is made of itself, or of nothing, is unknown", () => {
  assertFinds(
    RULE,
    `
    let own = own.next();
    own.acquire();
    const a = () => b(), b = () => a();
    a();
    let none, [first] = [], { second } = {};
    none.get(); first.get(); second.get();
    for (const queue of [new Queue()]) queue.get();
    try {} catch (queue) { queue.get(); }
    unknown.get(); unknown(); super_.get(); import.meta.resolve("x");
    enum Kind { A } Kind.A;
    export default class { queue = new Queue(); get() { «this.queue.get()»; } }
  `,
  );
});

Deno.test("what is dropped is known by what the file exports", () => {
  assertFinds(
    RULE,
    `
    export const queue = new Queue<number>();
    export class Pool { *open() { «queue.get()»; } }
    export default function* main() { «new Pool().open()»; }
    «main()»;
  `,
  );
});

Deno.test("a name is what the nearest declaration makes it", () => {
  assertFinds(
    RULE,
    `
    const queue = new Queue<number>();
    function parameter(queue: string[], sleep: () => void) { queue.join(); sleep(); }
    { const queue = [1]; queue.join(); }
    { «queue.join()»; function queue_() {} }
    for (const queue = [1]; ;) queue.join();
    for (const queue of [[1]]) queue.join();
    switch (1) { case 1: const queue = [1]; queue.join(); }
    const inner = function sleep() { sleep(); };
    const Class = class sleep { static { sleep(); } };
    namespace Space { const queue = [1]; queue.join(); }
    function* body() { const sleep = () => {}; sleep(); }
    for (const queue in { a: 1 }) queue.join();
    function unrelated([queue]: string[][], { sleep, ...run }: any) { queue.join(); sleep(); }
    «queue.join()»;
  `,
  );
});

Deno.test("what follows a hole in a pattern is unknown: the tree that Deno gives ends there", () => {
  assertFinds(
    RULE,
    `
    const [, writer] = await openConnection("localhost", 80);
    writer.drain();
  `,
  );
});

Deno.test("the library is known by any of its specifiers, and by nothing else", () => {
  for (
    const specifier of [
      "@asyncio/asyncio",
      "@asyncio/asyncio/asyncio",
      "@asyncio/asyncio/coroutines",
      "jsr:@asyncio/asyncio",
      "jsr:@asyncio/asyncio@^0.1.0",
      "jsr:@asyncio/asyncio@0.1.0/coroutines",
      "jsr:/@asyncio/asyncio@0.1",
      "https://jsr.io/@asyncio/asyncio/0.1.0/mod.ts",
      "npm:@jsr/asyncio__asyncio@0.1/asyncio",
    ]
  ) {
    assertFindsInFile(RULE, `import { sleep as nap } from "${specifier}";\n«nap(1)»;\n`);
    assertFindsInFile(RULE, `import * as lib from "${specifier}";\n«lib.sleep(1)»;\n`);
  }
  for (const specifier of ["@asyncio/asyncio-extra", "my@asyncio/asyncio", "./sleep.ts"]) {
    assertFindsInFile(
      RULE,
      `import { sleep } from "${specifier}"; // not @asyncio/asyncio\nsleep(1);\n`,
    );
  }
});

Deno.test("names that objects have by themselves are no names of the library", () => {
  assertFindsInFile(
    RULE,
    `import * as asyncio from "@asyncio/asyncio";
asyncio.toString(); asyncio.constructor(); new asyncio.Queue().hasOwnProperty("get");
new asyncio.valueOf(); (null as asyncio.toString).get();
`,
  );
});
