// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/selectors.py, EpollSelector; Modules/selectmodule.c

import type { FileObj } from "../file_object.ts";
import { ValueError } from "../errors.ts";
import type { Registration } from "../registration.ts";
import type { SelectorKey } from "../selector_key.ts";
import type { Lease, Watcher } from "./_lease.ts";
import { check, codeOf, libc } from "./_libc.ts";
import { type Opened, openLibrary, substituteOf } from "./_library.ts";
import type { NativeRegistration } from "./_native_registration.ts";
import { NativeSelector } from "./native_selector.ts";
import { checkSystem } from "./_not_supported.ts";
import { fromPollEvents, NOTHING, nothingFound, POLLIN, toPollEvents } from "./_poll_events.ts";
import { POLLFD_WORDS, PollWait } from "./_poll_wait.ts";
import { writeTimespec } from "./_time.ts";

const FUNCTIONS = {
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
} as const;

/** Since Linux 5.11, glibc 2.35. */
const NEWER_FUNCTIONS = {
  epoll_pwait2: {
    parameters: ["i32", "buffer", "i32", "buffer", "pointer", "usize"],
    result: "i32",
    optional: true,
  },
} as const;

// Source: Linux, uapi/linux/eventpoll.h.
const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;

/** Events that a buffer has room for at first. */
const FIRST_CAPACITY = 64;

let functions: Opened<typeof FUNCTIONS> | null = null;
let newer: Opened<typeof NEWER_FUNCTIONS> | null = null;
/** Whether the system may have `epoll_pwait2`. */
let hasPwait2 = true;

/**
 * `struct epoll_event { uint32_t events; uint64_t data; }`, in words: packed on x86-64, so that its
 * 12 bytes are 3 words, and aligned elsewhere, where `data` begins at the third of 4.
 */
function layout(): { stride: number; data: number } {
  return Deno.build.arch === "x86_64" ? { stride: 3, data: 1 } : { stride: 4, data: 2 };
}

/**
 * A selector that waits with Linux's `epoll`: the cost of a wait grows with what is ready, and not with
 * what is registered.
 *
 * It does not say everything to the system at once. As long as a {@linkcode NativeSocket} is open, the
 * system goes on watching it after `unregister` and `modify`, until something comes that nobody waits
 * for: whoever waits, receives, and waits again pays for no system call but these. Descriptors that are
 * no such socket, regular files among them, are treated as CPython treats them, call for call.
 *
 * @typeParam D Type of the data attached to each registration.
 * @typeParam F Type of what is registered, and so of each `key.fileobj`.
 *
 * @example Usage
 * ```ts
 * import { EpollSelector, EVENT_READ, socketpair } from "@asyncio/asyncio/selectors";
 * import { assertEquals } from "@std/assert";
 *
 * if (Deno.build.os === "linux") {
 *   using selector = new EpollSelector();
 *   const [left, right] = socketpair();
 *   const key = selector.register(left, EVENT_READ);
 *   right.send("Hello");
 *   assertEquals(await selector.select(), [[key, EVENT_READ]]);
 *   assertEquals(new TextDecoder().decode(left.recv(100)), "Hello");
 *   selector.unregister(left);
 *   left.close();
 *   right.close();
 * }
 * ```
 *
 * @see {@link https://docs.python.org/3/library/selectors.html#selectors.EpollSelector}
 */
export class EpollSelector<D = unknown, F extends FileObj = FileObj> extends NativeSelector<D, F> {
  // Invariants: #watches says just what the system watches, and for what. A registered row has a watch
  // that includes its events, unless its socket is suspended. A watch without a row is one that was
  // kept: its socket is open, and will call its `abandon`.
  readonly #fd: number;
  readonly #watches = new Map<number, Watch<D, F>>();
  #serial = 0;
  readonly #stride: number;
  readonly #data: number;
  /** One event, for `epoll_ctl`. */
  readonly #event = new Int32Array(32);
  readonly #time = new Int32Array(32);
  /** What `epoll_wait` writes to: room for an event of each watch. */
  #events: Int32Array<ArrayBuffer>;
  /** The epoll descriptor as a `pollfd`: it is readable when something is ready. */
  readonly #polled = new Int32Array(32).subarray(0, POLLFD_WORDS);
  readonly #pollWait: PollWait;

  /**
   * Creates a selector.
   *
   * @throws {Deno.errors.NotSupported} Elsewhere than on Linux.
   * @throws {Deno.errors.NotCapable} If `--allow-ffi` is missing.
   */
  constructor() {
    checkSystem("EpollSelector", ["linux"], "Linux");
    super();
    this.#fd = this.acquire(() => {
      functions ??= openLibrary(FUNCTIONS);
      return check(functions.epoll_create1(EPOLL_CLOEXEC));
    });
    ({ stride: this.#stride, data: this.#data } = layout());
    this.#events = new Int32Array(FIRST_CAPACITY * this.#stride);
    this.#polled.set([this.#fd, POLLIN]);
    this.#pollWait = new PollWait(this.wakeupDescriptor);
  }

  /**
   * The descriptor of the selector itself.
   *
   * @returns The descriptor. It is readable when something registered is ready.
   * @throws {ValueError} If the selector is closed.
   */
  fileno(): number {
    if (this.closing) throw new ValueError("I/O operation on closed epoll object");
    return this.#fd;
  }

  /** `false`: the system adds what is registered to a wait under way. */
  protected override get waitsOnSnapshot(): boolean {
    return false;
  }

  /** See {@linkcode NativeSelector.watch}. */
  protected override watch(row: Registration<D, F>, events: number): void {
    const own = row as NativeRegistration<D, F>;
    const { fd } = own.key;
    const wanted = toPollEvents(events);
    let watch = this.#watches.get(fd);
    if (watch !== undefined && watch.row === null) {
      // It was kept for this socket, or for one that somebody has closed behind its back.
      watch.lease?.unwatch(watch);
      if (watch.lease !== own.lease) {
        this.#forget(watch);
        watch = undefined;
      }
    }
    if (watch === undefined) {
      this.#serial = (this.#serial + 1) | 0;
      watch = new Watch(fd, this.#serial, own.lease, this.#drop);
      this.#control(EPOLL_CTL_ADD, watch, wanted);
      this.#watches.set(fd, watch);
    } else if (watch.lease === null ? watch.bits !== wanted : (wanted & ~watch.bits) !== 0) {
      this.#control(EPOLL_CTL_MOD, watch, wanted);
    }
    watch.row = own;
  }

  /** See {@linkcode NativeSelector.unwatch}. */
  protected override unwatch(row: Registration<D, F>): void {
    const watch = this.#watches.get(row.key.fd);
    if (watch === undefined || watch.row !== row) return;
    watch.row = null;
    const { lease } = watch;
    if (lease === null || lease.suspended) this.#forget(watch);
    else lease.watch(watch);
  }

  /** See {@linkcode NativeSelector.abandoned}. */
  protected override abandoned(row: Registration<D, F>): void {
    const watch = this.#watches.get(row.key.fd);
    if (watch?.row === row) watch.lease = null;
  }

  /** See {@linkcode NativeSelector.scan}. */
  protected override scan(timeout: number): readonly [SelectorKey<D, F>, number][] {
    const room = this.#watches.size * this.#stride;
    if (room > this.#events.length) this.#events = new Int32Array(room * 2);
    const most = Math.min(Math.floor(this.#events.length / this.#stride), this.most);
    const count = timeout === 0
      ? functions!.epoll_wait(this.#fd, this.#events, most, 0)
      : this.#waitHere(timeout, most);
    const errno = libc().errno[0]!;
    if (count > 0) return this.#report(count);
    return nothingFound(count, errno);
  }

  /** See {@linkcode NativeSelector.wait}. */
  protected override wait(timeout: number): Promise<unknown> {
    return this.#pollWait.wait(this.#polled, timeout);
  }

  /** See {@linkcode NativeSelector.release}. */
  protected override release(): void {
    libc().all.close(this.#fd);
    this.#pollWait.close();
    for (const watch of this.#watches.values()) watch.lease?.unwatch(watch);
    this.#watches.clear();
  }

  /** `epoll_wait` in this thread, with the finest timeout that the system has. */
  #waitHere(timeout: number, most: number): number {
    if (timeout === Infinity) return functions!.epoll_wait(this.#fd, this.#events, most, -1);
    writeTimespec(this.#time, timeout);
    if (hasPwait2) {
      newer ??= openLibrary(NEWER_FUNCTIONS, substituteOf("epoll_pwait2"));
      const count = newer.epoll_pwait2?.(this.#fd, this.#events, most, this.#time, null, 0n) ?? -1;
      const errno = libc().errno[0]!;
      hasPwait2 = newer.epoll_pwait2 !== null && (count >= 0 || codeOf(errno) !== "ENOSYS");
      if (hasPwait2) return count;
    }
    libc().linux!.ppoll(this.#polled, 1n, this.#time, null);
    return functions!.epoll_wait(this.#fd, this.#events, most, 0);
  }

  /** What the first `count` events tell. */
  #report(count: number): readonly [SelectorKey<D, F>, number][] {
    const ready: [SelectorKey<D, F>, number][] = [];
    const events = this.#events;
    for (let i = 0, at = 0; i < count; i++, at += this.#stride) {
      const watch = this.#watches.get(events[at + this.#data]!);
      // Another serial is that of a file that was closed and still lives elsewhere.
      if (watch === undefined || watch.serial !== events[at + this.#data + 1]!) continue;
      const bits = events[at]!;
      const mask = watch.row === null ? 0 : fromPollEvents(bits) & watch.row.key.events;
      if (mask !== 0) ready.push([watch.row!.key, mask]);
      else this.#unwanted(watch);
    }
    return ready.length === 0 ? NOTHING : ready;
  }

  /** An event has come that nobody waits for. */
  #unwanted(watch: Watch<D, F>): void {
    if (watch.row === null) return this.#drop(watch);
    const wanted = toPollEvents(watch.row.key.events);
    if (watch.bits !== wanted) this.#tryControl(EPOLL_CTL_MOD, watch, wanted);
  }

  /** Ceases to watch for a row that is gone. */
  readonly #drop = (watch: Watch<D, F>): void => {
    watch.lease?.unwatch(watch);
    this.#forget(watch);
  };

  #forget(watch: Watch<D, F>): void {
    this.#watches.delete(watch.fd);
    // It fails if the descriptor has been closed, and then the system has forgotten it.
    this.#tryControl(EPOLL_CTL_DEL, watch, 0);
  }

  #control(operation: number, watch: Watch<D, F>, bits: number): void {
    check(this.#tryControl(operation, watch, bits));
  }

  #tryControl(operation: number, watch: Watch<D, F>, bits: number): number {
    const event = this.#event;
    event[0] = bits;
    event[this.#data] = watch.fd;
    event[this.#data + 1] = watch.serial;
    const result = functions!.epoll_ctl(this.#fd, operation, watch.fd, event);
    if (result === 0) watch.bits = bits;
    return result;
  }
}

/** What the system watches one descriptor for. */
class Watch<D, F extends FileObj> implements Watcher {
  next: Watcher | null = null;
  bits = 0;
  /** The row on whose behalf; `null` if it is only kept. */
  row: NativeRegistration<D, F> | null = null;
  readonly fd: number;
  /** Comes back with each event: a number for each time that a descriptor was added. */
  readonly serial: number;
  /** The lease of the socket that holds the descriptor; `null` if none does, or it has ended. */
  lease: Lease | null;
  readonly #drop: (watch: Watch<D, F>) => void;

  constructor(fd: number, serial: number, lease: Lease | null, drop: (watch: Watch<D, F>) => void) {
    this.fd = fd;
    this.serial = serial;
    this.lease = lease;
    this.#drop = drop;
  }

  /** A watch that was kept is given up: the socket is to be left alone. */
  reconsider(): void {
    this.#drop(this);
  }

  /** A watch that was kept is given up: a copy of the descriptor would go on being reported. */
  abandon(): void {
    this.#drop(this);
  }
}
