// Copyright 2026 the asyncio authors. MIT license.

/**
 * Futures: a result that is not there yet. A task is one; it begins pending, and ends done or
 * cancelled.
 *
 * From the concurrency course, part VII, chapter 12.
 *
 *     deno run examples/12_coroutines/future.ts
 *
 * Options: `--delay`, the seconds that the operation takes.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import { options, program, seconds } from "../_options.ts";

async function slowOperation(delay: number): Promise<string> {
  await asyncio.sleep(delay);
  return "Operation completed";
}

/** pending -> done. */
async function done(delay: number): Promise<void> {
  // Creates a task (which is a future)
  const task = asyncio.createTask(() => slowOperation(delay));

  console.log(`Task done: ${task.done()}`); // false

  const result = await task;

  console.log(`Task done: ${task.done()}`); // true
  console.log(`Result: ${result}`);
}

/** pending -> cancelled. */
async function cancelled(delay: number): Promise<void> {
  const task = asyncio.createTask(() => slowOperation(delay));
  await asyncio.sleep(0); // Lets it begin

  task.cancel();
  console.log(`Task done: ${task.done()}`); // false: it is only asked to end

  try {
    await task;
  } catch (error) {
    if (!(error instanceof asyncio.CancelledError)) throw error;
  }
  console.log(`Task cancelled: ${task.cancelled()}`); // true
}

/** A future without a task: somebody else sets its result. */
async function byHand(delay: number): Promise<void> {
  const loop = asyncio.getRunningLoop();
  const future = loop.createFuture<string>();
  console.log(`Future: ${future}`);

  loop.callLater(delay, () => future.setResult("Set by a callback"));
  await future;

  console.log(`Future: ${future}`);
}

/** Shows each state. */
export async function main(delay: number): Promise<void> {
  await asyncio.run(() => done(delay));
  await asyncio.run(() => cancelled(delay));
  await asyncio.run(() => byHand(delay));
}

if (import.meta.main) {
  const { delay } = options({ delay: seconds(2) });
  await program("run", () => main(delay));
}
