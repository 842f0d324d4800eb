// Copyright 2026 the asyncio authors. MIT license.

/**
 * What `asyncio` needs of Deno itself: its family of errors. The only file of this layer that names
 * it; elsewhere than in Deno there are no sockets, and nothing here is asked for.
 */

/** Python's `OSError`: an error that the operating system reports, expected on any connection. */
export function isOSError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (/\(os error \d+\)/.test(error.message)) return true;
  return osErrors().some((constructor) => error instanceof constructor);
}

function osErrors(): (typeof Error)[] {
  if (typeof Deno === "undefined") return [];
  const { errors } = Deno;
  return [
    errors.ConnectionReset,
    errors.ConnectionAborted,
    errors.ConnectionRefused,
    errors.BrokenPipe,
    errors.NotConnected,
    errors.TimedOut,
    errors.Interrupted,
    errors.BadResource,
    errors.UnexpectedEof,
  ] as unknown as (typeof Error)[];
}

/** Whether an error says that the system has run out: ENOMEM, ENFILE, EMFILE, ENOBUFS. */
export function isOutOfResources(error: unknown): boolean {
  return error instanceof Error && /\(os error (12|23|24|55|105)\)/.test(error.message);
}

/** Whether an error says that a client has gone again before it was accepted. */
export function clientHasGone(error: unknown): boolean {
  const { ConnectionAborted, ConnectionReset, NotConnected } = Deno.errors;
  return [ConnectionAborted, ConnectionReset, NotConnected].some((gone) => error instanceof gone);
}

/** Whether there is the permission to connect to a host, without asking the user for it. */
export function isNetAllowed(host: string): boolean {
  return Deno.permissions.querySync({ name: "net", host }).state === "granted";
}

/** What `drain()` throws once the connection is gone. */
export function connectionLost(): Error {
  return new Deno.errors.ConnectionReset("Connection lost");
}

/** What is thrown for what a loop cannot do. */
export function notSupported(message: string): Error {
  return new Deno.errors.NotSupported(message);
}
