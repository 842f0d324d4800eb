// Copyright 2026 the asyncio authors. MIT license.

import { type Coroutine, createTask, run } from "@asyncio/asyncio";

function* fibonacci(n: number): Coroutine<number> {
  let [a, b] = [0, 1];
  for (let i = 0; i < n; i++) {
    [a, b] = [b, a + b];
    console.log(`Fibonacci(${i}): ${a}`);
    yield; // Hands control back to the event loop.
  }
  return a;
}

function* main() {
  const long = createTask(fibonacci(4), { name: "long" });
  const short = createTask(fibonacci(2), { name: "short" });
  console.log(`short gives ${yield* short}`);
  console.log(`long gives ${yield* long}`);
}

await run(main);
