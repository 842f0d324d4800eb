// Copyright 2026 the asyncio authors. MIT license.

/**
 * A million tasks, all asleep at the same time, in one thread: the end of the road.
 *
 * For "The road to a million concurrent tasks", whose title it takes at its word.
 *
 *     deno run examples/million/million.ts
 *
 * Options: `--tasks`, how many; `--delay`, the seconds that each sleeps, which must be more than it
 * takes to start them all.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import { count, options, program, seconds } from "../_options.ts";

/** How many tasks are started before the others get a turn. */
const BATCH = 10_000;

/** Tasks that sleep, and how many of them do. */
class Sleepers {
  asleep = 0;
  mostAsleep = 0;
  readonly allAwake = new asyncio.Event();
  #stillToWake: number;

  constructor(tasks: number) {
    this.#stillToWake = tasks;
  }

  *sleeper(delay: number): asyncio.Coroutine<void> {
    this.mostAsleep = Math.max(this.mostAsleep, ++this.asleep);
    yield* asyncio.sleep(delay);
    this.asleep--;
    if (--this.#stillToWake === 0) this.allAwake.set();
  }
}

/** Puts so many tasks to sleep, and waits until all are awake again. */
function* sleepAtOnce(tasks: number, delay: number): asyncio.Coroutine<void> {
  const sleepers = new Sleepers(tasks);
  const [start, memory] = [performance.now(), Deno.memoryUsage().rss];
  const elapsed = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;

  for (let started = 0; started < tasks;) {
    const batch = Math.min(BATCH, tasks - started);
    for (let i = 0; i < batch; i++) asyncio.createTask(sleepers.sleeper(delay));
    started += batch;
    yield* asyncio.sleep(0); // Lets them fall asleep
    showProgress(started, tasks, `${formatted(sleepers.asleep)} tasks asleep, ${elapsed()}`);
  }

  const grown = Deno.memoryUsage().rss - memory;
  console.log(
    `${formatted(sleepers.mostAsleep)} tasks asleep at once after ${elapsed()}, ` +
      `${formatted(grown / tasks)} bytes each, ${formatted(grown / 2 ** 20)} MiB in all`,
  );
  if (sleepers.mostAsleep < tasks) {
    console.log("The first woke before the last fell asleep: let them sleep longer (--delay)");
  }

  yield* sleepers.allAwake.wait();
  console.log(`All awake after ${elapsed()}`);
}

/** Shows how far it is: in one line on a terminal, elsewhere in ten. */
function showProgress(started: number, tasks: number, text: string): void {
  if (Deno.stdout.isTerminal()) {
    const end = started < tasks ? "\r" : "\n";
    Deno.stdout.writeSync(new TextEncoder().encode(`${text}${end}`));
  } else if (Math.floor(started * 10 / tasks) > Math.floor((started - BATCH) * 10 / tasks)) {
    console.log(text);
  }
}

function formatted(number: number): string {
  return Math.round(number).toLocaleString("en");
}

/** Runs the program. */
export async function main(tasks: number, delay: number): Promise<void> {
  await asyncio.run(sleepAtOnce(tasks, delay));
}

if (import.meta.main) {
  const { tasks, delay } = options({ tasks: count(1_000_000), delay: seconds(10) });
  await program("sleep", () => main(tasks, delay));
}
