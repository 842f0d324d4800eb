// Copyright 2026 the asyncio authors. MIT license.
// deno-lint-ignore-file require-await asyncio/no-floating-coroutine -- what it is about

/** A forgotten `await` or `yield*`. */

import {
  asyncWith,
  BoundedSemaphore,
  Condition,
  type Coroutine,
  coroutine,
  createTask,
  type EventLoopOptions,
  gather,
  Lock,
  newEventLoop,
  Queue,
  RuntimeError,
  Semaphore,
  shield,
  sleep,
  VirtualClock,
  waitFor,
} from "@asyncio/asyncio";
import { assert, assertEquals, assertFalse, assertMatch, assertThrows } from "@std/assert";
import { captured } from "../_loop.ts";
import { failure } from "../_native.ts";
import { type Form, forms } from "../../_run_test.ts";

const work = coroutine(function* work(): Coroutine<void> {
  yield* sleep(0);
});
const asyncWork = coroutine(async function asyncWork(): Promise<void> {
  await sleep(0);
});

const options = (more: EventLoopOptions = {}): EventLoopOptions => ({
  clock: new VirtualClock({ autojump: true }),
  ...more,
});

/** Runs a main on a loop, closes it, and gives the warnings. */
async function warningsOf(
  form: Form,
  main: () => Coroutine<unknown>,
  debug = false,
): Promise<string[]> {
  return await captured("warn", async () => {
    const loop = newEventLoop(options({ debug }));
    await loop.runUntilComplete(form.fn(main));
    loop.close();
  });
}

function* nothing(): Coroutine<void> {}

/** What is forgotten, and the name under which it is reported. */
const forgotten: Record<string, () => unknown> = {
  work,
  asyncWork,
  sleep: () => sleep(1),
  put: () => new Queue<number>().put(1),
  get: () => new Queue<number>().get(),
  asyncWith: () => asyncWith(new Lock(), nothing),
  acquire: () => new Lock().acquire(),
  guard: () => new Lock().guard(),
  waitFor: () => waitFor(nothing, 1),
};

for (const form of forms) {
  for (const [name, forget] of Object.entries(forgotten)) {
    Deno.test(`A loop that closes reports what was never started: ${name} (${form.name})`, async () => {
      const main = function* () {
        forget();
        yield* form.wait(sleep(0));
      };
      assertEquals(await warningsOf(form, main), [
        `coroutine '${name}' was never awaited; debug mode tells where it was made`,
      ]);
    });

    Deno.test(`Debug mode tells where it was made, once: ${name} (${form.name})`, async () => {
      const main = function* () {
        forget();
        yield* form.wait(sleep(0));
      };
      const [warning, ...rest] = await warningsOf(form, main, true);
      assertEquals(rest, []);
      const place = `\\(made at \\S*/never_started_test\\.ts:\\d+\\)`;
      assertMatch(warning!, new RegExp(`^coroutine '${name}' was never awaited ${place}$`));
    });
  }

  Deno.test(`A loop that closes counts those of one name (${form.name})`, async () => {
    const warnings = await warningsOf(form, function* () {
      for (let i = 0; i < 3; i++) sleep(i);
      work();
      yield* form.wait(sleep(0));
    });
    assertEquals(warnings.toSorted(), [
      "coroutine 'sleep' was never awaited (3 of them); debug mode tells where it was made",
      "coroutine 'work' was never awaited; debug mode tells where it was made",
    ]);
  });

  for (const debug of [false, true]) {
    Deno.test(`What was started or closed is not reported, debug=${debug} (${form.name})`, async () => {
      const warnings = await warningsOf(form, function* () {
        for (const make of [work, asyncWork]) {
          yield* form.wait(make());
          yield* form.wait(createTask(make()));
          yield* form.wait(gather(make(), make()));
          yield* form.wait(shield(make()));
          yield* form.wait(waitFor(make(), 1));
          make().return(undefined);
          createTask(make()).cancel();
        }
        sleep(1).return(undefined);
        yield* form.wait(sleep(0));
      }, debug);
      assertEquals(warnings, []);
    });
  }
}

Deno.test("A coroutine made before the run, and one that is left for the next, are not reported", async () => {
  const warnings = await captured("warn", async () => {
    const loop = newEventLoop(options());
    await loop.runUntilComplete(work());
    const later = await loop.runUntilComplete(async () => [work()]);
    await loop.runUntilComplete(later[0]!);
    loop.close();
  });
  assertEquals(warnings, []);
});

Deno.test("A loop reports what was forgotten in any of its runs", async () => {
  const warnings = await captured("warn", async () => {
    const loop = newEventLoop(options());
    for (let i = 0; i < 2; i++) await loop.runUntilComplete(async () => void work());
    loop.close();
  });
  assertEquals(warnings, [
    "coroutine 'work' was never awaited (2 of them); debug mode tells where it was made",
  ]);
});

Deno.test("A strict loop throws what was never started when it is closed", async () => {
  const loop = newEventLoop(options({ strict: true }));
  await loop.runUntilComplete(async () => void work());
  const warnings = await captured("warn", () => {
    assertThrows(() => loop.close(), RuntimeError, "coroutine 'work' was never awaited (made at ");
  });
  assertEquals(warnings.length, 1);
  assert(loop.isClosed());
});

// A disposed coroutine has never held anything.
Deno.test("Disposing of a guard that was never started is an error that says what to write", async () => {
  const makers: Record<string, () => [{ locked(): boolean }, Disposable]> = {
    Lock: () => {
      const lock = new Lock();
      return [lock, lock.guard() as unknown as Disposable];
    },
    Semaphore: () => {
      const semaphore = new Semaphore(1);
      return [semaphore, semaphore.guard() as unknown as Disposable];
    },
    BoundedSemaphore: () => {
      const semaphore = new BoundedSemaphore(1);
      return [semaphore, semaphore.guard() as unknown as Disposable];
    },
    Condition: () => {
      const condition = new Condition();
      return [condition, condition.guard() as unknown as Disposable];
    },
  };
  const loop = newEventLoop(options());
  await loop.runUntilComplete(async () => {
    for (const make of Object.values(makers)) {
      const [lock, guard] = make();
      const body = () => {
        using _ = guard;
        assertFalse(lock.locked());
      };
      assertThrows(
        body,
        RuntimeError,
        'coroutine \'guard\' was never awaited: write "using _ = await guard()", or "yield*"',
      );
      await sleep(0);
    }
  });
  assertEquals(await captured("warn", () => loop.close()), []);
});

/** What `using` does at the end of a scope, where types do not forbid it. */
function dispose(coro: unknown): void {
  (coro as Disposable)[Symbol.dispose]();
}

Deno.test("Disposing of any coroutine that was never started is an error, of one that was it is not", async () => {
  const loop = newEventLoop(options());
  await loop.runUntilComplete(async () => {
    for (const coro of [work(), asyncWork(), sleep(1), sleep(0)]) {
      assertThrows(() => dispose(coro), RuntimeError, "was never awaited");
      assertEquals((await failure(coro)).message, "cannot reuse already awaited coroutine");
    }
    const started = work();
    await started;
    dispose(started);
  });
  loop.close();
});
