// Copyright 2026 the asyncio authors. MIT license.

/**
 * The key under which a protocol tells how many bytes it waits for just now, where they are many; 0
 * otherwise. It is given no more than that at once: what comes in one array of the right length it can
 * hand on as it is, and nothing is cut off and copied again. What is left is reported in the next turn.
 */
export const wanted: unique symbol = Symbol("wanted");

/** A protocol that tells. */
export interface Wanting {
  readonly [wanted]: number;
}

/** The protocol, if it tells. */
export function wanting(protocol: object): Wanting | null {
  return wanted in protocol ? protocol as Wanting : null;
}
