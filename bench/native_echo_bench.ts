// Copyright 2026 the asyncio authors. MIT license.

/**
 * Echo by hand, below every loop and stream: CPU time of the server for each 64-byte message, both ends
 * on one processor. Needs Linux.
 *
 * @module
 */

import { cProgram } from "./c_program.ts";
import { startEchoServer } from "./echo/server_process.ts";
import { pinned, pinnedDeno, pinnedPython } from "./pinned.ts";
import { COLUMNS, type Competitor, type Sample, type Subject } from "./subject.ts";

const CONNECTIONS = [1, 50, 1000];

const file = (name: string) => new URL(name, import.meta.url).pathname;

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
    const { success, stdout } = await pinnedDeno(file("echo/client.ts"), args).output();
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
    const own = (way: string) => () => pinnedDeno(file("echo/epoll_server.ts"), [way]);
    const c = cProgram("epoll_echo");
    const competitors: [string, () => Deno.Command][] = [
      [COLUMNS.selectSync, own("selectSync")],
      [COLUMNS.loop, own("loop")],
      [COLUMNS.select, own("select")],
      [COLUMNS.bareDeno, () => pinnedDeno(file("echo/bare_server.ts"), [])],
    ];
    if (c) competitors.push([COLUMNS.c, () => pinned(c, [])]);
    if (asyncio) {
      const run = (way: string) => () => pinnedPython(asyncio, python, [way]);
      competitors.push([COLUMNS.selectors, run("selectors")], [COLUMNS.asyncio, run("asyncio")]);
    }
    if (uvloop) competitors.push([COLUMNS.uvloop, () => pinnedPython(uvloop, python, ["uvloop"])]);
    return competitors.map(([name, command]) => ({ name, sample: () => sample(command) }));
  },
};
