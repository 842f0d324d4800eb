// Copyright 2026 the asyncio authors. MIT license.

import { type Coroutine, fromPromise, Future, inspectAsText } from "../../coroutines/mod.ts";
import type { BaseProtocol, BaseTransport } from "../transports/base.ts";
import type { SubprocessProtocol } from "../transports/protocols.ts";
import { ReadPipeTransport } from "../transports/_read_pipe_transport.ts";
import { type Leftover, type TransportHost, wake } from "../transports/_transport_host.ts";
import { SubprocessTransport } from "../transports/transports.ts";
import { WritePipeTransport } from "../transports/_write_pipe_transport.ts";
import { signalName } from "../_signals.ts";
import { type Child, noSuchProcess } from "./_host.ts";
import { type PipeOwner, PipeProtocol } from "./_pipe_protocol.ts";
import { waitForExit } from "./_wait_for_exit.ts";

/**
 * The transport of a process of the host's and of its pipes.
 *
 * CPython: Lib/asyncio/base_subprocess.py, BaseSubprocessTransport.
 *
 * Invariants: `#pending` holds what the protocol is to be told once it knows of the transport, and is
 * `null` from then on. `#returncode` is set once; `#waiters` wait only while it is not. `#finished` is
 * set when the process has ended and all its pipes are lost; `connectionLost` follows, once.
 */
export class ChildTransport extends SubprocessTransport implements Leftover, PipeOwner {
  readonly #host: TransportHost;
  readonly #child: Child;
  /** By descriptor: those that there are. */
  readonly #pipes = new Map<number, PipeProtocol>();
  readonly #waiters = new Set<Future<void>>();
  #protocol: BaseProtocol;
  #pending: (() => void)[] | null = [];
  #returncode: number | null = null;
  #closed = false;
  #finished = false;
  /** What the loop waits for on behalf of the process. */
  readonly #watches = new Set<Future<unknown>>();

  static {
    inspectAsText(this.prototype);
  }

  /**
   * @param waiter Done when the protocol is about to be told of the transport; fails if there is no
   *   such program after all.
   */
  constructor(
    host: TransportHost,
    child: Child,
    protocol: BaseProtocol,
    waiter: Future<void>,
  ) {
    super({ subprocess: child.native });
    this.#host = host;
    this.#child = child;
    this.#protocol = protocol;
    host.attach(this, this);
    this.#connect(0, child.stdin);
    this.#connect(1, child.stdout);
    this.#connect(2, child.stderr);
    host.callSoon(() => this.#start(waiter));
  }

  #connect(fd: number, stream: WritableStream<Uint8Array> | ReadableStream<Uint8Array> | null) {
    if (stream === null) return;
    const protocol = new PipeProtocol(this, fd);
    const pipe = stream instanceof WritableStream
      ? new WritePipeTransport(this.#host, stream, protocol, null, true)
      : new ReadPipeTransport(this.#host, stream, protocol, null);
    protocol.connectionMade(pipe); // Again in the next turn: who closes before is to know it.
    this.#pipes.set(fd, protocol);
  }

  /** The pipes are connected. */
  #start(waiter: Future<void>): void {
    this.#when(this.#child.exited, (returncode) => this.#processExited(returncode));
    const { started } = this.#child;
    if (started === null) return this.#ready(waiter);
    this.#when(started, (error) => {
      if (error === null) this.#ready(waiter);
      else if (!waiter.done()) waiter.setException(error);
    });
  }

  /** Calls `fn` in the loop when the host's promise has settled, unless the loop is closed before. */
  #when<T>(promise: Promise<T>, fn: (value: T) => void): void {
    const watch = fromPromise(promise, { loop: this.#host.loop });
    this.#watches.add(watch);
    watch.addDoneCallback(() => {
      this.#watches.delete(watch);
      if (!watch.cancelled()) fn(watch.result());
    });
  }

  #ready(waiter: Future<void>): void {
    const pending = this.#pending!;
    this.#pending = null;
    this.#tell(() => this.#protocol.connectionMade(this));
    for (const call of pending) this.#tell(call);
    wake(waiter);
  }

  /** Calls the protocol in the next turn, or when it knows of the transport. */
  #tell(call: () => void): void {
    if (this.#pending !== null) this.#pending.push(call);
    else this.#host.callSoon(call);
  }

  get #told(): SubprocessProtocol {
    return this.#protocol as SubprocessProtocol;
  }

  // What the pipes say.

  pipeDataReceived(fd: number, data: Uint8Array<ArrayBuffer>): void {
    this.#tell(() => this.#told.pipeDataReceived(fd, data));
  }

  pipeConnectionLost(fd: number, error: unknown): void {
    this.#tell(() => this.#told.pipeConnectionLost(fd, error));
    this.#tryFinish();
  }

  pauseWriting(): void {
    this.#protocol.pauseWriting();
  }

  resumeWriting(): void {
    this.#protocol.resumeWriting();
  }

  // How it ends.

  #processExited(returncode: number): void {
    this.#returncode = returncode;
    this.#host.detach(this); // Its pipes are attached themselves, if there is anything left of them.
    this.#tell(() => this.#told.processExited());
    // Deno does not tell that nobody is left at the other end: what is written is, the rest would be
    // for nobody.
    this.#pipes.get(0)?.pipe.close();
    for (const { pipe } of this.#pipes.values()) {
      if (pipe instanceof ReadPipeTransport) pipe.takeRest();
    }
    this.#tryFinish();
    for (const waiter of this.#waiters) wake(waiter);
    this.#waiters.clear();
  }

  #tryFinish(): void {
    if (this.#returncode === null || this.#finished) return;
    for (const pipe of this.#pipes.values()) if (!pipe.disconnected) return;
    this.#finished = true;
    this.#tell(() => this.#protocol.connectionLost(null));
  }

  /** Waits until the process has ended. Its pipes may be held open by others. */
  *[waitForExit](): Coroutine<number> {
    if (this.#returncode === null) {
      const waiter = new Future<void>({ loop: this.#host.loop });
      this.#waiters.add(waiter);
      try {
        yield* waiter;
      } finally {
        this.#waiters.delete(waiter);
      }
    }
    return this.#returncode!;
  }

  override isClosing(): boolean {
    return this.#closed;
  }

  override close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { pipe } of this.#pipes.values()) pipe.close();
    if (this.#returncode !== null) return;
    if (this.#host.loop.getDebug()) console.warn(`Close running child process: kill ${this}`);
    this.#child.kill("SIGKILL");
  }

  /** The loop is closed. */
  // CPython: Lib/asyncio/base_subprocess.py, BaseSubprocessTransport.__del__
  abandon(): void {
    for (const watch of this.#watches) watch.cancel();
    if (this.#returncode !== null) return;
    if (!this.#closed) console.warn(`unclosed transport ${this}`);
    this.#closed = true;
    this.#child.kill("SIGKILL");
    this.#child.unref();
  }

  // What may be asked of it.

  override setProtocol(protocol: BaseProtocol): void {
    this.#protocol = protocol;
  }

  override getProtocol(): BaseProtocol {
    return this.#protocol;
  }

  override getPid(): number {
    return this.#child.pid;
  }

  override getReturncode(): number | null {
    return this.#returncode;
  }

  override getPipeTransport(fd: number): BaseTransport | null {
    return this.#pipes.get(fd)?.pipe ?? null;
  }

  override sendSignal(signal: string | number): void {
    const known = signal === 0 ? signal : signalName(signal); // 0 asks whether it is there.
    if (this.#finished) throw noSuchProcess();
    this.#child.kill(known);
  }

  override terminate(): void {
    this.sendSignal("SIGTERM");
  }

  override kill(): void {
    this.sendSignal("SIGKILL");
  }

  /** Python's repr. */
  override toString(): string {
    const words = ["SubprocessTransport"];
    if (this.#closed) words.push("closed");
    words.push(`pid=${this.#child.pid}`);
    words.push(this.#returncode === null ? "running" : `returncode=${this.#returncode}`);
    for (const [fd, { pipe }] of this.#pipes) {
      words.push(`${["stdin", "stdout", "stderr"][fd]}=${pipe}`);
    }
    return `<${words.join(" ")}>`;
  }
}
