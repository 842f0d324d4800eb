// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/selectors.py, SelectSelector; Modules/selectmodule.c

import type { FileObj } from "../file_object.ts";
import { ValueError } from "../errors.ts";
import { EVENT_READ, EVENT_WRITE } from "../events.ts";
import type { Registration } from "../registration.ts";
import type { SelectorKey } from "../selector_key.ts";
import { allocate, type Block, free, libc } from "./_libc.ts";
import { type Opened, openLibrary, platformFor } from "./_library.ts";
import { NativeSelector } from "./native_selector.ts";
import { nothingFound } from "./_poll_events.ts";
import { TIMESPEC_WORDS, writeTimespec } from "./_time.ts";

const FUNCTIONS = {
  pselect: {
    parameters: ["i32", "buffer", "buffer", "pointer", "buffer", "pointer"],
    result: "i32",
  },
  pselectElsewhere: {
    name: "pselect",
    parameters: ["i32", "pointer", "pointer", "pointer", "pointer", "pointer"],
    result: "i32",
    nonblocking: true,
  },
} as const;

let functions: Opened<typeof FUNCTIONS> | null = null;

/**
 * Descriptors that an `fd_set` has a bit for, and the words of 32 bits that they take. One beyond them
 * would be written behind the set. Sources: POSIX; Linux, uapi/linux/posix_types.h; xnu,
 * bsd/sys/_types/_fd_setsize.h.
 */
const FD_SETSIZE = 1024;
const SET_WORDS = FD_SETSIZE / 32;

/**
 * A selector that waits with `select`: descriptors up to 1,023, at a cost that grows with the greatest
 * of them.
 *
 * A greater one cannot be registered. CPython takes it, and its next `select()` fails.
 *
 * @typeParam D Type of the data attached to each registration.
 * @typeParam F Type of what is registered, and so of each `key.fileobj`.
 *
 * @example Usage
 * ```ts
 * import { EVENT_WRITE, SelectSelector, socketpair } from "@asyncio/asyncio/selectors";
 * import { assertEquals } from "@std/assert";
 *
 * using selector = new SelectSelector();
 * const [left, right] = socketpair();
 * const key = selector.register(left, EVENT_WRITE);
 * assertEquals(selector.selectSync(), [[key, EVENT_WRITE]]);
 * left.close();
 * right.close();
 * ```
 *
 * @see {@link https://docs.python.org/3/library/selectors.html#selectors.SelectSelector}
 */
export class SelectSelector<D = unknown, F extends FileObj = FileObj> extends NativeSelector<D, F> {
  // Invariants: the bit of a descriptor is set in #readers or #writers exactly while it is watched, and
  // then #rows has its row.
  readonly #rows = new Map<number, Registration<D, F>>();
  readonly #readers = new Int32Array(SET_WORDS);
  readonly #writers = new Int32Array(SET_WORDS);
  /** What `select` is given, and changes. */
  readonly #readable = new Int32Array(SET_WORDS);
  readonly #writable = new Int32Array(SET_WORDS);
  readonly #time = new Int32Array(32);
  /** The time and two sets, for the wait on the pool. */
  readonly #block: Block;

  /**
   * Creates a selector.
   *
   * @throws {Deno.errors.NotSupported} Where `select` knows no descriptors: on Windows.
   * @throws {Deno.errors.NotCapable} If `--allow-ffi` is missing.
   * @throws {ValueError} If the process has so many descriptors open that `select` can wait for none.
   */
  constructor() {
    platformFor("SelectSelector");
    super();
    this.#block = this.acquire(() => {
      functions ??= openLibrary(FUNCTIONS);
      checkRange(this.wakeupDescriptor);
      return allocate(TIMESPEC_WORDS + 2 * SET_WORDS);
    });
  }

  /** `true`. */
  protected override get waitsOnSnapshot(): boolean {
    return true;
  }

  /** See {@linkcode NativeSelector.watch}. */
  protected override watch(row: Registration<D, F>, events: number): void {
    const { fd } = row.key;
    checkRange(fd);
    setBit(this.#readers, fd, (events & EVENT_READ) !== 0);
    setBit(this.#writers, fd, (events & EVENT_WRITE) !== 0);
    this.#rows.set(fd, row);
  }

  /** See {@linkcode NativeSelector.unwatch}. */
  protected override unwatch(row: Registration<D, F>): void {
    const { fd } = row.key;
    if (this.#rows.get(fd) !== row) return;
    setBit(this.#readers, fd, false);
    setBit(this.#writers, fd, false);
    this.#rows.delete(fd);
  }

  /** See {@linkcode NativeSelector.scan}. */
  protected override scan(timeout: number): readonly [SelectorKey<D, F>, number][] {
    this.#readable.set(this.#readers);
    this.#writable.set(this.#writers);
    if (timeout !== Infinity) writeTimespec(this.#time, timeout);
    const count = functions!.pselect(
      this.#limit(),
      this.#readable,
      this.#writable,
      null,
      timeout === Infinity ? null : this.#time,
      null,
    );
    const errno = libc().errno[0]!;
    if (count > 0) return this.#report();
    return nothingFound(count, errno);
  }

  /** See {@linkcode NativeSelector.wait}. */
  protected override wait(timeout: number): Promise<unknown> {
    const { pointer, words } = this.#block;
    const wakeup = this.wakeupDescriptor;
    if (timeout !== Infinity) writeTimespec(words, timeout);
    words.set(this.#readers, TIMESPEC_WORDS);
    words.set(this.#writers, TIMESPEC_WORDS + SET_WORDS);
    setBit(words, TIMESPEC_WORDS * 32 + wakeup, true);
    return functions!.pselectElsewhere(
      Math.max(this.#limit(), wakeup + 1),
      Deno.UnsafePointer.offset(pointer, TIMESPEC_WORDS * 4),
      Deno.UnsafePointer.offset(pointer, (TIMESPEC_WORDS + SET_WORDS) * 4),
      null,
      timeout === Infinity ? null : pointer,
      null,
    );
  }

  /** See {@linkcode NativeSelector.release}. */
  protected override release(): void {
    free(this.#block);
    this.#rows.clear();
  }

  /** One more than the greatest descriptor, rounded up to a whole word. */
  #limit(): number {
    let word = SET_WORDS - 1;
    while (word >= 0 && (this.#readers[word]! | this.#writers[word]!) === 0) word--;
    return (word + 1) * 32;
  }

  #report(): readonly [SelectorKey<D, F>, number][] {
    const ready: [SelectorKey<D, F>, number][] = [];
    for (let word = 0; word < SET_WORDS; word++) {
      const readable = this.#readable[word]!;
      const writable = this.#writable[word]!;
      for (let rest = readable | writable; rest !== 0; rest &= rest - 1) {
        const lowest = rest & -rest;
        const { key } = this.#rows.get(word * 32 + 31 - Math.clz32(lowest))!;
        ready.push([
          key,
          (readable & lowest ? EVENT_READ : 0) | (writable & lowest ? EVENT_WRITE : 0),
        ]);
      }
    }
    return ready;
  }
}

function checkRange(fd: number): void {
  // CPython's message.
  if (fd >= FD_SETSIZE) throw new ValueError("filedescriptor out of range in select()");
}

function setBit(words: Int32Array, bit: number, value: boolean): void {
  const word = bit >> 5;
  const mask = 1 << (bit & 31);
  words[word] = value ? words[word]! | mask : words[word]! & ~mask;
}
