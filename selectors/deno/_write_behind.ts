// Copyright 2026 the asyncio authors. MIT license.

import { COPY_LIMIT, copyOf, giveBlock, LARGE_BLOCK, takeBlock } from "./_buffers.ts";
import { EVENT_WRITE } from "../events.ts";
import { connectionAborted } from "../_os_error.ts";
import type { Source } from "./source.ts";

/** Writable again when no more than this many bytes wait behind the write in flight. */
const LOW_WATER = LARGE_BLOCK / 2;

/** Takes bytes; none are waiting. */
const IDLE = 0;
/** A write is in flight; more bytes may wait behind it. */
const WRITING = 1;
/** A write is in flight, but no more bytes are taken. */
const DRAINING = 2;
/** Takes no bytes: whoever writes gets the error. */
const FAILED = 3;

/**
 * The writing half of a connection: at most one write in flight, and up to `LARGE_BLOCK` bytes
 * behind it that will go out together in the next.
 *
 * Invariants: IDLE -> WRITING (`put`) -> IDLE (all is written) or FAILED; IDLE -> FAILED and WRITING
 * -> DRAINING -> FAILED (`refuse`). EVENT_WRITE holds unless more than `LOW_WATER` bytes wait in the
 * queue. A block belongs to its write until that has settled. Bytes are copied when they are taken,
 * so the caller may change them at once.
 */
export class WriteBehind {
  readonly #conn: Deno.Conn;
  readonly #source: Source;
  readonly #onWritten = (count: number) => this.#advance(count);
  readonly #onError = (error: Error) => this.#fail(error);

  #state = IDLE;
  #error: Error | null = null;
  #rest: Uint8Array<ArrayBuffer> | null = null;
  #block: Uint8Array<ArrayBuffer> | null = null;
  #queue: Uint8Array<ArrayBuffer> | null = null;
  #queued = 0;
  #lost: Error | null = null;
  #waiters: ((error: Error | null) => void)[] = [];

  constructor(conn: Deno.Conn, source: Source) {
    this.#conn = conn;
    this.#source = source;
  }

  /** Takes bytes, as many as there is room for; `null` if there is none. Throws after a failure. */
  put(bytes: Uint8Array): number | null {
    if (this.#state === IDLE) return this.#first(bytes);
    if (this.#state === WRITING) return this.#append(bytes);
    throw this.#error;
  }

  /** Whether it takes no more bytes. */
  get refusing(): boolean {
    return this.#state >= DRAINING;
  }

  /** Takes no more bytes: whoever writes gets `error`. Those taken before go out. */
  refuse(error: Error): void {
    if (this.#state === FAILED) return;
    this.#state = this.#state === IDLE ? FAILED : DRAINING;
    this.#error = error;
    this.#source.raise(EVENT_WRITE);
  }

  /** How many bytes were taken that the system has not. */
  get unsent(): number {
    return (this.#rest?.length ?? 0) + this.#queued;
  }

  /**
   * Calls back once nothing waits to be written any more, with the error that has lost it or `null`:
   * at once if that is so already.
   */
  whenSent(callback: (error: Error | null) => void): void {
    if (this.#rest === null) callback(this.#lost);
    else this.#waiters.push(callback);
  }

  /** The connection is closed under the write in flight: what waits is lost. */
  abort(): void {
    if (this.#rest !== null) this.#fail(connectionAborted());
  }

  #first(bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    this.#state = WRITING;
    if (bytes.length <= COPY_LIMIT) {
      this.#write(copyOf(bytes));
      return bytes.length;
    }
    const count = Math.min(bytes.length, LARGE_BLOCK);
    this.#block = takeBlock(LARGE_BLOCK);
    this.#block.set(count === bytes.length ? bytes : bytes.subarray(0, count));
    this.#write(this.#block.subarray(0, count));
    return count;
  }

  #append(bytes: Uint8Array): number | null {
    const count = Math.min(bytes.length, LARGE_BLOCK - this.#queued);
    if (count === 0) return bytes.length === 0 ? 0 : null;
    const queue = this.#reserve(this.#queued + count);
    queue.set(count === bytes.length ? bytes : bytes.subarray(0, count), this.#queued);
    this.#queued += count;
    if (this.#queued > LOW_WATER) this.#source.lower(EVENT_WRITE);
    return count;
  }

  /** The queue, grown to hold `size` bytes. */
  #reserve(size: number): Uint8Array<ArrayBuffer> {
    const old = this.#queue;
    if (old !== null && size <= old.length) return old;
    this.#queue = takeBlock(size);
    if (old !== null) {
      this.#queue.set(old);
      giveBlock(old);
    }
    return this.#queue;
  }

  #write(bytes: Uint8Array<ArrayBuffer>): void {
    this.#rest = bytes;
    this.#conn.write(bytes).then(this.#onWritten, this.#onError);
  }

  #advance(count: number): void {
    const rest = this.#rest;
    if (rest === null) return;
    if (count < rest.length) return this.#write(rest.subarray(count));
    this.#rest = null;
    this.#releaseBlock();
    if (this.#queue === null) this.#idle();
    else this.#next(this.#queue);
  }

  #next(queue: Uint8Array<ArrayBuffer>): void {
    const count = this.#queued;
    this.#block = queue;
    this.#queue = null;
    this.#queued = 0;
    this.#write(queue.subarray(0, count));
    if (count > LOW_WATER) this.#source.raise(EVENT_WRITE);
  }

  #idle(): void {
    this.#state = this.#state === DRAINING ? FAILED : IDLE;
    this.#flushed();
  }

  #fail(error: Error): void {
    if (this.#rest === null) return;
    this.#state = FAILED;
    this.#error = this.#lost = error;
    this.#rest = null;
    this.#releaseBlock();
    if (this.#queue !== null) giveBlock(this.#queue);
    this.#queue = null;
    this.#queued = 0;
    this.#source.raise(EVENT_WRITE);
    this.#flushed();
  }

  #flushed(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const callback of waiters) callback(this.#lost);
  }

  #releaseBlock(): void {
    if (this.#block !== null) giveBlock(this.#block);
    this.#block = null;
  }
}
