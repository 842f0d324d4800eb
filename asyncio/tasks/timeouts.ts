// Copyright 2026 the asyncio authors. MIT license.

import {
  CancelledError,
  type Coroutine,
  currentTask,
  getRunningLoop,
  type Handle,
  inspectAsText,
  repr,
  RuntimeError,
  type Task,
  TimeoutError,
} from "../../coroutines/mod.ts";
import type { AsyncContextManager } from "../async_context_manager.ts";
import { checkNumber } from "../_check_number.ts";
import { ExceptionGroup } from "../exception_group.ts";

type State = "created" | "active" | "expiring" | "expired" | "finished";

/**
 * A time limit for what is done inside it: what `timeout()` and `timeoutAt()` give.
 *
 * When the time is up, the task is cancelled; at the end of the block, the `CancelledError` becomes
 * a `TimeoutError`. So code inside can clean up, and code outside sees an ordinary error. Limits can
 * be nested: each answers for its own.
 *
 * @example Usage
 * ```ts
 * import { asyncWith, getRunningLoop, run, sleep, Timeout } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * await run(asyncWith(new Timeout(null), function* (limit) {
 *   limit.reschedule(getRunningLoop().time() + 3600);
 *   yield* sleep(0.001);
 *   assert(!limit.expired());
 * }));
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.Timeout}
 */
// CPython: Lib/asyncio/timeouts.py, Timeout
export class Timeout implements AsyncContextManager<Timeout> {
  // Invariants: "created" -> "active" on entering; "active" -> "expiring" when the time is up;
  // then on exiting "active" -> "finished" or "expiring" -> "expired". #handle is what will end
  // "active", if there is a limit.
  #state: State = "created";
  #when: number | null;
  #task: Task<unknown> | null = null;
  #cancelling = 0;
  #handle: Handle | null = null;

  static {
    inspectAsText(this.prototype);
  }

  /**
   * A limit that is still to be entered.
   *
   * @param when The loop's time, in seconds, at which it is up; `null` for never.
   * @throws {TypeError} If it is no number.
   */
  constructor(when: number | null | undefined) {
    this.#when = checkedTime(when, "when");
  }

  /** The loop's time, in seconds, at which it is up; `null` for never. */
  when(): number | null {
    return this.#when;
  }

  /**
   * Sets another limit.
   *
   * @param when The loop's time, in seconds; if it has passed, the next turn is the end. `null` for
   *   never.
   * @throws {RuntimeError} If it was not entered, or its time is up, or it was left.
   * @throws {TypeError} If `when` is no number.
   */
  reschedule(when: number | null | undefined): void {
    if (this.#state === "created") throw new RuntimeError("Timeout has not been entered");
    if (this.#state !== "active") {
      throw new RuntimeError(`Cannot change state of ${this.#state} Timeout`);
    }
    this.#when = checkedTime(when, "when");
    this.#handle?.cancel();
    this.#handle = this.#when === null ? null : this.#schedule(this.#when);
  }

  /** Whether the time was up before the block was left. */
  expired(): boolean {
    return this.#state === "expiring" || this.#state === "expired";
  }

  /**
   * Enters: from now on the limit counts.
   *
   * @returns Itself.
   * @throws {RuntimeError} If it was entered before, or outside any task.
   */
  // deno-lint-ignore require-yield -- it never waits
  *aenter(): Coroutine<Timeout> {
    if (this.#state !== "created") throw new RuntimeError("Timeout has already been entered");
    const task = currentTask();
    if (task === null) throw new RuntimeError("Timeout should be used inside a task");
    this.#state = "active";
    this.#task = task;
    this.#cancelling = task.cancelling();
    this.reschedule(this.#when);
    return this;
  }

  /**
   * Leaves. Where the block has made another error of the cancellation by this timeout, the
   * `TimeoutError` becomes a part of the chain of its causes.
   *
   * @param error What the block threw.
   * @throws {TimeoutError} If that is the cancellation by this timeout; it is the `cause`.
   */
  // deno-lint-ignore require-yield -- it never waits
  *aexit(error?: unknown): Coroutine<void> {
    this.#handle?.cancel();
    this.#handle = null;
    if (this.#state === "active") this.#state = "finished";
    if (this.#state !== "expiring") return;
    this.#state = "expired";
    if (this.#task!.uncancel() > this.#cancelling) return;
    if (error instanceof CancelledError) throw new TimeoutError("", { cause: error });
    insertTimeoutError(error);
    if (error instanceof ExceptionGroup) error.exceptions.forEach(insertTimeoutError);
  }

  #schedule(when: number): Handle {
    const loop = getRunningLoop();
    if (when <= loop.time()) return loop.callSoon(this.#expire);
    return loop.callAt(when, this.#expire);
  }

  readonly #expire = (): void => {
    this.#task!.cancel();
    this.#state = "expiring";
    this.#handle = null;
  };

  /** Python's repr: `<Timeout [active] when=10>`. */
  toString(): string {
    const when = this.#when === null ? null : Math.round(this.#when * 1000) / 1000;
    return `<Timeout [${this.#state}]${this.#state === "active" ? ` when=${repr(when)}` : ""}>`;
  }
}

/** Puts a `TimeoutError` before the first cancellation among the causes of an error. */
// CPython: Lib/asyncio/timeouts.py, Timeout._insert_timeout_error
function insertTimeoutError(error: unknown): void {
  const seen = new Set<unknown>();
  for (let one = error; one instanceof Error && !seen.has(one); one = one.cause) {
    seen.add(one);
    if (!(one.cause instanceof CancelledError)) continue;
    one.cause = new TimeoutError("", { cause: one.cause });
    return;
  }
}

function checkedTime(seconds: number | null | undefined, name: string): number | null {
  if (seconds === null || seconds === undefined) return null;
  checkNumber(seconds, name);
  return seconds;
}

/**
 * Limits the time of a block.
 *
 * @param delay Seconds from now; `null` for no limit as yet.
 * @returns The limit, for `asyncWith()`.
 * @throws {RuntimeError} If no loop is running.
 * @throws {TypeError} If `delay` is no number.
 *
 * @example Usage
 * ```ts
 * import { asyncWith, run, sleep, timeout, TimeoutError } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(
 *   () =>
 *     run(function* () {
 *       yield* asyncWith(timeout(0.001), function* () {
 *         yield* sleep(3600);
 *       });
 *     }),
 *   TimeoutError,
 * );
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.timeout}
 */
export function timeout(delay: number | null | undefined): Timeout {
  const loop = getRunningLoop();
  const seconds = checkedTime(delay, "delay");
  return new Timeout(seconds === null ? null : loop.time() + seconds);
}

/**
 * Limits a block to end by a time of the loop's.
 *
 * @param when The loop's time, in seconds, as `loop.time()` tells it; `null` for no limit as yet.
 * @returns The limit, for `asyncWith()`.
 * @throws {TypeError} If `when` is no number.
 *
 * @example Usage
 * ```ts
 * import { asyncWith, getRunningLoop, run, sleep, timeoutAt } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const limit = timeoutAt(getRunningLoop().time() + 3600);
 *   const result = yield* asyncWith(limit, () => sleep(0.001, "in time"));
 *   assertEquals(result, "in time");
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.timeout_at}
 */
export function timeoutAt(when: number | null | undefined): Timeout {
  return new Timeout(when);
}
