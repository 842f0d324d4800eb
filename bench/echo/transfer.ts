// Copyright 2026 the asyncio authors. MIT license.

/** How much goes over a connection that is used in one direction, in bytes. */
export const TRANSFER = 100_000_000;
