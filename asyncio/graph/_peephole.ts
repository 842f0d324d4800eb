// Copyright 2026 the asyncio authors. MIT license.

/**
 * Where `ps` looks in: once a loop has run in a process that was started with `ASYNCIO_DEBUG=1`, its tasks
 * can be asked for on a Unix socket.
 */

import type { AbstractEventLoop } from "../../coroutines/mod.ts";
import { answerEverybody } from "./_host.ts";
import { statesOf, type TaskState } from "./_task_state.ts";

/** What is answered: the tasks of each loop. */
export type Answer = readonly TaskState[][];

const loops = new Set<AbstractEventLoop>();
let isOpen = false;

/**
 * Lets others look at the tasks of a loop.
 *
 * @returns What ends it.
 */
export function openPeephole(loop: AbstractEventLoop): () => void {
  if (!isOpen) answerEverybody(() => JSON.stringify([...loops].map(statesOf)));
  isOpen = true;
  loops.add(loop);
  return () => void loops.delete(loop);
}
