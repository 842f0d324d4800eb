// Copyright 2026 the asyncio authors. MIT license.

import type { FileObj, NonBlockingSocket } from "../../selectors/mod.ts";
import {
  coroutine,
  type CoroutineObject,
  type EventLoopOptions,
  getRunningLoop,
  type Handle,
  RuntimeError,
  SelectorEventLoop,
} from "../../coroutines/mod.ts";
import { createConnection, type CreateConnectionOptions } from "./create_connection.ts";
import { createServer, type CreateServerOptions } from "./create_server.ts";
import type { InetAddress } from "./inet_address.ts";
import { type AddressInfo, type AddressOptions, getaddrinfo, getnameinfo } from "./getaddrinfo.ts";
import type { BaseProtocol } from "./base.ts";
import type { Server } from "./server.ts";
import type { Leftover, TransportHost } from "./_transport_host.ts";
import type { Transport } from "./transports.ts";

/**
 * An event loop with connections and servers, datagrams, pipes and TLS: all that moves bytes.
 *
 * Closing it closes the transports and servers that were left open, and drops what they have not sent.
 *
 * @example Usage
 * ```ts
 * import { getRunningLoop, NetworkEventLoop, run } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * await run(async () => assertInstanceOf(getRunningLoop(), NetworkEventLoop));
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html}
 */
export class NetworkEventLoop extends SelectorEventLoop {
  /** What is open: transports by their descriptors, the rest by themselves. */
  readonly #open = new Map<number | object, Leftover>();
  readonly #host: TransportHost;

  /**
   * A loop that does not run yet.
   *
   * @param options `selector`, `clock`, `debug`, `timerPrecision`.
   */
  constructor(options: EventLoopOptions = {}) {
    super(options);
    this.#host = {
      loop: this,
      createSocket: (family, type) => this.createSocket(family, type),
      callSoon: (fn, ...args) => void this.callSoon(fn, ...args),
      addReader: (sock, fn) => void super.addReader(sock, fn),
      removeReader: (sock) => void super.removeReader(sock),
      addWriter: (sock, fn) => void super.addWriter(sock, fn),
      removeWriter: (sock) => void super.removeWriter(sock),
      callExceptionHandler: (context) => this.callExceptionHandler(context),
      attach: (key, leftover) => this.#open.set(key, leftover),
      detach: (key) => this.#open.delete(key),
      isClosed: () => this.isClosed(),
      getaddrinfo: (host, port, options) => this.getaddrinfo(host, port, options),
    };
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
   * Ends {@linkcode NetworkEventLoop.addReader}.
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
   * Ends {@linkcode NetworkEventLoop.addWriter}.
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
  ): CoroutineObject<AddressInfo[]> {
    return getaddrinfo(host, port, options);
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

  // Connections and servers.

  /**
   * Connects to a server.
   *
   * @typeParam P Type of the protocol.
   * @param protocolFactory Makes the protocol of the connection.
   * @param host A name or an address.
   * @param port The port.
   * @param options `family`, `sock`, `localAddr`, `happyEyeballsDelay` and so on.
   * @returns A coroutine giving the transport and the protocol. Its `connectionMade()` has been called.
   * @throws {ValueError} If there is neither host and port nor a socket, or both.
   * @throws What ends the last attempt: `Deno.errors.ConnectionRefused`, say.
   */
  createConnection<P extends BaseProtocol>(
    protocolFactory: () => P,
    host?: string | null,
    port?: number | null,
    options: CreateConnectionOptions = {},
  ): CoroutineObject<[transport: Transport, protocol: P]> {
    return NetworkEventLoop.#createConnection(
      this.#host,
      protocolFactory,
      host ?? null,
      port ?? null,
      options,
    ) as CoroutineObject<[Transport, P]>;
  }

  static readonly #createConnection = coroutine(createConnection<BaseProtocol>);

  /**
   * Makes a server.
   *
   * @param protocolFactory Makes the protocol of each connection.
   * @param host A name or an address to listen at, or several; `null` or `""` for every interface.
   * @param port The port; 0 for any that is free. See `server.sockets`.
   * @param options `family`, `sock`, `backlog`, `reusePort`, `startServing` and so on.
   * @returns A coroutine giving the server.
   * @throws {ValueError} If there is neither host nor port nor a socket, or a socket and one of them.
   * @throws {Deno.errors.AddrInUse} If somebody else has the port.
   */
  createServer(
    protocolFactory: () => BaseProtocol,
    host?: string | readonly string[] | null,
    port?: number | null,
    options: CreateServerOptions = {},
  ): CoroutineObject<Server> {
    return NetworkEventLoop.#createServer(
      this.#host,
      protocolFactory,
      host ?? null,
      port ?? null,
      options,
    );
  }

  static readonly #createServer = coroutine(createServer);
}

/** The running loop, for what needs connections. */
export function runningNetworkLoop(): NetworkEventLoop {
  const loop = getRunningLoop();
  if (loop instanceof NetworkEventLoop) return loop;
  throw new RuntimeError(`${loop} has no connections: make the loop by asyncio's newEventLoop()`);
}
