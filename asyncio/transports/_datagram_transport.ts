// Copyright 2026 the asyncio authors. MIT license.

import type { NonBlockingSocket, SocketAddress } from "../../selectors/mod.ts";
import { type Future, inspectAsText, KeyboardInterrupt } from "../../coroutines/mod.ts";
import { OSError, ValueError } from "../../selectors/mod.ts";
import { unmapped } from "./_addresses.ts";
import type { BaseProtocol } from "./base.ts";
import { toBytes } from "./_bytes.ts";
import type { ExtraInfo } from "./extra_info.ts";
import { FlowControl, type FlowOwner } from "./_flow_control.ts";
import type { InetAddress } from "./inet_address.ts";
import type { DatagramProtocol } from "./protocols.ts";
import {
  type Leftover,
  lossBy,
  LOST_WRITES_TO_WARN,
  type TransportHost,
  wake,
} from "./_transport_host.ts";
import { TransportSocket } from "./transport_socket.ts";
import { DatagramTransport } from "./transports.ts";

/** The longest datagram that is received, in bytes. */
const MAX_RECEIVE = 256 * 1024;

/** So many datagrams are received before others get their turn. */
const MAX_IN_A_ROW = 32;

/** What a datagram that waits counts for besides its bytes. */
const HEADER_SIZE = 8;

/** A datagram that waits for room. */
interface Waiting {
  readonly data: Uint8Array;
  readonly address: SocketAddress | null;
}

/** What a transport may be told about its socket. */
export interface SocketDatagramTransportOptions {
  /** The one address that everything is sent to. */
  address?: SocketAddress | null | undefined;
  /** Told when the protocol has heard of the transport. */
  waiter?: Future<void> | undefined;
}

/**
 * A transport of datagrams over a non-blocking socket and a loop that watches it.
 *
 * CPython: Lib/asyncio/selector_events.py, _SelectorDatagramTransport.
 *
 * Invariants: the loop watches for reading while not closing, and for writing exactly while something
 * is in `#waiting`. `connectionLost` is called once, after `#lost` has become positive.
 */
export class SocketDatagramTransport<A extends SocketAddress = InetAddress>
  extends DatagramTransport<A>
  implements FlowOwner, Leftover {
  readonly #host: TransportHost;
  readonly #sock: NonBlockingSocket;
  readonly #fd: number;
  readonly #address: SocketAddress | null;
  readonly #peername: SocketAddress | undefined;
  readonly #sockname: SocketAddress | undefined;
  readonly #flow: FlowControl = new FlowControl(this);
  #protocol: BaseProtocol;
  #waiting: Waiting[] = [];
  #size = 0;
  #following = false;
  #closing = false;
  /** 0 while open; then the number of datagrams that went nowhere, and one. */
  #lost = 0;

  static {
    inspectAsText(this.prototype);
  }

  constructor(
    host: TransportHost,
    sock: NonBlockingSocket,
    protocol: BaseProtocol,
    { address = null, waiter }: SocketDatagramTransportOptions = {},
  ) {
    super();
    this.#host = host;
    this.#sock = sock;
    this.#fd = sock.fileno();
    this.#protocol = protocol;
    this.#address = address;
    this.#peername = known(() => sock.getpeername());
    this.#sockname = known(() => unmapped(sock.getsockname()));
    host.attach(this.#fd, this);
    host.callSoon(() => this.#start(waiter));
  }

  #start(waiter: Future<void> | undefined): void {
    try {
      this.#protocol.connectionMade(this);
    } finally {
      if (!this.#closing) this.#host.addReader(this.#sock, this.#receive);
      wake(waiter);
    }
  }

  override getExtraInfo<K extends keyof ExtraInfo<A>>(name: K): ExtraInfo<A>[K];
  override getExtraInfo(name: string, fallback?: unknown): unknown;
  override getExtraInfo(name: string, fallback?: unknown): unknown {
    if (name === "peername") return this.#peername ?? fallback;
    if (name === "sockname") return this.#sockname ?? fallback;
    return name === "socket" ? new TransportSocket(this.#sock) : fallback;
  }

  override setProtocol(protocol: BaseProtocol): void {
    this.#protocol = protocol;
  }

  override getProtocol(): BaseProtocol {
    return this.#protocol;
  }

  get #listener(): DatagramProtocol {
    return this.#protocol as DatagramProtocol;
  }

  // Receiving.

  readonly #receive = (): void => {
    for (let i = 0; i < MAX_IN_A_ROW && !this.#closing; i++) {
      let received;
      try {
        received = this.#sock.tryRecvfrom(MAX_RECEIVE);
      } catch (error) {
        return this.#failOrTell(error, "Fatal read error on datagram transport");
      }
      if (received === null) return;
      const [data, address] = received;
      const sender = address === null ? this.#peername! : unmapped(address);
      this.#listener.datagramReceived(data, sender);
    }
  };

  // Sending.

  override sendto(data: Uint8Array | string, address: SocketAddress | null = null): void {
    const bytes = toBytes(data);
    const to = this.#checkAddress(address);
    if (this.#lost > 0 && this.#address !== null) return this.#ignore();
    if (this.#lost > 0) return;
    if (this.#waiting.length === 0 && this.#trySend(bytes, to)) return this.#grown();
    if (this.#lost > 0) return;
    if (this.#waiting.length === 0) this.#host.addWriter(this.#sock, this.#sendWaiting);
    this.#waiting.push({ data: bytes === data ? new Uint8Array(bytes) : bytes, address: to });
    this.#size += bytes.length + HEADER_SIZE;
    this.#flow.grown(this.getWriteBufferSize());
  }

  #checkAddress(address: SocketAddress | null): SocketAddress | null {
    const fixed = this.#address;
    if (fixed === null) return address;
    if (address !== null && String(address) !== String(fixed)) {
      throw new ValueError(`Invalid address: must be None or ${JSON.stringify(fixed)}`);
    }
    return fixed;
  }

  #ignore(): void {
    if (this.#lost++ >= LOST_WRITES_TO_WARN) console.warn("socket.send() raised exception.");
  }

  /** Sends a datagram. Returns `false` if it has to wait. One that cannot be sent at all is dropped. */
  #trySend(data: Uint8Array, address: SocketAddress | null): boolean {
    try {
      const connected = this.#peername !== undefined || address === null;
      const sent = connected ? this.#sock.trySend(data) : this.#sock.trySendto(data, address);
      return sent !== null;
    } catch (error) {
      this.#failOrTell(error, "Fatal write error on datagram transport");
      return true;
    }
  }

  readonly #sendWaiting = (): void => {
    let sent = 0;
    for (const { data, address } of this.#waiting) {
      if (!this.#trySend(data, address)) break;
      if (this.#lost > 0) return;
      sent++;
      this.#size -= data.length + HEADER_SIZE;
    }
    this.#waiting.splice(0, sent);
    if (this.#waiting.length === 0) this.#host.removeWriter(this.#sock);
    this.#flow.shrunk(this.getWriteBufferSize()); // May send more.
    if (this.#waiting.length > 0) return;
    if (this.#sock.unsent > 0) {
      if (this.#flow.paused || this.#closing) this.#follow();
    } else if (this.#closing && this.#lost === 0) this.#lose(null, false);
  };

  #grown(): void {
    this.#flow.grown(this.getWriteBufferSize());
    if (this.#flow.paused) this.#follow();
  }

  /**
   * Has the socket tell when the system has what it took, or as much of it as lets a protocol go on
   * that was paused.
   */
  #follow(): void {
    if (this.#following || this.#sock.unsent === 0) return;
    this.#following = true;
    const [low] = this.#flow.limits;
    const atMost = this.#flow.paused ? Math.max(0, low - this.#size) : 0;
    this.#sock.whenSent((error) => {
      this.#following = false;
      if (!this.#host.isClosed()) this.#host.callSoon(() => this.#followed(error));
    }, atMost);
  }

  #followed(error: Error | null): void {
    if (this.#lost > 0) return;
    if (error !== null) this.#failOrTell(error, "Fatal write error on datagram transport");
    this.#flow.shrunk(this.getWriteBufferSize());
    if (this.#lost > 0 || this.#waiting.length > 0) return;
    if (this.#sock.unsent === 0) {
      if (this.#closing) this.#lose(null, false);
    } else if (this.#flow.paused || this.#closing) this.#follow();
  }

  /** How many bytes wait to be sent, and a little for each datagram. */
  getWriteBufferSize(): number {
    return this.#size + this.#sock.unsent;
  }

  /** The marks, low and high, between which the protocol is paused and resumed. */
  getWriteBufferLimits(): readonly [low: number, high: number] {
    return this.#flow.limits;
  }

  /** Sets the marks. */
  setWriteBufferLimits(high?: number | null, low?: number | null): void {
    this.#flow.setLimits(high, low, this.getWriteBufferSize());
  }

  // Closing.

  override isClosing(): boolean {
    return this.#closing;
  }

  override close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#host.removeReader(this.#sock);
    if (this.#waiting.length > 0) return;
    if (this.#sock.unsent > 0) this.#follow();
    else this.#scheduleLoss(null, false);
  }

  override abort(): void {
    this.#breakOff(null);
  }

  /** Datagrams get lost: what the system says of one is told, and the transport goes on. */
  #failOrTell(error: unknown, message: string): void {
    if (error instanceof KeyboardInterrupt) throw error;
    if (error instanceof OSError) return this.#listener.errorReceived(error);
    this.report(message, error);
    this.#breakOff(lossBy(error, message));
  }

  report(message: string, exception: unknown): void {
    const protocol = this.#protocol;
    this.#host.callExceptionHandler({ message, exception, transport: this, protocol });
  }

  #breakOff(error: unknown): void {
    if (this.#lost > 0) return;
    this.#drop();
    this.#scheduleLoss(error, true);
  }

  #drop(): void {
    if (this.#waiting.length > 0) this.#host.removeWriter(this.#sock);
    this.#waiting = [];
    this.#size = 0;
    if (!this.#closing) this.#host.removeReader(this.#sock);
    this.#closing = true;
  }

  #scheduleLoss(error: unknown, abort: boolean): void {
    this.#lost = 1;
    this.#host.callSoon(() => this.#lose(error, abort));
  }

  #lose(error: unknown, abort: boolean): void {
    if (this.#lost === 0) this.#lost = 1;
    try {
      this.#protocol.connectionLost(error);
    } finally {
      this.#release(abort);
    }
  }

  #release(abort: boolean): void {
    this.#host.detach(this.#fd);
    if (abort) this.#sock.abort();
    else this.#sock.close();
  }

  /** The loop is closed. */
  abandon(): void {
    this.#drop();
    this.#lost = 1;
    this.#release(true);
  }

  /** Python's repr. */
  override toString(): string {
    const state = this.#sock.fileno() < 0 ? " closed" : this.#closing ? " closing" : "";
    const read = this.#closing ? "idle" : "polling";
    const write = this.#waiting.length > 0 ? "polling" : "idle";
    return `<SocketDatagramTransport${state} fd=${this.#fd} read=${read} ` +
      `write=<${write}, bufsize=${this.getWriteBufferSize()}>>`;
  }
}

function known(address: () => SocketAddress): SocketAddress | undefined {
  try {
    return address();
  } catch {
    return undefined;
  }
}
