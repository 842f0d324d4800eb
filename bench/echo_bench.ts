// Copyright 2026 the asyncio authors. MIT license.

/**
 * Echo through streams: CPU time of the server for each 64-byte message. Needs Linux's `/proc`.
 *
 * @module
 */

import { denoCommand } from "./child.ts";
import { echoImplementations, startEchoServer } from "./echo/server_process.ts";
import type { Sample, Subject } from "./subject.ts";

const CONNECTIONS = [1, 50, 1000];

const CLIENT = new URL("echo/client.ts", import.meta.url).pathname;

async function sample(server: Deno.Command): Promise<Sample> {
  const result: Sample = {};
  for (const connections of CONNECTIONS) {
    result[`connections${connections}`] = await cpuPerMessage(server, connections);
  }
  return result;
}

/** Microseconds. */
async function cpuPerMessage(command: Deno.Command, connections: number): Promise<number> {
  const server = await startEchoServer(command);
  try {
    const args = [server.port, server.pid, connections].map(String);
    const { success, stdout } = await denoCommand(CLIENT, args).output();
    if (!success) throw new Error("the echo client failed; its message stands above");
    return Number(new TextDecoder().decode(stdout));
  } finally {
    await server.stop();
  }
}

export const subject: Subject = {
  name: "echo",
  title: "echo through streams: 64-byte messages, one in flight on each connection",
  metrics: CONNECTIONS.map((connections) => ({
    key: `connections${connections}`,
    label: `echo, server CPU a message, ${connections.toLocaleString("en")} connections`,
    unit: "us",
  })),
  rounds: 3,
  competitors: (environment) =>
    echoImplementations(environment).map(({ name, command }) => ({
      name,
      sample: () => sample(command),
    })),
};
