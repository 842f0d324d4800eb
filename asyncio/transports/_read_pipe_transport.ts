// Copyright 2026 the asyncio authors. MIT license.

import { type Future, inspectAsText } from "../../coroutines/mod.ts";
import type { BaseProtocol } from "./base.ts";
import { PipeReader, READ_FAILED } from "./_pipe_reader.ts";
import type { Protocol } from "./protocols.ts";
import { type Leftover, type TransportHost, wake, watch } from "./_transport_host.ts";

/** More, in bytes, than a pipe (64 KB, as the system makes it) and the host's stream of it hold. */
const REST = 512 * 1024;

/**
 * A transport that reads a stream of the host's: what a child process writes, say.
 *
 * Invariants: at most one read is in flight, and one is whenever `isReading()`. A read cannot be
 * withdrawn: what it brings while reading is paused is `#kept`, `#keptSize` bytes. `connectionLost` is
 * called once.
 */
export class ReadPipeTransport extends PipeReader implements Leftover {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #inFlight = false;
  #kept: Uint8Array[] = [];
  #keptSize = 0;
  #takesRest = false;
  #ended = false;
  #lost = false;
  #endWatch: () => void = () => {};

  static {
    inspectAsText(this.prototype);
  }

  constructor(
    host: TransportHost,
    pipe: ReadableStream<Uint8Array>,
    protocol: BaseProtocol,
    waiter: Future<void> | null,
  ) {
    super(host, pipe, protocol);
    this.#reader = pipe.getReader();
    host.attach(this, this);
    host.callSoon(() => this.#start(waiter));
  }

  #start(waiter: Future<void> | null): void {
    if (!this.#lost) this.#endWatch = watch(this.host, this.#reader.closed);
    try {
      this.getProtocol().connectionMade(this);
    } finally {
      this.#read();
      wake(waiter);
    }
  }

  override pauseReading(): void {
    if (this.isReading()) this.paused = true;
  }

  override resumeReading(): void {
    if (this.closing || !this.paused) return;
    this.paused = false;
    this.host.callSoon(() => this.#goOn());
  }

  #goOn(): void {
    if (!this.isReading()) return;
    const kept = this.#kept;
    this.#kept = [];
    this.#keptSize = 0;
    // The protocol may pause again at any of them.
    for (const data of kept) this.#receive(data);
    if (this.#ended && this.isReading()) this.#receiveEnd();
    else this.#read();
  }

  /**
   * Reads what is left in the pipe, though reading may be paused: who wrote it has ended. Nobody may
   * ever ask for it, and only at its end is the descriptor given back. Others may hold the pipe and go
   * on writing: no more is taken than may have been left in it.
   */
  takeRest(): void {
    this.#takesRest = true;
    this.#read();
  }

  /** Whether what comes is to be kept: until the protocol reads on, and has what was kept before. */
  get #mustKeep(): boolean {
    return this.paused || this.#kept.length > 0;
  }

  get #mayRead(): boolean {
    return this.isReading() || !this.closing && this.#takesRest && this.#keptSize < REST;
  }

  #read(): void {
    if (!this.#mayRead || this.#inFlight || this.#ended) return;
    this.#inFlight = true;
    this.#reader.read().then(
      ({ done, value }) => this.#settle(() => done ? this.#receiveEnd() : this.#receive(value)),
      (error) => this.#settle(() => this.fail(error, READ_FAILED)),
    );
  }

  /** A read has come to its end, outside of the loop. */
  #settle(then: () => void): void {
    if (this.host.isClosed()) return;
    this.host.callSoon(() => {
      this.#inFlight = false;
      if (this.closing) return;
      then();
      this.#read();
    });
  }

  #receive(data: Uint8Array): void {
    if (this.closing) return;
    if (!(data instanceof Uint8Array)) {
      const error = new TypeError(`a pipe must give Uint8Arrays, not ${typeof data}`);
      return this.fail(error, READ_FAILED);
    }
    if (this.#mustKeep) {
      this.#kept.push(data);
      this.#keptSize += data.length;
      return;
    }
    this.give(owned(data));
  }

  #receiveEnd(): void {
    this.#ended = true;
    // Nothing of the host's is left: who drops what was kept is rid of it.
    this.#endWatch();
    this.host.detach(this);
    if (this.#mustKeep) return;
    this.closing = true;
    this.host.callSoon(() => (this.getProtocol() as Protocol).eofReceived());
    this.host.callSoon(() => this.#lose(null));
  }

  protected override breakOff(error: unknown): void {
    if (this.#lost) return;
    this.closing = true;
    this.#kept = [];
    this.#cancel();
    this.host.callSoon(() => this.#lose(error));
  }

  #lose(error: unknown): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#endWatch();
    this.host.detach(this);
    this.getProtocol().connectionLost(error);
  }

  /** Who writes into the pipe is told that nobody reads. It may have failed already. */
  #cancel(): void {
    this.#reader.cancel().catch(() => {});
  }

  /** The loop is closed. */
  abandon(): void {
    this.closing = this.#lost = true;
    this.#endWatch();
    this.#cancel();
  }

  /** Python's repr. */
  override toString(): string {
    const state = this.#lost ? " closed" : this.closing ? " closing" : "";
    return `<ReadPipeTransport${state} ${this.isReading() ? "polling" : "idle"}>`;
  }
}

/** The bytes of a chunk in an array of their own: that of the stream mostly is. */
function owned(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = chunk;
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return isOwn ? chunk as Uint8Array<ArrayBuffer> : new Uint8Array(chunk);
}
