// Copyright 2026 the asyncio authors. MIT license.
// CPython: Modules/socketmodule.c, internal_connect

import { SO_ERROR, SOL_SOCKET } from "../constants.ts";
import { BlockingIOError } from "../errors.ts";
import { now } from "../_host.ts";
import { errnoOf, errnoOfError } from "../_os_error.ts";
import type { SocketAddress } from "../socket_address.ts";
import type { Lease } from "./_lease.ts";
import { codeOf, libc, linuxErrno, systemError } from "./_libc.ts";
import { POLLOUT } from "./_poll_events.ts";
import { resolve, resolveElsewhere } from "./_resolver.ts";
import {
  complete,
  encodeAddress,
  encodeResolved,
  isSockaddr,
  makeRoom,
  type NamedAddress,
  received,
  type Sockaddr,
} from "./_sockaddr.ts";
import { socketFunctions } from "./_socket_functions.ts";
import { readNumber } from "./_socket_options.ts";
import { waitUntilReady } from "./_waiting.ts";

/** How an attempt stands: an error number of Linux, 0 if connected, and the error that goes with it. */
export interface Outcome {
  readonly errno: number;
  readonly error: Error | null;
}

const CONNECTED: Outcome = { errno: 0, error: null };

/**
 * Connects one socket, and tells how that ended.
 *
 * A non-blocking socket must not wait for a resolver, as Python's does: where the host is a name, the
 * resolver is asked on another thread. Until it has answered, the system knows nothing of a connection,
 * and would report the socket as writable; so its lease is suspended, and selectors leave it alone. If
 * there is no such host the system never learns of it; then the lease has failed, and selectors report
 * the socket as they report one whose connection was refused.
 */
export class Connector {
  /** Those whose resolver is being asked. */
  static readonly #asking = new Set<Connector>();

  // Invariants: #question is an object of its own for each question that a resolver has been asked and
  // whose answer is still wanted; so long it is in #asking. #begun is true from when the system has begun to connect until its
  // outcome is known. #failure is the outcome of the last attempt, if it is known and bad.
  readonly #fd: number;
  readonly #family: number;
  readonly #lease: Lease;
  #question: NamedAddress | null = null;
  #begun = false;
  #failure: Outcome | null = null;
  /** Whether `takeErrno` has told of the failure. */
  #told = false;

  constructor(fd: number, family: number, lease: Lease) {
    this.#fd = fd;
    this.#family = family;
    this.#lease = lease;
  }

  /** Whether a resolver is being asked. */
  get resolving(): boolean {
    return this.#question !== null;
  }

  /**
   * Connects, or begins to.
   *
   * @param timeout That of the socket: 0 does not wait, `null` waits for ever.
   */
  connect(address: SocketAddress, timeout: number | null): Outcome {
    const target = timeout === 0
      ? encodeAddress(this.#family, address, "connect")
      : encodeResolved(this.#family, address, "connect");
    if (this.#question !== null) return underWay("EALREADY", "Operation already in progress");
    this.#failure = null;
    this.#lease.resume();
    if (!isSockaddr(target)) return this.#ask(target);
    const outcome = this.#begin(target, timeout);
    this.#told = true;
    return outcome;
  }

  /** The error that ended the last attempt, or `null`. */
  get error(): Error | null {
    if (this.#begun) this.#conclude(socketError(this.#fd));
    return this.#failure?.error ?? null;
  }

  /** What `SO_ERROR` says: the error number of the last attempt, once, or of what went wrong since. */
  takeErrno(): number {
    const number = this.#question === null ? socketError(this.#fd) : 0;
    if (this.#begun) this.#conclude(number);
    if (this.#failure === null || this.#told) return linuxErrno(number);
    this.#told = true;
    return this.#failure.errno;
  }

  /**
   * About to wait in this thread: the answers would come to it from the host, which stands still. So
   * those that are wanted are found here, while everybody waits.
   */
  static answerHere(): void {
    for (const connector of Connector.#asking) {
      connector.#answer(connector.#question!, (host, family) => resolve(host, family));
    }
  }

  /** The socket is closed, or gives its descriptor away: no answer is wanted any more. */
  cancel(): void {
    this.#forget();
    this.#begun = false;
  }

  #begin(target: Sockaddr, timeout: number | null): Outcome {
    const result = socketFunctions().connect(this.#fd, target.bytes, target.length);
    const number = libc().errno[0]!;
    if (result === 0) return CONNECTED;
    const code = codeOf(number);
    // One that is interrupted goes on.
    this.#begun = code === "EINPROGRESS" || code === "EINTR";
    if (this.#begun && timeout === 0) return underWay("EINPROGRESS", "Operation now in progress");
    if (!this.#begun) return this.#fail(number);
    const end = timeout === null ? Infinity : now() + timeout;
    if (!waitUntilReady(this.#fd, POLLOUT, end)) {
      return { errno: errnoOf("EAGAIN"), error: new Deno.errors.TimedOut("timed out") };
    }
    const pending = socketError(this.#fd);
    this.#begun = false;
    return pending === 0 ? CONNECTED : this.#fail(pending);
  }

  #ask(target: NamedAddress): Outcome {
    const question = this.#question = { ...target };
    Connector.#asking.add(this);
    this.#lease.suspend();
    // Not at once: who goes on to wait in this thread finds the answer here, and asks nobody else.
    queueMicrotask(() => this.#askElsewhere(question));
    this.#told = false;
    return underWay("EINPROGRESS", "Operation now in progress");
  }

  #askElsewhere(question: NamedAddress): void {
    if (this.#question !== question) return;
    resolveElsewhere(question.host, this.#family).then(
      (host) => this.#answer(question, () => host),
      (error) =>
        this.#answer(question, () => {
          throw error;
        }),
    );
  }

  /** The answer to a question is here, or why there is none. */
  #answer(question: NamedAddress, find: (host: string, family: number) => Uint8Array): void {
    if (this.#question !== question) return;
    this.#forget();
    try {
      this.#begin(complete(find(question.host, this.#family), this.#family, question), 0);
    } catch (error) {
      this.#failure = { errno: errnoOfError(error as Error), error: error as Error };
    }
    if (this.#failure === null) this.#lease.resume();
    else this.#lease.fail();
  }

  #forget(): void {
    this.#question = null;
    Connector.#asking.delete(this);
  }

  #fail(number: number): Outcome {
    const outcome = { errno: linuxErrno(number), error: systemError(number) };
    // Neither ends an attempt: there is one already, or will be another.
    const code = codeOf(number);
    if (code !== "EALREADY" && code !== "EISCONN" && code !== "EAGAIN") this.#failure = outcome;
    return outcome;
  }

  /** Takes note of how the system's attempt has ended, if it has: with an error, or with a peer. */
  #conclude(number: number): void {
    if (number !== 0) {
      this.#begun = this.#told = false;
      this.#fail(number);
      return;
    }
    makeRoom();
    const connected =
      socketFunctions().getpeername(this.#fd, received.bytes, received.length) === 0;
    if (connected) this.#begun = false;
  }
}

function underWay(code: "EALREADY" | "EINPROGRESS", text: string): Outcome {
  const errno = errnoOf(code);
  return { errno, error: new BlockingIOError(`[Errno ${errno}] ${text}`, errno) };
}

/** The number that the system has kept for a socket, and keeps no longer; 0 for none. */
function socketError(fd: number): number {
  return readNumber(fd, SOL_SOCKET, SO_ERROR);
}
