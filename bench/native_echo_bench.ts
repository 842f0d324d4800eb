// Copyright 2026 the asyncio authors. MIT license.

/**
 * Echo by hand, below every loop and stream: CPU time of the server for each 64-byte message, both ends
 * on one processor. Needs Linux.
 *
 * @module
 */

import { cProgram } from "./c_program.ts";
import { denoCommand, programCommand, pythonCommand } from "./child.ts";
import { measure } from "./echo/server_process.ts";
import { COLUMNS, type Competitor, type Sample, type Subject } from "./subject.ts";

const CONNECTIONS = [1, 50, 1000];
/** Bytes of a message, and the most that is received at once. */
const SIZE = 64;
const RECEIVED = 65_536;

const file = (name: string) => new URL(name, import.meta.url).pathname;

async function sample(server: () => Deno.Command): Promise<Sample> {
  const result: Sample = {};
  for (const connections of CONNECTIONS) {
    const { cpu } = await measure(server(), "echo_client.ts", connections, SIZE);
    result[`connections${connections}`] = cpu!;
  }
  return result;
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
    const own = (way: string) => () => denoCommand(file("echo/epoll_server.ts"), [way], true);
    const c = cProgram("epoll_echo");
    const competitors: [string, () => Deno.Command][] = [
      [COLUMNS.selectSync, own("selectSync")],
      [COLUMNS.loop, own("loop")],
      [COLUMNS.select, own("select")],
      [
        COLUMNS.bareDeno,
        () => denoCommand(file("echo/bare_server.ts"), ["echo", String(RECEIVED)], true),
      ],
    ];
    if (c) competitors.push([COLUMNS.c, () => programCommand(c)]);
    if (asyncio) {
      const run = (way: string) => () => pythonCommand(asyncio, python, [way], true);
      competitors.push([COLUMNS.selectors, run("selectors")], [COLUMNS.asyncio, run("asyncio")]);
    }
    if (uvloop) {
      competitors.push([COLUMNS.uvloop, () => pythonCommand(uvloop, python, ["uvloop"], true)]);
    }
    return competitors.map(([name, command]) => ({ name, sample: () => sample(command) }));
  },
};
