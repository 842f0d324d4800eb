// Copyright 2026 the asyncio authors. MIT license.

/** Two tasks that wait for each other. */

import { createTask, run, sleep, type Task } from "@asyncio/asyncio";

const tasks: Task<void>[] = [];

async function waitFor(other: number) {
  await tasks[other];
}

await run(async function main() {
  tasks.push(
    createTask(() => waitFor(1), { name: "Gilbert" }),
    createTask(() => waitFor(0), { name: "Sullivan" }),
  );
  await sleep(0.01);
  console.log("ready");
  await tasks[0];
});
