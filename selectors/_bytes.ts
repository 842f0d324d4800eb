// Copyright 2026 the asyncio authors. MIT license.

const encoder = new TextEncoder();

/** The bytes to send: a string is sent as UTF-8. */
export function toBytes(data: Uint8Array | string): Uint8Array {
  if (typeof data === "string") return encoder.encode(data);
  checkBytes(data);
  return data;
}

/**
 * Checks what is given as bytes.
 *
 * @throws {TypeError} If it is something else.
 */
export function checkBytes(data: Uint8Array): void {
  if (data instanceof Uint8Array) return;
  throw new TypeError(`a bytes-like object is required, not '${typeof data}'`);
}
