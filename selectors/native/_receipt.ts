// Copyright 2026 the asyncio authors. MIT license.

import { ValueError } from "../errors.ts";

/** Bytes received at a time, unless more are asked for, and then. */
const USUAL_SIZE = 1 << 16;
const LARGEST_SIZE = 1 << 18;

/**
 * Where all sockets of the isolate receive bytes, before these are copied into an array of the caller's
 * own: what arrives is mostly far less than what was asked for.
 */
export let receipt: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/**
 * Sees to it that so many bytes can be received, or as many as come at once.
 *
 * @param size How many are asked for.
 * @param caller Named in messages.
 * @returns How many may be received.
 * @throws {ValueError} If `size` is negative.
 */
export function makeReceipt(size: number, caller: string): bigint {
  if (!(size >= 0)) throw new ValueError(`negative buffersize in ${caller}`);
  if (size > receipt.length && receipt.length < LARGEST_SIZE) {
    receipt = new Uint8Array(size > USUAL_SIZE ? LARGEST_SIZE : USUAL_SIZE);
  }
  return BigInt(Math.min(size, receipt.length));
}
