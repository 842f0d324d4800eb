// Copyright 2026 the asyncio authors. MIT license.

import { EVENT_READ, EVENT_WRITE } from "../events.ts";
import { notConnected } from "../_os_error.ts";
import { ReadAhead, type ReadingSource } from "./_read_ahead.ts";
import { Source } from "./source.ts";
import { WriteBehind } from "./_write_behind.ts";

/** No connection yet. */
const UNCONNECTED = 0;
/** `Deno.connect` is under way. */
const CONNECTING = 1;
/** There is a connection. */
const CONNECTED = 2;
/** Closed by us. */
const CLOSED = 3;

/**
 * A connection, from before it is made to its end: reads ahead and writes behind over a `Deno.Conn`.
 *
 * Invariants: UNCONNECTED -> CONNECTING -> CONNECTED, or UNCONNECTED again with `error` set; any ->
 * CLOSED. `conn` and its reading half exist from CONNECTED on, the writing half from the first use of
 * it: most connections of a large server wait to read. Closed while bytes wait to be written, the
 * connection itself closes only after them.
 */
export class ConnSource extends Source implements ReadingSource {
  #state = UNCONNECTED;
  #conn: Deno.Conn | null = null;
  #reading: ReadAhead | null = null;
  #writing: WriteBehind | null = null;
  #abort: AbortController | null = null;
  #keptAlive = true;
  #error: Error | null = null;

  /** A source over a connection that exists already, or one yet to be connected. */
  constructor(conn?: Deno.Conn) {
    super();
    if (conn) this.#connected(conn);
  }

  /** The connection, once there is one. */
  get conn(): Deno.Conn | null {
    return this.#conn;
  }

  /** Whether a connection is being made. */
  get connecting(): boolean {
    return this.#state === CONNECTING;
  }

  /** Why the last attempt to connect failed, or `null`. */
  get error(): Error | null {
    return this.#error;
  }

  /** Begins to connect by what `open` answers. EVENT_WRITE tells that it ended, well or badly. */
  connect(open: (signal: AbortSignal) => Promise<Deno.Conn>): void {
    this.#state = CONNECTING;
    this.#error = null;
    this.lower(EVENT_READ | EVENT_WRITE);
    this.#abort = new AbortController();
    open(this.#abort.signal).then(
      (conn) => this.#state === CLOSED ? conn.close() : this.#connected(conn),
      (error) => this.#refused(error),
    );
  }

  override arm(events: number): void {
    if ((events & EVENT_READ) === 0 || this.#reading === null) return;
    this.#syncRef(this.watched);
    this.#reading.arm();
  }

  /** A read has failed: who writes from now on is told the same. */
  fail(error: Error): void {
    if (this.#state === CONNECTED) this.#startWriting().refuse(error);
  }

  /** See {@linkcode ReadAhead.take}. */
  take(size: number): Uint8Array<ArrayBuffer> | null {
    return this.#reading === null ? this.#notYet() : this.#reading.take(size);
  }

  /** See {@linkcode ReadAhead.takeInto}. */
  takeInto(target: Uint8Array): number | null {
    return this.#reading === null ? this.#notYet() : this.#reading.takeInto(target);
  }

  /** See {@linkcode WriteBehind.put}. */
  put(bytes: Uint8Array): number | null {
    if (this.#writing !== null) return this.#writing.put(bytes);
    return this.#state === CONNECTED ? this.#startWriting().put(bytes) : this.#notYet();
  }

  /** Ends the stream of received bytes. */
  stopReading(): void {
    if (this.#reading === null) throw this.#error ?? notConnected();
    this.#reading.stop();
  }

  /** Ends the stream of sent bytes: the peer finds its end after what was sent so far. */
  stopWriting(): void {
    if (this.#state !== CONNECTED) throw this.#error ?? notConnected();
    const writing = this.#startWriting();
    if (writing.refusing) return;
    writing.refuse(new Deno.errors.BrokenPipe("Broken pipe (os error 32)"));
    writing.whenSent(() => {
      // A connection that has failed meanwhile has no write side left to shut down.
      if (this.#state === CONNECTED) this.#conn!.closeWrite().catch(() => {});
    });
  }

  /** How many bytes were taken to be sent that the system has not taken. */
  get unsent(): number {
    return this.#writing?.unsent ?? 0;
  }

  /** See {@linkcode WriteBehind.whenSent}. */
  whenSent(callback: (error: Error | null) => void): void {
    if (this.#writing === null) callback(null);
    else this.#writing.whenSent(callback);
  }

  /** Closes. What was taken to be sent is sent first, unless `abort` is set. */
  close(abort = false): void {
    const state = this.#state;
    this.#state = CLOSED;
    this.lower(EVENT_READ | EVENT_WRITE);
    if (state === CONNECTING) this.#abort!.abort();
    if (state === CONNECTED) this.#closeConn(abort);
    else if (abort) this.#writing?.abort();
  }

  protected override keepAlive(alive: boolean): void {
    if (this.#reading?.pending) this.#syncRef(alive);
  }

  #connected(conn: Deno.Conn): void {
    this.#state = CONNECTED;
    this.#conn = conn;
    this.#abort = null;
    this.#reading = new ReadAhead(conn, this);
    this.raise(EVENT_WRITE);
  }

  #startWriting(): WriteBehind {
    return this.#writing ??= new WriteBehind(this.#conn!, this);
  }

  #refused(error: Error): void {
    if (this.#state === CLOSED) return;
    this.#state = UNCONNECTED;
    this.#error = error;
    this.raise(EVENT_READ | EVENT_WRITE);
  }

  /** What one who sends or receives is told while there is no connection. */
  #notYet(): null {
    if (this.#state === CONNECTING) return null;
    throw this.#error ?? notConnected();
  }

  #closeConn(abort: boolean): void {
    const conn = this.#conn!;
    this.#reading!.close();
    this.keepAlive(false);
    if (this.#writing === null) return conn.close();
    this.#writing.whenSent(() => conn.close());
    if (abort) this.#writing.abort();
  }

  #syncRef(alive: boolean): void {
    if (alive === this.#keptAlive) return;
    this.#keptAlive = alive;
    if (alive) this.#conn!.ref();
    else this.#conn!.unref();
  }
}
