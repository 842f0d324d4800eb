// Copyright 2026 the asyncio authors. MIT license.

/** Asks for permissions in the workers of a pool. */

import { moduleFunction, ProcessPoolExecutor, ThreadPoolExecutor } from "@asyncio/asyncio";

const Pool = Deno.args[0] === "threads" ? ThreadPoolExecutor : ProcessPoolExecutor;
const pool = new Pool({ maxWorkers: 1 });
const states = (folder: string) =>
  [
    { name: "read" },
    { name: "read", path: folder },
    { name: "read", path: "/etc" },
    { name: "net" },
    { name: "net", host: "example.com" },
    { name: "env" },
    { name: "write" },
    { name: "sys", kind: "hostname" },
  ].map((one) => Deno.permissions.querySync(one as Deno.PermissionDescriptor).state);
try {
  console.log(JSON.stringify(await pool.submit(states, Deno.args[1]!)));
  const work = moduleFunction({ url: Deno.args[2]! }, () => 0, "double");
  console.log(await (pool as ThreadPoolExecutor).submit(work as (n: number) => number, 4));
} catch (error) {
  console.log((error as Error).message);
}
await pool.shutdown();
