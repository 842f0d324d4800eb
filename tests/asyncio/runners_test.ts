// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-yield require-await

import {
  CancelledError,
  ContextVar,
  copyContext,
  createTask,
  EventLoop,
  type ExceptionContext,
  fromPromise,
  Future,
  getEventLoop,
  getRunningLoop,
  KeyboardInterrupt,
  newEventLoop,
  run,
  Runner,
  RuntimeError,
  SelectorEventLoop,
  setEventLoop,
  sleep,
  type Task,
  ValueError,
  VirtualClock,
} from "@asyncio/asyncio";
import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { type Form, forms } from "../_run_test.ts";
import { caught } from "./_caught.ts";

/** A loop in virtual time. */
function loopFactory(): EventLoop {
  return newEventLoop({ clock: new VirtualClock({ autojump: true }) });
}

/** Registers a test for generators and for async functions. */
function testRunner(name: string, body: (form: Form) => Promise<void>): void {
  for (const form of forms) Deno.test(`${name} (${form.name})`, () => body(form));
}

// CPython: test_runners.py, RunTests.test_asyncio_run_return
testRunner("run() gives what its coroutine returns", async ({ wait, fn }) => {
  const main = fn(function* () {
    yield* wait(sleep(0));
    return 42;
  });
  assertEquals(await run(main), 42);
  assertEquals(await run(sleep(0, 42)), 42);
});

// CPython: test_runners.py, RunTests.test_asyncio_run_raises
testRunner("run() rejects with what its coroutine throws", async ({ wait, fn }) => {
  const main = fn(function* () {
    yield* wait(sleep(0));
    throw new ValueError("spam");
  });
  await assertRejects(() => run(main), ValueError, "spam");
});

// CPython: test_runners.py, RunTests.test_asyncio_run_only_coro and RunnerTests.test_run_non_coro
Deno.test("run() refuses what is no coroutine", async () => {
  for (const main of [1, "main", null, undefined, {}, () => 1, () => undefined]) {
    await assertRejects(() => run(main as never), TypeError);
  }
});

Deno.test("run() refuses a promise, saying what to pass", async () => {
  async function main() {}
  await assertRejects(() => run(main() as never), TypeError, "pass the async function itself");
});

// CPython: test_runners.py, RunTests.test_asyncio_run_debug
Deno.test("run() sets debug mode, or leaves it as it is", async () => {
  const isDebug = () => run(async () => getRunningLoop().getDebug());
  assertEquals(await isDebug(), false);
  for (const debug of [true, false]) {
    assertEquals(await run(async () => getRunningLoop().getDebug(), { debug }), debug);
  }
  const debugging = () => newEventLoop({ debug: true });
  const main = async () => getRunningLoop().getDebug();
  assertEquals(await run(main, { loopFactory: debugging }), true);
  assertEquals(await run(main, { loopFactory: debugging, debug: false }), false);
});

// CPython: test_runners.py, RunTests.test_asyncio_run_from_running_loop
testRunner("run() rejects in a running loop", async ({ wait, fn }) => {
  const nothing = fn(function* () {});
  const main = fn(function* () {
    const nested = run(nothing);
    yield* caught(RuntimeError, wait(fromPromise(nested)));
  });
  await run(main);
  await assertRejects(
    () => run(async () => await run(nothing)),
    RuntimeError,
    "asyncio.run() cannot be called from a running event loop",
  );
});

Deno.test("run() may run beside another, and its loop is nobody's but its own", async () => {
  const results = await Promise.all([
    run(async () => await sleep(0.001, getRunningLoop())),
    run(async () => await sleep(0, getRunningLoop())),
  ]);
  assert(results[0] !== results[1]);
  const running = run(() => sleep(0.001));
  assertThrows(() => getEventLoop(), RuntimeError, "no current event loop");
  assertThrows(() => new Future(), RuntimeError, "no current event loop");
  await running;
});

// CPython: test_runners.py, RunTests.test_asyncio_run_cancels_hanging_tasks
testRunner("run() cancels the tasks that are left", async ({ wait, fn }) => {
  const tasks: Task<void>[] = [];
  const leftover = fn(function* () {
    yield* wait(sleep(0.1));
  });
  const main = fn(function* () {
    for (let i = 0; i < 3; i++) tasks.push(createTask(leftover));
    return 123;
  });
  assertEquals(await run(main, { loopFactory }), 123);
  assertEquals(tasks.map((task) => task.cancelled()), [true, true, true]);
});

testRunner("run() waits until the tasks that are left have cleaned up", async ({ wait, fn }) => {
  const log: string[] = [];
  const leftover = fn(function* () {
    try {
      yield* wait(sleep(10));
    } finally {
      yield* wait(sleep(10));
      log.push("cleaned up");
    }
  });
  const main = fn(function* () {
    createTask(leftover);
    yield* wait(sleep(0));
    throw new ValueError("main");
  });
  await assertRejects(() => run(main, { loopFactory }), ValueError, "main");
  assertEquals(log, ["cleaned up"]);
});

// CPython: test_runners.py, RunTests.test_asyncio_run_reports_hanging_tasks_errors
testRunner("run() reports the errors of the tasks that are left", async ({ wait, fn }) => {
  const reported: ExceptionContext[] = [];
  const error = new ValueError("x");
  let task: Task<void>;
  const leftover = fn(function* () {
    yield* caught(CancelledError, wait(sleep(0.1)));
    throw error;
  });
  const main = fn(function* () {
    getRunningLoop().setExceptionHandler((_, context) => reported.push(context));
    task = createTask(leftover);
    yield* wait(sleep(0));
    return 123;
  });
  assertEquals(await run(main, { loopFactory }), 123);
  assertEquals(reported.length, 1);
  const { message, exception, task: reportedTask } = reported[0]!;
  assertEquals(message, "unhandled exception during asyncio.run() shutdown");
  assertStrictEquals(exception, error);
  assertStrictEquals(reportedTask, task!);
});

// CPython: Lib/asyncio/runners.py, Runner.close: shutdown_asyncgens, shutdown_default_executor
Deno.test("run() lets callbacks that are ready run before it closes the loop", async () => {
  const log: string[] = [];
  await run(function* () {
    const loop = getRunningLoop();
    loop.callSoon(() => {
      log.push("a");
      loop.callSoon(() => {
        log.push("b");
        loop.callSoon(() => log.push("c"));
      });
    });
  });
  assertEquals(log, ["a", "b", "c"]);
});

// CPython: test_runners.py, RunTests.test_asyncio_run_loop_factory
Deno.test("run() makes its loop by loopFactory, and closes it", async () => {
  let loop: EventLoop | undefined;
  let calls = 0;
  const running = await run(async () => getRunningLoop(), {
    loopFactory: () => {
      calls++;
      return loop = newEventLoop();
    },
  });
  assertEquals(calls, 1);
  assertStrictEquals(running, loop);
  assert(loop!.isClosed());
});

// CPython: test_runners.py, RunTests.test_loop_factory_default_event_loop
Deno.test("run() takes a class of loops as loopFactory", async () => {
  class MyLoop extends EventLoop {}
  assert(await run(async () => getRunningLoop() instanceof MyLoop, { loopFactory: MyLoop }));
  assert(await run(async () => getRunningLoop() instanceof SelectorEventLoop));
});

Deno.test("run() rejects when nothing can ever happen again in virtual time", async () => {
  await assertRejects(
    () => run(() => new Future<void>(), { loopFactory }),
    RuntimeError,
    "deadlock: ",
  );
});

Deno.test("run() rejects with a KeyboardInterrupt of a task or a callback", async () => {
  await assertRejects(
    () =>
      run(async () => {
        throw new KeyboardInterrupt();
      }),
    KeyboardInterrupt,
  );
  await assertRejects(
    () =>
      run(function* () {
        getRunningLoop().callSoon(() => {
          throw new KeyboardInterrupt();
        });
        yield* sleep(3600);
      }),
    KeyboardInterrupt,
  );
});

Deno.test("run() may return a future, if its main function is a generator", async () => {
  const future = await run(function* () {
    return { future: getRunningLoop().createFuture<void>() };
  });
  assertFalse(future.future.done());
});

// CPython: test_runners.py, RunnerTests.test_non_debug and test_debug
Deno.test("Runner sets debug mode", async () => {
  for (const debug of [true, false]) {
    await using runner = new Runner({ debug });
    assertEquals(runner.getLoop().getDebug(), debug);
  }
});

// CPython: test_runners.py, RunnerTests.test_custom_factory
Deno.test("Runner.getLoop() gives the one loop", async () => {
  const loop = newEventLoop();
  await using runner = new Runner({ loopFactory: () => loop });
  assertStrictEquals(runner.getLoop(), loop);
  assertStrictEquals(runner.getLoop(), loop);
});

// CPython: test_runners.py, RunnerTests.test_run
testRunner("Runner.run() runs a coroutine, and another", async ({ wait, fn }) => {
  const main = fn(function* () {
    yield* wait(sleep(0));
    return "done";
  });
  let loop: EventLoop;
  let closed: Runner;
  {
    await using runner = new Runner();
    assertEquals(await runner.run(main), "done");
    assertEquals(await runner.run(main), "done");
    loop = runner.getLoop();
    assertFalse(loop.isClosed());
    closed = runner;
  }
  assertThrows(() => closed.getLoop(), RuntimeError, "Runner is closed");
  await assertRejects(() => closed.run(main), RuntimeError, "Runner is closed");
  assert(loop.isClosed());
});

// CPython: test_runners.py (3.14), RunnerTests.test_run_non_coro, test_run_future, test_run_awaitable
Deno.test("Runner.run() takes any awaitable but a promise", async () => {
  await using runner = new Runner();
  await assertRejects(() => runner.run(123 as never), TypeError, "is required");
  await assertRejects(() => runner.run(Promise.resolve(1) as never), TypeError, "pass the async");
  const future = runner.getLoop().createFuture<number>();
  future.setResult(42);
  assertEquals(await runner.run(future), 42);
  const thenable: PromiseLike<number> & { finally?: undefined } = {
    then: (onFulfilled, onRejected) => Promise.resolve(43).then(onFulfilled, onRejected),
  };
  assertEquals(await runner.run(thenable), 43);
});

// CPython: test_runners.py, RunnerTests.test_explicit_close and test_double_close
Deno.test("Runner.close() closes the loop, once", async () => {
  const runner = new Runner();
  const loop = runner.getLoop();
  await runner.close();
  assertThrows(() => runner.getLoop(), RuntimeError, "Runner is closed");
  assert(loop.isClosed());
  await runner.close();
  assert(loop.isClosed());
});

Deno.test("Runner.close() of a runner that was never used leaves it usable", async () => {
  await using runner = new Runner();
  await runner.close();
  assertEquals(await runner.run(sleep(0, 1)), 1);
});

// CPython: test_runners.py, RunnerTests.test_run_keeps_context
testRunner("Runner.run() keeps the context from run to run", async ({ wait, fn }) => {
  const variable = new ContextVar("variable", { default: -1 });
  const main = (value: number) =>
    fn(function* () {
      const old = variable.get();
      yield* wait(sleep(0));
      variable.set(value);
      return old;
    });
  await using runner = new Runner();
  assertEquals(await runner.run(main(1)), -1);
  assertEquals(await runner.run(main(2)), 1);
  assertEquals((await runner.run(async () => copyContext())).get(variable), 2);
  const context = copyContext();
  assertEquals(await runner.run(main(3), { context }), -1);
  assertEquals(context.get(variable), 3);
  assertEquals(variable.get(), -1);
});

// CPython: test_runners.py, RunnerTests.test_recursive_run
Deno.test("Runner.run() rejects in a running loop", async () => {
  await using runner = new Runner();
  await assertRejects(
    () => runner.run(async () => await runner.run(async () => {})),
    RuntimeError,
    "Runner.run() cannot be called from a running event loop",
  );
});

Deno.test("Runner.run() leaves tasks for the next run, and close() cancels them", async () => {
  const runner = new Runner({ loopFactory });
  const task = await runner.run(async () => ({ task: createTask(sleep(10, "slept")) }));
  assertFalse(task.task.done());
  await runner.run(() => sleep(5));
  assertFalse(task.task.done());
  await runner.close();
  assert(task.task.cancelled());
});

// CPython: test_runners.py, RunnerTests.test_set_event_loop_called_once and
// RunTests.test_asyncio_run_set_event_loop
Deno.test("Runner sets its loop, unless it comes from loopFactory", async () => {
  const runner = new Runner();
  const loop = runner.getLoop();
  assertStrictEquals(getEventLoop(), loop);
  await runner.run(async () => {});
  assertStrictEquals(getEventLoop(), loop);
  await runner.close();
  assertThrows(() => getEventLoop(), RuntimeError, "no current event loop");
  using mine = newEventLoop();
  setEventLoop(mine);
  await using other = new Runner({ loopFactory });
  await other.run(async () => {});
  assertStrictEquals(getEventLoop(), mine);
  setEventLoop(null);
});

// SIGINT: each in a process of its own, which tells when it is ready to be interrupted.

/** Runs a program of `_interrupted.ts`, and sends it a SIGINT whenever it is ready. */
async function interrupt(program: string): Promise<{ lines: string[]; code: number }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", new URL("_interrupted.ts", import.meta.url).href, program],
    stdout: "piped",
  }).spawn();
  let text = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (chunk.includes("ready")) child.kill("SIGINT");
  }
  const { code } = await child.status;
  return { lines: text.trim().split("\n").filter((line) => line !== "ready"), code };
}

// CPython: test_runners.py, RunnerTests.test_interrupt_wait and test_interrupt_call_soon
for (const program of ["generator", "async", "foreign", "spinning"]) {
  Deno.test(`run() rejects with KeyboardInterrupt after SIGINT: ${program}`, async () => {
    assertEquals(await interrupt(program), { lines: ["KeyboardInterrupt"], code: 0 });
  });
}

Deno.test("run() says where the main task waited when it was interrupted", async () => {
  const place = await interrupt("place");
  // What the other tasks waited for follows.
  const lines = place.lines.filter((line) => /^<Task|^end/.test(line));
  const { code } = place;
  assertEquals([lines.length, lines.at(-1), code], [3, "end", 0]);
  const task =
    "<Task pending name='Task-\\d+' coro=<main\\(\\)> wait_for=<Future pending cb=\\[wakeup\\(\\)\\]";
  assertMatch(lines[0]!, new RegExp(`^${task}>`));
  assertMatch(lines[1]!, new RegExp(`^${task} created at \\S*/_interrupted\\.ts:\\d+>`));
  const native = await interrupt("asyncPlace");
  assertMatch(native.lines[0]!, new RegExp(`^${task} created at \\S*/_interrupted\\.ts:\\d+>`));
});

Deno.test("run() cleans up after SIGINT", async () => {
  assertEquals(await interrupt("cleanup"), {
    lines: ["main cleans up", "task cleans up", "KeyboardInterrupt"],
    code: 0,
  });
});

Deno.test("run() gives the result of a coroutine that takes no notice of SIGINT", async () => {
  assertEquals(await interrupt("refusing"), { lines: ["42"], code: 0 });
});

// CPython: Lib/asyncio/runners.py, Runner._on_sigint
Deno.test("run() leaves a second SIGINT to end the process", async () => {
  const { code } = await interrupt("stubborn");
  assertEquals(code, 130);
});

// CPython: test_runners.py, RunnerTests.test_interrupt_cancelled_task
Deno.test("run() rejects with CancelledError after SIGINT to a task that was cancelled", async () => {
  assertEquals(await interrupt("cancelled"), { lines: ["CancelledError"], code: 0 });
});

Deno.test("run() leaves SIGINT to a program that listens itself", async () => {
  assertEquals(await interrupt("listening"), {
    lines: ["own listener", "ended by itself"],
    code: 0,
  });
});

Deno.test("run() is interrupted together with others that run beside it", async () => {
  assertEquals(await interrupt("both"), {
    lines: ["KeyboardInterrupt,KeyboardInterrupt"],
    code: 0,
  });
});

Deno.test("Runner can be interrupted in each of its runs", async () => {
  assertEquals(await interrupt("twice"), {
    lines: ["run 0: KeyboardInterrupt", "run 1: KeyboardInterrupt", "done"],
    code: 0,
  });
});
