// Copyright 2026 the asyncio authors. MIT license.

/**
 * Pipes: streams of the host's as transports.
 *
 * CPython: Lib/asyncio/base_events.py, BaseEventLoop.connect_read_pipe and connect_write_pipe.
 */

import type { Coroutine } from "../../coroutines/mod.ts";
import { notSupported } from "../_net.ts";
import type { BaseProtocol } from "./base.ts";
import { ReadPipeTransport } from "./_read_pipe_transport.ts";
import { begin, type TransportHost } from "./_transport_host.ts";
import type { ReadTransport, WriteTransport } from "./transports.ts";
import { WritePipeTransport } from "./_write_pipe_transport.ts";

/** A transport that reads a stream. */
export function* connectReadPipe<P extends BaseProtocol>(
  host: TransportHost,
  protocolFactory: () => P,
  pipe: ReadableStream<Uint8Array> | number,
): Coroutine<[ReadTransport, P]> {
  if (typeof pipe === "number") throw noDescriptors();
  host.loop.requireHost("A pipe");
  const protocol = protocolFactory();
  const transport = yield* begin(
    host,
    (waiter) => new ReadPipeTransport(host, pipe, protocol, waiter),
    (transport) => transport.close(),
  );
  return [transport, protocol];
}

/** A transport that writes into a stream. */
export function* connectWritePipe<P extends BaseProtocol>(
  host: TransportHost,
  protocolFactory: () => P,
  pipe: WritableStream<Uint8Array> | number,
): Coroutine<[WriteTransport, P]> {
  if (typeof pipe === "number") throw noDescriptors();
  host.loop.requireHost("A pipe");
  const protocol = protocolFactory();
  const transport = yield* begin(
    host,
    (waiter) => new WritePipeTransport(host, pipe, protocol, waiter),
    (transport) => transport.abort(),
  );
  return [transport, protocol];
}

function noDescriptors(): Error {
  return notSupported("Cannot connect pipe: Deno's own loop takes streams, not descriptors");
}
