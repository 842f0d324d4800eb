// Copyright 2026 the asyncio authors. MIT license.

import { type Coroutine, gather, getRunningLoop, run, sleep } from "@asyncio/asyncio";

function* fetchData(url: string): Coroutine<string> {
  console.log(`Fetching ${url}...`);
  yield* sleep(1);
  return `Data from ${url}`;
}

function* sequence(): Coroutine<void> {
  console.log(yield* fetchData("url1"));
  console.log(yield* fetchData("url2"));
  console.log(yield* fetchData("url3"));
}

function* together(): Coroutine<void> {
  const results = yield* gather(
    fetchData("url1"),
    fetchData("url2"),
    fetchData("url3"),
  );
  console.log(results.join(", "));
}

function* main() {
  const loop = getRunningLoop();
  let start = loop.time();
  yield* sequence();
  console.log(`one after the other: ${(loop.time() - start).toFixed(0)} s`);

  start = loop.time();
  yield* together();
  console.log(`together: ${(loop.time() - start).toFixed(0)} s`);
}

await run(main);
