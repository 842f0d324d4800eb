// Copyright 2026 the asyncio authors. MIT license.

import type { NonBlockingPipe } from "../../selectors/mod.ts";
import { type Future, inspectAsText } from "../../coroutines/mod.ts";
import type { BaseProtocol } from "./base.ts";
import { PipeReader, READ_FAILED } from "./_pipe_reader.ts";
import type { Protocol } from "./protocols.ts";
import { type Leftover, type TransportHost, wake } from "./_transport_host.ts";

/** The most that is read at once, in bytes. */
const MAX_READ = 256 * 1024;

/**
 * A transport that reads a pipe, a socket or a character device by its descriptor.
 *
 * Invariants: the loop watches the descriptor exactly while `isReading()`, from when the protocol knows
 * of the transport. `connectionLost` is called once, and then the descriptor is closed.
 */
export class ReadDescriptorTransport extends PipeReader implements Leftover {
  readonly #pipe: NonBlockingPipe;
  readonly #fd: number;

  static {
    inspectAsText(this.prototype);
  }

  constructor(
    host: TransportHost,
    pipe: NonBlockingPipe,
    protocol: BaseProtocol,
    waiter: Future<void> | null,
  ) {
    super(host, pipe.fileno(), protocol);
    this.#pipe = pipe;
    this.#fd = pipe.fileno();
    host.attach(this.#fd, this);
    host.callSoon(() => this.#start(waiter));
  }

  #start(waiter: Future<void> | null): void {
    try {
      this.getProtocol().connectionMade(this);
    } finally {
      this.#watch();
      wake(waiter);
    }
  }

  /** The system may not be able to watch it: there are devices that it cannot. */
  #watch(): void {
    if (!this.isReading()) return;
    try {
      this.host.addReader(this.#fd, this.#read);
    } catch (error) {
      this.fail(error, READ_FAILED);
    }
  }

  override pauseReading(): void {
    if (!this.isReading()) return;
    this.paused = true;
    this.host.removeReader(this.#fd);
  }

  override resumeReading(): void {
    if (this.closing || !this.paused) return;
    this.paused = false;
    this.#watch();
  }

  readonly #read = (): void => {
    let data;
    try {
      data = this.#pipe.tryRead(MAX_READ);
    } catch (error) {
      return this.fail(error, READ_FAILED);
    }
    if (data === null) return;
    if (data.length === 0) return this.#receiveEnd();
    this.give(data);
  };

  #receiveEnd(): void {
    this.#end();
    this.host.callSoon(() => (this.getProtocol() as Protocol).eofReceived());
    this.host.callSoon(() => this.#lose(null));
  }

  protected override breakOff(error: unknown): void {
    this.#end();
    this.host.callSoon(() => this.#lose(error));
  }

  /** Nothing is read any more. */
  #end(): void {
    this.host.removeReader(this.#fd);
    this.closing = true;
  }

  #lose(error: unknown): void {
    try {
      this.getProtocol().connectionLost(error);
    } finally {
      this.host.detach(this.#fd);
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
    const state = this.#pipe.fileno() < 0 ? " closed" : this.closing ? " closing" : "";
    const read = this.isReading() ? "polling" : "idle";
    return `<ReadPipeTransport${state} fd=${this.#fd} ${read}>`;
  }
}
