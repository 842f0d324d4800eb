// Copyright 2026 the asyncio authors. MIT license.

import { AF_INET6, AF_UNIX } from "../constants.ts";
import type { DatagramPort, DatagramReceiver } from "./_datagram_port.ts";
import { DenoDatagrams, hasDenoDatagrams } from "./_deno_datagrams.ts";
import { type BindOptions, Endpoint } from "./endpoint.ts";
import { EVENT_READ, EVENT_WRITE } from "../events.ts";
import { ValueError } from "../errors.ts";
import { NodeDatagrams } from "./_node_datagrams.ts";
import { connectionAborted, notConnected, notSupported, osError } from "../_os_error.ts";

/** How many bytes may wait to be received or to be sent, as many as Linux allows a socket. */
const MAX_WAITING = 212_992;

/** How many datagrams may. */
const MAX_DATAGRAMS = 1000;

/** The longest datagram over IPv6, in bytes, and over anything else. */
const MAX_SIZE_IPV6 = 65_527;
const MAX_SIZE = 65_507;

/** A datagram, and the address of its other end. */
interface Datagram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly address: Deno.Addr;
}

/** Who is to be told when so many bytes are unsent, or fewer. */
interface Waiter {
  readonly callback: (error: Error | null) => void;
  readonly atMost: number;
}

/**
 * A datagram socket: receives ahead, and sends behind.
 *
 * Invariants: `#port` is opened by `bind`, or when it is first needed: by `connect` or a send.
 * EVENT_READ holds while a datagram waits, or an `#error` that the next who receives is told;
 * EVENT_WRITE unless `MAX_WAITING` bytes or `MAX_DATAGRAMS` wait to be sent. What arrives when as many
 * wait to be received is lost, as it is in the system. The first of `#outbox` is on its way.
 */
export class DatagramSource extends Endpoint implements DatagramReceiver {
  readonly #unix: boolean;
  readonly #wildcard: string;
  readonly #maxSize: number;
  readonly #options: () => BindOptions;

  #port: DatagramPort | null = null;
  #peer: Deno.Addr | null = null;
  #queue: Datagram[] = [];
  #first = 0;
  #waiting = 0;
  #outbox: Datagram[] = [];
  #unsent = 0;
  #error: Error | null = null;
  #stopped = false;
  #closed = false;
  #waiters: Waiter[] = [];

  /** A socket of a family. `options` tells what was asked for when the port is opened. */
  constructor(family: number, options: () => BindOptions) {
    super();
    this.#unix = family === AF_UNIX;
    this.#wildcard = family === AF_INET6 ? "::" : "0.0.0.0";
    this.#maxSize = family === AF_INET6 ? MAX_SIZE_IPV6 : MAX_SIZE;
    this.#options = options;
    this.raise(EVENT_WRITE);
  }

  override get localAddr(): Deno.Addr | null {
    return this.#port?.addr ?? null;
  }

  override get remoteAddr(): Deno.Addr | null {
    return this.#peer;
  }

  override bind(address: Deno.Addr, options: BindOptions): Endpoint {
    if (this.#port !== null) return super.bind(address, options);
    this.#port = this.#open(address, options);
    if (this.watched) this.#port.keepAlive(true);
    this.stir();
    return this;
  }

  override listen(): void {
    throw osError("EOPNOTSUPP", "Operation not supported");
  }

  override accept(): never {
    throw osError("EOPNOTSUPP", "Operation not supported");
  }

  /** From now on datagrams go to one address, and come from no other. */
  override connect(address: Deno.Addr): null {
    const peer = this.#spelled(address);
    if (peer.transport === "udp" && !isNumeric(peer.hostname)) {
      throw new ValueError("connect(): datagram address must be numeric: resolve the name first");
    }
    this.#ensurePort(peer);
    this.#peer = peer;
    return null;
  }

  // Receiving.

  override arm(events: number): void {
    if ((events & EVENT_READ) !== 0) this.#port?.arm();
  }

  received(bytes: Uint8Array, from: Deno.Addr): void {
    if (this.#closed || this.#stopped || this.#peer !== null && !isSame(from, this.#peer)) {
      return this.#goOn();
    }
    if (this.#overflows()) return;
    this.#queue.push({ bytes: new Uint8Array(bytes), address: from });
    this.#waiting += bytes.length;
    this.raise(EVENT_READ);
    if (!this.#overflows()) this.#goOn();
  }

  #overflows(): boolean {
    const count = this.#queue.length - this.#first;
    return this.#waiting >= MAX_WAITING || count >= MAX_DATAGRAMS;
  }

  failed(error: Error): void {
    if (this.#closed) return;
    this.#error = error;
    this.raise(EVENT_READ);
  }

  /** Receives the next one at once while somebody watches. */
  #goOn(): void {
    if (this.watched && !this.#closed) this.#port!.arm();
  }

  override take(size: number): Uint8Array<ArrayBuffer> | null {
    return this.#shift()?.bytes.slice(0, size) ?? null;
  }

  override takeInto(target: Uint8Array): number | null {
    const datagram = this.#shift();
    if (datagram === null) return null;
    const bytes = datagram.bytes.subarray(0, target.length);
    target.set(bytes);
    return bytes.length;
  }

  override takeFrom(size: number): [Uint8Array<ArrayBuffer>, Deno.Addr] | null {
    const datagram = this.#shift();
    if (datagram === null) return null;
    const { bytes, address } = datagram;
    return [size < bytes.length ? bytes.slice(0, size) : bytes, address];
  }

  #shift(): Datagram | null {
    const error = this.#error;
    if (error !== null) {
      this.#error = null;
      this.#lowerIfDrained();
      throw error;
    }
    if (this.#first === this.#queue.length) {
      this.arm(EVENT_READ);
      return null;
    }
    const datagram = this.#queue[this.#first]!;
    this.#queue[this.#first++] = undefined as never;
    this.#waiting -= datagram.bytes.length;
    this.#lowerIfDrained();
    return datagram;
  }

  #lowerIfDrained(): void {
    if (this.#first < this.#queue.length) return;
    this.#queue = [];
    this.#first = 0;
    this.lower(EVENT_READ);
  }

  override stopReading(): void {
    if (this.#peer === null) throw notConnected();
    this.#stopped = true;
  }

  // Sending.

  override put(bytes: Uint8Array): number | null {
    if (this.#peer === null) throw osError("EDESTADDRREQ", "Destination address required");
    return this.#send(bytes, this.#peer);
  }

  override putTo(bytes: Uint8Array, address: () => Deno.Addr): number | null {
    return this.#send(bytes, this.#spelled(address()));
  }

  #send(bytes: Uint8Array, address: Deno.Addr): number | null {
    const size = bytes.length;
    if (size > this.#maxSize) throw osError("EMSGSIZE", "Message too long");
    if (this.#isFull()) return null;
    this.#ensurePort(address);
    this.#unsent += size;
    this.#outbox.push({ bytes: bytes.slice(), address });
    if (this.#isFull()) this.lower(EVENT_WRITE);
    if (this.#outbox.length === 1) this.#sendNext();
    return size;
  }

  #isFull(): boolean {
    return this.#unsent >= MAX_WAITING || this.#outbox.length >= MAX_DATAGRAMS;
  }

  /** Sends the first of those in the outbox. Two at a time might overtake each other. */
  #sendNext(): void {
    const { bytes, address } = this.#outbox[0]!;
    this.#port!.send(bytes, address)
      .catch((error) => this.failed(error))
      .then(() => this.#sent(bytes.length));
  }

  #sent(size: number): void {
    // Nothing is left there of a socket that was aborted.
    if (this.#outbox.length === 0) return;
    this.#unsent -= size;
    this.#outbox.shift();
    if (this.#outbox.length > 0) this.#sendNext();
    if (this.#waiters.length > 0) this.#tell(null);
    if (!this.#closed && !this.#isFull()) this.raise(EVENT_WRITE);
  }

  override get unsent(): number {
    return this.#unsent;
  }

  override whenSent(callback: (error: Error | null) => void, atMost: number): void {
    if (this.#has(atMost)) callback(null);
    else this.#waiters.push({ callback, atMost });
  }

  /** Whether so many bytes are unsent, or fewer. Datagrams may be empty: none of them is left at 0. */
  #has(atMost: number): boolean {
    return this.#outbox.length === 0 || atMost > 0 && this.#unsent <= atMost;
  }

  #tell(error: Error | null): void {
    const waiters = this.#waiters;
    const isDue = ({ atMost }: Waiter) => this.#has(atMost);
    this.#waiters = waiters.filter((waiter) => !isDue(waiter));
    for (const { callback } of waiters.filter(isDue)) callback(error);
  }

  override stopWriting(): void {
    if (this.#peer === null) throw notConnected();
  }

  // Closing.

  override close(abort: boolean): void {
    const wasClosed = this.#closed;
    this.#closed = true;
    if (!wasClosed) {
      this.lower(EVENT_READ | EVENT_WRITE);
      this.#port?.keepAlive(false);
      this.whenSent(() => this.#port?.close(), 0);
    }
    if (abort && this.#outbox.length > 0) this.#dropUnsent();
  }

  #dropUnsent(): void {
    this.#outbox = [];
    this.#unsent = 0;
    this.#tell(connectionAborted());
  }

  protected override keepAlive(alive: boolean): void {
    this.#port?.keepAlive(alive);
  }

  /** The port. One that nobody has bound takes any address from which `peer` can be reached. */
  #ensurePort(peer: Deno.Addr): DatagramPort {
    if (this.#port !== null) return this.#port;
    if (peer.transport !== "udp") throw notSupported("send datagram from socket without a path");
    const { hostname } = peer;
    const isLocal = hostname === "::1" || hostname.startsWith("127.");
    const own = {
      hostname: isLocal ? hostname : this.#wildcard,
      port: 0,
      transport: "udp",
    } as const;
    this.bind(own, this.#options());
    return this.#port!;
  }

  #open(address: Deno.Addr, { reusePort, broadcast }: BindOptions): DatagramPort {
    const own = this.#spelled(address);
    if (hasDenoDatagrams()) return new DenoDatagrams(own, reusePort, this);
    if (this.#unix) throw notSupported("bind datagram socket to a path without --unstable-net");
    return new NodeDatagrams(own, { reuseAddress: reusePort, broadcast }, this);
  }

  /** An address as Deno spells those of datagrams. */
  #spelled(address: Deno.Addr): Deno.Addr {
    if ("path" in address) return { transport: "unixpacket", path: address.path };
    const { hostname, port } = address as Deno.NetAddr;
    return { transport: "udp", hostname, port };
  }
}

function isNumeric(host: string): boolean {
  return host.includes(":") || /^[\d.]+$/.test(host);
}

function isSame(a: Deno.Addr, b: Deno.Addr): boolean {
  if ("path" in a || "path" in b) return "path" in a && "path" in b && a.path === b.path;
  const [left, right] = [a as Deno.NetAddr, b as Deno.NetAddr];
  return left.port === right.port && canonical(left.hostname) === canonical(right.hostname);
}

/** An IPv6 address can be spelled in several ways. */
function canonical(host: string): string {
  return host.includes(":") ? new URL(`http://[${host.replace(/%.*/, "")}]`).hostname : host;
}
