// Copyright 2026 the asyncio authors. MIT license.

/**
 * Idle connections: what each costs an echo server in memory. Needs Linux's `/proc`.
 *
 * @module
 */

import { denoCommand } from "./child.ts";
import { echoImplementations, startEchoServer } from "./echo/server_process.ts";
import type { Sample, Subject } from "./subject.ts";

const CLIENT = new URL("echo/idle_client.ts", import.meta.url).pathname;

async function sample(command: Deno.Command): Promise<Sample> {
  const server = await startEchoServer(command);
  try {
    const args = [server.port, server.pid].map(String);
    const { success, stdout } = await denoCommand(CLIENT, args).output();
    if (!success) throw new Error("the idle client failed; its message stands above");
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await server.stop();
  }
}

export const subject: Subject = {
  name: "idle",
  title: "idle connections",
  metrics: [
    { key: "connections", label: "idle connections held", unit: "count" },
    { key: "memory", label: "server memory an idle connection", unit: "KB" },
  ],
  rounds: 3,
  competitors: (environment) =>
    echoImplementations(environment).map(({ name, command }) => ({
      name,
      sample: () => sample(command),
    })),
};
