// Copyright 2026 the asyncio authors. MIT license.

/** What callers give to be sent, as bytes. */

const encoder = new TextEncoder();

/** Bytes as they are, text as UTF-8. */
export function toBytes(data: Uint8Array | string): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (typeof data === "string") return encoder.encode(data);
  throw new TypeError(`data argument must be a Uint8Array or a string, not ${typeof data}`);
}

/** All pieces as one, to be sent at one go. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const piece of pieces) {
    bytes.set(piece, filled);
    filled += piece.length;
  }
  return bytes;
}
