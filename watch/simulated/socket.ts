// Copyright 2026 the asyncio authors. MIT license.

import {
  AF_INET,
  BlockingIOError,
  EVENT_READ,
  EVENT_WRITE,
  inspectAsText,
  type NonBlockingSocket,
  SHUT_RD,
  SHUT_WR,
  SOCK_STREAM,
  type SocketAddress,
} from "@asyncio/asyncio/selectors";
import type { Network } from "./network.ts";

/** Bytes that the receiving end has room for. */
const CAPACITY = 65_536;

const ECONNREFUSED = 111;
const EINPROGRESS = 115;

const encoder = new TextEncoder();

/** What a socket is. */
enum Kind {
  New,
  Listening,
  Connected,
  Closed,
}

/**
 * A stream socket of a {@linkcode Network}, non-blocking, with all that transports ask of one.
 *
 * Invariants: `#peer` is set in `Connected` until the other end has closed, `#waiting` is used in
 * `Listening` only, and a closed socket has no descriptor.
 */
export class SimulatedSocket implements NonBlockingSocket {
  readonly family: number = AF_INET;
  readonly type: number = SOCK_STREAM;
  readonly proto: number = 0;
  readonly released: null = null;
  readonly unsent: number = 0;
  readonly #network: Network<SimulatedSocket>;
  #fd: number;
  #kind = Kind.New;
  #own: SocketAddress = ["0.0.0.0", 0];
  #other: SocketAddress = ["0.0.0.0", 0];
  #error: Error | null = null;
  #peer: SimulatedSocket | null = null;
  #waiting: SimulatedSocket[] = [];
  #received: number[] = [];
  /** Whether the other end sends nothing any more. */
  #isAtEnd = false;
  /** Whether this end has said so. */
  #hasEnded = false;

  static {
    inspectAsText(this.prototype);
  }

  /** A socket that is neither bound nor connected. */
  constructor(network: Network<SimulatedSocket>) {
    this.#network = network;
    this.#fd = network.add(this);
  }

  /** The events that it is ready for, as a mask. */
  get readiness(): number {
    const { Listening, Connected } = Kind;
    const hasInput = this.#received.length > 0 || this.#isAtEnd;
    const readable = this.#kind === Listening ? this.#waiting.length > 0 : hasInput;
    const writable = this.#error !== null || this.#kind === Connected && this.#room > 0;
    return (readable ? EVENT_READ : 0) | (writable ? EVENT_WRITE : 0);
  }

  /** How many bytes, or connections, wait to be taken. */
  get pending(): number {
    return this.#kind === Kind.Listening ? this.#waiting.length : this.#received.length;
  }

  get error(): Error | null {
    return this.#error;
  }

  whenSent(callback: (error: Error | null) => void): void {
    callback(null);
  }

  fileno(): number {
    return this.#fd;
  }

  getsockname(): SocketAddress {
    return this.#own;
  }

  getpeername(): SocketAddress {
    if (this.#kind !== Kind.Connected) throw new Error("Not connected (os error 107)");
    return this.#other;
  }

  getsockopt(): number {
    return this.#error === null ? 0 : ECONNREFUSED;
  }

  setsockopt(): void {}

  getblocking(): boolean {
    return false;
  }

  setblocking(_blocking: boolean): void {}

  bind(address: SocketAddress): void {
    const [host, port] = address;
    this.#own = [host ?? "0.0.0.0", port || this.#network.freePort()] as SocketAddress;
  }

  listen(): void {
    if (this.#kind === Kind.Listening) return;
    this.#network.listen(this, Number(this.#own[1]));
    this.#kind = Kind.Listening;
  }

  accept(): [SimulatedSocket, SocketAddress] {
    return this.tryAccept() ?? wouldBlock();
  }

  tryAccept(): [SimulatedSocket, SocketAddress] | null {
    this.#checkOpen();
    const accepted = this.#waiting.shift();
    return accepted === undefined ? null : [accepted, accepted.#other];
  }

  connect(address: SocketAddress): void {
    throw new BlockingIOError("[Errno 115] Operation now in progress", this.connectEx(address));
  }

  /** The connection is made, or refused, at once; but who asked hears of it from the selector. */
  connectEx(address: SocketAddress): number {
    this.#checkOpen();
    const listener = this.#network.listenerAt(address);
    if (listener === undefined) {
      this.#error = new Error("Connection refused (os error 111)");
      this.#network.changed();
      return EINPROGRESS;
    }
    const accepted = new SimulatedSocket(this.#network);
    if (this.#own[1] === 0) this.#own = ["127.0.0.1", this.#network.freePort()] as SocketAddress;
    this.#join(accepted, address);
    accepted.#join(this, this.#own);
    accepted.#own = address;
    listener.#waiting.push(accepted);
    this.#network.changed();
    return EINPROGRESS;
  }

  recv(size: number): Uint8Array<ArrayBuffer> {
    return this.tryRecv(size) ?? wouldBlock();
  }

  tryRecv(size: number): Uint8Array<ArrayBuffer> | null {
    this.#checkOpen();
    if (this.#received.length === 0) return this.#isAtEnd ? new Uint8Array() : null;
    const received = Uint8Array.from(this.#received.splice(0, size));
    this.#network.changed();
    return received;
  }

  recvInto(buffer: Uint8Array): number {
    return this.tryRecvInto(buffer) ?? wouldBlock();
  }

  tryRecvInto(buffer: Uint8Array): number | null {
    const bytes = this.tryRecv(buffer.length);
    if (bytes === null) return null;
    buffer.set(bytes);
    return bytes.length;
  }

  send(data: Uint8Array | string): number {
    return this.trySend(data) ?? wouldBlock();
  }

  trySend(data: Uint8Array | string): number | null {
    this.#checkOpen();
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    if (this.#peer === null || this.#hasEnded) throw new Error("Broken pipe (os error 32)");
    const taken = bytes.subarray(0, this.#room);
    if (taken.length === 0 && bytes.length > 0) return null;
    for (const byte of taken) this.#peer.#received.push(byte);
    this.#network.changed();
    return taken.length;
  }

  recvfrom(size: number): [Uint8Array<ArrayBuffer>, null] {
    return [this.recv(size), null];
  }

  tryRecvfrom(size: number): [Uint8Array<ArrayBuffer>, null] | null {
    const bytes = this.tryRecv(size);
    return bytes === null ? null : [bytes, null];
  }

  sendto(data: Uint8Array | string, _address: SocketAddress): number {
    return this.send(data);
  }

  trySendto(data: Uint8Array | string, _address: SocketAddress): number | null {
    return this.trySend(data);
  }

  shutdown(how: number): void {
    this.#checkOpen();
    if (how !== SHUT_WR) this.#isAtEnd = true;
    if (how === SHUT_RD) return;
    this.#hasEnded = true;
    if (this.#peer !== null) this.#peer.#isAtEnd = true;
    this.#network.changed();
  }

  close(): void {
    if (this.#kind === Kind.Closed) return;
    if (this.#peer !== null) {
      this.#peer.#isAtEnd = true;
      this.#peer.#peer = null;
    }
    for (const unaccepted of this.#waiting.splice(0)) unaccepted.close();
    this.#network.forget(this);
    this.#peer = null;
    this.#kind = Kind.Closed;
    this.#fd = -1;
    this.#network.changed();
  }

  abort(): void {
    this.close();
  }

  /** Python's repr of a socket, as far as it matters here. */
  toString(): string {
    if (this.#kind === Kind.Closed) return "<socket [closed]>";
    const [host, port] = this.#kind === Kind.Connected ? this.#other : this.#own;
    const what = this.#kind === Kind.Listening ? "listens at" : "to";
    return `<socket fd=${this.#fd} ${what} ${host}:${port}>`;
  }

  get #room(): number {
    return this.#peer === null ? 0 : CAPACITY - this.#peer.#received.length;
  }

  #join(peer: SimulatedSocket, address: SocketAddress): void {
    this.#peer = peer;
    this.#other = address;
    this.#kind = Kind.Connected;
  }

  #checkOpen(): void {
    if (this.#kind === Kind.Closed) throw new Error("Bad file descriptor (os error 9)");
  }
}

function wouldBlock(): never {
  throw new BlockingIOError();
}
