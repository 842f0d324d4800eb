// Copyright 2026 the asyncio authors. MIT license.

import { OSError } from "../../selectors/mod.ts";
import { KeyboardInterrupt } from "../../coroutines/mod.ts";
import type { BaseProtocol } from "./base.ts";
import { ByteQueue } from "./_byte_queue.ts";
import { toBytes } from "./_bytes.ts";
import { FlowControl, type FlowOwner } from "./_flow_control.ts";
import { lossBy, LOST_WRITES_TO_WARN, type TransportHost } from "./_transport_host.ts";
import { WriteTransport } from "./transports.ts";

/** The message of every error of writing. */
export const WRITE_FAILED = "Fatal write error on pipe transport";

/**
 * What writing into a pipe is, however the pipe is had: by its descriptor, or as a stream of the host's.
 *
 * CPython: Lib/asyncio/unix_events.py, _UnixWritePipeTransport.
 *
 * Invariants: what is lost is closing, and what is closing takes no more bytes.
 */
export abstract class PipeWriter extends WriteTransport implements FlowOwner {
  protected readonly host: TransportHost;
  protected readonly buffer: ByteQueue = new ByteQueue();
  protected readonly flow: FlowControl = new FlowControl(this);
  protected closing = false;
  protected lost = false;
  readonly #pipe: unknown;
  #protocol: BaseProtocol;
  /** The number of writes that went nowhere. */
  #ignored = 0;

  constructor(host: TransportHost, pipe: unknown, protocol: BaseProtocol) {
    super();
    this.host = host;
    this.#pipe = pipe;
    this.#protocol = protocol;
  }

  /** Writes bytes, or keeps what has to wait: a copy of it, unless the bytes are ours. */
  protected abstract put(bytes: Uint8Array, ours: boolean): void;
  /** All is written, and no more will come: closes the pipe. */
  protected abstract finish(): void;
  /** Closes the pipe at once, and drops what waits, unless it is lost. */
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

  override write(data: Uint8Array | string): void {
    const bytes = toBytes(data);
    if (bytes.length === 0) return;
    // The caller may write into its bytes again. Those of a string are ours.
    if (!this.closing) this.put(bytes, bytes !== data);
    else if (this.#ignored++ >= LOST_WRITES_TO_WARN) {
      console.warn("pipe closed by peer or os.write(pipe, data) raised exception.");
    }
  }

  override canWriteEof(): boolean {
    return true;
  }

  override writeEof(): void {
    if (this.closing) return;
    this.closing = true;
    if (this.getWriteBufferSize() === 0) this.finish();
  }

  override getWriteBufferSize(): number {
    return this.buffer.length;
  }

  override getWriteBufferLimits(): readonly [low: number, high: number] {
    return this.flow.limits;
  }

  override setWriteBufferLimits(high?: number | null, low?: number | null): void {
    this.flow.setLimits(high, low, this.getWriteBufferSize());
  }

  override isClosing(): boolean {
    return this.closing;
  }

  /** A pipe has one end only: to end what is written is to close it. */
  override close(): void {
    this.writeEof();
  }

  override abort(): void {
    this.breakOff(null);
  }

  /** Writing has failed. */
  protected fail(error: unknown): void {
    if (error instanceof KeyboardInterrupt) throw error;
    if (this.lost) return;
    if (!(error instanceof OSError)) this.report(WRITE_FAILED, error);
    this.breakOff(lossBy(error, WRITE_FAILED));
  }

  report(message: string, exception: unknown): void {
    const protocol = this.#protocol;
    this.host.callExceptionHandler({ message, exception, transport: this, protocol });
  }
}
