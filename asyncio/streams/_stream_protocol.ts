// Copyright 2026 the asyncio authors. MIT license.

import {
  type Coroutine,
  type CoroutineFunction,
  Future,
  iscoroutine,
  type SelectorEventLoop,
} from "../../coroutines/mod.ts";
import { connectionLost } from "../_net.ts";
import type { StreamReader } from "./stream_reader.ts";
import type { Transport, TransportListener } from "../transports/transports.ts";

/** What a server does with a connection, as what a task can be made of. */
export type Serve = (
  reader: StreamReader,
  transport: Transport,
) => Coroutine<unknown> | CoroutineFunction<unknown>;

/**
 * What a task can be made of, of a function that serves a client, whatever kind it is: calling a
 * generator function runs nothing yet, all others are to be called by the task.
 */
export function startable<A extends unknown[]>(
  fn: (...args: A) => unknown,
  ...args: A
): Coroutine<unknown> | CoroutineFunction<unknown> {
  if (isGeneratorFunction(fn)) return fn(...args) as Coroutine<unknown>;
  return () => {
    const result = fn(...args);
    return iscoroutine(result) ? result : Promise.resolve(result);
  };
}

/** Of all functions, only those of generators have a prototype that can be iterated over. */
function isGeneratorFunction(fn: object): boolean {
  const { prototype } = fn as { prototype?: object };
  return prototype !== undefined && Symbol.iterator in prototype;
}

/**
 * Stands between a transport and a stream: feeds the reader, keeps writers waiting while too much is
 * unsent, and starts what serves the connection.
 *
 * CPython: Lib/asyncio/streams.py, FlowControlMixin and StreamReaderProtocol.
 */
export class StreamProtocol implements TransportListener {
  // Invariants: #drainers wait only while #paused and not #lost, #closers only while not #lost.
  readonly #loop: SelectorEventLoop;
  readonly #reader: StreamReader;
  #serve: Serve | null;
  #paused = false;
  #lost = false;
  /** What broke the connection, or `null`. */
  #error: unknown = null;
  #drainers: Set<Future<void>> | null = null;
  #closers: Set<Future<void>> | null = null;

  /** @param serve What to call when the connection is there. */
  constructor(loop: SelectorEventLoop, reader: StreamReader, serve: Serve | null = null) {
    this.#loop = loop;
    this.#reader = reader;
    this.#serve = serve;
  }

  connectionMade(transport: Transport): void {
    this.#reader.setTransport(transport);
    const serve = this.#serve;
    this.#serve = null;
    if (serve !== null) this.#startServing(serve, transport);
  }

  /** Serves the connection in a task of its own. */
  #startServing(serve: Serve, transport: Transport): void {
    const task = this.#loop.createTask(serve(this.#reader, transport));
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
    this.#error = error;
    release(this.#closers);
    release(this.#drainers);
  }

  pauseWriting(): void {
    this.#paused = true;
  }

  resumeWriting(): void {
    this.#paused = false;
    release(this.#drainers);
  }

  /** Waits until enough has been sent. */
  *drain(): Coroutine<void> {
    if (this.#lost) throw connectionLost();
    if (!this.#paused) return;
    yield* this.#waitAmong(this.#drainers ??= new Set());
    if (this.#error !== null) throw this.#error;
  }

  /** Waits until the connection is gone. */
  *closed(): Coroutine<void> {
    if (!this.#lost) yield* this.#waitAmong(this.#closers ??= new Set());
    if (this.#error !== null) throw this.#error;
  }

  // Each waits for a future of its own, so that to cancel one does not cancel the others.
  *#waitAmong(waiters: Set<Future<void>>): Coroutine<void> {
    const waiter = new Future<void>({ loop: this.#loop });
    waiters.add(waiter);
    try {
      yield* waiter;
    } finally {
      waiters.delete(waiter);
    }
  }
}

function release(waiters: Set<Future<void>> | null): void {
  if (waiters === null) return;
  for (const waiter of waiters) if (!waiter.done()) waiter.setResult();
}
