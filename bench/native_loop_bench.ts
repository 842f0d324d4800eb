// Copyright 2026 the asyncio authors. MIT license.

/**
 * Servers on the native loop, awaited and blocking, beside all others: CPU time of the server for each
 * message and each connection, and memory of idle connections. Needs Linux.
 *
 * @module
 */

import { cProgram } from "./c_program.ts";
import { denoCommand, programCommand, pythonCommand } from "./child.ts";
import { measure, measureBursts, type Mode } from "./echo/server_process.ts";
import type { Environment, Python } from "./environment.ts";
import { findBun, findNode } from "./other_runtimes.ts";
import { COLUMNS, type Metric, type Sample, type Subject } from "./subject.ts";

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

/** Bursts of each server. */
const BURSTS = 12;

const METRICS: Metric[] = [
  ...ECHOES.map(({ key, size, connections }) => ({
    key,
    label: `echo of ${size.toLocaleString("en")} B, server CPU a message, ` +
      `${connections.toLocaleString("en")} connections`,
    heading: `${size.toLocaleString("en")} B, ${connections.toLocaleString("en")}, us`,
    unit: "us",
  })),
  {
    key: "accept",
    label: "accept and close, server CPU a connection",
    heading: "accept, us",
    unit: "us",
  },
  { key: "memory", label: "server memory an idle connection", heading: "idle, KB", unit: "KB" },
  {
    key: "memoryAfter",
    label: "server memory an idle connection after one message",
    heading: "after one, KB",
    unit: "KB",
  },
];

const file = (name: string) => new URL(name, import.meta.url).pathname;

/** Starts a server that echoes, or closes at once. */
type Server = (mode: Mode) => Deno.Command;

type Samples = Map<string, Sample[]>;

/** The samples of all servers: of each burst of an echo one, and one of the rest. */
async function takeAll(servers: readonly [string, Server][], all: Samples): Promise<void> {
  for (const { key, size, connections } of ECHOES) {
    console.error(`servers on native sockets: echo of ${size} B, ${connections} connections`);
    const commands = servers.map(([, server]) => server("echo"));
    const bursts = await measureBursts(commands, connections, size, BURSTS);
    for (const [i, [name]] of servers.entries()) {
      all.get(name)!.push(...bursts[i]!.map((cpu) => ({ [key]: cpu })));
    }
  }
  for (const [name, server] of servers) {
    if (BUFFERED.has(name)) continue;
    console.error(`servers on native sockets: connections of ${name}`);
    const { cpu } = await measure(server("accept"), "accept_client.ts", CLIENTS);
    const { memory, memoryAfter } = await measure(server("echo"), "idle_client.ts");
    all.get(name)!.push({ accept: cpu!, memory: memory!, memoryAfter: memoryAfter! });
  }
}

/** Those that differ from others only in how they receive. */
const BUFFERED: ReadonlySet<string> = new Set([
  COLUMNS.syncBuffered,
  COLUMNS.nativeBuffered,
  COLUMNS.uvloopBuffered,
]);

const protocol = (loop: string): Server => (mode) =>
  denoCommand(file("echo/protocol_server.ts"), [mode, RECEIVED, loop], true);

/** The same on a protocol that says where bytes are to be put. */
const buffered = (loop: string): Server => () =>
  denoCommand(file("echo/protocol_server.ts"), ["buffered", RECEIVED, loop], true);

const streams = (loop: string): Server => (mode) =>
  denoCommand(file("echo/streams_server.ts"), ["generators", mode, RECEIVED, loop], true);

const pythonProtocol = (python: Python, loop: string): Server => (mode) =>
  pythonCommand(python, file("python/selectors_echo_server.py"), [loop, mode], true);

const pythonBuffered = (python: Python, loop: string): Server => () =>
  pythonCommand(python, file("python/selectors_echo_server.py"), [loop, "buffered"], true);

const pythonStreams = (python: Python, loop: string): Server => (mode) =>
  pythonCommand(python, file("python/stream_server.py"), [loop, mode, RECEIVED], true);

function servers({ asyncio, uvloop }: Environment): [string, Server][] {
  const all: [string, Server][] = [
    [COLUMNS.syncBuffered, buffered("sync")],
    [COLUMNS.syncProtocol, protocol("sync")],
    [COLUMNS.syncStreams, streams("sync")],
    [COLUMNS.nativeBuffered, buffered("native")],
    [COLUMNS.nativeProtocol, protocol("native")],
    [COLUMNS.nativeStreams, streams("native")],
    [COLUMNS.denoStreams, streams("deno")],
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
      [COLUMNS.asyncioStreams, pythonStreams(asyncio, "asyncio")],
    );
  }
  if (uvloop) {
    all.push(
      [COLUMNS.uvloopBuffered, pythonBuffered(uvloop, "uvloop")],
      [COLUMNS.uvloopProtocol, pythonProtocol(uvloop, "uvloop")],
      [COLUMNS.uvloopStreams, pythonStreams(uvloop, "uvloop")],
    );
  }
  return all;
}

export const subject: Subject = {
  name: "native-loop",
  title: "servers on native sockets",
  metrics: METRICS,
  rounds: 1,
  besideC: true,
  describe() {
    const c = cProgram("epoll_echo") === undefined ? "no gcc found" : "gcc -O2";
    return [
      `Node:    ${findNode()?.version ?? "not found"}`,
      `Bun:     ${findBun()?.version ?? "cannot be fetched from npm"}`,
      `C:       ${c}`,
    ];
  },
  async together(environment, isStopped) {
    const all = Deno.build.os === "linux" ? servers(environment) : [];
    const samples: Samples = new Map(all.map(([name]) => [name, []]));
    try {
      await takeAll(all, samples);
    } catch (error) {
      // Ctrl-C ends the children, too.
      if (!isStopped()) throw error;
    }
    return samples;
  },
  competitors: () => [],
};
