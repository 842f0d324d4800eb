// Copyright 2026 the asyncio authors. MIT license.

import { allocate, type Block, free, libc } from "./_libc.ts";
import { POLLIN } from "./_poll_events.ts";
import { TIMESPEC_WORDS, toMilliseconds, writeTimespec } from "./_time.ts";

/** Words of a `struct pollfd`: `int fd; short events; short revents;`. */
export const POLLFD_WORDS = 2;

/** Where the `pollfd`s begin in the block: behind the time. */
const FIRST = TIMESPEC_WORDS;

/** A `poll` on another thread: it waits for some descriptors, and for one that wakes it up. */
export class PollWait {
  readonly #wakeup: number;
  #block: Block | null = null;
  #capacity = 0;

  /**
   * Creates it. Nothing is allocated yet.
   *
   * @param wakeup A descriptor that ends the wait when it is readable.
   */
  constructor(wakeup: number) {
    this.#wakeup = wakeup;
  }

  /**
   * Waits. Not to be called while another wait is under way.
   *
   * @param polled What to wait for: words of `pollfd`s, which are copied.
   * @param timeout The longest wait in seconds, rounded up: to nanoseconds where the system can, else
   *   to milliseconds; `Infinity` for none.
   */
  wait(polled: Int32Array, timeout: number): Promise<number> {
    const { pointer, words } = this.#reserve(polled.length + POLLFD_WORDS);
    words.set(polled, FIRST);
    words[FIRST + polled.length] = this.#wakeup;
    words[FIRST + polled.length + 1] = POLLIN;
    const pollfds = Deno.UnsafePointer.offset(pointer, FIRST * 4);
    const count = BigInt(polled.length / POLLFD_WORDS + 1);
    const { all, linux } = libc();
    if (linux === null) return all.pollElsewhere(pollfds, count, toMilliseconds(timeout));
    if (timeout !== Infinity) writeTimespec(words, timeout);
    return linux.ppollElsewhere(pollfds, count, timeout === Infinity ? null : pointer, null);
  }

  /** Gives the memory back. No wait may be under way. */
  close(): void {
    if (this.#block !== null) free(this.#block);
    this.#block = null;
    this.#capacity = 0;
  }

  #reserve(words: number): Block {
    if (words > this.#capacity) {
      this.close();
      this.#capacity = Math.max(64, words * 2);
      this.#block = allocate(FIRST + this.#capacity);
    }
    return this.#block!;
  }
}
