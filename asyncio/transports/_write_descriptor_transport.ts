// Copyright 2026 the asyncio authors. MIT license.

import { type NonBlockingPipe, OSError } from "../../selectors/mod.ts";
import { type Future, inspectAsText, KeyboardInterrupt } from "../../coroutines/mod.ts";
import type { BaseProtocol } from "./base.ts";
import { ByteQueue } from "./_byte_queue.ts";
import { toBytes } from "./_bytes.ts";
import { FlowControl, type FlowOwner } from "./_flow_control.ts";
import { brokenPipe } from "../_net.ts";
import {
  type Leftover,
  lossBy,
  LOST_WRITES_TO_WARN,
  type TransportHost,
  wake,
} from "./_transport_host.ts";
import { WriteTransport } from "./transports.ts";

const WRITE_FAILED = "Fatal write error on pipe transport";

/**
 * A transport that writes into a pipe, a socket or a character device by its descriptor.
 *
 * CPython: Lib/asyncio/unix_events.py, _UnixWritePipeTransport.
 *
 * Invariants: the loop watches the descriptor for writing exactly while `#buffer` is not empty, and, but
 * for a device, for reading as long as the transport is open: so it hears when nobody reads any more.
 * `connectionLost` is called once, after `#lost` is set, and then the descriptor is closed.
 */
export class WriteDescriptorTransport extends WriteTransport implements FlowOwner, Leftover {
  readonly #host: TransportHost;
  readonly #pipe: NonBlockingPipe;
  readonly #fd: number;
  readonly #buffer = new ByteQueue();
  readonly #flow: FlowControl = new FlowControl(this);
  #protocol: BaseProtocol;
  #closing = false;
  #lost = false;
  /** The number of writes that went nowhere. */
  #ignored = 0;

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
      if (!this.#pipe.isDevice && !this.#closing) {
        this.#watch(() => this.#host.addReader(this.#fd, this.#readerHasGone));
      }
      wake(waiter);
    }
  }

  /** The system may not be able to watch it: there are devices that it cannot. */
  #watch(begin: () => void): void {
    try {
      begin();
    } catch (error) {
      this.#fail(error, WRITE_FAILED);
    }
  }

  readonly #readerHasGone = (): void => {
    this.#breakOff(this.#buffer.length > 0 ? brokenPipe() : null);
  };

  override getExtraInfo(name: string, fallback?: unknown): never {
    return (name === "pipe" ? this.#fd : fallback) as never;
  }

  override setProtocol(protocol: BaseProtocol): void {
    this.#protocol = protocol;
  }

  override getProtocol(): BaseProtocol {
    return this.#protocol;
  }

  // Sending.

  override write(data: Uint8Array | string): void {
    const bytes = toBytes(data);
    if (bytes.length === 0) return;
    if (this.#closing) return this.#ignore();
    const sent = this.#buffer.length === 0 ? this.#tryWrite(bytes) : 0;
    if (this.#lost || sent === bytes.length) return;
    if (this.#buffer.length === 0) {
      this.#watch(() => this.#host.addWriter(this.#fd, this.#write));
      if (this.#lost) return;
    }
    // The caller may write into its bytes again. Those of a string are ours.
    const rest = bytes.subarray(sent);
    this.#buffer.push(bytes === data ? new Uint8Array(rest) : rest);
    this.#flow.grown(this.#buffer.length);
  }

  #ignore(): void {
    if (this.#ignored++ >= LOST_WRITES_TO_WARN) {
      console.warn("pipe closed by peer or os.write(pipe, data) raised exception.");
    }
  }

  /** Writes what can be written now. Returns how much that is. */
  #tryWrite(bytes: Uint8Array): number {
    try {
      return this.#pipe.tryWrite(bytes) ?? 0;
    } catch (error) {
      this.#fail(error, WRITE_FAILED);
      return 0;
    }
  }

  readonly #write = (): void => {
    const buffer = this.#buffer;
    while (buffer.length > 0) {
      const sent = this.#tryWrite(buffer.front);
      if (this.#lost) return;
      if (sent === 0) break;
      buffer.drop(sent);
    }
    if (buffer.length === 0) this.#host.removeWriter(this.#fd);
    this.#flow.shrunk(buffer.length); // May write more.
    if (!this.#lost && this.#closing && buffer.length === 0) this.#scheduleLoss(null);
  };

  override canWriteEof(): boolean {
    return true;
  }

  override writeEof(): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#buffer.length === 0) this.#scheduleLoss(null);
  }

  override getWriteBufferSize(): number {
    return this.#buffer.length;
  }

  override getWriteBufferLimits(): readonly [low: number, high: number] {
    return this.#flow.limits;
  }

  override setWriteBufferLimits(high?: number | null, low?: number | null): void {
    this.#flow.setLimits(high, low, this.#buffer.length);
  }

  // Closing.

  override isClosing(): boolean {
    return this.#closing;
  }

  /** A pipe has one end only: to end what is written is to close it. */
  override close(): void {
    this.writeEof();
  }

  override abort(): void {
    this.#breakOff(null);
  }

  #fail(error: unknown, message: string): void {
    if (error instanceof KeyboardInterrupt) throw error;
    if (this.#lost) return;
    if (!(error instanceof OSError)) this.report(message, error);
    this.#breakOff(lossBy(error, message));
  }

  report(message: string, exception: unknown): void {
    const protocol = this.#protocol;
    this.#host.callExceptionHandler({ message, exception, transport: this, protocol });
  }

  #breakOff(error: unknown): void {
    if (this.#lost) return;
    this.#closing = true;
    this.#scheduleLoss(error);
  }

  #scheduleLoss(error: unknown): void {
    this.#lost = true;
    this.#end();
    this.#host.callSoon(() => this.#lose(error));
  }

  /** Nothing is watched any more, nor kept. */
  #end(): void {
    if (this.#buffer.length > 0) this.#host.removeWriter(this.#fd);
    this.#buffer.clear();
    this.#host.removeReader(this.#fd);
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
    this.#lost = true;
    this.#closing = true;
    this.#end();
    this.#pipe.close();
  }

  /** Python's repr. */
  override toString(): string {
    const state = this.#pipe.fileno() < 0 ? " closed" : this.#closing ? " closing" : "";
    const write = this.#buffer.length > 0 ? "polling" : "idle";
    return `<WritePipeTransport${state} fd=${this.#fd} ${write}, bufsize=${this.#buffer.length}>`;
  }
}
