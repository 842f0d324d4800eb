// Copyright 2026 the asyncio authors. MIT license.

/**
 * A progress line for work in threads: `asCompleted()` gives the calls as they are done, `map()` their
 * results in the order of the items, each as soon as it and those before it are there.
 *
 *     deno run examples/12_coroutines/progress.ts
 *
 * Options: `--n`, how many numbers are looked at in each of ten calls.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import { count, options, program } from "../_options.ts";

const CALLS = 10;

/** Counts the primes from `start` to `end`, by trial division: slow enough to be waited for. */
function countPrimes(start: number, end: number): number {
  let primes = 0;
  for (let n = Math.max(start, 2); n < end; n++) {
    let divisor = 2;
    while (divisor * divisor <= n && n % divisor !== 0) divisor++;
    if (divisor * divisor > n) primes++;
  }
  return primes;
}

/** Calls in any order, as they are done. */
async function asTheyAreDone(pool: asyncio.Executor, n: number): Promise<void> {
  const calls = Array.from(
    { length: CALLS },
    (_, i) => pool.submit(countPrimes, i * n, (i + 1) * n),
  );
  let done = 0;
  let primes = 0;
  for await (const call of asyncio.asCompleted(calls)) {
    primes += await call;
    done++;
    console.log(`${"#".repeat(done).padEnd(CALLS, ".")} ${done} of ${CALLS}`);
  }
  console.log(`${primes} primes below ${CALLS * n}`);
}

/** Results in order, as they come. */
async function inOrder(pool: asyncio.Executor, n: number): Promise<void> {
  const starts = Array.from({ length: CALLS }, (_, i) => i * n);
  const ends = starts.map((start) => start + n);
  let i = 0;
  for await (const primes of pool.map(countPrimes, starts, ends)) {
    console.log(`from ${starts[i]!}: ${primes}`);
    i++;
  }
}

/** Shows both. */
export async function main(n: number): Promise<void> {
  await asyncio.run(() =>
    asyncio.asyncWith(new asyncio.ThreadPoolExecutor({ maxWorkers: 2 }), async (pool) => {
      await asTheyAreDone(pool, n);
      await inOrder(pool, n);
    })
  );
}

if (import.meta.main) {
  const { n } = options({ n: count(30_000) });
  await program("count primes", () => main(n));
}
