// Copyright 2026 the asyncio authors. MIT license.

/** How often the loop looks at the clock: here time is what the test says, and steps are counted. */

import { MonotonicClock, newEventLoop, sleep } from "@asyncio/asyncio/coroutines";
import { assertEquals, assertLessOrEqual } from "@std/assert";
import { type Form, forms } from "../../_run_test.ts";

/** A clock that passes for the host's, and stands still but for steps. */
class StepClock extends MonotonicClock {
  #now = 0;

  override time(): number {
    return this.#now;
  }

  advance(seconds: number): void {
    this.#now += seconds;
  }
}

/** Calls `fn` with the coarse clock of the host's following another. */
async function withDates(clock: StepClock, fn: () => Promise<void>): Promise<void> {
  const { now } = Date;
  Date.now = () => Math.floor(clock.time() * 1000);
  try {
    await fn();
  } finally {
    Date.now = now;
  }
}

/** After many light steps, how many steps of `cost` seconds are taken while a timer is due. */
async function stepsWhileDue({ fn, wait }: Form, tasks: number, cost: number): Promise<number> {
  const clock = new StepClock();
  using loop = newEventLoop({ clock });
  let late = 0;
  await withDates(clock, () =>
    loop.runUntilComplete(fn(function* () {
      for (let i = 0; i < 5000; i++) yield* wait(sleep(0));
      let isDue = false;
      let isFired = false;
      loop.callLater(cost / 2, () => isFired = true);
      const spinning = Array.from({ length: tasks }, () =>
        loop.createTask(fn(function* () {
          while (!isFired) {
            if (isDue) late++;
            clock.advance(cost);
            isDue = true;
            yield* wait(sleep(0));
          }
        })));
      for (const task of spinning) yield* wait(task);
    })));
  return late;
}

// CPython reads its clock once a turn: its timers are late by one turn.
for (const form of forms) {
  for (const cost of [0.01, 0.002]) {
    Deno.test(`A timer is not late by many steps of ${cost} s (${form.name})`, async () => {
      assertLessOrEqual(await stepsWhileDue(form, 1, cost), 4);
    });
  }

  Deno.test(`A timer is not late by many turns of ten tasks (${form.name})`, async () => {
    assertLessOrEqual(await stepsWhileDue(form, 10, 0.01), 4 * 10);
  });
}

Deno.test("A loop that does little reads the clock seldom", async () => {
  let readings = 0;
  class Counting extends MonotonicClock {
    override time(): number {
      readings++;
      return 0;
    }
  }
  using loop = newEventLoop({ clock: new Counting() });
  const steps = 10_000;
  await loop.runUntilComplete(function* () {
    for (let i = 0; i < steps; i++) yield;
  });
  assertLessOrEqual(readings, steps / 4);
  assertEquals(loop.isRunning(), false);
});
