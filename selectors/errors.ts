// Copyright 2026 the asyncio authors. MIT license.

import { isConnectionError, isOSError } from "./_is_os_error.ts";

const hasInstance = Function.prototype[Symbol.hasInstance];

/**
 * Something that the operating system reports: no such file, no such host, a connection that is lost, a
 * time that is up. A class to test with: `error instanceof OSError` is true of whatever Python's
 * `except OSError` catches, most of which the host throws as `Deno.errors`, and which keep their class.
 *
 * These are: all `Deno.errors` but `Http`, `InvalidData` and `WriteZero`; what carries the number of an
 * error of the system, or a code and a system call, as Node's modules tell it; a host name that is not
 * found; a TLS connection that fails; a `fetch()` that fails for one of these; and the subclasses here, `TimeoutError` among them.
 *
 * @example Usage
 * ```ts
 * import { openConnection, OSError, run } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * await run(async () => {
 *   try {
 *     await openConnection("no-such-host.invalid", 80);
 *   } catch (error) {
 *     if (!(error instanceof OSError)) throw error;
 *   }
 * });
 * assertInstanceOf(new Deno.errors.NotFound(), OSError);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/exceptions.html#OSError}
 */
export class OSError extends Error {
  static {
    this.prototype.name = "OSError";
  }

  /** Whether an error is one, whatever its class; of a subclass, whether it is an instance. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasInstance.call(this, value) || this === OSError && isOSError(value);
  }
}

/**
 * A connection that was refused, reset or aborted, or a pipe that nobody reads. A class to test with:
 * `error instanceof ConnectionError` is true of `Deno.errors.BrokenPipe`, `ConnectionAborted`,
 * `ConnectionRefused` and `ConnectionReset`, and of whatever else tells of the same.
 *
 * As in Python, a socket that is not connected and a network that cannot be reached are only
 * {@linkcode OSError}s.
 *
 * @example Usage
 * ```ts
 * import { ConnectionError, OSError } from "@asyncio/asyncio";
 * import { assert, assertInstanceOf } from "@std/assert";
 *
 * assertInstanceOf(new Deno.errors.ConnectionReset(), ConnectionError);
 * assertInstanceOf(new Deno.errors.NotConnected(), OSError);
 * assert(!(new Deno.errors.NotConnected() instanceof ConnectionError));
 * ```
 *
 * @see {@link https://docs.python.org/3/library/exceptions.html#ConnectionError}
 */
export class ConnectionError extends OSError {
  static {
    this.prototype.name = "ConnectionError";
  }

  /** Whether an error is one, whatever its class; of a subclass, whether it is an instance. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasInstance.call(this, value) || this === ConnectionError && isConnectionError(value);
  }
}

/**
 * An argument has the right type but a value that makes no sense.
 *
 * @example Usage
 * ```ts
 * import { DefaultSelector, ValueError } from "@asyncio/asyncio/selectors";
 * import { assertThrows } from "@std/assert";
 *
 * using selector = new DefaultSelector();
 * assertThrows(() => selector.register(0, 0), ValueError, "Invalid events: 0");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/exceptions.html#ValueError}
 */
export class ValueError extends RangeError {
  static {
    this.prototype.name = "ValueError";
  }
}

/**
 * A key is not in a table, or is in it already.
 *
 * @example Usage
 * ```ts
 * import { DefaultSelector, KeyError, Socket } from "@asyncio/asyncio/selectors";
 * import { assertThrows } from "@std/assert";
 *
 * using selector = new DefaultSelector();
 * using sock = new Socket();
 * assertThrows(() => selector.unregister(sock), KeyError, "is not registered");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/exceptions.html#KeyError}
 */
export class KeyError extends Error {
  static {
    this.prototype.name = "KeyError";
  }
}

/**
 * Something is asked of an object in a state that does not allow it.
 *
 * @example Usage
 * ```ts
 * import { DefaultSelector, RuntimeError, Socket } from "@asyncio/asyncio/selectors";
 * import { assertThrows } from "@std/assert";
 *
 * const selector = new DefaultSelector();
 * selector.close();
 * using sock = new Socket();
 * assertThrows(() => selector.getKey(sock), RuntimeError, "Selector is closed");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/exceptions.html#RuntimeError}
 */
export class RuntimeError extends Error {
  static {
    this.prototype.name = "RuntimeError";
  }
}

/**
 * An operation on a non-blocking socket would have to wait. Nothing was done: try again when a
 * selector says that the socket is ready.
 *
 * @example Usage
 * ```ts
 * import { BlockingIOError, Socket } from "@asyncio/asyncio/selectors";
 * import { assertThrows } from "@std/assert";
 *
 * using server = new Socket();
 * server.bind(["127.0.0.1", 0]);
 * server.listen();
 * assertThrows(() => server.accept(), BlockingIOError, "Resource temporarily unavailable");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/exceptions.html#BlockingIOError}
 */
export class BlockingIOError extends OSError {
  static {
    this.prototype.name = "BlockingIOError";
  }
  /** The error number: `EAGAIN` (11), or `EINPROGRESS` (115) from `connect`. */
  readonly errno: number;

  /**
   * Creates the error.
   *
   * @param message What would have to wait. Default: CPython's words for it.
   * @param errno The error number. Default: `EAGAIN`.
   */
  constructor(message = "[Errno 11] Resource temporarily unavailable", errno = 11) {
    super(message);
    this.errno = errno;
  }
}

/**
 * A system call was interrupted by a signal.
 *
 * @example Usage
 * ```ts
 * import { InterruptedError } from "@asyncio/asyncio/selectors";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new InterruptedError().message, "[Errno 4] Interrupted system call");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/exceptions.html#InterruptedError}
 */
export class InterruptedError extends OSError {
  static {
    this.prototype.name = "InterruptedError";
  }
  /** The error number: `EINTR` (4). */
  readonly errno: number = 4;

  /**
   * Creates the error.
   *
   * @param message What was interrupted. Default: CPython's words for it.
   */
  constructor(message = "[Errno 4] Interrupted system call") {
    super(message);
  }
}
