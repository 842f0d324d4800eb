// Copyright 2026 the asyncio authors. MIT license.

import { COPY_LIMIT, copyOf, giveBlock, LARGE_BLOCK, SMALL_BLOCK, takeBlock } from "./_buffers.ts";
import { EVENT_READ } from "../events.ts";
import type { Source } from "./source.ts";

/** The source that reads by a {@linkcode ReadAhead}. */
export interface ReadingSource extends Source {
  /** Called when a read has failed. */
  fail(error: Error): void;
}

/** This many reads in a row that fill (or do not) a small block change the size of the next. */
const READS_TO_RESIZE = 2;

/** Nothing here, nothing asked for. */
const IDLE = 0;
/** A read is in flight. */
const PENDING = 1;
/** Bytes are waiting in the block. */
const READY = 2;
/** The peer will send no more, or `stop` was called. */
const END = 3;
/** Reading failed; so will whoever reads. */
const FAILED = 4;
/** Nobody will read any more. */
const CLOSED = 5;

/**
 * The reading half of a connection: at most one read in flight, whose bytes wait here for whoever
 * reads next.
 *
 * Invariants: IDLE -> PENDING (`arm`) -> READY, END or FAILED (the read settles); READY -> IDLE (the
 * last byte is taken), or END if stopped; IDLE, PENDING -> END (`stop`); any -> CLOSED. EVENT_READ
 * holds in READY, END and FAILED. A block with a read in flight belongs to the read; it is given
 * back only when the read has settled.
 */
export class ReadAhead {
  readonly #conn: Deno.Conn;
  readonly #source: ReadingSource;
  readonly #onRead = (count: number | null) => this.#settle(count);
  readonly #onError = (error: Error) => this.#fail(error);

  #state = IDLE;
  #error: Error | null = null;
  #block: Uint8Array<ArrayBuffer> | null = null;
  #start = 0;
  #end = 0;
  #blockSize = SMALL_BLOCK;
  #misfits = 0;
  #lent = false;
  #inFlight = false;
  #stopped = false;

  constructor(conn: Deno.Conn, source: ReadingSource) {
    this.#conn = conn;
    this.#source = source;
  }

  /** Whether a read is in flight. */
  get pending(): boolean {
    return this.#inFlight;
  }

  /** Starts a read if nothing is here and none is in flight. */
  arm(): void {
    if (this.#state !== IDLE) return;
    this.#state = PENDING;
    this.#inFlight = true;
    this.#block ??= takeBlock(this.#blockSize);
    this.#conn.read(this.#block).then(this.#onRead, this.#onError);
  }

  /** Takes up to `size` bytes; empty at the end of the stream, `null` if none are here yet. */
  take(size: number): Uint8Array<ArrayBuffer> | null {
    if (!this.#available()) return this.#state === END ? new Uint8Array(0) : null;
    const bytes = this.#peek(size);
    const lend = bytes.length > COPY_LIMIT;
    const taken = lend ? bytes : copyOf(bytes);
    if (lend) this.#lent = true;
    this.#consume(bytes.length);
    return taken;
  }

  /** Takes as many bytes as `target` holds; 0 at the end of the stream, `null` if none are here yet. */
  takeInto(target: Uint8Array): number | null {
    if (!this.#available()) return this.#state === END ? 0 : null;
    const bytes = this.#peek(target.length);
    target.set(bytes);
    this.#consume(bytes.length);
    return bytes.length;
  }

  /** Lets no more bytes in: after those that are here, readers find the end of the stream. */
  stop(): void {
    this.#stopped = true;
    if (this.#state === IDLE || this.#state === PENDING) {
      this.#state = END;
      this.#source.raise(EVENT_READ);
    }
  }

  /** Drops what is here and what still comes. */
  close(): void {
    this.#state = CLOSED;
    if (!this.#inFlight) this.#release();
  }

  /** Whether bytes are waiting. Throws what reading failed with; starts a read when there is none. */
  #available(): boolean {
    if (this.#state === READY) return true;
    if (this.#state === FAILED) throw this.#error;
    this.#source.arm(EVENT_READ);
    return false;
  }

  #peek(size: number): Uint8Array<ArrayBuffer> {
    return this.#block!.subarray(this.#start, Math.min(this.#end, this.#start + size));
  }

  #consume(size: number): void {
    this.#start += size;
    if (this.#start < this.#end) return;
    this.#state = this.#stopped ? END : IDLE;
    if (!this.#stopped) this.#source.lower(EVENT_READ);
    if (this.#lent || this.#block!.length !== this.#blockSize) this.#release();
  }

  #settle(count: number | null): void {
    this.#inFlight = false;
    if (this.#state !== PENDING) return this.#release();
    if (count === null) this.#finish();
    else this.#offer(count);
    this.#source.raise(EVENT_READ);
  }

  #offer(count: number): void {
    this.#state = READY;
    this.#start = 0;
    this.#end = count;
    this.#adapt(count);
  }

  #finish(): void {
    this.#state = END;
    this.#release();
  }

  #fail(error: Error): void {
    this.#inFlight = false;
    this.#release();
    if (this.#state !== PENDING) return;
    this.#state = FAILED;
    this.#error = error;
    this.#source.raise(EVENT_READ);
    this.#source.fail(error);
  }

  /** A stream of full small blocks deserves large ones; a trickle in large blocks, small ones. */
  #adapt(count: number): void {
    const small = this.#blockSize === SMALL_BLOCK;
    if (small === (count < SMALL_BLOCK)) this.#misfits = 0;
    else if (++this.#misfits === READS_TO_RESIZE) {
      this.#blockSize = small ? LARGE_BLOCK : SMALL_BLOCK;
      this.#misfits = 0;
    }
  }

  #release(): void {
    if (this.#block !== null && !this.#lent) giveBlock(this.#block);
    this.#block = null;
    this.#lent = false;
  }
}
