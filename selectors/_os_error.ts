// Copyright 2026 the asyncio authors. MIT license.

/** Linux's error numbers, by the code that Deno gives its errors. */
const NUMBERS = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  EBADF: 9,
  EAGAIN: 11,
  EACCES: 13,
  EINVAL: 22,
  EMFILE: 24,
  EPIPE: 32,
  EDESTADDRREQ: 89,
  EMSGSIZE: 90,
  EOPNOTSUPP: 95,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETUNREACH: 101,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  EISCONN: 106,
  ENOTCONN: 107,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTUNREACH: 113,
  EALREADY: 114,
  EINPROGRESS: 115,
} as const;

/** An error code of the operating system. */
export type ErrorCode = keyof typeof NUMBERS;

/** The number of an error code. */
export function errnoOf(code: ErrorCode): number {
  return NUMBERS[code];
}

/**
 * The error number that stands for an error of Deno's. A permission that is missing is EACCES, a
 * name that does not resolve EHOSTUNREACH.
 */
export function errnoOfError(error: Error): number {
  if (error instanceof Deno.errors.NotCapable) return NUMBERS.EACCES;
  const { code } = error as { code?: string };
  if (code !== undefined && code in NUMBERS) return NUMBERS[code as ErrorCode];
  const osError = /\(os error (\d+)\)/.exec(error.message);
  return osError === null ? NUMBERS.EHOSTUNREACH : Number(osError[1]);
}

/** The error for a code that Deno has no class for, worded as Deno words its own. */
export function osError(code: ErrorCode, text: string): Error {
  return Object.assign(new Error(`${text} (os error ${NUMBERS[code]})`), { code });
}

/** The error of a descriptor that is closed, or is none of this layer's. */
export function badDescriptor(fd = -1): Error {
  const hint = fd < 0 ? "" : `: ${fd} is no socket of Deno's, a native selector may know it`;
  return new Deno.errors.BadResource("[Errno 9] Bad file descriptor" + hint);
}

/** The error of a socket that is not connected. */
export function notConnected(): Error {
  return new Deno.errors.NotConnected("Transport endpoint is not connected (os error 107)");
}

/** The error of bytes that were dropped, since the connection was aborted. */
export function connectionAborted(): Error {
  return new Deno.errors.ConnectionAborted("Software caused connection abort (os error 103)");
}

/** The error for what Deno's own sockets cannot do, naming those that can. */
export function notSupported(action: string): Error {
  return new Deno.errors.NotSupported(
    `Cannot ${action}: Deno's own sockets cannot do that; NativeSocket with a native selector can`,
  );
}
