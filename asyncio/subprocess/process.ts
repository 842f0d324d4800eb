// Copyright 2026 the asyncio authors. MIT license.

import {
  type AbstractEventLoop,
  type Coroutine,
  coroutine,
  type CoroutineObject,
  inspectAsText,
} from "../../coroutines/mod.ts";
import { isConnectionGone } from "../_net.ts";
import type { StreamReader } from "../streams/stream_reader.ts";
import type { StreamWriter } from "../streams/stream_writer.ts";
import { gather } from "../tasks/gather.ts";
import type { SubprocessProtocol } from "../transports/protocols.ts";
import type { SubprocessTransport } from "../transports/transports.ts";
import { SubprocessStreamProtocol } from "./_stream_protocol.ts";
import { type Waitable, waitForExit } from "./_wait_for_exit.ts";

/**
 * What a process has written to one of its pipes: bytes, or `null` where there is no pipe.
 *
 * @typeParam R Type of the reader of the pipe.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.subprocess.Process.communicate}
 */
export type OutputOf<R extends StreamReader | null> = R extends StreamReader
  ? Uint8Array<ArrayBuffer>
  : null;

/**
 * A process that this program has started, and its pipes as streams. Made by `createSubprocessExec()`
 * and `createSubprocessShell()`.
 *
 * The end of an `await using` scope ends the process, if it still runs, and waits until it has ended.
 * So does closing the loop, but for the waiting, and with a warning.
 *
 * @typeParam I `StreamWriter` if it reads from a pipe, else `null`.
 * @typeParam O `StreamReader` if it writes to a pipe, else `null`.
 * @typeParam E `StreamReader` if it writes its errors to a pipe, else `null`.
 *
 * @example Talking to a program
 * ```ts
 * import { createSubprocessExec, PIPE, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(async () => {
 *   const process = await createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE });
 *   process.stdin.write("hello\n");
 *   assertEquals(new TextDecoder().decode(await process.stdout.readline()), "hello\n");
 *   process.stdin.close();
 *   assertEquals(await process.wait(), 0);
 * });
 * ```
 *
 * @example A program that takes too long
 * ```ts
 * import { createSubprocessExec, run, TimeoutError, waitFor } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(async () => {
 *   const process = await createSubprocessExec("sleep", "3600");
 *   try {
 *     await waitFor(process.wait(), 0.01);
 *   } catch (error) {
 *     if (!(error instanceof TimeoutError)) throw error;
 *     process.kill();
 *   }
 *   assertEquals(await process.wait(), -9);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.subprocess.Process}
 */
// CPython: Lib/asyncio/subprocess.py, Process
export class Process<
  I extends StreamWriter | null = StreamWriter | null,
  O extends StreamReader | null = StreamReader | null,
  E extends StreamReader | null = StreamReader | null,
> {
  readonly #transport: SubprocessTransport & Waitable;
  /** What is written to be read by the process; `null` if that is no pipe. */
  readonly stdin: I;
  /** What the process writes; `null` if that is no pipe. */
  readonly stdout: O;
  /** What the process writes of errors; `null` if that is no pipe. */
  readonly stderr: E;
  /** The number of the process. With a shell, that of the shell. */
  readonly pid: number;

  static {
    inspectAsText(this.prototype);
  }

  /**
   * A process that runs. `createSubprocessExec()` and `createSubprocessShell()` make one.
   *
   * @param transport Its transport: what `loop.subprocessExec()` gives.
   * @param protocol The protocol of the transport.
   * @param _loop The loop of both.
   * @throws {TypeError} If they are others than those functions make.
   */
  constructor(
    transport: SubprocessTransport,
    protocol: SubprocessProtocol,
    _loop: AbstractEventLoop,
  ) {
    if (!(waitForExit in transport && protocol instanceof SubprocessStreamProtocol)) {
      throw new TypeError("a Process is made by createSubprocessExec() or createSubprocessShell()");
    }
    this.#transport = transport as SubprocessTransport & Waitable;
    this.stdin = protocol.stdin as I;
    this.stdout = protocol.reader(1) as O;
    this.stderr = protocol.reader(2) as E;
    this.pid = transport.getPid();
  }

  /** How the process ended: its exit code, or minus the number of a signal; `null` if it has not. */
  get returncode(): number | null {
    return this.#transport.getReturncode();
  }

  /**
   * Waits until the process has ended. One that writes more into a pipe than that holds does not,
   * unless somebody reads: see {@linkcode Process.communicate}.
   *
   * Cancellation: the process goes on.
   *
   * @returns A coroutine giving the `returncode`.
   */
  wait(): CoroutineObject<number> {
    return Process.#wait(this.#transport);
  }

  static readonly #wait = coroutine(function* wait(transport: Waitable): Coroutine<number> {
    return yield* transport[waitForExit]();
  });

  /**
   * Writes all of the input, and ends it; reads all that the process writes to its pipes; and waits
   * until it has ended. A process that does not read all of its input is no error.
   *
   * Cancellation: the process goes on, and its pipes stay as they are: nothing is lost, and it may be
   * called again.
   *
   * @param input The input. Default: `null`, for none.
   * @returns A coroutine giving its output and its errors, `null` for what is no pipe.
   */
  communicate(
    input: Uint8Array | string | null = null,
  ): CoroutineObject<[stdout: OutputOf<O>, stderr: OutputOf<E>]> {
    return Process.#communicate(this, input) as CoroutineObject<[OutputOf<O>, OutputOf<E>]>;
  }

  static readonly #communicate = coroutine(
    function* communicate(
      process: Process,
      input: Uint8Array | string | null,
    ): Coroutine<[Uint8Array | null, Uint8Array | null]> {
      const [, stdout, stderr] = yield* gather(
        process.#feed(input),
        process.#readAll(1, process.stdout),
        process.#readAll(2, process.stderr),
      );
      yield* process.#transport[waitForExit]();
      return [stdout, stderr];
    },
  );

  *#feed(input: Uint8Array | string | null): Coroutine<void> {
    const { stdin } = this;
    if (stdin === null) return;
    try {
      if (input !== null) stdin.write(input);
      yield* stdin.drain();
    } catch (error) {
      if (!isConnectionGone(error)) throw error;
    }
    stdin.close();
  }

  *#readAll(fd: number, reader: StreamReader | null): Coroutine<Uint8Array | null> {
    if (reader === null) return null;
    const output = yield* reader.read();
    this.#transport.getPipeTransport(fd)?.close();
    return output;
  }

  /**
   * Sends a signal to the process.
   *
   * @param signal Its name, or its number.
   * @throws {ValueError} If there is no such signal.
   * @throws {Deno.errors.NotFound} If the process has ended.
   */
  sendSignal(signal: string | number): void {
    this.#transport.sendSignal(signal);
  }

  /**
   * Asks the process to end: sends it SIGTERM.
   *
   * @throws {Deno.errors.NotFound} If the process has ended.
   */
  terminate(): void {
    this.#transport.terminate();
  }

  /**
   * Ends the process: sends it SIGKILL. Processes that it has started go on.
   *
   * @throws {Deno.errors.NotFound} If the process has ended.
   */
  kill(): void {
    this.#transport.kill();
  }

  /** Ends the process, if it still runs, and waits until it has ended: the end of an `await using` scope. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#transport.close();
    await this.wait();
  }

  /** Python's repr. */
  toString(): string {
    return `<Process ${this.pid}>`;
  }
}
