// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/socket.py, socket; Modules/socketmodule.c

import { ConnSource } from "./conn_source.ts";
import {
  AF_INET,
  AF_UNIX,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SO_ERROR,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../constants.ts";
import { type DenoSocket, isListener } from "./deno_socket.ts";
import { closeDescriptor, endpointOf, openDescriptor, replaceEndpoint } from "./_descriptors.ts";
import type { Endpoint } from "./endpoint.ts";
import { BlockingIOError } from "../errors.ts";
import { ListenerSource } from "./listener_source.ts";
import { checkKind, newEndpoint } from "./_new_endpoint.ts";
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
import { checkBytes, toBytes } from "../_bytes.ts";
import { checkRoom, checkSize, wouldBlock } from "./_socket_calls.ts";
import { SocketOptions } from "./_socket_options.ts";

/** The socket of each adopted listener or connection. */
const adopted = new WeakMap<DenoSocket, Socket>();

/**
 * Python's non-blocking socket, over Deno's own listeners, connections and datagram ports.
 *
 * - Every byte received is kept for whoever reads next, also across `unregister` and `modify`. What
 *   `recv` gives is the caller's: its `buffer` holds nothing else.
 * - `send` copies what it takes. Up to 512 KB wait to be written (`unsent` tells how much);
 *   `close` writes them first, as long as the other end takes them.
 * - A call that would wait throws {@linkcode BlockingIOError}, and what it waits for is begun: the
 *   same call works later, with or without a selector. `tryRecv` and its like answer `null` instead
 *   of throwing: they are not in CPython.
 * - Datagrams are Deno's own with `--unstable-net`, Node's `dgram` without. A datagram socket is
 *   connected to numeric addresses only.
 * - There is no blocking mode and no local address for `connect` of a stream socket: these throw
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
  // Invariants: #fd is -1 exactly when closed or detached. #endpoint is null only when detached: a
  // closed socket may have bytes to send, and be aborted.
  readonly #family: number;
  readonly #type: number;
  readonly #proto: number;
  #fd: number;
  #endpoint: Endpoint | null;
  #options: SocketOptions | null = null;
  #toldError: Error | null = null;

  /**
   * Creates a socket that is neither bound nor connected, or one for an open descriptor.
   *
   * @param family `AF_INET`, `AF_INET6` or `AF_UNIX`. Default: `AF_INET`.
   * @param type `SOCK_STREAM` or `SOCK_DGRAM`. Default: `SOCK_STREAM`.
   * @param proto 0, which is the default.
   * @param fileno A descriptor, as {@linkcode Socket.detach} gives. Default: that of a new socket.
   * @throws {Deno.errors.NotSupported} If Deno has no such sockets.
   * @throws {Deno.errors.BadResource} If `fileno` is not open.
   */
  constructor(
    family: number = AF_INET,
    type: number = SOCK_STREAM,
    proto = 0,
    fileno: number | null = null,
  ) {
    checkKind(family, type);
    this.#family = family;
    this.#type = type;
    this.#proto = proto;
    const endpoint = fileno === null
      ? newEndpoint(family, type, () => this.#ensureOptions())
      : endpointOf(fileno);
    if (endpoint === undefined) throw badDescriptor();
    this.#endpoint = endpoint;
    this.#fd = fileno ?? openDescriptor(endpoint);
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

  /** The socket type: `SOCK_STREAM` or `SOCK_DGRAM`. */
  get type(): number {
    return this.#type;
  }

  /** The protocol given at creation. */
  get proto(): number {
    return this.#proto;
  }

  /** The very error that ended the last `connect`, or `null`. Not in CPython. */
  get error(): Error | null {
    return this.#endpoint?.error ?? null;
  }

  /**
   * Of a listening socket that was closed: settles when its address is free for others. `null` if it
   * is already. Not in CPython, where `close()` frees it at once.
   */
  get released(): Promise<void> | null {
    return this.#fd < 0 ? this.#endpoint?.released ?? null : null;
  }

  /** How many of the bytes that `send` has taken the system has not taken yet. Not in CPython. */
  get unsent(): number {
    return this.#endpoint?.unsent ?? 0;
  }

  /**
   * Waits until the system has taken what `send` has, or until that has failed. Not in CPython.
   *
   * @param callback Called once, with `null` or the error that sending has failed with: at once if
   *   it is so already, otherwise from a microtask.
   * @param atMost How many bytes may be unsent then. Default: 0, and no datagram, however short.
   */
  whenSent(callback: (error: Error | null) => void, atMost: number = 0): void {
    if (this.#endpoint === null) callback(null);
    else this.#endpoint.whenSent(callback, atMost);
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
    const addr = this.#open().localAddr;
    if (addr !== null) return fromDeno(addr);
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
    const addr = this.#open().remoteAddr;
    if (addr === null) throw notConnected();
    return fromDeno(addr);
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
    this.#open();
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
    const { conn } = this.#open();
    this.#ensureOptions().set(level, option, Boolean(value), conn);
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
    this.#open();
    if (blocking) throw notSupported("set socket to blocking mode");
  }

  /**
   * Takes a local address. A stream socket listens there at once: this is how Deno tells the port that
   * 0 becomes. Connections wait in the system until {@linkcode Socket.listen} allows to accept them.
   *
   * @param address The address; an empty host means every interface.
   * @throws {Deno.errors.AddrInUse} If somebody else has the address.
   * @throws {TypeError} If it is no address of the family.
   */
  bind(address: SocketAddress): void {
    const endpoint = this.#open();
    const bound = endpoint.bind(toDeno(this.#family, address, "bind"), this.#ensureOptions());
    if (bound === endpoint) return;
    this.#endpoint = bound;
    replaceEndpoint(this.#fd, bound);
  }

  /**
   * Allows to accept connections. A socket without an address takes a free port.
   *
   * @param backlog How many connections may wait in the system to be accepted; 100 unless given. Where
   *   it differs the socket listens anew, and connections made since `bind` are broken. Up to 64 more
   *   wait here while the socket is watched. Of a Unix socket, of one that listens already, and of a
   *   listener that was adopted, the length stays as it is.
   * @throws {TypeError} If `backlog` is no integer.
   * @throws {Deno.errors.AddrInUse} If somebody else has taken the address meanwhile.
   */
  listen(backlog?: number): void {
    if (backlog !== undefined && !Number.isInteger(backlog)) {
      throw new TypeError(`an integer is required, not ${repr(backlog)}`);
    }
    if (this.#open().localAddr === null && this.#type === SOCK_STREAM) {
      this.bind(this.#family === AF_UNIX ? "" : ["", 0]);
    }
    this.#open().listen(backlog);
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
    const listener = this.#open();
    const conn = listener.accept();
    if (conn === null) return null;
    const endpoint = new ConnSource(conn);
    endpoint.home = listener.home;
    return [adopt(endpoint, this.#family), fromDeno(conn.remoteAddr)];
  }

  /**
   * Begins to connect. When that has ended, well or badly, the socket is writable, and
   * `getsockopt(SOL_SOCKET, SO_ERROR)` or {@linkcode Socket.error} tells how. A datagram socket is
   * connected at once: it exchanges datagrams with that address alone.
   *
   * @param address Where to.
   * @throws {BlockingIOError} Always, of a stream socket, unless something else is wrong.
   */
  connect(address: SocketAddress): void {
    const errno = this.connectEx(address);
    if (errno === 0) return;
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
   *   106 (`EISCONN`) when connected, 0 of a datagram socket.
   */
  connectEx(address: SocketAddress): number {
    const endpoint = this.#open();
    const code = endpoint.connect(
      toDeno(this.#family, address, "connect"),
      (conn) => this.#options?.apply(conn),
    );
    return code === null ? 0 : errnoOf(code);
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
    checkSize(size);
    return this.#open().take(size);
  }

  /**
   * Receives bytes into a buffer.
   *
   * @param buffer Where to.
   * @param size How many at most. Default: as many as fit.
   * @returns How many there were; 0 at the end of the stream.
   * @throws {BlockingIOError} If none are here yet.
   * @throws {Deno.errors.ConnectionReset} If the other end broke the connection.
   */
  recvInto(buffer: Uint8Array, size: number = buffer.length): number {
    checkRoom(buffer, size);
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
    return this.#open().takeInto(buffer);
  }

  /**
   * Receives a datagram, or bytes of a stream, and tells from whom.
   *
   * @param size How many bytes at most: the rest of a datagram is lost.
   * @returns The bytes, and the address; `null` of a stream, which has only one sender.
   * @throws {BlockingIOError} If none are here yet.
   */
  recvfrom(size: number): [Uint8Array<ArrayBuffer>, SocketAddress | null] {
    return this.tryRecvfrom(size) ?? wouldBlock();
  }

  /**
   * Receives as {@linkcode Socket.recvfrom} does.
   *
   * @param size How many bytes at most.
   * @returns The bytes, and the address or `null`; `null` in place of both if none are here yet.
   */
  tryRecvfrom(size: number): [Uint8Array<ArrayBuffer>, SocketAddress | null] | null {
    checkSize(size);
    const received = this.#open().takeFrom(size);
    if (received === null) return null;
    const [bytes, from] = received;
    return [bytes, from === null ? null : fromDeno(from)];
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
    return this.#open().put(toBytes(data));
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
   * Sends a datagram. On a stream the address is ignored: it is {@linkcode Socket.send}.
   *
   * @param data What to send; a string is sent as UTF-8.
   * @param address Where to.
   * @returns How many bytes were taken.
   * @throws {BlockingIOError} If there is no room now.
   * @throws {Error} If the datagram is too long. What else goes wrong, the next who receives is told.
   */
  sendto(data: Uint8Array | string, address: SocketAddress): number {
    return this.trySendto(data, address) ?? wouldBlock();
  }

  /**
   * Sends as {@linkcode Socket.sendto} does.
   *
   * @param data What to send; a string is sent as UTF-8.
   * @param address Where to.
   * @returns How many bytes were taken; `null` if there is no room now.
   */
  trySendto(data: Uint8Array | string, address: SocketAddress): number | null {
    return this.#open().putTo(toBytes(data), () => toDeno(this.#family, address, "sendto"));
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
    const endpoint = this.#open();
    if (how !== SHUT_WR) endpoint.stopReading();
    if (how !== SHUT_RD) endpoint.stopWriting();
  }

  /**
   * Closes the socket. What was sent still goes out, and keeps the process alive until it has: a
   * peer that takes nothing for a minute is given up, or for a moment where the socket belongs to an
   * event loop (it made or accepted it) that has been closed. Unregister it first, as in CPython.
   * Closing again does nothing.
   */
  close(): void {
    if (this.#fd < 0) return;
    closeDescriptor(this.#fd);
    this.#fd = -1;
    this.#endpoint!.close(false);
  }

  /**
   * Closes the socket at once: bytes that wait to be written are dropped, also those of a socket that
   * was closed before. Not in CPython.
   */
  abort(): void {
    if (this.#fd >= 0) closeDescriptor(this.#fd);
    this.#fd = -1;
    this.#endpoint?.close(true);
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
    if (fd >= 0) this.#endpoint = null;
    this.#fd = -1;
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
    const peer = this.#open().remoteAddr;
    const raddr = peer === null ? "" : `, raddr=${repr(fromDeno(peer))}`;
    return `<Socket fd=${this.#fd}, family=${family}, type=${type}, proto=${proto}, ` +
      `laddr=${repr(this.getsockname())}${raddr}>`;
  }

  /** @ignore */
  [DENO_INSPECT](): string {
    return this.toString();
  }

  /** @ignore */
  [NODE_INSPECT](): string {
    return this.toString();
  }

  #open(): Endpoint {
    if (this.#fd < 0) throw badDescriptor();
    return this.#endpoint!;
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
}

function adopt(endpoint: Endpoint, family: number): Socket {
  return new Socket(family, SOCK_STREAM, 0, openDescriptor(endpoint));
}
