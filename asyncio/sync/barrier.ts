// Copyright 2026 the asyncio authors. MIT license.

import { ValueError } from "../../selectors/mod.ts";
import {
  type Coroutine,
  type CoroutineObject,
  inspectAsText,
  primitive,
} from "../../coroutines/mod.ts";
import type { AsyncContextManager } from "../async_context_manager.ts";
import { checkNumber } from "../_check_number.ts";
import { Condition } from "./condition.ts";
import { BrokenBarrierError } from "../exceptions.ts";

/** What a barrier is doing. */
type State =
  /** Waiting for tasks. */
  | "filling"
  /** Letting them go; those who come meanwhile wait until all are gone. */
  | "draining"
  /** Sending them away with an error; those who come meanwhile wait until all are gone. */
  | "resetting"
  /** Sending everybody away with an error, until it is reset. */
  | "broken";

/**
 * A point that a fixed number of tasks pass together: each waits there for the others.
 *
 * It can be passed again and again. A task that is cancelled while it waits is no longer counted.
 *
 * @example Usage
 * ```ts
 * import { Barrier, gather, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const barrier = new Barrier(2);
 * const log: string[] = [];
 *
 * function* walk(name: string, seconds: number) {
 *   yield* sleep(seconds);
 *   log.push(`${name} is here`);
 *   yield* barrier.wait();
 *   log.push("on we go");
 * }
 *
 * await run(() => gather(walk("the hare", 0.001), walk("the tortoise", 0.01)));
 * assertEquals(log, ["the hare is here", "the tortoise is here", "on we go", "on we go"]);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-sync.html#asyncio.Barrier}
 */
// CPython: Lib/asyncio/locks.py, Barrier
export class Barrier implements AsyncContextManager<number> {
  // Invariants: #count is the number of tasks between their coming and their going, those apart that
  // wait for a draining or resetting barrier. "filling" -> "draining" when it reaches #parties;
  // "filling" or "draining" -> "resetting" by reset(); back to "filling" when the last is gone.
  // Any -> "broken" by abort(), and from there "filling" or "resetting" by reset().
  readonly #condition = new Condition();
  readonly #parties: number;
  #state: State = "filling";
  #count = 0;

  static {
    inspectAsText(this.prototype);
  }

  /**
   * Makes a barrier at which nobody waits.
   *
   * @param parties How many tasks pass together.
   * @throws {ValueError} If it is less than 1.
   * @throws {TypeError} If it is no number.
   */
  constructor(parties: number) {
    checkNumber(parties, "parties");
    if (!(parties >= 1)) throw new ValueError("parties must be >= 1");
    this.#parties = parties;
  }

  /** How many tasks pass together. */
  get parties(): number {
    return this.#parties;
  }

  /** How many wait for the others. */
  get nWaiting(): number {
    return this.#state === "filling" ? this.#count : 0;
  }

  /** Whether it was aborted. */
  get broken(): boolean {
    return this.#state === "broken";
  }

  /**
   * Waits for the others.
   *
   * @returns A coroutine giving a number from 0 to `parties - 1`, for each task another: one of them
   *   may have something to do for all.
   * @throws {BrokenBarrierError} If the barrier is broken, or is aborted or reset meanwhile.
   * @throws {CancelledError} If the task is cancelled meanwhile.
   */
  wait(): CoroutineObject<number> {
    return Barrier.#wait(this);
  }

  // CPython: Lib/asyncio/locks.py, Barrier.wait
  static readonly #wait = primitive(function* wait(barrier: Barrier): Coroutine<number> {
    yield* barrier.#condition.acquire();
    try {
      yield* barrier.#comeIn();
      const index = barrier.#count++;
      try {
        if (index + 1 === barrier.#parties) barrier.#change("draining");
        else yield* barrier.#waitForOthers();
        return index;
      } finally {
        barrier.#count--;
        barrier.#goOut();
      }
    } finally {
      barrier.#condition.release();
    }
  });

  // CPython: Lib/asyncio/locks.py, Barrier._block
  *#comeIn(): Coroutine<void> {
    yield* this.#condition.waitFor(() => this.#state === "filling" || this.#state === "broken");
    if (this.broken) throw new BrokenBarrierError("Barrier aborted");
  }

  // CPython: Lib/asyncio/locks.py, Barrier._wait
  *#waitForOthers(): Coroutine<void> {
    yield* this.#condition.waitFor(() => this.#state !== "filling");
    if (this.#state !== "draining") throw new BrokenBarrierError("Abort or reset of barrier");
  }

  // CPython: Lib/asyncio/locks.py, Barrier._exit
  #goOut(): void {
    if (this.#count > 0) return;
    this.#change(this.broken ? "broken" : "filling");
  }

  /** Enters a state, and has all who wait look at it. */
  #change(state: State): void {
    this.#state = state;
    this.#condition.notifyAll();
  }

  /**
   * Makes the barrier as it was at first. Those who wait get a `BrokenBarrierError`; those who come
   * before they are gone wait, and are counted afterwards.
   *
   * @returns A coroutine.
   * @throws {CancelledError} If the task is cancelled meanwhile.
   */
  reset(): CoroutineObject<void> {
    return Barrier.#reset(this);
  }

  // CPython: Lib/asyncio/locks.py, Barrier.reset
  static readonly #reset = primitive(function* reset(barrier: Barrier): Coroutine<void> {
    yield* barrier.#condition.acquire();
    barrier.#change(barrier.#count > 0 ? "resetting" : "filling");
    barrier.#condition.release();
  });

  /**
   * Breaks the barrier: those who wait or come get a `BrokenBarrierError`, until it is reset.
   *
   * @returns A coroutine.
   * @throws {CancelledError} If the task is cancelled meanwhile.
   */
  abort(): CoroutineObject<void> {
    return Barrier.#abort(this);
  }

  // CPython: Lib/asyncio/locks.py, Barrier.abort
  static readonly #abort = primitive(function* abort(barrier: Barrier): Coroutine<void> {
    yield* barrier.#condition.acquire();
    barrier.#change("broken");
    barrier.#condition.release();
  });

  /** For `asyncWith()`: waits for the others. The body is given what {@linkcode Barrier.wait} gives. */
  *aenter(): Coroutine<number> {
    return yield* this.wait();
  }

  /** For `asyncWith()`: nothing is to be done. */
  *aexit(): Coroutine<void> {}

  /** Python's repr: `<Barrier [filling, waiters:2/3]>`. */
  toString(): string {
    const waiters = this.broken ? "" : `, waiters:${this.nWaiting}/${this.#parties}`;
    return `<${this.constructor.name} [${this.#state}${waiters}]>`;
  }
}
