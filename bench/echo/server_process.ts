// Copyright 2026 the asyncio authors. MIT license.

/**
 * Servers and their clients as child processes.
 *
 * Both are tied to one processor: over two, the figures differ by half from run to run.
 *
 * @module
 */

import { denoCommand, pythonCommand } from "../child.ts";
import type { Environment } from "../environment.ts";
import { COLUMNS, type Sample, type Subject } from "../subject.ts";

/** What a server does with a connection. */
export type Mode =
  | "echo"
  | "buffered"
  | "accept"
  | "receive"
  | "send"
  | "lines"
  | "busy"
  | "receiveTls"
  | "sendTls";

/** What every server can do. */
const ALL: readonly Mode[] = ["echo", "accept", "receive", "send"];
/** What streams can do besides. */
const STREAMS: readonly Mode[] = [...ALL, "lines", "busy", "receiveTls", "sendTls"];

/** A server that runs. */
interface Server {
  pid: number;
  port: number;
  /** Kills it. */
  stop(): Promise<void>;
}

/** An implementation of the servers, by its column's name. */
interface Implementation {
  name: string;
  modes: readonly Mode[];
  /** The command that starts one. `size` is the most that is received or sent at once, in bytes. */
  command(mode: Mode, size: number): Deno.Command;
}

const file = (name: string) => new URL(name, import.meta.url).pathname;

/** The implementations that this machine can run. */
function implementations({ asyncio, uvloop }: Environment): Implementation[] {
  const deno = (
    name: string,
    modes: readonly Mode[],
    server: string,
    ...style: string[]
  ): Implementation => ({
    name,
    modes,
    command: (mode, size) => denoCommand(file(server), [...style, mode, String(size)], true),
  });
  const python = (loop: "asyncio" | "uvloop", found: Environment["asyncio"]): Implementation[] => {
    if (found === undefined) return [];
    const server = file("../python/stream_server.py");
    return [{
      name: COLUMNS[loop],
      modes: STREAMS,
      command: (mode, size) => pythonCommand(found, server, [loop, mode, String(size)], true),
    }];
  };
  return [
    deno(COLUMNS.protocol, ["echo", "accept"], "protocol_server.ts"),
    deno(COLUMNS.generators, STREAMS, "streams_server.ts", "generators"),
    deno(COLUMNS.asyncFunctions, STREAMS, "streams_server.ts", "asyncFunctions"),
    deno(COLUMNS.callbacks, ALL, "callbacks_server.ts"),
    deno(COLUMNS.bareDeno, [...ALL, "receiveTls", "sendTls"], "bare_server.ts"),
    ...python("asyncio", asyncio),
    ...python("uvloop", uvloop),
  ];
}

/**
 * Runs a client against a server, and gives the sample that the client prints; an empty one for what
 * the implementation cannot do.
 */
export type Measure = (
  mode: Mode,
  size: number,
  client: string,
  ...args: number[]
) => Promise<Sample>;

/** A subject whose competitors are servers. */
export interface ServerSubject extends Omit<Subject, "competitors"> {
  /** Takes one sample of an implementation, by any number of servers and clients. */
  sample(measure: Measure): Promise<Sample>;
}

/** Makes a subject of one whose competitors are servers. */
export function serverSubject({ sample, ...subject }: ServerSubject): Subject {
  return {
    ...subject,
    competitors: (environment) =>
      implementations(environment).map(({ name, modes, command }) => ({
        name,
        sample: () =>
          sample(async (mode, size, ...rest) =>
            modes.includes(mode) ? await measure(command(mode, size), ...rest) : {}
          ),
      })),
  };
}

/** Runs a client against the server that a command starts, and gives the sample that it prints. */
export async function measure(
  command: Deno.Command,
  client: string,
  ...args: number[]
): Promise<Sample> {
  const server = await start(command);
  try {
    return await runClient<Sample>(client, [server.port, server.pid, ...args]);
  } finally {
    await server.stop();
  }
}

/**
 * Measures the echo of servers that run beside one another, in bursts that alternate: who else uses the
 * machine meanwhile disturbs all alike.
 *
 * @returns The CPU microseconds a message of each burst of each server.
 */
export async function measureBursts(
  commands: readonly Deno.Command[],
  connections: number,
  size: number,
  bursts: number,
): Promise<number[][]> {
  const servers: Server[] = [];
  try {
    for (const command of commands) servers.push(await start(command));
    const names = servers.map(({ port, pid }) => `${port}:${pid}`);
    return await runClient("burst_client.ts", [connections, size, bursts, ...names]);
  } finally {
    for (const server of servers) await server.stop();
  }
}

/** Runs a client and reads what it prints. */
async function runClient<T>(client: string, args: readonly (number | string)[]): Promise<T> {
  const { success, stdout } = await denoCommand(file(client), args.map(String), true).output();
  if (!success) throw new Error(`${client} failed; its message stands above`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Starts a server and waits for the port that it prints. */
async function start(command: Deno.Command): Promise<Server> {
  const child = command.spawn();
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let line = "";
  while (!line.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("a server ended before it was ready");
    line += decoder.decode(value);
  }
  return {
    pid: child.pid,
    port: Number(line),
    async stop() {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
    },
  };
}
