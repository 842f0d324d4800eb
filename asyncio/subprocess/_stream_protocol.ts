// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "../../selectors/mod.ts";
import { type BaseEventLoop, inspectAsText, NotImplementedError } from "../../coroutines/mod.ts";
import type { BaseTransport } from "../transports/base.ts";
import { SubprocessProtocol } from "../transports/protocols.ts";
import type { ReadTransport, SubprocessTransport, Transport } from "../transports/transports.ts";
import { StreamReader } from "../streams/stream_reader.ts";
import { StreamWriter } from "../streams/stream_writer.ts";
import { gate, type Gated, replaceTransport, WriteGate } from "../streams/_write_gate.ts";

/**
 * Stands between the pipes of a process and streams.
 *
 * CPython: Lib/asyncio/subprocess.py, SubprocessStreamProtocol.
 *
 * Invariant: the transport is closed when the process has ended and `#open`, those of its pipes that
 * are read, is empty.
 */
export class SubprocessStreamProtocol extends SubprocessProtocol implements Gated {
  readonly #loop: BaseEventLoop;
  readonly #limit: number;
  readonly #open = new Set<number>();
  readonly #readers: Record<number, StreamReader> = {};
  #transport: SubprocessTransport | null = null;
  #stdin: StreamWriter | null = null;
  #hasExited = false;
  readonly [gate]: WriteGate;

  static {
    inspectAsText(this.prototype);
  }

  constructor(limit: number, loop: BaseEventLoop) {
    super();
    this.#loop = loop;
    this.#limit = limit;
    this[gate] = new WriteGate(loop);
  }

  get isServerSide(): boolean {
    return false;
  }

  [replaceTransport](): never {
    throw new NotImplementedError();
  }

  /** What the process reads, or `null`. */
  get stdin(): StreamWriter | null {
    return this.#stdin;
  }

  /** What the process writes: 1 for its output, 2 for its errors; or `null`. */
  reader(fd: number): StreamReader | null {
    return this.#readers[fd] ?? null;
  }

  override connectionMade(transport: BaseTransport<SocketAddress>): void {
    this.#transport = transport as SubprocessTransport;
    for (const fd of [1, 2]) {
      const pipe = this.#transport.getPipeTransport(fd);
      if (pipe === null) continue;
      const reader = new StreamReader(this.#limit, { loop: this.#loop });
      reader.setTransport(pipe as unknown as ReadTransport);
      this.#readers[fd] = reader;
      this.#open.add(fd);
    }
    const pipe = this.#transport.getPipeTransport(0);
    if (pipe === null) return;
    this.#stdin = new StreamWriter(pipe as unknown as Transport, this, null, this.#loop);
  }

  override pipeDataReceived(fd: number, data: Uint8Array<ArrayBuffer>): void {
    this.reader(fd)?.feedData(data);
  }

  override pipeConnectionLost(fd: number, error: unknown): void {
    if (fd === 0) {
      this.#stdin?.close();
      return this[gate].lose(error);
    }
    const reader = this.reader(fd);
    if (error === null) reader?.feedEof();
    else reader?.setException(error);
    this.#open.delete(fd);
    this.#closeWhenDone();
  }

  override processExited(): void {
    this.#hasExited = true;
    this.#closeWhenDone();
  }

  #closeWhenDone(): void {
    if (this.#open.size > 0 || !this.#hasExited) return;
    this.#transport?.close();
    this.#transport = null;
  }

  override pauseWriting(): void {
    this[gate].pause();
  }

  override resumeWriting(): void {
    this[gate].resume();
  }

  /** Python's repr. */
  override toString(): string {
    const words = ["SubprocessStreamProtocol"];
    if (this.#stdin !== null) words.push(`stdin=${this.#stdin}`);
    for (const [fd, name] of [[1, "stdout"], [2, "stderr"]] as const) {
      const reader = this.reader(fd);
      if (reader !== null) words.push(`${name}=${reader}`);
    }
    return `<${words.join(" ")}>`;
  }
}
