// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "../../selectors/mod.ts";
import { type AbstractEventLoop, type Coroutine, Future } from "../../coroutines/mod.ts";
import { connectionLost } from "../_net.ts";
import type { Transport } from "../transports/transports.ts";
import { wake } from "../transports/_transport_host.ts";

/** Where a protocol keeps its {@linkcode WriteGate}, for the writers that stand on it. */
export const gate: unique symbol = Symbol("gate");

/** What its protocol does when a stream is encrypted. */
export const replaceTransport: unique symbol = Symbol("replaceTransport");

/** A protocol that streams can be written on. */
export interface Gated {
  readonly [gate]: WriteGate;
  /** Whether it is the protocol of a server's connection. */
  readonly isServerSide: boolean;
  /** The stream goes on over another transport. */
  [replaceTransport](transport: Transport<SocketAddress>): void;
}

/**
 * What writers wait at: until enough has been sent, or until the connection is gone. The protocol
 * tells it what it hears from its transport.
 *
 * CPython: Lib/asyncio/streams.py, FlowControlMixin.
 *
 * Invariants: `#drainers` wait only while `#paused` and not `#lost`, `#closers` only while not `#lost`.
 */
export class WriteGate {
  readonly #loop: AbstractEventLoop;
  #paused = false;
  #lost = false;
  /** What broke the connection, or `null`. */
  #error: unknown = null;
  #drainers: Set<Future<void>> | null = null;
  #closers: Set<Future<void>> | null = null;

  constructor(loop: AbstractEventLoop) {
    this.#loop = loop;
  }

  /** Whether writers need not wait. */
  get isOpen(): boolean {
    return !this.#paused && !this.#lost;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    release(this.#drainers);
  }

  /** The connection is gone. */
  lose(error: unknown): void {
    this.#lost = true;
    this.#error = error;
    release(this.#closers);
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
  for (const waiter of waiters) wake(waiter);
}
