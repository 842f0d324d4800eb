// Copyright 2026 the asyncio authors. MIT license.

/** A task group, a queue that nobody fills, a gather: until the process is ended. */

import {
  asyncWith,
  type Coroutine,
  createTask,
  gather,
  Queue,
  run,
  sleep,
  TaskGroup,
} from "@asyncio/asyncio";

const queue = new Queue<string>();

function* consume(): Coroutine<void> {
  yield* queue.get();
}

async function consumeAsync() {
  await queue.get();
}

await run(function* main() {
  createTask(function* ready() {
    yield* sleep(0.01);
    console.log("ready");
  });
  yield* asyncWith(new TaskGroup(), function* (group) {
    group.createTask(consume(), { name: "consumer" });
    yield* gather(group.createTask(consumeAsync, { name: "async consumer" }));
  });
});
