// Copyright 2026 the asyncio authors. MIT license.

import {
  IPPROTO_TCP,
  type NonBlockingSocket,
  SHUT_WR,
  type SocketAddress,
  TCP_NODELAY,
  ValueError,
} from "../../selectors/mod.ts";
import {
  type Future,
  inspectAsText,
  KeyboardInterrupt,
  RuntimeError,
  type SelectorEventLoop,
} from "../../coroutines/mod.ts";
import { ByteQueue } from "./_byte_queue.ts";
import { isOSError } from "../_net.ts";
import { TransportSocket } from "./transport_socket.ts";
import type { ExtraInfo, Transport, TransportListener } from "./transports.ts";

/** The most that is received at once, in bytes. */
const MAX_RECEIVE = 256 * 1024;

/** Writing is paused when more than this many bytes wait, unless other limits are set. */
const DEFAULT_HIGH_WATER = 64 * 1024;

/** So many writes to a lost connection are ignored in silence. */
const LOST_WRITES_TO_WARN = 5;

const encoder = new TextEncoder();

/** Who counts the connections of a server. */
export interface TransportOwner {
  attach(transport: SelectorTransport): void;
  detach(transport: SelectorTransport): void;
}

/** What a transport may be told about its connection. */
export interface SelectorTransportOptions {
  /** Told when the protocol has heard of the connection. */
  waiter?: Future<void> | undefined;
  /** The address of the other end, if it is known already. */
  peername?: SocketAddress | undefined;
  /** The server that accepted the connection. */
  server?: TransportOwner | undefined;
}

/**
 * A transport over a non-blocking socket and a loop that watches it.
 *
 * It knows the socket by its contract alone, so it stands on Deno's connections as well as on
 * descriptors of the operating system. What it cannot send at once it keeps, and tells the protocol
 * to pause when that is too much.
 *
 * CPython: Lib/asyncio/selector_events.py, _SelectorSocketTransport; Lib/asyncio/transports.py,
 * _FlowControlMixin.
 *
 * Invariants: the loop watches for reading while `isReading()` and the end of the stream has not
 * come, and for writing exactly while `#unsent` is not empty. `connectionLost` is called once, after
 * `#lost` has become positive.
 */
export class SelectorTransport implements Transport {
  readonly #loop: SelectorEventLoop;
  readonly #sock: NonBlockingSocket;
  readonly #fd: number;
  readonly #listener: TransportListener;
  readonly #server: TransportOwner | undefined;
  readonly #unsent = new ByteQueue();
  readonly #peername: SocketAddress | undefined;
  #sockname: SocketAddress | undefined;
  #closing = false;
  #paused = false;
  #eof = false;
  /** 0 while connected; then the number of writes that went nowhere, and one. */
  #lost = 0;
  #highWater = DEFAULT_HIGH_WATER;
  #lowWater = DEFAULT_HIGH_WATER >> 2;
  #listenerPaused = false;

  static {
    inspectAsText(this.prototype);
  }

  constructor(
    loop: SelectorEventLoop,
    sock: NonBlockingSocket,
    listener: TransportListener,
    options: SelectorTransportOptions = {},
  ) {
    this.#loop = loop;
    this.#sock = sock;
    this.#fd = sock.fileno();
    this.#listener = listener;
    this.#server = options.server;
    this.#peername = options.peername ?? known(() => sock.getpeername());
    this.#server?.attach(this);
    disableNagle(sock);
    loop.callSoon(() => this.#start(options.waiter));
  }

  #start(waiter: Future<void> | undefined): void {
    try {
      this.#listener.connectionMade(this);
    } finally {
      this.#watchReading();
      if (waiter !== undefined && !waiter.done()) waiter.setResult();
    }
  }

  getExtraInfo<K extends keyof ExtraInfo>(name: K): ExtraInfo[K] | undefined;
  getExtraInfo(name: string, fallback?: unknown): unknown;
  getExtraInfo(name: string, fallback?: unknown): unknown {
    if (name === "peername") return this.#peername ?? fallback;
    if (name === "sockname") return this.#getSockname() ?? fallback;
    if (name === "socket") return new TransportSocket(this.#sock);
    return fallback;
  }

  #getSockname(): SocketAddress | undefined {
    return this.#sockname ??= known(() => this.#sock.getsockname());
  }

  // Receiving.

  isReading(): boolean {
    return !this.#closing && !this.#paused;
  }

  pauseReading(): void {
    if (!this.isReading()) return;
    this.#paused = true;
    this.#loop.removeReader(this.#sock);
  }

  resumeReading(): void {
    if (this.#closing || !this.#paused) return;
    this.#paused = false;
    this.#watchReading();
  }

  #watchReading(): void {
    if (this.isReading()) this.#loop.addReader(this.#sock, this.#receive);
  }

  readonly #receive = (): void => {
    if (this.#lost > 0) return;
    let data;
    try {
      data = this.#sock.tryRecv(MAX_RECEIVE);
    } catch (error) {
      return this.#fail(error, "Fatal read error on socket transport");
    }
    if (data === null) return;
    if (data.length > 0) this.#tell("dataReceived", () => this.#listener.dataReceived(data));
    else this.#tell("eofReceived", () => this.#receiveEnd());
  };

  #receiveEnd(): void {
    if (this.#listener.eofReceived() === true) this.#loop.removeReader(this.#sock);
    else this.close();
  }

  /** Calls the protocol; an error of its breaks the connection. */
  #tell(method: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      if (error instanceof KeyboardInterrupt) throw error;
      this.#fail(error, `Fatal error: protocol.${method}() call failed.`);
    }
  }

  // Sending.

  write(data: Uint8Array | string): void {
    const bytes = toBytes(data);
    if (this.#eof) throw new RuntimeError("Cannot call write() after writeEof()");
    // The caller may write into its bytes again. Those of a string are ours.
    this.#sendOrKeep(bytes, bytes !== data);
  }

  writelines(data: Iterable<Uint8Array | string>): void {
    if (this.#eof) throw new RuntimeError("Cannot call writelines() after writeEof()");
    this.#sendOrKeep(joined(Array.from(data, toBytes)), true);
  }

  canWriteEof(): boolean {
    return true;
  }

  writeEof(): void {
    if (this.#closing || this.#eof) return;
    this.#eof = true;
    if (this.#unsent.length === 0) this.#sock.shutdown(SHUT_WR);
  }

  getWriteBufferSize(): number {
    return this.#unsent.length;
  }

  getWriteBufferLimits(): readonly [low: number, high: number] {
    return [this.#lowWater, this.#highWater];
  }

  setWriteBufferLimits(high?: number | null, low?: number | null): void {
    const highWater = high ?? (low === null || low === undefined ? DEFAULT_HIGH_WATER : 4 * low);
    const lowWater = low ?? highWater >> 2;
    if (!(highWater >= lowWater && lowWater >= 0)) {
      throw new ValueError(`high (${highWater}) must be >= low (${lowWater}) must be >= 0`);
    }
    this.#highWater = highWater;
    this.#lowWater = lowWater;
    this.#pauseIfNeeded();
  }

  #ignoreWrite(): void {
    if (this.#lost++ >= LOST_WRITES_TO_WARN) console.warn("socket.send() raised exception.");
  }

  /** Sends bytes, and keeps what cannot be sent now: a copy of it, unless the bytes are ours. */
  #sendOrKeep(bytes: Uint8Array, ours: boolean): void {
    if (bytes.length === 0) return;
    if (this.#lost > 0) return this.#ignoreWrite();
    const sent = this.#unsent.length === 0 ? this.#trySend(bytes) : 0;
    if (sent === bytes.length || this.#lost > 0) return;
    const rest = bytes.subarray(sent);
    this.#keep(ours ? rest : rest.slice());
  }

  /** Sends what can be sent now. Returns how much that is. */
  #trySend(bytes: Uint8Array): number {
    try {
      return this.#sock.trySend(bytes) ?? 0;
    } catch (error) {
      this.#fail(error, "Fatal write error on socket transport");
      return 0;
    }
  }

  #keep(bytes: Uint8Array): void {
    if (this.#unsent.length === 0) this.#loop.addWriter(this.#sock, this.#send);
    this.#unsent.push(bytes);
    this.#pauseIfNeeded();
  }

  readonly #send = (): void => {
    if (this.#lost > 0) return;
    while (this.#unsent.length > 0) {
      const sent = this.#trySend(this.#unsent.front);
      if (this.#lost > 0) return;
      if (sent === 0) break;
      this.#unsent.drop(sent);
    }
    this.#resumeIfPossible();
    if (this.#unsent.length === 0) this.#allSent();
  };

  #allSent(): void {
    this.#loop.removeWriter(this.#sock);
    // The listener may have closed it when it heard that writing is resumed.
    if (this.#lost > 0) return;
    if (this.#closing) this.#lose(null);
    else if (this.#eof) this.#sock.shutdown(SHUT_WR);
  }

  #pauseIfNeeded(): void {
    if (this.#listenerPaused || this.#unsent.length <= this.#highWater) return;
    this.#listenerPaused = true;
    this.#tellOfFlow("pauseWriting", () => this.#listener.pauseWriting());
  }

  #resumeIfPossible(): void {
    if (!this.#listenerPaused || this.#unsent.length > this.#lowWater) return;
    this.#listenerPaused = false;
    this.#tellOfFlow("resumeWriting", () => this.#listener.resumeWriting());
  }

  #tellOfFlow(method: string, call: () => void): void {
    try {
      call();
    } catch (exception) {
      if (exception instanceof KeyboardInterrupt) throw exception;
      this.#report(`protocol.${method}() failed`, exception);
    }
  }

  // Closing.

  isClosing(): boolean {
    return this.#closing;
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#loop.removeReader(this.#sock);
    if (this.#unsent.length === 0) this.#scheduleLoss(null);
  }

  abort(): void {
    this.#breakOff(null, true);
  }

  #fail(error: unknown, message: string): void {
    if (error instanceof KeyboardInterrupt) throw error;
    if (!isOSError(error)) this.#report(message, error);
    this.#breakOff(error, false);
  }

  #report(message: string, exception: unknown): void {
    this.#loop.callExceptionHandler({
      message,
      exception,
      transport: this,
      protocol: this.#listener,
    });
  }

  #breakOff(error: unknown, abort: boolean): void {
    if (this.#lost > 0) return;
    if (this.#unsent.length > 0) this.#loop.removeWriter(this.#sock);
    this.#unsent.clear();
    if (!this.#closing) this.#loop.removeReader(this.#sock);
    this.#closing = true;
    this.#scheduleLoss(error, abort);
  }

  #scheduleLoss(error: unknown, abort = false): void {
    this.#lost++;
    this.#loop.callSoon(() => this.#lose(error, abort));
  }

  #lose(error: unknown, abort = false): void {
    if (this.#lost === 0) this.#lost = 1;
    try {
      this.#listener.connectionLost(error);
    } finally {
      this.#getSockname();
      if (abort) this.#sock.abort();
      else this.#sock.close();
      this.#server?.detach(this);
    }
  }

  /** Python's repr: `<SelectorTransport fd=7 read=polling write=<idle, bufsize=0>>`. */
  toString(): string {
    const state = this.#sock.fileno() < 0 ? " closed" : this.#closing ? " closing" : "";
    const read = this.isReading() ? "polling" : "idle";
    const write = this.#unsent.length > 0 ? "polling" : "idle";
    return `<SelectorTransport${state} fd=${this.#fd} read=${read} ` +
      `write=<${write}, bufsize=${this.#unsent.length}>>`;
  }
}

/** Bytes as they are, text as UTF-8. */
function toBytes(data: Uint8Array | string): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (typeof data === "string") return encoder.encode(data);
  throw new TypeError(`data argument must be a Uint8Array or a string, not ${typeof data}`);
}

/** All pieces as one, to be sent at one go. */
function joined(pieces: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const piece of pieces) {
    bytes.set(piece, filled);
    filled += piece.length;
  }
  return bytes;
}

function known(address: () => SocketAddress): SocketAddress | undefined {
  try {
    return address();
  } catch {
    return undefined;
  }
}

/** Small writes are sent at once, without waiting for the other end's acknowledgement. */
function disableNagle(sock: NonBlockingSocket): void {
  try {
    sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
  } catch {
    // It is no TCP socket, or closed already: the first read tells.
  }
}
