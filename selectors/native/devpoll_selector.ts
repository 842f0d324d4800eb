// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/selectors.py, DevpollSelector; Modules/selectmodule.c

import type { FileObj } from "../file_object.ts";
import { ValueError } from "../errors.ts";
import type { Registration } from "../registration.ts";
import type { SelectorKey } from "../selector_key.ts";
import { allocate, type Block, check, closeOnExec, free, libc } from "./_libc.ts";
import { type Opened, openLibrary, substituteOf } from "./_library.ts";
import type { NativeRegistration } from "./_native_registration.ts";
import { NativeSelector } from "./native_selector.ts";
import { checkSystem } from "./_not_supported.ts";
import { fromPollEvents, nothingFound, POLLIN, toPollEvents } from "./_poll_events.ts";
import { POLLFD_WORDS, PollWait } from "./_poll_wait.ts";
import { toMilliseconds } from "./_time.ts";

const FUNCTIONS = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  ioctl: { parameters: ["i32", "i32", "pointer"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

const O_RDWR = 2;

// Source: illumos, uts/common/sys/devpoll.h and poll.h.
const DP_POLL = 0xd001;
const POLLREMOVE = 0x0800;

/** Words of a `struct dvpoll`: `pollfd_t *dp_fds; nfds_t dp_nfds; int dp_timeout;` and padding. */
const DVPOLL_WORDS = 6;

/** Events that a buffer has room for at first. */
const FIRST_CAPACITY = 64;

let functions: Opened<typeof FUNCTIONS> | null = null;

/**
 * A selector that waits with Solaris's `/dev/poll`. CPython has it, so it is here; but Deno does not run
 * on Solaris, and so it cannot be used: it is tested against a stand-in of `/dev/poll`.
 *
 * @typeParam D Type of the data attached to each registration.
 * @typeParam F Type of what is registered, and so of each `key.fileobj`.
 *
 * @example Usage
 * ```ts
 * import { DevpollSelector } from "@asyncio/asyncio/selectors";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => new DevpollSelector(), Deno.errors.NotSupported, "only Solaris has it");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/selectors.html#selectors.DevpollSelector}
 */
export class DevpollSelector<D = unknown, F extends FileObj = FileObj>
  extends NativeSelector<D, F> {
  // Invariants: the device watches just the descriptors of #rows, each for its `watched`.
  readonly #fd: number;
  readonly #rows = new Map<number, NativeRegistration<D, F>>();
  /** Two `pollfd`s: a descriptor removed, and added. */
  readonly #changes = new Int32Array(32);
  /** A `dvpoll`, and behind it room for a `pollfd` of each row. */
  #block: Block;
  #capacity = FIRST_CAPACITY;
  /** The device as a `pollfd`: it is readable when something is ready. */
  readonly #polled = new Int32Array(32).subarray(0, POLLFD_WORDS);
  readonly #pollWait: PollWait;

  /**
   * Creates a selector.
   *
   * @throws {Deno.errors.NotSupported} Elsewhere than on Solaris.
   * @throws {Deno.errors.NotCapable} If `--allow-ffi` is missing.
   */
  constructor() {
    checkSystem("DevpollSelector", [], "Solaris", "devpoll");
    super();
    this.#fd = this.acquire(() => {
      functions ??= openLibrary(FUNCTIONS, substituteOf("devpoll"));
      return check(functions.open(new TextEncoder().encode("/dev/poll\0"), O_RDWR));
    });
    closeOnExec(this.#fd);
    this.#block = allocate(DVPOLL_WORDS + this.#capacity * POLLFD_WORDS);
    this.#polled.set([this.#fd, POLLIN]);
    this.#pollWait = new PollWait(this.wakeupDescriptor);
  }

  /**
   * The descriptor of the selector itself.
   *
   * @returns The descriptor.
   * @throws {ValueError} If the selector is closed.
   */
  fileno(): number {
    if (this.closing) throw new ValueError("I/O operation on closed devpoll object");
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
    const bits = toPollEvents(events);
    const changes = [fd, bits];
    // What is written for a descriptor that is watched already is added to what it is watched for.
    if (this.#rows.get(fd) === own) changes.unshift(fd, POLLREMOVE);
    check(this.#write(changes));
    this.#rows.set(fd, own);
  }

  /** See {@linkcode NativeSelector.unwatch}. */
  protected override unwatch(row: Registration<D, F>): void {
    const { fd } = row.key;
    if (this.#rows.get(fd) !== row) return;
    this.#rows.delete(fd);
    this.#write([fd, POLLREMOVE]);
  }

  /** See {@linkcode NativeSelector.scan}. */
  protected override scan(timeout: number): readonly [SelectorKey<D, F>, number][] {
    this.#reserve(this.#rows.size);
    const { pointer, words } = this.#block;
    const array = Deno.UnsafePointer.offset(pointer, DVPOLL_WORDS * 4)!;
    const dvpoll = new DataView(words.buffer, words.byteOffset);
    dvpoll.setBigUint64(0, BigInt(Deno.UnsafePointer.value(array)), true);
    dvpoll.setBigUint64(8, BigInt(this.#capacity), true);
    dvpoll.setInt32(16, toMilliseconds(timeout), true);
    const count = functions!.ioctl(this.#fd, DP_POLL, pointer);
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
    functions!.close(this.#fd);
    free(this.#block);
    this.#pollWait.close();
    this.#rows.clear();
  }

  #report(count: number): readonly [SelectorKey<D, F>, number][] {
    const ready: [SelectorKey<D, F>, number][] = [];
    const { words } = this.#block;
    for (let i = 0, at = DVPOLL_WORDS; i < count; i++, at += POLLFD_WORDS) {
      const row = this.#rows.get(words[at]!);
      if (row === undefined) continue;
      const bits = words[at + 1]! >>> 16;
      const mask = fromPollEvents(bits) & row.key.events;
      if (mask !== 0) ready.push([row.key, mask]);
    }
    return ready;
  }

  #reserve(pollfds: number): void {
    if (pollfds <= this.#capacity) return;
    free(this.#block);
    this.#capacity = pollfds * 2;
    this.#block = allocate(DVPOLL_WORDS + this.#capacity * POLLFD_WORDS);
  }

  /** Writes `pollfd`s to the device. */
  #write(words: number[]): number {
    this.#changes.set(words);
    return functions!.write(this.#fd, this.#changes, BigInt(words.length * 4));
  }
}
