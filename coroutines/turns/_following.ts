// Copyright 2026 the asyncio authors. MIT license.

/**
 * The async functions that a step has started or woken.
 *
 * Such a function goes on in a microtask of its own, after the step. In Python it would have gone on
 * within the step: so the next step waits until the function has come to its next wait, or its end.
 * Mostly that takes two microtasks. One that turns out to await a promise of the host's does not
 * come at all; a macrotask later, when no microtask is left, the loop knows.
 */

import { afterIO, inMicrotask } from "../_host.ts";
import { noteOwnStack, noteOwnStackSoon } from "../_then.ts";

/** How many microtasks code is given that the loop cannot follow: a branch of a `Promise.all()`. */
const GLANCE = 2;

/**
 * How many microtasks pass, from one turn of the host's to the next, before a macrotask is asked for.
 * Most functions have come by then; and a macrotask costs as much as twenty microtasks.
 */
const PATIENCE = 8;

/** An async function, as far as it is followed. */
export interface Followed {
  /** The {@linkcode Following} round in which it is on its way; 0 if it is not. */
  round: number;
}

/** Counts the functions that are on their way to their next wait. */
export class Following {
  // Invariants: #count functions have #round as their `round`. #isWaiting from wait() until the
  // callback. #isGlancing and #isWatching while a microtask or macrotask of theirs is to come.
  readonly #whenOver: (inMacrotask: boolean) => void;
  #round = 1;
  #count = 0;
  #glance = 0;
  #isGlancing = false;
  #isWaiting = false;
  #isWatching = false;
  #patience = PATIENCE;

  /** @param whenOver Called when the wait is over, from any microtask, or from a macrotask. */
  constructor(whenOver: (inMacrotask: boolean) => void) {
    this.#whenOver = whenOver;
  }

  /** Whether anything has been woken that has not arrived. */
  get isUnderWay(): boolean {
    return this.#count > 0 || this.#glance > 0;
  }

  /** A function goes on: it has been started, or what it awaits is over. */
  woke(fn: Followed): void {
    if (fn.round === this.#round) return;
    fn.round = this.#round;
    this.#count++;
    if (this.#isWaiting) this.#startWatching();
  }

  /** A function has come to its next wait, or its end. */
  arrived(fn: Followed): void {
    if (fn.round !== this.#round) return;
    fn.round = 0;
    this.#count--;
    if (this.#isWaiting) this.#check();
  }

  /** Whether a function is on its way. */
  isFollowed(fn: Followed): boolean {
    return fn.round === this.#round;
  }

  /** Something goes on that does not say when it arrives. */
  wokeUnseen(): void {
    this.#glance = GLANCE;
    if (this.#isWaiting) this.#startGlancing();
  }

  /** Waits until all have arrived; there are some. */
  wait(): void {
    this.#isWaiting = true;
    noteOwnStack();
    noteOwnStackSoon();
    if (this.#glance > 0) this.#startGlancing();
    if (this.#count > 0) this.#startWatching();
  }

  /** The host has had its turn. */
  afterHost(): void {
    this.#patience = PATIENCE;
  }

  /** Forgets all. */
  clear(): void {
    this.#round++;
    this.#count = this.#glance = 0;
    this.#isWaiting = false;
  }

  #check(): void {
    if (this.isUnderWay) return;
    this.#isWaiting = false;
    this.#whenOver(false);
  }

  #startGlancing(): void {
    if (this.#isGlancing) return;
    this.#isGlancing = true;
    inMicrotask(this.#afterMicrotask);
  }

  readonly #afterMicrotask = (): void => {
    this.#isGlancing = false;
    if (!this.#isWaiting) return;
    if (--this.#glance > 0) this.#startGlancing();
    else this.#check();
  };

  #startWatching(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    if (this.#patience > 0) inMicrotask(this.#watch);
    else afterIO(this.#giveUp);
  }

  readonly #watch = (): void => {
    this.#patience--;
    this.#isWatching = false;
    if (this.#isWaiting && this.#count > 0) this.#startWatching();
  };

  /** No microtask is left: whoever has not come awaits something that the loop knows nothing of. */
  readonly #giveUp = (): void => {
    this.#isWatching = false;
    if (!this.#isWaiting) return;
    this.clear();
    this.#whenOver(true);
  };
}
