// Copyright 2026 the asyncio authors. MIT license.

import { giveBlock, sizeBeside, SMALL_BLOCK, takeBlock } from "./_buffers.ts";
import { type BindOptions, Endpoint } from "./endpoint.ts";
import { EVENT_READ, EVENT_WRITE } from "../events.ts";
import { hangUp } from "./_hang_up.ts";
import { linger } from "./_lingering.ts";
import { ListenerSource } from "./listener_source.ts";
import { type ErrorCode, notConnected } from "../_os_error.ts";
import { WriteBehind } from "./_write_behind.ts";

/** No connection yet. */
const UNCONNECTED = 0;
/** `Deno.connect` is under way. */
const CONNECTING = 1;
/** There is a connection. */
const CONNECTED = 2;
/** Closed by us. */
const CLOSED = 3;

/** So many reads in a row that half a smaller block would have held make the next one smaller. */
const READS_TO_SHRINK = 2;

/**
 * A connection, from before it is made to its end: reads ahead and writes behind over a `Deno.Conn`.
 *
 * Invariants: UNCONNECTED -> CONNECTING -> CONNECTED, or UNCONNECTED again with `error` set; any ->
 * CLOSED. `#conn` exists from CONNECTED on, the writing half from the first use of it: most
 * connections of a large server wait to read.
 *
 * Reading: EVENT_READ holds while bytes wait in the block, from `#start` to `#end`; after the end of
 * the stream, a failure or `stopReading`, which say so in `#ended` and `#failure`; and after a failed
 * attempt to connect. Where it does not hold, a read may be in flight (`#reading`), to which the block
 * belongs until it has settled.
 */
export class ConnSource extends Endpoint {
  /** One function for either end of a read: most of what an idle connection costs are such. */
  readonly #onRead = (result: number | null | Error) => this.#settle(result);

  #state = UNCONNECTED;
  #conn: Deno.Conn | null = null;
  #error: Error | null = null;
  #abort: AbortController | null = null;
  #keptAlive = true;

  #reading = false;
  #ended = false;
  #failure: Error | null = null;
  #block: Uint8Array<ArrayBuffer> | null = null;
  #start = 0;
  #end = 0;
  #blockSize = SMALL_BLOCK;
  #misfits = 0;

  #writing: WriteBehind | null = null;

  /** A source over a connection that exists already, or one yet to be connected. */
  constructor(conn?: Deno.Conn) {
    super();
    if (conn) this.#connected(conn);
  }

  override get conn(): Deno.Conn | null {
    return this.#conn;
  }

  override get localAddr(): Deno.Addr | null {
    return this.#conn?.localAddr ?? null;
  }

  override get remoteAddr(): Deno.Addr | null {
    return this.#conn?.remoteAddr ?? null;
  }

  override get error(): Error | null {
    return this.#error;
  }

  override bind(address: Deno.Addr, options: BindOptions): Endpoint {
    if (this.#state !== UNCONNECTED) return super.bind(address, options);
    const listener = ListenerSource.at(address, options);
    listener.home = this.home;
    return listener;
  }

  // Connecting.

  /** EVENT_WRITE tells that connecting has ended, well or badly. */
  override connect(address: Deno.Addr, prepare: (conn: Deno.Conn) => void): ErrorCode | null {
    if (this.#state === CONNECTING) return "EALREADY";
    if (this.#state === CONNECTED) return "EISCONN";
    this.#state = CONNECTING;
    this.#error = null;
    this.lower(EVENT_READ | EVENT_WRITE);
    this.#abort = new AbortController();
    open(address, this.#abort.signal)
      .then((conn) => this.#take(conn, prepare))
      .catch((error) => this.#refused(error));
    return "EINPROGRESS";
  }

  #take(conn: Deno.Conn, prepare: (conn: Deno.Conn) => void): void {
    if (this.#state === CLOSED) return hangUp(conn);
    try {
      prepare(conn);
    } catch (error) {
      hangUp(conn);
      throw error;
    }
    this.#connected(conn);
  }

  #connected(conn: Deno.Conn): void {
    this.#state = CONNECTED;
    this.#conn = conn;
    this.#abort = null;
    this.raise(EVENT_WRITE);
    // Whoever waits to read could not begin to before.
    this.stir();
  }

  #refused(error: Error): void {
    if (this.#state === CLOSED) return;
    this.#state = UNCONNECTED;
    this.#abort = null;
    this.#error = error;
    this.raise(EVENT_READ | EVENT_WRITE);
  }

  /** What one who sends or receives is told while there is no connection. */
  #notYet(): null {
    if (this.#state === CONNECTING) return null;
    throw this.#error ?? notConnected();
  }

  // Reading.

  override arm(events: number): void {
    if ((events & EVENT_READ) === 0 || this.#reading || this.#state !== CONNECTED) return;
    this.#syncRef(this.watched);
    this.#reading = true;
    this.#block ??= takeBlock(this.#blockSize);
    this.#conn!.read(this.#block).then(this.#onRead, this.#onRead);
  }

  override take(size: number): Uint8Array<ArrayBuffer> | null {
    const start = this.#start;
    if (start === this.#end) return this.#nothing() ? new Uint8Array(0) : null;
    // An array of its own, however large: to hand the block over and to make a new one costs as much.
    const bytes = this.#block!.slice(start, Math.min(this.#end, start + size));
    this.#consume(start + bytes.length);
    return bytes;
  }

  override takeInto(target: Uint8Array): number | null {
    const start = this.#start;
    const end = Math.min(this.#end, start + target.length);
    if (start === this.#end) return this.#nothing() ? 0 : null;
    target.set(this.#block!.subarray(start, end));
    this.#consume(end);
    return end - start;
  }

  /**
   * No bytes are here: returns whether the stream has ended. Throws what reading has failed with, and
   * starts a read if none is in flight.
   */
  #nothing(): boolean {
    if (this.#failure !== null) throw this.#failure;
    if (this.#ended) return true;
    if (this.#state !== CONNECTED) return this.#notYet() !== null;
    this.arm(EVENT_READ);
    return false;
  }

  #consume(end: number): void {
    this.#start = end;
    if (end < this.#end) return;
    this.#start = this.#end = 0;
    if (this.#block!.length !== this.#blockSize || !this.watched) this.#release();
    if (!this.#ended) this.lower(EVENT_READ);
  }

  #settle(result: number | null | Error): void {
    this.#reading = false;
    if (this.#state !== CONNECTED || this.#ended) return this.#release();
    if (typeof result === "number") {
      this.#end = result;
      this.#adapt(result);
    } else {
      this.#release();
      if (result === null) this.#ended = true;
      else this.#failReading(result);
    }
    this.raise(EVENT_READ);
  }

  #failReading(error: Error): void {
    this.#failure = error;
    // Whoever writes from now on is told the same.
    this.#startWriting().refuse(error);
  }

  /** A block that came back full makes the next one larger, a trickle smaller. */
  #adapt(count: number): void {
    const size = this.#blockSize;
    if (count === size) this.#resize(sizeBeside(size, size === SMALL_BLOCK ? 2 : 1));
    else if (2 * count > sizeBeside(size, -1)) this.#misfits = 0;
    else if (++this.#misfits === READS_TO_SHRINK) this.#resize(sizeBeside(size, -1));
  }

  #resize(size: number): void {
    this.#blockSize = size;
    this.#misfits = 0;
  }

  #release(): void {
    if (this.#block !== null) giveBlock(this.#block);
    this.#block = null;
  }

  override stopReading(): void {
    if (this.#state !== CONNECTED) throw this.#error ?? notConnected();
    if (this.#failure !== null) return;
    this.#ended = true;
    this.raise(EVENT_READ);
  }

  // Writing.

  override put(bytes: Uint8Array): number | null {
    if (this.#writing !== null) return this.#writing.put(bytes);
    return this.#state === CONNECTED ? this.#startWriting().put(bytes) : this.#notYet();
  }

  override get unsent(): number {
    return this.#writing?.unsent ?? 0;
  }

  override whenSent(callback: (error: Error | null) => void, atMost: number): void {
    if (this.#writing === null) callback(null);
    else this.#writing.whenSent(callback, atMost);
  }

  override stopWriting(): void {
    if (this.#state !== CONNECTED) throw this.#error ?? notConnected();
    const writing = this.#startWriting();
    if (writing.refuses) return;
    writing.refuse(new Deno.errors.BrokenPipe("Broken pipe (os error 32)"));
    writing.whenSent((error) => {
      // A connection that has failed, or been closed, has no write side left to shut down.
      if (error === null && this.#state === CONNECTED) this.#conn!.closeWrite().catch(() => {});
    }, 0);
  }

  #startWriting(): WriteBehind {
    return this.#writing ??= new WriteBehind(this.#conn!, this);
  }

  // Closing.

  override close(abort: boolean): void {
    const state = this.#state;
    this.#state = CLOSED;
    this.lower(EVENT_READ | EVENT_WRITE);
    if (state === CONNECTING) this.#abort!.abort();
    if (state === CONNECTED) this.#closeConn();
    if (abort) this.#writing?.abort();
    else if (state === CONNECTED && this.unsent > 0) linger(this, false);
  }

  /** Closes the connection after the last byte. */
  #closeConn(): void {
    const conn = this.#conn!;
    if (!this.#reading) this.#release();
    this.keepAlive(false);
    if (this.#writing === null) hangUp(conn);
    else this.#writing.whenSent(() => hangUp(conn), 0);
  }

  override abandon(): void {
    this.#writing?.abort();
    if (this.#state === CONNECTED) hangUp(this.#conn!);
  }

  protected override keepAlive(alive: boolean): void {
    if (this.#reading) this.#syncRef(alive);
    // A connection that nobody watches, and that has nothing to give, needs no large block.
    else if (!alive && this.#blockSize !== SMALL_BLOCK && this.#start === this.#end) {
      this.#release();
    }
  }

  #syncRef(alive: boolean): void {
    if (alive === this.#keptAlive) return;
    this.#keptAlive = alive;
    if (alive) this.#conn!.ref();
    else this.#conn!.unref();
  }
}

/**
 * Connects. Deno throws a connection away, and leaks it, whose signal is aborted just as it is made:
 * it looks at the signal once more, and is told by this one that all is well.
 */
function open(address: Deno.Addr, signal: AbortSignal): Promise<Deno.Conn> {
  if (address.transport === "unix") return Deno.connect(address as Deno.UnixConnectOptions);
  signal.throwIfAborted = () => {};
  return Deno.connect({ ...address as Deno.NetAddr, transport: "tcp", signal });
}
