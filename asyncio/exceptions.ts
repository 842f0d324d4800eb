// Copyright 2026 the asyncio authors. MIT license.

/**
 * The exceptions of streams and barriers. Those of the loop and its tasks belong to `coroutines`.
 *
 * @module
 */

import { RuntimeError } from "../coroutines/mod.ts";

/**
 * The input has come to its end where more was needed.
 *
 * @example Usage
 * ```ts
 * import { EOFError, IncompleteReadError } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * assertInstanceOf(new IncompleteReadError(new Uint8Array(), 4), EOFError);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/exceptions.html#EOFError}
 */
export class EOFError extends Error {
  static {
    this.prototype.name = "EOFError";
  }
}

/**
 * A stream ended before all the bytes that were asked for had come.
 *
 * @example Usage
 * ```ts
 * import { IncompleteReadError } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new IncompleteReadError(new Uint8Array([1, 2]), 4);
 * assertEquals(error.message, "2 bytes read on a total of 4 expected bytes");
 * assertEquals(error.partial, new Uint8Array([1, 2]));
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.IncompleteReadError}
 */
// CPython: Lib/asyncio/exceptions.py, IncompleteReadError
export class IncompleteReadError extends EOFError {
  static {
    this.prototype.name = "IncompleteReadError";
  }

  /** The bytes read before the end. */
  readonly partial: Uint8Array<ArrayBuffer>;
  /** How many bytes were asked for; `null` if that is not known. */
  readonly expected: number | null;

  /**
   * An error about what was read.
   *
   * @param partial The bytes read before the end.
   * @param expected How many bytes were asked for; `null` if that is not known.
   */
  constructor(partial: Uint8Array<ArrayBuffer>, expected: number | null) {
    super(
      `${partial.length} bytes read on a total of ${expected ?? "undefined"} expected bytes`,
    );
    this.partial = partial;
    this.expected = expected;
  }
}

/**
 * A stream's buffer reached its limit before the separator was found.
 *
 * @example Usage
 * ```ts
 * import { LimitOverrunError } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new LimitOverrunError("Separator is not found", 10).consumed, 10);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.LimitOverrunError}
 */
// CPython: Lib/asyncio/exceptions.py, LimitOverrunError
export class LimitOverrunError extends Error {
  static {
    this.prototype.name = "LimitOverrunError";
  }

  /** How many bytes of the buffer can be read without missing a separator. */
  readonly consumed: number;

  /**
   * An error about what is in the buffer.
   *
   * @param message What happened.
   * @param consumed How many bytes of the buffer can be read without missing a separator.
   */
  constructor(message: string, consumed: number) {
    super(message);
    this.consumed = consumed;
  }
}

/**
 * The host has no way to send a file without copying it.
 *
 * @example Usage
 * ```ts
 * import { RuntimeError, SendfileNotAvailableError } from "@asyncio/asyncio";
 * import { assertInstanceOf } from "@std/assert";
 *
 * assertInstanceOf(new SendfileNotAvailableError("not on this transport"), RuntimeError);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.SendfileNotAvailableError}
 */
export class SendfileNotAvailableError extends RuntimeError {
  static {
    this.prototype.name = "SendfileNotAvailableError";
  }
}

/**
 * A barrier was broken, by `barrier.abort()` or `barrier.reset()`, while tasks waited at it.
 *
 * @example Usage
 * ```ts
 * import { Barrier, BrokenBarrierError, run } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(
 *   () =>
 *     run(function* () {
 *       const barrier = new Barrier(2);
 *       yield* barrier.abort();
 *       yield* barrier.wait();
 *     }),
 *   BrokenBarrierError,
 * );
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-sync.html#asyncio.BrokenBarrierError}
 */
export class BrokenBarrierError extends RuntimeError {
  static {
    this.prototype.name = "BrokenBarrierError";
  }
}
