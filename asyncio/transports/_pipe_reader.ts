// Copyright 2026 the asyncio authors. MIT license.

import { OSError } from "../../selectors/mod.ts";
import { KeyboardInterrupt } from "../../coroutines/mod.ts";
import type { BaseProtocol } from "./base.ts";
import { giveTo } from "./_delivery.ts";
import { lossBy, type TransportHost } from "./_transport_host.ts";
import { ReadTransport } from "./transports.ts";

/** The message of every error of reading. */
export const READ_FAILED = "Fatal read error on pipe transport";

/**
 * What reading from a pipe is, however the pipe is had: by its descriptor, or as a stream of the host's.
 *
 * CPython: Lib/asyncio/unix_events.py, _UnixReadPipeTransport.
 */
export abstract class PipeReader extends ReadTransport {
  protected readonly host: TransportHost;
  protected paused = false;
  protected closing = false;
  readonly #pipe: unknown;
  #protocol: BaseProtocol;

  constructor(host: TransportHost, pipe: unknown, protocol: BaseProtocol) {
    super();
    this.host = host;
    this.#pipe = pipe;
    this.#protocol = protocol;
  }

  /** Closes the pipe at once, unless it is lost. */
  protected abstract breakOff(error: unknown): void;

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
    return !this.closing && !this.paused;
  }

  override isClosing(): boolean {
    return this.closing;
  }

  override close(): void {
    if (!this.closing) this.breakOff(null);
  }

  /** Hands bytes to the protocol, which owns them from then on. */
  protected give(data: Uint8Array<ArrayBuffer>): void {
    giveTo(this.#protocol, data, (message, error) => this.fail(error, message));
  }

  /** Reading, or the protocol, has failed. */
  protected fail(error: unknown, message: string): void {
    if (error instanceof KeyboardInterrupt) throw error;
    if (!(error instanceof OSError)) {
      const protocol = this.#protocol;
      this.host.callExceptionHandler({ message, exception: error, transport: this, protocol });
    }
    if (!this.closing) this.breakOff(lossBy(error, message));
  }
}
