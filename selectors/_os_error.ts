// Copyright 2026 the asyncio authors. MIT license.

import { BlockingIOError, InterruptedError } from "./errors.ts";

/** Linux's error numbers, by the code that Deno gives its errors. This layer speaks in them. */
const NUMBERS = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOSPC: 28,
  EPIPE: 32,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
  ELOOP: 40,
  ENOTSOCK: 88,
  EDESTADDRREQ: 89,
  EMSGSIZE: 90,
  EPROTOTYPE: 91,
  ENOPROTOOPT: 92,
  EPROTONOSUPPORT: 93,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOBUFS: 105,
  EISCONN: 106,
  ENOTCONN: 107,
  ESHUTDOWN: 108,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTDOWN: 112,
  EHOSTUNREACH: 113,
  EALREADY: 114,
  EINPROGRESS: 115,
} as const;

/** An error code of the operating system. */
export type ErrorCode = keyof typeof NUMBERS;

/** Those that macOS numbers in another way. Source: xnu, bsd/sys/errno.h. */
const DARWIN_NUMBERS: Partial<Record<ErrorCode, number>> = {
  EAGAIN: 35,
  EINPROGRESS: 36,
  EALREADY: 37,
  ENOTSOCK: 38,
  EDESTADDRREQ: 39,
  EMSGSIZE: 40,
  EPROTOTYPE: 41,
  ENOPROTOOPT: 42,
  EPROTONOSUPPORT: 43,
  EAFNOSUPPORT: 47,
  EADDRINUSE: 48,
  EADDRNOTAVAIL: 49,
  ENETDOWN: 50,
  ENETUNREACH: 51,
  ECONNABORTED: 53,
  ECONNRESET: 54,
  ENOBUFS: 55,
  EISCONN: 56,
  ENOTCONN: 57,
  ESHUTDOWN: 58,
  ETIMEDOUT: 60,
  ECONNREFUSED: 61,
  ELOOP: 62,
  ENAMETOOLONG: 63,
  EHOSTDOWN: 64,
  EHOSTUNREACH: 65,
  ENOSYS: 78,
  EOPNOTSUPP: 102,
};

/** The classes that Deno gives its own errors, by code. It has none for the rest. */
const CLASSES: Partial<Record<ErrorCode, keyof typeof Deno.errors>> = {
  EPERM: "PermissionDenied",
  ENOENT: "NotFound",
  EACCES: "PermissionDenied",
  EBUSY: "Busy",
  EEXIST: "AlreadyExists",
  ENOTDIR: "NotADirectory",
  EISDIR: "IsADirectory",
  EPIPE: "BrokenPipe",
  ENOSYS: "NotSupported",
  ELOOP: "FilesystemLoop",
  EPROTONOSUPPORT: "NotSupported",
  EOPNOTSUPP: "NotSupported",
  EAFNOSUPPORT: "NotSupported",
  EADDRINUSE: "AddrInUse",
  EADDRNOTAVAIL: "AddrNotAvailable",
  ENETUNREACH: "NetworkUnreachable",
  ECONNABORTED: "ConnectionAborted",
  ECONNRESET: "ConnectionReset",
  ENOTCONN: "NotConnected",
  ESHUTDOWN: "BrokenPipe",
  ETIMEDOUT: "TimedOut",
  ECONNREFUSED: "ConnectionRefused",
};

/** Whose error numbers: macOS's, or Linux's. */
export type ErrorNumbers = "linux" | "darwin";

const codes = new Map<ErrorNumbers, ReadonlyMap<number, ErrorCode>>();

/** The number of an error code: Linux's, unless another system's is asked for. */
export function errnoOf(code: ErrorCode, numbers: ErrorNumbers = "linux"): number {
  return (numbers === "darwin" ? DARWIN_NUMBERS[code] : undefined) ?? NUMBERS[code];
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

/** The code that an operating system means by an error number, if it is one of the table. */
export function codeOfErrno(errno: number, numbers: ErrorNumbers): ErrorCode | undefined {
  let table = codes.get(numbers);
  if (table === undefined) codes.set(numbers, table = codesOf(numbers));
  return table.get(errno);
}

/**
 * The error for a number that a system call has given.
 *
 * @param errno The number.
 * @param numbers Whose number it is.
 * @param text What the system calls it.
 */
export function errorOfErrno(errno: number, numbers: ErrorNumbers, text: string): Error {
  const code = codeOfErrno(errno, numbers);
  if (code === "EAGAIN" || code === "EINPROGRESS" || code === "EALREADY") {
    return new BlockingIOError(`[Errno ${NUMBERS[code]}] ${text}`, NUMBERS[code]);
  }
  if (code === "EINTR") return new InterruptedError();
  if (code === "EBADF") return badDescriptor();
  const message = `${text} (os error ${errno})`;
  if (code === undefined) return Object.assign(new Error(message), { errno });
  const name = CLASSES[code];
  return Object.assign(name === undefined ? new Error(message) : new Deno.errors[name](message), {
    code,
  });
}

function codesOf(numbers: ErrorNumbers): ReadonlyMap<number, ErrorCode> {
  return new Map(
    (Object.keys(NUMBERS) as ErrorCode[]).map((code) => [errnoOf(code, numbers), code]),
  );
}
