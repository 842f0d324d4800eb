// Copyright 2026 the asyncio authors. MIT license.

import {
  asyncWith,
  CancelledError,
  type Coroutine,
  ExceptionGroup,
  run,
  sleep,
  TaskGroup,
} from "@asyncio/asyncio";

function* work(name: string, seconds: number): Coroutine<void> {
  try {
    yield* sleep(seconds);
    console.log(`${name} is done`);
  } catch (error) {
    if (error instanceof CancelledError) console.log(`${name} is cancelled`);
    throw error;
  }
}

function* fail(seconds: number): Coroutine<void> {
  yield* sleep(seconds);
  throw new Error("boom");
}

function* main() {
  try {
    yield* asyncWith(new TaskGroup(), function* (group) {
      group.createTask(work("quick", 1), { name: "quick" });
      group.createTask(fail(2), { name: "failing" });
      group.createTask(work("slow", 3), { name: "slow" });
    });
  } catch (error) {
    if (!(error instanceof ExceptionGroup)) throw error;
    console.log(`the group: ${error.errors.join(", ")}`);
  }
}

await run(main);
