// Copyright 2026 the asyncio authors. MIT license.

import { OSError } from "../../selectors/mod.ts";
import { type Future, inspectAsText, KeyboardInterrupt } from "../../coroutines/mod.ts";
import type { BaseProtocol } from "./base.ts";
import { giveTo } from "./_delivery.ts";
import type { Protocol } from "./protocols.ts";
import { type Leftover, lossBy, type TransportHost, wake, watch } from "./_transport_host.ts";
import { ReadTransport } from "./transports.ts";

/** More, in bytes, than a pipe (64 KB, as the system makes it) and the host's stream of it hold. */
const REST = 512 * 1024;

/**
 * A transport that reads a stream of the host's: what a child process writes, say.
 *
 * CPython: Lib/asyncio/unix_events.py, _UnixReadPipeTransport.
 *
 * Invariants: at most one read is in flight, and one is whenever `isReading()`. A read cannot be
 * withdrawn: what it brings while reading is paused is `#kept`, `#keptSize` bytes. `connectionLost` is
 * called once.
 */
export class ReadPipeTransport extends ReadTransport implements Leftover {
  readonly #host: TransportHost;
  readonly #pipe: ReadableStream<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #protocol: BaseProtocol;
  #inFlight = false;
  #kept: Uint8Array[] = [];
  #keptSize = 0;
  #takesRest = false;
  #ended = false;
  #paused = false;
  #closing = false;
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
    super();
    this.#host = host;
    this.#pipe = pipe;
    this.#reader = pipe.getReader();
    this.#protocol = protocol;
    host.attach(this, this);
    host.callSoon(() => this.#start(waiter));
  }

  #start(waiter: Future<void> | null): void {
    if (!this.#lost) this.#endWatch = watch(this.#host, this.#reader.closed);
    try {
      this.#protocol.connectionMade(this);
    } finally {
      this.#read();
      wake(waiter);
    }
  }

  override getExtraInfo(name: string, fallback?: unknown): never {
    return (name === "pipe" ? this.#pipe : fallback) as never;
  }

  override setProtocol(protocol: BaseProtocol): void {
    this.#protocol = protocol;
  }

  override getProtocol(): BaseProtocol {
    return this.#protocol;
  }

  override isReading(): boolean {
    return !this.#closing && !this.#paused;
  }

  override pauseReading(): void {
    if (this.isReading()) this.#paused = true;
  }

  override resumeReading(): void {
    if (this.#closing || !this.#paused) return;
    this.#paused = false;
    this.#host.callSoon(() => this.#goOn());
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
    return this.#paused || this.#kept.length > 0;
  }

  get #mayRead(): boolean {
    return this.isReading() || !this.#closing && this.#takesRest && this.#keptSize < REST;
  }

  #read(): void {
    if (!this.#mayRead || this.#inFlight || this.#ended) return;
    this.#inFlight = true;
    this.#reader.read().then(
      ({ done, value }) => this.#settle(() => done ? this.#receiveEnd() : this.#receive(value)),
      (error) => this.#settle(() => this.#fail(error, "Fatal read error on pipe transport")),
    );
  }

  /** A read has come to its end, outside of the loop. */
  #settle(then: () => void): void {
    if (this.#host.isClosed()) return;
    this.#host.callSoon(() => {
      this.#inFlight = false;
      if (this.#closing) return;
      then();
      this.#read();
    });
  }

  #receive(data: Uint8Array): void {
    if (this.#closing) return;
    if (!(data instanceof Uint8Array)) {
      const error = new TypeError(`a pipe must give Uint8Arrays, not ${typeof data}`);
      return this.#fail(error, "Fatal read error on pipe transport");
    }
    if (this.#mustKeep) {
      this.#kept.push(data);
      this.#keptSize += data.length;
      return;
    }
    giveTo(this.#protocol, owned(data), (message, error) => this.#fail(error, message));
  }

  #receiveEnd(): void {
    this.#ended = true;
    if (this.#mustKeep) return;
    this.#closing = true;
    this.#host.callSoon(() => (this.#protocol as Protocol).eofReceived());
    this.#host.callSoon(() => this.#lose(null));
  }

  override isClosing(): boolean {
    return this.#closing;
  }

  override close(): void {
    if (!this.#closing) this.#breakOff(null);
  }

  #fail(error: unknown, message: string): void {
    if (error instanceof KeyboardInterrupt) throw error;
    if (!(error instanceof OSError)) {
      const protocol = this.#protocol;
      this.#host.callExceptionHandler({ message, exception: error, transport: this, protocol });
    }
    this.#breakOff(lossBy(error, message));
  }

  #breakOff(error: unknown): void {
    if (this.#lost) return;
    this.#closing = true;
    this.#kept = [];
    this.#cancel();
    this.#host.callSoon(() => this.#lose(error));
  }

  #lose(error: unknown): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#endWatch();
    this.#host.detach(this);
    this.#protocol.connectionLost(error);
  }

  /** Who writes into the pipe is told that nobody reads. It may have failed already. */
  #cancel(): void {
    this.#reader.cancel().catch(() => {});
  }

  /** The loop is closed. */
  abandon(): void {
    this.#closing = this.#lost = true;
    this.#endWatch();
    this.#cancel();
  }

  /** Python's repr. */
  override toString(): string {
    const state = this.#lost ? " closed" : this.#closing ? " closing" : "";
    return `<ReadPipeTransport${state} ${this.isReading() ? "polling" : "idle"}>`;
  }
}

/** The bytes of a chunk in an array of their own: that of the stream mostly is. */
function owned(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = chunk;
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return isOwn ? chunk as Uint8Array<ArrayBuffer> : new Uint8Array(chunk);
}
