// Copyright 2026 the asyncio authors. MIT license.

/**
 * Which errors of the host are those that Python calls `OSError` and `ConnectionError`.
 *
 * Deno gives most errors of the system a class of `Deno.errors`, and the rest, a full disk say, only
 * words: `(os error 28)`. Node's modules give a code and the name of the system call. A name that cannot
 * be resolved is Python's `gaierror`, a TLS connection that fails its `SSLError`: both are `OSError`s.
 * `fetch()` says only that it failed, and why in the cause, as Python's `URLError` does, another one.
 */

/**
 * Deno's classes for errors of the system. Its other ones are no `OSError`s in Python: bad data is a
 * `ValueError` there, and HTTP has a family of its own.
 */
const SYSTEM = [
  "AddrInUse",
  "AddrNotAvailable",
  "AlreadyExists",
  "BadResource",
  "Busy",
  "FilesystemLoop",
  "Interrupted",
  "IsADirectory",
  "NetworkUnreachable",
  "NotADirectory",
  "NotCapable",
  "NotConnected",
  "NotFound",
  "NotSupported",
  "PermissionDenied",
  "TimedOut",
  "UnexpectedEof",
  "WouldBlock",
] as const;

/** Those of a connection that is not to be had, or is lost. */
const CONNECTION = [
  "BrokenPipe",
  "ConnectionAborted",
  "ConnectionRefused",
  "ConnectionReset",
] as const;

/** The same by their codes. */
const CONNECTION_CODES = ["EPIPE", "ESHUTDOWN", "ECONNABORTED", "ECONNREFUSED", "ECONNRESET"];

/** And by their numbers, which each system has of its own. */
const CONNECTION_NUMBERS: Readonly<Record<string, readonly number[]>> = {
  linux: [32, 103, 104, 108, 111],
  darwin: [32, 53, 54, 58, 61],
  windows: [109, 232, 10053, 10054, 10058, 10061],
};

/** Whether a value is an error of the system, of name resolution or of TLS. */
export function isOSError(value: unknown): boolean {
  if (!(value instanceof Error)) return false;
  if (isOneOf(value, SYSTEM) || isConnectionError(value)) return true;
  if (isOfFetch(value)) return isOSError(value.cause);
  const { code, syscall } = value as { code?: unknown; syscall?: unknown };
  if (typeof syscall === "string" && typeof code === "string") return true;
  return typeof code === "string" && code.startsWith("ERR_SSL_") || numberOf(value) !== null ||
    value.message.includes("failed to lookup address information");
}

/** Whether a value says that a connection was refused, reset or aborted, or that nobody reads a pipe. */
export function isConnectionError(value: unknown): boolean {
  if (!(value instanceof Error)) return false;
  if (isOneOf(value, CONNECTION)) return true;
  if (isOfFetch(value)) return isConnectionError(value.cause);
  const { code } = value as { code?: unknown };
  if (CONNECTION_CODES.includes(code as string)) return true;
  const errno = numberOf(value);
  if (errno === null) return false;
  const os = typeof Deno === "undefined" ? "linux" : Deno.build.os;
  return (CONNECTION_NUMBERS[os] ?? CONNECTION_NUMBERS.linux!).includes(errno);
}

/** Whether it is what `fetch()` throws: its cause is the error. */
function isOfFetch(error: Error): boolean {
  return error instanceof TypeError && error.message === "fetch failed";
}

function isOneOf(error: Error, names: readonly (keyof typeof Deno.errors)[]): boolean {
  return typeof Deno !== "undefined" && names.some((name) => error instanceof Deno.errors[name]);
}

/** The number of the system's error that a message tells; `null` for none. */
function numberOf({ message }: Error): number | null {
  const found = /\(os error (\d+)\)/.exec(message);
  return found === null ? null : Number(found[1]);
}
