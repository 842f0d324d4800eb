// Copyright 2026 the asyncio authors. MIT license.

/**
 * The way back from anywhere into the context of the host's that the loop runs in.
 *
 * What the loop calls must not inherit the AsyncLocalStorage context of whoever happened to wake it.
 * A promise's reaction runs in the context in which it was registered: so one is registered ahead, and
 * opening the gate resolves the promise. That costs 50 ns; entering a context anew costs 700.
 */
export class Gate {
  readonly #enter: () => void;
  readonly #keep: (resolve: () => void) => void;
  #resolve!: () => void;
  #isArmed = false;

  /** @param enter What is called, in a microtask, when the gate has been opened. */
  constructor(enter: () => void) {
    this.#enter = enter;
    this.#keep = (resolve) => this.#resolve = resolve;
  }

  /** Registers the next passage, in the context of the caller, unless that is done. */
  arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    new Promise<void>(this.#keep).then(this.#enter);
  }

  /** Calls what is behind, in the context in which the gate was armed. */
  open(): void {
    this.#isArmed = false;
    this.#resolve();
  }

  /** Has the next passage lead nowhere: another context is to be registered. */
  disarm(): void {
    this.#isArmed = false;
  }
}
