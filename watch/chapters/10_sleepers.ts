// Copyright 2026 the asyncio authors. MIT license.

import { type Coroutine, gather, getRunningLoop, run, sleep } from "@asyncio/asyncio";

function* sleeper(i: number): Coroutine<void> {
  const [x, y] = [i % 100 - 50, Math.floor(i / 100) - 50];
  yield* sleep(1 + Math.round(Math.hypot(x, y)) / 100);
}

function* main() {
  const loop = getRunningLoop();
  const start = loop.time();
  const sleepers = Array.from({ length: 10_000 }, (_, i) => sleeper(i));
  yield* gather(...sleepers);
  console.log(`10000 sleepers, ${(loop.time() - start).toFixed(0)} s`);
}

await run(main);
