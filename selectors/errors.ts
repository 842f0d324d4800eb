// Copyright 2026 the asyncio authors. MIT license.

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
export class BlockingIOError extends Error {
  static {
    this.prototype.name = "BlockingIOError";
  }
  /** The error number: `EAGAIN` (11), or `EINPROGRESS` (115) from `connect`. */
  readonly errno: number;

  /**
   * Creates the error.
   *
   * @param message What would have to wait.
   * @param errno The error number; `EAGAIN` unless given.
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
export class InterruptedError extends Error {
  static {
    this.prototype.name = "InterruptedError";
  }
  /** The error number: `EINTR` (4). */
  readonly errno: number = 4;

  /**
   * Creates the error.
   *
   * @param message What was interrupted.
   */
  constructor(message = "[Errno 4] Interrupted system call") {
    super(message);
  }
}
