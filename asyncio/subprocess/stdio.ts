// Copyright 2026 the asyncio authors. MIT license.

/**
 * What can be said of the standard input, output and errors of a subprocess.
 *
 * CPython: Lib/asyncio/subprocess.py, PIPE, STDOUT and DEVNULL.
 */

/**
 * As `stdin`, `stdout` or `stderr` of a subprocess: a pipe to this program.
 *
 * @example Usage
 * ```ts
 * import { createSubprocessExec, PIPE, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const process = yield* createSubprocessExec("echo", "hello", { stdout: PIPE });
 *   const [stdout] = yield* process.communicate();
 *   assertEquals(new TextDecoder().decode(stdout), "hello\n");
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.subprocess.PIPE}
 */
export const PIPE: -1 = -1;

/**
 * As `stderr` of a subprocess: the same as its `stdout`. What it writes to either comes in the order in
 * which it was written.
 *
 * @example Usage
 * ```ts
 * import { createSubprocessShell, PIPE, run, STDOUT } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const command = "echo one; echo two >&2; echo three";
 *   const process = yield* createSubprocessShell(command, { stdout: PIPE, stderr: STDOUT });
 *   const [stdout] = yield* process.communicate();
 *   assertEquals(new TextDecoder().decode(stdout), "one\ntwo\nthree\n");
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.subprocess.STDOUT}
 */
export const STDOUT: -2 = -2;

/**
 * As `stdin`, `stdout` or `stderr` of a subprocess: nothing to read, and nobody who listens.
 *
 * @example Usage
 * ```ts
 * import { createSubprocessExec, DEVNULL, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const process = yield* createSubprocessExec("cat", { stdin: DEVNULL });
 *   assertEquals(yield* process.wait(), 0);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.subprocess.DEVNULL}
 */
export const DEVNULL: -3 = -3;

/**
 * A file that tells its descriptor, as those of `node:fs/promises` do.
 *
 * @see {@linkcode Stdio}
 */
export interface FileWithDescriptor {
  /** The number that the system has for it. */
  readonly fd: number;
}

/**
 * What `stdin` and `stdout` of a subprocess can be: `PIPE`; `DEVNULL`; `null` for those of this program;
 * a descriptor of the system, 0, 1 and 2 being those of this program; or something that has one, as
 * the files of `node:fs/promises` do. It stays open here.
 *
 * Differs from CPython: a `Deno.FsFile` tells no descriptor, and is refused.
 *
 * @example A file
 * ```ts
 * import { createSubprocessExec, run, STDOUT } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 * import { closeSync, openSync } from "node:fs";
 *
 * const path = await Deno.makeTempFile();
 * const file = openSync(path, "w");
 * await run(function* () {
 *   const process = yield* createSubprocessExec("echo", "hello", { stdout: file, stderr: STDOUT });
 *   yield* process.wait();
 * });
 * closeSync(file);
 * assertEquals(await Deno.readTextFile(path), "hello\n");
 * await Deno.remove(path);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.create_subprocess_exec}
 */
export type Stdio =
  | typeof PIPE
  | typeof DEVNULL
  | number
  | FileWithDescriptor
  | null
  | undefined;

/**
 * What `stderr` of a subprocess can be: the same, or `STDOUT`.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.create_subprocess_exec}
 */
export type StderrStdio = Stdio | typeof STDOUT;
