// Copyright 2026 the asyncio authors. MIT license.

/**
 * Timers: 100,000 scheduled at deadlines in no order, then cancelled before they are due.
 *
 * @module
 */

import { type Coroutine, getRunningLoop, sleep, type TimerHandle } from "@asyncio/asyncio";
import { nanosecondsEach, type Program, programSubject, runProgram } from "./child.ts";
import type { Sample } from "./subject.ts";

const TIMERS = 100_000;
/** A prime: deadlines jump about, the same way in every implementation. */
const STRIDE = 7919;
/** Seconds. */
const HOUR = 3600;

function nothing(): void {}

// deno-lint-ignore require-yield -- timed as a coroutine, though it never waits
function* schedule(handles: TimerHandle[], count: number): Coroutine<void> {
  const loop = getRunningLoop();
  for (let i = 0; i < count; i++) {
    handles.push(loop.callLater(HOUR + (i * STRIDE) % count, nothing));
  }
}

function* cancel(handles: readonly TimerHandle[]): Coroutine<void> {
  for (const handle of handles) handle.cancel();
  yield* sleep(0); // the loop may clean up only in its next iteration
}

function* sample(): Coroutine<Sample> {
  const warm: TimerHandle[] = [];
  yield* schedule(warm, TIMERS);
  yield* cancel(warm);
  const handles: TimerHandle[] = [];
  const scheduled = yield* nanosecondsEach(TIMERS, schedule(handles, TIMERS));
  const cancelled = yield* nanosecondsEach(TIMERS, cancel(handles));
  return { schedule: scheduled, cancel: cancelled, both: scheduled + cancelled };
}

const program: Program = {
  module: import.meta.url,
  name: "timer",
  title: "timers: 100,000 scheduled, then cancelled",
  metrics: [
    { key: "schedule", label: "schedule a timer", unit: "ns" },
    { key: "cancel", label: "cancel a timer", unit: "ns" },
    { key: "both", label: "schedule and cancel a timer", unit: "ns" },
  ],
  rounds: 5,
  workloads: { generators: sample },
};

export const subject = programSubject(program);

if (import.meta.main) await runProgram(program);
