// Copyright 2026 the asyncio authors. MIT license.

import { type BindOptions, Endpoint } from "./endpoint.ts";
import { EVENT_READ } from "../events.ts";
import { hangUp } from "./_hang_up.ts";

/** How many connections are accepted ahead of whoever accepts, at most. */
const MAX_AHEAD = 64;

/** The length of the system's queue until `listen` asks for another. CPython: `create_server`. */
const DEFAULT_BACKLOG = 100;

/** How a listener was bound; one that was adopted does not tell. */
type Bound = Pick<BindOptions, "reusePort">;

/**
 * Accepts ahead over a `Deno.Listener`, one accept in flight at most. A loop that waits takes each
 * connection as it comes. While it is busy, the next accept begins at once, up to `MAX_AHEAD`
 * connections that wait here for whoever accepts; the others wait in the system's queue.
 *
 * Deno tells an address, and the port that 0 becomes, only by listening there. So a socket that is
 * bound listens already, with a queue of `DEFAULT_BACKLOG`; `listen` with another length listens anew
 * at the same address.
 *
 * Invariants: connections wait in `#queue` from `#first` on, and behind them perhaps an `#error` that
 * the next who accepts is told; EVENT_READ holds while there is either. `#accepting` is set exactly
 * while an accept is in flight, which may outlast `#closed`.
 */
export class ListenerSource extends Endpoint {
  readonly #onAccepted = (conn: Deno.Conn) => this.#accepted(conn);
  readonly #onError = (error: Error) => this.#fail(error);
  readonly #bound: Bound | null;

  #listener: Deno.Listener;
  #listening: boolean;
  #closed = false;
  #queue: (Deno.Conn | null)[] = [];
  #first = 0;
  #error: Error | null = null;
  #keptAlive = true;
  #accepting: Promise<void> | null = null;

  /** A source over a listener that exists already: one that was adopted, unless it is said how. */
  constructor(listener: Deno.Listener, bound: Bound | null = null) {
    super();
    this.#listener = listener;
    this.#bound = bound;
    this.#listening = bound === null;
  }

  /** A source that is bound to an address. */
  static at(address: Deno.Addr, options: BindOptions): ListenerSource {
    return new ListenerSource(listenAt(address, options, DEFAULT_BACKLOG), options);
  }

  override get localAddr(): Deno.Addr {
    return this.#listener.addr;
  }

  /**
   * Accepts from now on. The queue of a listener that was adopted, or listens already, stays as it is;
   * so does that of a Unix socket, whose length Deno does not let anybody choose.
   */
  override listen(backlog = DEFAULT_BACKLOG): void {
    if (this.#listening) return;
    const { addr } = this.#listener;
    if (backlog !== DEFAULT_BACKLOG && addr.transport === "tcp") {
      hangUp(this.#listener);
      this.#listener = listenAt(addr, this.#bound!, Math.max(backlog, 0));
    }
    this.#listening = true;
    this.stir();
  }

  override arm(events: number): void {
    if ((events & EVENT_READ) === 0 || !this.#listening || this.#closed) return;
    if (this.#accepting === null) this.#begin();
  }

  override accept(): Deno.Conn | null {
    if (!this.#listening) return super.accept();
    if (this.#first < this.#queue.length) return this.#shift();
    const error = this.#error;
    if (error !== null) {
      this.#error = null;
      this.lower(EVENT_READ);
      throw error;
    }
    // Otherwise the selector begins the next, when all that is ready has been dealt with.
    if (!this.watched) this.arm(EVENT_READ);
    return null;
  }

  /** Closes, together with the connections that nobody has accepted. */
  override close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.lower(EVENT_READ);
    // Whoever waits until the address is free keeps the process alive for that.
    if (this.#accepting !== null) this.#syncRef(true);
    hangUp(this.#listener);
    for (const conn of this.#queue) conn?.close();
    this.#queue = [];
  }

  /** An accept in flight keeps the address of a listener that was closed. */
  override get released(): Promise<void> | null {
    return this.#accepting;
  }

  protected override keepAlive(alive: boolean): void {
    if (this.#accepting !== null) this.#syncRef(alive);
  }

  #begin(): void {
    this.#syncRef(this.watched);
    this.#accepting = this.#listener.accept().then(this.#onAccepted, this.#onError);
  }

  #accepted(conn: Deno.Conn): void {
    this.#accepting = null;
    if (this.#closed) return conn.close();
    this.#queue.push(conn);
    const isTaken = this.raise(EVENT_READ);
    if (isTaken || !this.watched || this.#queue.length - this.#first >= MAX_AHEAD) return;
    this.#begin();
  }

  #fail(error: Error): void {
    this.#accepting = null;
    if (this.#closed) return;
    if (hasGone(error)) return this.#begin();
    this.#error = error;
    this.raise(EVENT_READ);
  }

  #shift(): Deno.Conn {
    const conn = this.#queue[this.#first]!;
    this.#queue[this.#first++] = null;
    if (this.#first === this.#queue.length) {
      this.#queue = [];
      this.#first = 0;
      if (this.#error === null) this.lower(EVENT_READ);
    }
    return conn;
  }

  #syncRef(alive: boolean): void {
    if (alive === this.#keptAlive) return;
    this.#keptAlive = alive;
    if (alive) this.#listener.ref();
    else this.#listener.unref();
  }
}

function listenAt(address: Deno.Addr, { reusePort }: Bound, tcpBacklog: number): Deno.Listener {
  if (address.transport === "unix") {
    return Deno.listen({ path: (address as Deno.UnixAddr).path!, transport: "unix" });
  }
  const { hostname, port } = address as Deno.NetAddr;
  const options = { hostname, port, tcpBacklog };
  // Without its unstable flag Deno ends the process when it finds the option.
  return Deno.listen(reusePort ? { ...options, reusePort } as Deno.TcpListenOptions : options);
}

/**
 * Whether a client has gone again before it was accepted. Deno asks for the address of each client,
 * and an accept fails with NotConnected when there is none any more; the listener is well.
 */
function hasGone(error: Error): boolean {
  return error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.ConnectionAborted;
}
