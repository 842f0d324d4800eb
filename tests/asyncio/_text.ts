// Copyright 2026 the asyncio authors. MIT license.

/** Bytes and the text that they mean, so that tests of streams can be read. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes of a text. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** The text of some bytes. */
export function text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
