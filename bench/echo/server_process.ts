// Copyright 2026 the asyncio authors. MIT license.

/**
 * Echo servers as child processes.
 *
 * @module
 */

import { denoCommand, pythonCommand } from "../child.ts";
import type { Environment } from "../environment.ts";
import { COLUMNS } from "../subject.ts";

/** An echo server that runs. */
export interface EchoServer {
  pid: number;
  port: number;
  /** Kills it. */
  stop(): Promise<void>;
}

/** An implementation of the echo server, by its column's name. */
export interface EchoImplementation {
  name: string;
  command: Deno.Command;
}

const file = (name: string) => new URL(name, import.meta.url).pathname;

/** The echo servers that this machine can run. */
export function echoImplementations({ asyncio, uvloop }: Environment): EchoImplementation[] {
  const streams = file("streams_server.ts");
  const python = file("../python/echo_server.py");
  return [
    { name: COLUMNS.generators, command: denoCommand(streams, ["generators"]) },
    { name: COLUMNS.asyncFunctions, command: denoCommand(streams, ["asyncFunctions"]) },
    { name: COLUMNS.bareDeno, command: denoCommand(file("bare_server.ts"), []) },
    ...(asyncio
      ? [{ name: COLUMNS.asyncio, command: pythonCommand(asyncio, python, ["asyncio"]) }]
      : []),
    ...(uvloop
      ? [{ name: COLUMNS.uvloop, command: pythonCommand(uvloop, python, ["uvloop"]) }]
      : []),
  ];
}

/** Starts a server and waits for the port that it prints. */
export async function startEchoServer(command: Deno.Command): Promise<EchoServer> {
  const child = command.spawn();
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let line = "";
  while (!line.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("an echo server ended before it was ready");
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
