// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "../../selectors/mod.ts";
import {
  type Future,
  inspectAsText,
  KeyboardInterrupt,
  NotImplementedError,
  RuntimeError,
  TimeoutError,
} from "../../coroutines/mod.ts";
import { connectionAborted, connectionLost } from "../_net.ts";
import type { BaseProtocol } from "./base.ts";
import { toBytes } from "./_bytes.ts";
import { giveTo } from "./_delivery.ts";
import type { ExtraInfo } from "./extra_info.ts";
import { FlowControl, type FlowOwner } from "./_flow_control.ts";
import type { InetAddress } from "./inet_address.ts";
import type { NodeTls } from "./_node_tls.ts";
import { Protocol } from "./protocols.ts";
import { SSLObject } from "./ssl_object.ts";
import { TlsChannel, type TlsListener } from "./_tls_channel.ts";
import type { TlsSide } from "./tls_options.ts";
import {
  lossBy,
  LOST_WRITES_TO_WARN,
  sendfileInProgress,
  type TransportHost,
  wake,
} from "./_transport_host.ts";
import { Transport } from "./transports.ts";

/** Writing is paused when more than this many bytes wait to be encrypted, unless set otherwise. */
const HIGH_WATER = 512 * 1024;

enum State {
  /** Nothing below it yet. */
  New,
  /** The two ends agree on how to encrypt. The protocol knows of nothing. */
  Handshake,
  /** Bytes go to and fro. */
  Open,
  /** No more is written; what was goes out, and the other end is to say that it has done, too. */
  Closing,
  /** The transport below is to tell that it is gone. */
  Closed,
  /** It is gone. */
  Lost,
}

/** What a TLS transport is made of. */
export interface TlsTransportParts {
  readonly modules: NodeTls;
  readonly side: TlsSide;
  /** Told when the handshake is through, or why it is not. */
  readonly waiter: Future<void> | null;
  /** Whether the protocol is to be told of the connection: not if it knows it already. */
  readonly callConnectionMade: boolean;
}

/**
 * A transport that encrypts, over any other transport: {@linkcode TlsTransport.below} is the protocol
 * of that one.
 *
 * CPython: Lib/asyncio/sslproto.py, SSLProtocol and _SSLProtocolTransport.
 *
 * Invariants: the state only goes down its list. `connectionLost` is called once, if `connectionMade`
 * was or need not be. The channel tells what happens from outside of the loop; it is queued, and looked
 * at in the loop, in its order. While paused nothing is taken from below, so that what is kept here is
 * no more than what had been taken.
 */
export class TlsTransport<A extends SocketAddress = InetAddress> extends Transport<A>
  implements FlowOwner, TlsListener {
  readonly #host: TransportHost;
  readonly #parts: TlsTransportParts;
  readonly #flow: FlowControl = new FlowControl(this, HIGH_WATER);
  /** The protocol of the transport below. */
  readonly below: Protocol = new Below(this);
  #protocol: BaseProtocol;
  #waiter: Future<void> | null;
  /** Whether the protocol knows of the connection, and has to hear of its end. */
  #known: boolean;
  #state = State.New;
  #lower: Transport<A> | null = null;
  #channel: TlsChannel | null = null;
  #sslObject: SSLObject | null = null;
  #timer: { cancel(): void } | null = null;
  #paused = false;
  #lowerPaused = false;
  #closing = false;
  /** What was decrypted while reading was paused. */
  #kept: Uint8Array<ArrayBuffer>[] = [];
  /** The other end sends no more; whether the protocol knows; whether it has been told so itself. */
  #ended = false;
  #finished = false;
  #lostWrites = 0;
  /** Set by who sends a file: others must not write meanwhile. */
  isSendingFile = false;

  static {
    inspectAsText(this.prototype);
  }

  constructor(host: TransportHost, protocol: BaseProtocol, parts: TlsTransportParts) {
    super();
    this.#host = host;
    this.#protocol = protocol;
    this.#parts = parts;
    this.#waiter = parts.waiter;
    this.#known = !parts.callConnectionMade;
  }

  // What the transport below tells. In the loop.

  lowerMade(lower: Transport<A>): void {
    this.#lower = lower;
    this.#state = State.Handshake;
    lower.pauseReading();
    const { side, modules } = this.#parts;
    const seconds = side.handshakeTimeout;
    this.#timer = this.#host.loop.callLater(seconds, () => this.#handshakeTimedOut(seconds));
    try {
      this.#channel = new TlsChannel(modules, side, this, () => this.#post(() => this.#begin()));
    } catch (error) {
      this.#break(error);
    }
  }

  #begin(): void {
    if (this.#state < State.Closed && !this.#paused) this.#lower!.resumeReading();
  }

  lowerReceived(data: Uint8Array): void {
    if (this.#state < State.Closed) this.#channel!.feed(data);
  }

  lowerEnded(): void {
    if (this.#state >= State.Closed) return;
    this.#channel!.feedEof();
    if (this.#state !== State.Handshake) return;
    // Its last message may have come with the end: what it says is told first.
    this.#parts.modules.process.nextTick(() => this.#post(() => this.#endHandshake()));
  }

  #endHandshake(): void {
    if (this.#state === State.Handshake) this.#break(connectionLost());
  }

  lowerPauses(): void {
    this.#lowerPaused = true;
  }

  lowerResumes(): void {
    this.#lowerPaused = false;
    this.#channel?.resumeSending();
  }

  lowerLost(error: unknown): void {
    this.#state = State.Lost;
    this.#closing = true;
    this.#timer?.cancel();
    this.#channel?.destroy();
    this.#kept = [];
    this.#wake(error ?? connectionLost());
    if (this.#known) this.#protocol.connectionLost(error);
  }

  // What the channel tells. Outside of the loop, so it is queued.

  #post(fn: () => void): void {
    if (!this.#host.isClosed()) this.#host.callSoon(fn);
  }

  secured(): void {
    this.#post(() => this.#open());
  }

  decrypted(data: Uint8Array<ArrayBuffer>): void {
    if (!this.#host.isClosed()) this.#host.callSoon(receive, this, data);
  }

  ended(): void {
    this.#post(() => this.#end());
  }

  written(): void {
    if (!this.#flow.paused || this.#channel!.unsent > this.#flow.limits[0]) return;
    this.#post(() => this.#flow.shrunk(this.#channel!.unsent));
  }

  finished(): void {
    this.#post(() => {
      this.#finished = true;
      this.#closeLower();
    });
  }

  failed(error: Error): void {
    this.#post(() => this.#break(error));
  }

  send(data: Uint8Array): boolean {
    if (!this.#lower!.isClosing()) this.#lower!.write(data);
    return !this.#lowerPaused;
  }

  // The handshake.

  #open(): void {
    if (this.#state !== State.Handshake) return;
    this.#state = State.Open;
    this.#timer!.cancel();
    const { callConnectionMade, side: { ssl, serverSide, serverHostname } } = this.#parts;
    const verified = (ssl.verifyMode ?? (serverSide ? "none" : "required")) !== "none";
    const { socket } = this.#channel!;
    this.#sslObject = new SSLObject({ socket, serverSide, serverHostname, verified });
    this.#known = true;
    try {
      if (callConnectionMade) this.#protocol.connectionMade(this);
    } finally {
      this.#wake(null);
    }
  }

  #handshakeTimedOut(seconds: number): void {
    this.#break(connectionAborted(
      `SSL handshake is taking longer than ${seconds} seconds: aborting the connection`,
    ));
  }

  #wake(error: unknown): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    if (error === null) wake(waiter);
    else if (waiter !== null && !waiter.done()) waiter.setException(error);
  }

  // Receiving.

  override isReading(): boolean {
    return !this.#closing && !this.#paused;
  }

  override pauseReading(): void {
    if (!this.isReading()) return;
    this.#paused = true;
    this.#channel?.pause();
    this.#lower?.pauseReading();
  }

  override resumeReading(): void {
    if (this.#closing || !this.#paused) return;
    this.#paused = false;
    this.#post(() => this.#goOnReading());
  }

  #goOnReading(): void {
    const kept = this.#kept;
    this.#kept = [];
    // The protocol may pause again at any of them.
    for (const data of kept) this.#receive(data);
    if (this.#paused || this.#state >= State.Closed) return;
    this.#channel?.resume();
    this.#lower?.resumeReading();
    if (this.#ended) this.#tellEnd();
  }

  /** Hands on what was decrypted. As a function, so that it is no closure for each. */
  static receive(transport: TlsTransport<SocketAddress>, data: Uint8Array<ArrayBuffer>): void {
    transport.#receive(data);
  }

  #receive(data: Uint8Array<ArrayBuffer>): void {
    if (this.#closing) return;
    if (this.#paused) this.#kept.push(data);
    else giveTo(this.#protocol, data, (message, error) => this.#failIn(message, error));
  }

  #end(): void {
    this.#ended = true;
    if (!this.#paused || this.#closing) this.#tellEnd();
  }

  #tellEnd(): void {
    if (this.#state === State.Open) {
      try {
        if ((this.#protocol as Protocol).eofReceived() === true) {
          console.warn("returning true from eofReceived() has no effect when using ssl");
        }
      } catch (error) {
        return this.#failIn("Error calling eofReceived()", error);
      }
      this.close();
    }
    this.#closeLower();
  }

  // Sending.

  override write(data: Uint8Array | string): void {
    const bytes = toBytes(data);
    if (this.isSendingFile) throw sendfileInProgress("write");
    if (bytes.length === 0) return;
    if (this.#state > State.Open) return this.#ignoreWrite();
    if (this.#state < State.Open) throw new RuntimeError("Cannot write before the handshake");
    this.#channel!.write(bytes);
    this.#flow.grown(this.#channel!.unsent);
  }

  #ignoreWrite(): void {
    if (this.#lostWrites++ >= LOST_WRITES_TO_WARN) console.warn("SSL connection is closed");
  }

  override canWriteEof(): boolean {
    return false;
  }

  override writeEof(): void {
    throw new NotImplementedError("TLS has no half-closed connections");
  }

  override getWriteBufferSize(): number {
    return (this.#channel?.unsent ?? 0) + (this.#lower?.getWriteBufferSize() ?? 0);
  }

  override getWriteBufferLimits(): readonly [low: number, high: number] {
    return this.#flow.limits;
  }

  override setWriteBufferLimits(high?: number | null, low?: number | null): void {
    const given = high === undefined && low === undefined ? HIGH_WATER : high;
    this.#flow.setLimits(given, low, this.#channel?.unsent ?? 0);
  }

  /** Whether the protocol has been told to write no more for now. */
  get isWritingPaused(): boolean {
    return this.#flow.paused;
  }

  // Closing.

  override isClosing(): boolean {
    return this.#closing;
  }

  override close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#kept = [];
    if (this.#state < State.Open) return this.#abandonHandshake();
    this.#state = State.Closing;
    const seconds = this.#parts.side.shutdownTimeout;
    this.#timer = this.#host.loop.callLater(seconds, () => {
      this.#break(new TimeoutError("SSL shutdown timed out"));
    });
    this.#channel!.finish();
    // Until the other end says that it has done. What it sends before is dropped.
    this.#channel!.resume();
    this.#lower!.resumeReading();
  }

  #abandonHandshake(): void {
    if (this.#lower !== null) this.#lower.abort();
    else this.#state = State.Closed;
  }

  /** Both ends have said that they have done. */
  #closeLower(): void {
    if (this.#state !== State.Closing || !this.#ended || !this.#finished) return;
    this.#state = State.Closed;
    this.#timer?.cancel();
    this.#lower!.close();
  }

  override abort(): void {
    if (this.#state >= State.Closed) return;
    this.forceClose(null);
  }

  /** Closes it at once because of an error, of which the protocol hears. */
  forceClose(error: unknown): void {
    this.#closing = true;
    if (this.#state < State.Closed) this.#state = State.Closed;
    this.#timer?.cancel();
    this.#channel?.destroy();
    if (this.#lower === null) return;
    // A transport that cannot say why is at least closed.
    const { forceClose } = this.#lower as { forceClose?(error: unknown): void };
    if (error !== null && forceClose !== undefined) forceClose.call(this.#lower, error);
    else this.#lower.abort();
  }

  /** The channel is broken: an error of the handshake is its waiter's to hear. */
  #break(error: unknown): void {
    if (this.#state >= State.Closed) return;
    if (this.#state < State.Open) this.#wake(error);
    this.forceClose(error);
  }

  #failIn(message: string, error: unknown): void {
    if (error instanceof KeyboardInterrupt) throw error;
    this.report(message, error);
    this.forceClose(lossBy(error, message));
  }

  report(message: string, exception: unknown): void {
    const protocol = this.#protocol;
    this.#host.callExceptionHandler({ message, exception, transport: this, protocol });
  }

  // About it.

  override getExtraInfo<K extends keyof ExtraInfo<A>>(name: K): ExtraInfo<A>[K];
  override getExtraInfo(name: string, fallback?: unknown): unknown;
  override getExtraInfo(name: string, fallback?: unknown): unknown {
    if (name === "sslcontext") return this.#parts.side.ssl;
    if (this.#sslObject !== null) {
      if (name === "ssl_object") return this.#sslObject;
      if (name === "peercert") return this.#sslObject.getpeercert() ?? fallback;
      if (name === "cipher") return this.#sslObject.cipher() ?? fallback;
      if (name === "compression") return fallback;
    }
    return this.#lower === null ? fallback : this.#lower.getExtraInfo(name, fallback);
  }

  override setProtocol(protocol: BaseProtocol): void {
    this.#protocol = protocol;
  }

  override getProtocol(): BaseProtocol {
    return this.#protocol;
  }

  /** Python's repr, with the transport that it stands on. */
  override toString(): string {
    const state = this.#state === State.Lost ? " closed" : this.#closing ? " closing" : "";
    return `<TlsTransport${state} over ${this.#lower}>`;
  }
}

const { receive } = TlsTransport;

/** The protocol of the transport below: passes on what it is told. */
class Below<A extends SocketAddress> extends Protocol {
  readonly #transport: TlsTransport<A>;
  #isOverTls = false;

  constructor(transport: TlsTransport<A>) {
    super();
    this.#transport = transport;
  }

  override connectionMade(lower: Transport<A>): void {
    this.#isOverTls = lower instanceof TlsTransport;
    this.#transport.lowerMade(lower);
  }

  override dataReceived(data: Uint8Array): void {
    this.#transport.lowerReceived(data);
  }

  override eofReceived(): boolean {
    this.#transport.lowerEnded();
    // TLS has no half-closed connections: to ask it for one is to be warned.
    return !this.#isOverTls;
  }

  override connectionLost(error: unknown): void {
    this.#transport.lowerLost(error);
  }

  override pauseWriting(): void {
    this.#transport.lowerPauses();
  }

  override resumeWriting(): void {
    this.#transport.lowerResumes();
  }
}
