// Copyright 2026 the asyncio authors. MIT license.

/** Looks whether a pool lets go of arguments and results, once nobody else has them. */

import { ProcessPoolExecutor, ThreadPoolExecutor } from "@asyncio/asyncio";

const { gc } = globalThis as unknown as { gc(): void };
const Pool = Deno.args[0] === "threads" ? ThreadPoolExecutor : ProcessPoolExecutor;
const pool = new Pool({ maxWorkers: 1 });

async function argument(): Promise<WeakRef<object>[]> {
  const argument = { some: "object" };
  await pool.submit((object: object) => Object.keys(object).length, argument);
  return [new WeakRef(argument)];
}

async function results(): Promise<WeakRef<object>[]> {
  const refs: WeakRef<object>[] = [];
  for await (const result of pool.map((n: number) => ({ n }), [1, 2, 3])) {
    refs.push(new WeakRef(result));
  }
  return refs;
}

async function areGone(refs: WeakRef<object>[]): Promise<void> {
  while (refs.some((ref) => ref.deref() !== undefined)) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    gc();
  }
}

await areGone(await argument());
console.log("the argument is gone");
await areGone(await results());
console.log("the results are gone");
await pool.shutdown();
