// Copyright 2026 the asyncio authors. MIT license.

import {
  type AbstractEventLoop,
  type Coroutine,
  coroutine,
  type CoroutineObject,
  currentTask,
  type Future,
  getEventLoop,
  getRunningLoop,
  type Handle,
  iscoroutine,
  isfuture,
  repr,
  type Result,
  TimeoutError,
} from "../../coroutines/mod.ts";
import { futureAddToAwaitedBy, futureDiscardFromAwaitedBy } from "./awaited_by.ts";
import { ConcurrentFuture } from "./concurrent_future.ts";
import { ensureFuture } from "./ensure_future.ts";
import { StandIn } from "./_stand_in.ts";
import type { Gatherable } from "./gather.ts";
import { Queue } from "../queues/queue.ts";

/**
 * The future that {@linkcode asCompleted} gives: the one passed, or that of a coroutine, function or
 * promise.
 *
 * @typeParam A Type of what was passed.
 *
 * @see {@linkcode asCompleted}
 */
export type FutureOf<A> = A extends Future<unknown> | ConcurrentFuture<unknown> ? A
  : Future<Result<A>>;

/**
 * Options of {@linkcode asCompleted}.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.as_completed}
 */
export interface AsCompletedOptions {
  /** Seconds to wait at most, for all together. Default: for ever. */
  timeout?: number | null | undefined;
}

/**
 * The awaitables of {@linkcode asCompleted}, one after another.
 *
 * Going through it takes from it, by whichever of the two ways: leave it by `break`, and come back.
 *
 * @typeParam A Type of the awaitables.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.as_completed}
 */
export type AsCompleted<A> = Completing<A, "for"> | Completing<A, "for await">;

/**
 * {@linkcode AsCompleted}, which is a union of two that are the same. `for await` gives futures as
 * they are, and TypeScript 6.0 knows that of a union; of a single interface it believes, from the
 * second loop on, that they come awaited.
 *
 * @typeParam A Type of the awaitables.
 * @typeParam W Keeps the two apart.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.as_completed}
 */
export interface Completing<A, W extends string> {
  /** Coroutines: each gives the result of the next to be done, or throws its error. */
  [Symbol.iterator](): Iterator<CoroutineObject<Result<A>>>;
  /** The futures and tasks themselves, as they are done. Also for `anext()`. */
  [Symbol.asyncIterator](): AsyncIterator<FutureOf<A>>;
  /** For the type checker only. */
  readonly way?: W;
}

/**
 * Runs awaitables side by side, and gives them in the order in which they are done.
 *
 * By `for await`, or `anext()`, it gives the very futures that were passed, and the tasks that the
 * coroutines became. By a plain `for`, it gives coroutines to be waited for one by one. When the
 * time is up, either throws a `TimeoutError` for each that is not done; nothing is cancelled.
 *
 * @typeParam A Type of the awaitables.
 * @param aws Coroutines, coroutine functions, futures and promises.
 * @param options The `timeout`.
 * @returns Something to go through with `for` or `for await`.
 * @throws {TypeError} If given a single awaitable.
 * @throws {RuntimeError} If there is no current event loop.
 *
 * @example Usage
 * ```ts
 * import { asCompleted, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const results: number[] = [];
 *   for (const next of asCompleted([sleep(0.002, 2), sleep(0.001, 1)])) {
 *     results.push(yield* next);
 *   }
 *   assertEquals(results, [1, 2]);
 * });
 *
 * await run(async () => {
 *   for await (const task of asCompleted([sleep(0.002, 2), sleep(0.001, 1)])) {
 *     assertEquals(task.result(), 1);
 *     break;
 *   }
 * });
 * ```
 *
 * @see {@link https://docs.python.org/3/library/asyncio-task.html#asyncio.as_completed}
 */
export function asCompleted<A extends Gatherable>(
  aws: Iterable<A>,
  { timeout }: AsCompletedOptions = {},
): AsCompleted<A> {
  if (isAwaitable(aws)) {
    throw new TypeError(`expects an iterable of awaitables, not ${repr(aws)}`);
  }
  return new Completions(aws, timeout ?? null) as unknown as AsCompleted<A>;
}

function isAwaitable(value: unknown): boolean {
  return iscoroutine(value) || isfuture(value) ||
    typeof (value as PromiseLike<unknown> | null)?.then === "function";
}

// CPython: Lib/asyncio/tasks.py, _AsCompletedIterator
class Completions {
  /** Those that are done, in that order; `null` for each that the timeout has cut off. */
  readonly #done = new Queue<Future<unknown> | null>();
  readonly #todo: Set<Future<unknown>>;
  /** The concurrent futures that were given, by the futures that follow them. */
  readonly #given = new Map<Future<unknown>, ConcurrentFuture<unknown>>();
  #timer: Handle | null = null;
  #standIn: Future<void> | null = null;
  /** How many are still to be handed out. */
  #left: number;

  constructor(aws: Iterable<Gatherable>, timeout: number | null) {
    const loop = getEventLoop();
    this.#todo = new Set(withoutRepeats(aws).map((aw) => this.#follow(aw, loop)));
    this.#left = this.#todo.size;
    for (const future of this.#todo) future.addDoneCallback(this.#onDone);
    if (this.#todo.size > 0 && timeout !== null) {
      this.#timer = loop.callLater(timeout, () => this.#onTimeout());
    }
  }

  #follow(aw: Gatherable, loop: AbstractEventLoop): Future<unknown> {
    const future = ensureFuture(aw, { loop });
    if (aw instanceof ConcurrentFuture) this.#given.set(future, aw);
    return future;
  }

  [Symbol.iterator](): Iterator<CoroutineObject<unknown>> {
    return {
      next: () => this.#take() ? { value: Completions.#result(this) } : END,
    };
  }

  [Symbol.asyncIterator]() {
    // A coroutine and not a promise, for `anext()` to go through in the turns of the loop's.
    return { next: () => Completions.#nextFuture(this) };
  }

  /** Whether there is one more. */
  #take(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }

  static readonly #nextFuture = coroutine(
    function* next(
      self: Completions,
    ): Coroutine<IteratorResult<Future<unknown> | ConcurrentFuture<unknown>, undefined>> {
      if (!self.#take()) return END;
      const future = yield* self.#wait();
      const given = self.#given.get(future);
      if (given === undefined) return { value: future };
      // Its error is to be asked of the one that was given.
      if (!future.cancelled()) future.exception();
      return { value: given };
    },
  );

  static readonly #result = coroutine(
    function* result(self: Completions): Coroutine<unknown> {
      return (yield* self.#wait()).result();
    },
  );

  *#wait(): Coroutine<Future<unknown>> {
    const future = this.#done.empty() ? yield* this.#waitLinked() : this.#done.getNowait();
    if (future === null) throw new TimeoutError();
    return future;
  }

  /** Waits, and tells those who look for what. */
  *#waitLinked(): Coroutine<Future<unknown> | null> {
    const task = currentTask();
    const all = this.#standIn ??= new StandIn(this.#todo, getRunningLoop());
    futureAddToAwaitedBy(all, task);
    try {
      return yield* this.#done.get();
    } finally {
      futureDiscardFromAwaitedBy(all, task);
    }
  }

  readonly #onDone = (future: Future<unknown>): void => {
    if (!this.#todo.delete(future)) return; // The timeout was here first.
    this.#done.putNowait(future);
    if (this.#todo.size === 0) this.#timer?.cancel();
  };

  #onTimeout(): void {
    for (const future of this.#todo) {
      future.removeDoneCallback(this.#onDone);
      this.#done.putNowait(null);
    }
    this.#todo.clear();
  }
}

/** Each awaitable once; but a function is called as often as it is given. */
function withoutRepeats(aws: Iterable<Gatherable>): Gatherable[] {
  const seen = new Set<Gatherable>();
  return [...aws].filter((aw) => {
    if (typeof aw === "function") return true;
    return !seen.has(aw) && seen.add(aw);
  });
}

const END = { done: true, value: undefined } as const;
