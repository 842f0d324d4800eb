// Copyright 2026 the asyncio authors. MIT license.

/**
 * A program to be interrupted, by `runners_test.ts`: it prints "ready" as often as it can be. What it
 * does is its argument.
 */

import {
  CancelledError,
  type Coroutine,
  createTask,
  currentTask,
  Event,
  Future,
  run,
  Runner,
  sleep,
} from "@asyncio/asyncio";

/** Waits for ever, and says so. */
function* waitForEver(): Coroutine<void> {
  console.log("ready");
  yield* new Future<void>();
}

const programs: Record<string, () => Promise<unknown>> = {
  generator: () => run(waitForEver),

  async: () =>
    run(async () => {
      console.log("ready");
      await new Future<void>();
    }),

  foreign: () =>
    run(async () => {
      console.log("ready");
      await new Promise<void>(() => {});
    }),

  place: async () => {
    for (const debug of [false, true]) {
      try {
        await run(function* main() {
          yield* waitForEver();
        }, { debug });
      } catch (error) {
        console.log((error as Error).message);
      }
    }
    return "end";
  },

  asyncPlace: async () => {
    try {
      await run(async function main() {
        console.log("ready");
        await new Future<void>();
      }, { debug: true });
    } catch (error) {
      console.log((error as Error).message);
    }
    return "end";
  },

  spinning: () =>
    run(function* () {
      console.log("ready");
      while (true) yield* sleep(0);
    }),

  cleanup: () =>
    run(function* () {
      createTask(function* () {
        try {
          yield* sleep(3600);
        } finally {
          console.log("task cleans up");
        }
      });
      try {
        yield* waitForEver();
      } finally {
        yield* sleep(0);
        console.log("main cleans up");
      }
    }),

  refusing: () =>
    run(function* () {
      try {
        yield* waitForEver();
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
      }
      return 42;
    }),

  stubborn: () =>
    run(function* () {
      while (true) {
        try {
          yield* waitForEver();
        } catch (error) {
          if (!(error instanceof CancelledError)) throw error;
        }
      }
    }),

  cancelled: () =>
    run(function* () {
      const main = currentTask()!;
      main.getLoop().callSoon(() => main.cancel());
      try {
        yield* new Future<void>();
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
      }
      yield* waitForEver();
    }),

  both: async () => {
    const results = await Promise.allSettled([run(waitForEver), run(() => new Future<void>())]);
    return results.map((result) => result.status === "rejected" && result.reason.name).join();
  },

  listening: () => {
    const event = new Event();
    process.on("SIGINT", () => {
      console.log("own listener");
      event.set();
    });
    return run(function* () {
      console.log("ready");
      yield* event.wait();
      return "ended by itself";
    });
  },

  twice: async () => {
    await using runner = new Runner();
    for (let i = 0; i < 2; i++) {
      try {
        await runner.run(waitForEver);
      } catch (error) {
        console.log(`run ${i}: ${(error as Error).name}`);
      }
    }
    return "done";
  },
};

try {
  console.log(await programs[Deno.args[0]!]!());
} catch (error) {
  console.log((error as Error).name);
}
