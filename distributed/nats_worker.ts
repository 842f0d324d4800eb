// Copyright 2026 the asyncio authors. MIT license.

import type { ConsumerMessages, JsMsg } from "npm:@nats-io/jetstream@3.4.0";
import {
  BrokenExecutor,
  type ConcurrentFuture,
  moduleFunction,
  ThreadPoolExecutor,
} from "../asyncio/mod.ts";
import { encodeError, outcomeOf } from "../asyncio/executors/mod.ts";
import { errorCode, FULL, type Link, openLink } from "./_nats.ts";
import type { NatsOptions } from "./nats_options.ts";
import { onProgress } from "./report_progress.ts";
import { type Done, runCall } from "./_run_call.ts";
import { type EventPayload, serialize } from "./_wire.ts";

/** Options of {@linkcode NatsWorker}. */
export interface NatsWorkerOptions extends NatsOptions {
  /** How many calls are done at once, each in a thread. Default: as many as processors. */
  concurrency?: number | undefined;
  /** How often a call is tried whose worker has ended, until it is given up. Default: 3. */
  tries?: number | undefined;
}

/** How much work, in seconds, a worker takes before it can do it. */
const AHEAD = 0.02;

/** The most calls that it takes before it can do them. */
const MAX_AHEAD = 256;

/** Seconds after which an executor is told that a call has begun, and cannot be cancelled. */
const TELL_AFTER = 0.1;

/** A call that the worker has. */
interface Held {
  readonly id: string;
  message: JsMsg;
  readonly since: number;
  readonly future: ConcurrentFuture<Done>;
  isTold: boolean;
}

/**
 * Does the calls of {@linkcode NatsExecutor}s: `deno run ... jsr:@asyncio/asyncio/distributed worker` is one,
 * and a program may have its own.
 *
 * Each call runs in a thread, while the worker tells the server that it is alive. A call is acknowledged
 * when its result is stored. A call that ends its thread (`Deno.exit()`) is tried again, and given up in
 * the end, with a `BrokenExecutor`.
 *
 * @example Usage
 * ```ts
 * import { NatsWorker } from "@asyncio/asyncio/distributed";
 *
 * const worker = new NatsWorker({ servers: "nats://queue.example:4222" });
 * // await worker.run(); does calls, until somebody else says:
 * worker.stop();
 * ```
 *
 * @example In a program
 * ```ts ignore
 * import { NatsWorker } from "@asyncio/asyncio/distributed";
 *
 * const worker = new NatsWorker({ servers: "nats://queue.example:4222", concurrency: 4 });
 * Deno.addSignalListener("SIGTERM", () => worker.stop());
 * await worker.run();
 * ```
 */
export class NatsWorker {
  // Invariant: #held are the calls that were taken and neither acknowledged nor given back.
  readonly #options: NatsWorkerOptions;
  readonly #concurrency: number;
  readonly #held = new Map<string, Held>();
  /** Calls that were cancelled and may still come, by their numbers in the stream. */
  readonly #cancelled = new Set<number>();
  #pool: ThreadPoolExecutor;
  #link: Link | null = null;
  #batch: ConsumerMessages | null = null;
  #isStopping = false;
  #wake: (() => void) | null = null;
  /** What a call takes, in seconds, on average. */
  #duration = AHEAD;

  /**
   * A worker that is not connected yet.
   *
   * @param options `servers`, `queue`, `concurrency`, `tries`, and how the queue is to be.
   */
  constructor(options: NatsWorkerOptions = {}) {
    this.#options = options;
    this.#concurrency = options.concurrency ?? globalThis.navigator?.hardwareConcurrency ?? 1;
    this.#pool = this.#newPool();
  }

  /**
   * Does calls until {@linkcode NatsWorker.stop}.
   *
   * @param onReady Called when it is connected.
   * @returns A promise that resolves when it has stopped.
   * @throws What connecting throws. All errors reject the promise.
   */
  async run(onReady: () => void = () => {}): Promise<void> {
    const link = await openLink(this.#options);
    this.#link = link;
    const stopProgress = onProgress(({ id, value }) => this.#tell(id, { progress: value }));
    const beat = setInterval(() => this.#beat(), 1000 * this.#beatSeconds);
    link.connection.subscribe(link.names.cancel, {
      callback: (_, message) => this.#cancel(Number(message.string())),
    });
    onReady();
    try {
      await this.#takeCalls(link);
      await this.#allDone();
    } finally {
      clearInterval(beat);
      stopProgress();
      await this.#pool.shutdown();
      await link.connection.drain();
    }
  }

  /** Takes no more calls, gives those back that have not begun, and ends when the others are done. */
  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#batch?.stop();
    for (const held of this.#held.values()) if (held.future.cancel()) this.#giveBack(held);
    this.#wake?.();
  }

  get #beatSeconds(): number {
    return Math.min(TELL_AFTER, (this.#options.redeliverAfter ?? 5) / 4);
  }

  #newPool(): ThreadPoolExecutor {
    return new ThreadPoolExecutor({
      maxWorkers: this.#concurrency,
      threadNamePrefix: "NatsWorker",
    });
  }

  // Calls come in.

  async #takeCalls({ jetstream, connection, names }: Link): Promise<void> {
    while (!this.#isStopping) {
      try {
        const consumer = await jetstream.consumers.get(names.calls, names.consumer);
        while (!this.#isStopping) {
          await this.#room();
          if (this.#isStopping) return;
          this.#batch = await consumer.fetch({ max_messages: this.#capacity(), expires: 2000 });
          for await (const message of this.#batch) this.#take(message);
        }
      } catch (error) {
        if (connection.isClosed()) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200)); // The server is away.
      }
    }
  }

  /**
   * How many calls may be taken. More than there are threads only where calls are short: what waits
   * here could be done by another worker.
   */
  #capacity(): number {
    const ahead = Math.min(MAX_AHEAD, Math.floor(this.#concurrency * AHEAD / this.#duration));
    return this.#concurrency + ahead - this.#held.size;
  }

  /** Waits until calls may be taken; where there are many, until it is worth asking for some. */
  async #room(): Promise<void> {
    for (;;) {
      const capacity = this.#capacity();
      if (this.#isStopping || capacity > 0 && capacity >= this.#held.size / 2) return;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  async #allDone(): Promise<void> {
    while (this.#held.size > 0) await new Promise<void>((resolve) => this.#wake = resolve);
  }

  #take(message: JsMsg): void {
    const id = this.#link!.names.idOf(message.subject);
    if (this.#isStopping) return message.nak();
    if (this.#cancelled.delete(message.seq)) return message.ack();
    const known = this.#held.get(id);
    if (known !== undefined) {
      // The server had not heard of us for too long, and gives us again what we have.
      known.message = message;
      return;
    }
    const { tries = 3 } = this.#options;
    if (message.redelivered && message.info.deliveryCount > tries) {
      return void this.#giveUp(id, message);
    }
    const future = this.#pool.submit(call, id, message.data);
    const held: Held = { id, message, since: performance.now() / 1000, future, isTold: false };
    this.#held.set(id, held);
    future.addDoneCallback(() => this.#onDone(held));
  }

  // Calls end.

  #onDone(held: Held): void {
    const outcome = outcomeOf(held.future)!;
    if (outcome.kind === "cancelled") return;
    if (outcome.kind === "result") {
      const [bytes, seconds] = outcome.value as Done;
      this.#duration += 0.1 * (seconds - this.#duration);
      this.#finish(held, bytes);
    } else if (outcome.error instanceof BrokenExecutor) {
      this.#onBroken(held);
    } else {
      this.#finish(held, serialize({ ok: false, error: encodeError(outcome.error, null) }));
    }
  }

  async #finish(held: Held, bytes: Uint8Array): Promise<void> {
    await this.#store(held.id, bytes);
    held.message.ack();
    this.#forget(held);
  }

  /** A thread has ended, and with it the pool. The calls that it had are tried again. */
  #onBroken(held: Held): void {
    this.#giveBack(held);
    if ([...this.#held.values()].some(({ future }) => !future.done())) return;
    this.#pool = this.#newPool();
  }

  #giveBack(held: Held): void {
    held.message.nak();
    this.#forget(held);
  }

  #forget({ id }: Held): void {
    this.#held.delete(id);
    this.#wake?.();
  }

  async #giveUp(id: string, message: JsMsg): Promise<void> {
    const { tries = 3 } = this.#options;
    const error = new BrokenExecutor(
      `A worker ended abruptly while the call was running; it was tried ${tries} times`,
    );
    await this.#store(id, serialize({ ok: false, error: encodeError(error, null) }));
    message.ack();
  }

  /** Stores a result, however long the server is away. One that is there already is the first, and stays. */
  async #store(id: string, bytes: Uint8Array): Promise<void> {
    const { jetstream, connection, names } = this.#link!;
    for (;;) {
      try {
        await jetstream.publish(names.result(id), bytes);
        return;
      } catch (error) {
        if (FULL.has(errorCode(error)) || connection.isClosed()) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  // Meanwhile.

  /** Tells the server that the calls are being done, and executors that theirs have begun. */
  #beat(): void {
    const now = performance.now() / 1000;
    const { connection } = this.#link!;
    if (connection.isClosed()) return;
    for (const held of this.#held.values()) {
      held.message.working();
      if (held.isTold || now - held.since < TELL_AFTER || !held.future.running()) continue;
      held.isTold = true;
      this.#tell(held.id, { begun: true });
    }
  }

  #tell(id: string, event: EventPayload): void {
    const { connection, names } = this.#link!;
    if (this.#held.has(id) && !connection.isClosed()) {
      connection.publish(names.event(id), serialize(event));
    }
  }

  #cancel(sequence: number): void {
    for (const held of this.#held.values()) {
      if (held.message.seq !== sequence) continue;
      if (!held.future.cancel()) return;
      held.message.ack();
      return this.#forget(held);
    }
    this.#cancelled.add(sequence);
    if (this.#cancelled.size > 10_000) this.#cancelled.delete(first(this.#cancelled));
  }
}

const call = moduleFunction({ url: new URL("./_run_call.ts", import.meta.url).href }, runCall);

function first(numbers: Set<number>): number {
  for (const number of numbers) return number;
  return 0;
}
