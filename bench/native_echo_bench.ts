// Copyright 2026 the asyncio authors. MIT license.

/**
 * Echo by hand, below every loop and stream: CPU time of the server for each 64-byte message, both ends
 * on one processor. Needs Linux.
 *
 * @module
 */

import { cProgram, pinned } from "./c_program.ts";
import { startEchoServer } from "./echo/server_process.ts";
import { COLUMNS, type Competitor, type Sample, type Subject } from "./subject.ts";

const CONNECTIONS = [1, 50, 1000];

const ROOT = new URL("../", import.meta.url).pathname;
const file = (name: string) => new URL(name, import.meta.url).pathname;

function deno(name: string, ...args: string[]): Deno.Command {
  const all = ["run", "--allow-all", "--quiet", file(name), ...args];
  return pinned(Deno.execPath(), all, ROOT);
}

async function sample(server: () => Deno.Command): Promise<Sample> {
  const result: Sample = {};
  for (const connections of CONNECTIONS) {
    result[`connections${connections}`] = await cpuPerMessage(server(), connections);
  }
  return result;
}

/** Microseconds. */
async function cpuPerMessage(command: Deno.Command, connections: number): Promise<number> {
  const server = await startEchoServer(command);
  try {
    const args = [server.port, server.pid, connections].map(String);
    const { success, stdout } = await deno("echo/client.ts", ...args).output();
    if (!success) throw new Error("the echo client failed; its message stands above");
    return Number(new TextDecoder().decode(stdout));
  } finally {
    await server.stop();
  }
}

const python = file("python/selectors_echo_server.py");

export const subject: Subject = {
  name: "native-echo",
  title: "echo by hand on the system's sockets: 64-byte messages, both ends on one processor",
  metrics: CONNECTIONS.map((connections) => ({
    key: `connections${connections}`,
    label: `echo by hand, server CPU a message, ${connections.toLocaleString("en")} connections`,
    unit: "us",
  })),
  rounds: 3,
  competitors({ asyncio, uvloop }): Competitor[] {
    if (Deno.build.os !== "linux") return [];
    const server = "echo/epoll_server.ts";
    const c = cProgram("epoll_echo");
    const competitors: [string, () => Deno.Command][] = [
      [COLUMNS.selectSync, () => deno(server, "selectSync")],
      [COLUMNS.loop, () => deno(server, "loop")],
      [COLUMNS.select, () => deno(server, "select")],
      [COLUMNS.bareDeno, () => deno("echo/bare_server.ts")],
    ];
    if (c) competitors.push([COLUMNS.c, () => pinned(c, [])]);
    if (asyncio) {
      const run = (way: string) => () => pinned(asyncio.path, ["-B", python, way]);
      competitors.push([COLUMNS.selectors, run("selectors")], [COLUMNS.asyncio, run("asyncio")]);
    }
    if (uvloop) {
      competitors.push([COLUMNS.uvloop, () => pinned(uvloop.path, ["-B", python, "uvloop"])]);
    }
    return competitors.map(([name, command]) => ({ name, sample: () => sample(command) }));
  },
};
