// Copyright 2026 the asyncio authors. MIT license.

import { RuntimeError } from "../../coroutines/mod.ts";
import { ConcurrentFuture } from "../tasks/concurrent_future.ts";
import type { BrokenExecutor } from "./broken_executor.ts";
import type { Connect } from "./_connection.ts";
import { decodeError } from "./_errors.ts";
import type { ShutdownOptions } from "./executor_options.ts";
import { Line } from "./_line.ts";
import { PoolWorker, type WorkerEvents, type WorkItem } from "./_pool_worker.ts";
import type { Source } from "./_source.ts";
import type { EncodedError } from "./_encode_error.ts";

/** What makes a pool of threads or of processes of a pool. */
export interface PoolOptions {
  readonly maxWorkers: number;
  readonly connect: Connect;
  /** Names of workers begin with this, and end with their number. */
  readonly namePrefix: string;
  readonly initializer: Source | null;
  readonly initargs: readonly unknown[];
  readonly sendsAhead: boolean;
  /** How many calls a worker does before another takes its place; `null` for any number. */
  readonly maxTasksPerWorker: number | null;
  readonly Broken: new (message: string, options?: ErrorOptions) => BrokenExecutor;
  readonly messages: BrokenMessages;
}

/** What is said of a pool that is broken. */
export interface BrokenMessages {
  /** To those who waited for the call. */
  readonly died: string;
  /** To those who come later. */
  readonly unusable: string;
  readonly initializer: string;
}

/**
 * Hands calls to workers, first come, first served, and keeps count of both.
 *
 * Invariants: `#count` calls are neither done nor given up; each waits in `#line`, or a worker has it. A
 * pool that is broken has no workers and no calls. As long as there are calls, or workers are waited
 * for, one worker (`#anchor`) keeps the program alive; else none does.
 */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #line = new Line<WorkItem>();
  /** Workers that take calls. */
  readonly #workers = new Set<PoolWorker>();
  /** Workers that were told to end. */
  readonly #leaving = new Set<PoolWorker>();
  #anchor: PoolWorker | null = null;
  #count = 0;
  #started = 0;
  #broken: { readonly message: string; readonly cause: unknown } | null = null;
  #isShutdown = false;
  #joining: PromiseWithResolvers<void> | null = null;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** The numbers of the processes or threads that are there. */
  get workerIds(): number[] {
    return [...this.#workers, ...this.#leaving].map(({ connection }) => connection.id);
  }

  /**
   * Takes a call.
   *
   * @throws {RuntimeError} If the pool was shut down.
   * @throws {BrokenExecutor} If it is broken.
   */
  submit(source: Source, args: unknown[], isChunk: boolean): ConcurrentFuture<unknown> {
    this.#checkOpen();
    const future = new ConcurrentFuture<unknown>();
    if (!this.#hasIdleWorker() && this.#workers.size < this.#options.maxWorkers) this.#start();
    this.#line.push({ source, args, isChunk, future });
    this.#count++;
    this.#pump();
    this.#updateAnchor();
    return future;
  }

  // CPython: Lib/concurrent/futures/thread.py, ThreadPoolExecutor.shutdown
  shutdown({ wait = true, cancelFutures = false }: ShutdownOptions = {}): Promise<void> {
    this.#isShutdown = true;
    if (cancelFutures) this.#cancelAll();
    this.#stopIfDone();
    if (!wait || this.#isGone) return Promise.resolve();
    this.#joining ??= Promise.withResolvers();
    this.#updateAnchor();
    return this.#joining.promise;
  }

  /** Ends the workers, whatever they do; calls that have not begun are cancelled. */
  // CPython 3.14: Lib/concurrent/futures/process.py, ProcessPoolExecutor._force_shutdown
  kill(signal: "SIGTERM" | "SIGKILL"): void {
    const workers = [...this.#workers, ...this.#leaving];
    this.shutdown({ wait: false, cancelFutures: true });
    for (const worker of workers) worker.connection.kill(signal);
  }

  #checkOpen(): void {
    if (this.#broken !== null) {
      const { message, cause } = this.#broken;
      throw new this.#options.Broken(message, { cause });
    }
    if (this.#isShutdown) throw new RuntimeError("cannot schedule new futures after shutdown");
    if ((globalThis as { [IMPORTING]?: number })[IMPORTING]) {
      throw new RuntimeError(
        "Cannot submit while a worker imports this module, which would start workers for ever: " +
          "let a main program start itself only if (import.meta.main)",
      );
    }
  }

  // Workers come and go.

  #hasIdleWorker(): boolean {
    for (const worker of this.#workers) if (worker.isIdle) return true;
    return false;
  }

  #start(): void {
    const { connect, namePrefix, initializer, initargs, sendsAhead } = this.#options;
    const name = `${namePrefix}_${this.#started++}`;
    const options = { connect, name, initializer, initargs, sendsAhead };
    const worker = new PoolWorker(options, this.#events);
    worker.connection.setRef(false);
    this.#workers.add(worker);
  }

  readonly #events: WorkerEvents = {
    onReady: () => this.#go(),
    onRoom: () => this.#go(),
    onFailed: (_, error) => this.#break(this.#options.messages.initializer, decodeError(error)),
    onDone: (worker, item, failed, value) => this.#onDone(worker, item, failed, value),
    onRefused: (_, item, error) => this.#refuse(item, error),
    onDropped: () => this.#drop(),
    onExit: (worker, error) => this.#onExit(worker, error),
  };

  #onDone(worker: PoolWorker, item: WorkItem, failed: boolean, value: unknown): void {
    if (this.#broken !== null) return; // It was on its way.
    this.#count--;
    const { maxTasksPerWorker } = this.#options;
    if (maxTasksPerWorker !== null && worker.callCount >= maxTasksPerWorker) this.#stop(worker);
    if (!item.future.done()) {
      if (failed) item.future.setException(decodeError(value as EncodedError));
      else item.future.setResult(value);
    }
    this.#go();
  }

  #refuse(item: WorkItem, error: unknown): void {
    if (this.#broken !== null) return;
    this.#count--;
    item.future.setException(error);
    this.#go();
  }

  #drop(): void {
    if (this.#broken !== null) return;
    this.#count--;
    this.#go();
  }

  #onExit(worker: PoolWorker, error: unknown): void {
    const wasLeaving = this.#leaving.delete(worker);
    const wasMember = this.#workers.delete(worker);
    if (this.#anchor === worker) this.#anchor = null;
    if (wasMember && !wasLeaving) {
      const { messages } = this.#options;
      const cause = error ?? undefined;
      this.#break(messages.unusable, cause, worker);
    }
    this.#go();
  }

  #stop(worker: PoolWorker): void {
    this.#workers.delete(worker);
    this.#leaving.add(worker);
    worker.connection.stop();
  }

  get #isGone(): boolean {
    return this.#count === 0 && this.#workers.size === 0 && this.#leaving.size === 0;
  }

  // Calls come and go.

  /** Something has changed: does what there is to be done. */
  #go(): void {
    this.#pump();
    this.#replaceWorkers();
    this.#stopIfDone();
    this.#updateAnchor();
  }

  #pump(): void {
    for (let worker = this.#nextWorker(); worker !== null; worker = this.#nextWorker()) {
      const item = this.#nextItem(worker);
      if (item === null) break;
      worker.send(item);
    }
    for (const worker of this.#workers) worker.flush();
  }

  /** The worker that is to have the next call: one that does nothing, or one that has room. */
  #nextWorker(): PoolWorker | null {
    let other: PoolWorker | null = null;
    for (const worker of this.#workers) {
      if (worker.isIdle) return worker;
      if (other === null && worker.hasRoom) other = worker;
    }
    return this.#line.length > 0 ? other : null;
  }

  /**
   * The next call: the first in the line; but before that those that were sent ahead to a worker which
   * now takes its time, and if there is none in the line, any that were sent ahead.
   */
  #nextItem(worker: PoolWorker): WorkItem | null {
    return this.#steal(worker, true) ?? this.#takeFromLine() ?? this.#steal(worker, false);
  }

  #takeFromLine(): WorkItem | null {
    for (let item = this.#line.take(); item !== undefined; item = this.#line.take()) {
      if (!item.future.cancelled()) return item;
      item.future.setRunningOrNotifyCancel();
      this.#count--;
    }
    return null;
  }

  #steal(thief: PoolWorker, onlyStuck: boolean): WorkItem | null {
    if (!this.#options.sendsAhead || !thief.isIdle || this.#workers.size === 1) return null;
    const now = performance.now() / 1000;
    for (const worker of this.#workers) {
      if (worker === thief || onlyStuck && !worker.isStuck(now)) continue;
      const item = worker.withdrawOne();
      if (item !== null) return item;
    }
    return null;
  }

  /** Where workers have done all that one may do, others take their place. */
  #replaceWorkers(): void {
    if (this.#options.maxTasksPerWorker === null || this.#broken !== null) return;
    const { maxWorkers } = this.#options;
    const starting = [...this.#workers].filter((worker) => !worker.isReady);
    let missing = this.#line.length - starting.length;
    try {
      while (missing-- > 0 && this.#workers.size < maxWorkers) this.#start();
    } catch (error) {
      this.#break(this.#options.messages.unusable, error);
    }
  }

  #cancelAll(): void {
    for (const item of this.#line.clear()) {
      item.future.cancel();
      this.#count--;
    }
    for (const worker of this.#workers) for (const { future } of worker.items) future.cancel();
  }

  // The end.

  // CPython: Lib/concurrent/futures/process.py, _ExecutorManagerThread._terminate_broken
  #break(message: string, cause: unknown, culprit: PoolWorker | null = null): void {
    if (this.#broken !== null) return;
    this.#broken = { message, cause };
    this.#isShutdown = true;
    const { Broken, messages } = this.#options;
    const workers = [...this.#workers, ...(culprit === null ? [] : [culprit])];
    const items = [...workers.flatMap((worker) => worker.items), ...this.#line.clear()];
    this.#count = 0;
    for (const worker of this.#workers) {
      this.#workers.delete(worker);
      this.#leaving.add(worker);
      worker.connection.kill("SIGTERM");
    }
    const text = message === messages.initializer ? message : messages.died;
    for (const { future } of items) {
      if (!future.done()) future.setException(new Broken(text, { cause }));
    }
  }

  #stopIfDone(): void {
    if (!this.#isShutdown || this.#count > 0) return;
    for (const worker of this.#workers) this.#stop(worker);
    if (!this.#isGone) return;
    this.#joining?.resolve();
    this.#joining = null;
  }

  /** Has one worker keep the program alive, if that is to live for us. */
  #updateAnchor(): void {
    const isNeeded = this.#count > 0 || this.#joining !== null;
    if (this.#anchor === null && isNeeded) {
      this.#anchor = first(this.#workers) ?? first(this.#leaving);
      this.#anchor?.connection.setRef(true);
    } else if (this.#anchor !== null && !isNeeded) {
      this.#anchor.connection.setRef(false);
      this.#anchor = null;
    }
  }
}

const IMPORTING: unique symbol = Symbol.for("asyncio.executors.importing") as never;

function first<T>(items: Set<T>): T | null {
  for (const item of items) return item;
  return null;
}
