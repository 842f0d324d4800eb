// Copyright 2026 the asyncio authors. MIT license.

/** What may be passed to a socket, and what CPython says of what may not. */

import { checkBytes } from "../_bytes.ts";
import { BlockingIOError, ValueError } from "../errors.ts";

/** Refuses a number of bytes to receive that is negative or `NaN`. */
export function checkSize(size: number): void {
  if (!(size >= 0)) throw new ValueError("negative buffersize in recv");
}

/** Refuses a number of bytes that does not fit into a buffer. */
export function checkRoom(buffer: Uint8Array, size: number): void {
  checkBytes(buffer);
  if (size < 0 || size > buffer.length) {
    throw new ValueError("buffer too small for requested bytes");
  }
}

/** What is thrown in place of waiting. */
export function wouldBlock(): never {
  throw new BlockingIOError();
}
