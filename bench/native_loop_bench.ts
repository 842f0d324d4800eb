// Copyright 2026 the asyncio authors. MIT license.

/**
 * Servers on the native loop, awaited and blocking, beside all others: CPU time of the server for each
 * message and each connection, and memory of idle connections. Needs Linux.
 *
 * @module
 */

import { cProgram } from "./c_program.ts";
import { denoCommand, programCommand, pythonCommand } from "./child.ts";
import { measure, type Mode } from "./echo/server_process.ts";
import type { Environment, Python } from "./environment.ts";
import { findBun, findNode } from "./other_runtimes.ts";
import { COLUMNS, type Competitor, type Metric, type Sample, type Subject } from "./subject.ts";

/** What a server receives at once, in bytes. */
const RECEIVED = "65536";

/** How many clients connect and wait to be closed at a time. */
const CLIENTS = 50;

const ECHOES = [
  { size: 64, connections: 1 },
  { size: 64, connections: 50 },
  { size: 64, connections: 1000 },
  { size: 16_384, connections: 50 },
].map((echo) => ({ ...echo, key: `size${echo.size}connections${echo.connections}` }));

const METRICS: Metric[] = [
  ...ECHOES.map(({ key, size, connections }) => ({
    key,
    label: `echo of ${size.toLocaleString("en")} B, server CPU a message, ` +
      `${connections.toLocaleString("en")} connections`,
    unit: "us",
  })),
  { key: "accept", label: "accept and close, server CPU a connection", unit: "us" },
  { key: "memory", label: "server memory an idle connection", unit: "KB" },
  { key: "memoryAfter", label: "server memory an idle connection after one message", unit: "KB" },
];

const file = (name: string) => new URL(name, import.meta.url).pathname;

/** Starts a server that echoes, or closes at once. */
type Server = (mode: Mode) => Deno.Command;

async function sample(server: Server): Promise<Sample> {
  const result: Sample = {};
  for (const { key, size, connections } of ECHOES) {
    result[key] = (await measure(server("echo"), "echo_client.ts", connections, size)).cpu!;
  }
  result.accept = (await measure(server("accept"), "accept_client.ts", CLIENTS)).cpu!;
  const { memory, memoryAfter } = await measure(server("echo"), "idle_client.ts");
  return { ...result, memory: memory!, memoryAfter: memoryAfter! };
}

const protocol = (loop: string): Server => (mode) =>
  denoCommand(file("echo/protocol_server.ts"), [mode, RECEIVED, loop], true);

const streams = (loop: string): Server => (mode) =>
  denoCommand(file("echo/streams_server.ts"), ["generators", mode, RECEIVED, loop], true);

const pythonProtocol = (python: Python, loop: string): Server => (mode) =>
  pythonCommand(python, file("python/selectors_echo_server.py"), [loop, mode], true);

const pythonStreams = (python: Python, loop: string): Server => (mode) =>
  pythonCommand(python, file("python/stream_server.py"), [loop, mode, RECEIVED], true);

function servers({ asyncio, uvloop }: Environment): [string, Server][] {
  const all: [string, Server][] = [
    [COLUMNS.syncProtocol, protocol("sync")],
    [COLUMNS.syncStreams, streams("sync")],
    [COLUMNS.nativeProtocol, protocol("native")],
    [COLUMNS.nativeStreams, streams("native")],
    [COLUMNS.generators, streams("deno")],
    [COLUMNS.bareDeno, (mode) => denoCommand(file("echo/bare_server.ts"), [mode, RECEIVED], true)],
  ];
  const c = cProgram("epoll_echo");
  if (c) all.push([COLUMNS.c, (mode) => programCommand(c, [mode])]);
  const node = findNode();
  if (node) {
    all.push([
      COLUMNS.node,
      (mode) => programCommand(node.path, [file("js/node_server.mjs"), mode]),
    ]);
  }
  const bun = findBun();
  if (bun) {
    all.push([COLUMNS.bun, (mode) => programCommand(bun.path, [file("js/bun_server.mjs"), mode])]);
  }
  if (asyncio) {
    all.push(
      [COLUMNS.asyncioProtocol, pythonProtocol(asyncio, "asyncio")],
      [COLUMNS.asyncio, pythonStreams(asyncio, "asyncio")],
    );
  }
  if (uvloop) {
    all.push(
      [COLUMNS.uvloopProtocol, pythonProtocol(uvloop, "uvloop")],
      [COLUMNS.uvloop, pythonStreams(uvloop, "uvloop")],
    );
  }
  return all;
}

export const subject: Subject = {
  name: "native-loop",
  title: "servers on native sockets",
  metrics: METRICS,
  rounds: 3,
  competitors(environment): Competitor[] {
    if (Deno.build.os !== "linux") return [];
    return servers(environment).map(([name, server]) => ({ name, sample: () => sample(server) }));
  },
};
