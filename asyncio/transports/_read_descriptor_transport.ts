// Copyright 2026 the asyncio authors. MIT license.

import { type NonBlockingPipe, OSError } from "../../selectors/mod.ts";
import { type Future, inspectAsText, KeyboardInterrupt } from "../../coroutines/mod.ts";
import type { BaseProtocol } from "./base.ts";
import { giveTo } from "./_delivery.ts";
import type { Protocol } from "./protocols.ts";
import { type Leftover, lossBy, type TransportHost, wake } from "./_transport_host.ts";
import { ReadTransport } from "./transports.ts";

/** The most that is read at once, in bytes. */
const MAX_READ = 256 * 1024;

/**
 * A transport that reads a pipe, a socket or a character device by its descriptor.
 *
 * CPython: Lib/asyncio/unix_events.py, _UnixReadPipeTransport.
 *
 * Invariants: the loop watches the descriptor exactly while `isReading()`, from when the protocol knows
 * of the transport. `connectionLost` is called once, and then the descriptor is closed.
 */
export class ReadDescriptorTransport extends ReadTransport implements Leftover {
  readonly #host: TransportHost;
  readonly #pipe: NonBlockingPipe;
  readonly #fd: number;
  #protocol: BaseProtocol;
  #paused = false;
  #closing = false;

  static {
    inspectAsText(this.prototype);
  }

  constructor(
    host: TransportHost,
    pipe: NonBlockingPipe,
    protocol: BaseProtocol,
    waiter: Future<void> | null,
  ) {
    super();
    this.#host = host;
    this.#pipe = pipe;
    this.#fd = pipe.fileno();
    this.#protocol = protocol;
    host.attach(this.#fd, this);
    host.callSoon(() => this.#start(waiter));
  }

  #start(waiter: Future<void> | null): void {
    try {
      this.#protocol.connectionMade(this);
    } finally {
      this.#watch();
      wake(waiter);
    }
  }

  /** The system may not be able to watch it: there are devices that it cannot. */
  #watch(): void {
    if (!this.isReading()) return;
    try {
      this.#host.addReader(this.#fd, this.#read);
    } catch (error) {
      this.#fail(error, "Fatal read error on pipe transport");
    }
  }

  override getExtraInfo(name: string, fallback?: unknown): never {
    return (name === "pipe" ? this.#fd : fallback) as never;
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
    if (!this.isReading()) return;
    this.#paused = true;
    this.#host.removeReader(this.#fd);
  }

  override resumeReading(): void {
    if (this.#closing || !this.#paused) return;
    this.#paused = false;
    this.#watch();
  }

  readonly #read = (): void => {
    let data;
    try {
      data = this.#pipe.tryRead(MAX_READ);
    } catch (error) {
      return this.#fail(error, "Fatal read error on pipe transport");
    }
    if (data === null) return;
    if (data.length === 0) return this.#receiveEnd();
    giveTo(this.#protocol, data, (message, error) => this.#fail(error, message));
  };

  #receiveEnd(): void {
    this.#end();
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
    if (!this.#closing) this.#breakOff(lossBy(error, message));
  }

  #breakOff(error: unknown): void {
    this.#end();
    this.#host.callSoon(() => this.#lose(error));
  }

  /** Nothing is read any more. */
  #end(): void {
    this.#host.removeReader(this.#fd);
    this.#closing = true;
  }

  #lose(error: unknown): void {
    try {
      this.#protocol.connectionLost(error);
    } finally {
      this.#host.detach(this.#fd);
      this.#pipe.close();
    }
  }

  /** The loop is closed. */
  abandon(): void {
    this.#end();
    this.#pipe.close();
  }

  /** Python's repr. */
  override toString(): string {
    const state = this.#pipe.fileno() < 0 ? " closed" : this.#closing ? " closing" : "";
    const read = this.isReading() ? "polling" : "idle";
    return `<ReadPipeTransport${state} fd=${this.#fd} ${read}>`;
  }
}
