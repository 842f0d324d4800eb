// Copyright 2026 the asyncio authors. MIT license.

import {
  AF_UNIX,
  IPPROTO_TCP,
  type NonBlockingSocket,
  OSError,
  SHUT_WR,
  type SocketAddress,
  TCP_NODELAY,
} from "../../selectors/mod.ts";
import {
  type Future,
  inspectAsText,
  KeyboardInterrupt,
  RuntimeError,
} from "../../coroutines/mod.ts";
import { unmapped } from "./_addresses.ts";
import { joined, toBytes } from "./_bytes.ts";
import { ByteQueue } from "./_byte_queue.ts";
import type { ExtraInfo } from "./extra_info.ts";
import type { InetAddress } from "./inet_address.ts";
import { FlowControl, type FlowOwner } from "./_flow_control.ts";
import { sendOrDrop } from "./_last_bytes.ts";
import type { BaseProtocol } from "./base.ts";
import { BufferedProtocol, type Protocol } from "./protocols.ts";
import {
  type Leftover,
  lossBy,
  LOST_WRITES_TO_WARN,
  sendfileInProgress,
  type TransportHost,
  wake,
} from "./_transport_host.ts";
import { TransportSocket } from "./transport_socket.ts";
import { wanted, type Wanting, wanting } from "./_wanted.ts";
import { Transport } from "./transports.ts";

/** The most that is received at once, in bytes. */
const MAX_RECEIVE = 256 * 1024;

/** Who counts the connections of a server, and what it knows of them. */
export interface TransportOwner {
  /** The address of their own ends, if it is that of the listening socket. */
  readonly sockname?: SocketAddress | undefined;
  /** Whether they send small writes at once, as the listening socket was told to. */
  readonly noDelay?: boolean;
  attach(transport: Transport<SocketAddress>): void;
  detach(transport: Transport<SocketAddress>): void;
}

/** What a transport may be told about its connection. */
export interface SocketTransportOptions {
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
 * descriptors of the operating system. Where the socket takes bytes that the system has not (`unsent`),
 * they count as the transport's own: an empty buffer means that the system has everything, and so does
 * `connectionLost(null)`.
 *
 * CPython: Lib/asyncio/selector_events.py, _SelectorSocketTransport.
 *
 * Invariants: the loop watches for reading while `isReading()` and the end of the stream has not come,
 * and for writing exactly while `#buffer` is not empty. `#following`: the socket will tell when it has
 * sent what it took; it does whenever anybody waits for that, and whenever nothing is read. `connectionLost` is called once, after `#lost` has become positive.
 */
export class SocketTransport<A extends SocketAddress = InetAddress> extends Transport<A>
  implements FlowOwner, Leftover {
  readonly #host: TransportHost;
  readonly #sock: NonBlockingSocket;
  readonly #fd: number;
  readonly #server: TransportOwner | undefined;
  /** What waits to be sent. Most connections never have any: it and `#flow` are made when needed. */
  #buffer: ByteQueue | null = null;
  #flow: FlowControl | null = null;
  readonly #peername: SocketAddress | undefined;
  #sockname: SocketAddress | undefined;
  #protocol: BaseProtocol;
  /** The protocol, if it is one that says where bytes are to be put. */
  #buffered: BufferedProtocol | null = null;
  /** The protocol, if it is one that says how many bytes it waits for. */
  #wanting: Wanting | null = null;
  #closing = false;
  #paused = false;
  #ended = false;
  #eof = false;
  #following = false;
  #onSent: ((error: Error | null) => void) | null = null;
  /** Set by who sends a file: others must not write meanwhile. */
  isSendingFile = false;
  /** 0 while connected; then the number of writes that went nowhere, and one. */
  #lost = 0;

  static {
    inspectAsText(this.prototype);
  }

  constructor(
    host: TransportHost,
    sock: NonBlockingSocket,
    protocol: BaseProtocol,
    options: SocketTransportOptions = {},
  ) {
    super();
    this.#host = host;
    this.#sock = sock;
    this.#fd = sock.fileno();
    this.#protocol = protocol;
    this.setProtocol(protocol);
    this.#server = options.server;
    this.#peername = options.peername ?? known(() => unmapped(sock.getpeername()));
    host.attach(this.#fd, this);
    this.#server?.attach(this);
    if (options.server?.noDelay !== true) disableNagle(sock);
    host.callSoon(start, this, options.waiter);
  }

  /**
   * Tells the protocol of the connection, then begins to receive: after the first step of a task that
   * the protocol has made, since a connection that is closed by then needs no read. To break one off
   * costs 11 us. Bench: `accept`.
   */
  static start(
    transport: SocketTransport<SocketAddress>,
    waiter: Future<void> | undefined,
  ): void {
    try {
      transport.#protocol.connectionMade(transport);
    } finally {
      transport.#host.callSoon(SocketTransport.receive, transport);
      wake(waiter);
    }
  }

  static receive(transport: SocketTransport<SocketAddress>): void {
    transport.#watchReading();
  }

  override getExtraInfo<K extends keyof ExtraInfo<A>>(name: K): ExtraInfo<A>[K];
  override getExtraInfo(name: string, fallback?: unknown): unknown;
  override getExtraInfo(name: string, fallback?: unknown): unknown {
    return this.#extraInfo(name) ?? fallback;
  }

  #extraInfo(name: string): unknown {
    if (name === "peername") return this.#peername;
    if (name === "sockname") return this.#getSockname();
    return name === "socket" ? new TransportSocket(this.#sock) : undefined;
  }

  #getSockname(): SocketAddress | undefined {
    return this.#sockname ??= known(() => unmapped(this.#sock.getsockname()));
  }

  override setProtocol(protocol: BaseProtocol): void {
    this.#protocol = protocol;
    this.#buffered = protocol instanceof BufferedProtocol ? protocol : null;
    this.#wanting = wanting(protocol);
  }

  override getProtocol(): BaseProtocol {
    return this.#protocol;
  }

  /** Whether the protocol has been told to write no more for now. */
  get isWritingPaused(): boolean {
    return this.#flow?.paused ?? false;
  }

  // Receiving.

  override isReading(): boolean {
    return !this.#closing && !this.#paused;
  }

  override pauseReading(): void {
    if (!this.isReading()) return;
    this.#paused = true;
    this.#host.removeReader(this.#sock);
    this.#follow();
  }

  override resumeReading(): void {
    if (this.#closing || !this.#paused) return;
    this.#paused = false;
    this.#watchReading();
  }

  #watchReading(): void {
    if (this.isReading() && !this.#ended) this.#host.addReader(this.#sock, this.#receive);
  }

  readonly #receive = (): void => {
    if (this.#lost > 0) return;
    if (this.#buffered !== null) return this.#receiveInto(this.#buffered);
    let data;
    try {
      data = this.#sock.tryRecv(this.#wanting?.[wanted] || MAX_RECEIVE);
    } catch (error) {
      return this.#fail(error, "Fatal read error on socket transport");
    }
    if (data === null) return;
    if (data.length === 0) return this.#receiveEnd();
    try {
      (this.#protocol as Protocol).dataReceived(data);
    } catch (error) {
      this.#failIn("dataReceived", error);
    }
  };

  #receiveInto(protocol: BufferedProtocol): void {
    let buffer;
    try {
      buffer = protocol.getBuffer(-1);
      if (buffer.length === 0) throw new RuntimeError("getBuffer() returned an empty buffer");
    } catch (error) {
      return this.#failIn("getBuffer", error);
    }
    let size;
    try {
      size = this.#sock.tryRecvInto(buffer);
    } catch (error) {
      return this.#fail(error, "Fatal read error on socket transport");
    }
    if (size === null) return;
    if (size === 0) return this.#receiveEnd();
    try {
      protocol.bufferUpdated(size);
    } catch (error) {
      this.#failIn("bufferUpdated", error);
    }
  }

  #receiveEnd(): void {
    this.#ended = true;
    let staysOpen;
    try {
      staysOpen = (this.#protocol as Protocol).eofReceived();
    } catch (error) {
      return this.#failIn("eofReceived", error);
    }
    if (!staysOpen) return this.close();
    this.#host.removeReader(this.#sock);
    this.#follow();
  }

  // Sending.

  override write(data: Uint8Array | string): void {
    const bytes = data instanceof Uint8Array ? data : toBytes(data);
    this.#checkWritable("write");
    // The caller may write into its bytes again. Those of a string are ours.
    this.#sendOrKeep(bytes, bytes !== data);
  }

  override writelines(data: Iterable<Uint8Array | string>): void {
    this.#checkWritable("writelines");
    this.#sendOrKeep(joined(Array.from(data, toBytes)), true);
  }

  override canWriteEof(): boolean {
    return true;
  }

  override writeEof(): void {
    if (this.#closing || this.#eof) return;
    this.#eof = true;
    if (this.#kept === 0) this.#shutdown();
  }

  override getWriteBufferSize(): number {
    return this.#kept + this.#sock.unsent;
  }

  override getWriteBufferLimits(): readonly [low: number, high: number] {
    return this.#ensureFlow().limits;
  }

  override setWriteBufferLimits(high?: number | null, low?: number | null): void {
    this.#ensureFlow().setLimits(high, low, this.getWriteBufferSize());
  }

  /** How many bytes wait to be sent. */
  get #kept(): number {
    return this.#buffer === null ? 0 : this.#buffer.length;
  }

  #ensureFlow(): FlowControl {
    return this.#flow ??= new FlowControl(this);
  }

  #checkWritable(method: string): void {
    if (this.#eof) throw new RuntimeError(`Cannot call ${method}() after writeEof()`);
    if (this.isSendingFile) throw sendfileInProgress(method);
  }

  #ignoreWrite(): void {
    if (this.#lost++ >= LOST_WRITES_TO_WARN) console.warn("socket.send() raised exception.");
  }

  /** Sends bytes, and keeps what cannot be sent now: a copy of it, unless the bytes are ours. */
  #sendOrKeep(bytes: Uint8Array, ours: boolean): void {
    if (bytes.length === 0) return;
    if (this.#lost > 0) return this.#ignoreWrite();
    const sent = this.#kept === 0 ? this.#trySend(bytes) : 0;
    if (this.#lost > 0) return;
    if (sent < bytes.length) this.#keep(bytes.subarray(sent), ours);
    const { unsent } = this.#sock;
    if (unsent === 0 && this.#kept === 0) return;
    this.#ensureFlow().grown(this.#kept + unsent);
    if (this.#mustFollow) this.#follow();
  }

  /**
   * Whether it is to hear of it when the socket has sent what it took, or has failed to. Who reads
   * hears of a broken connection in any case: most messages need nothing of this.
   */
  get #mustFollow(): boolean {
    return this.isWritingPaused || this.#closing || this.#paused || this.#ended;
  }

  #keep(rest: Uint8Array, ours: boolean): void {
    if (this.#kept === 0) this.#host.addWriter(this.#sock, () => this.#send());
    (this.#buffer ??= new ByteQueue()).push(ours ? rest : new Uint8Array(rest));
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

  #send(): void {
    const buffer = this.#buffer;
    if (this.#lost > 0 || buffer === null) return;
    while (buffer.length > 0) {
      const sent = this.#trySend(buffer.front);
      if (this.#lost > 0) return;
      if (sent === 0) break;
      buffer.drop(sent);
    }
    if (buffer.length === 0) this.#host.removeWriter(this.#sock);
    this.#flow?.shrunk(this.getWriteBufferSize()); // May write more.
    if (buffer.length > 0 || this.#lost > 0) return;
    if (this.#eof) this.#shutdown();
    if (this.#sock.unsent === 0) this.#allSent();
    else if (this.#mustFollow) this.#follow();
  }

  /**
   * Has the socket tell when the system has what it took, or as much of it as lets a protocol go on
   * that was paused.
   */
  #follow(): void {
    if (this.#following || this.#sock.unsent === 0) return;
    this.#following = true;
    const [low] = this.getWriteBufferLimits();
    const atMost = this.isWritingPaused ? Math.max(0, low - this.#kept) : 0;
    this.#sock.whenSent(this.#onSent ??= (error) => this.#sent(error), atMost);
  }

  /** The system has enough of it, or will never have it. This may be called from outside of the loop. */
  #sent(error: Error | null): void {
    this.#following = false;
    if (this.#lost > 0 || this.#host.isClosed()) return;
    if (error !== null) {
      this.#host.callSoon(() => this.#fail(error, "Fatal write error on socket transport"));
    } else if (this.#mustFollow) {
      this.#host.callSoon(() => this.#settle());
    }
  }

  /** After the socket has sent what it took: somebody may wait for that. */
  #settle(): void {
    if (this.#lost > 0) return;
    this.#flow?.shrunk(this.getWriteBufferSize()); // May write more.
    if (this.#lost > 0 || this.#kept > 0) return;
    if (this.#sock.unsent === 0) this.#allSent();
    else if (this.#mustFollow) this.#follow();
  }

  /** The system has everything. */
  #allSent(): void {
    // The protocol may have closed it when it heard that writing is resumed.
    if (this.#lost === 0 && this.#closing) this.#lose(null, false);
  }

  #shutdown(): void {
    try {
      this.#sock.shutdown(SHUT_WR);
    } catch (error) {
      this.#fail(error, "Fatal write error on socket transport");
    }
  }

  // Closing.

  override isClosing(): boolean {
    return this.#closing;
  }

  override close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#host.removeReader(this.#sock);
    if (this.#kept > 0) return;
    if (this.#sock.unsent > 0) this.#follow();
    else this.#scheduleLoss(null, false);
  }

  override abort(): void {
    this.#breakOff(null);
  }

  /** Closes it at once because of an error, of which the protocol hears. */
  forceClose(error: unknown): void {
    this.#breakOff(error);
  }

  /** An error of the protocol's breaks the connection. */
  #failIn(method: string, error: unknown): void {
    this.#fail(error, `Fatal error: protocol.${method}() call failed.`);
  }

  #fail(error: unknown, message: string): void {
    if (error instanceof KeyboardInterrupt) throw error;
    if (!(error instanceof OSError)) this.report(message, error);
    // Not everything that is thrown is something: the protocol is told by an error that it is one.
    this.#breakOff(lossBy(error, message));
  }

  report(message: string, exception: unknown): void {
    const protocol = this.#protocol;
    this.#host.callExceptionHandler({ message, exception, transport: this, protocol });
  }

  #breakOff(error: unknown): void {
    if (this.#lost > 0) return;
    if (this.#kept > 0) this.#host.removeWriter(this.#sock);
    this.#buffer?.clear();
    if (!this.#closing) this.#host.removeReader(this.#sock);
    this.#closing = true;
    this.#scheduleLoss(error, true);
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
      this.#server?.detach(this);
    }
  }

  #release(abort: boolean): void {
    this.#host.detach(this.#fd);
    // Who asks later is told, but it is not worth a system call.
    if (this.#server?.sockname === undefined) this.#getSockname();
    else this.#sockname ??= this.#server.sockname;
    if (abort) this.#sock.abort();
    else this.#sock.close();
  }

  /** The loop is closed: what the system does not take at once is dropped. */
  abandon(): void {
    this.#host.removeReader(this.#sock);
    this.#host.removeWriter(this.#sock);
    const open = this.#lost === 0;
    this.#closing = true;
    this.#lost = 1;
    this.#buffer?.clear();
    if (open && this.#sock.unsent > 0) sendOrDrop(this.#sock);
    else this.#release(this.#sock.unsent > 0);
  }

  /** Python's repr: `<SocketTransport fd=7 read=polling write=<idle, bufsize=0>>`. */
  override toString(): string {
    const state = this.#sock.fileno() < 0 ? " closed" : this.#closing ? " closing" : "";
    const read = this.isReading() ? "polling" : "idle";
    const write = this.#kept > 0 ? "polling" : "idle";
    return `<SocketTransport${state} fd=${this.#fd} read=${read} ` +
      `write=<${write}, bufsize=${this.getWriteBufferSize()}>>`;
  }
}

/** As a function, so that each start is no closure of its own. */
const { start } = SocketTransport;

function known(address: () => SocketAddress): SocketAddress | undefined {
  try {
    return address();
  } catch {
    return undefined;
  }
}

/** Small writes are sent at once, without waiting for the other end's acknowledgement. */
export function disableNagle(sock: NonBlockingSocket): void {
  if (sock.family === AF_UNIX) return;
  try {
    sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
  } catch {
    // It is no TCP socket, or closed already: the first read tells.
  }
}
