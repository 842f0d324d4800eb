// Copyright 2026 the asyncio authors. MIT license.

import type { NonBlockingSocket, SocketAddress } from "../../selectors/mod.ts";
import {
  coroutine,
  type CoroutineObject,
  getRunningLoop,
  RuntimeError,
} from "../../coroutines/mod.ts";
import type { BaseProtocol } from "./base.ts";
import { connectReadPipe, connectWritePipe } from "./connect_pipe.ts";
import {
  connectAcceptedSocket,
  createConnection,
  type CreateConnectionOptions,
} from "./create_connection.ts";
import {
  createDatagramEndpoint,
  type CreateDatagramEndpointOptions,
} from "./create_datagram_endpoint.ts";
import { createServer, type CreateServerOptions } from "./create_server.ts";
import { type SendableFile, sendfile, type SendfileOptions } from "./sendfile.ts";
import type { Server } from "./server.ts";
import { SocketEventLoop } from "./socket_event_loop.ts";
import { startTls, type StartTlsOptions } from "./start_tls.ts";
import type { SslOptions, TlsOptions } from "./tls_options.ts";
import { hostOf } from "./_transport_host.ts";
import type { DatagramTransport, ReadTransport, Transport, WriteTransport } from "./transports.ts";
import {
  createUnixConnection,
  type CreateUnixConnectionOptions,
  createUnixServer,
  type CreateUnixServerOptions,
} from "./unix.ts";

/**
 * An event loop with connections and servers, datagrams, pipes and TLS: all that moves bytes.
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
export class NetworkEventLoop extends SocketEventLoop {
  // Connections and servers.

  /**
   * Connects to a server.
   *
   * @typeParam P Type of the protocol.
   * @param protocolFactory Makes the protocol of the connection.
   * @param host A name or an address. Default: none, for a `sock` among the options.
   * @param port The port, or the name of a service. Default: none.
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
      hostOf(this),
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
   * @param port The port; 0 for any that is free, see `server.sockets`. Default: such
   *   a one, where there is a host.
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
      hostOf(this),
      protocolFactory,
      host ?? null,
      port ?? null,
      options,
    );
  }

  static readonly #createServer = coroutine(createServer);

  /**
   * Has a protocol serve a connection that was accepted elsewhere.
   *
   * @typeParam P Type of the protocol.
   * @param protocolFactory Makes the protocol.
   * @param sock The socket of the connection. It is the transport's from then on.
   * @param options `ssl`, `sslHandshakeTimeout`, `sslShutdownTimeout`.
   * @returns A coroutine giving the transport and the protocol.
   * @throws {ValueError} If it is no stream socket.
   */
  connectAcceptedSocket<P extends BaseProtocol>(
    protocolFactory: () => P,
    sock: NonBlockingSocket,
    options: SslOptions = {},
  ): CoroutineObject<[transport: Transport, protocol: P]> {
    return NetworkEventLoop.#connectAcceptedSocket(
      hostOf(this),
      protocolFactory,
      sock,
      options,
    ) as CoroutineObject<[Transport, P]>;
  }

  static readonly #connectAcceptedSocket = coroutine(connectAcceptedSocket<BaseProtocol>);

  /**
   * Connects to a Unix socket.
   *
   * @typeParam P Type of the protocol.
   * @param protocolFactory Makes the protocol of the connection.
   * @param path The path of the socket.
   * @param options `sock`, `ssl`, `serverHostname` and so on.
   * @returns A coroutine giving the transport and the protocol.
   * @throws {ValueError} If there is neither a path nor a socket, or both.
   * @throws What ends the attempt: `Deno.errors.NotFound`, say.
   */
  createUnixConnection<P extends BaseProtocol>(
    protocolFactory: () => P,
    path?: string | null,
    options: CreateUnixConnectionOptions = {},
  ): CoroutineObject<[transport: Transport<string>, protocol: P]> {
    return NetworkEventLoop.#createUnixConnection(
      hostOf(this),
      protocolFactory,
      path ?? null,
      options,
    ) as CoroutineObject<[Transport<string>, P]>;
  }

  static readonly #createUnixConnection = coroutine(createUnixConnection<BaseProtocol>);

  /**
   * Makes a server on a Unix socket. A socket that somebody has left at the path is replaced.
   *
   * @param protocolFactory Makes the protocol of each connection.
   * @param path The path of the socket.
   * @param options `sock`, `backlog`, `ssl`, `startServing`, `cleanupSocket` and so on.
   * @returns A coroutine giving the server.
   * @throws {ValueError} If there is neither a path nor a socket, or both.
   * @throws {Deno.errors.AddrInUse} If there is something at the path that is no socket.
   */
  createUnixServer(
    protocolFactory: () => BaseProtocol,
    path?: string | null,
    options: CreateUnixServerOptions = {},
  ): CoroutineObject<Server<string>> {
    return NetworkEventLoop.#createUnixServer(
      hostOf(this),
      protocolFactory,
      path ?? null,
      options,
    );
  }

  static readonly #createUnixServer = coroutine(createUnixServer);

  /**
   * Makes a transport of datagrams (UDP).
   *
   * @typeParam P Type of the protocol.
   * @param protocolFactory Makes the protocol.
   * @param localAddr The address to receive at, as `[host, port]`; port 0 for any that is free.
   * @param remoteAddr The one address to send to, as `[host, port]`.
   * @param options `family`, `reusePort`, `allowBroadcast`, `sock`.
   * @returns A coroutine giving the transport and the protocol.
   * @throws {ValueError} If there are no addresses, or none of a family that has both.
   */
  createDatagramEndpoint<P extends BaseProtocol>(
    protocolFactory: () => P,
    localAddr?: SocketAddress | null,
    remoteAddr?: SocketAddress | null,
    options: CreateDatagramEndpointOptions = {},
  ): CoroutineObject<[transport: DatagramTransport, protocol: P]> {
    return NetworkEventLoop.#createDatagramEndpoint(
      hostOf(this),
      protocolFactory,
      localAddr ?? null,
      remoteAddr ?? null,
      options,
    ) as CoroutineObject<[DatagramTransport, P]>;
  }

  static readonly #createDatagramEndpoint = coroutine(createDatagramEndpoint<BaseProtocol>);

  /**
   * Encrypts a connection that exists. The protocol uses the new transport from then on.
   *
   * @typeParam A Type of the addresses.
   * @param transport The transport of the connection. What was written to it should have been sent.
   * @param protocol The protocol to call.
   * @param ssl How to encrypt; `true` for a client with the defaults.
   * @param options `serverSide`, `serverHostname`, `sslHandshakeTimeout`, `sslShutdownTimeout`.
   * @returns A coroutine giving the new transport.
   * @throws {TypeError} If the transport is none that sends and receives.
   * @throws What ends the handshake. The connection is closed then.
   */
  startTls<A extends SocketAddress>(
    transport: Transport<A>,
    protocol: BaseProtocol,
    ssl: TlsOptions | true,
    options: StartTlsOptions = {},
  ): CoroutineObject<Transport<A>> {
    return NetworkEventLoop.#startTls(
      hostOf(this),
      transport,
      protocol,
      ssl,
      options,
    ) as CoroutineObject<Transport<SocketAddress>> as CoroutineObject<Transport<A>>;
  }

  static readonly #startTls = coroutine(startTls<SocketAddress>);

  /**
   * Has a protocol read a stream: what a child process writes, say.
   *
   * On native loops it may also be a descriptor of a pipe, a socket or a character device, such as 0 for
   * the standard input. It is the transport's from then on, which makes it non-blocking, also for other
   * programs that share it, and closes it at the end.
   *
   * @typeParam P Type of the protocol.
   * @param protocolFactory Makes the protocol.
   * @param pipe A stream of bytes; on native loops also a descriptor.
   * @returns A coroutine giving the transport and the protocol.
   * @throws {Deno.errors.NotSupported} If it is a descriptor, and the loop knows none.
   * @throws {ValueError} If it is a descriptor of something else, of a file say, or somebody has it already.
   */
  connectReadPipe<P extends BaseProtocol>(
    protocolFactory: () => P,
    pipe: ReadableStream<Uint8Array> | number,
  ): CoroutineObject<[transport: ReadTransport, protocol: P]> {
    return NetworkEventLoop.#connectReadPipe(
      hostOf(this),
      protocolFactory,
      pipe,
    ) as CoroutineObject<
      [ReadTransport, P]
    >;
  }

  static readonly #connectReadPipe = coroutine(connectReadPipe<BaseProtocol>);

  /**
   * Has a protocol write into a stream: what a child process reads, say.
   *
   * On native loops it may also be a descriptor, as for {@linkcode NetworkEventLoop.connectReadPipe}. But
   * where it is the standard output, `console.log()` may fail as long as the transport is open: it does
   * not expect that there may be no room.
   *
   * @typeParam P Type of the protocol.
   * @param protocolFactory Makes the protocol.
   * @param pipe A stream of bytes; on native loops also a descriptor.
   * @returns A coroutine giving the transport and the protocol.
   * @throws {Deno.errors.NotSupported} If it is a descriptor, and the loop knows none.
   * @throws {ValueError} If it is a descriptor of something else, of a file say, or somebody has it already.
   */
  connectWritePipe<P extends BaseProtocol>(
    protocolFactory: () => P,
    pipe: WritableStream<Uint8Array> | number,
  ): CoroutineObject<[transport: WriteTransport, protocol: P]> {
    return NetworkEventLoop.#connectWritePipe(
      hostOf(this),
      protocolFactory,
      pipe,
    ) as CoroutineObject<[WriteTransport, P]>;
  }

  static readonly #connectWritePipe = coroutine(connectWritePipe<BaseProtocol>);

  /**
   * Sends a file, or a part of it, by a transport. Nothing is received meanwhile, and nobody else may
   * write: that throws a `RuntimeError`. Afterwards the file stands behind what was sent, also if that
   * was not all.
   *
   * @param transport The transport of a connection, encrypted or not.
   * @param file The file: a `Deno.FsFile`, say.
   * @param offset Where to begin, in bytes. Default: 0.
   * @param count How many bytes; `null`, the default, for all.
   * @param options `fallback: false` for an error where the system cannot do it by itself.
   * @returns A coroutine giving the number of bytes sent.
   * @throws {RuntimeError} If the transport is closing, sends a file already, or is none that can do it.
   * @throws {SendfileNotAvailableError} If the system cannot do it, and `fallback` is `false`.
   */
  sendfile(
    transport: WriteTransport<SocketAddress>,
    file: SendableFile,
    offset: number = 0,
    count: number | null = null,
    options: SendfileOptions = {},
  ): CoroutineObject<number> {
    return NetworkEventLoop.#sendfile(hostOf(this), transport, { file, offset, count }, options);
  }

  static readonly #sendfile = coroutine(sendfile);
}

/** The running loop, for what needs connections. */
export function runningNetworkLoop(): NetworkEventLoop {
  const loop = getRunningLoop();
  if (loop instanceof NetworkEventLoop) return loop;
  throw new RuntimeError(`${loop} has no connections: make the loop by asyncio's newEventLoop()`);
}
