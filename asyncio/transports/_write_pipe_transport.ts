// Copyright 2026 the asyncio authors. MIT license.

import { type Future, inspectAsText } from "../../coroutines/mod.ts";
import type { BaseProtocol } from "./base.ts";
import { PipeWriter } from "./_pipe_writer.ts";
import { type Leftover, type TransportHost, wake, watch } from "./_transport_host.ts";

/** What goes into the pipe at once, in bytes: as many as a pipe of Linux holds. */
const MAX_WRITE = 64 * 1024;

/** Fewer bytes than this go in an array of their own. */
const SMALL_WRITE = 4096;

/**
 * A transport that writes into a stream of the host's: what a child process reads, say.
 *
 * Invariants: at most one write is in flight, of `#inFlight` bytes, and one is whenever the buffer is
 * not empty; `#block` belongs to it. `connectionLost` is called once, after `#lost` is set; what is
 * lost is closing. When it is called with `null` after a `close()`, the other end has everything.
 */
export class WritePipeTransport extends PipeWriter implements Leftover {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reuses: boolean;
  #inFlight = 0;
  /** Where bytes wait to be written, again and again: to make a large array costs more than to fill it. */
  #block: Uint8Array | null = null;
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
    super(host, pipe, protocol);
    this.#reuses = reuses;
    this.#writer = pipe.getWriter();
    host.attach(this, this);
    // The other end may go while nothing is written.
    this.#writer.closed.then(
      () => {},
      (error) => this.#post(() => this.fail(error)),
    );
    host.callSoon(() => this.#start(waiter));
  }

  #start(waiter: Future<void> | null): void {
    if (!this.lost) this.#endWatch = watch(this.host, this.#writer.closed);
    try {
      this.getProtocol().connectionMade(this);
    } finally {
      wake(waiter);
    }
  }

  #post(fn: () => void): void {
    if (!this.host.isClosed()) this.host.callSoon(fn);
  }

  // Sending.

  protected override put(bytes: Uint8Array, ours: boolean): void {
    const sent = this.#inFlight === 0 ? this.#sendFirst(bytes) : 0;
    if (sent < bytes.length) {
      const rest = bytes.subarray(sent);
      this.buffer.push(ours ? rest : new Uint8Array(rest));
    }
    this.flow.grown(this.getWriteBufferSize());
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
    if (this.#inFlight > 0 || this.buffer.length === 0) return;
    const room = this.#room(Math.min(this.buffer.length, MAX_WRITE));
    this.buffer.moveTo(room);
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
      (error) => this.#post(() => this.fail(error)),
    );
  }

  #sent(): void {
    this.#inFlight = 0;
    if (this.lost) return;
    this.#send();
    this.flow.shrunk(this.getWriteBufferSize()); // May write more.
    if (this.closing && this.getWriteBufferSize() === 0) this.finish();
  }

  override getWriteBufferSize(): number {
    return this.buffer.length + this.#inFlight;
  }

  // Closing.

  protected override finish(): void {
    this.#writer.close().then(
      () => this.#post(() => this.#lose(null)),
      (error) => this.#post(() => this.fail(error)),
    );
  }

  /** Closes it at once because of an error, of which the protocol hears. */
  forceClose(error: unknown): void {
    this.breakOff(error);
  }

  protected override breakOff(error: unknown): void {
    if (this.lost) return;
    this.lost = true;
    this.closing = true;
    this.buffer.clear();
    this.#writer.abort().catch(() => {});
    this.host.callSoon(() => this.#end(error));
  }

  #lose(error: unknown): void {
    if (this.lost) return;
    this.lost = true;
    this.#end(error);
  }

  #end(error: unknown): void {
    this.#endWatch();
    this.host.detach(this);
    this.getProtocol().connectionLost(error);
  }

  /** The loop is closed. */
  abandon(): void {
    this.lost = true;
    this.closing = true;
    this.#endWatch();
    this.buffer.clear();
    this.#writer.abort().catch(() => {});
  }

  /** Python's repr. */
  override toString(): string {
    const state = this.lost ? " closed" : this.closing ? " closing" : "";
    const write = this.#inFlight > 0 ? "polling" : "idle";
    return `<WritePipeTransport${state} ${write}, bufsize=${this.getWriteBufferSize()}>`;
  }
}
