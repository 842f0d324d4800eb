// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file asyncio/no-floating-coroutine -- what it is about

/** What nobody has retrieved when a run ends: reported, and in strict mode an error of the run. */

import {
  type Coroutine,
  createTask,
  Future,
  gather,
  getRunningLoop,
  newEventLoop,
  run,
  Runner,
  type RunnerOptions,
  RuntimeError,
  sleep,
  VirtualClock,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import { captured } from "../coroutines/_loop.ts";
import { type Form, forms } from "../_run_test.ts";

const boom = new Error("boom");

function optionsWith(options: RunnerOptions = {}): RunnerOptions {
  const loopFactory = () => newEventLoop({ clock: new VirtualClock({ autojump: true }) });
  return { loopFactory, ...options };
}

/** A main that fails besides, in a way that nobody hears of. */
const mistakes: Record<string, (form: Form) => Coroutine<void>> = {
  *task(form) {
    createTask(form.fn(function* bug() {
      yield* form.wait(sleep(0));
      throw boom;
    }));
    yield* form.wait(sleep(1));
  },
  *future(form) {
    new Future<void>().setException(boom);
    yield* form.wait(sleep(1));
  },
  *gathering(form) {
    gather(form.fn(function* () {
      yield* form.wait(sleep(0));
      throw boom;
    }));
    yield* form.wait(sleep(1));
  },
  *callback(form) {
    getRunningLoop().callSoon(() => {
      throw boom;
    });
    yield* form.wait(sleep(1));
  },
  *"async callback"(form) {
    getRunningLoop().callSoon(async () => {
      await sleep(0);
      throw boom;
    });
    yield* form.wait(sleep(1));
  },
  *"task at the last moment"(form) {
    createTask(form.fn(function* bug() {
      try {
        yield* form.wait(sleep(10));
      } finally {
        // deno-lint-ignore no-unsafe-finally -- it is what a failing cleanup does
        throw boom;
      }
    }));
    yield* form.wait(sleep(1));
  },
};

for (const form of forms) {
  for (const [name, main] of Object.entries(mistakes)) {
    Deno.test(`run() reports an error that nobody retrieved: ${name} (${form.name})`, async () => {
      const lines = await captured("error", async () => {
        await run(form.fn(() => main(form)), optionsWith());
      });
      assertEquals(lines.length, 1);
      assertMatch(lines[0]!, /\nError: boom\n/);
    });

    Deno.test(`run() with strict rejects with it: ${name} (${form.name})`, async () => {
      const lines = await captured("error", async () => {
        const rejected = run(form.fn(() => main(form)), optionsWith({ strict: true }));
        assertStrictEquals(await assertRejects(() => rejected), boom);
      });
      assertEquals(lines.length, 1);
    });
  }

  // CPython: test_base_events.py, BaseEventLoopWithSelectorTests; Lib/asyncio/tasks.py, Task.__del__
  Deno.test(`run() reports with CPython's context (${form.name})`, async () => {
    const contexts: Record<string, unknown>[] = [];
    let task!: unknown;
    await run(
      form.fn(function* () {
        getRunningLoop().setExceptionHandler((_, context) => contexts.push({ ...context }));
        task = createTask(form.fn(function* bug() {
          yield* form.wait(sleep(0));
          throw boom;
        }));
        yield* form.wait(sleep(1));
      }),
      optionsWith(),
    );
    assertEquals(contexts.map((context) => Object.keys(context).sort()), [
      ["exception", "future", "message"],
    ]);
    const [{ message, exception, future }] = contexts as [Record<string, unknown>];
    assertEquals(message, "Task exception was never retrieved");
    assertStrictEquals(exception, boom);
    assertStrictEquals(future, task);
    assertMatch(
      String(future),
      /^<Task finished name='Task-\d+' coro=<bug\(\)> exception=Error\('boom'\)>$/,
    );
  });

  Deno.test(`run() reports no error that was retrieved (${form.name})`, async () => {
    const lines = await captured("error", async () => {
      const main = form.fn(function* () {
        const bug = form.fn(function* () {
          yield* form.wait(sleep(0));
          throw boom;
        });
        const asked = createTask(bug);
        const awaited = createTask(bug);
        const followed = createTask(bug);
        const collected = gather(bug, bug, { returnExceptions: true });
        followed.catch(() => {});
        try {
          yield* form.wait(awaited);
        } catch {
          // That is notice enough.
        }
        yield* form.wait(collected);
        yield* form.wait(sleep(1));
        asked.exception();
      });
      await run(main, optionsWith({ strict: true }));
    });
    assertEquals(lines, []);
  });

  Deno.test(`run() with strict rejects with several errors as one (${form.name})`, async () => {
    const lines = await captured("error", async () => {
      const main = form.fn(function* () {
        yield* mistakes.task!(form);
        yield* mistakes.future!(form);
      });
      const error = await assertRejects(
        () => run(main, optionsWith({ strict: true })),
        AggregateError,
        "2 errors were reported to the event loop",
      );
      assertEquals(error.errors, [boom, boom]);
    });
    assertEquals(lines.length, 2);
  });

  Deno.test(`run() with strict rejects with the error of main first (${form.name})`, async () => {
    const lines = await captured("error", async () => {
      const main = form.fn(function* () {
        yield* mistakes.task!(form);
        throw new RangeError("of main");
      });
      await assertRejects(() => run(main, optionsWith({ strict: true })), RangeError, "of main");
    });
    assertEquals(lines.length, 1);
  });

  Deno.test(`run() with strict gives the result where nothing was reported (${form.name})`, async () => {
    const main = form.fn(function* () {
      return yield* form.wait(sleep(1, "result"));
    });
    assertEquals(await run(main, optionsWith({ strict: true })), "result");
  });
}

Deno.test("run() with strict rejects with a coroutine that was never started, its place told", async () => {
  const lines = await captured("warn", async () => {
    const main = async () => {
      sleep(1);
      await sleep(0);
    };
    const rejected = run(main, optionsWith({ strict: true }));
    const error = await assertRejects(() => rejected, RuntimeError);
    assertMatch(error.message, /^coroutine 'sleep' was never awaited \(made at .*:\d+\)$/);
  });
  assertEquals(lines.length, 1);
});

Deno.test("run() with strict closes its loop all the same", async () => {
  const loop = newEventLoop();
  await captured("error", async () => {
    const options = { strict: true, loopFactory: () => loop };
    const main = async () => {
      createTask(async () => {
        await sleep(0);
        throw boom;
      });
      await sleep(0.001);
    };
    await assertRejects(() => run(main, options), Error, "boom");
  });
  assert(loop.isClosed());
});

Deno.test("Runner with strict rejects when it is closed, for all of its runs", async () => {
  const lines = await captured("error", async () => {
    const runner = new Runner(optionsWith({ strict: true }));
    for (let i = 0; i < 2; i++) await runner.run(() => act(mistakes.future!));
    await assertRejects(() => runner.close(), AggregateError, "2 errors");
    await runner.close();
  });
  assertEquals(lines.length, 2);
});

/** A main of the above as an async function. */
async function act(main: (form: Form) => Coroutine<void>): Promise<void> {
  const asyncForm = forms[1]!;
  await asyncForm.fn(() => main(asyncForm))();
}

Deno.test("Loop options take strict, and setStrict() changes it", async () => {
  const lines = await captured("error", async () => {
    const loop = newEventLoop({ strict: true });
    assert(loop.getStrict());
    await loop.runUntilComplete(() => act(mistakes.callback!));
    loop.setStrict(false);
    assert(!loop.getStrict());
    loop.close();
  });
  assertEquals(lines.length, 1);
});
