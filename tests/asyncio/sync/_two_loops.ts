// Copyright 2026 the asyncio authors. MIT license.

import {
  CancelledError,
  type Coroutine,
  newEventLoop,
  RuntimeError,
  sleep,
} from "@asyncio/asyncio";
import { caught } from "../_caught.ts";

/**
 * Has a task of one loop wait at something, and then one of another loop.
 *
 * @param wait What each of them does.
 * @returns The message of the `RuntimeError` that the second gets.
 */
export async function refusalOfSecondLoop(wait: () => Coroutine<unknown>): Promise<string> {
  const [first, second] = [newEventLoop(), newEventLoop()];
  try {
    const task = first.createTask(wait());
    await first.runUntilComplete(sleep(0));
    const error = await second.runUntilComplete(() => caught(RuntimeError, wait()));
    task.cancel();
    await first.runUntilComplete(() => caught(CancelledError, task[Symbol.iterator]()));
    return error.message;
  } finally {
    first.close();
    second.close();
  }
}
