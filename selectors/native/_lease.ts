// Copyright 2026 the asyncio authors. MIT license.

import { without } from "../_linked_list.ts";

/**
 * What selectors may rely on about a descriptor: that it is a socket of ours, until the socket says
 * otherwise.
 *
 * A descriptor is only a number, and whoever closes it makes the number free for another file. So a
 * selector that is given a number must do as the system does with it, at once and each time. But while
 * a {@linkcode NativeSocket} holds the descriptor, nobody else closes it, and the selector may put off
 * what costs a system call: the socket tells it when that ends.
 */
export class Lease {
  /** The rows of selectors that watch the descriptor: a list that they link themselves. */
  #watchers: Watcher | null = null;
  #state = OPEN;

  /** Whether the descriptor is not to be watched: the socket is about to connect, not yet begun. */
  get suspended(): boolean {
    return this.#state === SUSPENDED;
  }

  /** Whether the socket is ready for what the system does not know: it could not begin to connect. */
  get failed(): boolean {
    return this.#state === FAILED;
  }

  /** Adds one who is told of changes. */
  watch(watcher: Watcher): void {
    watcher.next = this.#watchers;
    this.#watchers = watcher;
  }

  /** Takes a watcher away, if it is there. */
  unwatch(watcher: Watcher): void {
    this.#watchers = without(this.#watchers, watcher);
  }

  /** The descriptor is not to be watched until further notice. */
  suspend(): void {
    this.#change(SUSPENDED);
  }

  /** The descriptor may be watched again. */
  resume(): void {
    this.#change(OPEN);
  }

  /** The descriptor may be watched, and is ready for everything until it is resumed. */
  fail(): void {
    this.#change(FAILED);
  }

  /** The socket gives the descriptor up: it is about to be closed, or given away. */
  end(fd: number): void {
    if (leases.get(fd) === this) leases.delete(fd);
    while (this.#watchers !== null) {
      const watcher = this.#watchers;
      this.unwatch(watcher);
      watcher.abandon();
    }
  }

  #change(state: number): void {
    if (state === this.#state) return;
    this.#state = state;
    for (let w = this.#watchers, next; w !== null; w = next) {
      // A watcher may take itself away.
      next = w.next;
      w.reconsider();
    }
  }
}

// The states of a lease.
const OPEN = 0;
const SUSPENDED = 1;
const FAILED = 2;

/** One who watches a descriptor: a link of its lease's list. */
export interface Watcher {
  /** The next watcher of the same descriptor. The lease's to change. */
  next: Watcher | null;
  /** Called when the lease is suspended, resumed or has failed. Must not throw. */
  reconsider(): void;
  /** Called once when the lease ends; the descriptor is still open. Must not throw. */
  abandon(): void;
}

const leases = new Map<number, Lease>();

/** A socket takes a descriptor. */
export function takeLease(fd: number): Lease {
  const lease = new Lease();
  leases.set(fd, lease);
  return lease;
}

/** The lease of a descriptor, if a socket of ours holds it. */
export function leaseOf(fd: number): Lease | null {
  return leases.get(fd) ?? null;
}
