// Copyright 2026 the asyncio authors. MIT license.

import { type Coroutine, createTask, type Future, getRunningLoop, run } from "@asyncio/asyncio";

function* waitFor(future: Future<string>): Coroutine<void> {
  console.log("waiting");
  const result = yield* future;
  console.log(`woken: ${result}`);
}

function* main() {
  const loop = getRunningLoop();
  const future = loop.createFuture<string>();
  future.addDoneCallback(function report() {
    console.log("the future is done");
  });

  const first = createTask(waitFor(future), { name: "first" });
  const second = createTask(waitFor(future), { name: "second" });
  loop.callLater(2, function finish() {
    future.setResult("Operation completed");
  });

  console.log(`done: ${future.done()}`);
  yield* first;
  yield* second;
  console.log(`done: ${future.done()}`);
}

await run(main);
