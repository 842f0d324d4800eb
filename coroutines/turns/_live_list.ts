// Copyright 2026 the asyncio authors. MIT license.

/** The keys of the links of a {@linkcode LiveList}, in its members. */
export const PREVIOUS: unique symbol = Symbol("previous");
export const NEXT: unique symbol = Symbol("next");

/** A member of a {@linkcode LiveList}. */
export interface Live {
  [PREVIOUS]: Live | null;
  [NEXT]: Live | null;
}

/**
 * The tasks of a loop that are not done: a list whose links are the tasks' own, since a million of
 * them may come and go, and a `Set` costs each of them more time and memory.
 */
export class LiveList {
  #last: Live | null = null;

  /** Adds one. */
  add(one: Live): void {
    const last = this.#last;
    one[PREVIOUS] = last;
    if (last !== null) last[NEXT] = one;
    this.#last = one;
  }

  /** Takes one out. */
  remove(one: Live): void {
    const previous = one[PREVIOUS];
    const next = one[NEXT];
    if (previous !== null) previous[NEXT] = next;
    if (next === null) this.#last = previous;
    else next[PREVIOUS] = previous;
    one[PREVIOUS] = one[NEXT] = null;
  }

  /** All of them, the oldest first. */
  toArray(): Live[] {
    const all: Live[] = [];
    for (let one = this.#last; one !== null; one = one[PREVIOUS]) all.push(one);
    return all.reverse();
  }
}
