// Copyright 2026 the asyncio authors. MIT license.

import type { ConsumerMessages, JsMsg } from "npm:@nats-io/jetstream@3.4.0";
import { BrokenExecutor } from "../asyncio/mod.ts";
import { encodeError, Line, outcomeOf } from "../asyncio/executors/mod.ts";
import { errorCode, FULL, type Link, openLink } from "./_nats.ts";
import type { NatsOptions } from "./nats_options.ts";
import { onProgress } from "./report_progress.ts";
import type { Done } from "./_run_call.ts";
import { type Run, Threads } from "./_threads.ts";
import { Tries } from "./_tries.ts";
import { type EventPayload, serialize } from "./_wire.ts";

/**
 * Options of {@linkcode NatsWorker}.
 *
 * @see {@linkcode NatsWorker}
 */
export interface NatsWorkerOptions extends NatsOptions {
  /** How many calls are done at once, each in a thread. Default: as many as processors. */
  concurrency?: number | undefined;
  /**
   * How often a call is tried whose worker has ended, until it is given up. One that a worker had and had
   * not begun is not counted as tried. Default: 3.
   */
  tries?: number | undefined;
}

/** How much work, in seconds, a worker takes before it can do it. */
const AHEAD = 0.02;

/** The most calls that it takes before it can do them. */
const MAX_AHEAD = 256;

/** Seconds after which an executor is told that a call has begun, and cannot be cancelled. */
const TELL_AFTER = 0.1;

/** Seconds after which calls that wait behind long ones go back to the server, for other workers. */
const WAIT_AT_MOST = 1;

/** Seconds that a request for calls is good for. */
const ASK_FOR = 1;

/** A call that the worker has. */
interface Held {
  readonly id: string;
  message: JsMsg;
  /** Whether the server has given it out before; if it has begun then, a thread of its own does it. */
  readonly isAgain: boolean;
  readonly since: number;
  /** How often it has begun before; `null` as long as that is not known. */
  tries: number | null;
  isStarted: boolean;
  run: Run | null;
  isTold: boolean;
  /** Whether it is on its way back to the server. */
  isLeaving: boolean;
}

/**
 * Does the calls of {@linkcode NatsExecutor}s: `deno run ... jsr:@asyncio/asyncio/distributed worker` is one,
 * and a program may have its own.
 *
 * Each call runs in a thread, while the worker tells the server that it is alive. A call is acknowledged
 * when its result is stored. A call that ends its thread (`Deno.exit()`) is tried again, in a thread of its
 * own, and given up in the end, with a `BrokenExecutor`.
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
 *
 * @see {@linkcode NatsExecutor}
 */
export class NatsWorker {
  // Invariants: #held are the calls that were taken and neither acknowledged nor given back; those of them
  // that are not started are in #line. #started are, #startedAgain of them not for the first time.
  readonly #options: NatsWorkerOptions;
  readonly #concurrency: number;
  readonly #threads: Threads;
  readonly #held = new Map<string, Held>();
  readonly #line = new Line<Held>();
  /** Calls that were cancelled and may still come, by their numbers in the stream. */
  readonly #cancelled = new Set<number>();
  #link: Link | null = null;
  #tries: Tries | null = null;
  /**
   * When the server forgets what was asked of it last. A request cannot be taken back, so until then a
   * worker that stops goes on listening, and what it gives back is not to come to it again.
   */
  #asksUntil = 0;
  /** What comes in answer to that. */
  #batch: ConsumerMessages | null = null;
  /** Ends it at last when the worker stops: a server that is away never says that it has. */
  #patience: ReturnType<typeof setTimeout> | undefined;
  #isStopping = false;
  #wake: (() => void) | null = null;
  #started = 0;
  #startedAgain = 0;
  /** What a call takes, in seconds, on average. */
  #duration = AHEAD;
  /** When the last has ended. */
  #endedAt = 0;

  /**
   * A worker that is not connected yet.
   *
   * @param options `servers`, `queue`, `concurrency`, `tries`, and how the queue is to be.
   */
  constructor(options: NatsWorkerOptions = {}) {
    this.#options = options;
    this.#concurrency = options.concurrency ?? globalThis.navigator?.hardwareConcurrency ?? 1;
    this.#threads = new Threads(this.#concurrency);
  }

  /**
   * Does calls until {@linkcode NatsWorker.stop}.
   *
   * @param onReady Called when it is connected. Default: nothing is.
   * @returns A promise that resolves when it has stopped.
   * @throws What connecting throws. All errors reject the promise.
   */
  async run(onReady: () => void = () => {}): Promise<void> {
    const link = await openLink(this.#options);
    this.#link = link;
    this.#tries = new Tries(link);
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
      clearTimeout(this.#patience);
      clearInterval(beat);
      stopProgress();
      await this.#threads.shutdown();
      await endConnection(link);
    }
  }

  /**
   * Gives the calls back that have not begun, and all that still come, and ends when the others are done and
   * no more can come: within a second, if there is nothing to be done.
   */
  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    for (const held of this.#held.values()) this.#handBackUnlessBegun(held);
    this.#wake?.();
    if (this.#link === null) return;
    this.#patience = setTimeout(() => this.#batch?.stop(), 1000 * (ASK_FOR + 1));
  }

  get #beatSeconds(): number {
    return Math.min(TELL_AFTER, (this.#options.redeliverAfter ?? 5) / 4);
  }

  // Calls come in.

  async #takeCalls({ jetstream, connection, names }: Link): Promise<void> {
    while (!this.#isStopping) {
      try {
        const consumer = await jetstream.consumers.get(names.calls, names.consumer);
        while (!this.#isStopping) {
          await this.#room();
          if (this.#isStopping) return;
          this.#asksUntil = now() + ASK_FOR;
          const max_messages = this.#capacity();
          this.#batch = await consumer.fetch({ max_messages, expires: 1000 * ASK_FOR });
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
    const duration = Math.max(this.#duration, this.#silence());
    const ahead = Math.min(MAX_AHEAD, Math.floor(this.#concurrency * AHEAD / duration));
    return this.#concurrency + ahead - this.#held.size;
  }

  /** Seconds since a call has ended, if there are any: so long those that are here take at least. */
  #silence(): number {
    for (const { since } of this.#held.values()) return now() - Math.max(since, this.#endedAt);
    return 0;
  }

  /** Waits until calls may be taken; where no thread is idle, until it is worth asking for some. */
  async #room(): Promise<void> {
    for (;;) {
      const { size } = this.#held;
      const capacity = this.#capacity();
      const isWorthIt = size < this.#concurrency || capacity >= size / 2;
      if (this.#isStopping || capacity > 0 && isWorthIt) return;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  async #allDone(): Promise<void> {
    while (this.#held.size > 0) await new Promise<void>((resolve) => this.#wake = resolve);
  }

  #take(message: JsMsg): void {
    const id = this.#link!.names.idOf(message.subject);
    if (this.#cancelled.delete(message.seq)) return message.ack();
    const known = this.#held.get(id);
    if (known !== undefined) {
      // The server had not heard of us for too long, and gives us again what we have.
      known.message = message;
      return;
    }
    const held: Held = {
      id,
      message,
      isAgain: message.redelivered,
      since: now(),
      tries: message.redelivered ? null : 0,
      isStarted: false,
      run: null,
      isTold: false,
      isLeaving: false,
    };
    this.#held.set(id, held);
    if (this.#isStopping) return this.#handBackUnlessBegun(held);
    this.#line.push(held);
    this.#pump();
  }

  /**
   * Starts what may be started: as many as there are threads, first come, first served. Calls that come
   * for the first time go to their threads ahead of that, if nothing else is under way.
   */
  #pump(): void {
    for (let held = this.#line.first; held !== undefined; held = this.#line.first) {
      const isHere = this.#held.get(held.id) === held && !held.isLeaving;
      const mustWait = held.isAgain || this.#startedAgain > 0;
      if (isHere && mustWait && this.#started >= this.#concurrency) return;
      this.#line.take();
      if (isHere) this.#start(held);
    }
  }

  #start(held: Held): void {
    held.isStarted = true;
    this.#started++;
    if (!held.isAgain) return this.#run(held);
    this.#startedAgain++;
    this.#startAgain(held).catch(() => this.#handBack(held)); // The server is away.
  }

  /** Starts a call that was given out before, unless it has been done or tried often enough. */
  async #startAgain(held: Held): Promise<void> {
    const { id, message: { seq } } = held;
    const isDone = await this.#tries!.isDone(id);
    const tries = await this.#tries!.read(seq);
    if (this.#held.get(id) !== held) return; // It was cancelled meanwhile.
    if (isDone) return this.#acknowledge(held);
    if (tries >= this.#mayTry) return await this.#giveUp(held, tries);
    await this.#tries!.write(seq, tries + 1);
    held.tries = tries;
    if (this.#isStopping) return await this.#handBack(held);
    if (this.#held.get(id) === held) this.#run(held);
  }

  #run(held: Held): void {
    const { id, message: { data } } = held;
    held.run = this.#threads.run(id, data, held.tries! > 0);
    held.run.future.addDoneCallback(() => this.#onDone(held));
  }

  // Calls end.

  #onDone(held: Held): void {
    const outcome = outcomeOf(held.run!.future)!;
    if (outcome.kind === "cancelled") return;
    this.#endedAt = now();
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
    this.#acknowledge(held);
  }

  #acknowledge(held: Held): void {
    held.message.ack();
    this.#forget(held);
  }

  get #mayTry(): number {
    return this.#options.tries ?? 3;
  }

  /** A thread has ended, and with it those that it shared its calls with. They are tried again. */
  #onBroken(held: Held): void {
    const tries = held.tries! + 1;
    if (held.run!.hasBegun() && tries >= this.#mayTry) this.#giveUp(held, tries);
    else this.#handBack(held);
  }

  /** Gives a call back that is not being done, if there is still time to. */
  #handBackUnlessBegun(held: Held): void {
    const isWaiting = held.run === null && !held.isStarted;
    if (isWaiting || held.run?.future.cancel()) this.#handBack(held);
  }

  /** Gives a call back to the server, with a note on how often it has begun. */
  async #handBack(held: Held): Promise<void> {
    if (held.isLeaving) return;
    held.isLeaving = true;
    const { tries, run, message } = held;
    if (tries !== null) {
      // Without the note, because the server is away say, a try is counted that has not been.
      await this.#tries!.write(message.seq, tries + (run?.hasBegun() ? 1 : 0)).catch(() => {});
    }
    // In whole milliseconds, or the server takes no notice of it.
    const delay = this.#isStopping ? Math.ceil(1000 * (this.#asksUntil - now())) : 0;
    held.message.nak(Math.max(0, delay));
    this.#forget(held);
  }

  #forget(held: Held): void {
    if (this.#held.get(held.id) !== held) return;
    this.#held.delete(held.id);
    if (held.isStarted) this.#started--;
    if (held.isStarted && held.isAgain) this.#startedAgain--;
    this.#pump();
    this.#wake?.();
  }

  async #giveUp(held: Held, tries: number): Promise<void> {
    const error = new BrokenExecutor(
      `A worker ended abruptly while the call was running; it was tried ${tries} times`,
    );
    await this.#finish(held, serialize({ ok: false, error: encodeError(error, null) }));
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
    if (this.#link!.connection.isClosed()) return;
    for (const held of this.#held.values()) {
      held.message.working();
      const age = now() - held.since;
      const hasBegun = held.run?.hasBegun() ?? false;
      if (hasBegun && !held.isTold && age >= TELL_AFTER) {
        held.isTold = true;
        this.#tell(held.id, { begun: true });
      }
      const isCrowded = this.#held.size > this.#concurrency;
      if (!hasBegun && age > WAIT_AT_MOST && isCrowded) this.#handBackUnlessBegun(held);
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
      const isWaiting = held.run === null && !held.isLeaving;
      if (isWaiting || held.run?.future.cancel()) this.#acknowledge(held);
      return;
    }
    this.#cancelled.add(sequence);
    if (this.#cancelled.size > 10_000) this.#cancelled.delete(first(this.#cancelled));
  }
}

/** Sends what is still to be sent, if there is a server to send it to. */
async function endConnection({ connection }: Link): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, 1000));
  await Promise.race([connection.drain().catch(() => {}), patience]);
  clearTimeout(timer);
  await connection.close();
}

/** Seconds of the host's clock. */
function now(): number {
  return performance.now() / 1000;
}

function first(numbers: Set<number>): number {
  for (const number of numbers) return number;
  return 0;
}
