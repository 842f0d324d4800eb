// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/selectors.py, PollSelector; Modules/selectmodule.c

import type { FileObj } from "../file_object.ts";
import { badDescriptor } from "../_os_error.ts";
import type { Registration } from "../registration.ts";
import type { SelectorKey } from "../selector_key.ts";
import { fcntl, libc } from "./_libc.ts";
import { platformFor } from "./_library.ts";
import type { NativeRegistration } from "./_native_registration.ts";
import { NativeSelector } from "./native_selector.ts";
import { fromPollEvents, nothingFound, toPollEvents } from "./_poll_events.ts";
import { POLLFD_WORDS, PollWait } from "./_poll_wait.ts";
import { toMilliseconds, writeTimespec } from "./_time.ts";

/** The descriptor of a place in the array that is free: the system passes over it. */
const NOBODY = -1;

/** Descriptors above any that a system hands out are looked at twice. */
const FIRST_UNLIKELY_DESCRIPTOR = 2 ** 20;

const F_GETFD = 1;

/**
 * A selector that waits with `poll`: any number of descriptors, at a cost that grows with all that are
 * registered.
 *
 * @typeParam D Type of the data attached to each registration.
 * @typeParam F Type of what is registered, and so of each `key.fileobj`.
 *
 * @example Usage
 * ```ts
 * import { EVENT_WRITE, PollSelector, socketpair } from "@asyncio/asyncio/selectors";
 * import { assertEquals } from "@std/assert";
 *
 * using selector = new PollSelector();
 * const [left, right] = socketpair();
 * const key = selector.register(left, EVENT_WRITE);
 * assertEquals(selector.selectSync(), [[key, EVENT_WRITE]]);
 * left.close();
 * right.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/selectors.html#selectors.PollSelector}
 */
export class PollSelector<D = unknown, F extends FileObj = FileObj> extends NativeSelector<D, F> {
  // Invariants: #rows and #pollfds have the same places, in the order of registration. A place whose row
  // is null has NOBODY's descriptor, and there are #free of them below #count.
  #rows: (NativeRegistration<D, F> | null)[] = [];
  #pollfds = new Int32Array(32);
  #count = 0;
  #free = 0;
  readonly #time = new Int32Array(32);
  readonly #pollWait: PollWait;

  /**
   * Creates a selector.
   *
   * @throws {Deno.errors.NotSupported} Where there is no `poll`: on Windows.
   * @throws {Deno.errors.NotCapable} If `--allow-ffi` is missing.
   */
  constructor() {
    platformFor("PollSelector");
    super();
    this.#pollWait = new PollWait(this.wakeupDescriptor);
  }

  /** `true`. */
  protected override get waitsOnSnapshot(): boolean {
    return true;
  }

  /** See {@linkcode NativeSelector.watch}. */
  protected override watch(row: Registration<D, F>, events: number): void {
    const own = row as NativeRegistration<D, F>;
    if (own.index < 0) this.#take(own);
    this.#pollfds[own.index * POLLFD_WORDS + 1] = toPollEvents(events);
  }

  /** See {@linkcode NativeSelector.unwatch}. */
  protected override unwatch(row: Registration<D, F>): void {
    const { index } = row as NativeRegistration<D, F>;
    if (index < 0) return;
    (row as NativeRegistration<D, F>).index = -1;
    this.#rows[index] = null;
    this.#pollfds[index * POLLFD_WORDS] = NOBODY;
    this.#free++;
    if (this.#free > this.#count / 2) this.#compact();
  }

  /** See {@linkcode NativeSelector.scan}. */
  protected override scan(timeout: number): readonly [SelectorKey<D, F>, number][] {
    const ready = this.#poll(BigInt(this.#count), timeout);
    const errno = libc().errno[0]!;
    if (ready > 0) return this.#report(ready);
    return nothingFound(ready, errno);
  }

  /** See {@linkcode NativeSelector.wait}. */
  protected override wait(timeout: number): Promise<unknown> {
    return this.#pollWait.wait(this.#pollfds.subarray(0, this.#count * POLLFD_WORDS), timeout);
  }

  /** See {@linkcode NativeSelector.release}. */
  protected override release(): void {
    this.#pollWait.close();
    this.#rows = [];
    this.#count = this.#free = 0;
  }

  #poll(count: bigint, timeout: number): number {
    const { all, linux } = libc();
    if (linux === null || timeout === 0) {
      return all.poll(this.#pollfds, count, toMilliseconds(timeout));
    }
    if (timeout !== Infinity) writeTimespec(this.#time, timeout);
    return linux.ppoll(this.#pollfds, count, timeout === Infinity ? null : this.#time, null);
  }

  #report(count: number): readonly [SelectorKey<D, F>, number][] {
    const ready: [SelectorKey<D, F>, number][] = [];
    for (let i = 0, left = count; left > 0 && i < this.#count; i++) {
      const bits = this.#pollfds[i * POLLFD_WORDS + 1]! >>> 16;
      if (bits === 0) continue;
      left--;
      const { key } = this.#rows[i]!;
      ready.push([key, fromPollEvents(bits) & key.events]);
    }
    return ready;
  }

  #take(row: NativeRegistration<D, F>): void {
    const { fd } = row.key;
    // The system would report such a one again and again: most likely it is a Socket of Deno's.
    if (fd >= FIRST_UNLIKELY_DESCRIPTOR && fcntl(fd, F_GETFD) < 0) throw badDescriptor();
    const words = (this.#count + 1) * POLLFD_WORDS;
    if (words > this.#pollfds.length) {
      const larger = new Int32Array(words * 2);
      larger.set(this.#pollfds);
      this.#pollfds = larger;
    }
    row.index = this.#count++;
    this.#rows[row.index] = row;
    this.#pollfds[row.index * POLLFD_WORDS] = fd;
  }

  /** Closes the gaps. */
  #compact(): void {
    const rows = this.#rows.filter((row) => row !== null);
    rows.forEach((row, index) => {
      this.#pollfds.copyWithin(
        index * POLLFD_WORDS,
        row.index * POLLFD_WORDS,
        (row.index + 1) * POLLFD_WORDS,
      );
      row.index = index;
    });
    this.#rows = rows;
    this.#count = rows.length;
    this.#free = 0;
  }
}
