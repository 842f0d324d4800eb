// Copyright 2026 the asyncio authors. MIT license.

import { TimeoutError } from "../../coroutines/mod.ts";
import { ValueError } from "../../selectors/mod.ts";
import { outcomeOf } from "../tasks/_concurrent_state.ts";
import { ConcurrentFuture } from "../tasks/concurrent_future.ts";
import { callAfter } from "../tasks/_host_timer.ts";
import type { MapOptions } from "./executor_options.ts";

type Step = IteratorResult<unknown, undefined>;

const END: Step = { done: true, value: undefined };

/**
 * The results of `map()`, in the order of the items.
 *
 * Invariants: `#calls` are the calls submitted whose results nobody has asked for, oldest first from
 * `#first`; `#ready` the results of the chunk that is being handed out, last first. Once `#ended`,
 * there are neither.
 */
// CPython: Lib/concurrent/futures/_base.py, Executor.map
export class MapResults implements AsyncIterableIterator<unknown, undefined> {
  readonly #items: Iterator<unknown[]>;
  readonly #submit: (args: unknown[]) => ConcurrentFuture<unknown>;
  readonly #unpack: (value: unknown) => unknown[];
  readonly #endTime: number | null;
  readonly #isBuffered: boolean;
  #calls: ConcurrentFuture<unknown>[] = [];
  #first = 0;
  #ready: unknown[] = [];
  #last: ConcurrentFuture<Step> | null = null;
  #ended = false;

  constructor(
    items: Iterable<unknown[]>,
    submit: (args: unknown[]) => ConcurrentFuture<unknown>,
    unpack: (value: unknown) => unknown[],
    timeout: number | null,
    buffersize: number | null,
  ) {
    this.#endTime = timeout === null ? null : performance.now() / 1000 + timeout;
    this.#items = items[Symbol.iterator]();
    this.#submit = submit;
    this.#unpack = unpack;
    this.#isBuffered = buffersize !== null;
    this.#fill(buffersize ?? Infinity);
  }

  /** The next result. Steps asked for together are gone through one after the other. */
  next(): Promise<Step> {
    const step = new ConcurrentFuture<Step>();
    const before = this.#last;
    this.#last = step;
    if (before === null) this.#advance(step);
    else before.addDoneCallback(() => this.#advance(step));
    return step as unknown as Promise<Step>;
  }

  /** Gives up the results that are left, and cancels the calls that have not begun. */
  return(): Promise<Step> {
    this.#end();
    return Promise.resolve(END);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #fill(count: number): void {
    try {
      for (let i = 0; i < count; i++) {
        const { done, value } = this.#items.next();
        if (done) return;
        this.#calls.push(this.#submit(value));
      }
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  #advance(step: ConcurrentFuture<Step>): void {
    if (step.done()) return;
    if (this.#ready.length > 0) return step.setResult({ done: false, value: this.#ready.pop() });
    try {
      if (this.#isBuffered && !this.#ended) this.#fill(1);
    } catch (error) {
      return step.setException(error);
    }
    const call = this.#takeCall();
    if (call === null) step.setResult(END);
    else this.#wait(call, step);
  }

  #takeCall(): ConcurrentFuture<unknown> | null {
    if (this.#first === this.#calls.length) return null;
    const call = this.#calls[this.#first++]!;
    if (this.#first > 100 && this.#first * 2 > this.#calls.length) {
      this.#calls = this.#calls.slice(this.#first);
      this.#first = 0;
    }
    return call;
  }

  #wait(call: ConcurrentFuture<unknown>, step: ConcurrentFuture<Step>): void {
    let stopTimer = () => {};
    // Whoever waits may be cancelled, too.
    step.addDoneCallback(() => {
      stopTimer();
      call.cancel();
      if (step.cancelled()) this.#end();
    });
    call.addDoneCallback(() => this.#take(call, step));
    if (this.#endTime === null || step.done()) return;
    stopTimer = callAfter(this.#endTime - performance.now() / 1000, () => {
      this.#end();
      step.setException(new TimeoutError());
    });
  }

  #take(call: ConcurrentFuture<unknown>, step: ConcurrentFuture<Step>): void {
    if (step.done()) return;
    const outcome = outcomeOf(call)!;
    if (outcome.kind === "result") {
      this.#ready = this.#unpack(outcome.value).reverse();
      this.#advance(step);
      return;
    }
    this.#end();
    if (outcome.kind === "cancelled") step.cancel();
    else step.setException(outcome.error);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const left = this.#calls.slice(this.#first);
    this.#calls = [];
    this.#first = 0;
    this.#ready = [];
    for (const call of left) call.cancel();
    this.#items.return?.();
  }
}

/** Takes the options of `map()` off its arguments, if the last is no iterable. */
export function takeMapOptions(args: unknown[]): MapOptions {
  const last = args.at(-1);
  const isOptions = typeof last === "object" && last !== null && !(Symbol.iterator in last);
  const options: MapOptions = isOptions ? args.pop() as MapOptions : {};
  const { buffersize, chunksize = 1 } = options;
  if (buffersize !== null && buffersize !== undefined) {
    if (!Number.isInteger(buffersize)) {
      throw new TypeError("buffersize must be an integer or None");
    }
    if (buffersize < 1) throw new ValueError("buffersize must be None or > 0");
  }
  if (!(chunksize >= 1)) throw new ValueError("chunksize must be >= 1.");
  return options;
}

/** Goes through iterables together, until the shortest ends. */
export function* zip(iterables: readonly Iterable<unknown>[]): Generator<unknown[]> {
  if (iterables.length === 0) return;
  const iterators = iterables.map((iterable) => iterable[Symbol.iterator]());
  try {
    for (;;) {
      const items: unknown[] = [];
      for (const iterator of iterators) {
        const { done, value } = iterator.next();
        if (done) return;
        items.push(value);
      }
      yield items;
    }
  } finally {
    for (const iterator of iterators) iterator.return?.();
  }
}

/** Cuts a sequence into lists of `size`, the last perhaps shorter. */
export function* batched<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
