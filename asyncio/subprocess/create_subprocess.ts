// Copyright 2026 the asyncio authors. MIT license.

import { type Coroutine, coroutine, type CoroutineObject } from "../../coroutines/mod.ts";
import { DEFAULT_LIMIT, type StreamReader } from "../streams/stream_reader.ts";
import type { StreamWriter } from "../streams/stream_writer.ts";
import { splitArguments } from "./_arguments.ts";
import { Process } from "./process.ts";
import type { PIPE } from "./stdio.ts";
import { SubprocessStreamProtocol } from "./_stream_protocol.ts";
import { runningSubprocessLoop } from "./subprocess_event_loop.ts";
import type { SubprocessOptions, SubprocessShellOptions } from "./subprocess_options.ts";

/**
 * Options of {@linkcode createSubprocessExec}: those of `loop.subprocessExec()`, and the limit.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.create_subprocess_exec}
 */
export interface CreateSubprocessExecOptions extends SubprocessOptions {
  /** The longest line, and half of what is buffered of each pipe, in bytes. Default: 64 KiB. */
  limit?: number | undefined;
}

/**
 * Options of {@linkcode createSubprocessShell}: those of `loop.subprocessShell()`, and the limit.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.create_subprocess_shell}
 */
export interface CreateSubprocessShellOptions extends SubprocessShellOptions {
  /** The longest line, and half of what is buffered of each pipe, in bytes. Default: 64 KiB. */
  limit?: number | undefined;
}

/**
 * The stream at one end of a pipe, or `null` where there is no pipe. Of a number that may be `PIPE` one
 * cannot tell.
 *
 * @typeParam S What was given as `stdin`, `stdout` or `stderr`.
 * @typeParam T Type of the stream.
 *
 * @see {@linkcode ProcessOf}
 */
export type PipeEnd<S, T> = unknown extends S ? null
  : S extends typeof PIPE ? T
  : number extends S ? T | null
  : null;

/**
 * The process that is made with some options: which of its streams there are.
 *
 * @typeParam O Type of the options.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.subprocess.Process}
 */
export type ProcessOf<O extends SubprocessOptions> = Process<
  PipeEnd<O["stdin"], StreamWriter>,
  PipeEnd<O["stdout"], StreamReader>,
  PipeEnd<O["stderr"], StreamReader>
>;

/**
 * Starts a program.
 *
 * Cancellation: the process is killed, and waited for.
 *
 * @typeParam O Type of the options.
 * @param program The program: a name that is looked for in the `PATH`, or a path.
 * @param args Its arguments, and then the options: `stdin`, `stdout`, `stderr`, `cwd`, `env`, `limit`
 *   and so on.
 * @returns A coroutine giving the process.
 * @throws {Deno.errors.NotFound} If there is no such program, or no such folder.
 * @throws {Deno.errors.NotCapable} If running it is not allowed.
 * @throws {ValueError} If an option is not what it must be.
 *
 * @example Usage
 * ```ts
 * import { createSubprocessExec, PIPE, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const process = yield* createSubprocessExec("sort", { stdin: PIPE, stdout: PIPE });
 *   const [stdout] = yield* process.communicate("two\none\n");
 *   assertEquals(new TextDecoder().decode(stdout), "one\ntwo\n");
 *   assertEquals(process.returncode, 0);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.create_subprocess_exec}
 */
export function createSubprocessExec<const O extends CreateSubprocessExecOptions>(
  program: string | URL,
  ...args: [...args: (string | URL)[], options: O]
): CoroutineObject<ProcessOf<O>>;
/** The same without options: it reads and writes what this program does. */
export function createSubprocessExec(
  program: string | URL,
  ...args: (string | URL)[]
): CoroutineObject<Process<null, null, null>>;
export function createSubprocessExec(
  program: string | URL,
  ...rest: unknown[]
): CoroutineObject<Process> {
  return exec(program, rest);
}

// CPython: Lib/asyncio/subprocess.py, create_subprocess_exec
const exec = coroutine(
  function* createSubprocessExec(program: string | URL, rest: unknown[]): Coroutine<Process> {
    const { args, options } = splitArguments<CreateSubprocessExecOptions>(rest);
    const { limit = DEFAULT_LIMIT, ...others } = options;
    const loop = runningSubprocessLoop();
    const factory = () => new SubprocessStreamProtocol(limit, loop);
    const stdio = { stdin: null, stdout: null, stderr: null };
    const starting = loop.subprocessExec(factory, program, ...args, { ...stdio, ...others });
    return new Process(...yield* starting, loop);
  },
);

/**
 * Has a shell run a command. What becomes part of the command from elsewhere has to be quoted for the
 * shell: {@linkcode createSubprocessExec} needs none of that.
 *
 * Cancellation: the shell is killed, and waited for.
 *
 * @typeParam O Type of the options.
 * @param cmd The command.
 * @param options `stdin`, `stdout`, `stderr`, `cwd`, `env`, `limit` and so on.
 * @returns A coroutine giving the process of the shell.
 * @throws {Deno.errors.NotCapable} If running the shell is not allowed.
 * @throws {ValueError} If an option is not what it must be, or the command no string.
 *
 * @example Usage
 * ```ts
 * import { createSubprocessShell, PIPE, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const process = yield* createSubprocessShell("echo hello | tr a-z A-Z", { stdout: PIPE });
 *   const [stdout] = yield* process.communicate();
 *   assertEquals(new TextDecoder().decode(stdout), "HELLO\n");
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.create_subprocess_shell}
 */
export function createSubprocessShell<const O extends CreateSubprocessShellOptions = object>(
  cmd: string,
  options?: O,
): CoroutineObject<ProcessOf<O>> {
  return shell(cmd, options ?? {}) as CoroutineObject<ProcessOf<O>>;
}

// CPython: Lib/asyncio/subprocess.py, create_subprocess_shell
const shell = coroutine(
  function* createSubprocessShell(
    cmd: string,
    { limit = DEFAULT_LIMIT, ...options }: CreateSubprocessShellOptions,
  ): Coroutine<Process> {
    const loop = runningSubprocessLoop();
    const factory = () => new SubprocessStreamProtocol(limit, loop);
    const stdio = { stdin: null, stdout: null, stderr: null };
    const starting = loop.subprocessShell(factory, cmd, { ...stdio, ...options });
    return new Process(...yield* starting, loop);
  },
);
