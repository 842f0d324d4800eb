// Copyright 2026 the asyncio authors. MIT license.

/** Drops its pools, and waits until the processes have ended. */

import { ProcessPoolExecutor } from "@asyncio/asyncio";

async function use(): Promise<number> {
  const pool = new ProcessPoolExecutor({ maxWorkers: 1 });
  return await pool.submit(() => Deno.pid);
}

const pid = await use();
const { gc } = globalThis as unknown as { gc(): void };
while (await isAlive(pid)) {
  gc();
  await new Promise((resolve) => setTimeout(resolve, 5));
}
console.log("the process has ended");

async function isAlive(pid: number): Promise<boolean> {
  const { success } = await new Deno.Command("kill", {
    args: ["-0", String(pid)],
    stderr: "null",
  }).output();
  return success;
}
