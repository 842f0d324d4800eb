// Copyright 2026 the asyncio authors. MIT license.

/**
 * An end of a pipe by its descriptor, as event loops use it: what
 * {@linkcode BaseSelector.openPipe} gives.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.connect_read_pipe}
 */
export interface NonBlockingPipe {
  /** Whether it is a character device, a terminal say: what is written to it nobody closes. */
  readonly isDevice: boolean;

  /** The descriptor; -1 once closed. */
  fileno(): number;
  /** Bytes that are here, as many as `size`; none at the end, `null` where it would have to wait. */
  tryRead(size: number): Uint8Array<ArrayBuffer> | null;
  /** Writes bytes, and tells how many were taken; `null` where it would have to wait. */
  tryWrite(data: Uint8Array): number | null;
  /** Closes the descriptor, which waits again if it did before. Closing again does nothing. */
  close(): void;
}
