// Copyright 2026 the asyncio authors. MIT license.

import { giveBlock, LARGE_BLOCK, SLAB_LIMIT, slabCopy, takeBlock } from "./_buffers.ts";
import { EVENT_WRITE } from "../events.ts";
import { connectionAborted } from "../_os_error.ts";
import type { Source } from "./source.ts";

/** Writable as long as no more than this many bytes wait behind the write in flight. */
const LOW_WATER = 64 * 1024;

/** A queue of more than this many bytes is likely to be filled: it grows no further then. */
const GROWS_LARGE = 16 * 1024;

/** Who is to be told when so much is unsent, or less. */
interface Waiter {
  readonly callback: (error: Error | null) => void;
  readonly atMost: number;
}

/** Takes bytes. */
const OPEN = 0;
/** Takes no more bytes: whoever writes gets the error. Those taken before go out. */
const REFUSING = 1;
/** Writing has failed. */
const FAILED = 2;

/**
 * The writing half of a connection: at most one write in flight, and up to `LARGE_BLOCK` bytes
 * behind it that will go out together in the next.
 *
 * Deno carries a write out at once if it can, but tells of it only two microtasks later. So bytes
 * are copied when they are taken, and the caller may change them at once.
 *
 * Invariants: OPEN -> REFUSING (`refuse`); any -> FAILED. A write is in flight exactly while `#rest`,
 * what of its bytes is not known to be written, is not null; nothing is queued otherwise. `#block`
 * and `#queue` are null or blocks of `_buffers.ts`: a block belongs to its write until that has
 * settled. EVENT_WRITE holds unless more than `LOW_WATER` bytes are queued.
 */
export class WriteBehind {
  readonly #conn: Deno.Conn;
  readonly #source: Source;
  /** One function for either end of a write. */
  readonly #onWritten = (result: number | Error) => this.#settle(result);

  #state = OPEN;
  #error: Error | null = null;
  #rest: Uint8Array<ArrayBuffer> | null = null;
  #block: Uint8Array<ArrayBuffer> | null = null;
  #queue: Uint8Array<ArrayBuffer> | null = null;
  #queued = 0;
  #waiters: Waiter[] | null = null;

  constructor(conn: Deno.Conn, source: Source) {
    this.#conn = conn;
    this.#source = source;
  }

  /** How many bytes were taken that the system has not. */
  get unsent(): number {
    return this.#rest === null ? 0 : this.#rest.length + this.#queued;
  }

  /** Whether no more bytes are taken. */
  get refuses(): boolean {
    return this.#state !== OPEN;
  }

  /** Takes bytes, as many as there is room for; `null` if there is none. Throws if it refuses. */
  put(bytes: Uint8Array): number | null {
    if (this.#state !== OPEN) throw this.#error;
    return this.#rest === null ? this.#first(bytes) : this.#append(bytes);
  }

  /** Takes no more bytes: whoever writes gets `error`. Those taken before go out. */
  refuse(error: Error): void {
    if (this.#state !== OPEN) return;
    this.#state = REFUSING;
    this.#error = error;
    this.#source.raise(EVENT_WRITE);
  }

  /** Calls back once no more than `atMost` bytes are unsent, with the error that has lost them or `null`. */
  whenSent(callback: (error: Error | null) => void, atMost: number): void {
    if (this.unsent <= atMost) callback(this.#failure());
    else (this.#waiters ??= []).push({ callback, atMost });
  }

  /** Gives up what is unsent. The connection must be closed by those who wait for it. */
  abort(): void {
    if (this.#rest !== null) this.#lose(connectionAborted());
  }

  #first(bytes: Uint8Array): number {
    const size = Math.min(bytes.length, LARGE_BLOCK);
    if (size === 0) return 0;
    if (size <= SLAB_LIMIT) {
      this.#write(slabCopy(bytes));
    } else {
      this.#block = takeBlock(size);
      this.#block.set(size === bytes.length ? bytes : bytes.subarray(0, size));
      this.#write(this.#block.subarray(0, size));
    }
    return size;
  }

  #append(bytes: Uint8Array): number | null {
    const size = Math.min(bytes.length, LARGE_BLOCK - this.#queued);
    if (size === 0) return bytes.length === 0 ? 0 : null;
    const queue = this.#reserve(this.#queued + size);
    queue.set(size === bytes.length ? bytes : bytes.subarray(0, size), this.#queued);
    this.#queued += size;
    if (this.#queued > LOW_WATER) this.#source.lower(EVENT_WRITE);
    return size;
  }

  /** The queue, grown to hold `size` bytes. */
  #reserve(size: number): Uint8Array<ArrayBuffer> {
    const old = this.#queue;
    if (old !== null && size <= old.length) return old;
    this.#queue = takeBlock(size > GROWS_LARGE ? LARGE_BLOCK : size);
    if (old !== null) {
      this.#queue.set(old);
      giveBlock(old);
    }
    return this.#queue;
  }

  #write(bytes: Uint8Array<ArrayBuffer>): void {
    this.#rest = bytes;
    this.#conn.write(bytes).then(this.#onWritten, this.#onWritten);
  }

  #settle(result: number | Error): void {
    const rest = this.#rest;
    // It was given up; only now is its block free.
    if (rest === null) return this.#releaseBlock();
    if (typeof result !== "number") {
      this.#releaseBlock();
      this.#lose(result);
    } else if (result < rest.length) {
      this.#write(rest.subarray(result));
      this.#tell();
    } else {
      this.#rest = null;
      this.#releaseBlock();
      if (this.#queue !== null) this.#next(this.#queue);
      this.#tell();
    }
  }

  #next(queue: Uint8Array<ArrayBuffer>): void {
    const size = this.#queued;
    this.#block = queue;
    this.#queue = null;
    this.#queued = 0;
    this.#write(queue.subarray(0, size));
    if (size > LOW_WATER) this.#source.raise(EVENT_WRITE);
  }

  #lose(error: Error): void {
    this.#state = FAILED;
    this.#error = error;
    this.#rest = null;
    if (this.#queue !== null) giveBlock(this.#queue);
    this.#queue = null;
    this.#queued = 0;
    this.#source.raise(EVENT_WRITE);
    this.#tell();
  }

  #failure(): Error | null {
    return this.#state === FAILED ? this.#error : null;
  }

  #tell(): void {
    const waiters = this.#waiters;
    if (waiters === null) return;
    const { unsent } = this;
    const left = waiters.filter(({ atMost }) => atMost < unsent);
    this.#waiters = left.length === 0 ? null : left;
    for (const { callback, atMost } of waiters) if (atMost >= unsent) callback(this.#failure());
  }

  #releaseBlock(): void {
    if (this.#block !== null) giveBlock(this.#block);
    this.#block = null;
  }
}
