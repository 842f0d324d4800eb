// Copyright 2026 the asyncio authors. MIT license.

/** Servers and clients on this machine, for tests of streams. */

import {
  type Coroutine,
  coroutine,
  type CoroutineObject,
  getRunningLoop,
  openConnection,
  type OpenConnectionOptions,
  type Server,
  startServer,
  type StartServerOptions,
  type StreamReader,
  type StreamWriter,
} from "@asyncio/asyncio";

export type Stream = [reader: StreamReader, writer: StreamWriter];

/** Whether this machine speaks IPv6. */
export const hasIPv6: boolean = canListen("::1");

function canListen(hostname: string): boolean {
  try {
    Deno.listen({ hostname, port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

/** The port of a server. */
export function portOf(server: Server): number {
  return server.sockets[0].getsockname()[1];
}

/** A server on a free port. */
export function serve(
  callback: (reader: StreamReader, writer: StreamWriter) => unknown,
  options: StartServerOptions = {},
): CoroutineObject<Server> {
  return startServer(callback, "127.0.0.1", 0, options);
}

/** A client of a server. */
export function connectTo(
  server: Server,
  options: OpenConnectionOptions = {},
): CoroutineObject<Stream> {
  return openConnection("127.0.0.1", portOf(server), options);
}

/** A client of a server that is none of ours. */
export function rawClient(server: Server): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: "127.0.0.1", port: portOf(server) });
}

/** Both ends of a connection, and what closes them with their server. */
export interface Pair {
  readonly client: Stream;
  readonly server: Stream;
  readonly close: () => CoroutineObject<void>;
}

/** A connection from us to us. */
export const connectedPair: (
  options?: { client?: OpenConnectionOptions; server?: StartServerOptions },
) => CoroutineObject<Pair> = coroutine(
  function* connectedPair(
    options: { client?: OpenConnectionOptions; server?: StartServerOptions } = {},
  ): Coroutine<Pair> {
    const accepted = getRunningLoop().createFuture<Stream>();
    const listening = yield* serve((...stream) => accepted.setResult(stream), options.server);
    const client = yield* connectTo(listening, options.client);
    const server = yield* accepted;
    const close = coroutine(function* close(): Coroutine<void> {
      for (const [, writer] of [client, server]) writer.close();
      listening.close();
      yield* listening.waitClosed();
      yield* closed(client[1]);
    });
    return { client, server, close };
  },
);

/** Waits until a stream is closed, whether well or badly. */
export const closed: (writer: StreamWriter) => CoroutineObject<void> = coroutine(
  function* closed(writer: StreamWriter): Coroutine<void> {
    try {
      yield* writer.waitClosed();
    } catch (error) {
      if (
        !(error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe)
      ) {
        throw error;
      }
    }
  },
);
