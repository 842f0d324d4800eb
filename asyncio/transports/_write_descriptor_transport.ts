// Copyright 2026 the asyncio authors. MIT license.

import type { NonBlockingPipe } from "../../selectors/mod.ts";
import { type Future, inspectAsText } from "../../coroutines/mod.ts";
import { brokenPipe } from "../_net.ts";
import type { BaseProtocol } from "./base.ts";
import { PipeWriter } from "./_pipe_writer.ts";
import { type Leftover, type TransportHost, wake } from "./_transport_host.ts";

/**
 * A transport that writes into a pipe, a socket or a character device by its descriptor.
 *
 * Invariants: the loop watches the descriptor for writing exactly while `#buffer` is not empty, and, but
 * for a device, for reading as long as the transport is open: so it hears when nobody reads any more.
 * `connectionLost` is called once, after `#lost` is set, and then the descriptor is closed.
 */
export class WriteDescriptorTransport extends PipeWriter implements Leftover {
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
      if (!this.#pipe.isDevice && !this.closing) {
        this.#watch(() => this.host.addReader(this.#fd, this.#readerHasGone));
      }
      wake(waiter);
    }
  }

  /** The system may not be able to watch it: there are devices that it cannot. */
  #watch(begin: () => void): void {
    try {
      begin();
    } catch (error) {
      this.fail(error);
    }
  }

  readonly #readerHasGone = (): void => {
    this.breakOff(this.buffer.length > 0 ? brokenPipe() : null);
  };

  protected override put(bytes: Uint8Array, ours: boolean): void {
    const sent = this.buffer.length === 0 ? this.#tryWrite(bytes) : 0;
    if (this.lost || sent === bytes.length) return;
    if (this.buffer.length === 0) {
      this.#watch(() => this.host.addWriter(this.#fd, this.#write));
      if (this.lost) return;
    }
    const rest = bytes.subarray(sent);
    this.buffer.push(ours ? rest : new Uint8Array(rest));
    this.flow.grown(this.buffer.length);
  }

  /** Writes what can be written now. Returns how much that is. */
  #tryWrite(bytes: Uint8Array): number {
    try {
      return this.#pipe.tryWrite(bytes) ?? 0;
    } catch (error) {
      this.fail(error);
      return 0;
    }
  }

  readonly #write = (): void => {
    const buffer = this.buffer;
    while (buffer.length > 0) {
      const sent = this.#tryWrite(buffer.front);
      if (this.lost) return;
      if (sent === 0) break;
      buffer.drop(sent);
    }
    if (buffer.length === 0) this.host.removeWriter(this.#fd);
    this.flow.shrunk(buffer.length); // May write more.
    if (!this.lost && this.closing && buffer.length === 0) this.#scheduleLoss(null);
  };

  protected override finish(): void {
    this.#scheduleLoss(null);
  }

  protected override breakOff(error: unknown): void {
    if (this.lost) return;
    this.closing = true;
    this.#scheduleLoss(error);
  }

  #scheduleLoss(error: unknown): void {
    this.lost = true;
    this.#end();
    this.host.callSoon(() => this.#lose(error));
  }

  /** Nothing is watched any more, nor kept. */
  #end(): void {
    if (this.buffer.length > 0) this.host.removeWriter(this.#fd);
    this.buffer.clear();
    this.host.removeReader(this.#fd);
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
    this.lost = true;
    this.closing = true;
    this.#end();
    this.#pipe.close();
  }

  /** Python's repr. */
  override toString(): string {
    const state = this.#pipe.fileno() < 0 ? " closed" : this.closing ? " closing" : "";
    const write = this.buffer.length > 0 ? "polling" : "idle";
    return `<WritePipeTransport${state} fd=${this.#fd} ${write}, bufsize=${this.buffer.length}>`;
  }
}
