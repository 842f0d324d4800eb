// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/selectors.py, KqueueSelector; Modules/selectmodule.c

import type { FileObj } from "../file_object.ts";
import { ValueError } from "../errors.ts";
import { EVENT_READ, EVENT_WRITE } from "../events.ts";
import type { Registration } from "../registration.ts";
import type { SelectorKey } from "../selector_key.ts";
import { allocate, type Block, check, closeOnExec, free, libc, systemError } from "./_libc.ts";
import { type Opened, openLibrary, substituteOf } from "./_library.ts";
import type { NativeRegistration } from "./_native_registration.ts";
import { NativeSelector } from "./native_selector.ts";
import { checkSystem } from "./_not_supported.ts";
import { NOTHING, nothingFound } from "./_poll_events.ts";
import { TIMESPEC_WORDS, writeTimespec } from "./_time.ts";

const FUNCTIONS = {
  kqueue: { parameters: [], result: "i32" },
  kevent: {
    parameters: ["i32", "buffer", "i32", "buffer", "i32", "buffer"],
    result: "i32",
  },
  keventElsewhere: {
    name: "kevent",
    parameters: ["i32", "pointer", "i32", "pointer", "i32", "pointer"],
    result: "i32",
    nonblocking: true,
  },
} as const;

// Source: xnu, bsd/sys/event.h.
const EVFILT_READ = -1;
const EVFILT_WRITE = -2;
const EV_ADD = 1;
const EV_DELETE = 2;

/**
 * Words of a `struct kevent`: `uintptr_t ident; int16_t filter; uint16_t flags; uint32_t fflags;
 * intptr_t data; void *udata;`. The second word of `ident` is 0, a descriptor being an `int`.
 */
const KEVENT_WORDS = 8;
const FILTER_WORD = 2;

/** Events that a buffer has room for at first. */
const FIRST_CAPACITY = 64;

let functions: Opened<typeof FUNCTIONS> | null = null;

/**
 * A selector that waits with `kqueue`, as macOS has it: the cost of a wait grows with what is ready,
 * and not with what is registered.
 *
 * @typeParam D Type of the data attached to each registration.
 * @typeParam F Type of what is registered, and so of each `key.fileobj`.
 *
 * @example Usage
 * ```ts
 * import { EVENT_READ, KqueueSelector, socketpair } from "@asyncio/asyncio/selectors";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * if (Deno.build.os === "darwin") {
 *   using selector = new KqueueSelector();
 *   const [left, right] = socketpair();
 *   const key = selector.register(left, EVENT_READ);
 *   right.send("Hello");
 *   assertEquals(await selector.select(), [[key, EVENT_READ]]);
 *   selector.unregister(left);
 *   left.close();
 *   right.close();
 * } else {
 *   assertThrows(() => new KqueueSelector(), Deno.errors.NotSupported, "only macOS has it");
 * }
 * ```
 *
 * @see {@link https://docs.python.org/3/library/selectors.html#selectors.KqueueSelector}
 */
export class KqueueSelector<D = unknown, F extends FileObj = FileObj> extends NativeSelector<D, F> {
  // Invariants: the queue watches just the descriptors of #rows, each for its `watched`.
  readonly #fd: number;
  /** A queue that watches the first, and the wake-up: what waits on the pool. */
  readonly #outer: number;
  readonly #rows = new Map<number, NativeRegistration<D, F>>();
  /** One change. */
  readonly #change = new Int32Array(32);
  readonly #time = new Int32Array(32);
  /** What `kevent` writes to: room for two events of each row. */
  #events: Int32Array<ArrayBuffer> = new Int32Array(FIRST_CAPACITY * KEVENT_WORDS);
  /** The time and an event, for the wait on the pool. */
  readonly #block: Block;

  /**
   * Creates a selector.
   *
   * @throws {Deno.errors.NotSupported} Elsewhere than on macOS.
   * @throws {Deno.errors.NotCapable} If `--allow-ffi` is missing.
   */
  constructor() {
    checkSystem("KqueueSelector", ["darwin"], "macOS", "kqueue");
    super();
    [this.#fd, this.#outer] = this.acquire(() => {
      functions ??= openLibrary(FUNCTIONS, substituteOf("kqueue"));
      return openQueues(functions);
    });
    this.#block = allocate(TIMESPEC_WORDS + KEVENT_WORDS);
    this.#control(this.#outer, this.#fd, EVFILT_READ, EV_ADD);
    this.#control(this.#outer, this.wakeupDescriptor, EVFILT_READ, EV_ADD);
  }

  /**
   * The descriptor of the selector itself.
   *
   * @returns The descriptor. It is readable when something registered is ready.
   * @throws {ValueError} If the selector is closed.
   */
  fileno(): number {
    if (this.closing) throw new ValueError("I/O operation on closed kqueue object");
    return this.#fd;
  }

  /** `false`: the system adds what is registered to a wait under way. */
  protected override get waitsOnSnapshot(): boolean {
    return false;
  }

  /** See {@linkcode NativeSelector.watch}. */
  protected override watch(row: Registration<D, F>, events: number): void {
    const own = row as NativeRegistration<D, F>;
    this.#rows.set(own.key.fd, own);
    try {
      this.#setFilter(own, EVENT_READ, EVFILT_READ, events);
      this.#setFilter(own, EVENT_WRITE, EVFILT_WRITE, events);
    } catch (error) {
      this.unwatch(row);
      throw error;
    }
  }

  /** See {@linkcode NativeSelector.unwatch}. */
  protected override unwatch(row: Registration<D, F>): void {
    const own = row as NativeRegistration<D, F>;
    if (this.#rows.get(own.key.fd) !== own) return;
    this.#setFilter(own, EVENT_READ, EVFILT_READ, 0);
    this.#setFilter(own, EVENT_WRITE, EVFILT_WRITE, 0);
    this.#rows.delete(own.key.fd);
  }

  /** See {@linkcode NativeSelector.scan}. */
  protected override scan(timeout: number): readonly [SelectorKey<D, F>, number][] {
    const room = this.#rows.size * 2 * KEVENT_WORDS;
    if (room > this.#events.length) this.#events = new Int32Array(room * 2);
    if (timeout !== Infinity) writeTimespec(this.#time, timeout);
    const count = functions!.kevent(
      this.#fd,
      null,
      0,
      this.#events,
      this.#events.length / KEVENT_WORDS,
      timeout === Infinity ? null : this.#time,
    );
    const errno = libc().errno[0]!;
    if (count > 0) return this.#report(count);
    return nothingFound(count, errno);
  }

  /** See {@linkcode NativeSelector.wait}. */
  protected override wait(timeout: number): Promise<unknown> {
    const { pointer, words } = this.#block;
    if (timeout !== Infinity) writeTimespec(words, timeout);
    return functions!.keventElsewhere(
      this.#outer,
      null,
      0,
      Deno.UnsafePointer.offset(pointer, TIMESPEC_WORDS * 4),
      1,
      timeout === Infinity ? null : pointer,
    );
  }

  /** See {@linkcode NativeSelector.release}. */
  protected override release(): void {
    const { all } = libc();
    all.close(this.#outer);
    all.close(this.#fd);
    free(this.#block);
    this.#rows.clear();
  }

  /** Two events of one descriptor are told as one, as the other selectors do. */
  #report(count: number): readonly [SelectorKey<D, F>, number][] {
    const ready: [SelectorKey<D, F>, number][] = [];
    const events = this.#events;
    for (let i = 0, at = 0; i < count; i++, at += KEVENT_WORDS) {
      const row = this.#rows.get(events[at]!);
      if (row === undefined) continue;
      const filter = events[at + FILTER_WORD]! << 16 >> 16;
      const mask = (filter === EVFILT_READ ? EVENT_READ : EVENT_WRITE) & row.key.events;
      if (mask === 0) continue;
      const entry = ready[row.index];
      if (entry !== undefined && entry[0] === row.key) {
        entry[1] |= mask;
      } else {
        row.index = ready.length;
        ready.push([row.key, mask]);
      }
    }
    return ready.length === 0 ? NOTHING : ready;
  }

  /** Adds or deletes one filter of a row, if it is not yet as `events` want it. */
  #setFilter(row: NativeRegistration<D, F>, event: number, filter: number, events: number): void {
    const wanted = events & event;
    if ((row.watched & event) === wanted) return;
    if (wanted !== 0) {
      check(this.#control(this.#fd, row.key.fd, filter, EV_ADD));
      row.watched |= event;
    } else {
      // It fails if the descriptor has been closed, and then the system has forgotten it.
      this.#control(this.#fd, row.key.fd, filter, EV_DELETE);
      row.watched &= ~event;
    }
  }

  #control(queue: number, fd: number, filter: number, flags: number): number {
    this.#change[0] = fd;
    this.#change[FILTER_WORD] = (filter & 0xffff) | flags << 16;
    return functions!.kevent(queue, this.#change, 1, null, 0, null);
  }
}

/** Two queues, that children do not inherit. */
function openQueues({ kqueue }: Opened<typeof FUNCTIONS>): [inner: number, outer: number] {
  const inner = check(kqueue());
  const outer = kqueue();
  const errno = libc().errno[0]!;
  if (outer < 0) {
    libc().all.close(inner);
    throw systemError(errno);
  }
  closeOnExec(inner);
  closeOnExec(outer);
  return [inner, outer];
}
