// Copyright 2026 the asyncio authors. MIT license.

// deno-lint-ignore-file asyncio/no-floating-coroutine -- what it is about

/** Makes coroutines and forgets them, in debug mode or not; the warnings go to standard error. */

import { coroutine, newEventLoop, sleep } from "@asyncio/asyncio/coroutines";

const loop = newEventLoop({ debug: Deno.args[0] === "debug" });
const work = coroutine(function* work() {
  yield* sleep(0);
});
const asyncWork = coroutine(async function asyncWork() {
  await sleep(0);
});

function forget(): void {
  work();
  asyncWork();
}

async function collect(): Promise<void> {
  const { gc } = globalThis as unknown as { gc(): void };
  for (let i = 0; i < 20; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

forget();
await loop.runUntilComplete(async () => {
  await work();
  await asyncWork();
  await loop.createTask(work());
  await loop.createTask(asyncWork());
  await loop.createTask(function* () {
    yield* work();
    yield* asyncWork();
  });
});
await collect();
loop.close();
forget();
await collect();
