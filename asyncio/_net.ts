// Copyright 2026 the asyncio authors. MIT license.

/**
 * What `asyncio`'s connections need of Deno itself: its family of errors. Elsewhere than in Deno, where
 * the sockets are somebody's own, errors of the same names take their place.
 */

import { ConnectionError, OSError } from "../selectors/mod.ts";

type ErrorClass = new (message?: string, options?: ErrorOptions) => Error;

/** An error of a name; its constructor is all that is asked for. */
function named(name: string, base: typeof OSError): ErrorClass {
  return {
    [name]: class extends base {
      override readonly name = name;
    },
  }[name]!;
}

const substitutes = {
  AddrInUse: named("AddrInUse", OSError),
  AddrNotAvailable: named("AddrNotAvailable", OSError),
  BrokenPipe: named("BrokenPipe", ConnectionError),
  ConnectionAborted: named("ConnectionAborted", ConnectionError),
  ConnectionReset: named("ConnectionReset", ConnectionError),
  NotConnected: named("NotConnected", OSError),
  NotSupported: named("NotSupported", OSError),
};

/** The errors of this host: looked up when one is needed. */
function errors(): Readonly<Record<keyof typeof substitutes, ErrorClass>> {
  return typeof Deno === "undefined" ? substitutes : Deno.errors;
}

/** Whether an error says that the system has run out: ENOMEM, ENFILE, EMFILE, ENOBUFS. */
export function isOutOfResources(error: unknown): boolean {
  return error instanceof Error && /\(os error (12|23|24|55|105)\)/.test(error.message);
}

/** Whether an error says that a client has gone again before it was accepted. */
export function clientHasGone(error: unknown): boolean {
  const { ConnectionAborted, ConnectionReset, NotConnected } = errors();
  return [ConnectionAborted, ConnectionReset, NotConnected].some((gone) => error instanceof gone);
}

/**
 * Whether there is the permission to reach a host, without asking the user for it; any host unless
 * one is given. Elsewhere than in Deno nobody asks.
 */
export function isNetAllowed(host?: string): boolean {
  if (typeof Deno === "undefined") return true;
  const descriptor = host === undefined ? { name: "net" } as const : { name: "net", host } as const;
  return Deno.permissions.querySync(descriptor).state === "granted";
}

/** Whether an error says that a machine has no such address, or no such family of them. */
export function isNoAddressHere(error: unknown): boolean {
  return error instanceof Error && /\(os error (47|49|97|99)\)/.test(error.message);
}

/** Whether an error says that the other end has gone while something was written. */
export function isConnectionGone(error: unknown): boolean {
  const { BrokenPipe, ConnectionReset } = errors();
  return error instanceof BrokenPipe || error instanceof ConnectionReset;
}

/** What a protocol is told when nobody reads what it still had to write. */
export function brokenPipe(): Error {
  return new (errors().BrokenPipe)("Broken pipe (os error 32)");
}

/** What `drain()` throws once the connection is gone. */
export function connectionLost(): Error {
  return new (errors().ConnectionReset)("Connection lost");
}

/** What ends those who wait for a connection that was closed before they had done. */
export function connectionClosed(): Error {
  return new (errors().ConnectionReset)("Connection is closed by peer");
}

/** What is thrown for what a loop cannot do. */
export function notSupported(message: string): Error {
  return new (errors().NotSupported)(message);
}

/** Whether an error says that these sockets cannot do something. */
export function isNotSupported(error: unknown): boolean {
  return error instanceof errors().NotSupported;
}

/** What is thrown where a machine has none of the addresses asked for. */
export function notAvailable(message: string): Error {
  return new (errors().AddrNotAvailable)(message);
}

/** What is thrown of several attempts that failed each in its way: an error of the first one's class. */
export function combined(errors: readonly Error[]): Error {
  const message = `Multiple exceptions: ${errors.map((error) => error.message).join(", ")}`;
  const OSError = errors[0]!.constructor as new (message: string, options: ErrorOptions) => Error;
  return new OSError(message, { cause: new AggregateError(errors) });
}

/** What ends a handshake that takes too long. */
export function connectionAborted(message: string): Error {
  return new (errors().ConnectionAborted)(message);
}

/** Whether an error says that somebody else has an address. */
export function isAddrInUse(error: unknown): boolean {
  return error instanceof errors().AddrInUse;
}

/** The same, with the address named. */
export function addrInUse(message: string, cause: unknown): Error {
  return new (errors().AddrInUse)(message, { cause });
}
