// Copyright 2026 the asyncio authors. MIT license.

/**
 * Pipes as transports: streams of the host's, and, where the loop's selector knows them, descriptors.
 *
 * CPython: Lib/asyncio/base_events.py, BaseEventLoop.connect_read_pipe and connect_write_pipe.
 */

import type { Coroutine } from "../../coroutines/mod.ts";
import type { BaseProtocol } from "./base.ts";
import { ReadDescriptorTransport } from "./_read_descriptor_transport.ts";
import { ReadPipeTransport } from "./_read_pipe_transport.ts";
import { begin, type TransportHost } from "./_transport_host.ts";
import type { ReadTransport, WriteTransport } from "./transports.ts";
import { WriteDescriptorTransport } from "./_write_descriptor_transport.ts";
import { WritePipeTransport } from "./_write_pipe_transport.ts";

/** A transport that reads a stream or a descriptor. */
export function* connectReadPipe<P extends BaseProtocol>(
  host: TransportHost,
  protocolFactory: () => P,
  pipe: ReadableStream<Uint8Array> | number,
): Coroutine<[ReadTransport, P]> {
  if (typeof pipe !== "number") host.loop.requireHost("A pipe over a stream");
  const protocol = protocolFactory();
  const opened = typeof pipe === "number" ? host.openPipe(pipe) : null;
  const transport = yield* begin<ReadTransport>(
    host,
    (waiter) =>
      opened === null
        ? new ReadPipeTransport(host, pipe as ReadableStream<Uint8Array>, protocol, waiter)
        : new ReadDescriptorTransport(host, opened, protocol, waiter),
    (transport) => transport.close(),
  );
  return [transport, protocol];
}

/** A transport that writes into a stream or a descriptor. */
export function* connectWritePipe<P extends BaseProtocol>(
  host: TransportHost,
  protocolFactory: () => P,
  pipe: WritableStream<Uint8Array> | number,
): Coroutine<[WriteTransport, P]> {
  if (typeof pipe !== "number") host.loop.requireHost("A pipe over a stream");
  const protocol = protocolFactory();
  const opened = typeof pipe === "number" ? host.openPipe(pipe) : null;
  const transport = yield* begin<WriteTransport>(
    host,
    (waiter) =>
      opened === null
        ? new WritePipeTransport(host, pipe as WritableStream<Uint8Array>, protocol, waiter)
        : new WriteDescriptorTransport(host, opened, protocol, waiter),
    (transport) => transport.abort(),
  );
  return [transport, protocol];
}
