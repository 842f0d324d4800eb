// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/socket.py, socket; Modules/socketmodule.c

import { ConnSource } from "./conn_source.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SO_ERROR,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../constants.ts";
import { closeDescriptor, openDescriptor, replaceSource, sourceOf } from "./_descriptors.ts";
import { BlockingIOError, ValueError } from "../errors.ts";
import { ListenerSource } from "./listener_source.ts";
import type { NonBlockingSocket } from "../non_blocking_socket.ts";
import {
  badDescriptor,
  errnoOf,
  errnoOfError,
  notConnected,
  notSupported,
  osError,
} from "../_os_error.ts";
import { DENO_INSPECT, NODE_INSPECT, repr } from "../_repr.ts";
import { familyOf, fromDeno, type SocketAddress, toDeno } from "../socket_address.ts";
import { SocketOptions } from "./_socket_options.ts";

/** What {@linkcode Socket.from} adopts. */
export type DenoSocket = Deno.Listener | Deno.Conn;

/** The socket of each adopted listener or connection. */
const adopted = new WeakMap<DenoSocket, Socket>();

const encoder = new TextEncoder();

/**
 * Python's non-blocking stream socket, over Deno's own listeners and connections.
 *
 * - Every byte received is kept for whoever reads next, also across `unregister` and `modify`.
 * - `send` copies what it takes. Up to 128 KB wait to be written; `close` writes them first.
 * - A call that would wait throws {@linkcode BlockingIOError}, and what it waits for is begun: the
 *   same call works later, with or without a selector. `tryRecv` and its like answer `null` instead
 *   of throwing: they are not in CPython.
 * - There is no blocking mode, no datagram socket and no local address for `connect`: these throw
 *   `Deno.errors.NotSupported`.
 *
 * @example Usage
 * ```ts
 * import { DefaultSelector, EVENT_READ, EVENT_WRITE, Socket } from "@asyncio/asyncio/selectors";
 * import { assertEquals } from "@std/assert";
 *
 * using selector = new DefaultSelector();
 * using server = new Socket();
 * server.bind(["127.0.0.1", 0]);
 * server.listen();
 * using client = new Socket();
 * client.connectEx(server.getsockname());
 *
 * selector.register(client, EVENT_WRITE);
 * await selector.select();
 * assertEquals(client.send("Hello"), 5);
 *
 * selector.register(server, EVENT_READ);
 * selector.unregister(client);
 * await selector.select();
 * const [conn, address] = server.accept();
 * assertEquals(address, client.getsockname());
 *
 * selector.register(conn, EVENT_READ);
 * await selector.select();
 * assertEquals(new TextDecoder().decode(conn.recv(100)), "Hello");
 * conn.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/socket.html#socket-objects}
 */
export class Socket implements NonBlockingSocket {
  // Invariants: #fd is -1 exactly when closed or detached, and then #conn and #listener are null.
  // Otherwise exactly one of them is set: #listener from bind() on, else #conn, connected or not.
  readonly #family: number;
  readonly #proto: number;
  #fd: number;
  #conn: ConnSource | null = null;
  #listener: ListenerSource | null = null;
  #listening = false;
  #options: SocketOptions | null = null;
  #toldError: Error | null = null;
  #released: Promise<void> | null = null;
  /** The connection of a socket that was closed. */
  #closed: ConnSource | null = null;

  /**
   * Creates a socket that is neither bound nor connected, or one for an open descriptor.
   *
   * @param family `AF_INET`, `AF_INET6` or `AF_UNIX`.
   * @param type `SOCK_STREAM`.
   * @param proto 0.
   * @param fileno A descriptor, as {@linkcode Socket.detach} gives.
   * @throws {Deno.errors.NotSupported} If Deno has no such sockets.
   * @throws {Deno.errors.BadResource} If `fileno` is not open.
   */
  constructor(
    family: number = AF_INET,
    type: number = SOCK_STREAM,
    proto = 0,
    fileno: number | null = null,
  ) {
    if (family !== AF_INET && family !== AF_INET6 && family !== AF_UNIX) {
      throw notSupported(`create socket of family ${family}`);
    }
    if (type !== SOCK_STREAM) throw notSupported(`create socket of type ${type}`);
    this.#family = family;
    this.#proto = proto;
    const source = fileno === null ? new ConnSource() : sourceOf(fileno);
    this.#fd = fileno ?? openDescriptor(source!);
    if (source instanceof ConnSource) this.#conn = source;
    else if (source instanceof ListenerSource) this.#listener = source;
    else throw badDescriptor();
    this.#listening = fileno !== null;
  }

  /**
   * Adopts a listener or connection of Deno's, which is not to be used directly from then on.
   *
   * @param resource What to adopt.
   * @returns Its socket: the same each time.
   */
  static from(resource: DenoSocket): Socket {
    let sock = adopted.get(resource);
    if (sock === undefined) {
      sock = isListener(resource)
        ? adopt(new ListenerSource(resource), familyOf(resource.addr))
        : adopt(new ConnSource(resource), familyOf(resource.localAddr));
      adopted.set(resource, sock);
    }
    return sock;
  }

  /** The address family: `AF_INET`, `AF_INET6` or `AF_UNIX`. */
  get family(): number {
    return this.#family;
  }

  /** The socket type: `SOCK_STREAM`. */
  get type(): number {
    return SOCK_STREAM;
  }

  /** The protocol given at creation. */
  get proto(): number {
    return this.#proto;
  }

  /** The very error that ended the last `connect`, or `null`. Not in CPython. */
  get error(): Error | null {
    return this.#conn?.error ?? null;
  }

  /**
   * Of a listening socket that was closed: settles when its address is free for others. `null` if it
   * is already. Not in CPython, where `close()` frees it at once.
   */
  get released(): Promise<void> | null {
    return this.#released;
  }

  /** How many of the bytes that `send` has taken the system has not taken yet. Not in CPython. */
  get unsent(): number {
    return (this.#conn ?? this.#closed)?.unsent ?? 0;
  }

  /**
   * Waits until the system has taken all that `send` has, and until that has failed. Not in CPython.
   *
   * @param callback Called once, with `null` or the error that sending has failed with: at once if
   *   it is so already, otherwise from a microtask.
   */
  whenSent(callback: (error: Error | null) => void): void {
    const conn = this.#conn ?? this.#closed;
    if (conn === null) callback(null);
    else conn.whenSent(callback);
  }

  /**
   * The descriptor that identifies the socket to selectors: a number of this layer's own, not the
   * operating system's.
   *
   * @returns The descriptor, or -1 once closed.
   */
  fileno(): number {
    return this.#fd;
  }

  /**
   * The socket's own address.
   *
   * @returns The address; of a socket that has none yet, the wildcard address with port 0.
   * @throws {Deno.errors.BadResource} If the socket is closed.
   */
  getsockname(): SocketAddress {
    this.#checkOpen();
    const addr = this.#listener?.listener.addr ?? this.#conn?.conn?.localAddr;
    if (addr !== undefined) return fromDeno(addr);
    if (this.#family === AF_UNIX) return "";
    return this.#family === AF_INET ? ["0.0.0.0", 0] : ["::", 0, 0, 0];
  }

  /**
   * The address of the other end.
   *
   * @returns The address.
   * @throws {Deno.errors.NotConnected} If there is no other end.
   * @throws {Deno.errors.BadResource} If the socket is closed.
   */
  getpeername(): SocketAddress {
    this.#checkOpen();
    const conn = this.#conn?.conn;
    if (!conn) throw notConnected();
    return fromDeno(conn.remoteAddr);
  }

  /**
   * The value of an option.
   *
   * @param level `SOL_SOCKET` or `IPPROTO_TCP`.
   * @param option Such as `SO_ERROR`, which tells how the last `connect` ended, once: 0 or an error
   *   number of Linux. {@linkcode Socket.error} keeps the error itself.
   * @returns The value.
   * @throws {Deno.errors.NotSupported} If Deno does not tell it.
   */
  getsockopt(level: number, option: number): number {
    this.#checkOpen();
    if (level === SOL_SOCKET && option === SO_ERROR) return this.#takeError();
    return this.#ensureOptions().get(level, option);
  }

  /**
   * Sets an option: `SO_REUSEADDR` (which Deno sets on every listener), `SO_KEEPALIVE`,
   * `TCP_NODELAY`, or, with `--unstable-net`, `SO_REUSEPORT`.
   *
   * @param level `SOL_SOCKET` or `IPPROTO_TCP`.
   * @param option The option.
   * @param value The value.
   * @throws {Deno.errors.NotSupported} If Deno cannot set it.
   */
  setsockopt(level: number, option: number, value: number | boolean): void {
    this.#checkOpen();
    this.#ensureOptions().set(level, option, Boolean(value), this.#conn?.conn ?? null);
  }

  /**
   * Whether calls wait until they can be done.
   *
   * @returns `false`: these sockets never do.
   */
  getblocking(): boolean {
    return false;
  }

  /**
   * Makes calls wait or not.
   *
   * @param blocking `false`.
   * @throws {Deno.errors.NotSupported} If `blocking` is true.
   */
  setblocking(blocking: boolean): void {
    this.#checkOpen();
    if (blocking) throw notSupported("set socket to blocking mode");
  }

  /**
   * Takes a local address, and listens there at once: this is how Deno tells the port that 0
   * becomes. Connections wait in the system until {@linkcode Socket.listen} allows to accept them.
   *
   * @param address The address; an empty host means every interface.
   * @throws {Deno.errors.AddrInUse} If somebody else has the address.
   * @throws {TypeError} If it is no address of the family.
   */
  bind(address: SocketAddress): void {
    this.#checkOpen();
    const conn = this.#conn;
    if (conn === null || conn.conn !== null || conn.connecting) {
      throw osError("EINVAL", "Invalid argument");
    }
    const options = toDeno(this.#family, address, "bind");
    const reusePort = this.#options?.reusePort ?? false;
    this.#listener = new ListenerSource(
      options.transport === "unix"
        ? Deno.listen(options)
        : Deno.listen(reusePort ? { ...options, reusePort } as Deno.TcpListenOptions : options),
    );
    this.#conn = null;
    replaceSource(this.#fd, this.#listener);
  }

  /**
   * Allows to accept connections. A socket without an address takes a free port.
   *
   * @param _backlog Ignored: Deno chooses the length of the queue itself.
   */
  listen(_backlog?: number): void {
    this.#checkOpen();
    if (this.#listener === null) this.bind(["", 0]);
    this.#listening = true;
  }

  /**
   * Accepts a connection.
   *
   * @returns A socket for it, and the address of the other end.
   * @throws {BlockingIOError} If none is waiting.
   */
  accept(): [Socket, SocketAddress] {
    return this.tryAccept() ?? wouldBlock();
  }

  /**
   * Accepts a connection as {@linkcode Socket.accept} does.
   *
   * @returns A socket for it, and the address of the other end; `null` if none is waiting.
   */
  tryAccept(): [Socket, SocketAddress] | null {
    this.#checkOpen();
    if (this.#listener === null || !this.#listening) throw osError("EINVAL", "Invalid argument");
    const conn = this.#listener.take();
    if (conn === null) return null;
    return [adopt(new ConnSource(conn), this.#family), fromDeno(conn.remoteAddr)];
  }

  /**
   * Begins to connect. When that has ended, well or badly, the socket is writable, and
   * `getsockopt(SOL_SOCKET, SO_ERROR)` or {@linkcode Socket.error} tells how.
   *
   * @param address Where to.
   * @throws {BlockingIOError} Always, unless something else is wrong.
   */
  connect(address: SocketAddress): void {
    const errno = this.connectEx(address);
    if (errno === errnoOf("EISCONN")) {
      throw osError("EISCONN", "Transport endpoint is already connected");
    }
    const text = errno === errnoOf("EALREADY") ? "already in progress" : "now in progress";
    throw new BlockingIOError(`[Errno ${errno}] Operation ${text}`, errno);
  }

  /**
   * Begins to connect as {@linkcode Socket.connect} does.
   *
   * @param address Where to.
   * @returns An error number: 115 (`EINPROGRESS`) when begun, 114 (`EALREADY`) when begun before,
   *   106 (`EISCONN`) when connected.
   */
  connectEx(address: SocketAddress): number {
    this.#checkOpen();
    const options = toDeno(this.#family, address, "connect");
    const source = this.#conn;
    if (source === null) throw notSupported("connect socket that is bound");
    if (source.connecting) return errnoOf("EALREADY");
    if (source.conn !== null) return errnoOf("EISCONN");
    source.connect(async (signal) => {
      const conn = options.transport === "unix"
        ? await Deno.connect(options)
        : await Deno.connect({ ...options, signal });
      this.#options?.apply(conn);
      return conn;
    });
    return errnoOf("EINPROGRESS");
  }

  /**
   * Receives bytes.
   *
   * @param size How many at most.
   * @returns The bytes that are here; none at the end of the stream.
   * @throws {BlockingIOError} If none are here yet.
   * @throws {Deno.errors.ConnectionReset} If the other end broke the connection.
   */
  recv(size: number): Uint8Array<ArrayBuffer> {
    return this.tryRecv(size) ?? wouldBlock();
  }

  /**
   * Receives bytes as {@linkcode Socket.recv} does.
   *
   * @param size How many at most.
   * @returns The bytes that are here; none at the end of the stream; `null` if none are here yet.
   */
  tryRecv(size: number): Uint8Array<ArrayBuffer> | null {
    if (!(size >= 0)) throw new ValueError("negative buffersize in recv");
    return this.#connected().take(size);
  }

  /**
   * Receives bytes into a buffer.
   *
   * @param buffer Where to.
   * @param size How many at most; as many as fit unless given.
   * @returns How many there were; 0 at the end of the stream.
   * @throws {BlockingIOError} If none are here yet.
   * @throws {Deno.errors.ConnectionReset} If the other end broke the connection.
   */
  recvInto(buffer: Uint8Array, size: number = buffer.length): number {
    checkBytes(buffer);
    if (size < 0 || size > buffer.length) {
      throw new ValueError("buffer too small for requested bytes");
    }
    return this.tryRecvInto(size === buffer.length ? buffer : buffer.subarray(0, size)) ??
      wouldBlock();
  }

  /**
   * Receives bytes into a buffer as {@linkcode Socket.recvInto} does.
   *
   * @param buffer Where to.
   * @returns How many there were; 0 at the end of the stream; `null` if none are here yet.
   */
  tryRecvInto(buffer: Uint8Array): number | null {
    checkBytes(buffer);
    return this.#connected().takeInto(buffer);
  }

  /**
   * Receives bytes, and tells from whom.
   *
   * @param size How many at most.
   * @returns The bytes, and `null`: on a stream there is only one sender.
   * @throws {BlockingIOError} If none are here yet.
   */
  recvfrom(size: number): [Uint8Array<ArrayBuffer>, SocketAddress | null] {
    return [this.recv(size), null];
  }

  /**
   * Receives bytes as {@linkcode Socket.recvfrom} does.
   *
   * @param size How many at most.
   * @returns The bytes, and `null`; `null` in place of both if none are here yet.
   */
  tryRecvfrom(size: number): [Uint8Array<ArrayBuffer>, SocketAddress | null] | null {
    const data = this.tryRecv(size);
    return data === null ? null : [data, null];
  }

  /**
   * Sends bytes. They are copied: `data` may be changed at once.
   *
   * @param data What to send; a string is sent as UTF-8.
   * @returns How many bytes were taken, perhaps not all.
   * @throws {BlockingIOError} If there is no room now.
   * @throws {Deno.errors.BrokenPipe} If sending was ended, or the other end has gone.
   */
  send(data: Uint8Array | string): number {
    return this.trySend(data) ?? wouldBlock();
  }

  /**
   * Sends bytes as {@linkcode Socket.send} does.
   *
   * @param data What to send; a string is sent as UTF-8.
   * @returns How many bytes were taken, perhaps not all; `null` if there is no room now.
   */
  trySend(data: Uint8Array | string): number | null {
    return this.#connected().put(toBytes(data));
  }

  /**
   * Sends bytes, all of them.
   *
   * @param data What to send; a string is sent as UTF-8.
   * @throws {BlockingIOError} If there is no room for all of them. Some may have been sent.
   */
  sendall(data: Uint8Array | string): void {
    let rest = toBytes(data);
    while (rest.length > 0) rest = rest.subarray(this.send(rest));
  }

  /**
   * Sends bytes as {@linkcode Socket.send} does: on a stream the address is ignored.
   *
   * @param data What to send; a string is sent as UTF-8.
   * @param _address Where to.
   * @returns How many bytes were taken, perhaps not all.
   * @throws {BlockingIOError} If there is no room now.
   */
  sendto(data: Uint8Array | string, _address: SocketAddress): number {
    return this.send(data);
  }

  /**
   * Sends bytes as {@linkcode Socket.sendto} does.
   *
   * @param data What to send; a string is sent as UTF-8.
   * @param _address Where to.
   * @returns How many bytes were taken, perhaps not all; `null` if there is no room now.
   */
  trySendto(data: Uint8Array | string, _address: SocketAddress): number | null {
    return this.trySend(data);
  }

  /**
   * Ends receiving, sending or both. What was sent still goes out, then the other end finds the end
   * of the stream.
   *
   * @param how `SHUT_RD`, `SHUT_WR` or `SHUT_RDWR`.
   * @throws {Deno.errors.NotConnected} If the socket is not connected.
   */
  shutdown(how: number): void {
    if (how !== SHUT_RD && how !== SHUT_WR && how !== SHUT_RDWR) {
      throw osError("EINVAL", "Invalid argument");
    }
    const conn = this.#connected();
    if (how !== SHUT_WR) conn.stopReading();
    if (how !== SHUT_RD) conn.stopWriting();
  }

  /**
   * Closes the socket. What was sent still goes out, and keeps the process alive until it has.
   * Unregister it first, as in CPython. Closing again does nothing.
   */
  close(): void {
    this.#close(false);
  }

  /**
   * Closes the socket at once: bytes that wait to be written are dropped, also those of a socket that
   * was closed before. Not in CPython.
   */
  abort(): void {
    this.#close(true);
  }

  /** Closes the socket at the end of a `using` scope. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Gives the descriptor away: this object is closed, what it stood for stays open.
   *
   * @returns The descriptor, for `new Socket(family, type, proto, fileno)`.
   */
  detach(): number {
    const fd = this.#fd;
    this.#fd = -1;
    this.#conn = this.#listener = null;
    return fd;
  }

  /**
   * The socket as text.
   *
   * @returns Python's `repr` of it.
   */
  toString(): string {
    const { family, type, proto } = this;
    if (this.#fd < 0) {
      return `<Socket [closed] fd=-1, family=${family}, type=${type}, proto=${proto}>`;
    }
    const peer = this.#conn?.conn?.remoteAddr;
    const raddr = peer === undefined ? "" : `, raddr=${repr(fromDeno(peer))}`;
    return `<Socket fd=${this.#fd}, family=${family}, type=${type}, proto=${proto}, ` +
      `laddr=${repr(this.getsockname())}${raddr}>`;
  }

  /** The same text for `Deno.inspect` and `console.log`. */
  [DENO_INSPECT](): string {
    return this.toString();
  }

  /** The same text for Node's `util.inspect`. */
  [NODE_INSPECT](): string {
    return this.toString();
  }

  #checkOpen(): void {
    if (this.#fd < 0) throw badDescriptor();
  }

  #connected(): ConnSource {
    if (this.#conn !== null) return this.#conn;
    this.#checkOpen();
    throw notConnected();
  }

  #ensureOptions(): SocketOptions {
    return this.#options ??= new SocketOptions();
  }

  /** The error number of the last `connect`; told once. */
  #takeError(): number {
    const { error } = this;
    if (error === null || error === this.#toldError) return 0;
    this.#toldError = error;
    return errnoOfError(error);
  }

  #close(abort: boolean): void {
    if (this.#fd < 0) {
      if (abort) this.#closed?.close(true);
      return;
    }
    this.#closed = this.#conn;
    closeDescriptor(this.#fd);
    this.#conn?.close(abort);
    this.#listener?.close();
    this.#released = this.#listener?.accepting ?? null;
    this.detach();
  }
}

function adopt(source: ConnSource | ListenerSource, family: number): Socket {
  return new Socket(family, SOCK_STREAM, 0, openDescriptor(source));
}

/** Whether something is a listener or a connection of Deno's, which has no descriptor of its own. */
export function isDenoSocket(fileobj: unknown): fileobj is DenoSocket {
  if (typeof fileobj !== "object" || fileobj === null || "fileno" in fileobj) return false;
  return isListener(fileobj) || ("read" in fileobj && "write" in fileobj && "localAddr" in fileobj);
}

function isListener(resource: object): resource is Deno.Listener {
  return "accept" in resource && "addr" in resource;
}

function toBytes(data: Uint8Array | string): Uint8Array {
  if (typeof data === "string") return encoder.encode(data);
  checkBytes(data);
  return data;
}

function checkBytes(data: Uint8Array): void {
  if (data instanceof Uint8Array) return;
  throw new TypeError(`a bytes-like object is required, not '${typeof data}'`);
}

function wouldBlock(): never {
  throw new BlockingIOError();
}
