// Copyright 2026 the asyncio authors. MIT license.

/** A loop, a socket and a protocol that do what a test tells them, for tests of transports. */

import type { ExceptionContext } from "@asyncio/asyncio/coroutines";
import type { NonBlockingSocket, SocketAddress } from "@asyncio/asyncio/selectors";
import { Protocol } from "@asyncio/asyncio";
import type { TransportHost } from "../../../asyncio/transports/_transport_host.ts";
import { text } from "../_text.ts";

/** A loop that turns when it is told to, and watches one socket. */
export class FakeLoop {
  reader: (() => void) | null = null;
  writer: (() => void) | null = null;
  readonly reported: ExceptionContext[] = [];
  #ready: (() => void)[] = [];

  /** Itself, as what a transport takes it for. */
  get asHost(): TransportHost {
    return this as unknown as TransportHost;
  }

  /** What is open, by descriptor. */
  readonly open: Set<unknown> = new Set();
  closed = false;

  callSoon<A extends unknown[]>(fn: (...args: A) => void, ...args: A): void {
    this.#ready.push(() => fn(...args));
  }

  attach(key: unknown): void {
    this.open.add(key);
  }

  detach(key: unknown): void {
    this.open.delete(key);
  }

  isClosed(): boolean {
    return this.closed;
  }

  addReader(_sock: unknown, fn: () => void): void {
    this.reader = fn;
  }

  removeReader(): boolean {
    const removed = this.reader !== null;
    this.reader = null;
    return removed;
  }

  addWriter(_sock: unknown, fn: () => void): void {
    this.writer = fn;
  }

  removeWriter(): boolean {
    const removed = this.writer !== null;
    this.writer = null;
    return removed;
  }

  callExceptionHandler(context: ExceptionContext): void {
    this.reported.push(context);
  }

  /** Runs what is ready now. An error of it reaches the exception handler. */
  turn(): void {
    const batch = this.#ready;
    this.#ready = [];
    for (const fn of batch) {
      try {
        fn();
      } catch (exception) {
        this.callExceptionHandler({ message: "Exception in callback", exception });
      }
    }
  }
}

/** A socket that receives what is put into it, and sends as much as it has room for. */
export class FakeSocket {
  readonly family = 2;
  readonly type = 1;
  readonly proto = 0;
  /** What `tryRecv` gives or throws, one after the other. */
  readonly incoming: (Uint8Array | Error)[] = [];
  /** What was called, but for sending and receiving. */
  readonly calls: string[] = [];
  /** How many bytes it still takes. */
  room = Infinity;
  /** What sending throws. */
  sendError: Error | null = null;
  /** Whether it keeps what it takes until {@linkcode FakeSocket.settle}. */
  behind = false;
  unsent = 0;
  #whenSent: { callback: (error: Error | null) => void; atMost: number }[] = [];
  #sent: string[] = [];
  #open = true;

  /** Itself, as what a transport takes it for. */
  get asSocket(): NonBlockingSocket {
    return this as unknown as NonBlockingSocket;
  }

  /** The pieces sent since this was last asked for. */
  takeSent(): string[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }

  /** How many bytes each `tryRecv` asked for at most. */
  readonly asked: number[] = [];

  tryRecv(size = Infinity): Uint8Array | null {
    this.asked.push(size);
    const next = this.incoming.shift() ?? null;
    if (next instanceof Error) throw next;
    return next;
  }

  trySend(data: Uint8Array): number | null {
    if (this.sendError !== null) throw this.sendError;
    const count = Math.min(data.length, this.room);
    if (count === 0) return null;
    this.room -= count;
    if (this.behind) this.unsent += count;
    this.#sent.push(text(data.subarray(0, count)));
    return count;
  }

  tryRecvInto(buffer: Uint8Array): number | null {
    const data = this.tryRecv();
    if (data !== null) buffer.set(data);
    return data && data.length;
  }

  whenSent(callback: (error: Error | null) => void, atMost = 0): void {
    if (this.unsent <= atMost) callback(null);
    else this.#whenSent.push({ callback, atMost });
  }

  /** The system has taken what was sent but so many bytes, or will never do so. */
  settle(error: Error | null = null, unsent = 0): void {
    this.unsent = unsent;
    const waiting = this.#whenSent;
    this.#whenSent = waiting.filter(({ atMost }) => atMost < unsent);
    for (const { callback, atMost } of waiting) if (atMost >= unsent) callback(error);
  }

  fileno(): number {
    return this.#open ? 7 : -1;
  }

  getsockname(): SocketAddress {
    if (!this.#open) throw new Deno.errors.BadResource("closed");
    return ["127.0.0.1", 8000];
  }

  getpeername(): SocketAddress {
    return ["127.0.0.1", 50000];
  }

  setsockopt(level: number, option: number, value: number): void {
    this.calls.push(`setsockopt(${level}, ${option}, ${value})`);
  }

  shutdown(how: number): void {
    this.calls.push(`shutdown(${how})`);
  }

  close(): void {
    this.calls.push("close()");
    this.#open = false;
  }

  abort(): void {
    this.calls.push("abort()");
    this.#open = false;
  }
}

/** A protocol that notes what it is told, and does what a test has it do then. */
export class FakeProtocol extends Protocol {
  readonly calls: unknown[][] = [];
  keepOpen = false;
  /** What to do, after noting it, when a method is called. */
  on: Partial<Record<keyof Protocol, () => void>> = {};

  override connectionMade(): void {
    this.#note("connectionMade");
  }

  override dataReceived(data: Uint8Array): void {
    this.#note("dataReceived", text(data));
  }

  override eofReceived(): boolean {
    this.#note("eofReceived");
    return this.keepOpen;
  }

  override connectionLost(error: unknown): void {
    this.#note("connectionLost", error);
  }

  override pauseWriting(): void {
    this.#note("pauseWriting");
  }

  override resumeWriting(): void {
    this.#note("resumeWriting");
  }

  #note(method: keyof Protocol, ...args: unknown[]): void {
    this.calls.push([method, ...args]);
    this.on[method]?.();
  }
}
