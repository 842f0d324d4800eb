// Copyright 2026 the asyncio authors. MIT license.

/**
 * Text streams line by line.
 *
 * @module
 */

/** The lines of a UTF-8 stream, without their ends; a last line needs none. */
export async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
  if (rest) yield rest;
}
