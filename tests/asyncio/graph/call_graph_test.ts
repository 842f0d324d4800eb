// Copyright 2026 the asyncio authors. MIT license.

import {
  asCompleted,
  asyncWith,
  captureCallGraph,
  type Coroutine,
  coroutine,
  createTask,
  formatCallGraph,
  Future,
  futureAddToAwaitedBy,
  type FutureCallGraph,
  futureDiscardFromAwaitedBy,
  gather,
  getRunningLoop,
  Lock,
  printCallGraph,
  run,
  RuntimeError,
  shield,
  sleep,
  Task,
  TaskGroup,
  timeout,
  wait,
  waitFor,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";

/** A graph in short: name, functions, those who wait, in the order of their names. */
type Short = [name: string, stack: string[], awaitedBy: Short[]];

const HERE = import.meta.url.replace("file://", "");

function short(graph: FutureCallGraph | null): Short {
  const { future, callStack, awaitedBy } = graph!;
  return [
    !(future instanceof Task) ? "F" : /^Task-\d+$/.test(future.getName()) ? "T" : future.getName(),
    callStack.map(({ frame }) => {
      assert(frame.file !== undefined && frame.line! > 0, `no place for ${frame.function}`);
      return `${frame.isAsync ? "a" : "s"} ${frame.function}`;
    }),
    awaitedBy.map(short).sort(([a], [b]) => a < b ? -1 : 1),
  ];
}

function debug<T>(main: () => Coroutine<T> | Promise<T>): Promise<T> {
  return run(main, { debug: true });
}

/** The functions of the group's own that wait in its `aexit()`. */
const LEAVING = [
  "a TaskGroup.#waitForTasks",
  "a TaskGroup.#leave",
  "a TaskGroup.aexit",
  "a asyncWith",
  "a main",
];

// CPython: test_graph.py, CallStackTestBase.test_stack_tgroup
Deno.test("captureCallGraph() goes through a task group, in generators", async () => {
  let graph: FutureCallGraph | null = null;
  let text = "";
  function c5() {
    graph = captureCallGraph();
    text = formatCallGraph();
  }
  function* c4() {
    yield* sleep(0);
    c5();
  }
  function* c3() {
    yield* c4();
  }
  function* c2() {
    yield* c3();
  }
  function* c1(task: Task<void>) {
    yield* task;
  }
  await debug(function* main() {
    yield* asyncWith(new TaskGroup(), function* (group) {
      const task = group.createTask(c2(), { name: "c2_root" });
      group.createTask(c1(task), { name: "sub_main_1" });
      group.createTask(c1(task), { name: "sub_main_2" });
    });
  });
  const waiting: Short = ["T", LEAVING, []];
  assertEquals(short(graph), ["c2_root", ["s c5", "a c4", "a c3", "a c2"], [
    waiting,
    ["sub_main_1", ["a c1"], [waiting]],
    ["sub_main_2", ["a c1"], [waiting]],
  ]]);
  assertStringIncludes(text, " in async main()");
});

Deno.test("captureCallGraph() goes through a task group, in async functions", async () => {
  let graph: FutureCallGraph | null = null;
  async function c4() {
    await sleep(0);
    graph = captureCallGraph();
  }
  async function c2() {
    await c4();
  }
  async function c1(task: Task<void>) {
    await task;
  }
  await debug(async function main() {
    await asyncWith(new TaskGroup(), (group) => {
      const task = group.createTask(c2, { name: "c2_root" });
      group.createTask(() => c1(task), { name: "sub_main" });
      return Promise.resolve();
    });
  });
  const waiting: Short = ["T", LEAVING, []];
  assertEquals(short(graph), ["c2_root", ["a c4", "a c2"], [
    waiting,
    ["sub_main", ["a c1"], [waiting]],
  ]]);
});

Deno.test("captureCallGraph() finds the task that is still in the body of a task group", async () => {
  await debug(function* main() {
    yield* asyncWith(new TaskGroup(), function* body(group) {
      const task = group.createTask(sleep(0), { name: "in the group" });
      const other = createTask(sleep(0), { name: "beside" });
      assertEquals(captureCallGraph(task)!.awaitedBy.length, 1);
      assertEquals(captureCallGraph(other)!.awaitedBy.length, 0);
      yield* sleep(0);
    });
  });
});

const WAYS: Record<string, (task: Task<void>) => Coroutine<unknown>> = {
  // CPython: test_graph.py, CallStackTestBase.test_stack_gather
  *gather(task) {
    yield* gather(task, sleep(0));
  },
  // CPython: test_graph.py, CallStackTestBase.test_stack_shield
  *shield(task) {
    yield* shield(task);
  },
  // CPython: test_graph.py, CallStackTestBase.test_stack_wait
  *wait(task) {
    yield* wait([task]);
  },
  // CPython: test_graph.py, CallStackTestBase.test_stack_task
  *task(task) {
    yield* task;
  },
  *waitFor(task) {
    yield* waitFor(task, 60);
  },
  *timeout(task) {
    yield* asyncWith(timeout(60), function* () {
      yield* gather(shield(task), sleep(0));
    });
  },
  *asCompleted(task) {
    for (const next of asCompleted([task])) yield* next;
  },
  asyncFunction: coroutine(async (task) => {
    await Promise.all([gather(task), shield(task)]);
  }),
};

for (const [name, way] of Object.entries(WAYS)) {
  Deno.test(`captureCallGraph() sees through ${name}`, async () => {
    await debug(function* () {
      const task = createTask(function* () {
        yield* sleep(0.001);
      }, { name: "inner" });
      const waiting = createTask(way(task), { name: "outer" });
      yield* sleep(0);
      const [, , awaitedBy] = short(captureCallGraph(task));
      assertEquals(awaitedBy.map(([who]) => who), ["outer"]);
      yield* waiting;
      assertEquals(captureCallGraph(task)!.awaitedBy, []);
    });
  });
}

// CPython: test_graph.py, CallStackTestBase.test_stack_future
Deno.test("captureCallGraph() tells who waits for a future", async () => {
  function* a2(future: Future<void>) {
    yield* future;
  }
  function* a1(future: Future<void>) {
    yield* a2(future);
  }
  async function b1(future: Future<void>) {
    await future;
  }
  await debug(function* main() {
    const future = new Future<void>();
    const tasks = [
      createTask(a1(future), { name: "task A" }),
      createTask(() => b1(future), { name: "task B" }),
    ];
    for (let i = 0; i < 5; i++) yield* sleep(0);
    assertEquals(short(captureCallGraph(future)), ["F", [], [
      ["task A", ["a a2", "a a1"], []],
      ["task B", ["a b1"], []],
    ]]);
    assertMatch(
      formatCallGraph(future),
      /^\* Future\(id=0x[0-9a-f]+\)\n {2}\+ Awaited by:\n {4}\* /,
    );
    future.setResult();
    yield* gather(...tasks);
  });
});

// CPython: test_graph.py, CallStackTestBase.test_stack_async_gen
Deno.test("captureCallGraph() goes through an asynchronous generator", async () => {
  const graphs: FutureCallGraph[] = [];
  async function nested() {
    await sleep(0);
    graphs.push(captureCallGraph()!);
  }
  async function* numbers() {
    yield 1;
    await nested();
  }
  await debug(async function main() {
    for await (const _ of numbers());
  });
  const [name, stack] = short(graphs[0]!);
  assertEquals([name, stack], ["T", ["a nested", "a numbers", "a main"]]);
});

Deno.test("captureCallGraph() puts generators and async functions together that call each other", async () => {
  let running: Short | null = null;
  const inner = coroutine(function* inner() {
    yield* sleep(0.001);
    yield* asyncWith(new Lock(), async function body() {
      await sleep(0.001);
      running = short(captureCallGraph());
    });
  });
  const middle = coroutine(function* middle() {
    yield* asyncWith(timeout(60), async function deep() {
      await inner();
    });
  });
  await debug(async function main() {
    const task = createTask(async function work() {
      await middle();
    });
    await sleep(0);
    const around = ["a asyncWith", "a middle", "a work"];
    assertEquals(short(captureCallGraph(task))[1], ["a inner", "a deep", ...around]);
    await task;
    assertEquals(running![1], ["a body", "a asyncWith", "a inner", "a deep", ...around]);
  });
});

Deno.test("captureCallGraph() cuts each stack to the limit, at the end that its sign says", async () => {
  const stackOf = (limit: number | null, task?: Task<unknown>) =>
    captureCallGraph(task, { limit, depth: 2 })!.callStack.map(({ frame }) => frame.function);
  function* innermost() {
    yield* sleep(0);
    assertEquals(stackOf(2), ["middle", "outermost"]);
    assertEquals(stackOf(-1), ["innermost"]);
    assertEquals(stackOf(0), []);
    assertEquals(captureCallGraph(null, { depth: 2 })!.callStack[0]!.frame.function, "middle");
  }
  function* middle() {
    yield* innermost();
  }
  function* outermost() {
    yield* middle();
  }
  await debug(function* () {
    const task = createTask(outermost());
    // Its first step.
    yield* sleep(0);
    assertEquals(stackOf(null, task), ["innermost", "middle", "outermost"]);
    assertEquals(stackOf(2, task), ["middle", "outermost"]);
    assertEquals(stackOf(-2, task), ["innermost", "middle"]);
    assertEquals(stackOf(0, task), []);
    yield* task;
  });
});

Deno.test("captureCallGraph() knows the names of outermost functions without debug mode", async () => {
  await run(function* main() {
    const task = createTask(function* work() {
      yield* sleep(0);
    }, { name: "worker" });
    const lines = formatCallGraph(task).split("\n");
    assertEquals(lines.slice(1), ["  + Call stack:", "  |   In async work()"]);
    yield* task;
    assertEquals(captureCallGraph(task)!.callStack, []);
  }, { debug: false });
});

Deno.test("captureCallGraph() comes to an end where tasks wait for each other", async () => {
  await debug(function* () {
    const tasks: Task<void>[] = [];
    const end = new Future<void>();
    async function waitFor(other: number): Promise<void> {
      await Promise.race([tasks[other]!, end]);
    }
    tasks.push(createTask(() => waitFor(1), { name: "a" }));
    tasks.push(createTask(() => waitFor(0), { name: "b" }));
    yield* sleep(0);
    const stack = ["a waitFor"];
    assertEquals(short(captureCallGraph(tasks[0])), ["a", stack, [["b", stack, [[
      "a",
      stack,
      [],
    ]]]]]);
    end.setResult();
    yield* gather(...tasks);
  });
});

Deno.test("captureCallGraph() wants a future, a task that runs, or nothing in a callback", async () => {
  assertThrows(() => captureCallGraph(), RuntimeError, "outside of a running event loop");
  await run(async () => {
    const notAFuture = 1 as unknown as Future<void>;
    assertThrows(() => captureCallGraph(notAFuture), TypeError, "1 object does not appear");
    const found = new Future<unknown>();
    getRunningLoop().callSoon(() => found.setResult([captureCallGraph(), formatCallGraph()]));
    assertEquals(await found, [null, ""]);
  });
});

Deno.test("captureCallGraph() of a future needs no running loop", async () => {
  const [future] = await run(async function main() {
    return await Promise.resolve([new Future()]);
  });
  assertMatch(formatCallGraph(future), /^\* Future\(id=0x\w+\)$/);
});

Deno.test("printCallGraph() writes the text and a line's end to the file", async () => {
  // deno-lint-ignore require-yield -- it never waits
  await debug(function* main() {
    let printed = "";
    printCallGraph(null, { file: { write: (text) => printed += text } });
    const [, , frame, end] = printed.split("\n");
    assertMatch(frame!, /^ {2}\| {3}File '.*call_graph_test\.ts', line \d+, in async main\(\)$/);
    assertEquals(end, "");
    assertStringIncludes(frame!, HERE);
  });
});

Deno.test("futureAddToAwaitedBy() links what the tasks do not tell, until it is taken back", async () => {
  await run(function* () {
    const [made, waiting] = [new Future<void>(), new Future<void>()];
    const task = createTask(function* outer() {
      yield* waiting;
    }, { name: "outer" });
    yield* sleep(0);
    futureAddToAwaitedBy(made, waiting);
    futureAddToAwaitedBy(made, "nobody");
    const names = () =>
      captureCallGraph(made)!.awaitedBy.flatMap(({ awaitedBy }) =>
        awaitedBy.map(({ future }) => (future as Task<unknown>).getName())
      );
    assertEquals(names(), ["outer"]);
    futureDiscardFromAwaitedBy(made, waiting);
    assertEquals(names(), []);
    waiting.setResult();
    yield* task;
  });
});

// CPython: test_tasks.py, BaseTaskTests.test_task_get_stack, test_task_print_stack
Deno.test("Task.getStack() gives the functions, outermost first, and printStack() writes them", async () => {
  let text = "";
  const file = { write: (more: string) => text += more };
  async function inner() {
    await sleep(0);
    const names = task.getStack().map((frame) => frame.function);
    assertEquals(names, ["outer", "inner"]);
  }
  async function outer() {
    await inner();
  }
  let task!: Task<void>;
  await debug(function* () {
    task = createTask(outer, { name: "mine" });
    yield* sleep(0);
    assertEquals(task.getStack().map((frame) => frame.function), ["outer", "inner"]);
    assertEquals(task.getStack({ limit: 1 }).map((frame) => frame.function), ["inner"]);
    task.printStack({ file });
    assertMatch(text, /^Stack for <Task pending name='mine'.* \(most recent call last\):\n/);
    assertMatch(text, /\n {2}File ".*call_graph_test\.ts", line \d+, in inner\n$/);
    yield* task;
    text = "";
    task.printStack({ file });
    assertMatch(text, /^No stack for <Task finished name='mine'.*>\n$/);
  });
});

// CPython: test_tasks.py, BaseTaskTests.test_task_print_stack
Deno.test("Task.getStack() of a task that has failed is that of its error, which stays unseen", async () => {
  const reported: string[] = [];
  let text = "";
  await run(function* () {
    getRunningLoop().setExceptionHandler((_, { message }) => reported.push(message));
    const task = createTask(
      // deno-lint-ignore require-yield -- it fails at once
      function* failing() {
        throw new RangeError("out of it");
      },
    );
    yield* sleep(0);
    assertEquals(task.getStack().at(-1)!.function, "failing");
    task.printStack({ file: { write: (more) => text += more } });
  });
  assertMatch(text, /^Traceback for <Task finished .*\n[^]* in failing\nRangeError: out of it\n$/);
  assertEquals(reported, ["Task exception was never retrieved"]);
});
