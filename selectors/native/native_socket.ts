// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/socket.py, socket; Modules/socketmodule.c

import {
  AF_INET,
  SO_ERROR,
  SO_TYPE,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../constants.ts";
import { ValueError } from "../errors.ts";
import { now } from "../_host.ts";
import type { NonBlockingSocket } from "../non_blocking_socket.ts";
import { badDescriptor } from "../_os_error.ts";
import { DENO_INSPECT, NODE_INSPECT } from "../_repr.ts";
import type { SocketAddress } from "../socket_address.ts";
import { activity } from "./_activity.ts";
import { checkBytes, toBytes } from "../_bytes.ts";
import { Connector } from "./_connector.ts";
import {
  acceptDescriptor,
  askAddress,
  duplicateDescriptor,
  familyOf,
  openDescriptor,
  prepareDescriptor,
} from "./_descriptors.ts";
import { type Lease, takeLease } from "./_lease.ts";
import { check, isBlocking, libc, setBlocking, systemErrno } from "./_libc.ts";
import { POLLIN, POLLOUT } from "./_poll_events.ts";
import { makeReceipt, receipt } from "./_receipt.ts";
import { decodeAddress, encodeResolved, makeRoom, received, sender } from "./_sockaddr.ts";
import { type SocketFunctions, socketFunctions } from "./_socket_functions.ts";
import { readBytes, readNumber, writeOption } from "./_socket_options.ts";
import { describeSocket } from "./_socket_text.ts";
import { orNull, persist, wouldBlock } from "./_waiting.ts";

/** Connections that wait to be accepted, unless more are asked for. CPython: `min(SOMAXCONN, 128)`. */
const USUAL_BACKLOG = 128;

/** The calls, and the number that says why one has failed, from the first socket on. */
let calls: SocketFunctions;
let errno: Int32Array;
/** The system's EAGAIN: the one failure that is in a hurry. */
let again: number;

/** Whether calls on the descriptor of the next socket wait, where that need not be asked. */
let knownBlocking: boolean | null = null;

/**
 * Python's socket: TCP, UDP or Unix, IPv4 or IPv6, blocking or not. It is the operating system's own,
 * used through the C library, and needs `--allow-ffi`.
 *
 * - A new socket is blocking, as in Python: a call that has to wait stops this thread, and with it
 *   everything else of the isolate. `setblocking(false)` makes such calls throw
 *   {@linkcode BlockingIOError} instead, `settimeout(seconds)` makes them give up. A connection accepted
 *   by a socket that is not blocking is not blocking either.
 * - `tryRecv` and its like answer `null` where a non-blocking socket would have to wait: an error costs
 *   more than all the rest of a call. They are not in CPython.
 * - `send` hands the bytes to the system, or does not take them: nothing is kept here.
 * - A host may be a name. Where a blocking socket connects, and wherever else an address is given, the
 *   resolver is asked in this thread, which waits for it, as in Python. A non-blocking socket asks on
 *   another thread, and connects when it has the answer.
 *
 * A socket that is not closed stays open, even if nothing refers to it any more.
 *
 * @example A blocking exchange within one thread
 * ```ts
 * import { NativeSocket } from "@asyncio/asyncio/selectors";
 * import { assertEquals } from "@std/assert";
 *
 * using server = new NativeSocket();
 * server.bind(["127.0.0.1", 0]);
 * server.listen();
 * using client = new NativeSocket();
 * client.connect(server.getsockname());
 * const [conn, address] = server.accept();
 * assertEquals(address, client.getsockname());
 *
 * client.sendall("Hello");
 * assertEquals(new TextDecoder().decode(conn.recv(100)), "Hello");
 * conn.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/socket.html#socket-objects}
 */
export class NativeSocket implements NonBlockingSocket {
  // Invariants: #fd is -1 exactly when closed or detached, and then #lease has ended. The descriptor
  // itself is non-blocking exactly if #timeout is not null.
  readonly #family: number;
  readonly #type: number;
  readonly #proto: number;
  readonly #lease: Lease;
  #fd: number;
  #timeout: number | null;
  /** There is none before the first `connect`. */
  #connector: Connector | null = null;

  /**
   * Creates a socket that is neither bound nor connected, or one for a descriptor.
   *
   * @param family `AF_INET`, `AF_INET6` or `AF_UNIX`. Default: `AF_INET`, or that of `fileno`.
   * @param type `SOCK_STREAM` or `SOCK_DGRAM`; with `SOCK_NONBLOCK` added the socket is not blocking.
   *   Default: `SOCK_STREAM`, or that of `fileno`.
   * @param proto The protocol. Default: 0.
   * @param fileno A descriptor, which belongs to the socket from then on. Default: `null`, for a new one.
   * @throws {Deno.errors.NotCapable} If `--allow-ffi` is missing.
   * @throws {Deno.errors.NotSupported} If the system has no such sockets.
   * @throws {Deno.errors.BadResource} If `fileno` is not open.
   * @throws {ValueError} If `fileno` is negative.
   */
  constructor(family?: number, type?: number, proto = 0, fileno: number | null = null) {
    if (calls === undefined) {
      [calls, errno, again] = [socketFunctions(), libc().errno, systemErrno("EAGAIN")];
    }
    this.#proto = proto;
    if (fileno === null) {
      this.#family = family ?? AF_INET;
      this.#type = (type ?? SOCK_STREAM) & ~SOCK_NONBLOCK;
      this.#timeout = ((type ?? 0) & SOCK_NONBLOCK) === 0 ? null : 0;
      this.#fd = openDescriptor(this.#family, this.#type, proto, this.#timeout === null);
    } else {
      if (!(fileno >= 0)) throw new ValueError("negative file descriptor");
      this.#timeout = (knownBlocking ?? isBlocking(fileno)) ? null : 0;
      this.#family = family ?? familyOf(fileno);
      this.#type = type ?? readNumber(fileno, SOL_SOCKET, SO_TYPE);
      this.#fd = fileno;
    }
    this.#lease = takeLease(this.#fd);
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
    return this.#connector?.error ?? null;
  }

  /** `true`: the systems known here do it so. Not in CPython. */
  get inheritsOptions(): boolean {
    return true;
  }

  /** `null`: the address of a socket is free as soon as it is closed. Not in CPython. */
  get released(): Promise<void> | null {
    return null;
  }

  /** 0: the system has all bytes that `send` took. Not in CPython. */
  get unsent(): number {
    return 0;
  }

  /** Calls back when the system has all bytes that `send` took: at once. Not in CPython. */
  whenSent(callback: (error: Error | null) => void): void {
    callback(null);
  }

  /** The operating system's descriptor; -1 once closed. */
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
    return askAddress(calls.getsockname, this.#fd);
  }

  /**
   * The address of the other end.
   *
   * @returns The address.
   * @throws {Deno.errors.NotConnected} If there is no other end.
   * @throws {Deno.errors.BadResource} If the socket is closed.
   */
  getpeername(): SocketAddress {
    return askAddress(calls.getpeername, this.#fd);
  }

  /**
   * The value of an option.
   *
   * @param level `SOL_SOCKET`, `IPPROTO_TCP` or `IPPROTO_IPV6`; on Linux any number of the system's.
   * @param option Such as `SO_ERROR`, which tells how the last `connect` ended, once: 0 or an error
   *   number of Linux. {@linkcode NativeSocket.error} keeps the error itself.
   * @returns The value.
   */
  getsockopt(level: number, option: number): number;
  /**
   * The value of an option that is no number.
   *
   * @param level As above.
   * @param option As above.
   * @param size The bytes that its value may take, up to 128.
   * @returns The value, as the system has it.
   */
  getsockopt(level: number, option: number, size: number): Uint8Array<ArrayBuffer>;
  getsockopt(level: number, option: number, size?: number): number | Uint8Array<ArrayBuffer> {
    if (size !== undefined) return readBytes(this.#fd, level, option, size);
    const connector = level === SOL_SOCKET && option === SO_ERROR ? this.#connector : null;
    return connector?.takeErrno() ?? readNumber(this.#fd, level, option);
  }

  /**
   * Sets an option.
   *
   * @param level `SOL_SOCKET`, `IPPROTO_TCP` or `IPPROTO_IPV6`; on Linux any number of the system's.
   * @param option The option.
   * @param value A number, or what the system expects as bytes.
   */
  setsockopt(level: number, option: number, value: number | boolean | Uint8Array): void {
    writeOption(this.#fd, level, option, value);
  }

  /** Whether calls wait until they can be done, or time is up: `true` unless the timeout is 0. */
  getblocking(): boolean {
    return this.#timeout !== 0;
  }

  /**
   * Makes calls wait or not.
   *
   * @param blocking `true` for a timeout of `null`, `false` for one of 0.
   */
  setblocking(blocking: boolean): void {
    this.settimeout(blocking ? null : 0);
  }

  /** How long calls wait, in seconds; 0 if they do not wait, `null` if they wait for ever. */
  gettimeout(): number | null {
    return this.#timeout;
  }

  /**
   * Says how long calls are to wait. One that has waited so long throws `Deno.errors.TimedOut`.
   *
   * @param timeout Seconds; 0 not to wait, `null` to wait for ever.
   * @throws {ValueError} If `timeout` is negative or `NaN`.
   */
  settimeout(timeout: number | null): void {
    if (Number.isNaN(timeout)) throw new ValueError("Invalid value NaN (not a number)");
    if (timeout !== null && timeout < 0) throw new ValueError("Timeout value out of range");
    setBlocking(this.#fd, timeout === null);
    this.#timeout = timeout;
  }

  /**
   * Takes a local address.
   *
   * @param address The address; an empty host means every interface.
   * @throws {Deno.errors.AddrInUse} If somebody else has the address.
   * @throws {TypeError} If it is no address of the family.
   */
  bind(address: SocketAddress): void {
    const { bytes, length } = encodeResolved(this.#family, address, "bind");
    check(calls.bind(this.#fd, bytes, length));
  }

  /**
   * Begins to accept connections. A socket without an address takes a free port.
   *
   * @param backlog How many connections may wait to be accepted. Default: 128.
   */
  listen(backlog: number = USUAL_BACKLOG): void {
    check(calls.listen(this.#fd, Math.max(backlog, 0)));
  }

  /**
   * Accepts a connection.
   *
   * @returns A socket for it, and the address of the other end.
   * @throws {BlockingIOError} If none is waiting, and the socket is not blocking.
   */
  accept(): [NativeSocket, SocketAddress] {
    return this.tryAccept() ?? wouldBlock();
  }

  /** As {@linkcode NativeSocket.accept}; `null` where it would block. Not in CPython. */
  tryAccept(): [NativeSocket, SocketAddress] | null {
    activity.count++;
    const blocking = this.#timeout !== 0;
    let fd = acceptDescriptor(this.#fd, blocking);
    const number = errno[0]!;
    if (fd < 0) {
      if (number === again && this.#timeout === 0) return null;
      fd = this.#persist(number, POLLIN, () => acceptDescriptor(this.#fd, blocking));
      if (fd < 0) return null;
    }
    const address = decodeAddress();
    prepareDescriptor(fd, blocking);
    knownBlocking = blocking;
    const sock = new NativeSocket(this.#family, this.#type, this.#proto, fd);
    knownBlocking = null;
    return [sock, address];
  }

  /**
   * Connects. Where the socket is not blocking it begins to, and throws. Once that has ended, well or
   * badly, the socket is writable, and `getsockopt(SOL_SOCKET, SO_ERROR)` or
   * {@linkcode NativeSocket.error} tells how.
   *
   * @param address Where to.
   * @throws {BlockingIOError} If the socket is not blocking, and the connection is not made at once.
   * @throws {Deno.errors.TimedOut} If time is up.
   * @throws {Deno.errors.ConnectionRefused} If nobody listens there.
   */
  connect(address: SocketAddress): void {
    const { error } = this.#ensureConnector().connect(address, this.#timeout);
    if (error !== null) throw error;
  }

  /**
   * Connects as {@linkcode NativeSocket.connect} does.
   *
   * @param address Where to.
   * @returns An error number of Linux, 0 if connected: 115 (`EINPROGRESS`) when begun, 114 (`EALREADY`)
   *   when begun before, 106 (`EISCONN`) when connected before, 11 (`EAGAIN`) when time is up.
   */
  connectEx(address: SocketAddress): number {
    return this.#ensureConnector().connect(address, this.#timeout).errno;
  }

  /**
   * Receives bytes.
   *
   * @param size How many at most. No more than 256 KB come at once.
   * @returns The bytes that are here; none at the end of the stream.
   * @throws {BlockingIOError} If none are here yet, and the socket is not blocking.
   * @throws {Deno.errors.ConnectionReset} If the other end broke the connection.
   */
  recv(size: number): Uint8Array<ArrayBuffer> {
    return this.tryRecv(size) ?? wouldBlock();
  }

  /** As {@linkcode NativeSocket.recv}; `null` where it would block. Not in CPython. */
  tryRecv(size: number): Uint8Array<ArrayBuffer> | null {
    activity.count++;
    const room = makeReceipt(size, "recv");
    if (size === 0) return new Uint8Array();
    let count = calls.recv(this.#fd, receipt, room, 0);
    const number = errno[0]!;
    if (count < 0) {
      if (number === again && this.#timeout === 0) return null;
      count = this.#persist(number, POLLIN, () => calls.recv(this.#fd, receipt, room, 0));
      if (count < 0) return null;
    }
    return receipt.slice(0, count);
  }

  /**
   * Receives bytes straight into a buffer.
   *
   * @param buffer Where to.
   * @param size How many at most. Default: as many as fit.
   * @returns How many there were; 0 at the end of the stream.
   * @throws {BlockingIOError} If none are here yet, and the socket is not blocking.
   * @throws {Deno.errors.ConnectionReset} If the other end broke the connection.
   */
  recvInto(buffer: Uint8Array, size: number = buffer.length): number {
    if (size < 0) throw new ValueError("negative buffersize in recv_into");
    if (size > buffer.length) throw new ValueError("buffer too small for requested bytes");
    return this.tryRecvInto(size === buffer.length ? buffer : buffer.subarray(0, size)) ??
      wouldBlock();
  }

  /** As {@linkcode NativeSocket.recvInto}; `null` where it would block. Not in CPython. */
  tryRecvInto(buffer: Uint8Array): number | null {
    activity.count++;
    checkBytes(buffer);
    if (buffer.length === 0) return 0;
    const room = BigInt(buffer.length);
    const count = calls.recv(this.#fd, buffer, room, 0);
    const number = errno[0]!;
    if (count >= 0) return count;
    if (number === again && this.#timeout === 0) return null;
    return orNull(this.#persist(number, POLLIN, () => calls.recv(this.#fd, buffer, room, 0)));
  }

  /**
   * Receives bytes, a datagram say, and tells from whom. What does not fit of a datagram is lost.
   *
   * @param size How many at most. A datagram has no more than 64 KB.
   * @returns The bytes, and where they come from: `null` on a stream.
   * @throws {BlockingIOError} If none are here yet, and the socket is not blocking.
   */
  recvfrom(size: number): [Uint8Array<ArrayBuffer>, SocketAddress | null] {
    return this.tryRecvfrom(size) ?? wouldBlock();
  }

  /** As {@linkcode NativeSocket.recvfrom}; `null` where it would block. Not in CPython. */
  tryRecvfrom(size: number): [Uint8Array<ArrayBuffer>, SocketAddress | null] | null {
    const room = makeReceipt(size, "recvfrom");
    const count = this.#receiveFrom(receipt, room);
    return count < 0 ? null : [receipt.slice(0, count), sender()];
  }

  /**
   * Receives bytes straight into a buffer, and tells from whom.
   *
   * @param buffer Where to.
   * @returns How many there were, and where they come from: `null` on a stream.
   * @throws {BlockingIOError} If none are here yet, and the socket is not blocking.
   */
  recvfromInto(buffer: Uint8Array): [number, SocketAddress | null] {
    checkBytes(buffer);
    const count = this.#receiveFrom(buffer, BigInt(buffer.length));
    return count < 0 ? wouldBlock() : [count, sender()];
  }

  /**
   * Sends bytes, straight from where they are.
   *
   * @param data What to send; a string is sent as UTF-8.
   * @returns How many bytes were taken, perhaps not all.
   * @throws {BlockingIOError} If there is no room now, and the socket is not blocking.
   * @throws {Deno.errors.BrokenPipe} If sending was ended, or the other end has gone.
   */
  send(data: Uint8Array | string): number {
    return this.trySend(data) ?? wouldBlock();
  }

  /** As {@linkcode NativeSocket.send}; `null` where it would block. Not in CPython. */
  trySend(data: Uint8Array | string): number | null {
    return orNull(this.#send(toBytes(data)));
  }

  /**
   * Sends bytes, all of them. The timeout is for the whole of it.
   *
   * @param data What to send; a string is sent as UTF-8.
   * @throws {BlockingIOError} If there is no room for all of them, and the socket is not blocking.
   *   Some may have been sent.
   */
  sendall(data: Uint8Array | string): void {
    const end = this.#timeout ? now() + this.#timeout : undefined;
    for (let rest = toBytes(data); rest.length > 0;) {
      const count = this.#send(rest, end);
      if (count < 0) wouldBlock();
      rest = rest.subarray(count);
    }
  }

  /**
   * Sends a datagram.
   *
   * @param data What to send; a string is sent as UTF-8.
   * @param address Where to.
   * @returns How many bytes were taken: all.
   * @throws {BlockingIOError} If there is no room now, and the socket is not blocking.
   */
  sendto(data: Uint8Array | string, address: SocketAddress): number {
    return this.trySendto(data, address) ?? wouldBlock();
  }

  /** As {@linkcode NativeSocket.sendto}; `null` where it would block. Not in CPython. */
  trySendto(data: Uint8Array | string, address: SocketAddress): number | null {
    activity.count++;
    const bytes = toBytes(data);
    const target = encodeResolved(this.#family, address, "sendto");
    const room = BigInt(bytes.length);
    const call = () =>
      calls.sendto(this.#fd, bytes, room, calls.sendFlags, target.bytes, target.length);
    const count = call();
    const number = errno[0]!;
    return count >= 0 ? count : orNull(this.#persist(number, POLLOUT, call));
  }

  /**
   * Ends receiving, sending or both. What was sent still goes out, then the other end finds the end
   * of the stream.
   *
   * @param how `SHUT_RD`, `SHUT_WR` or `SHUT_RDWR`.
   * @throws {Deno.errors.NotConnected} If the socket is not connected.
   */
  shutdown(how: number): void {
    activity.count++;
    check(calls.shutdown(this.#fd, how));
  }

  /**
   * Closes the socket. What was sent still goes out. Unregister it first, as in CPython. Closing again
   * does nothing.
   */
  close(): void {
    const fd = this.detach();
    if (fd >= 0) libc().all.close(fd);
  }

  /** The same as {@linkcode NativeSocket.close}, which waits for nothing. Not in CPython. */
  abort(): void {
    this.close();
  }

  /** Closes the socket at the end of a `using` scope. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Gives the descriptor away: this object is closed, what it stood for stays open. It may be sent to a
   * Worker, and be made a socket there.
   *
   * @returns The descriptor, for `new NativeSocket(family, type, proto, fileno)`.
   */
  detach(): number {
    activity.count++;
    const fd = this.#fd;
    if (fd >= 0) this.#lease.end(fd);
    this.#connector?.cancel();
    this.#connector = null;
    this.#fd = -1;
    return fd;
  }

  /**
   * Another socket for the same connection or the same listener, which stays open until both are
   * closed.
   *
   * @returns The socket. Whether calls wait is common to both.
   */
  dup(): NativeSocket {
    const fd = duplicateDescriptor(this.#fd);
    const copy = new NativeSocket(this.#family, this.#type, this.#proto, fd);
    copy.#timeout = this.#timeout;
    return copy;
  }

  /**
   * The socket as text.
   *
   * @returns Python's `repr` of it.
   */
  toString(): string {
    return describeSocket(this);
  }

  /** @ignore */
  [DENO_INSPECT](): string {
    return this.toString();
  }

  /** @ignore */
  [NODE_INSPECT](): string {
    return this.toString();
  }

  #ensureConnector(): Connector {
    activity.count++;
    if (this.#fd < 0) throw badDescriptor();
    return this.#connector ??= new Connector(this.#fd, this.#family, this.#lease);
  }

  #send(bytes: Uint8Array, end?: number): number {
    activity.count++;
    const room = BigInt(bytes.length);
    const count = calls.send(this.#fd, bytes, room, calls.sendFlags);
    const number = errno[0]!;
    if (count >= 0) return count;
    if (number === again && this.#timeout === 0) return -1;
    const call = () => calls.send(this.#fd, bytes, room, calls.sendFlags);
    return this.#persist(number, POLLOUT, call, end);
  }

  #receiveFrom(buffer: Uint8Array, room: bigint): number {
    activity.count++;
    const call = () => {
      makeRoom();
      return calls.recvfrom(this.#fd, buffer, room, 0, received.bytes, received.length);
    };
    const count = call();
    const number = errno[0]!;
    return count >= 0 ? count : this.#persist(number, POLLIN, call);
  }

  /** What becomes of a call that has failed: see {@linkcode persist}. */
  #persist(number: number, events: number, call: () => number, end?: number): number {
    if (this.#timeout === 0 && this.#connector?.resolving) return -1;
    return persist(this.#fd, this.#timeout, number, events, call, end);
  }
}
