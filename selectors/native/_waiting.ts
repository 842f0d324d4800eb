// Copyright 2026 the asyncio authors. MIT license.

import { BlockingIOError } from "../errors.ts";
import { now } from "../_host.ts";
import { codeOf, libc, systemError } from "./_libc.ts";
import { toMilliseconds, writeTimespec } from "./_time.ts";

/** One `struct pollfd`, and one `struct timespec`. */
const pollfd = new Int32Array(32);
const time = new Int32Array(32);

/**
 * Waits in this thread until a descriptor is ready, or time is up. A signal does not end the wait.
 *
 * @param fd The descriptor.
 * @param events Mask of `POLLIN` and `POLLOUT`.
 * @param end When time is up, in the host's seconds; `Infinity` for never.
 * @returns Whether it is ready.
 */
export function waitUntilReady(fd: number, events: number, end: number): boolean {
  const { all, linux } = libc();
  for (;;) {
    const rest = end === Infinity ? Infinity : Math.max(end - now(), 0);
    pollfd[0] = fd;
    pollfd[1] = events;
    if (rest !== Infinity) writeTimespec(time, rest);
    const count = linux !== null
      ? linux.ppoll(pollfd, 1n, rest === Infinity ? null : time, null)
      : all.poll(pollfd, 1n, toMilliseconds(rest));
    if (count > 0) return true;
    if (rest === 0) return false;
  }
}

/**
 * What becomes of a call on a socket that has failed: it is made again, as often as signals interrupt
 * it, and as long as it has to wait and may.
 *
 * @param fd The socket.
 * @param timeout How long calls on it wait: 0 if they do not, `null` for ever.
 * @param failure Why the call has failed: its `errno`.
 * @param events What it waits for.
 * @param call Makes it again.
 * @param end When time is up.
 * @returns What the call gives; -1 if it would block.
 * @throws {Deno.errors.TimedOut} If time is up.
 */
// CPython: Modules/socketmodule.c, sock_call_ex
export function persist(
  fd: number,
  timeout: number | null,
  failure: number,
  events: number,
  call: () => number,
  end: number = timeout === null ? Infinity : now() + timeout,
): number {
  const { errno } = libc();
  for (let number = failure;;) {
    const code = codeOf(number);
    if (code === "EAGAIN") {
      if (timeout === 0) return -1;
      if (!waitUntilReady(fd, events, end)) throw new Deno.errors.TimedOut("timed out");
    } else if (code !== "EINTR") {
      throw systemError(number);
    }
    const result = call();
    number = errno[0]!;
    if (result >= 0) return result;
  }
}

/** What a call gives that does not throw: `null` where it would have to wait. */
export function orNull(count: number): number | null {
  return count < 0 ? null : count;
}

/** Throws the error of a call that would have to wait. */
export function wouldBlock(): never {
  throw new BlockingIOError();
}
