// Copyright 2026 the asyncio authors. MIT license.

import { EVENT_READ } from "../events.ts";
import { Source } from "./source.ts";

/** No connection here, none asked for. */
const IDLE = 0;
/** An accept is in flight. */
const PENDING = 1;
/** A connection is waiting. */
const READY = 2;
/** Accepting failed; the next who accepts is told. */
const FAILED = 3;
/** Closed by us. */
const CLOSED = 4;

/**
 * Accepts ahead over a `Deno.Listener`: at most one accept in flight, whose connection waits here
 * for whoever accepts next. The others wait in the operating system's backlog.
 *
 * Invariants: IDLE -> PENDING (`arm`) -> READY or FAILED -> IDLE (`take`); any -> CLOSED. EVENT_READ
 * holds in READY and FAILED. `accepting` is set exactly while an accept is in flight: in PENDING, and
 * for a moment in CLOSED.
 */
export class ListenerSource extends Source {
  readonly #listener: Deno.Listener;
  readonly #onAccepted = (conn: Deno.Conn) => this.#accepted(conn);
  readonly #onError = (error: Error) => this.#fail(error);

  #state = IDLE;
  #conn: Deno.Conn | null = null;
  #error: Error | null = null;
  #keptAlive = true;
  #accepting: Promise<void> | null = null;

  constructor(listener: Deno.Listener) {
    super();
    this.#listener = listener;
  }

  /** The listener. */
  get listener(): Deno.Listener {
    return this.#listener;
  }

  /**
   * Settles when the accept in flight has. Only then does Deno let go of the address of a listener
   * that was closed meanwhile.
   */
  get accepting(): Promise<void> | null {
    return this.#accepting;
  }

  override arm(events: number): void {
    if ((events & EVENT_READ) === 0 || this.#state !== IDLE) return;
    this.#state = PENDING;
    this.#syncRef(this.watched);
    this.#accepting = this.#listener.accept().then(this.#onAccepted, this.#onError);
  }

  /** Takes a connection, `null` if none is here yet. Throws what accepting failed with. */
  take(): Deno.Conn | null {
    if (this.#state === READY) return this.#give();
    if (this.#state === FAILED) throw this.#forget();
    this.arm(EVENT_READ);
    return null;
  }

  /** Closes, together with a connection that nobody has taken. */
  close(): void {
    this.#state = CLOSED;
    this.lower(EVENT_READ);
    // Whoever waits until the address is free keeps the process alive for that.
    if (this.#accepting !== null) this.#syncRef(true);
    this.#listener.close();
    this.#conn?.close();
  }

  protected override keepAlive(alive: boolean): void {
    if (this.#state === PENDING) this.#syncRef(alive);
  }

  #accepted(conn: Deno.Conn): void {
    this.#accepting = null;
    if (this.#state === CLOSED) return conn.close();
    this.#state = READY;
    this.#conn = conn;
    this.raise(EVENT_READ);
  }

  #fail(error: Error): void {
    this.#accepting = null;
    if (this.#state === CLOSED) return;
    this.#state = IDLE;
    if (hasGone(error)) return this.arm(EVENT_READ);
    this.#state = FAILED;
    this.#error = error;
    this.raise(EVENT_READ);
  }

  #give(): Deno.Conn {
    const conn = this.#conn!;
    this.#conn = null;
    this.#idle();
    return conn;
  }

  #forget(): Error {
    const error = this.#error!;
    this.#error = null;
    this.#idle();
    return error;
  }

  #idle(): void {
    this.#state = IDLE;
    this.lower(EVENT_READ);
  }

  #syncRef(alive: boolean): void {
    if (alive === this.#keptAlive) return;
    this.#keptAlive = alive;
    if (alive) this.#listener.ref();
    else this.#listener.unref();
  }
}

/**
 * Whether a client has gone again before it was accepted. Deno asks for the address of each client,
 * and an accept fails with NotConnected when there is none any more; the listener is well.
 */
function hasGone(error: Error): boolean {
  return error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.ConnectionAborted;
}
