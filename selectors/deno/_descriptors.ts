// Copyright 2026 the asyncio authors. MIT license.

import type { Source } from "./source.ts";

/**
 * The descriptors of this layer's own sockets. Deno does not tell the operating system's, so these
 * are numbers of our own, above any that an operating system hands out: a native selector that is
 * given one by mistake fails, and does not watch some other file. They are never used twice.
 */
const FIRST_DESCRIPTOR = 2 ** 20;

const sources = new Map<number, Source>();
let nextDescriptor = FIRST_DESCRIPTOR;

/** Gives an open source a descriptor. */
export function openDescriptor(source: Source): number {
  sources.set(nextDescriptor, source);
  return nextDescriptor++;
}

/** The source behind a descriptor, if it is open. */
export function sourceOf(fd: number): Source | undefined {
  return sources.get(fd);
}

/** Puts another source behind an open descriptor. */
export function replaceSource(fd: number, source: Source): void {
  sources.get(fd)?.handOver(source);
  sources.set(fd, source);
}

/** Closes a descriptor. */
export function closeDescriptor(fd: number): void {
  sources.delete(fd);
}
