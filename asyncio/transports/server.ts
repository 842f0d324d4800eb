// Copyright 2026 the asyncio authors. MIT license.

import type { NonBlockingSocket, SocketAddress } from "../../selectors/mod.ts";
import {
  CancelledError,
  type Coroutine,
  coroutine,
  type CoroutineObject,
  fromPromise,
  type Future,
  inspectAsText,
  KeyboardInterrupt,
  RuntimeError,
  type SelectorEventLoop,
  sleep,
} from "../../coroutines/mod.ts";
import { clientHasGone, isOutOfResources } from "../_net.ts";
import { AbstractServer } from "./abstract_server.ts";
import { unmapped } from "./_addresses.ts";
import type { InetAddress } from "./inet_address.ts";
import type { BaseProtocol } from "./base.ts";
import { makeTransport, type Tls } from "./_create_transport.ts";
import { disableNagle, type TransportOwner } from "./_socket_transport.ts";
import { type TransportHost, wake } from "./_transport_host.ts";
import { TransportSocket } from "./transport_socket.ts";
import type { Transport } from "./transports.ts";

/** How long accepting rests when it fails, in seconds. */
const ACCEPT_RETRY_DELAY = 1;

const CREATION_FAILED = "Error on transport creation for incoming connection";

/** What a server is made of. */
interface ServerParts {
  host: TransportHost;
  sockets: NonBlockingSocket[];
  protocolFactory: () => BaseProtocol;
  backlog: number;
  tls: Tls | null;
  /** What is called before the sockets are closed, and when the system has let go of each. */
  file?: { beforeClose(): void; afterClose(): void };
}

/**
 * The sockets of a server. While it is open there is one at least, so the first needs no check; once
 * it is closed there are none.
 *
 * @typeParam A Type of their addresses.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Server.sockets}
 */
export type ServerSockets<A extends SocketAddress> = readonly [
  TransportSocket<A>,
  ...TransportSocket<A>[],
];

/**
 * Listening sockets, and the connections that were accepted on them.
 *
 * Made by `startServer()` and `loop.createServer()`. `asyncWith(server, body)` and `await using` close
 * it at the end. One that is still open when its loop is closed is closed then, with a warning.
 *
 * @typeParam A Type of its addresses: `[host, port, ...]`, or a path of a Unix socket.
 *
 * @example Usage
 * ```ts
 * import { asyncWith, run, startServer } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * await run(function* () {
 *   const server = yield* startServer(() => {}, "127.0.0.1", 0);
 *   yield* asyncWith(server, function* () {
 *     assert(server.isServing());
 *   });
 *   assert(!server.isServing());
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Server}
 */
export class Server<A extends SocketAddress = InetAddress> extends AbstractServer<A> {
  // CPython: Lib/asyncio/base_events.py, Server
  // Invariants: #sockets is null once closed. #waiters is null once closed and without connections.
  // #releasing: until they settle, the addresses of closed sockets are not free.
  readonly #host: TransportHost;
  readonly #protocolFactory: () => BaseProtocol;
  readonly #backlog: number;
  readonly #tls: Tls | null;
  readonly #file: ServerParts["file"];
  readonly #clients = new Set<Transport<SocketAddress>>();
  #sockets: NonBlockingSocket[] | null;
  #waiters: Future<void>[] | null = [];
  #releasing: Promise<void>[] = [];
  #serving = false;
  #forever: Future<void> | null = null;

  static {
    inspectAsText(this.prototype);
  }

  /** Made by `startServer()` and `loop.createServer()`. */
  constructor(parts: object) {
    super();
    const { host, sockets, protocolFactory, backlog, tls, file } = parts as ServerParts;
    this.#host = host;
    this.#sockets = sockets;
    this.#protocolFactory = protocolFactory;
    this.#backlog = backlog;
    this.#tls = tls;
    this.#file = file;
    host.attach(this, { abandon: () => this.#abandon() });
  }

  /** The loop that it serves in. */
  override getLoop(): SelectorEventLoop {
    return this.#host.loop;
  }

  /** Whether it accepts connections. */
  override isServing(): boolean {
    return this.#serving;
  }

  /** The listening sockets; none once closed. */
  get sockets(): ServerSockets<A> {
    const sockets = (this.#sockets ?? []).map((sock) => new TransportSocket<A>(sock));
    return sockets as readonly TransportSocket<A>[] as ServerSockets<A>;
  }

  /**
   * Stops accepting connections and closes the listening sockets. Connections that were accepted
   * stay open.
   */
  override close(): void {
    const sockets = this.#sockets;
    if (sockets === null) return;
    this.#sockets = null;
    this.#host.detach(this);
    this.#file?.beforeClose();
    for (const sock of sockets) {
      this.#host.removeReader(sock);
      sock.close();
      const afterClose = () => this.#file?.afterClose();
      if (sock.released === null) afterClose();
      else this.#releasing.push(sock.released.then(afterClose));
    }
    this.#serving = false;
    this.#forever?.cancel();
    this.#forever = null;
    if (this.#clients.size === 0) this.#wakeUp();
  }

  /** Closes all connections, after what was written to them has been sent. */
  override closeClients(): void {
    for (const transport of [...this.#clients]) transport.close();
  }

  /** Closes all connections at once, and drops what was not sent. */
  override abortClients(): void {
    for (const transport of [...this.#clients]) transport.abort();
  }

  /**
   * Begins to accept connections. Does nothing if it does already.
   *
   * @returns A coroutine.
   * @throws {RuntimeError} If the server is closed.
   */
  override startServing(): CoroutineObject<void> {
    return Server.#startServing(this as unknown as Server);
  }

  static readonly #startServing = coroutine(
    function* startServing(server: Server): Coroutine<void> {
      server.#listen();
      yield* sleep(0);
    },
  );

  /**
   * Accepts connections until it is cancelled, or the server closed. Then the server is closed.
   *
   * @returns A coroutine that ends by an error.
   * @throws {CancelledError} When it is cancelled or the server closed.
   * @throws {RuntimeError} If the server is closed already, or somebody else does so.
   */
  override serveForever(): CoroutineObject<never> {
    return Server.#serveForever(this as unknown as Server);
  }

  static readonly #serveForever = coroutine(
    function* serveForever(server: Server): Coroutine<never> {
      if (server.#forever !== null) {
        throw new RuntimeError(
          `server ${server} is already being awaited on serveForever()`,
        );
      }
      server.#listen();
      const forever = server.#forever = server.#host.loop.createFuture<void>();
      try {
        yield* forever;
      } catch (error) {
        if (error instanceof CancelledError) {
          server.close();
          yield* server.waitClosed();
        }
        throw error;
      } finally {
        server.#forever = null;
      }
      throw new RuntimeError("serveForever() ended without being cancelled");
    },
  );

  /**
   * Waits until the server is closed and all its connections are. Its address is free then.
   *
   * @returns A coroutine.
   */
  override waitClosed(): CoroutineObject<void> {
    return Server.#waitClosed(this as unknown as Server);
  }

  static readonly #waitClosed = coroutine(function* waitClosed(server: Server): Coroutine<void> {
    if (server.#waiters !== null) {
      const waiter = server.#host.loop.createFuture<void>();
      server.#waiters.push(waiter);
      yield* waiter;
    }
    for (const released of server.#releasing) yield* fromPromise(released);
    server.#releasing = [];
  });

  /** Enters `asyncWith()`: gives the server itself. */
  // deno-lint-ignore require-yield
  override *aenter(): Coroutine<Server<A>> {
    return this;
  }

  /** Python's repr. */
  override toString(): string {
    return `<Server sockets=[${this.sockets.join(", ")}]>`;
  }

  #listen(): void {
    if (this.#sockets === null) throw new RuntimeError(`server ${this} is closed`);
    if (this.#serving) return;
    this.#serving = true;
    for (const sock of this.#sockets) {
      sock.listen(this.#backlog);
      this.#watch(sock);
    }
  }

  #watch(sock: NonBlockingSocket): void {
    const owner = this.#ownerOf(sock);
    this.#host.addReader(sock, () => this.#acceptAll(sock, owner));
  }

  /** What the connections of a listening socket need of the server. */
  #ownerOf(sock: NonBlockingSocket): TransportOwner {
    const noDelay = sock.inheritsOptions ?? false;
    if (noDelay) disableNagle(sock);
    const sockname = unmapped(sock.getsockname());
    return {
      noDelay,
      sockname: isWildcard(sockname) ? undefined : sockname,
      attach: (transport) => this.#clients.add(transport),
      detach: (transport) => this.#detach(transport),
    };
  }

  /** Accepts whoever waits, up to a backlog of them, so that the others get their turn as well. */
  // CPython: Lib/asyncio/selector_events.py, BaseSelectorEventLoop._accept_connection
  #acceptAll(sock: NonBlockingSocket, owner: TransportOwner): void {
    for (let i = 0; i <= this.#backlog; i++) {
      let accepted;
      try {
        accepted = sock.tryAccept();
      } catch (error) {
        if (clientHasGone(error)) continue;
        return this.#rest(sock, error);
      }
      if (accepted === null) return;
      this.#serve(...accepted, owner);
      // The protocol factory may have closed the server.
      if (this.#sockets === null) return;
    }
  }

  #serve(conn: NonBlockingSocket, address: SocketAddress, server: TransportOwner): void {
    const waiter = this.#tls === null ? undefined : this.#handshakeWaiter();
    try {
      const options = { peername: unmapped(address), server, waiter };
      makeTransport(this.#host, conn, this.#protocolFactory(), this.#tls, options);
    } catch (exception) {
      conn.abort();
      if (exception instanceof KeyboardInterrupt) throw exception;
      this.#host.callExceptionHandler({ message: CREATION_FAILED, exception });
    }
  }

  /** Whoever finds the port may fail to agree on how to encrypt: told in debug mode only. */
  #handshakeWaiter(): Future<void> {
    const { loop } = this.#host;
    const waiter = loop.createFuture<void>();
    waiter.addDoneCallback(() => {
      const exception = waiter.exception();
      if (exception !== null && loop.getDebug()) {
        this.#host.callExceptionHandler({ message: CREATION_FAILED, exception });
      }
    });
    return waiter;
  }

  /** What fails now would be reported and fail again and again: tries later. */
  #rest(sock: NonBlockingSocket, exception: unknown): void {
    const isOut = isOutOfResources(exception);
    const message = `socket.accept() ${isOut ? "out of system resource" : "failed"}`;
    // To tell where an error was thrown, Deno opens files; where it can open none, it panics.
    if (isOut) (exception as Error).stack = String(exception);
    this.#host.callExceptionHandler({ message, exception, socket: new TransportSocket(sock) });
    this.#host.removeReader(sock);
    this.#host.loop.callLater(ACCEPT_RETRY_DELAY, () => {
      if (this.#serving) this.#watch(sock);
    });
  }

  #detach(transport: Transport<SocketAddress>): void {
    this.#clients.delete(transport);
    if (this.#clients.size === 0 && this.#sockets === null) this.#wakeUp();
  }

  /** The loop is closed. */
  #abandon(): void {
    console.warn(`unclosed server ${this}`);
    this.close();
  }

  #wakeUp(): void {
    const waiters = this.#waiters ?? [];
    this.#waiters = null;
    for (const waiter of waiters) wake(waiter);
  }
}

/** Whether a socket listens at every address, so that each of its connections has one of its own. */
function isWildcard(address: SocketAddress): boolean {
  return address[0] === "0.0.0.0" || address[0] === "::" || address === "";
}
