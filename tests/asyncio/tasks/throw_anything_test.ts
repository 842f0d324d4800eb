// Copyright 2026 the asyncio authors. MIT license.

/**
 * JavaScript throws anything: `null`, which Python's `exception()` gives for "no error", is an error like
 * others wherever one is looked for.
 */

import {
  asCompleted,
  asyncWith,
  type Coroutine,
  createTask,
  FIRST_EXCEPTION,
  Future,
  gather,
  newEventLoop,
  run,
  runCoroutineThreadsafe,
  shield,
  sleep,
  timeout,
  VirtualClock,
  wait,
  waitFor,
} from "@asyncio/asyncio";
import { hasFailed } from "@asyncio/asyncio/coroutines";
import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { type Form, forms, type FormTest, testForms } from "../../_run_test.ts";

const values = [null, undefined, 0, "", "text", new Error("boom")];

/** What a coroutine throws, in an array; none, if it gives a value. */
function* thrownBy(coro: Coroutine<unknown>): Coroutine<unknown[]> {
  try {
    yield* coro;
    return [];
  } catch (error) {
    return [error];
  }
}

/** Registers a test for each value; it is given a coroutine function that throws it, after a second. */
function testThrown(
  name: string,
  body: (test: FormTest, fail: () => Coroutine<never>, thrown: unknown) => Coroutine<unknown>,
): void {
  for (const thrown of values) {
    testForms(`${name}: ${Deno.inspect(thrown).split("\n")[0]}`, function* (test) {
      yield* body(
        test,
        test.fn(function* (): Coroutine<never> {
          yield* test.wait(sleep(1));
          throw thrown;
        }) as () => Coroutine<never>,
        thrown,
      );
    });
  }
}

testThrown("A task that throws has failed", function* ({ wait }, fail, thrown) {
  const task = createTask(fail);
  assertEquals(yield* thrownBy(wait(task)), [thrown]);
  assert(hasFailed(task));
  assertFalse(task.cancelled());
  assertStrictEquals(task.exception(), thrown);
});

testThrown("gather() passes on what is thrown", function* ({ wait }, fail, thrown) {
  assertEquals(yield* thrownBy(wait(gather(fail, sleep(0.5)))), [thrown]);
});

testThrown(
  "gather() with returnExceptions tells an error from a result",
  function* (test, fail, thrown) {
    const [error, result] = yield* test.wait(
      gather(fail, sleep(0.5, "result"), { returnExceptions: true }),
    ) as unknown as Coroutine<[unknown, unknown]>;
    assertEquals(result, "result");
    if (thrown === null || thrown === undefined) {
      assert(error instanceof TypeError);
      assertStrictEquals(error.cause, thrown);
    } else {
      assertStrictEquals(error, thrown);
    }
  },
);

testThrown("shield() passes on what is thrown", function* ({ wait }, fail, thrown) {
  assertEquals(yield* thrownBy(wait(shield(createTask(fail)))), [thrown]);
});

testThrown("shield() that was cancelled reports what is thrown", function* (test, fail, thrown) {
  const { wait: waitIn, reported } = test;
  const outer = shield(createTask(fail));
  outer.cancel();
  yield* waitIn(sleep(2));
  const [context] = reported.splice(0);
  assert(context !== undefined && "exception" in context);
  assertStrictEquals(context.exception, thrown);
});

testThrown("wait() for FIRST_EXCEPTION ends with it", function* (test, fail, thrown) {
  const { wait: waitIn, clock } = test;
  const failing = createTask(fail);
  const other = createTask(sleep(10));
  const [done, pending] = yield* waitIn(wait([failing, other], { returnWhen: FIRST_EXCEPTION }));
  assertEquals(clock.time(), 1);
  assertEquals([...done], [failing]);
  assertEquals([...pending], [other]);
  assertStrictEquals(failing.exception(), thrown);
  yield* waitIn(other);
});

testThrown("asCompleted() passes on what is thrown", function* ({ wait }, fail, thrown) {
  const seen: unknown[] = [];
  for (const coro of asCompleted([fail, () => sleep(0.5)])) seen.push(yield* thrownBy(wait(coro)));
  assertEquals(seen, [[], [thrown]]);
});

testThrown("waitFor() and timeout() pass on what is thrown", function* ({ wait }, fail, thrown) {
  assertEquals(yield* thrownBy(wait(waitFor(fail, 10))), [thrown]);
  assertEquals(yield* thrownBy(wait(asyncWith(timeout(10), fail))), [thrown]);
});

testThrown("A future that is given an error has failed", function* ({ wait, loop }, _fail, thrown) {
  const future = new Future<void>({ loop });
  loop.callLater(1, () => future.setException(thrown));
  assertEquals(yield* thrownBy(wait(future)), [thrown]);
  assert(hasFailed(future));
});

testThrown("runCoroutineThreadsafe() passes on what is thrown", function* (test, fail, thrown) {
  const outcome = runCoroutineThreadsafe(fail, test.loop);
  let seen: unknown[] = [];
  outcome.addDoneCallback(() =>
    void outcome.result().then(() => {}, (error: unknown) => {
      seen = [error];
    })
  );
  yield* test.wait(sleep(2));
  yield* test.turns(5);
  assertEquals(seen, [thrown]);
});

for (const form of forms) {
  for (const thrown of values) {
    const what = Deno.inspect(thrown).split("\n")[0];

    Deno.test(`run() rejects with what main throws: ${what} (${form.name})`, async () => {
      const main = form.fn(function* () {
        yield* form.wait(sleep(0));
        throw thrown;
      });
      let caught: unknown[] = [];
      try {
        await run(main);
      } catch (error) {
        caught = [error];
      }
      assertEquals(caught, [thrown]);
    });

    Deno.test(`run() reports what a task throws at its end: ${what} (${form.name})`, async () => {
      const contexts = await reportsOf(form, function* () {
        try {
          yield* form.wait(sleep(100));
        } finally {
          // deno-lint-ignore no-unsafe-finally -- it is what a failing cleanup does
          throw thrown;
        }
      });
      assertEquals(contexts.map(({ message }) => message), [
        "unhandled exception during asyncio.run() shutdown",
      ]);
      assertStrictEquals(contexts[0]!.exception, thrown);
    });
  }
}

/** Runs a main that leaves a task behind, and gives what is reported. */
async function reportsOf(form: Form, body: () => Coroutine<void>) {
  const contexts: { message: string; exception?: unknown }[] = [];
  const loopFactory = () => {
    const loop = newEventLoop({ clock: new VirtualClock({ autojump: true }) });
    loop.setExceptionHandler((_, context) => contexts.push(context as { message: string }));
    return loop;
  };
  const main = form.fn(function* () {
    createTask(form.fn(body));
    yield* form.wait(sleep(1));
  });
  await run(main, { loopFactory });
  return contexts;
}
