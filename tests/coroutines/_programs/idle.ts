// Copyright 2026 the asyncio authors. MIT license.

/** Waits for a second, and tells how much of it went by in computing. */

import { newEventLoop, sleep } from "@asyncio/asyncio/coroutines";
import { Socket } from "@asyncio/asyncio/selectors";
import process from "node:process";

const loop = newEventLoop();
await loop.runUntilComplete(async () => {
  const forever = [loop.createTask(sleep(3600)), loop.createTask(() => new Promise(() => {}))];
  if (Deno.args[0] === "socket") {
    const server = new Socket();
    server.bind(["127.0.0.1", 0]);
    server.listen();
    forever.push(loop.createTask(async () => void await loop.sockAccept(server)));
  }
  // What the compiler and the collector of garbage have to do after the start is not the loop's.
  await sleep(0.3);
  const wall = performance.now();
  const before = process.cpuUsage();
  await sleep(1);
  const { user, system } = process.cpuUsage(before);
  console.log((user + system) / 1000 / (performance.now() - wall));
  for (const task of forever) task.cancel();
  await sleep(0);
});
loop.close();
Deno.exit();
