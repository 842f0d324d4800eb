// Copyright 2026 the asyncio authors. MIT license.

import { type Coroutine, Future, iscoroutine, type SelectorEventLoop } from "../coroutines/mod.ts";
import { connectionLost } from "./_net.ts";
import type { StreamReader } from "./stream_reader.ts";
import type { Transport, TransportListener } from "./transports.ts";

/** What a server does with a connection. */
export type Serve = (reader: StreamReader, transport: Transport) => unknown;

/**
 * Stands between a transport and a stream: feeds the reader, keeps writers waiting while too much is
 * unsent, and starts what serves the connection.
 *
 * CPython: Lib/asyncio/streams.py, FlowControlMixin and StreamReaderProtocol.
 */
export class StreamProtocol implements TransportListener {
  // Invariant: #drainers wait only while #paused and not #lost.
  readonly #loop: SelectorEventLoop;
  readonly #reader: StreamReader;
  readonly #closed: Future<void>;
  #serve: Serve | null;
  #transport: Transport | null = null;
  #paused = false;
  #lost = false;
  #drainers: Set<Future<void>> | null = null;

  /** @param serve What to call when the connection is there. */
  constructor(loop: SelectorEventLoop, reader: StreamReader, serve: Serve | null = null) {
    this.#loop = loop;
    this.#reader = reader;
    this.#serve = serve;
    this.#closed = new Future<void>({ loop });
  }

  connectionMade(transport: Transport): void {
    this.#transport = transport;
    this.#reader.setTransport(transport);
    const serve = this.#serve;
    this.#serve = null;
    if (serve !== null) this.#startServing(serve, transport);
  }

  /** Serves the connection in a task of its own, whatever kind of function does it. */
  #startServing(serve: Serve, transport: Transport): void {
    const task = this.#loop.createTask(() => {
      const result = serve(this.#reader, transport);
      return iscoroutine(result) ? result : Promise.resolve(result);
    });
    task.addDoneCallback(() => {
      if (task.cancelled()) return transport.close();
      const exception = task.exception();
      if (exception === null) return;
      const message = "Unhandled exception in client_connected_cb";
      this.#loop.callExceptionHandler({ message, exception, transport });
      transport.close();
    });
  }

  dataReceived(data: Uint8Array): void {
    this.#reader.feedData(data);
  }

  eofReceived(): boolean {
    this.#reader.feedEof();
    return true;
  }

  connectionLost(error: unknown): void {
    if (error === null) this.#reader.feedEof();
    else this.#reader.setException(error);
    this.#lost = true;
    settle(this.#closed, error);
    // The error is known to the reader: it need not be asked for here as well.
    if (error !== null) this.#closed.exception();
    this.#transport = null;
    this.#releaseDrainers(error);
  }

  pauseWriting(): void {
    this.#paused = true;
  }

  resumeWriting(): void {
    this.#paused = false;
    this.#releaseDrainers(null);
  }

  /** Waits until enough has been sent. */
  *drain(): Coroutine<void> {
    if (this.#lost) throw connectionLost();
    if (!this.#paused) return;
    const drainer = new Future<void>({ loop: this.#loop });
    const drainers = this.#drainers ??= new Set();
    drainers.add(drainer);
    try {
      yield* drainer;
    } finally {
      drainers.delete(drainer);
    }
  }

  /** Waits until the connection is gone. */
  closed(): Future<void> {
    return this.#closed;
  }

  #releaseDrainers(error: unknown): void {
    for (const drainer of this.#drainers ?? []) settle(drainer, error);
  }
}

function settle(future: Future<void>, error: unknown): void {
  if (future.done()) return;
  if (error === null) future.setResult();
  else future.setException(error);
}
