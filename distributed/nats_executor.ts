// Copyright 2026 the asyncio authors. MIT license.

import { Executor, RuntimeError, type ShutdownOptions, ValueError } from "../asyncio/mod.ts";
import {
  decodeError,
  type EncodedError,
  Line,
  placeOf,
  sourceOf,
} from "../asyncio/executors/mod.ts";
import { errorCode, FULL, isPassing, type Link, NOT_AS_EXPECTED, openLink } from "./_nats.ts";
import { NatsFuture } from "./nats_future.ts";
import type { NatsOptions } from "./nats_options.ts";
import { deserialize, type EventPayload, type ResultPayload, serialize } from "./_wire.ts";

/** How many calls are on their way to the server at once. */
const WINDOW = 256;

/** How many calls share an epoch: the results of one are dropped together, when all have arrived. */
const EPOCH = 1000;

/** Milliseconds until a call that the server did not take is offered again. */
const RETRY_MS = 20;

/** Milliseconds without a word after which results are looked for that may have got lost. */
const SILENCE_MS = 2000;

/** A call that has not come to its end. */
interface Call {
  readonly future: NatsFuture<unknown>;
  readonly bytes: Uint8Array;
  /** What it is offered to the server as: a call that was cancelled may be submitted again. */
  readonly offer: string;
  /** Its number in the stream; 0 before it is there. */
  sequence: number;
  /** The number that somebody else has taken back, of a call with this id; 0 if none. */
  withdrawn: number;
  /** Ends what was subscribed to for this call alone. */
  unsubscribe: () => void;
}

/**
 * Runs functions on other machines, through a NATS server: an {@linkcode Executor} whose workers are
 * {@linkcode NatsWorker}s, any number, wherever they reach the server.
 *
 * The queue is the server's (JetStream): this class has no other.
 *
 * - What can be submitted: `moduleFunction(import.meta, fn)`, of a module that the workers can import by
 *   the same URL.
 * - A call is done by one worker, and acknowledged when its result is stored. If that worker dies,
 *   another gets it: a function may be run again, but its result is counted once.
 * - Calls outlive the server (`storage: "file"`), the workers, and this program: a result is found by its
 *   id, by {@linkcode NatsExecutor.resultOf}, or by submitting the same call under the same id
 *   ({@linkcode NatsExecutor.submitAs}).
 * - A call that has not begun can be cancelled. One that takes long says that it has begun.
 * - When the server has as many calls as it may (`maxPending`), the others wait here.
 *
 * Whoever may write to the queue has the workers run what they like, as far as the workers' permissions
 * reach: keep the server to yourself.
 *
 * It connects when it is first needed, and keeps the program alive until `shutdown()`.
 *
 * @example Usage
 * ```ts
 * import { NatsExecutor } from "@asyncio/asyncio/distributed";
 * import { assertThrows } from "@std/assert";
 *
 * await using executor = new NatsExecutor({ servers: "nats://queue.example:4222" });
 * // A worker elsewhere cannot import a function that no module exports.
 * assertThrows(() => executor.submit((n: number) => n, 1), TypeError, "moduleFunction(");
 * ```
 *
 * @example In a program
 * ```ts ignore
 * import { moduleFunction } from "@asyncio/asyncio";
 * import { NatsExecutor } from "@asyncio/asyncio/distributed";
 * import { countWords } from "./count_words.ts"; // moduleFunction(import.meta, ...)
 *
 * await using executor = new NatsExecutor({ servers: "nats://queue.example:4222" });
 * for await (const words of executor.map(countWords, ["a.txt", "b.txt"])) console.log(words);
 * ```
 *
 * @see {@link https://docs.nats.io/nats-concepts/jetstream}
 */
export class NatsExecutor extends Executor {
  // Invariants: #calls are those that are not done, by id. Those of them that are still to be taken by
  // the server are in #refused and #outbox, or, `#inFlight` of them, on their way.
  readonly #options: NatsOptions;
  readonly #run: string = crypto.randomUUID().replaceAll("-", "");
  readonly #calls = new Map<string, Call>();
  readonly #outbox = new Line<Call>();
  /** Those that the server did not take: they come first. */
  readonly #refused = new Line<Call>();
  #inFlight = 0;
  #count = 0;
  #offers = 0;
  /** Calls of each epoch that are not done. */
  readonly #epochs = new Map<number, number>();
  #link: Link | null = null;
  #linking: Promise<Link> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #watch: ReturnType<typeof setInterval> | null = null;
  #heardAt = 0;
  #isShutdown = false;
  #idle: PromiseWithResolvers<void> | null = null;
  #closing: Promise<void> | null = null;

  /**
   * An executor that is not connected yet.
   *
   * @param options `servers`, `queue`, and how the queue is to be.
   */
  constructor(options: NatsOptions = {}) {
    super();
    this.#options = options;
  }

  /**
   * Has `fn(...args)` run by a worker.
   *
   * @typeParam A Types of the arguments.
   * @typeParam R Type of what the function returns.
   * @param fn What `moduleFunction()` gives.
   * @param args What to call it with.
   * @returns Its outcome.
   * @throws {RuntimeError} If the executor was shut down.
   * @throws {TypeError} If the function is not of a module.
   */
  override submit<A extends unknown[], R>(
    fn: (...args: A) => R,
    ...args: A
  ): NatsFuture<Awaited<R>> {
    const number = this.#count;
    const epoch = Math.floor(number / EPOCH);
    const future = this.#submit(`${this.#run}.${epoch}.${number}`, fn, args);
    this.#count++;
    this.#epochs.set(epoch, (this.#epochs.get(epoch) ?? 0) + 1);
    future.addDoneCallback(() => this.#endInEpoch(epoch));
    return future as NatsFuture<Awaited<R>>;
  }

  /**
   * Has `fn(...args)` run under an id that you choose. If it has been, by whomever, and the result is still
   * kept, that is the result: a program that is started again does nothing twice.
   *
   * @typeParam A Types of the arguments.
   * @typeParam R Type of what the function returns.
   * @param id The id: letters, digits, `_` and `-`.
   * @param fn What `moduleFunction()` gives.
   * @param args What to call it with.
   * @returns Its outcome.
   * @throws {RuntimeError} If the executor was shut down.
   * @throws {TypeError} If the function is not of a module.
   * @throws {ValueError} If the id has other characters.
   */
  submitAs<A extends unknown[], R>(
    id: string,
    fn: (...args: A) => R,
    ...args: A
  ): NatsFuture<Awaited<R>> {
    if (!/^[\w-]+$/.test(id)) {
      throw new ValueError(`Invalid id: ${JSON.stringify(id)} (letters, digits, _ and - only)`);
    }
    const known = this.#calls.get(id);
    if (known !== undefined) return known.future as NatsFuture<Awaited<R>>;
    return this.#submit(id, fn, args, true) as NatsFuture<Awaited<R>>;
  }

  /**
   * The outcome of a call that was submitted before, here or elsewhere.
   *
   * @param id The id of the call.
   * @returns Its outcome; it stays pending as long as there is none.
   * @throws {RuntimeError} If the executor was shut down.
   */
  resultOf(id: string): NatsFuture<unknown> {
    const known = this.#calls.get(id);
    if (known !== undefined) return known.future;
    this.#checkOpen();
    const call = this.#addCall(id, new Uint8Array());
    this.#withLink((link) => this.#lookUp(link, call), call);
    return call.future;
  }

  /**
   * Says that nothing more will be submitted.
   *
   * @param options `wait` and `cancelFutures`.
   * @returns A promise that resolves when all calls are done and the connection is closed. With `wait: false`
   *   it does at once; calls that the server has are done all the same, and found by their ids.
   */
  override shutdown(options: ShutdownOptions = {}): Promise<void> {
    const { wait = true, cancelFutures = false } = options;
    this.#isShutdown = true;
    if (cancelFutures) { for (const { future } of [...this.#calls.values()]) future.cancel(); }
    this.#closing ??= this.#close();
    return wait ? this.#closing : Promise.resolve();
  }

  #checkOpen(): void {
    if (this.#isShutdown) throw new RuntimeError("cannot schedule new futures after shutdown");
  }

  #submit(
    id: string,
    fn: (...args: never[]) => unknown,
    args: unknown[],
    mayBeDone = false,
  ): NatsFuture<unknown> {
    this.#checkOpen();
    sourceOf(fn);
    const place = placeOf(fn);
    if (place === null) {
      throw new TypeError(
        "Cannot run a function on another machine but by its module: " +
          "export it, and submit moduleFunction(import.meta, fn)",
      );
    }
    let bytes: Uint8Array;
    try {
      bytes = serialize({ ...place, args });
    } catch (error) {
      const future = new NatsFuture<unknown>(id);
      future.setException(explainCloning(error, place.name, args));
      return future;
    }
    const call = this.#addCall(id, bytes);
    if (mayBeDone) this.#withLink((link) => this.#offerUnlessThere(link, call), call);
    else if (this.#link !== null) this.#offer(this.#link, call);
    else this.#withLink((link) => this.#offer(link, call), call);
    return call.future;
  }

  #addCall(id: string, bytes: Uint8Array): Call {
    const future = new NatsFuture<unknown>(id);
    const offer = `${id}:${this.#run}:${this.#offers++}`;
    const call: Call = { future, bytes, offer, sequence: 0, withdrawn: 0, unsubscribe() {} };
    this.#calls.set(id, call);
    future.addDoneCallback(() => this.#onDone(call));
    return call;
  }

  /** Does something with the connection, at once if there is one. */
  #withLink(fn: (link: Link) => unknown, call: Call): void {
    const fail = (error: unknown) => {
      if (!call.future.done()) call.future.setException(error);
    };
    if (this.#link !== null) return void Promise.try(fn, this.#link).catch(fail);
    this.#linking ??= this.#open();
    this.#linking.then(fn).catch(fail);
  }

  async #open(): Promise<Link> {
    const link = await openLink(this.#options);
    this.#listen(link, `${this.#run}.>`);
    // The server has to know of the subscription before it has results.
    await link.connection.flush();
    this.#followConnection(link);
    this.#watchSilence(link);
    this.#link = link;
    return link;
  }

  /** Hears of a call, or of all of this executor. Returns what ends it. */
  #listen({ connection, names }: Link, id: string): () => void {
    const subscriptions = [
      connection.subscribe(names.result(id), {
        callback: (error, { subject, data }) => {
          if (error === null) this.#onResult(names.idOf(subject), data);
        },
      }),
      connection.subscribe(names.event(id), {
        callback: (error, { subject, data }) => {
          if (error === null) this.#onEvent(names.idOf(subject), data);
        },
      }),
    ];
    return () => subscriptions.forEach((one) => one.unsubscribe());
  }

  // Calls on their way to the server.

  #offer(link: Link, call: Call): void {
    this.#outbox.push(call);
    this.#pump(link);
  }

  /** Whoever has submitted a call under an id before need not have seen its end. */
  async #offerUnlessThere(link: Link, call: Call): Promise<void> {
    if (await this.#lookUp(link, call)) return;
    const { manager, names } = link;
    const query = { last_by_subj: names.call(call.future.id) };
    const found = await untilAnswered(link, () => manager.streams.getMessage(names.calls, query));
    if (found === null) return this.#offer(link, call);
    call.sequence = found.seq;
    if (call.withdrawn === found.seq) call.future.cancel(); // What we have heard of overtakes what we ask.
    if (call.future.cancelled()) this.#withdraw(link, call);
  }

  #pump(link: Link): void {
    while (this.#inFlight < WINDOW && this.#retry === null) {
      const call = this.#refused.take() ?? this.#outbox.take();
      if (call === undefined) return;
      if (!call.future.done()) this.#publish(link, call);
    }
  }

  async #publish(link: Link, call: Call): Promise<void> {
    const { jetstream, names } = link;
    this.#inFlight++;
    try {
      const { id } = call.future;
      // Offered again, because no answer came say, it is taken once; offered by another program under the
      // same id, not at all.
      const { seq } = await jetstream.publish(names.call(id), call.bytes, {
        msgID: call.offer,
        ...(this.#isOwn(id) ? {} : { expect: { lastSubjectSequence: 0 } }),
      });
      call.sequence = seq;
      if (call.future.cancelled()) this.#withdraw(link, call);
    } catch (error) {
      if (link.connection.isClosed()) call.future.setException(error);
      else this.#offerAgain(link, call, error);
    } finally {
      this.#inFlight--;
      this.#pump(link);
    }
  }

  /** The server is full, or away: the call goes back to the front of the line. */
  #offerAgain(link: Link, call: Call, error: unknown): void {
    if (errorCode(error) === NOT_AS_EXPECTED) {
      return this.#withLink(() => this.#offerUnlessThere(link, call), call);
    }
    if (!isPassing(error) && !FULL.has(errorCode(error))) {
      if (!call.future.done()) call.future.setException(error);
      return;
    }
    this.#refused.push(call);
    this.#retry ??= setTimeout(() => {
      this.#retry = null;
      this.#pump(link);
    }, RETRY_MS);
  }

  /** Takes a call that was cancelled out of the server's queue, or out of the hands of a worker. */
  async #withdraw(
    { connection, manager, names }: Link,
    { sequence, future: { id } }: Call,
  ): Promise<void> {
    if (connection.isClosed() || sequence === 0) return;
    connection.publish(names.cancel, String(sequence));
    await manager.streams.deleteMessage(names.calls, sequence, false).catch(() => {});
    // Only now, so that whoever has found it in the stream hears of this.
    if (this.#isOwn(id) || connection.isClosed()) return;
    connection.publish(names.event(id), serialize({ cancelled: sequence }));
  }

  /** Whether nobody else can have submitted under an id. */
  #isOwn(id: string): boolean {
    return id.startsWith(`${this.#run}.`);
  }

  // Results on their way back.

  #onResult(id: string, data: Uint8Array): void {
    this.#heardAt = performance.now();
    const future = this.#calls.get(id)?.future;
    if (future === undefined || future.done()) return;
    const outcome = deserialize(data) as ResultPayload;
    if (outcome.ok) future.setResult(outcome.value);
    else future.setException(decodeError(outcome.error as EncodedError));
  }

  #onEvent(id: string, data: Uint8Array): void {
    const call = this.#calls.get(id);
    if (call === undefined || call.future.done()) return;
    const { future } = call;
    const event = deserialize(data) as EventPayload;
    if ("cancelled" in event) {
      call.withdrawn = event.cancelled;
      return event.cancelled === call.sequence ? void future.cancel() : undefined;
    }
    if (!future.running()) future.setRunningOrNotifyCancel();
    if ("progress" in event) future.setProgress(event.progress);
  }

  /** Asks for a result that may be there. Returns whether it is. */
  async #lookUp(link: Link, call: Call): Promise<boolean> {
    const { id } = call.future;
    if (this.#isOwn(id)) return await untilAnswered(link, () => this.#fetch(link, id));
    call.unsubscribe();
    call.unsubscribe = this.#listen(link, id);
    return await untilAnswered(link, async () => {
      await link.connection.flush();
      return await this.#fetch(link, id);
    });
  }

  async #fetch({ manager, names }: Link, id: string): Promise<boolean> {
    const found = await manager.direct.getMessage(names.results, {
      last_by_subj: names.result(id),
    });
    if (found === null) return false;
    this.#onResult(id, found.data);
    return true;
  }

  /**
   * Results come outside of the stream too, for that is quickest; what is missed, because the connection
   * was lost say, is in the stream.
   */
  async #fetchMissed(link: Link): Promise<void> {
    const { manager, names } = link;
    if (this.#calls.size === 0 || link.connection.isClosed()) return;
    const own = [...this.#calls.keys()].filter((id) => !this.#isOwn(id));
    const filters = [`${this.#run}.>`, ...own];
    for (const filter of filters) {
      const { state } = await manager.streams.info(names.results, {
        subjects_filter: names.result(filter),
      });
      for (const subject of Object.keys(state.subjects ?? {})) {
        const id = names.idOf(subject);
        if (this.#calls.has(id)) await this.#fetch(link, id);
      }
    }
  }

  /** Looks for what was missed when nothing has been heard for a while. */
  #watchSilence(link: Link): void {
    this.#watch ??= setInterval(() => {
      if (this.#calls.size > 0 && performance.now() - this.#heardAt > SILENCE_MS) {
        this.#fetchMissed(link).catch(() => {});
      }
    }, SILENCE_MS);
  }

  async #followConnection(link: Link): Promise<void> {
    for await (const { type } of link.connection.status()) {
      if (type === "reconnect") this.#fetchMissed(link).catch(() => {});
    }
  }

  // The end.

  #onDone(call: Call): void {
    const { future } = call;
    this.#calls.delete(future.id);
    call.unsubscribe();
    if (future.cancelled() && this.#link !== null) this.#withdraw(this.#link, call);
    if (this.#calls.size > 0) return;
    this.#idle?.resolve();
  }

  /** Drops the results of an epoch that is over: each has arrived. */
  #endInEpoch(epoch: number): void {
    const left = this.#epochs.get(epoch)! - 1;
    this.#epochs.set(epoch, left);
    if (left > 0 || this.#count < (epoch + 1) * EPOCH || this.#link === null) return;
    this.#epochs.delete(epoch);
    this.#purge(this.#link, `${this.#run}.${epoch}.>`).catch(() => {});
  }

  async #purge({ manager, names }: Link, id: string): Promise<void> {
    await manager.streams.purge(names.results, { filter: names.result(id) });
  }

  async #close(): Promise<void> {
    if (this.#calls.size > 0) {
      this.#idle = Promise.withResolvers();
      await this.#idle.promise;
    }
    const link = await this.#linking?.catch(() => null) ?? null;
    if (this.#retry !== null) clearTimeout(this.#retry);
    if (this.#watch !== null) clearInterval(this.#watch);
    if (link === null) return;
    await this.#purge(link, `${this.#run}.>`).catch(() => {});
    await link.connection.flush().catch(() => {});
    await link.connection.close();
  }
}

/** What the server answers, however long it is away. */
async function untilAnswered<T>({ connection }: Link, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (connection.isClosed() || !isPassing(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function explainCloning(error: unknown, name: string, args: unknown[]): unknown {
  for (const [i, arg] of args.entries()) {
    try {
      serialize(arg);
    } catch (problem) {
      return new DOMException(
        `Argument ${i + 1} of ${name}() cannot be sent to a worker: ${(problem as Error).message}`,
        "DataCloneError",
      );
    }
  }
  return error;
}
