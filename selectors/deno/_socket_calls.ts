// Copyright 2026 the asyncio authors. MIT license.

/** What may be passed to a socket, and what CPython says of what may not. */

import { BlockingIOError, ValueError } from "../errors.ts";

const encoder = new TextEncoder();

/** Bytes as they are, text as UTF-8. */
export function toBytes(data: Uint8Array | string): Uint8Array {
  if (typeof data === "string") return encoder.encode(data);
  checkBytes(data);
  return data;
}

/** Refuses what is no `Uint8Array`. */
export function checkBytes(data: Uint8Array): void {
  if (data instanceof Uint8Array) return;
  throw new TypeError(`a bytes-like object is required, not '${typeof data}'`);
}

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
