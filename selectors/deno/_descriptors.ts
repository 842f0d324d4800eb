// Copyright 2026 the asyncio authors. MIT license.

import type { Endpoint } from "./endpoint.ts";

/**
 * The descriptors of this layer's own sockets. Deno does not tell the operating system's, so these
 * are numbers of our own, above any that an operating system hands out: a native selector that is
 * given one by mistake fails, and does not watch some other file. They are never used twice.
 */
const FIRST_DESCRIPTOR = 2 ** 20;

const endpoints = new Map<number, Endpoint>();
let nextDescriptor = FIRST_DESCRIPTOR;

/** Gives an open endpoint a descriptor. */
export function openDescriptor(endpoint: Endpoint): number {
  endpoints.set(nextDescriptor, endpoint);
  return nextDescriptor++;
}

/** The endpoint behind a descriptor, if it is open. */
export function endpointOf(fd: number): Endpoint | undefined {
  return endpoints.get(fd);
}

/** All open endpoints. */
export function openEndpoints(): Iterable<Endpoint> {
  return endpoints.values();
}

/** Puts another endpoint behind an open descriptor. */
export function replaceEndpoint(fd: number, endpoint: Endpoint): void {
  endpoints.get(fd)?.handOver(endpoint);
  endpoints.set(fd, endpoint);
}

/** Closes a descriptor. */
export function closeDescriptor(fd: number): void {
  endpoints.delete(fd);
}
