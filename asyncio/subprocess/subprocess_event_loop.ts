// Copyright 2026 the asyncio authors. MIT license.

import { ValueError } from "../../selectors/mod.ts";
import {
  type Coroutine,
  coroutine,
  type CoroutineObject,
  getRunningLoop,
  RuntimeError,
} from "../../coroutines/mod.ts";
import { NetworkEventLoop } from "../transports/network_event_loop.ts";
import type { SubprocessProtocol } from "../transports/protocols.ts";
import { hostOf, type TransportHost } from "../transports/_transport_host.ts";
import type { SubprocessTransport } from "../transports/transports.ts";
import { splitArguments } from "./_arguments.ts";
import { ChildTransport } from "./_child_transport.ts";
import { type Command, shellCommand, spawn, toPath } from "./_host.ts";
import { PIPE } from "./stdio.ts";
import {
  checkOptions,
  type SubprocessOptions,
  type SubprocessShellOptions,
} from "./subprocess_options.ts";
import { waitForExit } from "./_wait_for_exit.ts";

/** What `loop.subprocessExec()` makes of options that are not given. */
const PIPES = { stdin: PIPE, stdout: PIPE, stderr: PIPE };

/**
 * An event loop that starts processes, and hears of their ends.
 *
 * Closing it kills those that still run, with a warning for each.
 *
 * @example Usage
 * ```ts
 * import { getRunningLoop, run, SubprocessEventLoop } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * await run(async () => assertInstanceOf(getRunningLoop(), SubprocessEventLoop));
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#running-subprocesses}
 */
export class SubprocessEventLoop extends NetworkEventLoop {
  /**
   * Starts a program.
   *
   * The protocol is told of what comes through the pipes, of their ends and of that of the process, in
   * the order in which it happens; `connectionLost()` comes last.
   *
   * Cancellation: the process is killed, and waited for.
   *
   * @typeParam P Type of the protocol.
   * @param protocolFactory Makes the protocol.
   * @param program The program: a name that is looked for in the `PATH`, or a path.
   * @param args Its arguments, and then the options: `stdin`, `stdout` and `stderr`, which are `PIPE`
   *   unless given, `cwd`, `env` and so on.
   * @returns A coroutine giving the transport and the protocol. Its `connectionMade()` has been called.
   * @throws {Deno.errors.NotFound} If there is no such program, or no such folder.
   * @throws {Deno.errors.NotCapable} If running it is not allowed.
   * @throws {ValueError} If an option is not what it must be.
   *
   * @example Usage
   * ```ts
   * import { getRunningLoop, run, SubprocessProtocol } from "@asyncio/asyncio";
   * import { assertEquals } from "@std/assert";
   *
   * class Collector extends SubprocessProtocol {
   *   text = "";
   *   constructor(readonly ended: () => void) {
   *     super();
   *   }
   *   override pipeDataReceived(_fd: number, data: Uint8Array) {
   *     this.text += new TextDecoder().decode(data);
   *   }
   *   override connectionLost() {
   *     this.ended();
   *   }
   * }
   *
   * await run(function* () {
   *   const loop = getRunningLoop();
   *   const ended = loop.createFuture<void>();
   *   const factory = () => new Collector(() => ended.setResult());
   *   const [transport, protocol] = yield* loop.subprocessExec(factory, "echo", "hello");
   *   yield* ended;
   *   assertEquals([protocol.text, transport.getReturncode()], ["hello\n", 0]);
   *   transport.close();
   * });
   * ```
   */
  subprocessExec<P extends SubprocessProtocol>(
    protocolFactory: () => P,
    program: string | URL,
    ...args: (string | URL)[] | [...args: (string | URL)[], options: SubprocessOptions]
  ): CoroutineObject<[transport: SubprocessTransport, protocol: P]> {
    return SubprocessEventLoop.#exec(
      hostOf(this),
      protocolFactory,
      program,
      args,
    ) as CoroutineObject<[SubprocessTransport, P]>;
  }

  // CPython: Lib/asyncio/base_events.py, BaseEventLoop.subprocess_exec
  static readonly #exec = coroutine(
    function* subprocessExec(
      host: TransportHost,
      protocolFactory: () => SubprocessProtocol,
      program: string | URL,
      rest: readonly unknown[],
    ): Coroutine<[SubprocessTransport, SubprocessProtocol]> {
      const { args, options } = splitArguments<SubprocessOptions>(rest);
      checkOptions(options, false);
      const protocol = protocolFactory();
      const command = { program: toPath(program), args: args.map(toPath), ...PIPES, ...options };
      return [yield* start(host, protocol, command), protocol];
    },
  );

  /**
   * Has a shell run a command.
   *
   * Cancellation: the shell is killed, and waited for.
   *
   * @typeParam P Type of the protocol.
   * @param protocolFactory Makes the protocol.
   * @param cmd The command.
   * @param options `stdin`, `stdout` and `stderr`, which are `PIPE` unless given, `cwd`, `env` and so on.
   * @returns A coroutine giving the transport and the protocol. Its `connectionMade()` has been called.
   * @throws {Deno.errors.NotCapable} If running the shell is not allowed.
   * @throws {ValueError} If an option is not what it must be, or the command no string.
   */
  subprocessShell<P extends SubprocessProtocol>(
    protocolFactory: () => P,
    cmd: string,
    options: SubprocessShellOptions = {},
  ): CoroutineObject<[transport: SubprocessTransport, protocol: P]> {
    return SubprocessEventLoop.#shell(
      hostOf(this),
      protocolFactory,
      cmd,
      options,
    ) as CoroutineObject<[SubprocessTransport, P]>;
  }

  // CPython: Lib/asyncio/base_events.py, BaseEventLoop.subprocess_shell
  static readonly #shell = coroutine(
    function* subprocessShell(
      host: TransportHost,
      protocolFactory: () => SubprocessProtocol,
      cmd: string,
      { executable, ...options }: SubprocessShellOptions,
    ): Coroutine<[SubprocessTransport, SubprocessProtocol]> {
      if (typeof cmd !== "string") throw new ValueError("cmd must be a string");
      checkOptions(options, true);
      const protocol = protocolFactory();
      const command = { ...shellCommand(cmd, executable), ...PIPES, ...options };
      return [yield* start(host, protocol, command), protocol];
    },
  );
}

/** The running loop, for what starts processes. */
export function runningSubprocessLoop(): SubprocessEventLoop {
  const loop = getRunningLoop();
  if (loop instanceof SubprocessEventLoop) return loop;
  throw new RuntimeError(`${loop} has no subprocesses: make the loop by asyncio's newEventLoop()`);
}

/** Starts a process, and waits until its protocol knows of it. */
// CPython: Lib/asyncio/unix_events.py, _UnixSelectorEventLoop._make_subprocess_transport
function* start(
  host: TransportHost,
  protocol: SubprocessProtocol,
  command: Command,
): Coroutine<SubprocessTransport> {
  host.loop.requireHost("A subprocess");
  const waiter = host.loop.createFuture<void>();
  const transport = new ChildTransport(host, spawn(command), protocol, waiter);
  try {
    yield* waiter;
  } catch (error) {
    transport.close();
    yield* transport[waitForExit]();
    throw error;
  }
  return transport;
}
