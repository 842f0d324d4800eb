// Copyright 2026 the asyncio authors. MIT license.

/**
 * Timers that fire: 100,000 of them, due one after the other over a second. What counts is the CPU
 * that they take, as in a server whose connections time out.
 *
 * @module
 */

import { cpuUsage } from "node:process";
import { type Coroutine, getRunningLoop, sleep } from "@asyncio/asyncio";
import { type Program, programSubject, runProgram } from "./child.ts";
import type { Sample } from "./subject.ts";

const TIMERS = 100_000;
/** Seconds from the first to the last. */
const SPAN = 1;

function* fire(count: number, span: number): Coroutine<void> {
  const loop = getRunningLoop();
  let fired = 0;
  const note = () => fired++;
  for (let i = 0; i < count; i++) loop.callLater(i / count * span, note);
  while (fired < count) yield* sleep(span / 10);
}

function* sample(): Coroutine<Sample> {
  yield* fire(TIMERS / 10, SPAN / 10);
  const before = cpuUsage();
  yield* fire(TIMERS, SPAN);
  const { user, system } = cpuUsage(before);
  return { cpu: (user + system) / 1000 };
}

const program: Program = {
  module: import.meta.url,
  name: "fire",
  title: "100,000 timers that fire, spread over a second",
  metrics: [{ key: "cpu", label: "fire 100,000 timers over a second, CPU", unit: "ms" }],
  rounds: 5,
  workloads: { generators: sample },
};

export const subject = programSubject(program);

if (import.meta.main) await runProgram(program);
