// Copyright 2026 the asyncio authors. MIT license.

/**
 * Where `ps` looks in.
 *
 * The loops that run can be found under a key of the global object, by V8's inspector, say. In a process
 * that was started with `ASYNCIO_DEBUG=1`, their tasks can also be asked for on a Unix socket.
 */

import { type AbstractEventLoop, allTasks, type Task } from "../../coroutines/mod.ts";
import { answerEverybody } from "./_host.ts";
import { statesOf, type TaskState } from "./_task_state.ts";

/** What is answered: the tasks of each loop. */
export type Answer = readonly (readonly TaskState[])[];

/** The key of the global object; {@linkcode LOOPS} for those who cannot import it. */
export const LOOPS_KEY = "@asyncio/asyncio loops";

/** Under this key the global object has the loops that run, of every copy of the library. */
const LOOPS: unique symbol = Symbol.for(LOOPS_KEY) as never;

/** A loop that runs, to those who look in from outside. */
export interface Peephole {
  /** Its tasks as plain data, and the tasks themselves, in the same order. */
  look(): { readonly states: string; readonly tasks: readonly Task<unknown>[] };
  /** Where the library has its core, whose own functions say nothing to users. */
  readonly core: string;
}

interface Global {
  [LOOPS]?: Set<Peephole>;
}

const CORE = new URL("../../coroutines/", import.meta.url).href;

/** How many tasks of a loop are told: it takes fifty microseconds each, and the loop stands still. */
const MOST_TOLD = 10_000;

const loops = new Set<AbstractEventLoop>();
let isAnswering = false;

/**
 * Lets others look at the tasks of a loop.
 *
 * @param answers Whether on a socket, too.
 * @returns What ends it.
 */
export function openPeephole(loop: AbstractEventLoop, answers: boolean): () => void {
  const look = () => ({
    states: JSON.stringify(statesOf(loop, MOST_TOLD)),
    tasks: [...allTasks(loop)],
  });
  const peephole: Peephole = { look, core: CORE };
  const all = (globalThis as Global)[LOOPS] ?? makeLoops();
  all.add(peephole);
  if (answers) answer(loop);
  return () => {
    all.delete(peephole);
    loops.delete(loop);
  };
}

function makeLoops(): Set<Peephole> {
  const value = new Set<Peephole>();
  Object.defineProperty(globalThis, LOOPS, { value });
  return value;
}

function answer(loop: AbstractEventLoop): void {
  loops.add(loop);
  if (isAnswering) return;
  isAnswering = true;
  answerEverybody(() => JSON.stringify([...loops].map((one) => statesOf(one, MOST_TOLD))));
}
