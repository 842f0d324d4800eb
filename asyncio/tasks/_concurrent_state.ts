// Copyright 2026 the asyncio authors. MIT license.

/** How a concurrent future has ended; `null` as long as it has not. */
export type Outcome =
  | { readonly kind: "result"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: unknown }
  | { readonly kind: "cancelled" }
  | null;

/**
 * Work that was handed out before its turn, and may still be taken back: whoever is to do it and
 * whoever cancels it agree on who was first.
 */
export interface Claim {
  /** Takes the work back. Returns false if it has been begun. */
  withdraw(): boolean;
  /** Whether it has been begun. */
  hasBegun(): boolean;
}

/** What executors need of a concurrent future more than users may have. */
export interface ConcurrentAccess {
  outcome(future: object): Outcome;
  setClaim(future: object, claim: Claim | null): void;
}

let access: ConcurrentAccess | null = null;

/** For the class itself: opens what is private in it. */
export function grantAccess(granted: ConcurrentAccess): void {
  access = granted;
}

/** How a future has ended; `null` as long as it has not. */
export function outcomeOf(future: object): Outcome {
  return access!.outcome(future);
}

/** Tells a pending future whom to ask before it is cancelled; `null` for nobody. */
export function setClaim(future: object, claim: Claim | null): void {
  access!.setClaim(future, claim);
}
