// Copyright 2026 the asyncio authors. MIT license.

/**
 * Tasks that wait for one another in a circle, and one is cancelled. CPython 3.13 asks each for the next
 * until its stack is full: `RecursionError`, and the tasks stay as they are. Here the one that was asked
 * first gives up its wait.
 */

import {
  allTasks,
  asyncWith,
  CancelledError,
  type Coroutine,
  createTask,
  type Future,
  gather,
  newEventLoop,
  run,
  shield,
  sleep,
  type Task,
  timeout,
  TimeoutError,
  VirtualClock,
} from "@asyncio/asyncio";
import { assert, assertEquals } from "@std/assert";

type Waits = (other: () => Future<unknown>) => () => Generator<unknown, void> | Promise<void>;

const STYLES: Readonly<Record<string, Waits>> = {
  generators: (other) =>
    function* () {
      yield* other();
    },
  "async functions": (other) => async () => {
    await other();
  },
  "async functions that wait twice": (other) => async () => {
    await Promise.all([other(), sleep(600)]);
  },
  "generators that gather": (other) =>
    function* () {
      yield* gather(other(), sleep(600));
    },
  "async functions that shield and gather": (other) => async () => {
    await gather(other(), shield(sleep(0.001)));
  },
};

/** Runs in virtual time, with nothing reported that nobody has taken. */
async function runVirtually(main: () => Coroutine<void>): Promise<void> {
  const clock = new VirtualClock({ autojump: true });
  await run(main, { strict: true, loopFactory: () => newEventLoop({ clock }) });
}

/** Tasks each of which waits for the next, and the last for the first. */
function circle(...styles: Waits[]): Task<void>[] {
  const tasks: Task<void>[] = [];
  styles.forEach((waits, i) =>
    tasks.push(createTask(waits(() => tasks[(i + 1) % styles.length]!)))
  );
  return tasks;
}

const all = Object.entries(STYLES);

for (const [name, style] of all) {
  for (const [otherName, other] of all) {
    Deno.test(`Task.cancel() ends a circle of ${name} and ${otherName}`, async () => {
      await runVirtually(function* () {
        const tasks = circle(style, other, style);
        yield* sleep(0.002);
        assert(tasks[0]!.cancel("enough"));
        assertEquals(tasks.map((task) => task.cancelling()), [1, 1, 1]);
        yield* sleep(0.002);
        assertEquals(tasks.map((task) => task.cancelled()), [true, true, true]);
        assertEquals(allTasks().size, 1);
      });
    });
  }
}

Deno.test("run() ends though tasks are left that wait for one another", async () => {
  let tasks: Task<void>[] = [];
  await runVirtually(function* () {
    tasks = [...circle(STYLES.generators!, STYLES["async functions"]!)];
    yield* sleep(0.001);
  });
  assert(tasks.every((task) => task.cancelled()));
});

for (const [name, style] of all) {
  Deno.test(`timeout() ends a deadlock of ${name} by a TimeoutError`, async () => {
    await runVirtually(function* () {
      const tasks: Task<unknown>[] = [];
      tasks.push(createTask(function* () {
        try {
          yield* asyncWith(timeout(0.003), style(() => tasks[1]!));
          return "through";
        } catch (error) {
          return error instanceof TimeoutError ? "late" : error;
        }
      }));
      tasks.push(createTask(style(() => tasks[0]!)));
      assertEquals(yield* tasks[0]!, "late");
      yield* sleep(0.002);
      assertEquals(tasks[0]!.cancelling(), 0);
      assert(tasks[1]!.done());
    });
  });
}

for (const [name, style] of all) {
  Deno.test(`A task that has left a circle of ${name} goes on in its own time`, async () => {
    const log: string[] = [];
    await runVirtually(function* () {
      const tasks: Task<unknown>[] = [];
      tasks.push(createTask(function* () {
        try {
          yield* createTask(style(() => tasks[1]!));
        } catch (error) {
          assert(error instanceof CancelledError);
        }
        log.push("left");
        // Nothing that it has waited for may wake it from here.
        assertEquals(yield* sleep(0.005, "slept"), "slept");
        log.push("slept");
      }));
      tasks.push(createTask(function* () {
        try {
          yield* tasks[0]!;
        } finally {
          log.push("other");
        }
      }));
      yield* sleep(0.002);
      tasks[0]!.cancel();
      yield* sleep(0.02);
      assertEquals(log, ["left", "slept", "other"]);
      assert(!tasks[0]!.cancelled());
    });
  });
}
