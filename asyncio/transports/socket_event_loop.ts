// Copyright 2026 the asyncio authors. MIT license.

import type { FileObj, NonBlockingSocket, SocketAddress } from "../../selectors/mod.ts";
import {
  coroutine,
  type CoroutineObject,
  type EventLoopOptions,
  type Handle,
  RuntimeError,
} from "../../coroutines/mod.ts";
import { ExecutorEventLoop } from "../executors/executor_event_loop.ts";
import { type AddressInfo, type AddressOptions, getaddrinfo, getnameinfo } from "./getaddrinfo.ts";
import type { InetAddress } from "./inet_address.ts";
import { type SendableFile, type SendfileOptions, sockSendfile } from "./sendfile.ts";
import * as operations from "./_socket_operations.ts";
import { addHost, hostOf, type Leftover } from "./_transport_host.ts";

/**
 * An event loop that transports and servers stand on: it knows which sockets are theirs, and closes
 * what is left of them when it is closed. It also asks for names, and waits for datagrams.
 *
 * @example Usage
 * ```ts
 * import { getRunningLoop, run, SocketEventLoop } from "@asyncio/asyncio";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 *
 * await run(function* () {
 *   const loop = getRunningLoop();
 *   assertInstanceOf(loop, SocketEventLoop);
 *   const [[, , , , address]] = yield* loop.getaddrinfo("127.0.0.1", 80);
 *   assertEquals(address, ["127.0.0.1", 80]);
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html}
 */
export class SocketEventLoop extends ExecutorEventLoop {
  /** What is open: transports by their descriptors, the rest by themselves. */
  readonly #open = new Map<number | object, Leftover>();

  /**
   * A loop that does not run yet.
   *
   * @param options `selector`, `clock`, `debug`, `timerPrecision`.
   */
  constructor(options: EventLoopOptions = {}) {
    super(options);
    addHost({
      loop: this,
      createSocket: (family, type) => this.createSocket(family, type),
      openPipe: (fd) => this.selector.openPipe(fd),
      callSoon: (fn, ...args) => void this.callSoon(fn, ...args),
      addReader: (sock, fn) => void super.addReader(sock, fn),
      removeReader: (sock) => void super.removeReader(sock),
      addWriter: (sock, fn) => void super.addWriter(sock, fn),
      removeWriter: (sock) => void super.removeWriter(sock),
      callExceptionHandler: (context) => this.callExceptionHandler(context),
      attach: (key, leftover) => this.#open.set(key, leftover),
      detach: (key) => this.#open.delete(key),
      isClosed: () => this.isClosed(),
      lookUp: (host, family) => this.selector.lookUp(host, family),
      getaddrinfo: (host, port, options) => this.getaddrinfo(host, port, options),
    });
  }

  /**
   * Closes the loop, and with it the transports and servers that are still open. Does nothing the
   * second time.
   *
   * @throws {RuntimeError} If the loop is running.
   */
  override close(): void {
    if (!this.isRunning() && !this.isClosed()) {
      for (const leftover of [...this.#open.values()]) leftover.abandon();
      this.#open.clear();
    }
    super.close();
  }

  /**
   * After `close()`: settles when what the selector had under way has come to its end; `null` if
   * nothing was. `run()` waits for it. Not in CPython, where a closed selector is closed.
   */
  get closed(): Promise<void> | null {
    return this.selector.closed;
  }

  // Watching: not what belongs to a transport.

  /**
   * Calls `fn(...args)` whenever a file object can be read, in place of what was called before.
   *
   * @param fileobj A socket, a `Deno.Listener` or `Deno.Conn`, or a descriptor of one.
   * @param fn The function.
   * @param args What to call it with.
   * @returns A handle to cancel it.
   * @throws {RuntimeError} If the loop is closed, or a transport has the file object.
   * @throws {ValueError} If `fileobj` is no open file object.
   */
  override addReader<A extends unknown[]>(
    fileobj: FileObj,
    fn: (...args: A) => unknown,
    ...args: A
  ): Handle {
    this.#checkFree(fileobj);
    return super.addReader(fileobj, fn, ...args);
  }

  /**
   * Ends {@linkcode SocketEventLoop.addReader}.
   *
   * @param fileobj The file object.
   * @returns Whether there was something to end.
   * @throws {RuntimeError} If a transport has the file object.
   */
  override removeReader(fileobj: FileObj): boolean {
    this.#checkFree(fileobj);
    return super.removeReader(fileobj);
  }

  /**
   * Calls `fn(...args)` whenever a file object can be written, in place of what was called before.
   *
   * @param fileobj A socket, a `Deno.Conn`, or a descriptor of one.
   * @param fn The function.
   * @param args What to call it with.
   * @returns A handle to cancel it.
   * @throws {RuntimeError} If the loop is closed, or a transport has the file object.
   * @throws {ValueError} If `fileobj` is no open file object.
   */
  override addWriter<A extends unknown[]>(
    fileobj: FileObj,
    fn: (...args: A) => unknown,
    ...args: A
  ): Handle {
    this.#checkFree(fileobj);
    return super.addWriter(fileobj, fn, ...args);
  }

  /**
   * Ends {@linkcode SocketEventLoop.addWriter}.
   *
   * @param fileobj The file object.
   * @returns Whether there was something to end.
   * @throws {RuntimeError} If a transport has the file object.
   */
  override removeWriter(fileobj: FileObj): boolean {
    this.#checkFree(fileobj);
    return super.removeWriter(fileobj);
  }

  /**
   * A new socket of the kind that this loop's selector watches.
   *
   * @param family `AF_INET`, `AF_INET6` or `AF_UNIX`. Default: `AF_INET`.
   * @param type `SOCK_STREAM` or `SOCK_DGRAM`. Default: `SOCK_STREAM`.
   * @returns The socket, non-blocking.
   */
  override createSocket(family?: number, type?: number): NonBlockingSocket {
    return this.selector.createSocket(family, type);
  }

  // CPython: Lib/asyncio/selector_events.py, BaseSelectorEventLoop._ensure_fd_no_transport
  #checkFree(fileobj: FileObj): void {
    if (this.#open.size === 0) return;
    const fd = typeof fileobj === "number"
      ? fileobj
      : (fileobj as { fileno?(): number }).fileno?.() ?? -1;
    const transport = this.#open.get(fd) as (Leftover & { isClosing(): boolean }) | undefined;
    if (transport === undefined || transport.isClosing()) return;
    throw new RuntimeError(`File descriptor ${fd} is used by transport ${transport}`);
  }

  // Names.

  /**
   * The addresses of a host.
   *
   * @param host A name or an address; `null` for this machine.
   * @param port The port.
   * @param options `family`, `type`, `proto`, `flags`.
   * @returns A coroutine giving the ways to reach it: `[family, type, proto, canonname, address]` each.
   * @throws What the system says of a name that it does not know.
   */
  getaddrinfo(
    host: string | null,
    port: number | string | null,
    options: AddressOptions = {},
  ): CoroutineObject<[AddressInfo, ...AddressInfo[]]> {
    return getaddrinfo(hostOf(this), host, port, options) as CoroutineObject<
      [AddressInfo, ...AddressInfo[]]
    >;
  }

  /**
   * The name of a host and of a service.
   *
   * @param address The address.
   * @param flags 1 for the host as a number, 2 for the service as a number. Default: 0.
   * @returns A coroutine giving both.
   */
  getnameinfo(
    address: InetAddress,
    flags: number = 0,
  ): CoroutineObject<[host: string, service: string]> {
    return getnameinfo(address, flags);
  }

  // Sockets.

  /**
   * Receives a datagram.
   *
   * @param sock The socket, non-blocking.
   * @param size How many of its bytes at most. The rest is dropped.
   * @returns A coroutine giving the bytes, and who sent them.
   * @throws What the socket's `recvfrom()` throws.
   */
  sockRecvfrom(
    sock: NonBlockingSocket,
    size: number,
  ): CoroutineObject<[data: Uint8Array<ArrayBuffer>, address: SocketAddress | null]> {
    return operations.recvfrom(this, sock, size);
  }

  /**
   * Receives a datagram into a buffer.
   *
   * @param sock The socket, non-blocking.
   * @param buffer Where to put its bytes.
   * @param size How many of them at most. Default: as many as fit.
   * @returns A coroutine giving their number, and who sent them.
   * @throws {ValueError} If `size` is more than fit.
   * @throws What the socket's `recvfrom()` throws.
   */
  sockRecvfromInto(
    sock: NonBlockingSocket,
    buffer: Uint8Array,
    size: number = 0,
  ): CoroutineObject<[size: number, address: SocketAddress | null]> {
    return operations.recvfromInto(this, sock, buffer, size);
  }

  /**
   * Sends a datagram.
   *
   * @param sock The socket, non-blocking.
   * @param data Its bytes, or a string for its UTF-8.
   * @param address Where to.
   * @returns A coroutine giving the number of its bytes.
   * @throws What the socket's `sendto()` throws.
   */
  sockSendto(
    sock: NonBlockingSocket,
    data: Uint8Array | string,
    address: SocketAddress,
  ): CoroutineObject<number> {
    return operations.sendto(this, sock, data, address);
  }

  /**
   * Sends a file, or a part of it. Afterwards the file stands behind what was sent, also if that was
   * not all.
   *
   * @param sock The socket of a connection, non-blocking.
   * @param file The file: a `Deno.FsFile`, say.
   * @param offset Where to begin, in bytes. Default: 0.
   * @param count How many bytes; `null`, the default, for all.
   * @param options `fallback: false` for an error where the system cannot do it by itself.
   * @returns A coroutine giving the number of bytes sent.
   * @throws {SendfileNotAvailableError} If the system cannot do it, and `fallback` is `false`.
   */
  sockSendfile(
    sock: NonBlockingSocket,
    file: SendableFile,
    offset: number = 0,
    count: number | null = null,
    options: SendfileOptions = {},
  ): CoroutineObject<number> {
    const part = { file, offset, count };
    return SocketEventLoop.#sockSendfile(hostOf(this), sock, part, options);
  }

  static readonly #sockSendfile = coroutine(sockSendfile);
}
