// Copyright 2026 the asyncio authors. MIT license.

import "./_open.ts";
import {
  AF_UNIX,
  type NativeSelector,
  type NativeSocket,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  socketpair,
} from "@asyncio/asyncio/selectors";
import { assertEquals } from "@std/assert";

/** Two connected sockets that are not blocking, closed at the end of the scope. */
export class NativePair implements Disposable {
  readonly left: NativeSocket;
  readonly right: NativeSocket;

  constructor(type = SOCK_STREAM) {
    [this.left, this.right] = socketpair(AF_UNIX, type | SOCK_NONBLOCK);
  }

  [Symbol.dispose](): void {
    this.left.close();
    this.right.close();
  }
}

/** The descriptors that this process has open, and what each stands for. Needs Linux's `/proc`. */
export function openDescriptors(): Map<string, string> {
  const open = new Map<string, string>();
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      open.set(name, Deno.readLinkSync(`/proc/self/fd/${name}`));
    } catch {
      // That of the listing itself.
    }
  }
  return open;
}

/** Runs a test, and asserts that it leaves no descriptor that was not open before. */
export async function countingDescriptors(fn: () => Promise<void> | void): Promise<void> {
  const before = openDescriptors();
  await fn();
  const left = [...openDescriptors()].filter(([fd, file]) => before.get(fd) !== file);
  assertEquals(left, [], "descriptors that are still open");
}

/** A way to make selectors that knows when they have really come to their end. */
export class Selectors<S extends NativeSelector> {
  readonly #create: () => S;
  #made: S[] = [];

  constructor(create: () => S) {
    this.#create = create;
  }

  create(): S {
    const selector = this.#create();
    this.#made.push(selector);
    return selector;
  }

  /** Waits for the selectors made so far, which are to be closed. */
  async settle(): Promise<void> {
    const made = this.#made;
    this.#made = [];
    await Promise.all(made.map((selector) => selector.closed));
  }
}
