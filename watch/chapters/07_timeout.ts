// Copyright 2026 the asyncio authors. MIT license.

import { asyncWith, type Coroutine, run, sleep, timeout, TimeoutError } from "@asyncio/asyncio";

function* bake(): Coroutine<string> {
  try {
    console.log("into the oven");
    yield* sleep(3600);
    return "pizza";
  } finally {
    console.log("the oven is off");
  }
}

function* order(): Coroutine<string> {
  const pizza = yield* bake();
  return `one ${pizza}`;
}

function* main() {
  try {
    yield* asyncWith(timeout(2), function* () {
      console.log(yield* order());
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("too late");
  }
  yield* sleep(1);
  console.log("life goes on");
}

await run(main);
