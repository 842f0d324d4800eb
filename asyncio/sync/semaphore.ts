// Copyright 2026 the asyncio authors. MIT license.

import { ValueError } from "../../selectors/mod.ts";
import {
  type AbstractEventLoop,
  CancelledError,
  type Coroutine,
  type CoroutineObject,
  inspectAsText,
  markcoroutinefunction,
  PrimitiveCoroutine,
} from "../../coroutines/mod.ts";
import type { AsyncContextManager } from "../async_context_manager.ts";
import { checkNumber } from "../_check_number.ts";
import { enter, guard } from "./_guard.ts";
import { bindLoop } from "./_loop_bound.ts";
import { type Waiter, WaitingLine } from "./_waiting_line.ts";

/**
 * A counter of what is left of something: at most so many tasks hold it at a time.
 *
 * - Order: whoever waits gets it in the order of coming. A task that comes while others wait goes to
 *   the end of the line, even if something has just been released.
 * - Cancellation while waiting: the task leaves the line, and what was to be its goes to the next.
 *
 * Hold it by `asyncWith(semaphore, body)` or a {@linkcode Semaphore.guard}, which release it whatever
 * happens.
 *
 * @example Usage
 * ```ts
 * import { asyncWith, gather, run, Semaphore, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const semaphore = new Semaphore(2);
 * let busy = 0;
 * let most = 0;
 *
 * function* work() {
 *   yield* asyncWith(semaphore, function* () {
 *     most = Math.max(most, ++busy);
 *     yield* sleep(0.001);
 *     busy--;
 *   });
 * }
 *
 * await run(() => gather(work(), work(), work(), work()));
 * assertEquals(most, 2);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-sync.html#asyncio.Semaphore}
 */
export class Semaphore implements AsyncContextManager<void> {
  // Invariants: #value is what is left for those who come or are still asleep; what a task was woken
  // for is counted off already. As long as #value is not 0, nobody in the line is asleep for long:
  // each who leaves it wakes others.
  readonly #waiters = new WaitingLine(this, "acquire");
  #value: number;
  #loop: AbstractEventLoop | null = null;

  static {
    inspectAsText(this.prototype);
  }

  /**
   * Makes a semaphore with so much left.
   *
   * @param value How many can acquire it before any releases it. Default: 1.
   * @throws {ValueError} If it is negative.
   * @throws {TypeError} If it is no number.
   */
  constructor(value: number = 1) {
    checkNumber(value, "value");
    if (!(value >= 0)) throw new ValueError("Semaphore initial value must be >= 0");
    this.#value = value;
  }

  /** How many times it can be acquired before it is 0. */
  protected get value(): number {
    return this.#value;
  }

  /** Whether `acquire()` would wait: nothing is left, or others have come before. */
  // CPython: Lib/asyncio/locks.py, Semaphore.locked
  locked(): boolean {
    return this.#value === 0 || this.#waiters.isWaitedIn;
  }

  /**
   * Waits until something is left, and takes it.
   *
   * Does not give way to others if that is so already.
   *
   * @returns A coroutine giving `true`.
   * @throws {CancelledError} If the task is cancelled meanwhile.
   * @throws {RuntimeError} If tasks of another loop have waited for this semaphore.
   */
  acquire(): CoroutineObject<true> {
    return new Semaphore.#Acquire<true>(this, true);
  }

  // CPython: Lib/asyncio/locks.py, Semaphore.acquire
  static readonly #Acquire = class<T> extends PrimitiveCoroutine<T, Semaphore, Waiter> {
    readonly #result: T;

    static {
      this.named("acquire");
    }

    constructor(semaphore: Semaphore, result: T) {
      super(semaphore);
      this.#result = result;
    }

    override begin(): Waiter | null {
      const semaphore = this.owner;
      if (!semaphore.locked()) {
        semaphore.#value--;
        return null;
      }
      semaphore.#loop = bindLoop(semaphore, semaphore.#loop);
      return semaphore.#waiters.join(semaphore.#loop);
    }

    override woken(waiter: Waiter): null {
      this.owner.#leave(waiter);
      return null;
    }

    override giveUp(waiter: Waiter, error: unknown): void {
      // Woken, then cancelled: what it was woken for goes back.
      const isWoken = waiter.done() && !waiter.cancelled();
      if (error instanceof CancelledError && isWoken) this.owner.#value++;
      this.owner.#leave(waiter);
    }

    override finish(): T {
      return this.#result;
    }
  };

  #leave(waiter: Waiter): void {
    this.#waiters.leave(waiter);
    // Some may have had to wait though something was left, because this one was before them.
    while (this.#value > 0 && this.#wakeNext());
  }

  /** Gives back what was acquired, to the task that has waited longest. */
  // CPython: Lib/asyncio/locks.py, Semaphore.release
  release(): void {
    this.#value++;
    this.#wakeNext();
  }

  #wakeNext(): boolean {
    const isAny = this.#waiters.wakeNext();
    if (isAny) this.#value--;
    return isAny;
  }

  /**
   * Acquires it for the rest of a scope: `using _ = await semaphore.guard()`, or
   * `using _ = yield* semaphore.guard()`.
   *
   * @returns A coroutine giving what releases the semaphore when it is disposed of, once.
   */
  guard(): CoroutineObject<Disposable> {
    return guard(this);
  }

  /** For `asyncWith()`: acquires it. */
  aenter(): Coroutine<void> {
    const isOwn = this.acquire === Semaphore.prototype.acquire;
    return isOwn ? new Semaphore.#Acquire(this, undefined) : enter(this);
  }

  static {
    markcoroutinefunction(this.prototype.aenter);
  }

  /** For `asyncWith()`: releases it. */
  // deno-lint-ignore require-yield
  *aexit(): Coroutine<void> {
    this.release();
  }

  /** Python's repr: `<Semaphore [unlocked, value:2]>`. */
  toString(): string {
    const state = this.locked() ? "locked" : `unlocked, value:${this.#value}`;
    return `<${this.constructor.name} [${state}${this.#waiters}]>`;
  }
}
