// Copyright 2026 the asyncio authors. MIT license.

/** Thousands of tasks, and signals that end it by a code each. */

import { createTask, Event, getRunningLoop, run, sleep } from "@asyncio/asyncio";

const ended = new Event();
let code = 0;

function end(by: number): void {
  code = by;
  ended.set();
}

await run(async function main() {
  const loop = getRunningLoop();
  loop.addSignalHandler("SIGUSR2", end, 7);
  loop.addSignalHandler("SIGTERM", end, 5);
  for (let i = 0; i < 5000; i++) createTask(sleep(600), { name: `a task with a long name, ${i}` });
  await sleep(0.01);
  console.log("ready");
  await ended.wait();
});
Deno.exitCode = code;
