// Copyright 2026 the asyncio authors. MIT license.

/**
 * The promise that `then()` returns, made when somebody asks for it. Native `await` calls `then()`
 * and never does, and a promise costs about a third of the whole `await`.
 *
 * An error makes it at once, so that the host reports it if nobody cares.
 */
export class LatePromise implements PromiseLike<unknown> {
  // Invariant: #resolve and #reject are those of #promise, if there is one. #value is the value once
  // #fulfilled.
  #promise: Promise<unknown> | null = null;
  #resolve: ((value: unknown) => void) | null = null;
  #reject: ((error: unknown) => void) | null = null;
  #fulfilled = false;
  #value: unknown = undefined;

  /** The promise itself. */
  get native(): Promise<unknown> {
    return this.#promise ??= this.#make();
  }

  /** Calls back as the promise does. */
  then<R1 = unknown, R2 = never>(
    onFulfilled?: ((value: unknown) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((error: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return this.native.then(onFulfilled, onRejected);
  }

  /** Resolves the promise. */
  protected resolve(value: unknown): void {
    if (this.#promise !== null) return this.#resolve!(value);
    this.#fulfilled = true;
    this.#value = value;
  }

  /** Rejects the promise. */
  protected reject(error: unknown): void {
    this.#promise ??= this.#make();
    this.#reject!(error);
  }

  #make(): Promise<unknown> {
    if (this.#fulfilled) return Promise.resolve(this.#value);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }
}
