// Copyright 2026 the asyncio authors. MIT license.

/**
 * Subprocesses as Deno has them. Its other way, `node:child_process`, asks for the permission to read
 * the environment, whatever it starts.
 */

import { ValueError } from "../../selectors/mod.ts";
import { repr } from "../../coroutines/mod.ts";
import { notSupported } from "../_net.ts";
import { signalNumber } from "../_signals.ts";
import { redirected } from "./_redirect.ts";
import { DEVNULL, PIPE, STDOUT } from "./stdio.ts";
import type { SubprocessOptions } from "./subprocess_options.ts";

/** A subprocess that has been started. */
export interface Child {
  /** The process, as the host knows it. */
  readonly native: object;
  readonly pid: number;
  /** What it reads, writes, and writes of errors; `null` for what is no pipe. */
  readonly stdin: WritableStream<Uint8Array> | null;
  readonly stdout: ReadableStream<Uint8Array> | null;
  readonly stderr: ReadableStream<Uint8Array> | null;
  /** Gives the exit code; minus the number of the signal that has ended it. Never rejects. */
  readonly exited: Promise<number>;
  /** Gives why there is no such program after all; `null` for what is known to be running. */
  readonly started: Promise<Error | null> | null;
  /** Sends a signal to it, unless it has ended. */
  kill(signal: string | number): void;
  /** The program need not stay alive for it. */
  unref(): void;
}

/** What is to be started. */
export interface Command extends SubprocessOptions {
  readonly program: string | URL;
  readonly args: readonly string[];
  /** Whether the arguments are to be handed on as they are, on Windows. */
  readonly raw?: boolean;
}

/** A command for a shell. */
export function shellCommand(
  command: string,
  executable: string | URL | null | undefined,
): Pick<Command, "program" | "args" | "raw"> {
  if (Deno.build.os !== "windows") {
    return { program: executable ?? "/bin/sh", args: ["-c", command] };
  }
  return { program: executable ?? "cmd.exe", args: ["/d", "/s", "/c", `"${command}"`], raw: true };
}

/** The path of a program or of an argument. */
export function toPath(value: string | URL): string {
  if (typeof value === "string") return value;
  if (!(value instanceof URL) || value.protocol !== "file:") {
    throw new TypeError(`expected a string or a file URL, not ${repr(value)}`);
  }
  const path = decodeURIComponent(value.pathname);
  return Deno.build.os === "windows" ? path.slice(1).replaceAll("/", "\\") : path;
}

/**
 * Starts a process.
 *
 * @throws {Deno.errors.NotFound} If there is no such program, or no such folder.
 * @throws {Deno.errors.NotCapable} If it is not allowed.
 */
export function spawn(command: Command): Child {
  if (command.stderr === STDOUT && command.stdout === PIPE) return spawnRedirected(command);
  // What this program has for its output is its descriptor 1.
  const stderr = command.stderr === STDOUT ? command.stdout ?? 1 : command.stderr;
  const child = new Deno.Command(command.program, {
    args: [...command.args],
    ...placeOf(command),
    stdin: toHost(command.stdin, "stdin"),
    stdout: toHost(command.stdout, "stdout"),
    stderr: toHost(stderr, "stderr"),
  }).spawn();
  return childOf(child, command, stderr === PIPE ? child.stderr : null, null);
}

/** A process whose errors go where its output goes. Deno's own commands cannot do that. */
function spawnRedirected(command: Command): Child {
  if (Deno.build.os === "windows") {
    throw notSupported("Cannot start process: on Windows, stderr cannot be STDOUT in this runtime");
  }
  const { program, args, report } = redirected(toPath(command.program), command.args);
  const child = new Deno.Command(program, {
    args,
    ...placeOf(command),
    stdin: toHost(command.stdin, "stdin"),
    stdout: toHost(command.stdout, "stdout"),
    stderr: "piped",
  }).spawn();
  return childOf(child, command, null, report(child.stderr).then(toError));
}

function childOf(
  child: Deno.ChildProcess,
  { stdin, stdout }: Command,
  stderr: ReadableStream<Uint8Array> | null,
  started: Promise<Error | null> | null,
): Child {
  return {
    native: child,
    pid: child.pid,
    stdin: stdin === PIPE ? child.stdin : null,
    stdout: stdout === PIPE ? child.stdout : null,
    stderr,
    exited: returncodeOf(child.status),
    started,
    kill: (signal) => kill(child, signal),
    unref: () => child.unref(),
  };
}

/** What a process does not get of this one, but of the command. */
function placeOf({ cwd, env, startNewSession, user, group, raw }: Command): Deno.CommandOptions {
  return {
    ...(cwd === null || cwd === undefined ? {} : { cwd }),
    ...(env === null || env === undefined ? {} : { clearEnv: true, env: { ...env } }),
    ...(user === null || user === undefined ? {} : { uid: user }),
    ...(group === null || group === undefined ? {} : { gid: group }),
    detached: startNewSession === true,
    windowsRawArguments: raw === true,
  };
}

/** What Deno is told of a stream. Deno 2.9.6 takes descriptors, too, and does not say so in its types. */
function toHost(stdio: unknown, name: string): "inherit" | "piped" | "null" {
  if (stdio === null || stdio === undefined) return "inherit";
  if (stdio === PIPE) return "piped";
  if (stdio === DEVNULL) return "null";
  if (stdio === STDOUT) throw new ValueError("STDOUT can only be used for stderr");
  const descriptor = descriptorOf(stdio);
  if (Number.isInteger(descriptor) && descriptor! >= 0) return descriptor as never;
  if (descriptor !== undefined) {
    throw new ValueError(`${name} must be a file descriptor, not ${repr(descriptor)}`);
  }
  throw notSupported(
    `Cannot start process: ${name} must be PIPE, DEVNULL, null, a file descriptor or what has one ` +
      `as its 'fd' in this runtime, not ${repr(stdio)}. Deno's own files do not tell theirs: ` +
      `openSync() of node:fs does`,
  );
}

/** The number that the system has for a file, or `undefined`. */
function descriptorOf(stdio: unknown): number | undefined {
  if (typeof stdio === "number") return stdio;
  const { fd } = Object(stdio) as { fd?: unknown };
  return typeof fd === "number" ? fd : undefined;
}

/** What the system says of a program that the shell has not found. */
function toError(failure: { path: string; isDenied: boolean } | null): Error | null {
  if (failure === null) return null;
  const { path, isDenied } = failure;
  return isDenied
    ? new Deno.errors.PermissionDenied(`Failed to spawn '${path}': Permission denied (os error 13)`)
    : new Deno.errors.NotFound(`Failed to spawn '${path}': entity not found`);
}

/** What ends a process whose status nobody can tell. CPython: Lib/asyncio/unix_events.py */
const UNKNOWN_RETURNCODE = 255;

async function returncodeOf(status: Promise<Deno.CommandStatus>): Promise<number> {
  try {
    const { code, signal } = await status;
    return signal === null ? code : -signalNumber(signal);
  } catch (error) {
    // Deno 2.9.6 has names for signals up to 31; of others its promise rejects, with the number.
    const match = /Invalid signal: (\d+)/.exec(String(error));
    return match === null ? UNKNOWN_RETURNCODE : -Number(match[1]);
  }
}

function kill(child: Deno.ChildProcess, signal: string | number): void {
  try {
    child.kill(signal as Deno.Signal);
  } catch (error) {
    // Deno says so of a child that has ended; its number may be another process's by now.
    const hasEnded = error instanceof TypeError && error.message.includes("terminated");
    if (!hasEnded && !(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** What is thrown for a signal to a process that is no more. */
export function noSuchProcess(): Error {
  return new Deno.errors.NotFound("No such process");
}
