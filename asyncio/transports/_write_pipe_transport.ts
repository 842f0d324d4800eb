// Copyright 2026 the asyncio authors. MIT license.

import { OSError } from "../../selectors/mod.ts";
import { type Future, inspectAsText } from "../../coroutines/mod.ts";
import type { BaseProtocol } from "./base.ts";
import { ByteQueue } from "./_byte_queue.ts";
import { toBytes } from "./_bytes.ts";
import { FlowControl, type FlowOwner } from "./_flow_control.ts";
import {
  type Leftover,
  lossBy,
  LOST_WRITES_TO_WARN,
  type TransportHost,
  wake,
  watch,
} from "./_transport_host.ts";
import { WriteTransport } from "./transports.ts";

/** What goes into the pipe at once, in bytes: as many as a pipe of Linux holds. */
const MAX_WRITE = 64 * 1024;

/** Fewer bytes than this go in an array of their own. */
const SMALL_WRITE = 4096;

/**
 * A transport that writes into a stream of the host's: what a child process reads, say.
 *
 * CPython: Lib/asyncio/unix_events.py, _UnixWritePipeTransport.
 *
 * Invariants: at most one write is in flight, of `#inFlight` bytes, and one is whenever the buffer is
 * not empty; `#block` belongs to it. `connectionLost` is called once, after `#lost` is set; what is
 * lost is closing. When it is called with `null` after a `close()`, the other end has everything.
 */
export class WritePipeTransport extends WriteTransport implements FlowOwner, Leftover {
  readonly #host: TransportHost;
  readonly #pipe: WritableStream<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #buffer = new ByteQueue();
  readonly #flow: FlowControl = new FlowControl(this);
  #protocol: BaseProtocol;
  readonly #reuses: boolean;
  #inFlight = 0;
  /** Where bytes wait to be written, again and again: to make a large array costs more than to fill it. */
  #block: Uint8Array | null = null;
  #closing = false;
  #lost = false;
  /** The number of writes that went nowhere. */
  #ignored = 0;
  #endWatch: () => void = () => {};

  static {
    inspectAsText(this.prototype);
  }

  /**
   * @param reuses Whether the pipe is done with the bytes when they are written: those of the host's
   *   are, others may hand them on.
   */
  constructor(
    host: TransportHost,
    pipe: WritableStream<Uint8Array>,
    protocol: BaseProtocol,
    waiter: Future<void> | null,
    reuses = false,
  ) {
    super();
    this.#host = host;
    this.#reuses = reuses;
    this.#pipe = pipe;
    this.#writer = pipe.getWriter();
    this.#protocol = protocol;
    host.attach(this, this);
    // The other end may go while nothing is written.
    this.#writer.closed.then(
      () => {},
      (error) => this.#post(() => this.#fail(error, "Fatal write error on pipe transport")),
    );
    host.callSoon(() => this.#start(waiter));
  }

  #start(waiter: Future<void> | null): void {
    if (!this.#lost) this.#endWatch = watch(this.#host, this.#writer.closed);
    try {
      this.#protocol.connectionMade(this);
    } finally {
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

  #post(fn: () => void): void {
    if (!this.#host.isClosed()) this.#host.callSoon(fn);
  }

  // Sending.

  override write(data: Uint8Array | string): void {
    const bytes = toBytes(data);
    if (bytes.length === 0) return;
    if (this.#closing) return this.#ignore();
    const sent = this.#inFlight === 0 ? this.#sendFirst(bytes) : 0;
    if (sent < bytes.length) {
      const rest = bytes.subarray(sent);
      this.#buffer.push(bytes === data ? new Uint8Array(rest) : rest);
    }
    this.#flow.grown(this.getWriteBufferSize());
  }

  #ignore(): void {
    if (this.#ignored++ >= LOST_WRITES_TO_WARN) {
      console.warn("pipe closed by peer or os.write(pipe, data) raised exception.");
    }
  }

  /** Nothing is in flight, nothing waits: sends what can go at once. Returns how much that is. */
  #sendFirst(bytes: Uint8Array): number {
    const size = Math.min(bytes.length, MAX_WRITE);
    const room = this.#room(size);
    room.set(size === bytes.length ? bytes : bytes.subarray(0, size));
    this.#startWrite(room);
    return size;
  }

  #send(): void {
    if (this.#inFlight > 0 || this.#buffer.length === 0) return;
    const room = this.#room(Math.min(this.#buffer.length, MAX_WRITE));
    this.#buffer.moveTo(room);
    this.#startWrite(room);
  }

  /** An array of a size, that nobody uses. */
  #room(size: number): Uint8Array {
    if (!this.#reuses || size <= SMALL_WRITE) return new Uint8Array(size);
    return (this.#block ??= new Uint8Array(MAX_WRITE)).subarray(0, size);
  }

  #startWrite(bytes: Uint8Array): void {
    this.#inFlight = bytes.length;
    this.#writer.write(bytes).then(
      () => this.#post(() => this.#sent()),
      (error) => this.#post(() => this.#fail(error, "Fatal write error on pipe transport")),
    );
  }

  #sent(): void {
    this.#inFlight = 0;
    if (this.#lost) return;
    this.#send();
    this.#flow.shrunk(this.getWriteBufferSize()); // May write more.
    if (this.#closing && this.getWriteBufferSize() === 0) this.#finish();
  }

  override canWriteEof(): boolean {
    return true;
  }

  override writeEof(): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.getWriteBufferSize() === 0) this.#finish();
  }

  override getWriteBufferSize(): number {
    return this.#buffer.length + this.#inFlight;
  }

  override getWriteBufferLimits(): readonly [low: number, high: number] {
    return this.#flow.limits;
  }

  override setWriteBufferLimits(high?: number | null, low?: number | null): void {
    this.#flow.setLimits(high, low, this.getWriteBufferSize());
  }

  // Closing.

  override isClosing(): boolean {
    return this.#closing;
  }

  /** A pipe has one end only: to end what is written is to close it. */
  override close(): void {
    this.writeEof();
  }

  #finish(): void {
    this.#writer.close().then(
      () => this.#post(() => this.#lose(null)),
      (error) => this.#post(() => this.#fail(error, "Fatal write error on pipe transport")),
    );
  }

  override abort(): void {
    this.#breakOff(null);
  }

  /** Closes it at once because of an error, of which the protocol hears. */
  forceClose(error: unknown): void {
    this.#breakOff(error);
  }

  #fail(error: unknown, message: string): void {
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
    this.#lost = true;
    this.#closing = true;
    this.#buffer.clear();
    this.#writer.abort().catch(() => {});
    this.#host.callSoon(() => this.#end(error));
  }

  #lose(error: unknown): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#end(error);
  }

  #end(error: unknown): void {
    this.#endWatch();
    this.#host.detach(this);
    this.#protocol.connectionLost(error);
  }

  /** The loop is closed. */
  abandon(): void {
    this.#lost = true;
    this.#closing = true;
    this.#endWatch();
    this.#buffer.clear();
    this.#writer.abort().catch(() => {});
  }

  /** Python's repr. */
  override toString(): string {
    const state = this.#lost ? " closed" : this.#closing ? " closing" : "";
    const write = this.#inFlight > 0 ? "polling" : "idle";
    return `<WritePipeTransport${state} ${write}, bufsize=${this.getWriteBufferSize()}>`;
  }
}
