// Copyright 2026 the asyncio authors. MIT license.

import {
  type AbstractEventLoop,
  type CoroutineObject,
  inspectAsText,
  PrimitiveCoroutine,
} from "../../coroutines/mod.ts";
import { bindLoop } from "./_loop_bound.ts";
import { type Waiter, WaitingLine } from "./_waiting_line.ts";

/**
 * A flag that tasks wait for.
 *
 * It is not set at first. Setting it wakes all who wait, in the order of their coming; they go on
 * even if it is cleared before their turn comes.
 *
 * @example Usage
 * ```ts
 * import { createTask, Event, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const log: string[] = [];
 * const event = new Event();
 *
 * function* waiter() {
 *   log.push("waiting");
 *   yield* event.wait();
 *   log.push("it is set");
 * }
 *
 * await run(function* () {
 *   const task = createTask(waiter());
 *   yield* sleep(0.001);
 *   event.set();
 *   yield* task;
 * });
 * assertEquals(log, ["waiting", "it is set"]);
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-sync.html#asyncio.Event}
 */
export class Event {
  readonly #waiters = new WaitingLine(this, "wait");
  #value = false;
  #loop: AbstractEventLoop | null = null;

  static {
    inspectAsText(this.prototype);
  }

  /** Whether it is set. */
  isSet(): boolean {
    return this.#value;
  }

  /** Sets it, and wakes all tasks that wait. */
  // CPython: Lib/asyncio/locks.py, Event.set
  set(): void {
    if (this.#value) return;
    this.#value = true;
    while (this.#waiters.wakeNext());
  }

  /** Clears it: from now on `wait()` waits until it is set again. */
  clear(): void {
    this.#value = false;
  }

  /**
   * Waits until it is set. Does not give way to others if it is set already.
   *
   * @returns A coroutine giving `true`.
   * @throws {CancelledError} If the task is cancelled meanwhile.
   * @throws {RuntimeError} If tasks of another loop have waited for it.
   */
  wait(): CoroutineObject<true> {
    return new Event.#Wait(this);
  }

  // CPython: Lib/asyncio/locks.py, Event.wait
  static readonly #Wait = class extends PrimitiveCoroutine<true, Event, Waiter> {
    static {
      this.named("wait");
    }

    override begin(): Waiter | null {
      const event = this.owner;
      if (event.#value) return null;
      event.#loop = bindLoop(event, event.#loop);
      return event.#waiters.join(event.#loop);
    }

    override woken(waiter: Waiter): null {
      this.owner.#waiters.leave(waiter);
      return null;
    }

    override giveUp(waiter: Waiter): void {
      this.owner.#waiters.leave(waiter);
    }

    override finish(): true {
      return true;
    }
  };

  /** Python's repr: `<Event [unset, waiters:1]>`. */
  toString(): string {
    return `<${this.constructor.name} [${this.#value ? "set" : "unset"}${this.#waiters}]>`;
  }
}
